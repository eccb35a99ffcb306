// Route 53 Resolver over HTTP: endpoints with their interfaces, what holds them and what they hold, and what is refused in
// which words.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import {
  deleteNetworkInterface,
  describeNetworkInterfaces,
} from '../../src/services/ec2/network-interface.ts';
import { createSecurityGroup, deleteSecurityGroup } from '../../src/services/ec2/security-group.ts';
import { createSubnet, deleteSubnet } from '../../src/services/ec2/subnet.ts';
import { deleteVpc } from '../../src/services/ec2/vpc.ts';
import { route53ResolverService } from '../../src/services/route53resolver/route53resolver.ts';
import { newHarness, refusal } from '../operation-harness.ts';
import { makeVpc } from '../vpc-fixture.ts';
import { startJsonService } from './json-service-fixture.ts';

const [owner, stranger] = ['111111111111', '222222222222'] as const;
const ec2 = newHarness();
const resolver = await startJsonService(route53ResolverService, ec2.store);
const { call, codeOf, world, clock, lines, addUser } = resolver;
const { VpcId, SubnetId: first } = makeVpc(ec2);
const second = ec2.run(createSubnet, { VpcId, CidrBlock: '10.0.2.0/24' }).Subnet!.SubnetId!;
const GroupId = ec2.run(createSecurityGroup, { VpcId, GroupName: 'dns', Description: 'dns' }).GroupId!;
const direct = world.arrival;
let requests = 0;

const request = (more: object = {}) => ({
  CreatorRequestId: `request ${++requests}`,
  Direction: 'INBOUND',
  SecurityGroupIds: [GroupId],
  IpAddresses: [{ SubnetId: first, Ip: '10.0.1.20' }, { SubnetId: second }],
  ...more,
});
const create = async (more: object = {}) =>
  (await call(owner, 'CreateResolverEndpoint', request(more))).body.ResolverEndpoint;
const list = async (input: object = {}, account: string = owner) =>
  (await call(account, 'ListResolverEndpoints', input)).body.ResolverEndpoints.map(
    ({ Id }: { Id: string }) => Id,
  );
const addressesOf = async (ResolverEndpointId: string) =>
  (await call(owner, 'ListResolverEndpointIpAddresses', { ResolverEndpointId })).body.IpAddresses;

beforeEach(async () => {
  clock.aheadMs = 0;
  world.arrival = direct;
  world.kernel.applied = true;
  for (const ResolverEndpointId of await list())
    await call(owner, 'DeleteResolverEndpoint', { ResolverEndpointId });
});

test('an inbound endpoint has an interface in each subnet, with the addresses that were asked for', async () => {
  world.kernel.applied = false;
  const made = await create({ Name: 'from the office', Tags: [{ Key: 'team', Value: 'blue' }] });
  assert.match(made.Id, /^rslvr-in-[0-9a-f]{17}$/);
  const { CreationTime } = made;
  assert.deepEqual(made, {
    Id: made.Id,
    CreatorRequestId: made.CreatorRequestId,
    Arn: `arn:aws:route53resolver:us-east-1:${owner}:resolver-endpoint/${made.Id}`,
    Name: 'from the office',
    SecurityGroupIds: [GroupId],
    Direction: 'INBOUND',
    IpAddressCount: 2,
    HostVPCId: VpcId,
    Status: 'CREATING',
    StatusMessage: 'Creating the Resolver Endpoint.',
    CreationTime,
    ModificationTime: CreationTime,
    ResolverEndpointType: 'IPV4',
    Protocols: ['Do53'],
  });
  const ResolverEndpointId = made.Id;
  assert.deepEqual(
    (await addressesOf(made.Id)).map((one: { Status: string }) => one.Status),
    ['CREATING', 'CREATING'],
  );
  world.kernel.applied = true;
  const got = (await call(owner, 'GetResolverEndpoint', { ResolverEndpointId })).body.ResolverEndpoint;
  assert.equal(got.Status, 'OPERATIONAL', 'only once the network has it');
  const addresses = await addressesOf(made.Id);
  assert.deepEqual(
    addresses.map(({ SubnetId, Ip, Status }: Record<string, string>) => ({ SubnetId, Ip, Status })),
    [
      { SubnetId: first, Ip: '10.0.1.20', Status: 'ATTACHED' },
      { SubnetId: second, Ip: '10.0.2.4', Status: 'ATTACHED' },
    ],
  );
  const tags = (await call(owner, 'ListTagsForResource', { ResourceArn: made.Arn })).body.Tags;
  assert.deepEqual(tags, [{ Key: 'team', Value: 'blue' }]);

  const Filters = [{ Name: 'private-ip-address', Values: ['10.0.1.20'] }];
  const [eni] = ec2.run(describeNetworkInterfaces, { Filters }).NetworkInterfaces!;
  assert.deepEqual(
    [eni!.Description, eni!.InterfaceType, eni!.RequesterManaged, eni!.Status, eni!.Groups![0]!.GroupId],
    [`Route 53 Resolver: ${made.Id}:${addresses[0].IpId}`, 'interface', true, 'in-use', GroupId],
  );
});

test('its interfaces are its own, and hold the subnet, the group and the VPC until it goes', async () => {
  const { Id: ResolverEndpointId } = await create();
  const Filters = [{ Name: 'private-ip-address', Values: ['10.0.1.20'] }];
  const [eni] = ec2.run(describeNetworkInterfaces, { Filters }).NetworkInterfaces!;
  const NetworkInterfaceId = eni!.NetworkInterfaceId!;
  assert.throws(
    () => ec2.run(deleteNetworkInterface, { NetworkInterfaceId }),
    refusal('OperationNotPermitted'),
  );
  assert.throws(() => ec2.run(deleteSubnet, { SubnetId: first }), refusal('DependencyViolation'));
  assert.throws(() => ec2.run(deleteSecurityGroup, { GroupId }), refusal('DependencyViolation'));
  assert.throws(() => ec2.run(deleteVpc, { VpcId }), refusal('DependencyViolation'));

  const { ResolverEndpoint } = (await call(owner, 'DeleteResolverEndpoint', { ResolverEndpointId })).body;
  assert.equal(ResolverEndpoint.Status, 'DELETING');
  const gone = await call(owner, 'GetResolverEndpoint', { ResolverEndpointId });
  assert.deepEqual(gone.body, {
    __type: 'ResourceNotFoundException',
    Message: `[RSLVR-00601] Resolver endpoint with ID "${ResolverEndpointId}" does not exist.`,
    ResourceType: 'resolver-endpoint',
  });
  assert.deepEqual(ec2.run(describeNetworkInterfaces, { Filters }).NetworkInterfaces, []);
});

test('addresses come and go, and two always stay', async () => {
  const { Id: ResolverEndpointId } = await create();
  const [associate, disassociate] = [
    'AssociateResolverEndpointIpAddress',
    'DisassociateResolverEndpointIpAddress',
  ] as const;
  const change = (operation: string, IpAddress: object) =>
    call(owner, operation, { ResolverEndpointId, IpAddress });
  const few = await change(disassociate, { SubnetId: first, Ip: '10.0.1.20' });
  assert.deepEqual(few.body, {
    __type: 'InvalidRequestException',
    Message: '[RSLVR-00400] Resolver endpoint need to have at least 2 IP addresses.',
  });
  clock.aheadMs = 1000;
  const taken = await change(associate, { SubnetId: first, Ip: '10.0.1.20' });
  assert.equal(taken.body.__type, 'ResourceExistsException');
  world.kernel.applied = false;
  const added = (await change(associate, { SubnetId: first })).body.ResolverEndpoint;
  assert.deepEqual([added.IpAddressCount, added.Status], [3, 'UPDATING']);
  world.kernel.applied = true;
  const addresses = await addressesOf(ResolverEndpointId);
  assert.equal(addresses[2].Ip, '10.0.1.4');
  assert.equal((await change(disassociate, { SubnetId: first })).body.__type, 'InvalidRequestException');
  assert.equal(
    (await change(disassociate, { IpId: 'rni-00000000000000000' })).body.__type,
    'InvalidParameterException',
  );
  const left = (await change(disassociate, { IpId: addresses[0].IpId })).body.ResolverEndpoint;
  assert.equal(left.IpAddressCount, 2);
  const Filters = [{ Name: 'private-ip-address', Values: ['10.0.1.20'] }];
  assert.deepEqual(ec2.run(describeNetworkInterfaces, { Filters }).NetworkInterfaces, []);
});

test('a name can be changed; the rest is as it was made', async () => {
  const { Id: ResolverEndpointId } = await create({ Name: 'old' });
  const update = (input: object) => call(owner, 'UpdateResolverEndpoint', { ResolverEndpointId, ...input });
  assert.equal((await update({ Name: 'new' })).body.ResolverEndpoint.Name, 'new');
  assert.equal(
    (await update({ ResolverEndpointType: 'IPV4', Protocols: ['Do53'] })).body.ResolverEndpoint.Name,
    'new',
  );
  assert.equal((await update({ Name: '12345' })).body.__type, 'ValidationException');
  assert.equal((await update({ ResolverEndpointType: 'DUALSTACK' })).status, 501);
  assert.equal((await update({ Protocols: ['DoH'] })).status, 501);
  assert.equal((await update({ UpdateIpAddresses: [] })).status, 501);
});

test('lists are filtered and come in pages', async () => {
  const one = await create({ Name: 'one' });
  const two = await create({
    Name: 'two',
    IpAddresses: [{ SubnetId: first }, { SubnetId: first }, { SubnetId: second }],
  });
  const by = (Name: string, ...Values: string[]) => list({ Filters: [{ Name, Values }] });
  assert.deepEqual(await by('Name', 'two'), [two.Id]);
  assert.deepEqual(await by('Direction', 'INBOUND'), [one.Id, two.Id]);
  assert.deepEqual(await by('Direction', 'OUTBOUND'), []);
  assert.deepEqual(await by('HOST_VPC_ID', VpcId), [one.Id, two.Id], 'as filters were once called');
  assert.deepEqual(await by('IpAddressCount', '3'), [two.Id]);
  assert.deepEqual(await by('SecurityGroupIds', GroupId), [one.Id, two.Id]);
  assert.deepEqual(await by('Status', 'CREATING'), []);
  assert.deepEqual(await by('CreatorRequestId', one.CreatorRequestId), [one.Id]);
  const unknown = await codeOf(owner, 'ListResolverEndpoints', {
    Filters: [{ Name: 'Colour', Values: ['x'] }],
  });
  assert.equal(unknown, 'InvalidParameterException');
  const page = (await call(owner, 'ListResolverEndpoints', { MaxResults: 1 })).body;
  assert.deepEqual([page.MaxResults, page.ResolverEndpoints[0].Id], [1, one.Id]);
  assert.deepEqual(await list({ NextToken: page.NextToken }), [two.Id]);
  assert.equal(await codeOf(owner, 'ListResolverEndpoints', { NextToken: 'x' }), 'InvalidNextTokenException');
  assert.equal(await codeOf(owner, 'ListResolverEndpoints', { MaxResults: 101 }), 'ValidationException');
  assert.deepEqual(await list({}, stranger), []);
  assert.equal(
    await codeOf(stranger, 'GetResolverEndpoint', { ResolverEndpointId: one.Id }),
    'ResourceNotFoundException',
  );
});

test('what cannot be is refused, and nothing of it remains', async () => {
  const other = makeVpc(ec2, 9);
  const before = ec2.run(describeNetworkInterfaces, {}).NetworkInterfaces!.length;
  const subnets = (...IpAddresses: object[]) => ({ IpAddresses });
  const cases: [object, string][] = [
    [{ CreatorRequestId: undefined }, 'ValidationException'],
    [{ Direction: 'SIDEWAYS' }, 'ValidationException'],
    [{ Name: 'a/b' }, 'ValidationException'],
    [{ SecurityGroupIds: [] }, 'InvalidParameterException'],
    [{ SecurityGroupIds: ['dns'] }, 'InvalidParameterException'],
    [{ SecurityGroupIds: ['sg-00000000000000000'] }, 'InvalidParameterException'],
    [subnets({ SubnetId: first }), 'InvalidRequestException'],
    [subnets({ SubnetId: first }, {}), 'ValidationException'],
    [subnets({ SubnetId: first }, { SubnetId: 'subnet-00000000000000000' }), 'InvalidParameterException'],
    [subnets({ SubnetId: first }, { SubnetId: other.SubnetId }), 'InvalidRequestException'],
    [subnets({ SubnetId: first }, { SubnetId: first, Ip: '10.0.2.9' }), 'InvalidParameterException'],
    [subnets({ SubnetId: first }, { SubnetId: first, Ip: '10.0.1.1' }), 'InvalidParameterException'],
    [subnets({ SubnetId: first }, { SubnetId: first, Ip: 'ten' }), 'InvalidParameterException'],
    [
      subnets({ SubnetId: first, Ip: '10.0.1.9' }, { SubnetId: first, Ip: '10.0.1.9' }),
      'ResourceExistsException',
    ],
    [{ Tags: [{ Key: 'aws:x', Value: '' }] }, 'InvalidParameterException'],
    [
      {
        Tags: [
          { Key: 'a', Value: '1' },
          { Key: 'a', Value: '2' },
        ],
      },
      'InvalidRequestException',
    ],
    [{ Tags: [null] }, 'SerializationException'],
    [{ IpAddresses: 'two' }, 'SerializationException'],
    [{ Direction: 'INBOUND_DELEGATION' }, 'NotImplemented'],
    [{ Dns64Enabled: true }, 'NotImplemented'],
    [{ OutpostArn: 'arn:aws:outposts:us-east-1:111111111111:outpost/op-0' }, 'NotImplemented'],
  ];
  for (const [more, code] of cases)
    assert.equal(await codeOf(owner, 'CreateResolverEndpoint', request(more)), code, JSON.stringify(more));
  assert.equal(ec2.run(describeNetworkInterfaces, {}).NetworkInterfaces!.length, before);
  const once = request();
  assert.equal((await call(owner, 'CreateResolverEndpoint', once)).status, 200);
  assert.equal(await codeOf(owner, 'CreateResolverEndpoint', once), 'ResourceExistsException');
  for (const operation of [
    'CreateResolverQueryLogConfig',
    'CreateFirewallRule',
    'UpdateResolverDnssecConfig',
  ]) {
    const { status, body } = await call(owner, operation);
    assert.deepEqual([status, body.__type], [501, 'NotImplemented']);
    assert.match(body.message, new RegExp(`route53resolver:${operation}\\.`));
  }
});

test('tags are set and taken away', async () => {
  const { Arn: ResourceArn } = await create();
  const tagsOf = async () => (await call(owner, 'ListTagsForResource', { ResourceArn })).body.Tags;
  await call(owner, 'TagResource', {
    ResourceArn,
    Tags: [
      { Key: 'a', Value: '1' },
      { Key: 'b', Value: '2' },
    ],
  });
  await call(owner, 'TagResource', { ResourceArn, Tags: [{ Key: 'a', Value: '3' }] });
  assert.deepEqual(await tagsOf(), [
    { Key: 'a', Value: '3' },
    { Key: 'b', Value: '2' },
  ]);
  await call(owner, 'UntagResource', { ResourceArn, TagKeys: ['a', 'c'] });
  assert.deepEqual(await tagsOf(), [{ Key: 'b', Value: '2' }]);
  assert.equal(await codeOf(stranger, 'ListTagsForResource', { ResourceArn }), 'ResourceNotFoundException');
});

test('policies are asked about the endpoint, its tags and those of the request', async () => {
  const { Id, Arn } = await create({ Tags: [{ Key: 'team', Value: 'blue' }] });
  const { Id: otherId } = await create({ IpAddresses: [{ SubnetId: first }, { SubnetId: second }] });
  const Statement = [
    { Effect: 'Allow', Action: 'route53resolver:GetResolverEndpoint', Resource: Arn },
    {
      Effect: 'Allow',
      Action: 'route53resolver:UpdateResolverEndpoint',
      Resource: '*',
      Condition: { StringEquals: { 'aws:ResourceTag/team': 'blue' } },
    },
    {
      Effect: 'Allow',
      Action: 'route53resolver:CreateResolverEndpoint',
      Resource: `arn:aws:route53resolver:us-east-1:${owner}:resolver-endpoint/*`,
      Condition: { StringEquals: { 'aws:RequestTag/team': 'red' } },
    },
  ];
  const ada = addUser(owner, Statement);
  const statusOf = async (operation: string, input: object) =>
    (await call(owner, operation, input, ada)).status;
  assert.equal(await statusOf('GetResolverEndpoint', { ResolverEndpointId: Id }), 200);
  const { body } = await call(owner, 'GetResolverEndpoint', { ResolverEndpointId: otherId }, ada);
  assert.equal(body.__type, 'AccessDeniedException');
  assert.match(
    body.Message,
    new RegExp(
      `^User: arn:aws:iam::${owner}:user/ada is not authorized to perform: route53resolver:GetResolverEndpoint on resource: .*${otherId}`,
    ),
  );
  assert.equal(lines.at(-1)!.region, 'us-east-1');
  assert.equal(await statusOf('UpdateResolverEndpoint', { ResolverEndpointId: Id, Name: 'x' }), 200);
  assert.equal(await statusOf('UpdateResolverEndpoint', { ResolverEndpointId: otherId, Name: 'x' }), 400);
  const free = { IpAddresses: [{ SubnetId: first }, { SubnetId: second }] };
  const tagged = (Value: string) => request({ ...free, Tags: [{ Key: 'team', Value }] });
  assert.equal(await statusOf('CreateResolverEndpoint', tagged('blue')), 400);
  assert.equal(await statusOf('CreateResolverEndpoint', { Tags: [null, 7, 'x'] }), 400);
  assert.equal(await statusOf('CreateResolverEndpoint', tagged('red')), 200);
});

test('at its own name a region’s front end takes what is signed for it', async () => {
  world.arrival = { ...direct, frontEnd: { service: 'route53resolver', region: 'eu-west-1' } };
  assert.equal(await codeOf(owner, 'ListResolverEndpoints'), 'InvalidSignatureException');
  const far = await call(owner, 'ListResolverEndpoints', {}, { region: 'eu-west-1' });
  assert.deepEqual([far.status, far.body.ResolverEndpoints], [200, []]);
});
