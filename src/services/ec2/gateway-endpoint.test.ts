import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CreateVpcEndpointRequest, ModifyVpcEndpointRequest } from '@aws-sdk/client-ec2';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeVpc } from '../../../test/vpc-fixture.ts';
import { defaultEndpointPolicy } from '../../cloud/endpoint-policy.ts';
import { describeVpcEndpointServices } from './describe-vpc-endpoint-services.ts';
import { createRoute, deleteRoute, replaceRoute } from './route.ts';
import { createRouteTable, deleteRouteTable, describeRouteTables } from './route-table.ts';
import { deleteVpc } from './vpc.ts';
import { createVpcEndpoint, deleteVpcEndpoints, describeVpcEndpoints } from './vpc-endpoint.ts';
import { modifyVpcEndpoint } from './vpc-endpoint-modify.ts';

const s3 = 'com.amazonaws.us-east-1.s3';
const dynamodb = 'com.amazonaws.us-east-1.dynamodb';
const s3List = 'pl-63a5400a';
const policy =
  '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}';

function newCase() {
  const harness = newHarness();
  const { run } = harness;
  const { VpcId, SubnetId } = makeVpc(harness);
  const makeTable = (vpcId = VpcId) => run(createRouteTable, { VpcId: vpcId }).RouteTable!.RouteTableId!;
  const create = (more: Partial<CreateVpcEndpointRequest> = {}) =>
    run(createVpcEndpoint, { VpcId, ServiceName: s3, ...more }).VpcEndpoint!;
  const modify = (VpcEndpointId: string, more: Partial<ModifyVpcEndpointRequest>) =>
    run(modifyVpcEndpoint, { VpcEndpointId, ...more });
  const find = (id: string) => run(describeVpcEndpoints, { VpcEndpointIds: [id] }).VpcEndpoints![0]!;
  const routes = (RouteTableId: string) =>
    run(describeRouteTables, { RouteTableIds: [RouteTableId] }).RouteTables![0]!.Routes!.slice(1);
  return { ...harness, VpcId, SubnetId, makeTable, create, modify, find, routes };
}

test('an endpoint is a gateway unless it is said otherwise, open to all, without addresses', () => {
  const { create, VpcId } = newCase();
  const { VpcEndpointId, CreationTimestamp, ...shown } = create();
  assert.match(VpcEndpointId!, /^vpce-[0-9a-f]{17}$/);
  assert.equal(CreationTimestamp!.toISOString(), '2026-01-31T12:00:00.000Z');
  assert.deepEqual(shown, {
    VpcEndpointType: 'Gateway',
    VpcId,
    ServiceName: s3,
    State: 'available',
    PolicyDocument: defaultEndpointPolicy,
    RouteTableIds: [],
    SubnetIds: [],
    Groups: [],
    DnsOptions: { DnsRecordIpType: 'service-defined' },
    PrivateDnsEnabled: false,
    NetworkInterfaceIds: [],
    DnsEntries: [],
    RequesterManaged: false,
    IpAddressType: 'ipv4',
    Tags: [],
    OwnerId: '111111111111',
    ServiceRegion: 'us-east-1',
  });
});

test('an endpoint is pending until its routes are there', () => {
  const { create, find, world } = newCase();
  world.applied = 0;
  const { VpcEndpointId, State } = create();
  assert.equal(State, 'pending');
  world.applied = true;
  assert.equal(find(VpcEndpointId!).State, 'available');
});

test('its route is in the tables that were named, and comes and goes with it alone', () => {
  const { create, modify, makeTable, routes, run } = newCase();
  const [first, second] = [makeTable(), makeTable()];
  const { VpcEndpointId } = create({ RouteTableIds: [first] });
  const route = {
    DestinationPrefixListId: s3List,
    GatewayId: VpcEndpointId,
    Origin: 'CreateRoute',
    State: 'active',
  };
  assert.deepEqual(routes(first), [route]);
  const byList = { Filters: [{ Name: 'route.destination-prefix-list-id', Values: [s3List] }] };
  assert.equal(run(describeRouteTables, byList).RouteTables![0]!.RouteTableId, first);
  modify(VpcEndpointId!, { AddRouteTableIds: [second], RemoveRouteTableIds: [first] });
  assert.deepEqual([routes(first), routes(second)], [[], [route]]);

  const named = { RouteTableId: second, DestinationPrefixListId: s3List };
  assert.throws(
    () => run(deleteRoute, named),
    refusal('InvalidParameterValue', `cannot remove VPC endpoint route ${s3List} in route table ${second}`),
  );
  assert.throws(
    () => run(replaceRoute, { ...named, GatewayId: 'igw-00000000' }),
    refusal('InvalidParameterValue', /cannot replace VPC endpoint route/),
  );
  const missing = { RouteTableId: first, DestinationPrefixListId: s3List };
  assert.throws(
    () => run(deleteRoute, missing),
    refusal('InvalidRoute.NotFound', /destination-prefix-list-id/),
  );
  assert.throws(
    () => run(replaceRoute, missing),
    refusal('InvalidParameterValue', /Use CreateRoute instead/),
  );

  run(deleteVpcEndpoints, { VpcEndpointIds: [VpcEndpointId!] });
  assert.deepEqual(routes(second), []);
});

test('a route to one of AWS’s lists cannot be made by hand', () => {
  const { create, makeTable, run } = newCase();
  const RouteTableId = makeTable();
  const { VpcEndpointId } = create();
  const route = { RouteTableId, DestinationPrefixListId: s3List };
  const refused: [object, string][] = [
    [{ VpcEndpointId }, 'InvalidParameterCombination'],
    [{ GatewayId: VpcEndpointId }, 'RouteNotSupported'],
    [{ GatewayId: VpcEndpointId, DestinationCidrBlock: '10.0.0.0/8' }, 'InvalidParameterCombination'],
    [{ GatewayId: VpcEndpointId, DestinationPrefixListId: 'pl-00000000' }, 'InvalidPrefixListID.NotFound'],
  ];
  for (const [more, code] of refused) {
    assert.throws(() => run(createRoute, { ...route, ...more }), refusal(code), JSON.stringify(more));
  }
});

test('a table holds one route per service, and only tables of the VPC will do', () => {
  const { create, modify, makeTable, run, ...harness } = newCase();
  const table = makeTable();
  const { VpcEndpointId } = create({ RouteTableIds: [table] });
  create({ ServiceName: dynamodb, RouteTableIds: [table] });
  const taken = refusal(
    'RouteAlreadyExists',
    `route table ${table} already has a route with destination-prefix-list-id ${s3List}`,
  );
  const before = harness.store.cloud.generation;
  assert.throws(() => create({ RouteTableIds: [table] }), taken);
  const other = create({});
  assert.throws(() => modify(other.VpcEndpointId!, { AddRouteTableIds: [table] }), taken);
  const foreign = makeTable(makeVpc({ run, ...harness }, 1).VpcId);
  assert.throws(
    () => create({ RouteTableIds: [foreign] }),
    refusal('InvalidParameter', /belong to different networks/),
  );
  assert.throws(() => create({ RouteTableIds: ['rtb-00000000'] }), refusal('InvalidRouteTableID.NotFound'));
  assert.throws(
    () => modify(VpcEndpointId!, { RemoveRouteTableIds: [foreign] }),
    refusal('InvalidParameter', /is not associated with/),
  );
  assert.ok(harness.store.cloud.generation > before);
});

test('a table that is deleted is forgotten, and an endpoint holds its VPC', () => {
  const { create, find, makeTable, run, VpcId } = newCase();
  const RouteTableId = makeTable();
  const { VpcEndpointId } = create({ RouteTableIds: [RouteTableId] });
  run(deleteRouteTable, { RouteTableId });
  assert.deepEqual(find(VpcEndpointId!).RouteTableIds, []);
  assert.throws(() => run(deleteVpc, { VpcId }), refusal('DependencyViolation'));
});

test('a policy is kept as it came, replaced and reset', () => {
  const { create, modify, find } = newCase();
  const { VpcEndpointId, PolicyDocument } = create({ PolicyDocument: policy });
  assert.equal(PolicyDocument, policy);
  const id = VpcEndpointId!;
  modify(id, { ResetPolicy: true });
  assert.equal(find(id).PolicyDocument, defaultEndpointPolicy);
  modify(id, { PolicyDocument: policy });
  assert.equal(find(id).PolicyDocument, policy);
  const both = { PolicyDocument: policy, ResetPolicy: true };
  assert.throws(() => modify(id, both), refusal('InvalidParameterCombination'));
  for (const bad of ['', 'no', '{"Statement":[{"Effect":"Perhaps"}]}', policy.padEnd(20_481)]) {
    assert.throws(() => modify(id, { PolicyDocument: bad }), refusal('InvalidPolicyDocument'));
    assert.throws(() => create({ PolicyDocument: bad }), refusal('InvalidPolicyDocument'));
  }
  assert.equal(find(id).PolicyDocument, policy);
});

test('what a gateway endpoint does not have is refused', () => {
  const { create, modify, SubnetId } = newCase();
  const { VpcEndpointId } = create();
  const onlyInterfaces =
    'Subnet IDs are only supported for Interface and GatewayLoadBalancer type VPC Endpoints.';
  assert.throws(() => create({ SubnetIds: [SubnetId] }), refusal('InvalidParameter', onlyInterfaces));
  const refused: [Partial<CreateVpcEndpointRequest>, string][] = [
    [{ SubnetConfigurations: [{ SubnetId }] }, 'InvalidParameter'],
    [{ SecurityGroupIds: ['sg-00000000'] }, 'InvalidParameter'],
    [{ PrivateDnsEnabled: true }, 'InvalidParameter'],
    [{ IpAddressType: 'dualstack' }, 'NotImplemented'],
    [{ DnsOptions: { DnsRecordIpType: 'ipv4' } }, 'NotImplemented'],
    [{ VpcEndpointType: 'GatewayLoadBalancer' }, 'InvalidParameter'],
    [{ VpcEndpointType: 'Fence' as never }, 'InvalidParameterValue'],
    [{ ServiceName: 'com.amazonaws.us-east-1.s3express' }, 'NotImplemented'],
    [{ ServiceName: 'com.amazonaws.us-east-1.kms', VpcEndpointType: 'Interface' }, 'NotImplemented'],
    [{ ServiceName: 'com.amazonaws.eu-west-1.s3' }, 'InvalidServiceName'],
    [{ ServiceName: 'com.amazonaws.us-east-1.nothing' }, 'InvalidServiceName'],
    [{ ServiceName: undefined }, 'MissingParameter'],
    [{ VpcId: 'vpc-00000000' }, 'InvalidVpcID.NotFound'],
  ];
  for (const [more, code] of refused) {
    assert.throws(() => create(more), refusal(code), JSON.stringify(more));
  }
  assert.throws(
    () => create({ ServiceName: 'com.amazonaws.us-east-1.ec2' }),
    refusal(
      'InvalidParameter',
      'Endpoint type (Gateway) does not match available service types ([Interface]).',
    ),
  );
  create({
    PrivateDnsEnabled: false,
    IpAddressType: 'ipv4',
    DnsOptions: { DnsRecordIpType: 'service-defined' },
  });
  const changes = [{ AddSubnetIds: [SubnetId] }, { AddSecurityGroupIds: ['sg-00000000'] }];
  for (const more of changes) {
    assert.throws(() => modify(VpcEndpointId!, more), refusal('InvalidParameter'));
  }
});

test('the same token makes one endpoint, another account does not see it', () => {
  const { create, run, VpcId } = newCase();
  const token = { ClientToken: 'once' };
  assert.equal(create(token).VpcEndpointId, create(token).VpcEndpointId);
  assert.throws(() => create({ ...token, PolicyDocument: policy }), refusal('IdempotentParameterMismatch'));
  const theirs = { accountId: '222222222222' };
  assert.deepEqual(run(describeVpcEndpoints, {}, theirs).VpcEndpoints, []);
  const foreign = { VpcId, ServiceName: s3 };
  assert.throws(() => run(createVpcEndpoint, foreign, theirs), refusal('InvalidVpcID.NotFound'));
});

test('endpoints are found by what they are', () => {
  const { create, run } = newCase();
  const Tags = [{ Key: 'Name', Value: 'store' }];
  const { VpcEndpointId } = create({ TagSpecifications: [{ ResourceType: 'vpc-endpoint', Tags }] });
  create({ ServiceName: dynamodb });
  for (const [Name, value] of [
    ['service-name', s3],
    ['tag:Name', 'store'],
    ['vpc-endpoint-id', VpcEndpointId!],
  ] as const) {
    const found = run(describeVpcEndpoints, { Filters: [{ Name, Values: [value] }] }).VpcEndpoints!;
    assert.deepEqual(
      found.map((endpoint) => endpoint.VpcEndpointId),
      [VpcEndpointId],
    );
  }
  const gateways = { Filters: [{ Name: 'vpc-endpoint-type', Values: ['Gateway'] }] };
  assert.equal(run(describeVpcEndpoints, gateways).VpcEndpoints!.length, 2);
});

test('AWS’s services are listed in the caller’s region', () => {
  const { run } = newCase();
  const list = (region: string) => run(describeVpcEndpointServices, {}, { region });
  const others = [
    'us-east-1.ec2',
    'us-east-1.elasticloadbalancing',
    'us-east-1.sts',
    'iam',
    'route53',
    'us-east-1.monitoring',
  ];
  assert.deepEqual(list('us-east-1').ServiceNames, [
    ...[s3, s3, dynamodb, dynamodb],
    ...others.map((name) => `com.amazonaws.${name}`),
  ]);
  assert.ok(!list('eu-west-1').ServiceNames!.includes('com.amazonaws.iam'));
  const [detail] = list('eu-west-1').ServiceDetails!;
  assert.equal(detail!.ServiceName, 'com.amazonaws.eu-west-1.s3');
  assert.deepEqual(detail!.AvailabilityZones, ['eu-west-1a', 'eu-west-1b', 'eu-west-1c']);
  assert.deepEqual([detail!.Owner, detail!.VpcEndpointPolicySupported], ['amazon', true]);
  const Filters = [{ Name: 'service-type', Values: ['Gateway'] }];
  assert.equal(run(describeVpcEndpointServices, { ServiceNames: [s3], Filters }).ServiceDetails!.length, 1);
  const named = (name: string) => run(describeVpcEndpointServices, { ServiceNames: [name] });
  assert.throws(() => named('com.amazonaws.eu-west-1.s3'), refusal('InvalidServiceName'));
  assert.throws(() => named('com.amazonaws.us-east-1.sqs'), refusal('NotImplemented', /sqs/));
});
