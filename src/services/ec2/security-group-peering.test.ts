import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeVpc } from '../../../test/vpc-fixture.ts';
import { createSecurityGroup, deleteSecurityGroup, describeSecurityGroups } from './security-group.ts';
import { describeSecurityGroupReferences, describeStaleSecurityGroups } from './security-group-peering.ts';
import { authorizeSecurityGroupEgress, authorizeSecurityGroupIngress } from './security-group-rule.ts';
import {
  acceptVpcPeeringConnection,
  createVpcPeeringConnection,
  deleteVpcPeeringConnection,
} from './vpc-peering-connection.ts';

const them = { accountId: '222222222222' };

/** Our group lets theirs in, over a peering of two accounts. */
function newCase() {
  const harness = newHarness();
  const { run } = harness;
  const { VpcId } = makeVpc(harness);
  const { VpcId: PeerVpcId } = makeVpc(harness, 1, them);
  const asked = run(createVpcPeeringConnection, { VpcId, PeerVpcId, PeerOwnerId: them.accountId });
  const VpcPeeringConnectionId = asked.VpcPeeringConnection!.VpcPeeringConnectionId!;
  run(acceptVpcPeeringConnection, { VpcPeeringConnectionId }, them);
  const GroupId = run(createSecurityGroup, { VpcId, GroupName: 'ours', Description: 'o' }).GroupId!;
  const theirs = run(createSecurityGroup, { VpcId: PeerVpcId, GroupName: 'theirs', Description: 't' }, them);
  const theirGroupId = theirs.GroupId!;
  const pair = { GroupId: theirGroupId, UserId: them.accountId };
  const IpPermissions = [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, UserIdGroupPairs: [pair] }];
  run(authorizeSecurityGroupIngress, { GroupId, IpPermissions });
  const shownPair = () =>
    run(describeSecurityGroups, { GroupIds: [GroupId] }).SecurityGroups![0]!.IpPermissions![0]!
      .UserIdGroupPairs![0];
  const stale = () => run(describeStaleSecurityGroups, { VpcId }).StaleSecurityGroupSet!;
  return {
    ...harness,
    VpcId,
    PeerVpcId,
    VpcPeeringConnectionId,
    GroupId,
    theirGroupId,
    IpPermissions,
    pair,
    shownPair,
    stale,
  };
}

test('a group of another account is named with its owner, its VPC and the peering’s state', () => {
  const { run, shownPair, pair, PeerVpcId, VpcPeeringConnectionId, GroupId } = newCase();
  const shown = { ...pair, VpcId: PeerVpcId, VpcPeeringConnectionId };
  assert.deepEqual(shownPair(), { ...shown, PeeringStatus: 'active' });
  const withoutOwner = [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: pair.GroupId }] }];
  assert.throws(
    () => run(authorizeSecurityGroupIngress, { GroupId, IpPermissions: withoutOwner }),
    refusal('InvalidGroup.NotFound'),
  );
  run(deleteVpcPeeringConnection, { VpcPeeringConnectionId }, them);
  assert.deepEqual(shownPair(), { ...shown, PeeringStatus: 'deleted' });
});

test('who is named sees by whom', () => {
  const { run, VpcId, GroupId, theirGroupId, VpcPeeringConnectionId } = newCase();
  const references = (id: string, caller: object) =>
    run(describeSecurityGroupReferences, { GroupId: [id] }, caller).SecurityGroupReferenceSet;
  assert.deepEqual(references(theirGroupId, them), [
    { GroupId: theirGroupId, ReferencingVpcId: VpcId, VpcPeeringConnectionId },
  ]);
  assert.deepEqual(references(GroupId, {}), []);
  assert.throws(() => references(theirGroupId, {}), refusal('InvalidGroup.NotFound'));
});

test('a rule is stale when the peering or the other group is gone', () => {
  const { run, stale, VpcId, GroupId, theirGroupId, VpcPeeringConnectionId, IpPermissions, pair, PeerVpcId } =
    newCase();
  assert.deepEqual(stale(), []);
  run(authorizeSecurityGroupEgress, { GroupId, IpPermissions });
  run(deleteVpcPeeringConnection, { VpcPeeringConnectionId });
  const permission = {
    ...{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, IpRanges: [], PrefixListIds: [] },
    UserIdGroupPairs: [{ ...pair, VpcId: PeerVpcId, VpcPeeringConnectionId, PeeringStatus: 'deleted' }],
  };
  assert.deepEqual(stale(), [
    {
      ...{ GroupId, GroupName: 'ours', Description: 'o', VpcId },
      StaleIpPermissions: [permission],
      StaleIpPermissionsEgress: [permission],
    },
  ]);
  run(deleteSecurityGroup, { GroupId: theirGroupId }, them);
  assert.equal(stale()[0]!.StaleIpPermissions![0]!.UserIdGroupPairs![0]!.VpcId, undefined);
  assert.throws(() => run(describeStaleSecurityGroups, { VpcId }, them), refusal('InvalidVpcID.NotFound'));
});

test('a group that is deleted while the peering goes on leaves a stale rule too', () => {
  const { run, stale, theirGroupId } = newCase();
  run(deleteSecurityGroup, { GroupId: theirGroupId }, them);
  assert.equal(stale().length, 1);
});
