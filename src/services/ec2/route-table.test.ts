import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeVpc } from '../../../test/vpc-fixture.ts';
import {
  associateRouteTable,
  createRouteTable,
  deleteRouteTable,
  describeRouteTables,
  disassociateRouteTable,
  replaceRouteTableAssociation,
} from './route-table.ts';

function newCase() {
  const harness = newHarness();
  const { VpcId, SubnetId } = makeVpc(harness);
  const { run } = harness;
  const create = () => run(createRouteTable, { VpcId }).RouteTable!.RouteTableId!;
  const get = (id: string) => run(describeRouteTables, { RouteTableIds: [id] }).RouteTables![0]!;
  const find = (Name: string, value: string) =>
    run(describeRouteTables, { Filters: [{ Name, Values: [value] }] }).RouteTables!.map(
      (table) => table.RouteTableId,
    );
  const main = find('association.main', 'true')[0]!;
  return { ...harness, harness, VpcId, SubnetId, create, get, find, main };
}

test('a subnet is associated with a table and let go again', () => {
  const { run, create, get, find, SubnetId } = newCase();
  const RouteTableId = create();
  const { AssociationId, AssociationState } = run(associateRouteTable, { RouteTableId, SubnetId });
  assert.deepEqual(AssociationState, { State: 'associated' });
  assert.deepEqual(get(RouteTableId).Associations, [
    {
      Main: false,
      RouteTableAssociationId: AssociationId,
      RouteTableId,
      SubnetId,
      AssociationState: { State: 'associated' },
    },
  ]);
  assert.deepEqual(find('association.subnet-id', SubnetId), [RouteTableId]);
  run(disassociateRouteTable, { AssociationId });
  assert.deepEqual(get(RouteTableId).Associations, []);
  assert.throws(
    () => run(disassociateRouteTable, { AssociationId }),
    refusal('InvalidAssociationID.NotFound'),
  );
});

test('associating again is the same association; with another table it is refused', () => {
  const { run, create, SubnetId } = newCase();
  const RouteTableId = create();
  const { AssociationId } = run(associateRouteTable, { RouteTableId, SubnetId });
  assert.equal(run(associateRouteTable, { RouteTableId, SubnetId }).AssociationId, AssociationId);
  const other = { RouteTableId: create(), SubnetId };
  assert.throws(() => run(associateRouteTable, other), refusal('Resource.AlreadyAssociated'));
});

test('replacing an association moves the subnet and gives a new id', () => {
  const { run, create, get, SubnetId } = newCase();
  const [from, to] = [create(), create()];
  const { AssociationId } = run(associateRouteTable, { RouteTableId: from, SubnetId });
  const { NewAssociationId } = run(replaceRouteTableAssociation, { AssociationId, RouteTableId: to });
  assert.notEqual(NewAssociationId, AssociationId);
  assert.deepEqual(get(from).Associations, []);
  assert.equal(get(to).Associations![0]!.SubnetId, SubnetId);
});

test('replacing the main association makes another table the main one', () => {
  const { run, create, get, main, find } = newCase();
  const RouteTableId = create();
  const AssociationId = get(main).Associations![0]!.RouteTableAssociationId!;
  run(replaceRouteTableAssociation, { AssociationId, RouteTableId });
  assert.deepEqual(find('association.main', 'true'), [RouteTableId]);
  run(deleteRouteTable, { RouteTableId: main });
});

test('the main association cannot be taken away', () => {
  const { run, get, main } = newCase();
  const AssociationId = get(main).Associations![0]!.RouteTableAssociationId!;
  assert.throws(() => run(disassociateRouteTable, { AssociationId }), refusal('InvalidParameterValue'));
});

test('the main table and one in use cannot be deleted', () => {
  const { run, create, main, SubnetId } = newCase();
  const inUse = (id: string) =>
    refusal('DependencyViolation', `The routeTable '${id}' has dependencies and cannot be deleted.`);
  assert.throws(() => run(deleteRouteTable, { RouteTableId: main }), inUse(main));
  const RouteTableId = create();
  run(associateRouteTable, { RouteTableId, SubnetId });
  assert.throws(() => run(deleteRouteTable, { RouteTableId }), inUse(RouteTableId));
});

test('a table and a subnet of different networks do not go together', () => {
  const { harness, run, create } = newCase();
  const other = makeVpc(harness, 1);
  const RouteTableId = create();
  assert.throws(
    () => run(associateRouteTable, { RouteTableId, SubnetId: other.SubnetId }),
    refusal(
      'InvalidParameterValue',
      `route table ${RouteTableId} and subnet ${other.SubnetId} belong to different networks`,
    ),
  );
  const theirs = run(createRouteTable, { VpcId: other.VpcId }).RouteTable!.RouteTableId!;
  const { AssociationId } = run(associateRouteTable, { RouteTableId: theirs, SubnetId: other.SubnetId });
  const move = { AssociationId, RouteTableId };
  assert.throws(() => run(replaceRouteTableAssociation, move), refusal('InvalidParameterValue'));
});

test('an association is made when the network carries it', () => {
  const { run, create, world, SubnetId } = newCase();
  const RouteTableId = create();
  world.applied = false;
  const { AssociationState } = run(associateRouteTable, { RouteTableId, SubnetId });
  assert.deepEqual(AssociationState, { State: 'associating' });
});

test('route tables of others do not exist', () => {
  const { run, main } = newCase();
  assert.throws(
    () => run(deleteRouteTable, { RouteTableId: main }, { accountId: '222222222222' }),
    refusal('InvalidRouteTableID.NotFound', `The routeTable ID '${main}' does not exist`),
  );
});

test('a table cannot be that of a gateway', () => {
  const { run, create } = newCase();
  assert.throws(
    () => run(associateRouteTable, { RouteTableId: create(), GatewayId: 'igw-00000000' }),
    refusal('NotImplemented', /edge associations/),
  );
});
