import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { createRouteTable, describeRouteTables } from './route-table.ts';
import { createVpc } from './vpc.ts';

function newCase() {
  const harness = newHarness();
  const VpcId = harness.run(createVpc, { CidrBlock: '10.0.0.0/16' }).Vpc!.VpcId!;
  const create = (input: object) =>
    harness.run(createRouteTable, { VpcId, ...input }).RouteTable!.RouteTableId!;
  const count = () => harness.run(describeRouteTables, {}).RouteTables!.length;
  return { ...harness, create, count };
}

test('the same token gives the same thing and makes nothing new', () => {
  const { create, count } = newCase();
  const first = create({ ClientToken: 't' });
  const before = count();
  assert.equal(create({ ClientToken: 't' }), first);
  assert.equal(count(), before);
});

test('the order of parameters does not matter, nor does DryRun', () => {
  const { create } = newCase();
  const tagged = {
    TagSpecifications: [{ ResourceType: 'route-table' as const, Tags: [{ Key: 'k', Value: 'v' }] }],
  };
  const turned = {
    TagSpecifications: [{ Tags: [{ Value: 'v', Key: 'k' }], ResourceType: 'route-table' as const }],
  };
  const first = create({ ClientToken: 't', ...tagged });
  assert.equal(create({ ...turned, ClientToken: 't', DryRun: false }), first);
});

test('another token, or none, makes another thing', () => {
  const { create } = newCase();
  const ids = [create({ ClientToken: 'a' }), create({ ClientToken: 'b' }), create({}), create({})];
  assert.equal(new Set(ids).size, 4);
});

test('a used token with other parameters is refused', () => {
  const { run, create } = newCase();
  create({ ClientToken: 't' });
  const other = run(createVpc, { CidrBlock: '10.1.0.0/16' }).Vpc!.VpcId!;
  assert.throws(() => create({ ClientToken: 't', VpcId: other }), refusal('IdempotentParameterMismatch'));
});

test('tokens of different accounts and regions have nothing to do with each other', () => {
  const { run, create } = newCase();
  const first = create({ ClientToken: 't' });
  for (const caller of [{ accountId: '222222222222' }, { region: 'eu-west-1' }]) {
    const VpcId = run(createVpc, { CidrBlock: '10.0.0.0/16' }, caller).Vpc!.VpcId!;
    const made = run(createRouteTable, { VpcId, ClientToken: 't' }, caller).RouteTable!.RouteTableId!;
    assert.notEqual(made, first);
  }
});

test('a token is forgotten after a day', () => {
  const { create, clock, store } = newCase();
  const first = create({ ClientToken: 't' });
  clock.now = new Date(clock.now.getTime() + 24 * 60 * 60 * 1000 + 1);
  assert.notEqual(create({ ClientToken: 't' }), first);
  create({ ClientToken: 'u' });
  assert.equal(store.cloud.idempotencyTokens.size, 2);
});

test('a token with other characters than ASCII is refused', () => {
  const { create } = newCase();
  for (const ClientToken of ['größe', '🦊', 'a\u0000b', 'a\nb']) {
    assert.throws(() => create({ ClientToken }), refusal('InvalidParameterValue'), ClientToken);
  }
  create({ ClientToken: 'a-Z_0/9 ~' });
});

test('a token of more than 64 characters is refused', () => {
  const { create } = newCase();
  assert.throws(() => create({ ClientToken: 'x'.repeat(65) }), refusal('InvalidParameterValue'));
  create({ ClientToken: 'x'.repeat(64) });
});

test('a refused request does not use up its token', () => {
  const { run, create } = newCase();
  assert.throws(
    () => run(createRouteTable, { VpcId: 'vpc-00000000', ClientToken: 't' }),
    refusal('InvalidVpcID.NotFound'),
  );
  create({ ClientToken: 't' });
});
