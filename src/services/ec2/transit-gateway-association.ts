// By which route table goes on what an attachment brings (association, at most one), and which tables learn its ranges
// (propagation, any number).

import type {
  AssociateTransitGatewayRouteTableRequest,
  AssociateTransitGatewayRouteTableResult,
  DisableTransitGatewayRouteTablePropagationRequest,
  DisableTransitGatewayRouteTablePropagationResult,
  DisassociateTransitGatewayRouteTableRequest,
  DisassociateTransitGatewayRouteTableResult,
  EnableTransitGatewayRouteTablePropagationRequest,
  EnableTransitGatewayRouteTablePropagationResult,
  GetTransitGatewayAttachmentPropagationsRequest,
  GetTransitGatewayAttachmentPropagationsResult,
  GetTransitGatewayRouteTableAssociationsRequest,
  GetTransitGatewayRouteTableAssociationsResult,
  GetTransitGatewayRouteTablePropagationsRequest,
  GetTransitGatewayRouteTablePropagationsResult,
  TransitGatewayAttachmentPropagation,
  TransitGatewayRouteTableAssociation,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import {
  attachedResourceId,
  propagationKey,
  type TransitGatewayAttachment,
  type TransitGatewayPropagation,
  type TransitGatewayRouteTable,
} from '../../cloud/transit-gateway.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { alreadyAssociated, requireParameter, transitGatewayAttachmentNotFound } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { paginate } from './pagination.ts';
import {
  associationState,
  getTransitGatewayAttachment,
  getUsableAttachment,
  isHub,
} from './transit-gateway-attachment.ts';
import { getTransitGatewayRouteTable } from './transit-gateway-route-table.ts';

interface Pair {
  TransitGatewayRouteTableId: string | undefined;
  TransitGatewayAttachmentId?: string | undefined;
}

interface Found {
  table: TransitGatewayRouteTable;
  attachment: TransitGatewayAttachment;
}

/** A table of the caller and an attachment of the same transit gateway that works. */
function getPair(context: OperationContext, input: Pair): Found {
  const table = getTable(context, input);
  const id = requireParameter('TransitGatewayAttachmentId', input.TransitGatewayAttachmentId);
  return { table, attachment: getUsableAttachment(context, id, table.transitGatewayId) };
}

function getTable(context: OperationContext, input: Pair): TransitGatewayRouteTable {
  const id = requireParameter('TransitGatewayRouteTableId', input.TransitGatewayRouteTableId);
  return getTransitGatewayRouteTable(context, id);
}

/** Ids as every answer about such a pair has them. */
function showPair({ table, attachment }: Found) {
  const { transitGatewayRouteTableId: TransitGatewayRouteTableId } = table;
  return { TransitGatewayRouteTableId, ...showAttachment(attachment) };
}

function showAttachment(attachment: TransitGatewayAttachment) {
  return {
    TransitGatewayAttachmentId: attachment.transitGatewayAttachmentId,
    ResourceId: attachedResourceId(attachment),
    ResourceType: attachment.resourceType,
  };
}

export function associateTransitGatewayRouteTable(
  input: AssociateTransitGatewayRouteTableRequest,
  context: OperationContext,
): AssociateTransitGatewayRouteTableResult {
  const accepted = ['TransitGatewayRouteTableId', 'TransitGatewayAttachmentId'] as const;
  acceptParameters('AssociateTransitGatewayRouteTable', input, ...accepted);
  const pair = getPair(context, input);
  const { transitGatewayAttachmentId: id } = pair.attachment;
  const { transitGatewayAssociations } = context.cloud;
  if (transitGatewayAssociations.has(id))
    throw alreadyAssociated(`Transit Gateway Attachment ${id} is already associated to a route table.`);
  transitGatewayAssociations.put({
    transitGatewayAttachmentId: id,
    transitGatewayRouteTableId: pair.table.transitGatewayRouteTableId,
  });
  const { State } = associationState(context, pair.attachment)!;
  return { Association: { ...showPair(pair), State } };
}

export function disassociateTransitGatewayRouteTable(
  input: DisassociateTransitGatewayRouteTableRequest,
  context: OperationContext,
): DisassociateTransitGatewayRouteTableResult {
  const accepted = ['TransitGatewayRouteTableId', 'TransitGatewayAttachmentId'] as const;
  acceptParameters('DisassociateTransitGatewayRouteTable', input, ...accepted);
  const pair = getPair(context, input);
  const { transitGatewayAttachmentId: id } = pair.attachment;
  const { transitGatewayRouteTableId: tableId } = pair.table;
  const { transitGatewayAssociations } = context.cloud;
  if (transitGatewayAssociations.find(id)?.transitGatewayRouteTableId !== tableId) {
    const text = `Transit Gateway Attachment ${id} is not associated to Transit Gateway Route Table ${tableId}.`;
    throw new AwsError('InvalidAssociation.NotFound', text);
  }
  transitGatewayAssociations.delete(id);
  return { Association: { ...showPair(pair), State: 'disassociating' } };
}

export function getTransitGatewayRouteTableAssociations(
  input: GetTransitGatewayRouteTableAssociationsRequest,
  context: OperationContext,
): GetTransitGatewayRouteTableAssociationsResult {
  const accepted = ['TransitGatewayRouteTableId', 'Filters', 'MaxResults', 'NextToken'] as const;
  acceptParameters('GetTransitGatewayRouteTableAssociations', input, ...accepted);
  const { transitGatewayRouteTableId: tableId } = getTable(context, input);
  const { cloud } = context;
  const associations: TransitGatewayRouteTableAssociation[] = cloud.transitGatewayAssociations
    .where((association) => association.transitGatewayRouteTableId === tableId)
    .map(({ transitGatewayAttachmentId }) => {
      const attachment = cloud.transitGatewayAttachments.find(transitGatewayAttachmentId)!;
      return { ...showAttachment(attachment), State: associationState(context, attachment)!.State };
    });
  const { page, nextToken } = selectPage(associations, input);
  return { Associations: page, ...(nextToken && { NextToken: nextToken }) };
}

type Shown = Pick<
  TransitGatewayRouteTableAssociation,
  'ResourceId' | 'ResourceType' | 'TransitGatewayAttachmentId'
>;

const fields: FilterFields<Shown> = {
  'resource-id': (one) => one.ResourceId,
  'resource-type': (one) => one.ResourceType,
  'transit-gateway-attachment-id': (one) => one.TransitGatewayAttachmentId,
};

function selectPage<S extends Shown>(
  shown: S[],
  input: Pick<GetTransitGatewayRouteTableAssociationsRequest, 'Filters' | 'MaxResults' | 'NextToken'>,
) {
  const matching = applyFilters(shown, input.Filters, fields, () => ({}));
  return paginate(matching, input, undefined, (one) => one.TransitGatewayAttachmentId!);
}

export function enableTransitGatewayRouteTablePropagation(
  input: EnableTransitGatewayRouteTablePropagationRequest,
  context: OperationContext,
): EnableTransitGatewayRouteTablePropagationResult {
  const accepted = ['TransitGatewayRouteTableId', 'TransitGatewayAttachmentId'] as const;
  acceptParameters('EnableTransitGatewayRouteTablePropagation', input, ...accepted);
  const pair = getPair(context, input);
  const { transitGatewayRouteTableId: tableId } = pair.table;
  const { transitGatewayAttachmentId: id } = pair.attachment;
  const key = propagationKey(tableId, id);
  if (context.cloud.transitGatewayPropagations.has(key)) {
    throw new AwsError(
      'TransitGatewayRouteTablePropagation.Duplicate',
      `Propagation ${id} already exists in Transit Gateway Route Table ${tableId}.`,
    );
  }
  const propagation = context.cloud.transitGatewayPropagations.put({
    propagationKey: key,
    transitGatewayAttachmentId: id,
    transitGatewayRouteTableId: tableId,
  });
  return { Propagation: { ...showPair(pair), State: propagationState(context, pair.table, propagation) } };
}

export function disableTransitGatewayRouteTablePropagation(
  input: DisableTransitGatewayRouteTablePropagationRequest,
  context: OperationContext,
): DisableTransitGatewayRouteTablePropagationResult {
  const accepted = ['TransitGatewayRouteTableId', 'TransitGatewayAttachmentId'] as const;
  acceptParameters('DisableTransitGatewayRouteTablePropagation', input, ...accepted);
  const pair = getPair(context, input);
  const { transitGatewayRouteTableId: tableId } = pair.table;
  const { transitGatewayAttachmentId: id } = pair.attachment;
  const key = propagationKey(tableId, id);
  if (!context.cloud.transitGatewayPropagations.has(key)) {
    throw new AwsError(
      'TransitGatewayRouteTablePropagation.NotFound',
      `Propagation ${id} does not exist in Transit Gateway Route Table ${tableId}.`,
    );
  }
  context.cloud.transitGatewayPropagations.delete(key);
  return { Propagation: { ...showPair(pair), State: 'disabled' } };
}

export function getTransitGatewayRouteTablePropagations(
  input: GetTransitGatewayRouteTablePropagationsRequest,
  context: OperationContext,
): GetTransitGatewayRouteTablePropagationsResult {
  const accepted = ['TransitGatewayRouteTableId', 'Filters', 'MaxResults', 'NextToken'] as const;
  acceptParameters('GetTransitGatewayRouteTablePropagations', input, ...accepted);
  const table = getTable(context, input);
  const { cloud } = context;
  const propagations = cloud.transitGatewayPropagations
    .where((one) => one.transitGatewayRouteTableId === table.transitGatewayRouteTableId)
    .map((propagation) => ({
      ...showAttachment(cloud.transitGatewayAttachments.find(propagation.transitGatewayAttachmentId)!),
      State: propagationState(context, table, propagation),
    }));
  const { page, nextToken } = selectPage(propagations, input);
  return { TransitGatewayRouteTablePropagations: page, ...(nextToken && { NextToken: nextToken }) };
}

export function getTransitGatewayAttachmentPropagations(
  input: GetTransitGatewayAttachmentPropagationsRequest,
  context: OperationContext,
): GetTransitGatewayAttachmentPropagationsResult {
  const accepted = ['TransitGatewayAttachmentId', 'Filters', 'MaxResults', 'NextToken'] as const;
  acceptParameters('GetTransitGatewayAttachmentPropagations', input, ...accepted);
  const id = requireParameter('TransitGatewayAttachmentId', input.TransitGatewayAttachmentId);
  const attachment = getTransitGatewayAttachment(context, id);
  if (!isHub(context, attachment)) throw transitGatewayAttachmentNotFound(id);
  const { cloud } = context;
  const propagations: TransitGatewayAttachmentPropagation[] = cloud.transitGatewayPropagations
    .where((one) => one.transitGatewayAttachmentId === id)
    .map((propagation) => {
      const { transitGatewayRouteTableId: tableId } = propagation;
      const table = cloud.transitGatewayRouteTables.find(tableId)!;
      const State = propagationState(context, table, propagation);
      return { TransitGatewayRouteTableId: tableId, State };
    });
  const tableFields: FilterFields<TransitGatewayAttachmentPropagation> = {
    'transit-gateway-route-table-id': (one) => one.TransitGatewayRouteTableId,
  };
  const matching = applyFilters(propagations, input.Filters, tableFields, () => ({}));
  const { page, nextToken } = paginate(matching, input, undefined, (one) => one.TransitGatewayRouteTableId!);
  return { TransitGatewayAttachmentPropagations: page, ...(nextToken && { NextToken: nextToken }) };
}

function propagationState(
  { world }: OperationContext,
  { transitGatewayId }: TransitGatewayRouteTable,
  { generation }: TransitGatewayPropagation,
): 'enabled' | 'enabling' {
  return world.isApplied(transitGatewayId, generation) ? 'enabled' : 'enabling';
}
