import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CreateNatGatewayRequest } from '@aws-sdk/client-ec2';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeVpc } from '../../../test/vpc-fixture.ts';
import { allocateAddress, describeAddresses, releaseAddress } from './elastic-ip.ts';
import { disassociateAddress } from './elastic-ip-association.ts';
import { attachInternetGateway, createInternetGateway, detachInternetGateway } from './internet-gateway.ts';
import { createNatGateway, deleteNatGateway, describeNatGateways } from './nat-gateway.ts';
import { deleteNetworkInterface, describeNetworkInterfaces } from './network-interface.ts';
import { createRoute } from './route.ts';
import { createRouteTable, describeRouteTables } from './route-table.ts';
import { createSubnet, deleteSubnet, describeSubnets } from './subnet.ts';
import { deleteVpc } from './vpc.ts';

function newCase() {
  const harness = newHarness();
  const { run } = harness;
  const { VpcId, SubnetId } = makeVpc(harness);
  const { InternetGatewayId } = run(createInternetGateway, {}).InternetGateway!;
  run(attachInternetGateway, { InternetGatewayId, VpcId });
  const { AllocationId, PublicIp } = run(allocateAddress, {});
  const create = (more: Partial<CreateNatGatewayRequest> = {}) =>
    run(createNatGateway, { SubnetId, AllocationId, ...more }).NatGateway!;
  const createPrivate = (more: Partial<CreateNatGatewayRequest> = {}) =>
    run(createNatGateway, { SubnetId, ConnectivityType: 'private', ...more }).NatGateway!;
  const find = (id: string) => run(describeNatGateways, { NatGatewayIds: [id] }).NatGateways![0]!;
  const place = { VpcId, SubnetId, InternetGatewayId, AllocationId: AllocationId!, PublicIp: PublicIp! };
  return { ...harness, ...place, create, createPrivate, find };
}

test('a public gateway has an interface of AWS’s own with the Elastic IP', () => {
  const { run, create, world, clock, VpcId, SubnetId, AllocationId, PublicIp, find } = newCase();
  world.applied = 0;
  const made = create();
  const NatGatewayId = made.NatGatewayId!;
  assert.match(NatGatewayId, /^nat-[0-9a-f]{17}$/);
  assert.equal(made.State, 'pending');
  world.applied = true;
  const [eni] = run(describeNetworkInterfaces, {
    Filters: [{ Name: 'interface-type', Values: ['nat_gateway'] }],
  }).NetworkInterfaces!;
  const { NetworkInterfaceId, PrivateIpAddress: PrivateIp } = eni!;
  const { AssociationId } = run(describeAddresses, {}).Addresses![0]!;
  assert.deepEqual(find(NatGatewayId), {
    ...{ NatGatewayId, VpcId, SubnetId, ConnectivityType: 'public', AvailabilityMode: 'zonal' },
    State: 'available',
    CreateTime: clock.now,
    NatGatewayAddresses: [
      {
        ...{ IsPrimary: true, AllocationId, NetworkInterfaceId, PrivateIp, PublicIp, AssociationId },
        Status: 'succeeded',
      },
    ],
    Tags: [],
  });
  assert.equal(eni!.Description, `Interface for NAT Gateway ${NatGatewayId}`);
  assert.deepEqual(
    [eni!.RequesterManaged, eni!.Status, eni!.SourceDestCheck, eni!.Groups, eni!.Association!.PublicIp],
    [true, 'in-use', false, [], PublicIp],
  );
  assert.equal(run(describeSubnets, {}).Subnets![0]!.AvailableIpAddressCount, 250);
  assert.throws(
    () => run(deleteNetworkInterface, { NetworkInterfaceId: NetworkInterfaceId! }),
    refusal('OperationNotPermitted'),
  );
  assert.throws(
    () => run(disassociateAddress, { AssociationId: AssociationId! }),
    refusal('AuthFailure', 'You do not have permission to access the specified resource.'),
  );
});

test('a private gateway has an address of its subnet alone', () => {
  const { createPrivate } = newCase();
  const { State, ConnectivityType, NatGatewayAddresses } = createPrivate({ PrivateIpAddress: '10.0.1.77' });
  assert.deepEqual([State, ConnectivityType], ['available', 'private']);
  const [address] = NatGatewayAddresses!;
  assert.equal(address!.PrivateIp, '10.0.1.77');
  assert.deepEqual([address!.AllocationId, address!.PublicIp], [undefined, undefined]);
});

test('what stands in the way makes a gateway fail, with AWS’s reason, and nothing is made', () => {
  const { run, create, createPrivate, VpcId, InternetGatewayId, AllocationId, store } = newCase();
  const first = create();
  const again = create();
  assert.equal(again.State, 'failed');
  assert.equal(again.FailureCode, 'Resource.AlreadyAssociated');
  assert.equal(again.FailureMessage, `Elastic IP address [${AllocationId}] is already associated`);
  run(deleteNatGateway, { NatGatewayId: first.NatGatewayId! });
  run(detachInternetGateway, { InternetGatewayId, VpcId });
  const inland = create();
  assert.equal(inland.FailureCode, 'Gateway.NotAttached');
  assert.equal(inland.FailureMessage, `Network ${VpcId} has no Internet gateway attached`);
  assert.deepEqual(inland.NatGatewayAddresses, [{ IsPrimary: true, AllocationId, Status: 'failed' }]);
  assert.equal(createPrivate().State, 'available');
  assert.equal(store.cloud.networkInterfaces.size, 1);
});

test('a full subnet makes a gateway fail', () => {
  const { run, createPrivate, VpcId } = newCase();
  const { SubnetId } = run(createSubnet, { VpcId, CidrBlock: '10.0.2.0/28' }).Subnet!;
  const states = Array.from({ length: 12 }, () => createPrivate({ SubnetId }));
  const last = states.pop()!;
  assert.ok(states.every(({ State }) => State === 'available'));
  assert.deepEqual([last.State, last.FailureCode], ['failed', 'InsufficientFreeAddressesInSubnet']);
});

test('a request that makes no sense is refused', () => {
  const { run, create, createPrivate, store } = newCase();
  const before = store.cloud.generation;
  const refused: [Partial<CreateNatGatewayRequest>, string][] = [
    [{ SubnetId: undefined }, 'MissingParameter'],
    [{ AllocationId: undefined }, 'MissingParameter'],
    [{ SubnetId: 'subnet-00000000' }, 'InvalidSubnetID.NotFound'],
    [{ AllocationId: 'eipalloc-00000000' }, 'InvalidAllocationID.NotFound'],
    [{ ConnectivityType: 'private' }, 'InvalidParameterCombination'],
    [{ ConnectivityType: 'secret' as never }, 'InvalidParameterValue'],
    [{ PrivateIpAddress: '10.9.9.9' }, 'InvalidParameterValue'],
    [{ AvailabilityMode: 'regional' }, 'NotImplemented'],
    [{ SecondaryAllocationIds: ['eipalloc-00000000'] }, 'NotImplemented'],
  ];
  for (const [more, code] of refused) {
    assert.throws(() => create(more), refusal(code), JSON.stringify(more));
  }
  assert.equal(store.cloud.generation, before);
  const missing = refusal('NatGatewayNotFound', 'The Nat Gateway nat-00000000 was not found');
  assert.throws(() => run(describeNatGateways, { NatGatewayIds: ['nat-00000000'] }), missing);
  assert.throws(() => run(deleteNatGateway, { NatGatewayId: 'nat-00000000' }), missing);
  assert.throws(() => run(deleteNatGateway, { NatGatewayId: 'nat' }), refusal('NatGatewayMalformed'));
  const NatGatewayId = createPrivate().NatGatewayId!;
  const theirs = { accountId: '222222222222' };
  assert.throws(() => run(deleteNatGateway, { NatGatewayId }, theirs), refusal('NatGatewayNotFound'));
});

test('a gateway holds its subnet and VPC; deleted, it is seen for an hour and its routes drop packets', () => {
  const { run, create, find, world, clock, store, VpcId, SubnetId, AllocationId, InternetGatewayId } =
    newCase();
  const NatGatewayId = create().NatGatewayId!;
  const { RouteTableId } = run(createRouteTable, { VpcId }).RouteTable!;
  run(createRoute, { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', NatGatewayId });
  const route = () =>
    run(describeRouteTables, { RouteTableIds: [RouteTableId!] }).RouteTables![0]!.Routes![1]!;
  assert.deepEqual([route().NatGatewayId, route().State], [NatGatewayId, 'active']);
  assert.throws(() => run(deleteSubnet, { SubnetId }), refusal('DependencyViolation'));
  assert.throws(() => run(deleteVpc, { VpcId }), refusal('DependencyViolation'));
  assert.throws(
    () => run(detachInternetGateway, { InternetGatewayId, VpcId }),
    refusal('DependencyViolation', /mapped public address/),
  );

  world.applied = 0;
  assert.deepEqual(run(deleteNatGateway, { NatGatewayId }), { NatGatewayId });
  assert.equal(find(NatGatewayId).State, 'deleting');
  world.applied = true;
  assert.deepEqual([find(NatGatewayId).State, find(NatGatewayId).DeleteTime], ['deleted', clock.now]);
  assert.equal(route().State, 'blackhole');
  run(releaseAddress, { AllocationId });
  run(deleteSubnet, { SubnetId });
  const again = { RouteTableId, DestinationCidrBlock: '10.9.0.0/16', NatGatewayId };
  assert.throws(() => run(createRoute, again), refusal('InvalidNatGatewayID.NotFound'));

  clock.now = new Date(clock.now.getTime() + 60 * 60 * 1000);
  assert.throws(() => find(NatGatewayId), refusal('NatGatewayNotFound'));
  assert.deepEqual(run(describeNatGateways, {}).NatGateways, []);
  assert.equal(store.cloud.networkInterfaces.size, 0);
});

test('the same token makes one gateway', () => {
  const { create, store } = newCase();
  const token = { ClientToken: 'once' };
  assert.equal(create(token).NatGatewayId, create(token).NatGatewayId);
  assert.equal(store.cloud.natGateways.size, 1);
  assert.throws(
    () => create({ ...token, PrivateIpAddress: '10.0.1.9' }),
    refusal('IdempotentParameterMismatch'),
  );
});

test('gateways are found by what they are', () => {
  const { run, create, createPrivate, VpcId, SubnetId } = newCase();
  const Tags = [{ Key: 'Name', Value: 'out' }];
  const { NatGatewayId } = create({ TagSpecifications: [{ ResourceType: 'natgateway', Tags }] });
  const other = run(createSubnet, { VpcId, CidrBlock: '10.0.2.0/24' }).Subnet!.SubnetId!;
  const gone = createPrivate({ SubnetId: other }).NatGatewayId!;
  run(deleteNatGateway, { NatGatewayId: gone });
  for (const [Name, value] of [
    ['nat-gateway-id', NatGatewayId!],
    ['subnet-id', SubnetId],
    ['state', 'available'],
    ['tag:Name', 'out'],
  ] as const) {
    const found = run(describeNatGateways, { Filter: [{ Name, Values: [value] }] }).NatGateways!;
    assert.deepEqual(
      found.map((gateway) => gateway.NatGatewayId),
      [NatGatewayId],
      Name,
    );
  }
  const byVpc = { Filter: [{ Name: 'vpc-id', Values: [VpcId] }] };
  assert.equal(run(describeNatGateways, byVpc).NatGateways!.length, 2);
});

test('the address of a gateway is being given back until the gateway is gone', () => {
  const { run, create, find, world } = newCase();
  const NatGatewayId = create().NatGatewayId!;
  const state = () => {
    const { State, NatGatewayAddresses } = find(NatGatewayId);
    return [State, NatGatewayAddresses![0]!.Status];
  };
  assert.deepEqual(state(), ['available', 'succeeded']);
  world.applied = 0;
  run(deleteNatGateway, { NatGatewayId });
  assert.deepEqual(state(), ['deleting', 'disassociating']);
  world.applied = true;
  assert.deepEqual(state(), ['deleted', 'succeeded']);
});
