import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness } from '../../test/operation-harness.ts';
import { makeInterface, makeVpc } from '../../test/vpc-fixture.ts';
import { createSecurityGroup } from '../services/ec2/security-group.ts';
import { authorizeSecurityGroupIngress } from '../services/ec2/security-group-rule.ts';
import {
  routeTableDependents,
  securityGroupDependents,
  subnetDependents,
  vpcDependents,
} from './dependents.ts';
import type { SecurityGroupId, SubnetId, VpcId } from './id.ts';

function newCase() {
  const harness = newHarness();
  const made = makeVpc(harness);
  const { cloud } = harness.store;
  const createGroup = (GroupName: string) =>
    harness.run(createSecurityGroup, { VpcId: made.VpcId, GroupName, Description: GroupName })
      .GroupId! as SecurityGroupId;
  const vpcId = made.VpcId as VpcId;
  const subnetId = made.SubnetId as SubnetId;
  const ofVpc = () => vpcDependents(cloud, vpcId, harness.clock.now).map(({ kind, id }) => `${kind} ${id}`);
  return { harness, cloud, vpcId, subnetId, createGroup, ofVpc };
}

test('what was made with a VPC does not hold it; a subnet, an interface, a group do', () => {
  const { harness, cloud, subnetId, createGroup, ofVpc } = newCase();
  assert.deepEqual(ofVpc(), [`subnet ${subnetId}`]);
  const groupId = createGroup('web');
  const { networkInterfaceId } = makeInterface(harness, subnetId);
  assert.deepEqual(ofVpc(), [
    `subnet ${subnetId}`,
    `network-interface ${networkInterfaceId}`,
    `security-group ${groupId}`,
  ]);
  assert.deepEqual(subnetDependents(cloud, subnetId), [
    { kind: 'network-interface', id: networkInterfaceId },
  ]);
});

test('what another VPC holds is nothing to this one', () => {
  const { harness, subnetId, ofVpc } = newCase();
  const other = makeVpc(harness, 1);
  makeInterface(harness, other.SubnetId);
  assert.deepEqual(ofVpc(), [`subnet ${subnetId}`]);
});

test('a group is held by its members and by the groups that name it, not by itself', () => {
  const { harness, cloud, subnetId, createGroup } = newCase();
  const [named, naming] = [createGroup('named'), createGroup('naming')];
  const IpPermissions = [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: named }] }];
  harness.run(authorizeSecurityGroupIngress, { GroupId: named, IpPermissions });
  assert.deepEqual(securityGroupDependents(cloud, named), []);
  harness.run(authorizeSecurityGroupIngress, { GroupId: naming, IpPermissions });
  const { networkInterfaceId } = makeInterface(harness, subnetId, { groupIds: [named] });
  assert.deepEqual(securityGroupDependents(cloud, named), [
    { kind: 'network-interface', id: networkInterfaceId },
    { kind: 'security-group', id: naming },
  ]);
});

test('the main route table is held by being it', () => {
  const { cloud, vpcId } = newCase();
  const [main] = cloud.routeTables.where((table) => table.vpcId === vpcId);
  assert.equal(routeTableDependents(cloud, main!.routeTableId)[0]!.kind, 'route-table-association');
});
