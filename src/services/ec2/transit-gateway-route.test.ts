import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeTransitGateway } from '../../../test/transit-gateway-fixture.ts';
import { createManagedPrefixList } from './managed-prefix-list.ts';
import { getManagedPrefixListAssociations } from './prefix-list.ts';
import { createRoute, replaceRoute } from './route.ts';
import { describeRouteTables } from './route-table.ts';
import { searchTransitGatewayRoutes } from './search-transit-gateway-routes.ts';
import {
  associateTransitGatewayRouteTable,
  disableTransitGatewayRouteTablePropagation,
  disassociateTransitGatewayRouteTable,
  enableTransitGatewayRouteTablePropagation,
  getTransitGatewayAttachmentPropagations,
  getTransitGatewayRouteTableAssociations,
  getTransitGatewayRouteTablePropagations,
} from './transit-gateway-association.ts';
import {
  createTransitGatewayPrefixListReference,
  deleteTransitGatewayPrefixListReference,
  getTransitGatewayPrefixListReferences,
  modifyTransitGatewayPrefixListReference,
} from './transit-gateway-prefix-list.ts';
import {
  createTransitGatewayRoute,
  deleteTransitGatewayRoute,
  replaceTransitGatewayRoute,
} from './transit-gateway-route.ts';
import { createTransitGatewayRouteTable } from './transit-gateway-route-table.ts';
import { deleteTransitGatewayVpcAttachment } from './transit-gateway-vpc-attachment.ts';

function newCase() {
  const harness = newHarness();
  const { run } = harness;
  const { TransitGatewayId, tableId, attached } = makeTransitGateway(harness, [0, 1]);
  const [left, right] = attached.map((one) => one.TransitGatewayAttachmentId) as [string, string];
  const makeTable = () =>
    run(createTransitGatewayRouteTable, { TransitGatewayId }).TransitGatewayRouteTable!
      .TransitGatewayRouteTableId!;
  const search = (TransitGatewayRouteTableId: string, ...Filters: { Name: string; Values: string[] }[]) =>
    run(searchTransitGatewayRoutes, {
      TransitGatewayRouteTableId,
      Filters: Filters.length > 0 ? Filters : [{ Name: 'type', Values: ['static', 'propagated'] }],
    }).Routes!;
  const route = (DestinationCidrBlock: string, more: object = {}, table = tableId) => ({
    ...{ TransitGatewayRouteTableId: table, DestinationCidrBlock },
    ...more,
  });
  return { ...harness, TransitGatewayId, tableId, attached, left, right, makeTable, search, route };
}

test('an attachment is associated with one table, and moves by leaving it first', () => {
  const { run, world, store, tableId, left, attached, makeTable } = newCase();
  const other = makeTable();
  const pair = (table: string) => ({ TransitGatewayRouteTableId: table, TransitGatewayAttachmentId: left });
  const shown = { ...pair(other), ResourceId: attached[0]!.VpcId, ResourceType: 'vpc' };
  assert.throws(
    () => run(associateTransitGatewayRouteTable, pair(other)),
    refusal(
      'Resource.AlreadyAssociated',
      `Transit Gateway Attachment ${left} is already associated to a route table.`,
    ),
  );
  assert.throws(
    () => run(disassociateTransitGatewayRouteTable, pair(other)),
    refusal('InvalidAssociation.NotFound'),
  );
  const { Association: left1 } = run(disassociateTransitGatewayRouteTable, pair(tableId));
  assert.deepEqual(left1, { ...shown, ...pair(tableId), State: 'disassociating' });
  world.applied = store.cloud.generation;
  const { Association } = run(associateTransitGatewayRouteTable, pair(other));
  assert.deepEqual(Association, { ...shown, State: 'associating' });
  world.applied = true;
  const list = (table: string) =>
    run(getTransitGatewayRouteTableAssociations, { TransitGatewayRouteTableId: table }).Associations!;
  const { TransitGatewayRouteTableId: _table, ...inTable } = shown;
  assert.deepEqual(list(other), [{ ...inTable, State: 'associated' }]);
  assert.equal(list(tableId).length, 1);
});

test('what an attachment announces is in each table that listens', () => {
  const { run, tableId, left, right, attached, makeTable, search } = newCase();
  const other = makeTable();
  const pair = (table: string, attachment = left) => ({
    ...{ TransitGatewayRouteTableId: table, TransitGatewayAttachmentId: attachment },
  });
  assert.deepEqual(search(other), []);
  const { Propagation } = run(enableTransitGatewayRouteTablePropagation, pair(other));
  const shown = { ...pair(other), ResourceId: attached[0]!.VpcId, ResourceType: 'vpc' };
  assert.deepEqual(Propagation, { ...shown, State: 'enabled' });
  assert.throws(
    () => run(enableTransitGatewayRouteTablePropagation, pair(other)),
    refusal(
      'TransitGatewayRouteTablePropagation.Duplicate',
      `Propagation ${left} already exists in Transit Gateway Route Table ${other}.`,
    ),
  );
  const { TransitGatewayRouteTableId: _table, ...attachment } = shown;
  assert.deepEqual(search(other), [
    {
      ...{ DestinationCidrBlock: '10.0.0.0/16', Type: 'propagated', State: 'active' },
      TransitGatewayAttachments: [attachment],
    },
  ]);
  const list = run(getTransitGatewayRouteTablePropagations, { TransitGatewayRouteTableId: tableId });
  assert.deepEqual(
    list.TransitGatewayRouteTablePropagations!.map((one) => one.TransitGatewayAttachmentId),
    [left, right],
  );
  assert.deepEqual(
    run(getTransitGatewayAttachmentPropagations, { TransitGatewayAttachmentId: left })
      .TransitGatewayAttachmentPropagations,
    [tableId, other].map((id) => ({ TransitGatewayRouteTableId: id, State: 'enabled' })),
  );
  const ended = run(disableTransitGatewayRouteTablePropagation, pair(other)).Propagation!;
  assert.equal(ended.State, 'disabled');
  assert.throws(
    () => run(disableTransitGatewayRouteTablePropagation, pair(other)),
    refusal('TransitGatewayRouteTablePropagation.NotFound'),
  );
  assert.deepEqual(search(other), []);
});

test('of equal ranges the first announced stays, until it is announced no more', () => {
  const harness = newHarness();
  const { run } = harness;
  const { tableId, attached } = makeTransitGateway(harness, [7, 7]);
  const [first, second] = attached.map((one) => one.TransitGatewayAttachmentId);
  const search = () =>
    run(searchTransitGatewayRoutes, {
      TransitGatewayRouteTableId: tableId,
      Filters: [{ Name: 'type', Values: ['propagated'] }],
    }).Routes!.map((route) => route.TransitGatewayAttachments![0]!.TransitGatewayAttachmentId);
  assert.deepEqual(search(), [first]);
  run(disableTransitGatewayRouteTablePropagation, {
    ...{ TransitGatewayRouteTableId: tableId, TransitGatewayAttachmentId: first },
  });
  assert.deepEqual(search(), [second]);
});

test('a static route goes before what is announced', () => {
  const harness = newCase();
  const { run, tableId, left, right, search, route } = harness;
  run(createTransitGatewayRoute, route('10.0.0.0/16', { TransitGatewayAttachmentId: right }));
  const [shown] = search(tableId, { Name: 'route-search.exact-match', Values: ['10.0.0.0/16'] });
  assert.deepEqual(
    [shown!.Type, shown!.TransitGatewayAttachments![0]!.TransitGatewayAttachmentId],
    ['static', right],
  );
  run(deleteTransitGatewayRoute, route('10.0.0.0/16'));
  const [back] = search(tableId, { Name: 'route-search.exact-match', Values: ['10.0.0.0/16'] });
  assert.deepEqual(
    [back!.Type, back!.TransitGatewayAttachments![0]!.TransitGatewayAttachmentId],
    ['propagated', left],
  );
});

test('static routes: to an attachment, to nowhere, replaced, deleted', () => {
  const { run, tableId, left, right, search, route } = newCase();
  const to = (id: string) => ({ TransitGatewayAttachmentId: id });
  const { Route } = run(createTransitGatewayRoute, route('0.0.0.0/0', to(left)));
  assert.deepEqual([Route!.Type, Route!.State], ['static', 'active']);
  assert.throws(
    () => run(createTransitGatewayRoute, route('0.0.0.0/0', to(right))),
    refusal(
      'RouteAlreadyExists',
      `Route 0.0.0.0/0 already exists in Transit Gateway Route Table ${tableId}.`,
    ),
  );
  const hole = run(createTransitGatewayRoute, route('10.9.0.0/16', { Blackhole: true })).Route!;
  assert.deepEqual(hole, { DestinationCidrBlock: '10.9.0.0/16', Type: 'static', State: 'blackhole' });
  const replaced = run(replaceTransitGatewayRoute, route('10.9.0.0/16', to(right))).Route!;
  assert.equal(replaced.State, 'active');
  assert.throws(
    () => run(replaceTransitGatewayRoute, route('10.8.0.0/16', to(right))),
    refusal('InvalidRoute.NotFound'),
  );
  assert.equal(run(deleteTransitGatewayRoute, route('10.9.0.0/16')).Route!.State, 'deleted');
  // What is announced is nobody's to delete.
  assert.throws(() => run(deleteTransitGatewayRoute, route('10.1.0.0/16')), refusal('InvalidRoute.NotFound'));
  run(deleteTransitGatewayVpcAttachment, { TransitGatewayAttachmentId: left });
  assert.deepEqual(
    search(tableId).map((one) => [one.DestinationCidrBlock, one.Type, one.State]),
    [
      ['10.1.0.0/16', 'propagated', 'active'],
      ['0.0.0.0/0', 'static', 'blackhole'],
    ],
  );
});

test('a route that makes no sense is refused', () => {
  const harness = newCase();
  const { run, left, route } = harness;
  const foreign = makeTransitGateway(harness, [5]).attached[0]!.TransitGatewayAttachmentId;
  const refused: [object, string][] = [
    [{}, 'MissingParameter'],
    [{ Blackhole: true, TransitGatewayAttachmentId: left }, 'InvalidParameterCombination'],
    [{ TransitGatewayAttachmentId: foreign }, 'InvalidTransitGatewayAttachmentID.NotFound'],
    [{ TransitGatewayAttachmentId: 'tgw-attach-1' }, 'InvalidTransitGatewayAttachmentID.Malformed'],
    [{ Blackhole: true, DestinationCidrBlock: '10.0.0.0/33' }, 'InvalidParameterValue'],
    [
      { Blackhole: true, TransitGatewayRouteTableId: 'tgw-rtb-0123456789abcdef0' },
      'InvalidRouteTableID.NotFound',
    ],
  ];
  for (const [more, code] of refused)
    assert.throws(() => run(createTransitGatewayRoute, route('10.7.0.0/16', more)), refusal(code));
});

test('searches by prefix', () => {
  const { run, tableId, left, search, route } = newCase();
  const to = { TransitGatewayAttachmentId: left };
  for (const cidr of ['10.0.1.0/24', '10.0.0.0/8', '0.0.0.0/0'])
    run(createTransitGatewayRoute, route(cidr, to));
  const found = (name: string, ...Values: string[]) =>
    search(tableId, { Name: `route-search.${name}`, Values }).map((one) => one.DestinationCidrBlock);
  assert.deepEqual(found('longest-prefix-match', '10.0.1.7'), ['10.0.1.0/24']);
  assert.deepEqual(found('longest-prefix-match', '10.0.1.7', '192.168.0.1'), ['10.0.1.0/24', '0.0.0.0/0']);
  assert.deepEqual(found('exact-match', '10.0.0.0/8'), ['10.0.0.0/8']);
  assert.deepEqual(found('subnet-of-match', '10.0.0.0/16'), ['10.0.1.0/24', '10.0.0.0/16']);
  assert.deepEqual(found('supernet-of-match', '10.0.0.0/16'), ['10.0.0.0/16', '10.0.0.0/8', '0.0.0.0/0']);
  assert.deepEqual(
    search(tableId, { Name: 'type', Values: ['propagated'] }, { Name: 'state', Values: ['active'] }).length,
    2,
  );
  const input = { TransitGatewayRouteTableId: tableId, Filters: [{ Name: 'state', Values: ['active'] }] };
  const page = run(searchTransitGatewayRoutes, { ...input, MaxResults: 5 });
  assert.deepEqual([page.Routes!.length, page.AdditionalRoutesAvailable], [5, false]);
  assert.throws(
    () => run(searchTransitGatewayRoutes, { ...input, Filters: [{ Name: 'colour', Values: ['x'] }] }),
    refusal('InvalidParameterValue'),
  );
});

test('a VPC routes to a transit gateway it is attached to, and to no other', () => {
  const harness = newCase();
  const { run, TransitGatewayId, attached, left } = harness;
  const { VpcId } = attached[0]!;
  const table = () =>
    run(describeRouteTables, { Filters: [{ Name: 'vpc-id', Values: [VpcId] }] }).RouteTables![0]!;
  const to = { RouteTableId: table().RouteTableId!, DestinationCidrBlock: '10.1.0.0/16' };
  const stranger = makeTransitGateway(harness, []).TransitGatewayId;
  assert.throws(
    () => run(createRoute, { ...to, TransitGatewayId: stranger }),
    refusal('InvalidTransitGatewayID.NotFound', `The transitGateway ID '${stranger}' does not exist.`),
  );
  run(createRoute, { ...to, TransitGatewayId });
  run(replaceRoute, { ...to, TransitGatewayId });
  const shown = () => table().Routes!.find((one) => one.DestinationCidrBlock === '10.1.0.0/16');
  assert.deepEqual(shown(), {
    ...{ DestinationCidrBlock: '10.1.0.0/16', TransitGatewayId, Origin: 'CreateRoute', State: 'active' },
  });
  const filter = { Name: 'route.transit-gateway-id', Values: [TransitGatewayId] };
  assert.equal(run(describeRouteTables, { Filters: [filter] }).RouteTables!.length, 1);
  run(deleteTransitGatewayVpcAttachment, { TransitGatewayAttachmentId: left });
  assert.equal(shown()!.State, 'blackhole');
});

test('a prefix list stands for its ranges as they are now, after a static route and before what is announced', () => {
  const { run, tableId, left, right, search } = newCase();
  const { PrefixListId } = run(createManagedPrefixList, {
    ...{ PrefixListName: 'sites', AddressFamily: 'IPv4', MaxEntries: 5 },
    Entries: [{ Cidr: '10.0.0.0/16' }, { Cidr: '172.16.0.0/12' }],
  }).PrefixList!;
  const place = { TransitGatewayRouteTableId: tableId, PrefixListId: PrefixListId! };
  const made = run(createTransitGatewayPrefixListReference, { ...place, TransitGatewayAttachmentId: right });
  assert.deepEqual(made.TransitGatewayPrefixListReference, {
    ...{ ...place, PrefixListOwnerId: '111111111111', State: 'available', Blackhole: false },
    TransitGatewayAttachment: made.TransitGatewayPrefixListReference!.TransitGatewayAttachment,
  });
  const found = () =>
    search(tableId, { Name: 'prefix-list-id', Values: [PrefixListId!] }).map((route) => [
      ...[route.DestinationCidrBlock, route.Type, route.State],
      route.TransitGatewayAttachments?.[0]?.TransitGatewayAttachmentId,
    ]);
  assert.deepEqual(found(), [
    ['10.0.0.0/16', 'static', 'active', right],
    ['172.16.0.0/12', 'static', 'active', right],
  ]);
  assert.throws(
    () => run(createTransitGatewayPrefixListReference, { ...place, Blackhole: true }),
    refusal('RouteAlreadyExists'),
  );
  const toLeft = { TransitGatewayAttachmentId: left };
  run(createTransitGatewayRoute, {
    ...{ TransitGatewayRouteTableId: tableId, DestinationCidrBlock: '172.16.0.0/12', ...toLeft },
  });
  run(modifyTransitGatewayPrefixListReference, { ...place, Blackhole: true });
  assert.deepEqual(found(), [['10.0.0.0/16', 'static', 'blackhole', undefined]]);
  const list = run(getTransitGatewayPrefixListReferences, {
    TransitGatewayRouteTableId: tableId,
    Filters: [{ Name: 'is-blackhole', Values: ['true'] }],
  });
  assert.equal(list.TransitGatewayPrefixListReferences!.length, 1);
  const users = run(getManagedPrefixListAssociations, { PrefixListId: PrefixListId! });
  assert.deepEqual(users.PrefixListAssociations, [{ ResourceId: tableId, ResourceOwner: '111111111111' }]);
  run(deleteTransitGatewayPrefixListReference, place);
  assert.deepEqual(found(), []);
  assert.throws(
    () => run(deleteTransitGatewayPrefixListReference, place),
    refusal('InvalidPrefixListID.NotFound'),
  );
});
