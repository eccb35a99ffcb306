// Route tables and their associations. One table of each VPC is its main one: it routes the subnets that have no other.

import type {
  AssociateRouteTableRequest,
  AssociateRouteTableResult,
  CreateRouteTableRequest,
  CreateRouteTableResult,
  DeleteRouteTableRequest,
  DescribeRouteTablesRequest,
  DescribeRouteTablesResult,
  DisassociateRouteTableRequest,
  ReplaceRouteTableAssociationRequest,
  ReplaceRouteTableAssociationResult,
  RouteTable as RouteTableShape,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import { routeTableDependents } from '../../cloud/dependents.ts';
import type { SubnetId } from '../../cloud/id.ts';
import type { RouteTable } from '../../cloud/vpc.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { dropEndpointRoutes } from './endpoint-route.ts';
import {
  associationNotFound,
  checkId,
  hasDependencies,
  invalidParameterValue,
  requireParameter,
  routeTableNotFound,
} from './errors.ts';
import { applyFilters } from './filter.ts';
import { idempotent } from './idempotency.ts';
import { findOwn, selectOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import {
  routeTableFields,
  showAssociationState,
  showRouteTable,
  showRouteTables,
} from './route-table-show.ts';
import { getSubnet } from './subnet.ts';
import { dropTags, findTags, putTags, tagsFromSpecifications } from './tag.ts';
import { getVpc } from './vpc.ts';

export function createRouteTable(
  input: CreateRouteTableRequest,
  context: OperationContext,
): CreateRouteTableResult {
  acceptParameters('CreateRouteTable', input, 'VpcId', 'TagSpecifications');
  const { vpcId } = getVpc(context, requireParameter('VpcId', input.VpcId));
  const tags = tagsFromSpecifications(input.TagSpecifications, 'route-table');

  function create(): string[] {
    const routeTableId = context.newId('rtb');
    const { accountId, region } = context;
    context.cloud.routeTables.put({ routeTableId, accountId, region, vpcId, routes: [], associations: [] });
    putTags(context, routeTableId, 'route-table', tags);
    return [routeTableId];
  }
  function show([routeTableId]: string[]): CreateRouteTableResult {
    const shown = showRouteTable(context, getRouteTable(context, routeTableId!));
    return { RouteTable: shown, ...(input.ClientToken && { ClientToken: input.ClientToken }) };
  }
  return idempotent(context, 'CreateRouteTable', input.ClientToken, input, create, show);
}

export function describeRouteTables(
  input: DescribeRouteTablesRequest,
  context: OperationContext,
): DescribeRouteTablesResult {
  acceptParameters('DescribeRouteTables', input, 'RouteTableIds', 'Filters', 'MaxResults', 'NextToken');
  refuseIdsWithMaxResults('RouteTableIds', input.RouteTableIds, input.MaxResults);
  const { cloud } = context;
  const ids = input.RouteTableIds;
  const selected = selectOwn(
    context,
    ids,
    (id) => getRouteTable(context, id),
    () => cloud.routeTables.all(),
  );
  const shown = showRouteTables(context, selected);
  const tagsOf = (table: RouteTableShape) => findTags(cloud, table.RouteTableId!);
  const matching = applyFilters(shown, input.Filters, routeTableFields, tagsOf);
  const limits = { minimum: 5, maximum: 100 };
  const { page, nextToken } = paginate(matching, input, limits, (table) => table.RouteTableId!);
  return { RouteTables: page, ...(nextToken && { NextToken: nextToken }) };
}

export function deleteRouteTable(input: DeleteRouteTableRequest, context: OperationContext): object {
  acceptParameters('DeleteRouteTable', input, 'RouteTableId');
  const { routeTableId } = getRouteTable(context, requireParameter('RouteTableId', input.RouteTableId));
  if (routeTableDependents(context.cloud, routeTableId).length > 0)
    throw hasDependencies('routeTable', routeTableId);
  dropEndpointRoutes(context.cloud, routeTableId);
  context.cloud.routeTables.delete(routeTableId);
  dropTags(context.cloud, routeTableId);
  return {};
}

export function associateRouteTable(
  input: AssociateRouteTableRequest,
  context: OperationContext,
): AssociateRouteTableResult {
  acceptParameters('AssociateRouteTable', input, 'RouteTableId', 'SubnetId', 'GatewayId');
  if (input.GatewayId)
    throw notBuilt('route tables of internet and virtual private gateways (edge associations)');
  const table = getRouteTable(context, requireParameter('RouteTableId', input.RouteTableId));
  const subnet = getSubnet(context, requireParameter('SubnetId', input.SubnetId));
  const { routeTableId, vpcId } = table;
  if (subnet.vpcId !== vpcId) throw differentNetworks(routeTableId, `subnet ${subnet.subnetId}`);
  const existing = findAssociationOf(context, subnet.subnetId);
  if (existing && existing.table.routeTableId !== routeTableId) {
    throw new AwsError(
      'Resource.AlreadyAssociated',
      `the specified association for route table ${routeTableId} conflicts with an existing association`,
    );
  }
  // AWS: associating again with the same table gives the association that is there.
  if (existing) return showAssociated(context, existing.table, existing.associationId);
  return addAssociation(context, table, subnet.subnetId);
}

export function disassociateRouteTable(
  input: DisassociateRouteTableRequest,
  context: OperationContext,
): object {
  acceptParameters('DisassociateRouteTable', input, 'AssociationId');
  const { table, associationId, subnetId } = getAssociation(context, input.AssociationId);
  if (!subnetId) {
    throw invalidParameterValue(`cannot disassociate the main route table association ${associationId}`);
  }
  removeAssociation(context, table, associationId);
  return {};
}

/** Moves a subnet to another table, or makes another table the main one. Either way the association gets a new id. */
export function replaceRouteTableAssociation(
  input: ReplaceRouteTableAssociationRequest,
  context: OperationContext,
): ReplaceRouteTableAssociationResult {
  acceptParameters('ReplaceRouteTableAssociation', input, 'AssociationId', 'RouteTableId');
  const { routeTableId, vpcId } = getRouteTable(
    context,
    requireParameter('RouteTableId', input.RouteTableId),
  );
  const { table, associationId, subnetId } = getAssociation(context, input.AssociationId);
  if (table.vpcId !== vpcId) {
    throw differentNetworks(routeTableId, subnetId ? `subnet ${subnetId}` : `vpc ${table.vpcId}`);
  }
  removeAssociation(context, table, associationId);
  const added = addAssociation(context, getRouteTable(context, routeTableId), subnetId);
  return { NewAssociationId: added.AssociationId, AssociationState: added.AssociationState };
}

/** The caller's route table; otherwise AWS's not-found. */
export function getRouteTable(context: OperationContext, routeTableId: string): RouteTable {
  checkId('rtb', routeTableId, 'InvalidRouteTableId.Malformed');
  const table = findOwn(context, context.cloud.routeTables.find(routeTableId));
  if (!table) throw routeTableNotFound(routeTableId);
  return table;
}

interface Association {
  table: RouteTable;
  associationId: string;
  /** Absent: this association makes the table the main one. */
  subnetId?: SubnetId | undefined;
}

function getAssociation(context: OperationContext, id: string | undefined): Association {
  const associationId = requireParameter('AssociationId', id);
  checkId('rtbassoc', associationId, 'InvalidAssociationID.Malformed');
  const found = findAssociation(
    context,
    (association) => association.routeTableAssociationId === associationId,
  );
  if (!found) throw associationNotFound(associationId);
  return found;
}

function findAssociationOf(context: OperationContext, subnetId: SubnetId): Association | undefined {
  return findAssociation(context, (association) => association.subnetId === subnetId);
}

function findAssociation(
  context: OperationContext,
  matches: (association: RouteTable['associations'][number]) => boolean,
): Association | undefined {
  for (const table of context.cloud.routeTables.all()) {
    const association = findOwn(context, table)?.associations.find(matches);
    if (association)
      return { table, associationId: association.routeTableAssociationId, subnetId: association.subnetId };
  }
  return undefined;
}

function addAssociation(
  context: OperationContext,
  table: RouteTable,
  subnetId: SubnetId | undefined,
): AssociateRouteTableResult {
  const routeTableAssociationId = context.newId('rtbassoc');
  const added = { routeTableAssociationId, ...(subnetId && { subnetId }) };
  const written = context.cloud.routeTables.put({ ...table, associations: [...table.associations, added] });
  return showAssociated(context, written, routeTableAssociationId);
}

function removeAssociation(context: OperationContext, table: RouteTable, associationId: string): void {
  const associations = table.associations.filter((kept) => kept.routeTableAssociationId !== associationId);
  context.cloud.routeTables.put({ ...table, associations });
}

function showAssociated(context: OperationContext, table: RouteTable, id: string): AssociateRouteTableResult {
  return { AssociationId: id, AssociationState: showAssociationState(context, table) };
}

function differentNetworks(routeTableId: string, other: string): AwsError {
  return invalidParameterValue(`route table ${routeTableId} and ${other} belong to different networks`);
}
