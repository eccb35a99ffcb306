import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeInterface, makeVpc } from '../../../test/vpc-fixture.ts';
import { createSecurityGroup, deleteSecurityGroup, describeSecurityGroups } from './security-group.ts';
import { authorizeSecurityGroupIngress, revokeSecurityGroupIngress } from './security-group-rule.ts';

function newCase() {
  const harness = newHarness();
  const { VpcId, SubnetId } = makeVpc(harness);
  const create = (GroupName: string, more: object = {}) =>
    harness.run(createSecurityGroup, { VpcId, GroupName, Description: 'a group', ...more }).GroupId!;
  const find = (Name: string, value: string) =>
    harness.run(describeSecurityGroups, { Filters: [{ Name, Values: [value] }] }).SecurityGroups!;
  return { ...harness, harness, VpcId, SubnetId, create, find };
}

test('a new group lets nothing in and everything out', () => {
  const { run, create, VpcId } = newCase();
  const GroupId = create('web');
  assert.deepEqual(run(describeSecurityGroups, { GroupIds: [GroupId] }).SecurityGroups, [
    {
      GroupId,
      GroupName: 'web',
      Description: 'a group',
      VpcId,
      OwnerId: '111111111111',
      SecurityGroupArn: `arn:aws:ec2:us-east-1:111111111111:security-group/${GroupId}`,
      IpPermissions: [],
      IpPermissionsEgress: [
        {
          IpProtocol: '-1',
          IpRanges: [{ CidrIp: '0.0.0.0/0' }],
          Ipv6Ranges: [],
          PrefixListIds: [],
          UserIdGroupPairs: [],
        },
      ],
      Tags: [],
    },
  ]);
});

test('names are unique in a VPC, not between VPCs', () => {
  const { harness, create, VpcId } = newCase();
  create('web');
  const taken = `The security group 'web' already exists for VPC '${VpcId}'`;
  assert.throws(() => create('web'), refusal('InvalidGroup.Duplicate', taken));
  create('web', { VpcId: makeVpc(harness, 1).VpcId });
});

test('names that AWS keeps or cannot take are refused', () => {
  const { create } = newCase();
  assert.throws(() => create('default'), refusal('InvalidGroup.Reserved'));
  for (const name of ['sg-mine', 'x'.repeat(256), 'größe', 'a"b']) {
    assert.throws(() => create(name), refusal('InvalidParameterValue'), name);
  }
  assert.throws(() => create('', {}), refusal('MissingParameter'));
  assert.throws(() => create('web', { Description: '' }), refusal('MissingParameter', /GroupDescription/));
  assert.throws(() => create('web', { VpcId: undefined }), refusal('VPCIdNotSpecified'));
});

test('groups are found by name, VPC and rule', () => {
  const { run, create, find, VpcId } = newCase();
  const GroupId = create('web');
  run(authorizeSecurityGroupIngress, {
    GroupId,
    IpProtocol: 'tcp',
    FromPort: 80,
    ToPort: 81,
    CidrIp: '10.0.0.0/8',
  });
  const ids = (name: string, value: string) => find(name, value).map((group) => group.GroupId);
  assert.deepEqual(ids('group-name', 'web'), [GroupId]);
  assert.deepEqual(ids('ip-permission.cidr', '10.0.0.0/8'), [GroupId]);
  assert.deepEqual(ids('ip-permission.from-port', '80'), [GroupId]);
  assert.deepEqual(ids('ip-permission.to-port', '80'), []);
  assert.deepEqual(ids('egress.ip-permission.cidr', '10.0.0.0/8'), []);
  assert.equal(ids('egress.ip-permission.cidr', '0.0.0.0/0').length, 2);
  assert.equal(ids('vpc-id', VpcId).length, 2);
  assert.deepEqual(ids('egress.ip-permission.group-name', 'default'), []);
  assert.deepEqual(
    find('ip-permission.group-name', 'default').map((group) => group.GroupName),
    ['default'],
  );
});

test('groups of others do not exist', () => {
  const { run, create } = newCase();
  const GroupId = create('web');
  const missing = refusal('InvalidGroup.NotFound', `The security group '${GroupId}' does not exist`);
  for (const caller of [{ accountId: '222222222222' }, { region: 'eu-west-1' }]) {
    assert.throws(() => run(describeSecurityGroups, { GroupIds: [GroupId] }, caller), missing);
    assert.throws(() => run(deleteSecurityGroup, { GroupId }, caller), missing);
  }
  assert.throws(() => run(deleteSecurityGroup, { GroupId: 'web' }), refusal('InvalidGroupId.Malformed'));
  assert.throws(() => run(deleteSecurityGroup, {}), refusal('MissingParameter'));
  assert.throws(() => run(describeSecurityGroups, { GroupNames: ['web'] }), refusal('InvalidGroup.NotFound'));
});

test('the default group cannot be deleted', () => {
  const { run, find } = newCase();
  const GroupId = find('group-name', 'default')[0]!.GroupId!;
  const text = `the specified group: "${GroupId}" name: "default" cannot be deleted by a user`;
  assert.throws(() => run(deleteSecurityGroup, { GroupId }), refusal('CannotDelete', text));
});

test('a group an interface is in cannot be deleted', () => {
  const { harness, run, create, store, SubnetId } = newCase();
  const GroupId = create('web');
  const { networkInterfaceId } = makeInterface(harness, SubnetId, { groupIds: [GroupId] });
  const inUse = refusal('DependencyViolation', `resource ${GroupId} has a dependent object`);
  assert.throws(() => run(deleteSecurityGroup, { GroupId }), inUse);
  store.change((cloud) => cloud.networkInterfaces.delete(networkInterfaceId));
  assert.deepEqual(run(deleteSecurityGroup, { GroupId }), { Return: true, GroupId });
});

test('a group another group names cannot be deleted; its own rules do not hold it', () => {
  const { run, create } = newCase();
  const GroupId = create('clients');
  const other = create('web');
  const IpPermissions = [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId }] }];
  run(authorizeSecurityGroupIngress, { GroupId, IpPermissions });
  run(authorizeSecurityGroupIngress, { GroupId: other, IpPermissions });
  assert.throws(() => run(deleteSecurityGroup, { GroupId }), refusal('DependencyViolation'));
  run(revokeSecurityGroupIngress, { GroupId: other, IpPermissions });
  run(deleteSecurityGroup, { GroupId });
});
