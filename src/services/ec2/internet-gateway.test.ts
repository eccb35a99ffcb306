import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeVpc } from '../../../test/vpc-fixture.ts';
import {
  attachInternetGateway,
  createInternetGateway,
  deleteInternetGateway,
  describeInternetGateways,
  detachInternetGateway,
} from './internet-gateway.ts';
import { createRoute, replaceRoute } from './route.ts';
import { createRouteTable, describeRouteTables } from './route-table.ts';
import { deleteSubnet } from './subnet.ts';
import { createTags } from './tag.ts';
import { deleteVpc } from './vpc.ts';

function newCase() {
  const harness = newHarness();
  const { run } = harness;
  const make = () => run(createInternetGateway, {}).InternetGateway!.InternetGatewayId!;
  const InternetGatewayId = make();
  const find = () =>
    run(describeInternetGateways, { InternetGatewayIds: [InternetGatewayId] }).InternetGateways![0]!;
  return { ...harness, ...makeVpc(harness), InternetGatewayId, make, find };
}

test('a gateway is made, attached to a VPC, detached and deleted', () => {
  const { run, find, world, VpcId, SubnetId, InternetGatewayId } = newCase();
  assert.deepEqual(find(), { InternetGatewayId, OwnerId: '111111111111', Attachments: [], Tags: [] });
  run(attachInternetGateway, { InternetGatewayId, VpcId });
  assert.deepEqual(find().Attachments, [{ State: 'available', VpcId }]);
  world.applied = 0;
  assert.deepEqual(find().Attachments, [{ State: 'attaching', VpcId }]);
  run(deleteSubnet, { SubnetId });
  assert.throws(() => run(deleteVpc, { VpcId }), refusal('DependencyViolation'));
  assert.throws(
    () => run(deleteInternetGateway, { InternetGatewayId }),
    refusal(
      'DependencyViolation',
      `The internetGateway '${InternetGatewayId}' has dependencies and cannot be deleted.`,
    ),
  );
  run(detachInternetGateway, { InternetGatewayId, VpcId });
  assert.deepEqual(find().Attachments, []);
  run(deleteVpc, { VpcId });
  run(deleteInternetGateway, { InternetGatewayId });
  assert.throws(
    find,
    refusal(
      'InvalidInternetGatewayID.NotFound',
      `The internetGateway ID '${InternetGatewayId}' does not exist`,
    ),
  );
});

test('one gateway per VPC, one VPC per gateway', () => {
  const { run, make, VpcId, InternetGatewayId, ...harness } = newCase();
  const other = makeVpc({ run, ...harness }, 1).VpcId;
  const notAttached = (id: string) =>
    refusal('Gateway.NotAttached', `resource ${InternetGatewayId} is not attached to network ${id}`);
  assert.throws(() => run(detachInternetGateway, { InternetGatewayId, VpcId }), notAttached(VpcId));
  run(attachInternetGateway, { InternetGatewayId, VpcId });
  assert.throws(
    () => run(attachInternetGateway, { InternetGatewayId, VpcId: other }),
    refusal(
      'Resource.AlreadyAssociated',
      `resource ${InternetGatewayId} is already attached to network ${VpcId}`,
    ),
  );
  assert.throws(
    () => run(attachInternetGateway, { InternetGatewayId: make(), VpcId }),
    refusal('InvalidParameterValue', `Network ${VpcId} already has an internet gateway attached`),
  );
  assert.throws(() => run(detachInternetGateway, { InternetGatewayId, VpcId: other }), notAttached(other));
});

test('gateways are found by what they are, and by their owner alone', () => {
  const { run, VpcId, InternetGatewayId, make } = newCase();
  make();
  run(attachInternetGateway, { InternetGatewayId, VpcId });
  run(createTags, { Resources: [InternetGatewayId], Tags: [{ Key: 'Name', Value: 'out' }] });
  for (const [Name, value] of [
    ['attachment.vpc-id', VpcId],
    ['attachment.state', 'available'],
    ['internet-gateway-id', InternetGatewayId],
    ['tag:Name', 'out'],
  ] as const) {
    const found = run(describeInternetGateways, { Filters: [{ Name, Values: [value] }] }).InternetGateways!;
    assert.deepEqual(
      found.map((gateway) => gateway.InternetGatewayId),
      [InternetGatewayId],
      Name,
    );
  }
  const theirs = { accountId: '222222222222' };
  assert.deepEqual(run(describeInternetGateways, {}, theirs).InternetGateways, []);
  assert.throws(
    () => run(deleteInternetGateway, { InternetGatewayId }, theirs),
    refusal('InvalidInternetGatewayID.NotFound'),
  );
});

test('a route leads to the gateway of its own VPC and is a blackhole when that is detached', () => {
  const { run, make, VpcId, InternetGatewayId } = newCase();
  const { RouteTableId } = run(createRouteTable, { VpcId }).RouteTable!;
  const route = { RouteTableId, DestinationCidrBlock: '0.0.0.0/0', GatewayId: InternetGatewayId };
  assert.throws(
    () => run(createRoute, route),
    refusal(
      'InvalidParameterValue',
      `route table ${RouteTableId} and network gateway ${InternetGatewayId} belong to different networks`,
    ),
  );
  run(attachInternetGateway, { InternetGatewayId, VpcId });
  run(createRoute, route);
  run(replaceRoute, route);
  const shown = () =>
    run(describeRouteTables, { RouteTableIds: [RouteTableId!] }).RouteTables![0]!.Routes![1];
  const expected = { DestinationCidrBlock: '0.0.0.0/0', GatewayId: InternetGatewayId, Origin: 'CreateRoute' };
  assert.deepEqual(shown(), { ...expected, State: 'active' });
  run(detachInternetGateway, { InternetGatewayId, VpcId });
  run(attachInternetGateway, { InternetGatewayId: make(), VpcId });
  assert.deepEqual(shown(), { ...expected, State: 'blackhole' });
});
