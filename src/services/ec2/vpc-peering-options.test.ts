import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Caller, newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeVpc } from '../../../test/vpc-fixture.ts';
import { modifyVpcAttribute } from './vpc-attribute.ts';
import {
  acceptVpcPeeringConnection,
  createVpcPeeringConnection,
  describeVpcPeeringConnections,
} from './vpc-peering-connection.ts';
import { modifyVpcPeeringConnectionOptions } from './vpc-peering-options.ts';

const us = {};
const them = { accountId: '222222222222' };
const yes = { AllowDnsResolutionFromRemoteVpc: true };
const shown = (allow: boolean) => ({
  AllowDnsResolutionFromRemoteVpc: allow,
  AllowEgressFromLocalClassicLinkToRemoteVpc: false,
  AllowEgressFromLocalVpcToRemoteClassicLink: false,
});

function newCase(isNamed = true) {
  const harness = newHarness();
  const { run } = harness;
  const { VpcId } = makeVpc(harness);
  const { VpcId: PeerVpcId } = makeVpc(harness, 1, them);
  const name = (vpcId: string, caller: Caller, Value = true) =>
    run(modifyVpcAttribute, { VpcId: vpcId, EnableDnsHostnames: { Value } }, caller);
  if (isNamed) {
    name(VpcId, us);
    name(PeerVpcId, them);
  }
  const { VpcPeeringConnectionId } = run(createVpcPeeringConnection, {
    VpcId,
    PeerVpcId,
    PeerOwnerId: them.accountId,
  }).VpcPeeringConnection!;
  const accept = () => run(acceptVpcPeeringConnection, { VpcPeeringConnectionId }, them);
  const modify = (input: object, caller: Caller = us) =>
    run(modifyVpcPeeringConnectionOptions, { VpcPeeringConnectionId, ...input }, caller);
  const see = () => {
    const [seen] = run(describeVpcPeeringConnections, {}).VpcPeeringConnections!;
    const { RequesterVpcInfo, AccepterVpcInfo } = seen!;
    return [RequesterVpcInfo!.PeeringOptions, AccepterVpcInfo!.PeeringOptions];
  };
  return { ...harness, VpcId, PeerVpcId, VpcPeeringConnectionId, name, accept, modify, see };
}

test('each side sets its own option, and both see both', () => {
  const { accept, modify, see } = newCase();
  accept();
  assert.deepEqual(see(), [shown(false), shown(false)]);
  assert.deepEqual(modify({ RequesterPeeringConnectionOptions: yes }), {
    RequesterPeeringConnectionOptions: shown(true),
  });
  assert.deepEqual(modify({ AccepterPeeringConnectionOptions: yes }, them), {
    AccepterPeeringConnectionOptions: shown(true),
  });
  assert.deepEqual(see(), [shown(true), shown(true)]);
  modify({ RequesterPeeringConnectionOptions: { AllowDnsResolutionFromRemoteVpc: false } });
  assert.deepEqual(see(), [shown(false), shown(true)]);
});

test('nobody sets another’s', () => {
  const { accept, modify, see, VpcPeeringConnectionId: id } = newCase();
  accept();
  assert.throws(
    () => modify({ AccepterPeeringConnectionOptions: yes }),
    refusal(
      'OperationNotPermitted',
      `User 111111111111 cannot modify accepter peering options on VPC Peering Connection ID ${id}`,
    ),
  );
  // What could be done of it is not done either.
  assert.throws(
    () => modify({ RequesterPeeringConnectionOptions: yes, AccepterPeeringConnectionOptions: yes }),
    refusal('OperationNotPermitted'),
  );
  assert.deepEqual(see(), [shown(false), shown(false)]);
  assert.throws(
    () => modify({ RequesterPeeringConnectionOptions: yes }, { accountId: '333333333333' }),
    refusal('InvalidVpcPeeringConnectionID.NotFound'),
  );
});

test('only an active peering has options', () => {
  const { modify, VpcPeeringConnectionId: id } = newCase();
  assert.throws(
    () => modify({ RequesterPeeringConnectionOptions: yes }),
    refusal(
      'OperationNotPermitted',
      `Peering ${id} is not active. Peering options can be added only to active peerings.`,
    ),
  );
  assert.throws(() => modify({}), refusal('MissingParameter'));
});

test('both VPCs must have DNS hostnames', () => {
  const { accept, modify, name, see, VpcId } = newCase(false);
  accept();
  name(VpcId, us);
  const disabled = refusal(
    'InvalidVpcPeeringConnectionState.DnsHostnamesDisabled',
    'To enable DNS hostname resolution for the VPC peering connection, DNS hostname support must be enabled for the VPCs.',
  );
  assert.throws(() => modify({ RequesterPeeringConnectionOptions: yes }), disabled);
  modify({ RequesterPeeringConnectionOptions: { AllowDnsResolutionFromRemoteVpc: false } });
  assert.deepEqual(see(), [shown(false), shown(false)]);
});

test('ClassicLink is no more, and a side in another region sets its own there', () => {
  const { accept, modify, run, VpcId } = newCase();
  accept();
  assert.throws(
    () => modify({ RequesterPeeringConnectionOptions: { AllowEgressFromLocalVpcToRemoteClassicLink: true } }),
    refusal('NotImplemented'),
  );
  const there = { region: 'eu-west-1' };
  const harness = { run } as Parameters<typeof makeVpc>[0];
  const { VpcId: PeerVpcId } = makeVpc(harness, 7, there);
  const input = { VpcId, PeerVpcId, PeerRegion: 'eu-west-1' };
  const { VpcPeeringConnectionId } = run(createVpcPeeringConnection, input).VpcPeeringConnection!;
  run(acceptVpcPeeringConnection, { VpcPeeringConnectionId }, there);
  assert.throws(
    () => modify({ VpcPeeringConnectionId, RequesterPeeringConnectionOptions: yes }, there),
    refusal(
      'OperationNotPermitted',
      "Requester's VPC Peering connection options cannot be modified for a different region",
    ),
  );
});
