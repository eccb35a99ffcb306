import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeVpc } from '../../../test/vpc-fixture.ts';
import { deleteSubnet } from './subnet.ts';
import { createTags } from './tag.ts';
import { createVpc, deleteVpc } from './vpc.ts';
import {
  acceptVpcPeeringConnection,
  createVpcPeeringConnection,
  deleteVpcPeeringConnection,
  describeVpcPeeringConnections,
  rejectVpcPeeringConnection,
} from './vpc-peering-connection.ts';

const them = { accountId: '222222222222' };
const stranger = { accountId: '333333333333' };

function newCase(theirBlock = '10.1.0.0/16') {
  const harness = newHarness();
  const { run } = harness;
  const ours = makeVpc(harness);
  const PeerVpcId = run(createVpc, { CidrBlock: theirBlock }, them).Vpc!.VpcId!;
  const ask = () =>
    run(createVpcPeeringConnection, { VpcId: ours.VpcId, PeerVpcId, PeerOwnerId: them.accountId })
      .VpcPeeringConnection!;
  const see = (id: string | undefined, caller = {}) =>
    run(describeVpcPeeringConnections, { VpcPeeringConnectionIds: [id!] }, caller).VpcPeeringConnections![0]!;
  return { ...harness, ...ours, PeerVpcId, ask, see };
}

test('one asks, the other accepts, both see it active', () => {
  const { run, ask, see } = newCase();
  const { VpcPeeringConnectionId, Status, ExpirationTime, AccepterVpcInfo } = ask();
  assert.deepEqual(Status, { Code: 'pending-acceptance', Message: 'Pending Acceptance by 222222222222' });
  assert.equal(ExpirationTime!.toISOString(), '2026-02-07T12:00:00.000Z');
  assert.equal(AccepterVpcInfo!.CidrBlock, undefined);
  assert.equal(see(VpcPeeringConnectionId, them).RequesterVpcInfo!.CidrBlock, '10.0.0.0/16');
  run(acceptVpcPeeringConnection, { VpcPeeringConnectionId }, them);
  for (const caller of [{}, them]) {
    const seen = see(VpcPeeringConnectionId, caller);
    assert.deepEqual(seen.Status, { Code: 'active', Message: 'Active' });
    assert.equal(seen.AccepterVpcInfo!.CidrBlock, '10.1.0.0/16');
  }
  const missing = refusal('InvalidVpcPeeringConnectionID.NotFound');
  assert.throws(() => see(VpcPeeringConnectionId, stranger), missing);
  assert.deepEqual(run(describeVpcPeeringConnections, {}, stranger).VpcPeeringConnections, []);
});

test('accepted is provisioning until both networks carry it', () => {
  const { run, ask, see, world } = newCase();
  const { VpcPeeringConnectionId } = ask();
  world.applied = false;
  const accepted = run(acceptVpcPeeringConnection, { VpcPeeringConnectionId }, them).VpcPeeringConnection!;
  assert.deepEqual(accepted.Status, { Code: 'provisioning', Message: 'Provisioning' });
  world.applied = true;
  assert.equal(see(VpcPeeringConnectionId).Status!.Code, 'active');
});

for (const block of ['10.0.0.0/16', '10.0.128.0/17']) {
  test(`a peering of 10.0.0.0/16 with ${block} is made and has failed`, () => {
    const { run, ask, see } = newCase(block);
    const { VpcPeeringConnectionId, Status } = ask();
    const Message = 'Failed due to incorrect VPC-ID, Account ID, or overlapping CIDR range';
    assert.deepEqual(Status, { Code: 'failed', Message });
    assert.deepEqual(see(VpcPeeringConnectionId).Status, { Code: 'failed', Message });
    const input = { VpcPeeringConnectionId };
    const hidden = refusal('InvalidVpcPeeringConnectionID.NotFound');
    assert.throws(() => run(acceptVpcPeeringConnection, input, them), hidden);
    assert.throws(() => run(deleteVpcPeeringConnection, input), refusal('InvalidStateTransition'));
  });
}

test("another account's VPC that is not there fails the same way; one's own is not found", () => {
  const { run, VpcId, PeerVpcId } = newCase();
  const create = (more: object) => run(createVpcPeeringConnection, { VpcId, PeerVpcId, ...more });
  const { Status } = create({ PeerOwnerId: stranger.accountId }).VpcPeeringConnection!;
  assert.equal(Status!.Code, 'failed');
  assert.throws(() => create({}), refusal('InvalidVpcID.NotFound'));
  assert.throws(() => create({ PeerVpcId: VpcId }), refusal('InvalidParameterValue'));
  assert.throws(() => create({ PeerRegion: 'mars-1' }), refusal('InvalidParameterValue'));
  assert.throws(() => create({ PeerOwnerId: 'me' }), refusal('InvalidParameterValue'));
});

test('there is one peering per pair, whoever asks', () => {
  const { run, ask, VpcId, PeerVpcId } = newCase();
  const { VpcPeeringConnectionId } = ask();
  const exists = refusal('VpcPeeringConnectionAlreadyExists');
  assert.throws(ask, exists);
  const back = { VpcId: PeerVpcId, PeerVpcId: VpcId, PeerOwnerId: '111111111111' };
  assert.throws(() => run(createVpcPeeringConnection, back, them), exists);
  run(rejectVpcPeeringConnection, { VpcPeeringConnectionId }, them);
  run(createVpcPeeringConnection, back, them);
});

test('only who was asked may answer', () => {
  const { run, ask } = newCase();
  const { VpcPeeringConnectionId } = ask();
  const input = { VpcPeeringConnectionId };
  const text = `User (111111111111) cannot accept peering ${VpcPeeringConnectionId}`;
  assert.throws(() => run(acceptVpcPeeringConnection, input), refusal('OperationNotPermitted', text));
  assert.throws(() => run(rejectVpcPeeringConnection, input), refusal('OperationNotPermitted'));
  assert.throws(() => run(deleteVpcPeeringConnection, input, them), refusal('OperationNotPermitted'));
  assert.throws(
    () => run(acceptVpcPeeringConnection, input, stranger),
    refusal('InvalidVpcPeeringConnectionID.NotFound'),
  );
});

test('a peering in another region is accepted there', () => {
  const { run, VpcId } = newCase();
  const there = { region: 'eu-west-1' };
  const PeerVpcId = run(createVpc, { CidrBlock: '10.9.0.0/16' }, there).Vpc!.VpcId!;
  const input = { VpcId, PeerVpcId, PeerRegion: 'eu-west-1' };
  const { VpcPeeringConnectionId } = run(createVpcPeeringConnection, input).VpcPeeringConnection!;
  assert.throws(
    () => run(acceptVpcPeeringConnection, { VpcPeeringConnectionId }),
    refusal('OperationNotPermitted', /region/),
  );
  const accepted = run(acceptVpcPeeringConnection, { VpcPeeringConnectionId }, there).VpcPeeringConnection!;
  assert.equal(accepted.AccepterVpcInfo!.Region, 'eu-west-1');
});

test('an answer cannot be given twice', () => {
  const { run, ask } = newCase();
  const input = { VpcPeeringConnectionId: ask().VpcPeeringConnectionId };
  run(acceptVpcPeeringConnection, input, them);
  const twice = refusal('InvalidStateTransition');
  assert.throws(() => run(acceptVpcPeeringConnection, input, them), twice);
  assert.throws(() => run(rejectVpcPeeringConnection, input, them), twice);
});

test('an unanswered request expires after 168 hours and is forgotten later', () => {
  const { run, ask, see, clock } = newCase();
  const { VpcPeeringConnectionId } = ask();
  const hours = (count: number) => new Date(clock.now.getTime() + count * 60 * 60 * 1000);
  clock.now = hours(168);
  assert.equal(see(VpcPeeringConnectionId).Status!.Code, 'expired');
  const late = refusal('InvalidStateTransition');
  assert.throws(() => run(acceptVpcPeeringConnection, { VpcPeeringConnectionId }, them), late);
  ask();
  clock.now = hours(3);
  assert.throws(() => see(VpcPeeringConnectionId), refusal('InvalidVpcPeeringConnectionID.NotFound'));
});

test('either side may end an active peering; it is seen as deleted for a while', () => {
  const { run, ask, see, clock, store } = newCase();
  const { VpcPeeringConnectionId } = ask();
  run(acceptVpcPeeringConnection, { VpcPeeringConnectionId }, them);
  run(deleteVpcPeeringConnection, { VpcPeeringConnectionId }, them);
  assert.deepEqual(see(VpcPeeringConnectionId).Status, {
    Code: 'deleted',
    Message: 'Deleted by 222222222222',
  });
  const again = refusal('InvalidStateTransition');
  assert.throws(() => run(deleteVpcPeeringConnection, { VpcPeeringConnectionId }), again);
  clock.now = new Date(clock.now.getTime() + 3 * 60 * 60 * 1000);
  assert.deepEqual(run(describeVpcPeeringConnections, {}).VpcPeeringConnections, []);
  ask();
  assert.equal(store.cloud.vpcPeeringConnections.size, 1);
});

test('each side has its own tags on it', () => {
  const { run, ask, see } = newCase();
  const { VpcPeeringConnectionId } = ask();
  const Resources = [VpcPeeringConnectionId!];
  run(createTags, { Resources, Tags: [{ Key: 'Name', Value: 'ours' }] });
  run(createTags, { Resources, Tags: [{ Key: 'Name', Value: 'theirs' }] }, them);
  assert.deepEqual(see(VpcPeeringConnectionId).Tags, [{ Key: 'Name', Value: 'ours' }]);
  assert.deepEqual(see(VpcPeeringConnectionId, them).Tags, [{ Key: 'Name', Value: 'theirs' }]);
});

test('peerings are found by state and by side', () => {
  const { run, ask, PeerVpcId } = newCase();
  ask();
  const count = (Name: string, value: string) =>
    run(describeVpcPeeringConnections, { Filters: [{ Name, Values: [value] }] }).VpcPeeringConnections!
      .length;
  assert.equal(count('status-code', 'pending-acceptance'), 1);
  assert.equal(count('status-code', 'active'), 0);
  assert.equal(count('accepter-vpc-info.vpc-id', PeerVpcId), 1);
  assert.equal(count('requester-vpc-info.owner-id', them.accountId), 0);
});

test('a request binds who made it; the other side may delete its VPC, which ends the request', () => {
  const { run, ask, see, VpcId, SubnetId, PeerVpcId } = newCase();
  const { VpcPeeringConnectionId } = ask();
  run(deleteSubnet, { SubnetId });
  assert.throws(() => run(deleteVpc, { VpcId }), refusal('DependencyViolation'));
  run(deleteVpc, { VpcId: PeerVpcId }, them);
  assert.equal(see(VpcPeeringConnectionId).Status!.Code, 'deleted');
  run(deleteVpc, { VpcId });
});

test('an active peering holds both VPCs', () => {
  const { run, ask, PeerVpcId } = newCase();
  const { VpcPeeringConnectionId } = ask();
  run(acceptVpcPeeringConnection, { VpcPeeringConnectionId }, them);
  assert.throws(() => run(deleteVpc, { VpcId: PeerVpcId }, them), refusal('DependencyViolation'));
  run(deleteVpcPeeringConnection, { VpcPeeringConnectionId });
  run(deleteVpc, { VpcId: PeerVpcId }, them);
});
