// Record sets: batches that are made whole or not at all, what is refused and in which words, order and pages.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ResourceRecordSet } from '@aws-sdk/client-route-53';
import { compileNetwork } from '../../src/network/compile.ts';
import { nameSource, type RecordType, resolveName } from '../../src/network/resolve-name.ts';
import { putEndpoint, putEndpointService, putInstance, putVpc } from '../networks/example-cloud.ts';
import { type Change, changeRecords, createZone, startRoute53 } from './route53-fixture.ts';
import { failure } from './sdk-cloud.ts';

const { store, client, makeVpc, endpoint } = await startRoute53();
const us = client('111111111111');
const vpcId = makeVpc('111111111111');

/** What the resolver of the VPC says: values of the last record set, or the outcome. */
function ask(name: string, type: RecordType = 'A'): readonly string[] | string {
  const network = compileNetwork(store.cloud, { isHealthy: () => true });
  const source = nameSource(network, network.vpcs.get(vpcId)!, 'vpc');
  const { outcome, records } = resolveName(source, name, type);
  const last = records.at(-1)?.recordSet;
  return outcome !== 'found' || !last ? outcome : last.type === 'A' ? last.addresses : last.values;
}

async function namesOf(HostedZoneId: string): Promise<string[]> {
  const { ResourceRecordSets } = await us.listResourceRecordSets({ HostedZoneId });
  return ResourceRecordSets!.map(({ Name, Type }) => `${Name} ${Type}`);
}

test('records are created, replaced and deleted, and resolvers answer by them', async () => {
  const zone = await createZone(us, 'shop.example', vpcId);
  await changeRecords(
    us,
    zone,
    { name: 'WWW.shop.example', values: ['10.0.1.5', '10.0.1.6'] },
    { name: '*.apps.shop.example.', type: 'CNAME', values: ['www.shop.example'] },
    { name: 'shop.example', type: 'MX', values: ['10 mail.shop.example'] },
    { name: 'shop.example', type: 'TXT', values: ['"v=spf1 -all"'] },
    { name: '5.1.0.10.shop.example', type: 'PTR', values: ['www.shop.example'] },
    { name: '_ldap._tcp.shop.example', type: 'SRV', values: ['0 5 389 www.shop.example'] },
    { name: 'six.shop.example', type: 'AAAA', values: ['2001:db8::1'] },
    { name: 'shop.example', type: 'CAA', values: ['0 issue "ca.example"'] },
    { name: 'old.shop.example', type: 'SPF', values: ['"v=spf1 -all"'] },
  );
  assert.deepEqual(ask('www.shop.example'), ['10.0.1.5', '10.0.1.6']);
  assert.deepEqual(ask('any.apps.shop.example'), ['10.0.1.5', '10.0.1.6']);
  assert.deepEqual(ask('shop.example', 'MX'), ['10 mail.shop.example']);
  assert.equal(ask('other.shop.example'), 'no-such-name');
  await changeRecords(us, zone, { action: 'UPSERT', name: 'www.shop.example', values: ['10.0.1.7'], ttl: 5 });
  assert.deepEqual(ask('www.shop.example'), ['10.0.1.7']);
  await changeRecords(us, zone, { action: 'DELETE', name: 'www.shop.example', values: ['10.0.1.7'], ttl: 5 });
  assert.equal(ask('www.shop.example'), 'no-such-name');
  assert.deepEqual(
    await namesOf(zone),
    [
      'shop.example. CAA',
      'shop.example. MX',
      'shop.example. NS',
      'shop.example. SOA',
      'shop.example. TXT',
      '5.1.0.10.shop.example. PTR',
      '_ldap._tcp.shop.example. SRV',
      '\\052.apps.shop.example. CNAME',
      'old.shop.example. SPF',
      'six.shop.example. AAAA',
    ].toSorted((a, b) => (order(a) < order(b) ? -1 : 1)),
  );
});

/** By the name from its last label on, then by type. */
function order(line: string): string {
  const [name, type] = line.replace('\\052', '*').split(' ') as [string, string];
  return `${name.slice(0, -1).split('.').reverse().join('.')}. ${type}`;
}

test('a batch with a fault changes nothing, and all its faults are said', async () => {
  const zone = await createZone(us, 'whole.example', vpcId);
  await changeRecords(us, zone, { name: 'a.whole.example', values: ['10.0.0.1'] });
  const batch: Change[] = [
    { name: 'new.whole.example', values: ['10.0.0.2'] },
    { name: 'a.whole.example', values: ['10.0.0.3'] },
    { action: 'DELETE', name: 'gone.whole.example', values: ['10.0.0.3'] },
  ];
  await assert.rejects(
    changeRecords(us, zone, ...batch),
    failure(
      'InvalidChangeBatch',
      "[Tried to create resource record set [name='a.whole.example.', type='A'] but it already exists, Tried to delete resource record set [name='gone.whole.example.', type='A'] but it was not found]",
    ),
  );
  assert.equal(ask('new.whole.example'), 'no-such-name');
  assert.deepEqual(ask('a.whole.example'), ['10.0.0.1']);
});

test('a set may be taken away and made anew in one batch, also as another type', async () => {
  const zone = await createZone(us, 'again.example', vpcId);
  await changeRecords(us, zone, { name: 'a.again.example', values: ['10.0.0.1'] });
  await changeRecords(
    us,
    zone,
    { action: 'DELETE', name: 'a.again.example', values: ['10.0.0.1'] },
    { name: 'a.again.example', values: ['10.0.0.2'] },
  );
  assert.deepEqual(ask('a.again.example'), ['10.0.0.2']);
  await changeRecords(
    us,
    zone,
    { name: 'a.again.example', type: 'CNAME', values: ['b.again.example'] },
    { action: 'DELETE', name: 'a.again.example', values: ['10.0.0.2'] },
  );
  const twice: Change = { action: 'UPSERT', name: 'b.again.example', values: ['10.0.0.2'] };
  await assert.rejects(
    changeRecords(us, zone, twice, twice),
    failure('InvalidInput', /an invalid set of changes for a resource record set 'A b\.again\.example\.'/),
  );
});

test('what is wrong is refused in AWS’s words', async () => {
  const zone = await createZone(us, 'strict.example', vpcId);
  await changeRecords(
    us,
    zone,
    { name: 'c.strict.example', type: 'CNAME', values: ['x.example'] },
    { name: 'a.strict.example', values: ['10.0.0.1', '10.0.0.2'] },
  );
  const cases: [Change, RegExp][] = [
    [
      { name: 'www.other.example', values: ['10.0.0.1'] },
      /^\[RRSet with DNS name www\.other\.example\. is not permitted in zone strict\.example\.\]$/,
    ],
    [
      { name: 'strict.example', type: 'CNAME', values: ['x.example'] },
      /is not permitted at apex in zone strict\.example\.\]$/,
    ],
    [
      { name: 'c.strict.example', values: ['10.0.0.1'] },
      /^\[RRSet of type A with DNS name c\.strict\.example\. is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone strict\.example\.\]$/,
    ],
    [
      { name: 'a.strict.example', type: 'CNAME', values: ['x.example'] },
      /is not permitted as it conflicts with other records with the same DNS name in zone strict\.example\.\]$/,
    ],
    [
      { name: 'b.strict.example', values: ['10.0.0.300'] },
      /^\[Invalid Resource Record: 'FATAL problem: ARRDATAIllegalIPv4Address \(Value is not a valid IPv4 address\) encountered with '10\.0\.0\.300''\]$/,
    ],
    [{ name: 'b.strict.example', type: 'AAAA', values: ['10.0.0.3'] }, /AAAARRDATAIllegalIPv6Address/],
    [
      { name: 'b.strict.example', type: 'TXT', values: ['bare'] },
      /InvalidCharacterString \(Value should be enclosed in quotation marks\)/,
    ],
    [{ name: 'b.strict.example', type: 'TXT', values: [`"${'x'.repeat(256)}"`] }, /CharacterStringTooLong/],
    [{ name: 'b.strict.example', type: 'MX', values: ['mail.example'] }, /MXRRDATANotTwoFields/],
    [{ name: 'b.strict.example', type: 'SRV', values: ['1 2 99999 x.example'] }, /IllegalNumber/],
    [{ name: 'b.strict.example', type: 'CAA', values: ['0 issue'] }, /CAARRDATANotThreeFields/],
    [{ name: 'b.strict.example', type: 'CNAME', values: ['a..example'] }, /DomainLabelEmpty/],
    [
      { name: 'b.strict.example', type: 'CNAME', values: ['a.example', 'b.example'] },
      /may have one resource record only/,
    ],
    [
      { name: 'b.strict.example', values: ['10.0.0.1', '10.0.0.1'] },
      /^\[Duplicate Resource Record: '10\.0\.0\.1'\]$/,
    ],
    [{ name: `${'x'.repeat(64)}.strict.example`, values: ['10.0.0.1'] }, /DomainLabelTooLong/],
    [
      { action: 'DELETE', name: 'a.strict.example', values: ['10.0.0.1'] },
      /but the values provided do not match the current values\]$/,
    ],
    [
      { action: 'DELETE', name: 'a.strict.example', values: ['10.0.0.2', '10.0.0.1'], ttl: 61 },
      /do not match the current values/,
    ],
    [
      { action: 'DELETE', name: 'strict.example', type: 'SOA', values: ['x'] },
      /^\[A HostedZone must contain exactly one SOA record\.\]$/,
    ],
    [
      { action: 'DELETE', name: 'strict.example', type: 'NS', values: ['x'] },
      /at least one NS record for the zone itself/,
    ],
  ];
  for (const [change, text] of cases)
    await assert.rejects(changeRecords(us, zone, change), failure('InvalidChangeBatch', text));
  await changeRecords(us, zone, {
    action: 'DELETE',
    name: 'a.strict.example',
    values: ['10.0.0.2', '10.0.0.1'],
  });
  await assert.rejects(
    us.changeResourceRecordSets({
      HostedZoneId: zone,
      ChangeBatch: {
        Changes: [{ Action: 'CREATE', ResourceRecordSet: { Name: 'b.strict.example', Type: 'A' } }],
      },
    }),
    failure(
      'InvalidInput',
      /^Invalid request: Expected exactly one of \[AliasTarget, .* but found none in Change with \[Action=CREATE, Name=b\.strict\.example, Type=A, SetIdentifier=null\]$/,
    ),
  );
});

test('routing policies, health checks and types that are not built are refused by name', async () => {
  const zone = await createZone(us, 'routing.example', vpcId);
  const set: ResourceRecordSet = {
    Name: 'a.routing.example',
    Type: 'A',
    TTL: 5,
    ResourceRecords: [{ Value: '10.0.0.1' }],
  };
  const put = (more: object) =>
    us.changeResourceRecordSets({
      HostedZoneId: zone,
      ChangeBatch: { Changes: [{ Action: 'CREATE', ResourceRecordSet: { ...set, ...more } }] },
    });
  for (const [member, value] of Object.entries({
    SetIdentifier: 'a',
    HealthCheckId: 'h',
    MultiValueAnswer: true,
  }))
    await assert.rejects(put({ [member]: value }), failure('NotImplemented', new RegExp(member)));
  await assert.rejects(put({ Type: 'HTTPS' }), failure('NotImplemented', /HTTPS/));
});

test('an alias leads to a record of its zone, to an endpoint and to a load balancer, and to nothing else', async () => {
  const zone = await createZone(us, 'alias.example', vpcId);
  const made = store.change((cloud) => {
    const provider = putVpc(cloud, '222222222222', '10.7.0.0/16');
    const { instanceId } = putInstance(cloud, provider, 0, '10.7.1.11');
    const service = putEndpointService(cloud, provider, 80, [instanceId]);
    const consumer = putVpc(cloud, '111111111111', '10.8.0.0/16');
    return putEndpoint(cloud, consumer, service, '10.8.1.50').vpcEndpointId;
  });
  const vpcEndpoint = store.cloud.vpcEndpoints.find(made)!;
  assert.ok(vpcEndpoint.vpcEndpointType === 'Interface');
  const endpointName = `${made}-${vpcEndpoint.dnsSuffix}.${vpcEndpoint.serviceId}.us-east-1.vpce.amazonaws.com`;
  const [loadBalancer] = store.cloud.loadBalancers.all();
  await changeRecords(
    us,
    zone,
    { name: 'target.alias.example', values: ['10.0.0.9'] },
    { name: 'alias.example', alias: { zone, name: 'target.alias.example' } },
    { name: 'endpoint.alias.example', alias: { zone: 'Z7HUB22UULQXV', name: endpointName } },
    {
      name: 'nlb.alias.example',
      alias: { zone: 'Z26RNL4JYFTOTI', name: `dualstack.${loadBalancer!.dnsName}.` },
    },
  );
  assert.deepEqual(ask('alias.example'), ['10.0.0.9']);
  assert.deepEqual(ask('endpoint.alias.example'), ['10.8.1.50']);
  assert.match(String(ask('nlb.alias.example')), /^10\.7\.1\.\d+/);
  const { ResourceRecordSets } = await us.listResourceRecordSets({ HostedZoneId: zone, MaxItems: 1 });
  assert.deepEqual(ResourceRecordSets, [
    {
      Name: 'alias.example.',
      Type: 'A',
      AliasTarget: { HostedZoneId: zone, DNSName: 'target.alias.example.', EvaluateTargetHealth: false },
    },
  ]);
  const refused: [Change['alias'] & object, string][] = [
    [
      { zone, name: 'none.alias.example' },
      `[Tried to create an alias that targets none.alias.example., type A in zone ${zone}, but that target was not found]`,
    ],
    [
      { zone: 'Z7HUB22UULQXV', name: 'www.example' },
      '[Tried to create an alias that targets www.example., type A in zone Z7HUB22UULQXV, but the alias target name does not lie within the target zone, Tried to create an alias that targets www.example., type A in zone Z7HUB22UULQXV, but that target was not found]',
    ],
    [
      { zone: 'Z2FDTNDATAQYW2', name: 'd1.cloudfront.net' },
      '[Tried to create an alias that targets d1.cloudfront.net., type A in zone Z2FDTNDATAQYW2, but the alias target name does not lie within the target zone, Tried to create an alias that targets d1.cloudfront.net., type A in zone Z2FDTNDATAQYW2, but that target was not found]',
    ],
  ];
  for (const [alias, text] of refused)
    await assert.rejects(
      changeRecords(us, zone, { name: 'x.alias.example', alias }),
      failure('InvalidChangeBatch', text),
    );
});

test('record sets come in pages from a name and a type on', async () => {
  const zone = await createZone(us, 'pages.example', vpcId);
  const names = ['c', 'a', 'b'].map((label) => `${label}.pages.example`);
  await changeRecords(us, zone, ...names.map((name) => ({ name, values: ['10.0.0.1'] })));
  const first = await us.listResourceRecordSets({ HostedZoneId: zone, MaxItems: 3 });
  assert.deepEqual(
    [first.IsTruncated, first.NextRecordName, first.NextRecordType, first.MaxItems],
    [true, 'b.pages.example.', 'A', 3],
  );
  const rest = await us.listResourceRecordSets({
    HostedZoneId: zone,
    StartRecordName: first.NextRecordName,
    StartRecordType: first.NextRecordType,
  });
  assert.deepEqual(
    rest.ResourceRecordSets?.map(({ Name }) => Name),
    ['b.pages.example.', 'c.pages.example.'],
  );
  // So Terraform looks for one record.
  const one = await us.listResourceRecordSets({
    HostedZoneId: zone,
    StartRecordName: 'pages.example',
    StartRecordType: 'NS',
    MaxItems: 1,
  });
  assert.deepEqual(
    one.ResourceRecordSets?.map(({ Type }) => Type),
    ['NS'],
  );
  await assert.rejects(
    us.listResourceRecordSets({ HostedZoneId: zone, StartRecordType: 'NS' }),
    failure('InvalidInput'),
  );
});

test('more than 1,000 changes are too many for a batch', async () => {
  const zone = await createZone(us, 'many.example', vpcId);
  const changes = Array.from({ length: 1001 }, (_, index) => ({
    name: `h${index}.many.example`,
    values: ['10.0.0.1'],
  }));
  await assert.rejects(
    changeRecords(us, zone, ...changes),
    failure('InvalidChangeBatch', '[Number of records limit of 1000 exceeded.]'),
  );
  await changeRecords(us, zone, ...changes.slice(0, 1000));
  assert.deepEqual(ask('h999.many.example'), ['10.0.0.1']);
});

test('a document that is none is refused and does no harm', async () => {
  const zone = await createZone(us, 'garbage.example', vpcId);
  const today = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const send = async (body: string) => {
    const response = await fetch(`${endpoint}/2013-04-01/hostedzone/${zone}/rrset/`, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=111111111111/${today.slice(0, 8)}/us-east-1/route53/aws4_request, SignedHeaders=host;x-amz-date, Signature=00`,
        'x-amz-date': today,
      },
      body,
    });
    return [response.status, /<Code>(\w+)<\/Code>/.exec(await response.text())?.[1]];
  };
  const root = (inside: string) =>
    `<ChangeResourceRecordSetsRequest>${inside}</ChangeResourceRecordSetsRequest>`;
  for (const body of [
    '{',
    '<a>',
    '<Other/>',
    root(''),
    root('<ChangeBatch/>'),
    root('<ChangeBatch><Changes/></ChangeBatch>'),
    root('<ChangeBatch><Changes><Change><Action>DROP</Action></Change></Changes></ChangeBatch>'),
    root('<Evil/>'),
    '\0\0\0',
    root(
      '<ChangeBatch><Changes><Change><Action>CREATE</Action><ResourceRecordSet><Name>a.garbage.example</Name><Type>A</Type><TTL>x</TTL></ResourceRecordSet></Change></Changes></ChangeBatch>',
    ),
  ]) {
    const [status, code] = await send(body);
    assert.deepEqual([status, code], [400, 'InvalidInput'], body);
  }
  assert.equal((await namesOf(zone)).length, 2);
});
