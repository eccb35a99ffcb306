import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { describeNetworkAcls } from './network-acl.ts';
import { createRouteTable, describeRouteTables } from './route-table.ts';
import { createSecurityGroup, describeSecurityGroups } from './security-group.ts';
import { createSubnet } from './subnet.ts';
import { createVpc, deleteVpc, describeVpcs } from './vpc.ts';
import { describeVpcAttribute, modifyVpcAttribute } from './vpc-attribute.ts';

test('a VPC comes with a main route table, a default group and a default network ACL', () => {
  const { run } = newHarness();
  const { VpcId } = run(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc!;
  const Filters = [{ Name: 'vpc-id', Values: [VpcId!] }];
  const [table, ...otherTables] = run(describeRouteTables, { Filters }).RouteTables!;
  assert.equal(otherTables.length, 0);
  assert.equal(table!.Associations![0]!.Main, true);
  assert.deepEqual(table!.Routes, [
    { DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local', Origin: 'CreateRouteTable', State: 'active' },
  ]);
  const [group] = run(describeSecurityGroups, { Filters }).SecurityGroups!;
  assert.equal(group!.GroupName, 'default');
  assert.equal(group!.IpPermissions![0]!.UserIdGroupPairs![0]!.GroupId, group!.GroupId);
  assert.equal(group!.IpPermissionsEgress![0]!.IpRanges![0]!.CidrIp, '0.0.0.0/0');
  const [acl] = run(describeNetworkAcls, { Filters }).NetworkAcls!;
  assert.equal(acl!.IsDefault, true);
  assert.deepEqual(
    acl!.Entries!.map((entry) => entry.RuleAction),
    ['allow', 'deny', 'allow', 'deny'],
  );
});

test('host bits of a block are dropped', () => {
  const { run } = newHarness();
  assert.equal(run(createVpc, { CidrBlock: '100.68.0.18/18' }).Vpc!.CidrBlock, '100.68.0.0/18');
});

for (const CidrBlock of [
  '10.0.0.0/15',
  '10.0.0.0/29',
  '127.0.0.0/16',
  '240.1.0.0/16',
  '224.0.0.0/16',
  '0.0.0.0/16',
]) {
  test(`${CidrBlock} cannot be a VPC's block`, () => {
    const invalid = refusal('InvalidVpc.Range', `The CIDR '${CidrBlock}' is invalid.`);
    assert.throws(() => newHarness().run(createVpc, { CidrBlock }), invalid);
  });
}

for (const CidrBlock of ['10.0.0.0', 'nonsense', '10.0.0.0/33', '010.0.0.0/16', '10.0.0/16']) {
  test(`${CidrBlock} is no block at all`, () => {
    assert.throws(() => newHarness().run(createVpc, { CidrBlock }), refusal('InvalidParameterValue'));
  });
}

test('what is not built is refused, not ignored', () => {
  const { run, store } = newHarness();
  const CidrBlock = '10.0.0.0/16';
  assert.throws(() => run(createVpc, { CidrBlock, Ipv4IpamPoolId: 'x' }), refusal('NotImplemented'));
  assert.throws(
    () => run(createVpc, { CidrBlock, AmazonProvidedIpv6CidrBlock: true }),
    refusal('NotImplemented'),
  );
  assert.throws(() => run(createVpc, { CidrBlock, InstanceTenancy: 'dedicated' }), refusal('NotImplemented'));
  assert.throws(() => run(createVpc, {}), refusal('MissingParameter'));
  assert.equal(store.cloud.vpcs.size, 0);
  run(createVpc, { CidrBlock, AmazonProvidedIpv6CidrBlock: false, InstanceTenancy: 'default' });
});

test('a VPC is available when the network carries it, not before', () => {
  const { run, world } = newHarness();
  world.applied = false;
  const { VpcId, State } = run(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc!;
  assert.equal(State, 'pending');
  world.applied = true;
  assert.equal(run(describeVpcs, { VpcIds: [VpcId!] }).Vpcs![0]!.State, 'available');
});

test('every VPC of every account has a number of its own, and a number that is free is used again', () => {
  const { run, store } = newHarness();
  const CidrBlock = '10.0.0.0/16';
  const ids = ['111111111111', '222222222222', '333333333333'].map(
    (accountId) => run(createVpc, { CidrBlock }, { accountId }).Vpc!.VpcId!,
  );
  const numberOf = (id: string) => store.cloud.vpcs.find(id)!.cidrBlockAssociations[0]!.fabricNumber;
  assert.deepEqual(ids.map(numberOf), [1, 2, 3]);
  run(deleteVpc, { VpcId: ids[1]! }, { accountId: '222222222222' });
  assert.equal(numberOf(run(createVpc, { CidrBlock }).Vpc!.VpcId!), 2);
});

test('when all 4095 numbers are taken no VPC can be made', () => {
  const { run, store } = newHarness();
  const { VpcId } = run(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc!;
  const vpc = store.cloud.vpcs.find(VpcId!)!;
  const [block] = vpc.cidrBlockAssociations;
  const cidrBlockAssociations = Array.from({ length: 4095 }, (_, index) => ({
    ...block!,
    fabricNumber: index + 1,
  }));
  store.change((cloud) => cloud.vpcs.put({ ...vpc, cidrBlockAssociations }));
  assert.throws(() => run(createVpc, { CidrBlock: '10.0.0.0/16' }), refusal('VpcLimitExceeded'));
});

test('VPCs of others do not exist', () => {
  const { run } = newHarness();
  const { VpcId } = run(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc!;
  const missing = refusal('InvalidVpcID.NotFound', `The vpc ID '${VpcId}' does not exist`);
  for (const caller of [{ accountId: '222222222222' }, { region: 'eu-west-1' }]) {
    assert.deepEqual(run(describeVpcs, {}, caller).Vpcs, []);
    assert.throws(() => run(describeVpcs, { VpcIds: [VpcId!] }, caller), missing);
    assert.throws(() => run(deleteVpc, { VpcId }, caller), missing);
  }
});

test('a malformed id is told from one that is not there', () => {
  const { run } = newHarness();
  assert.throws(
    () => run(describeVpcs, { VpcIds: ['subnet-00000000'] }),
    refusal('InvalidVpcID.Malformed', 'Invalid id: "subnet-00000000" (expecting "vpc-...")'),
  );
});

test('VPCs are found by block, state, owner; a filter that finds none gives an empty list', () => {
  const { run } = newHarness();
  for (const CidrBlock of ['10.0.0.0/16', '10.1.0.0/16']) run(createVpc, { CidrBlock });
  const find = (Name: string, ...Values: string[]) =>
    run(describeVpcs, { Filters: [{ Name, Values }] }).Vpcs!.map((vpc) => vpc.CidrBlock);
  assert.deepEqual(find('cidr', '10.1.*'), ['10.1.0.0/16']);
  assert.deepEqual(find('state', 'available').length, 2);
  assert.deepEqual(find('owner-id', '222222222222'), []);
  assert.deepEqual(find('is-default', 'true'), []);
});

test('VPCs are described in pages', () => {
  const { run } = newHarness();
  for (let third = 0; third < 7; third++) run(createVpc, { CidrBlock: `10.${third}.0.0/16` });
  const first = run(describeVpcs, { MaxResults: 5 });
  assert.equal(first.Vpcs!.length, 5);
  const second = run(describeVpcs, { MaxResults: 5, NextToken: first.NextToken });
  assert.deepEqual(
    second.Vpcs!.map((vpc) => vpc.CidrBlock),
    ['10.5.0.0/16', '10.6.0.0/16'],
  );
  assert.equal(second.NextToken, undefined);
});

test('a VPC that is in use stays; an empty one goes with all that came with it', () => {
  const { run, store } = newHarness();
  const VpcId = run(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc!.VpcId!;
  const inUse = refusal('DependencyViolation', `The vpc '${VpcId}' has dependencies and cannot be deleted.`);
  const { SubnetId } = run(createSubnet, { VpcId, CidrBlock: '10.0.1.0/24' }).Subnet!;
  assert.throws(() => run(deleteVpc, { VpcId }), inUse);
  store.change((cloud) => cloud.subnets.delete(SubnetId!));
  const { GroupId } = run(createSecurityGroup, { VpcId, GroupName: 'web', Description: 'web' });
  assert.throws(() => run(deleteVpc, { VpcId }), inUse);
  store.change((cloud) => cloud.securityGroups.delete(GroupId!));
  const { RouteTableId } = run(createRouteTable, { VpcId }).RouteTable!;
  assert.throws(() => run(deleteVpc, { VpcId }), inUse);
  store.change((cloud) => cloud.routeTables.delete(RouteTableId!));
  run(deleteVpc, { VpcId });
  const { vpcs, routeTables, securityGroups } = store.cloud;
  assert.deepEqual([vpcs.size, routeTables.size, securityGroups.size], [0, 0, 0]);
});

test('attributes are changed one at a time', () => {
  const { run } = newHarness();
  const VpcId = run(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc!.VpcId!;
  const read = (Attribute: 'enableDnsSupport' | 'enableDnsHostnames') =>
    run(describeVpcAttribute, { VpcId, Attribute });
  assert.deepEqual(read('enableDnsSupport'), { VpcId, EnableDnsSupport: { Value: true } });
  assert.deepEqual(read('enableDnsHostnames'), { VpcId, EnableDnsHostnames: { Value: false } });
  run(modifyVpcAttribute, { VpcId, EnableDnsHostnames: { Value: true } });
  assert.deepEqual(read('enableDnsHostnames'), { VpcId, EnableDnsHostnames: { Value: true } });
  const both = { VpcId, EnableDnsHostnames: { Value: true }, EnableDnsSupport: { Value: true } };
  assert.throws(() => run(modifyVpcAttribute, both), refusal('InvalidParameterCombination'));
  assert.throws(() => run(modifyVpcAttribute, { VpcId }), refusal('MissingParameter'));
  assert.throws(() => run(modifyVpcAttribute, { VpcId, EnableDnsSupport: {} }), refusal('MissingParameter'));
  const unknown = { VpcId, Attribute: 'x' as 'enableDnsSupport' };
  assert.throws(() => run(describeVpcAttribute, unknown), refusal('InvalidParameterValue'));
});

test('names need a resolver', () => {
  const { run } = newHarness();
  const VpcId = run(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc!.VpcId!;
  run(modifyVpcAttribute, { VpcId, EnableDnsSupport: { Value: false } });
  const input = { VpcId, EnableDnsHostnames: { Value: true } };
  assert.throws(() => run(modifyVpcAttribute, input), refusal('InvalidParameterValue'));
});
