// Prefix lists in the route tables of transit gateways: a reference is a static route to every range that the list has now.

import type {
  CreateTransitGatewayPrefixListReferenceRequest,
  CreateTransitGatewayPrefixListReferenceResult,
  DeleteTransitGatewayPrefixListReferenceRequest,
  DeleteTransitGatewayPrefixListReferenceResult,
  GetTransitGatewayPrefixListReferencesRequest,
  GetTransitGatewayPrefixListReferencesResult,
  ModifyTransitGatewayPrefixListReferenceRequest,
  ModifyTransitGatewayPrefixListReferenceResult,
  TransitGatewayPrefixListReference as ReferenceShape,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import {
  attachedResourceId,
  type TransitGatewayPrefixListReference,
  type TransitGatewayRouteTable,
} from '../../cloud/transit-gateway.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { prefixListNotFound, requireParameter } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { paginate } from './pagination.ts';
import { getPrefixList, isAwsList } from './prefix-list.ts';
import { readTransitTarget } from './transit-gateway-route.ts';
import { getTransitGatewayRouteTable } from './transit-gateway-route-table.ts';

const names = ['TransitGatewayRouteTableId', 'PrefixListId'] as const;
const targetNames = ['TransitGatewayAttachmentId', 'Blackhole'] as const;

export function createTransitGatewayPrefixListReference(
  input: CreateTransitGatewayPrefixListReferenceRequest,
  context: OperationContext,
): CreateTransitGatewayPrefixListReferenceResult {
  acceptParameters('CreateTransitGatewayPrefixListReference', input, ...names, ...targetNames);
  const { table, prefixListId, references } = readPlace(input, context);
  const added = { prefixListId, ...readTransitTarget(input, context, table) };
  if (references.some((one) => one.prefixListId === prefixListId)) {
    const text = `Prefix list ${prefixListId} already exists in Transit Gateway Route Table ${table.transitGatewayRouteTableId}.`;
    throw new AwsError('RouteAlreadyExists', text);
  }
  const written = putReferences(context, table, [...references, added]);
  return { TransitGatewayPrefixListReference: show(context, written, added) };
}

export function modifyTransitGatewayPrefixListReference(
  input: ModifyTransitGatewayPrefixListReferenceRequest,
  context: OperationContext,
): ModifyTransitGatewayPrefixListReferenceResult {
  acceptParameters('ModifyTransitGatewayPrefixListReference', input, ...names, ...targetNames);
  const { table, prefixListId, references } = readPlace(input, context);
  const modified = { prefixListId, ...readTransitTarget(input, context, table) };
  getReference(references, prefixListId);
  const changed = references.map((one) => (one.prefixListId === prefixListId ? modified : one));
  const written = putReferences(context, table, changed);
  return { TransitGatewayPrefixListReference: show(context, written, modified) };
}

export function deleteTransitGatewayPrefixListReference(
  input: DeleteTransitGatewayPrefixListReferenceRequest,
  context: OperationContext,
): DeleteTransitGatewayPrefixListReferenceResult {
  acceptParameters('DeleteTransitGatewayPrefixListReference', input, ...names);
  const { table, prefixListId, references } = readPlace(input, context);
  const deleted = show(context, table, getReference(references, prefixListId));
  putReferences(
    context,
    table,
    references.filter((one) => one.prefixListId !== prefixListId),
  );
  return { TransitGatewayPrefixListReference: { ...deleted, State: 'deleting' } };
}

export function getTransitGatewayPrefixListReferences(
  input: GetTransitGatewayPrefixListReferencesRequest,
  context: OperationContext,
): GetTransitGatewayPrefixListReferencesResult {
  const accepted = ['TransitGatewayRouteTableId', 'Filters', 'MaxResults', 'NextToken'] as const;
  acceptParameters('GetTransitGatewayPrefixListReferences', input, ...accepted);
  const id = requireParameter('TransitGatewayRouteTableId', input.TransitGatewayRouteTableId);
  const table = getTransitGatewayRouteTable(context, id);
  const shown = (table.prefixListReferences ?? []).map((reference) => show(context, table, reference));
  const matching = applyFilters(shown, input.Filters, fields, () => ({}));
  const { page, nextToken } = paginate(matching, input, undefined, (one) => one.PrefixListId!);
  return { TransitGatewayPrefixListReferences: page, ...(nextToken && { NextToken: nextToken }) };
}

const fields: FilterFields<ReferenceShape> = {
  'attachment.resource-id': (one) => one.TransitGatewayAttachment?.ResourceId,
  'attachment.resource-type': (one) => one.TransitGatewayAttachment?.ResourceType,
  'attachment.transit-gateway-attachment-id': (one) =>
    one.TransitGatewayAttachment?.TransitGatewayAttachmentId,
  'is-blackhole': (one) => String(one.Blackhole),
  'prefix-list-id': (one) => one.PrefixListId,
  'prefix-list-owner-id': (one) => one.PrefixListOwnerId,
  state: (one) => one.State,
};

function readPlace(input: DeleteTransitGatewayPrefixListReferenceRequest, context: OperationContext) {
  const tableId = requireParameter('TransitGatewayRouteTableId', input.TransitGatewayRouteTableId);
  const table = getTransitGatewayRouteTable(context, tableId);
  const { prefixListId } = getPrefixList(context, requireParameter('PrefixListId', input.PrefixListId));
  return { table, prefixListId, references: table.prefixListReferences ?? [] };
}

function getReference(
  references: TransitGatewayPrefixListReference[],
  prefixListId: string,
): TransitGatewayPrefixListReference {
  const reference = references.find((one) => one.prefixListId === prefixListId);
  if (!reference) throw prefixListNotFound(prefixListId);
  return reference;
}

function putReferences(
  { cloud }: OperationContext,
  table: TransitGatewayRouteTable,
  prefixListReferences: TransitGatewayPrefixListReference[],
): TransitGatewayRouteTable {
  return cloud.transitGatewayRouteTables.put({ ...table, prefixListReferences });
}

function show(
  context: OperationContext,
  { transitGatewayRouteTableId, transitGatewayId, generation }: TransitGatewayRouteTable,
  { prefixListId, transitGatewayAttachmentId: id }: TransitGatewayPrefixListReference,
): ReferenceShape {
  const list = getPrefixList(context, prefixListId);
  const attachment = id && context.cloud.transitGatewayAttachments.find(id);
  return {
    TransitGatewayRouteTableId: transitGatewayRouteTableId,
    PrefixListId: prefixListId,
    PrefixListOwnerId: isAwsList(list) ? 'AWS' : list.accountId,
    State: context.world.isApplied(transitGatewayId, generation) ? 'available' : 'pending',
    Blackhole: id === undefined,
    ...(attachment && {
      TransitGatewayAttachment: {
        TransitGatewayAttachmentId: attachment.transitGatewayAttachmentId,
        ResourceType: attachment.resourceType,
        ResourceId: attachedResourceId(attachment),
      },
    }),
  };
}
