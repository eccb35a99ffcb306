import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeInterface, makeVpc } from '../../../test/vpc-fixture.ts';
import { associateRouteTable, createRouteTable, describeRouteTables } from './route-table.ts';
import { createSubnet, deleteSubnet, describeSubnets, modifySubnetAttribute } from './subnet.ts';
import { createVpc } from './vpc.ts';

function newCase() {
  const harness = newHarness();
  const VpcId = harness.run(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc!.VpcId!;
  const create = (CidrBlock: string, more: object = {}) =>
    harness.run(createSubnet, { VpcId, CidrBlock, ...more }).Subnet!;
  return { ...harness, harness, VpcId, create };
}

test('an empty subnet has all addresses but the five that AWS keeps', () => {
  const { harness, create, run } = newCase();
  const { SubnetId, AvailableIpAddressCount } = create('10.0.1.0/24');
  assert.equal(AvailableIpAddressCount, 251);
  makeInterface(harness, SubnetId!);
  assert.equal(run(describeSubnets, { SubnetIds: [SubnetId!] }).Subnets![0]!.AvailableIpAddressCount, 250);
  assert.equal(create('10.0.2.0/28').AvailableIpAddressCount, 11);
});

for (const block of ['10.1.0.0/24', '10.0.1.0/29', '10.0.0.0/15', '9.255.255.0/24']) {
  test(`${block} is no range for a subnet of 10.0.0.0/16`, () => {
    const { create } = newCase();
    assert.throws(() => create(block), refusal('InvalidSubnet.Range', `The CIDR '${block}' is invalid.`));
  });
}

for (const block of ['10.0.1.0/24', '10.0.1.128/25', '10.0.0.0/22', '10.0.0.0/16']) {
  test(`${block} conflicts with a sibling 10.0.1.0/24`, () => {
    const { create } = newCase();
    create('10.0.1.0/24');
    const conflict = `The CIDR '${block}' conflicts with another subnet`;
    assert.throws(() => create(block), refusal('InvalidSubnet.Conflict', conflict));
  });
}

test('equal ranges in two VPCs do not conflict, and a subnet may be the whole block', () => {
  const { create, run } = newCase();
  create('10.0.0.0/16');
  const other = run(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc!.VpcId!;
  run(createSubnet, { VpcId: other, CidrBlock: '10.0.0.0/16' });
});

test('a zone is named by its name or by its id', () => {
  const { create } = newCase();
  const byName = create('10.0.1.0/24', { AvailabilityZone: 'us-east-1b' });
  assert.equal(byName.AvailabilityZoneId, 'use1-az2');
  const byId = create('10.0.2.0/24', { AvailabilityZoneId: 'use1-az3' });
  assert.equal(byId.AvailabilityZone, 'us-east-1c');
  const wrong = { AvailabilityZone: 'eu-west-1a' };
  assert.throws(
    () => create('10.0.3.0/24', wrong),
    refusal('InvalidParameterValue', /^Value \(eu-west-1a\) for parameter availabilityZone is invalid/),
  );
  const both = { AvailabilityZone: 'us-east-1a', AvailabilityZoneId: 'use1-az1' };
  assert.throws(() => create('10.0.3.0/24', both), refusal('InvalidParameterCombination'));
});

test('without a zone subnets spread over the zones', () => {
  const { create } = newCase();
  const zones = ['10.0.1.0/24', '10.0.2.0/24', '10.0.3.0/24'].map(
    (block) => create(block).AvailabilityZoneId,
  );
  assert.deepEqual(zones, ['use1-az1', 'use1-az2', 'use1-az3']);
});

test('subnets are found by zone, VPC and block', () => {
  const { create, run, VpcId } = newCase();
  create('10.0.1.0/24', { AvailabilityZone: 'us-east-1a' });
  create('10.0.2.0/24', { AvailabilityZone: 'us-east-1b' });
  const find = (Name: string, value: string) =>
    run(describeSubnets, { Filters: [{ Name, Values: [value] }] }).Subnets!.map((subnet) => subnet.CidrBlock);
  assert.deepEqual(find('availability-zone-id', 'use1-az2'), ['10.0.2.0/24']);
  assert.deepEqual(find('cidr-block', '10.0.1.*'), ['10.0.1.0/24']);
  assert.deepEqual(find('vpc-id', VpcId).length, 2);
  assert.deepEqual(find('available-ip-address-count', '250'), []);
});

test('a subnet is pending until the network carries it', () => {
  const { create, world } = newCase();
  world.applied = false;
  assert.equal(create('10.0.1.0/24').State, 'pending');
  world.applied = true;
  assert.equal(create('10.0.2.0/24').State, 'available');
});

test('a subnet with an interface stays; an empty one goes and leaves its route table', () => {
  const { harness, create, run, store, VpcId } = newCase();
  const SubnetId = create('10.0.1.0/24').SubnetId!;
  const { networkInterfaceId } = makeInterface(harness, SubnetId);
  const inUse = `The subnet '${SubnetId}' has dependencies and cannot be deleted.`;
  assert.throws(() => run(deleteSubnet, { SubnetId }), refusal('DependencyViolation', inUse));
  store.change((cloud) => cloud.networkInterfaces.delete(networkInterfaceId));
  const RouteTableId = run(createRouteTable, { VpcId }).RouteTable!.RouteTableId!;
  run(associateRouteTable, { RouteTableId, SubnetId });
  run(deleteSubnet, { SubnetId });
  assert.deepEqual(
    run(describeRouteTables, { RouteTableIds: [RouteTableId] }).RouteTables![0]!.Associations,
    [],
  );
  const gone = refusal('InvalidSubnetID.NotFound', `The subnet ID '${SubnetId}' does not exist`);
  assert.throws(() => run(deleteSubnet, { SubnetId }), gone);
});

test('subnets of others do not exist', () => {
  const harness = newHarness();
  const { SubnetId, VpcId } = makeVpc(harness);
  const caller = { accountId: '222222222222' };
  assert.throws(
    () => harness.run(describeSubnets, { SubnetIds: [SubnetId] }, caller),
    refusal('InvalidSubnetID.NotFound'),
  );
  const input = { VpcId, CidrBlock: '10.0.2.0/24' };
  assert.throws(() => harness.run(createSubnet, input, caller), refusal('InvalidVpcID.NotFound'));
});

test('a subnet promises public addresses when it is told to, and takes it back', () => {
  const { create, run } = newCase();
  const SubnetId = create('10.0.1.0/24').SubnetId!;
  const promised = () => run(describeSubnets, { SubnetIds: [SubnetId] }).Subnets![0]!.MapPublicIpOnLaunch;
  assert.equal(promised(), false);
  for (const Value of [true, false]) {
    run(modifySubnetAttribute, { SubnetId, MapPublicIpOnLaunch: { Value } });
    assert.equal(promised(), Value);
  }
  assert.throws(() => run(modifySubnetAttribute, { SubnetId }), refusal('MissingParameter'));
});

test('what a subnet cannot be other than may be asked for, and nothing else of it', () => {
  const { create, run } = newCase();
  const { SubnetId } = create('10.0.1.0/24');
  const modify = (change: object) => run(modifySubnetAttribute, { SubnetId, ...change });
  const switches = ['AssignIpv6AddressOnCreation', 'EnableDns64', 'EnableResourceNameDnsARecordOnLaunch'];
  for (const name of [...switches, 'EnableResourceNameDnsAAAARecordOnLaunch']) {
    assert.deepEqual(modify({ [name]: { Value: false } }), {});
    assert.throws(() => modify({ [name]: { Value: true } }), refusal('NotImplemented'));
  }
  assert.deepEqual(modify({ PrivateDnsHostnameTypeOnLaunch: 'ip-name' }), {});
  assert.throws(() => modify({ PrivateDnsHostnameTypeOnLaunch: 'resource-name' }), refusal('NotImplemented'));
  const two = { EnableDns64: { Value: false }, MapPublicIpOnLaunch: { Value: true } };
  assert.throws(() => modify(two), refusal('InvalidParameterCombination'));
  assert.equal(run(describeSubnets, { SubnetIds: [SubnetId!] }).Subnets![0]!.MapPublicIpOnLaunch, false);
  assert.throws(() => modify({}), refusal('MissingParameter'));
});
