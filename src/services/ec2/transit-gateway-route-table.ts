// Route tables of transit gateways. One may be the default of new attachments, for their association, their propagation or both.

import type {
  CreateTransitGatewayRouteTableRequest,
  CreateTransitGatewayRouteTableResult,
  DeleteTransitGatewayRouteTableRequest,
  DeleteTransitGatewayRouteTableResult,
  DescribeTransitGatewayRouteTablesRequest,
  DescribeTransitGatewayRouteTablesResult,
  TransitGatewayRouteTable as RouteTableShape,
} from '@aws-sdk/client-ec2';
import type { TransitGatewayRouteTable } from '../../cloud/transit-gateway.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { checkId, incorrectState, requireParameter, transitGatewayRouteTableNotFound } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { findOwn, selectOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { dropTags, findTags, putTags, showTags, tagsFromSpecifications } from './tag.ts';
import { getOwnTransitGateway } from './transit-gateway.ts';
import { isForgotten, transitGatewayState } from './transit-gateway-show.ts';

export function createTransitGatewayRouteTable(
  input: CreateTransitGatewayRouteTableRequest,
  context: OperationContext,
): CreateTransitGatewayRouteTableResult {
  acceptParameters('CreateTransitGatewayRouteTable', input, 'TransitGatewayId', 'TagSpecifications');
  const id = requireParameter('TransitGatewayId', input.TransitGatewayId);
  const transitGateway = getOwnTransitGateway(context, id);
  const tags = tagsFromSpecifications(input.TagSpecifications, 'transit-gateway-route-table');
  if (transitGatewayState(context, transitGateway) === 'pending')
    throw incorrectState(`${id} is in invalid state`);
  forgetRouteTables(context);
  const { accountId, region, cloud, now } = context;
  const { transitGatewayId } = transitGateway;
  const transitGatewayRouteTableId = context.newId('tgw-rtb');
  const table = cloud.transitGatewayRouteTables.put({
    ...{ transitGatewayRouteTableId, accountId, region, transitGatewayId },
    ...{ creationTime: now.toISOString(), routes: [] },
  });
  putTags(context, transitGatewayRouteTableId, 'transit-gateway-route-table', tags);
  return { TransitGatewayRouteTable: show(context, table) };
}

export function describeTransitGatewayRouteTables(
  input: DescribeTransitGatewayRouteTablesRequest,
  context: OperationContext,
): DescribeTransitGatewayRouteTablesResult {
  const accepted = ['TransitGatewayRouteTableIds', 'Filters', 'MaxResults', 'NextToken'] as const;
  acceptParameters('DescribeTransitGatewayRouteTables', input, ...accepted);
  const { TransitGatewayRouteTableIds: ids } = input;
  refuseIdsWithMaxResults('TransitGatewayRouteTableIds', ids, input.MaxResults);
  const { cloud } = context;
  const shown = selectOwn(
    context,
    ids,
    (id) => findTable(context, id),
    () => cloud.transitGatewayRouteTables.all(),
  )
    .filter((table) => !isForgotten(context, table))
    .map((table) => show(context, table));
  const tagsOf = (table: RouteTableShape) => findTags(cloud, table.TransitGatewayRouteTableId!);
  const matching = applyFilters(shown, input.Filters, fields, tagsOf);
  const { page, nextToken } = paginate(matching, input, undefined, (one) => one.TransitGatewayRouteTableId!);
  return { TransitGatewayRouteTables: page, ...(nextToken && { NextToken: nextToken }) };
}

const fields: FilterFields<RouteTableShape> = {
  'default-association-route-table': (table) => String(table.DefaultAssociationRouteTable),
  'default-propagation-route-table': (table) => String(table.DefaultPropagationRouteTable),
  state: (table) => table.State,
  'transit-gateway-id': (table) => table.TransitGatewayId,
  'transit-gateway-route-table-id': (table) => table.TransitGatewayRouteTableId,
};

/** AWS: not while an attachment is associated with it, nor while it is a default. */
export function deleteTransitGatewayRouteTable(
  input: DeleteTransitGatewayRouteTableRequest,
  context: OperationContext,
): DeleteTransitGatewayRouteTableResult {
  acceptParameters('DeleteTransitGatewayRouteTable', input, 'TransitGatewayRouteTableId');
  const { cloud } = context;
  const id = requireParameter('TransitGatewayRouteTableId', input.TransitGatewayRouteTableId);
  const table = getTransitGatewayRouteTable(context, id);
  const shown = show(context, table);
  if (shown.DefaultAssociationRouteTable || shown.DefaultPropagationRouteTable)
    throw incorrectState(`${id} is a default route table of ${table.transitGatewayId}`);
  const associated = cloud.transitGatewayAssociations.where(
    (association) => association.transitGatewayRouteTableId === id,
  );
  if (associated.length > 0) {
    const ids = associated.map((association) => association.transitGatewayAttachmentId).join(', ');
    throw incorrectState(`${id} has non-deleted associations: ${ids}.`);
  }
  forgetRouteTables(context);
  return { TransitGatewayRouteTable: show(context, endTransitGatewayRouteTable(context, table)) };
}

/** It is over, and with it what was announced to it. */
export function endTransitGatewayRouteTable(
  { cloud, now }: OperationContext,
  table: TransitGatewayRouteTable,
): TransitGatewayRouteTable {
  for (const { propagationKey } of cloud.transitGatewayPropagations.where(
    (one) => one.transitGatewayRouteTableId === table.transitGatewayRouteTableId,
  ))
    cloud.transitGatewayPropagations.delete(propagationKey);
  return cloud.transitGatewayRouteTables.put({ ...table, endedAt: table.endedAt ?? now.toISOString() });
}

/** The caller's table that is not over. @param transitGatewayId the one it must be of */
export function getTransitGatewayRouteTable(
  context: OperationContext,
  id: string,
  transitGatewayId?: string,
): TransitGatewayRouteTable {
  const table = findTable(context, id);
  const isOfAnother = transitGatewayId !== undefined && table.transitGatewayId !== transitGatewayId;
  if (table.endedAt !== undefined || isOfAnother) throw transitGatewayRouteTableNotFound(id);
  return table;
}

/** Also for a while after its end. */
function findTable(context: OperationContext, id: string): TransitGatewayRouteTable {
  checkId('tgw-rtb', id, 'InvalidRouteTableId.Malformed');
  const table = findOwn(context, context.cloud.transitGatewayRouteTables.find(id));
  if (!table || isForgotten(context, table)) throw transitGatewayRouteTableNotFound(id);
  return table;
}

function show(context: OperationContext, table: TransitGatewayRouteTable): RouteTableShape {
  const { transitGatewayRouteTableId: id, transitGatewayId, creationTime } = table;
  const transitGateway = context.cloud.transitGateways.find(transitGatewayId);
  return {
    TransitGatewayRouteTableId: id,
    TransitGatewayId: transitGatewayId,
    State: stateOf(context, table),
    DefaultAssociationRouteTable: transitGateway?.associationDefaultRouteTableId === id,
    DefaultPropagationRouteTable: transitGateway?.propagationDefaultRouteTableId === id,
    CreationTime: new Date(creationTime),
    Tags: showTags(context.cloud, id),
  };
}

/** A table holds nothing by itself: it is as available as its transit gateway. */
function stateOf(
  { world }: OperationContext,
  { transitGatewayId, endedAt }: TransitGatewayRouteTable,
): 'pending' | 'available' | 'deleted' {
  if (endedAt !== undefined) return 'deleted';
  return world.isApplied(transitGatewayId, 0) ? 'available' : 'pending';
}

/** Takes away what is not shown any more. Called by operations that write anyway. */
function forgetRouteTables(context: OperationContext): void {
  const { transitGatewayRouteTables } = context.cloud;
  for (const { transitGatewayRouteTableId: id } of transitGatewayRouteTables.where((table) =>
    isForgotten(context, table),
  )) {
    transitGatewayRouteTables.delete(id);
    dropTags(context.cloud, id);
  }
}
