// Hosted zones and their VPCs, asked for with Route 53's own client.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeRecords, createZone, startRoute53 } from './route53-fixture.ts';
import { failure } from './sdk-cloud.ts';

const { store, world, clock, client, makeVpc, endpoint } = await startRoute53();
const owner = '111111111111';
const other = '222222222222';
const us = client(owner);
const them = client(other);
const region = { VPCRegion: 'us-east-1' } as const;

test('a private zone is made with its VPC, its NS and its SOA, and shown', async () => {
  const vpcId = makeVpc(owner);
  const made = await us.createHostedZone({
    Name: 'Shop.Example',
    CallerReference: 'first',
    VPC: { VPCId: vpcId, ...region },
    HostedZoneConfig: { Comment: 'ours' },
  });
  const id = made.HostedZone!.Id!;
  assert.match(id, /^\/hostedzone\/Z[A-Z0-9]{20}$/);
  assert.equal(made.Location, `https://route53.amazonaws.com/2013-04-01${id}`);
  assert.deepEqual(made.VPC, { VPCId: vpcId, VPCRegion: 'us-east-1' });
  assert.equal(made.DelegationSet, undefined);
  assert.deepEqual(made.HostedZone, {
    Id: id,
    Name: 'shop.example.',
    CallerReference: 'first',
    Config: { Comment: 'ours', PrivateZone: true },
    ResourceRecordSetCount: 2,
  });
  const shown = await us.getHostedZone({ Id: id });
  assert.deepEqual(shown.VPCs, [{ VPCId: vpcId, VPCRegion: 'us-east-1' }]);
  assert.deepEqual(shown.HostedZone, made.HostedZone);
  const { ResourceRecordSets } = await us.listResourceRecordSets({ HostedZoneId: id });
  assert.deepEqual(
    ResourceRecordSets?.map(({ Name, Type, TTL, ResourceRecords }) => [
      Name,
      Type,
      TTL,
      ResourceRecords?.length,
    ]),
    [
      ['shop.example.', 'NS', 172800, 4],
      ['shop.example.', 'SOA', 900, 1],
    ],
  );
  assert.equal(
    ResourceRecordSets![1]!.ResourceRecords![0]!.Value,
    'ns-1536.awsdns-00.co.uk. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400',
  );
  await assert.rejects(
    us.createHostedZone({ Name: 'else.example', CallerReference: 'first' }),
    failure(
      'HostedZoneAlreadyExists',
      'A hosted zone has already been created with the specified caller reference.',
    ),
  );
});

test('a public zone has name servers and no VPCs, and no name of AWS’s', async () => {
  const id = await createZone(us, 'world.example');
  const { DelegationSet, VPCs, HostedZone } = await us.getHostedZone({ Id: id });
  assert.equal(VPCs, undefined);
  assert.equal(HostedZone?.Config?.PrivateZone, false);
  assert.equal(DelegationSet?.NameServers?.length, 4);
  assert.match(DelegationSet!.NameServers![0]!, /^ns-\d+\.awsdns-\d\d\.com$/);
  assert.deepEqual((await us.getDNSSEC({ HostedZoneId: id })).Status, { ServeSignature: 'NOT_SIGNING' });
  await assert.rejects(
    createZone(us, 's3.amazonaws.com'),
    failure('InvalidDomainName', 'amazonaws.com is reserved by AWS!'),
  );
  await assert.rejects(createZone(us, 'a..example'), failure('InvalidDomainName', /DomainLabelEmpty/));
  const vpcId = makeVpc(owner);
  await assert.rejects(
    us.associateVPCWithHostedZone({ HostedZoneId: id, VPC: { VPCId: vpcId, ...region } }),
    failure('PublicZoneVPCAssociation', `Attempting to associate public zone: ${id} with vpc: ${vpcId}`),
  );
});

test('a private zone may have a name of AWS’s, and needs a VPC of one’s own', async () => {
  const vpcId = makeVpc(owner);
  const id = await createZone(us, 's3.us-east-1.amazonaws.com', vpcId);
  await assert.rejects(
    us.getDNSSEC({ HostedZoneId: id }),
    failure('InvalidArgument', /unsupported for private/),
  );
  await assert.rejects(
    us.createHostedZone({ Name: 'x.example', CallerReference: 'p', HostedZoneConfig: { PrivateZone: true } }),
    failure('InvalidInput', /you must also specify values for VPCId and VPCRegion/),
  );
  for (const missing of [makeVpc(other), 'vpc-00000000000000000'])
    await assert.rejects(
      createZone(us, 'x.example', missing),
      failure('InvalidVPCId', /not authorized to make the association/),
    );
  await assert.rejects(
    us.createHostedZone({
      Name: 'x.example',
      CallerReference: 'r',
      VPC: { VPCId: vpcId, VPCRegion: 'eu-west-1' },
    }),
    failure('InvalidVPCId'),
  );
});

test('two zones of one name cannot both answer in a VPC; one below the other may', async () => {
  const vpcId = makeVpc(owner);
  await createZone(us, 'twice.example', vpcId);
  await createZone(us, 'sub.twice.example', vpcId);
  const text = `The VPC that you chose, ${vpcId} in region us-east-1, is already associated with another private hosted zone that has an overlapping name space, twice.example..`;
  await assert.rejects(createZone(us, 'twice.example', vpcId), failure('ConflictingDomainExists', text));
  const second = await createZone(us, 'twice.example', makeVpc(owner));
  const VPC = { VPCId: vpcId, ...region };
  await assert.rejects(
    us.associateVPCWithHostedZone({ HostedZoneId: second, VPC }),
    failure('ConflictingDomainExists', text),
  );
});

test('a VPC of another account is associated by that account after an authorization', async () => {
  const id = await createZone(us, 'shared.example', makeVpc(owner));
  const VPC = { VPCId: makeVpc(other), ...region };
  const associate = () => them.associateVPCWithHostedZone({ HostedZoneId: id, VPC });
  await assert.rejects(
    associate(),
    failure(
      'NotAuthorizedException',
      `The VPC: ${VPC.VPCId} has not authorized to associate with your hosted zone.`,
    ),
  );
  await assert.rejects(us.associateVPCWithHostedZone({ HostedZoneId: id, VPC }), failure('InvalidVPCId'));
  const authorized = await us.createVPCAssociationAuthorization({ HostedZoneId: id, VPC });
  assert.deepEqual(authorized.VPC, VPC);
  assert.deepEqual((await us.listVPCAssociationAuthorizations({ HostedZoneId: id })).VPCs, [VPC]);
  await associate();
  const listed = await them.listHostedZonesByVPC({ VPCId: VPC.VPCId, ...region });
  assert.deepEqual(listed.HostedZoneSummaries, [
    { HostedZoneId: id, Name: 'shared.example.', Owner: { OwningAccount: owner } },
  ]);
  await us.deleteVPCAssociationAuthorization({ HostedZoneId: id, VPC });
  await assert.rejects(
    us.deleteVPCAssociationAuthorization({ HostedZoneId: id, VPC }),
    failure('VPCAssociationAuthorizationNotFound'),
  );
  assert.equal((await us.getHostedZone({ Id: id })).VPCs?.length, 2);
  await them.disassociateVPCFromHostedZone({ HostedZoneId: id, VPC });
  await assert.rejects(
    them.disassociateVPCFromHostedZone({ HostedZoneId: id, VPC }),
    failure('VPCAssociationNotFound'),
  );
  const [last] = (await us.getHostedZone({ Id: id })).VPCs!;
  await assert.rejects(
    us.disassociateVPCFromHostedZone({ HostedZoneId: id, VPC: last! }),
    failure('LastVPCAssociation', 'Cannot remove last VPC association for the private zone'),
  );
});

test('another account’s zone is refused, one that is nowhere not found', async () => {
  const id = await createZone(us, 'ours.example', makeVpc(owner));
  await assert.rejects(
    them.getHostedZone({ Id: id }),
    failure('AccessDenied', 'User: arn:aws:iam::222222222222:root is not authorized to access this resource'),
  );
  await assert.rejects(
    us.getHostedZone({ Id: 'ZNONE' }),
    failure('NoSuchHostedZone', 'No hosted zone found with ID: ZNONE'),
  );
});

test('a zone is deleted when nothing but its NS and SOA is left in it', async () => {
  const id = await createZone(us, 'empty.example', makeVpc(owner));
  await changeRecords(us, id, { name: 'a.empty.example', values: ['10.0.0.1'] });
  await assert.rejects(
    us.deleteHostedZone({ Id: id }),
    failure(
      'HostedZoneNotEmpty',
      'The specified hosted zone contains non-required resource record sets and so cannot be deleted.',
    ),
  );
  await changeRecords(us, id, { action: 'DELETE', name: 'a.empty.example', values: ['10.0.0.1'] });
  const { ChangeInfo } = await us.deleteHostedZone({ Id: id });
  assert.equal(ChangeInfo?.Status, 'INSYNC');
  await assert.rejects(us.getHostedZone({ Id: id }), failure('NoSuchHostedZone'));
});

test('lists come in pages, by id and by name from its last label on', async () => {
  const account = client('333333333333');
  for (const name of ['b.example', 'a.test', 'x.a.example', 'a.example']) await createZone(account, name);
  const byName = await account.listHostedZonesByName({});
  const names = byName.HostedZones?.map(({ Name }) => Name);
  assert.deepEqual(names, ['a.example.', 'x.a.example.', 'b.example.', 'a.test.']);
  const page = await account.listHostedZonesByName({ DNSName: 'b.example', MaxItems: 1 });
  assert.deepEqual(
    [page.HostedZones?.[0]?.Name, page.IsTruncated, page.NextDNSName],
    ['b.example.', true, 'a.test.'],
  );
  const first = await account.listHostedZones({ MaxItems: 3 });
  assert.deepEqual([first.HostedZones?.length, first.IsTruncated], [3, true]);
  const second = await account.listHostedZones({ Marker: first.NextMarker });
  assert.deepEqual([second.HostedZones?.length, second.IsTruncated], [1, false]);
  assert.equal((await account.getHostedZoneCount({})).HostedZoneCount, 4);
  const { HostedZones } = await account.listHostedZones({ HostedZoneType: 'PrivateHostedZone' });
  assert.deepEqual(HostedZones, []);
});

test('a comment is changed and taken away', async () => {
  const id = await createZone(us, 'comment.example');
  const changed = await us.updateHostedZoneComment({ Id: id, Comment: 'new' });
  assert.equal(changed.HostedZone?.Config?.Comment, 'new');
  const cleared = await us.updateHostedZoneComment({ Id: id });
  assert.equal(cleared.HostedZone?.Config?.Comment, undefined);
});

test('tags are added, taken away and listed', async () => {
  const id = await createZone(us, 'tags.example');
  const about = { ResourceType: 'hostedzone', ResourceId: id } as const;
  await us.changeTagsForResource({
    ...about,
    AddTags: [
      { Key: 'team', Value: 'net' },
      { Key: 'gone', Value: '' },
    ],
  });
  await us.changeTagsForResource({ ...about, RemoveTagKeys: ['gone'] });
  const { ResourceTagSet } = await us.listTagsForResource(about);
  assert.deepEqual(ResourceTagSet, { ...about, Tags: [{ Key: 'team', Value: 'net' }] });
  const { ResourceTagSets } = await us.listTagsForResources({
    ResourceType: 'hostedzone',
    ResourceIds: [id],
  });
  assert.deepEqual(ResourceTagSets, [ResourceTagSet]);
  await assert.rejects(
    us.listTagsForResource({ ...about, ResourceType: 'healthcheck' }),
    failure('NoSuchHealthCheck'),
  );
});

test('a change is INSYNC when every resolver that it is about has it', async () => {
  const vpcId = makeVpc(owner);
  const id = await createZone(us, 'sync.example', vpcId);
  world.applied = store.cloud.generation;
  const { ChangeInfo } = await changeRecords(us, id, { name: 'a.sync.example', values: ['10.0.0.1'] });
  assert.equal(ChangeInfo?.Status, 'PENDING');
  const status = async () => (await us.getChange({ Id: ChangeInfo!.Id! })).ChangeInfo?.Status;
  assert.equal(await status(), 'PENDING');
  world.applied = store.cloud.generation;
  assert.equal(await status(), 'INSYNC');
  await assert.rejects(them.getChange({ Id: ChangeInfo!.Id! }), failure('NoSuchChange'));
  clock.aheadMs = 25 * 60 * 60 * 1000;
  await us.updateHostedZoneComment({ Id: id });
  await changeRecords(us, id, { action: 'UPSERT', name: 'a.sync.example', values: ['10.0.0.2'] });
  await assert.rejects(us.getChange({ Id: ChangeInfo!.Id! }), failure('NoSuchChange'));
  clock.aheadMs = 0;
  world.applied = true;
});

test('what is not built is refused by its name, what is no operation as such', async () => {
  await assert.rejects(
    us.createHealthCheck({ CallerReference: 'x', HealthCheckConfig: { Type: 'TCP' } }),
    failure(
      'NotImplemented',
      'Isthmus does not implement route53:CreateHealthCheck. See docs/differences.md.',
    ),
  );
  await assert.rejects(
    us.createHostedZone({ Name: 'a.example', CallerReference: 'd', DelegationSetId: 'N1' }),
    failure('NotImplemented', /DelegationSetId/),
  );
  const unsigned = await fetch(`${endpoint}/2013-04-01/hostedzone`, {
    headers: { host: 'route53.amazonaws.com' },
  });
  assert.notEqual(unsigned.status, 200);
  const authorization =
    'AWS4-HMAC-SHA256 Credential=111111111111/20260101/us-east-1/route53/aws4_request, SignedHeaders=host, Signature=0';
  const pathless = await fetch(`${endpoint}//`, { headers: { authorization } });
  assert.ok(pathless.status >= 400 && pathless.status < 500, `${pathless.status}`);
});

test('clients that sign for another region are heard at the machine’s own port', async () => {
  assert.ok((await client(owner, 'eu-west-1').getHostedZoneCount({})).HostedZoneCount! > 0);
});
