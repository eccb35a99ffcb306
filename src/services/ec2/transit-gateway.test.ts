import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeVpc } from '../../../test/vpc-fixture.ts';
import { createTags, deleteTags } from './tag.ts';
import {
  createTransitGateway,
  deleteTransitGateway,
  describeTransitGateways,
  modifyTransitGateway,
} from './transit-gateway.ts';
import {
  createTransitGatewayRouteTable,
  deleteTransitGatewayRouteTable,
  describeTransitGatewayRouteTables,
} from './transit-gateway-route-table.ts';
import {
  createTransitGatewayVpcAttachment,
  deleteTransitGatewayVpcAttachment,
} from './transit-gateway-vpc-attachment.ts';

function newCase() {
  const harness = newHarness();
  const { run } = harness;
  const create = (Options = {}) => run(createTransitGateway, { Options }).TransitGateway!;
  const find = (id: string) => run(describeTransitGateways, { TransitGatewayIds: [id] }).TransitGateways![0]!;
  const tables = (id: string) =>
    run(describeTransitGatewayRouteTables, { Filters: [{ Name: 'transit-gateway-id', Values: [id] }] })
      .TransitGatewayRouteTables!;
  return { ...harness, create, find, tables };
}

test('a new one has one route table, the default of association and propagation', () => {
  const { create, tables, clock, world, find } = newCase();
  world.applied = 0;
  const made = create();
  const id = made.TransitGatewayId!;
  assert.match(id, /^tgw-[0-9a-f]{17}$/);
  assert.equal(made.State, 'pending');
  world.applied = true;
  const [table, ...others] = tables(id);
  assert.deepEqual(others, []);
  const tableId = table!.TransitGatewayRouteTableId!;
  assert.match(tableId, /^tgw-rtb-[0-9a-f]{17}$/);
  assert.deepEqual(find(id), {
    TransitGatewayId: id,
    TransitGatewayArn: `arn:aws:ec2:us-east-1:111111111111:transit-gateway/${id}`,
    ...{ State: 'available', OwnerId: '111111111111', Description: '', CreationTime: clock.now },
    Options: {
      ...{ AmazonSideAsn: 64512, AutoAcceptSharedAttachments: 'disable' },
      ...{ DefaultRouteTableAssociation: 'enable', AssociationDefaultRouteTableId: tableId },
      ...{ DefaultRouteTablePropagation: 'enable', PropagationDefaultRouteTableId: tableId },
      ...{ VpnEcmpSupport: 'enable', DnsSupport: 'enable' },
      ...{ SecurityGroupReferencingSupport: 'disable', MulticastSupport: 'disable' },
    },
    Tags: [],
  });
  assert.deepEqual(table, {
    ...{ TransitGatewayRouteTableId: tableId, TransitGatewayId: id, State: 'available' },
    ...{ DefaultAssociationRouteTable: true, DefaultPropagationRouteTable: true },
    ...{ CreationTime: clock.now, Tags: [] },
  });
});

test('without defaults there is no table; what is not built is refused', () => {
  const { create, tables } = newCase();
  const none = { DefaultRouteTableAssociation: 'disable', DefaultRouteTablePropagation: 'disable' };
  const { TransitGatewayId: id, Options } = create(none);
  assert.deepEqual(tables(id!), []);
  assert.equal(Options!.AssociationDefaultRouteTableId, undefined);
  for (const [options, code] of [
    [{ MulticastSupport: 'enable' }, 'NotImplemented'],
    [{ SecurityGroupReferencingSupport: 'enable' }, 'NotImplemented'],
    [{ TransitGatewayCidrBlocks: ['10.0.0.0/24'] }, 'NotImplemented'],
    [{ DnsSupport: 'yes' }, 'InvalidParameterValue'],
    [{ AmazonSideAsn: 1 }, 'InvalidParameterValue'],
  ] as const)
    assert.throws(() => create(options), refusal(code));
  assert.equal(
    create({ MulticastSupport: 'disable', AmazonSideAsn: 4200000000 }).Options!.AmazonSideAsn,
    4200000000,
  );
});

test('options change; a default table is named together with its switch', () => {
  const { create, run, find, tables, world } = newCase();
  const id = create().TransitGatewayId!;
  const modify = (Options: object) => run(modifyTransitGateway, { TransitGatewayId: id, Options });
  const [first] = tables(id);
  const other = run(createTransitGatewayRouteTable, { TransitGatewayId: id }).TransitGatewayRouteTable!
    .TransitGatewayRouteTableId!;
  const conflict = 'InvalidParameterCombination';
  assert.throws(
    () => modify({ DefaultRouteTableAssociation: 'enable' }),
    refusal(
      conflict,
      'enable DefaultRouteTableAssociation conflicts with AssociationDefaultRouteTableId null',
    ),
  );
  assert.throws(
    () => modify({ DefaultRouteTablePropagation: 'disable', PropagationDefaultRouteTableId: other }),
    refusal(
      conflict,
      `disable DefaultRouteTablePropagation conflicts with PropagationDefaultRouteTableId ${other}`,
    ),
  );
  assert.throws(
    () => modify({ AssociationDefaultRouteTableId: 'tgw-rtb-0123456789abcdef0' }),
    refusal(
      'InvalidRouteTableID.NotFound',
      'Transit Gateway Route Table tgw-rtb-0123456789abcdef0 was deleted or does not exist.',
    ),
  );
  world.applied = 0;
  const { TransitGateway: changed } = modify({
    ...{ AssociationDefaultRouteTableId: other, DefaultRouteTablePropagation: 'disable' },
    ...{ AutoAcceptSharedAttachments: 'enable', DnsSupport: 'disable', VpnEcmpSupport: 'disable' },
  });
  assert.equal(changed!.State, 'modifying');
  world.applied = true;
  const { Options } = find(id);
  assert.equal(Options!.AssociationDefaultRouteTableId, other);
  assert.equal(Options!.PropagationDefaultRouteTableId, undefined);
  assert.deepEqual(
    [Options!.AutoAcceptSharedAttachments, Options!.DnsSupport, Options!.VpnEcmpSupport],
    ['enable', 'disable', 'disable'],
  );
  assert.deepEqual(
    tables(id).map((table) => [table.TransitGatewayRouteTableId, table.DefaultAssociationRouteTable]),
    [
      [first!.TransitGatewayRouteTableId, false],
      [other, true],
    ],
  );
  run(modifyTransitGateway, { TransitGatewayId: id, Description: 'the hub' });
  assert.equal(find(id).Description, 'the hub');
});

test('what is attached holds it; deleted, it is listed for an hour as deleted', () => {
  const harness = newCase();
  const { create, run, find, tables, clock } = harness;
  const { VpcId, SubnetId } = makeVpc(harness);
  const id = create().TransitGatewayId!;
  const { TransitGatewayAttachmentId } = run(createTransitGatewayVpcAttachment, {
    ...{ TransitGatewayId: id, VpcId, SubnetIds: [SubnetId] },
  }).TransitGatewayVpcAttachment!;
  assert.throws(
    () => run(deleteTransitGateway, { TransitGatewayId: id }),
    refusal(
      'IncorrectState',
      `${id} has non-deleted Transit Gateway Attachments: ${TransitGatewayAttachmentId}.`,
    ),
  );
  run(deleteTransitGatewayVpcAttachment, { TransitGatewayAttachmentId });
  assert.equal(run(deleteTransitGateway, { TransitGatewayId: id }).TransitGateway!.State, 'deleted');
  assert.equal(find(id).State, 'deleted');
  assert.equal(tables(id)[0]!.State, 'deleted');
  const change = () => run(modifyTransitGateway, { TransitGatewayId: id, Description: 'x' });
  assert.throws(change, refusal('IncorrectState'));
  clock.now = new Date(clock.now.getTime() + 61 * 60_000);
  assert.throws(
    () => find(id),
    refusal('InvalidTransitGatewayID.NotFound', `Transit Gateway ${id} was deleted or does not exist.`),
  );
  create();
  assert.equal(harness.store.cloud.transitGateways.size, 1);
});

test('a table that is a default or is associated stays', () => {
  const harness = newCase();
  const { create, run, tables } = harness;
  const id = create({ DefaultRouteTablePropagation: 'disable' }).TransitGatewayId!;
  const [first] = tables(id);
  const remove = (tableId: string) =>
    run(deleteTransitGatewayRouteTable, { TransitGatewayRouteTableId: tableId }).TransitGatewayRouteTable!;
  assert.throws(() => remove(first!.TransitGatewayRouteTableId!), refusal('IncorrectState'));
  const other = run(createTransitGatewayRouteTable, {
    TransitGatewayId: id,
    TagSpecifications: [
      { ResourceType: 'transit-gateway-route-table', Tags: [{ Key: 'Name', Value: 'spokes' }] },
    ],
  }).TransitGatewayRouteTable!;
  assert.deepEqual(other.Tags, [{ Key: 'Name', Value: 'spokes' }]);
  run(modifyTransitGateway, {
    TransitGatewayId: id,
    Options: { AssociationDefaultRouteTableId: other.TransitGatewayRouteTableId },
  });
  assert.equal(remove(first!.TransitGatewayRouteTableId!).State, 'deleted');
  const { VpcId, SubnetId } = makeVpc(harness);
  run(createTransitGatewayVpcAttachment, { TransitGatewayId: id, VpcId, SubnetIds: [SubnetId] });
  run(modifyTransitGateway, { TransitGatewayId: id, Options: { DefaultRouteTableAssociation: 'disable' } });
  assert.throws(() => remove(other.TransitGatewayRouteTableId!), refusal('IncorrectState', /associations/));
});

test('filters, tags, pages; another account does not see it', () => {
  const { create, run } = newCase();
  const ids = Array.from({ length: 7 }, () => create().TransitGatewayId!);
  const asn = create({ AmazonSideAsn: 65000 }).TransitGatewayId!;
  const search = (Name: string, value: string) =>
    run(describeTransitGateways, { Filters: [{ Name, Values: [value] }] }).TransitGateways!.map(
      (found) => found.TransitGatewayId,
    );
  assert.deepEqual(search('options.amazon-side-asn', '65000'), [asn]);
  assert.equal(search('state', 'available').length, 8);
  run(createTags, { Resources: [asn], Tags: [{ Key: 'Name', Value: 'hub' }] });
  assert.deepEqual(search('tag:Name', 'hub'), [asn]);
  run(deleteTags, { Resources: [asn], Tags: [{ Key: 'Name' }] });
  assert.deepEqual(search('tag:Name', 'hub'), []);
  const page = run(describeTransitGateways, { MaxResults: 5 });
  assert.deepEqual(
    page.TransitGateways!.map((found) => found.TransitGatewayId),
    ids.slice(0, 5),
  );
  assert.ok(page.NextToken);
  const stranger = { accountId: '222222222222' };
  assert.deepEqual(run(describeTransitGateways, {}, stranger).TransitGateways, []);
  assert.throws(
    () => run(describeTransitGateways, { TransitGatewayIds: [asn] }, stranger),
    refusal('InvalidTransitGatewayID.NotFound'),
  );
  assert.throws(
    () => run(describeTransitGateways, { TransitGatewayIds: ['tgw-x'] }),
    refusal('InvalidTransitGatewayID.Malformed'),
  );
});
