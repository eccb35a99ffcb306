// Attachments of any kind as both their owners see them: the account of what is attached, and that of the transit gateway.
// The association and the propagations are the transit gateway's owner's affair.

import type {
  TransitGatewayAttachment as AttachmentShape,
  DescribeTransitGatewayAttachmentsRequest,
  DescribeTransitGatewayAttachmentsResult,
} from '@aws-sdk/client-ec2';
import type { Cloud } from '../../cloud/cloud.ts';
import { attachedResourceId, type TransitGatewayAttachment } from '../../cloud/transit-gateway.ts';
import { leaveTables } from '../../cloud/transit-gateway-membership.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { checkId, incorrectState, transitGatewayAttachmentNotFound } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { dropTags, findTags, showTags } from './tag.ts';
import { attachmentTagKey } from './taggable.ts';
import { isForgotten } from './transit-gateway-show.ts';

export type AttachmentState =
  | 'pendingAcceptance'
  | 'pending'
  | 'available'
  | 'modifying'
  | 'deleting'
  | 'deleted'
  | 'rejected';

export function attachmentState(
  context: OperationContext,
  attachment: TransitGatewayAttachment,
): AttachmentState {
  const { decision, generation, modifiedAt } = attachment;
  if (decision === 'pendingAcceptance' || decision === 'rejected') return decision;
  const isCarried = routersOf(context, attachment).every((id) => context.world.isApplied(id, generation));
  if (decision === 'deleted') return isCarried ? 'deleted' : 'deleting';
  if (isCarried) return 'available';
  return modifiedAt === undefined ? 'pending' : 'modifying';
}

/** Whose packets an attachment is about, as far as they are still there. */
function routersOf({ cloud }: OperationContext, attachment: TransitGatewayAttachment): string[] {
  const isThere = cloud.transitGateways.find(attachment.transitGatewayId)?.endedAt === undefined;
  const attached = attachedRouter(cloud, attachment);
  return [...(isThere ? [attachment.transitGatewayId] : []), ...(attached ? [attached] : [])];
}

/** Of a VPN it is nobody of AWS's: whether the line is up is the connection's telemetry. */
function attachedRouter(cloud: Cloud, attachment: TransitGatewayAttachment): string | undefined {
  switch (attachment.resourceType) {
    case 'vpc':
      return cloud.vpcs.has(attachment.vpcId) ? attachment.vpcId : undefined;
    case 'vpn':
      return undefined;
    case 'direct-connect-gateway': {
      const { directConnectGatewayId } = attachment;
      return cloud.directConnectGateways.has(directConnectGatewayId) ? directConnectGatewayId : undefined;
    }
  }
}

export function associationState(context: OperationContext, attachment: TransitGatewayAttachment) {
  const association = context.cloud.transitGatewayAssociations.find(attachment.transitGatewayAttachmentId);
  if (!association) return undefined;
  const isApplied = context.world.isApplied(attachment.transitGatewayId, association.generation);
  return {
    TransitGatewayRouteTableId: association.transitGatewayRouteTableId,
    State: isApplied ? ('associated' as const) : ('associating' as const),
  };
}

export function describeTransitGatewayAttachments(
  input: DescribeTransitGatewayAttachmentsRequest,
  context: OperationContext,
): DescribeTransitGatewayAttachmentsResult {
  const accepted = ['TransitGatewayAttachmentIds', 'Filters', 'MaxResults', 'NextToken'] as const;
  acceptParameters('DescribeTransitGatewayAttachments', input, ...accepted);
  const selected = selectAttachments(context, input.TransitGatewayAttachmentIds, input.MaxResults);
  const shown = selected.map((attachment) => show(context, attachment));
  const tagsOf = tagsOfShown(context);
  const matching = applyFilters(shown, input.Filters, fields, tagsOf);
  const { page, nextToken } = paginate(matching, input, undefined, (one) => one.TransitGatewayAttachmentId!);
  return { TransitGatewayAttachments: page, ...(nextToken && { NextToken: nextToken }) };
}

const fields: FilterFields<AttachmentShape> = {
  'association.state': (one) => one.Association?.State,
  'association.transit-gateway-route-table-id': (one) => one.Association?.TransitGatewayRouteTableId,
  'resource-id': (one) => one.ResourceId,
  'resource-owner-id': (one) => one.ResourceOwnerId,
  'resource-type': (one) => one.ResourceType,
  state: (one) => one.State,
  'transit-gateway-attachment-id': (one) => one.TransitGatewayAttachmentId,
  'transit-gateway-id': (one) => one.TransitGatewayId,
  'transit-gateway-owner-id': (one) => one.TransitGatewayOwnerId,
};

function show(context: OperationContext, attachment: TransitGatewayAttachment): AttachmentShape {
  const Association = isHub(context, attachment) ? associationState(context, attachment) : undefined;
  return {
    TransitGatewayAttachmentId: attachment.transitGatewayAttachmentId,
    TransitGatewayId: attachment.transitGatewayId,
    TransitGatewayOwnerId: attachment.transitGatewayOwnerId,
    ResourceOwnerId: attachment.accountId,
    ResourceType: attachment.resourceType,
    ResourceId: attachedResourceId(attachment),
    State: attachmentState(context, attachment),
    ...(Association && { Association }),
    CreationTime: new Date(attachment.creationTime),
    Tags: showTags(context.cloud, attachmentTagKey(context, attachment)),
  };
}

/** For the filters `tag:…` on what is shown. */
export function tagsOfShown(context: OperationContext) {
  return ({ TransitGatewayAttachmentId: id }: { TransitGatewayAttachmentId?: string | undefined }) =>
    findTags(context.cloud, attachmentTagKey(context, context.cloud.transitGatewayAttachments.find(id!)!));
}

/** Those of the given ids, which must be visible to the caller; without ids all that are. */
export function selectAttachments(
  context: OperationContext,
  ids: string[] | undefined,
  maxResults: number | undefined,
): TransitGatewayAttachment[] {
  refuseIdsWithMaxResults('TransitGatewayAttachmentIds', ids, maxResults);
  if (ids && ids.length > 0) return [...new Set(ids)].map((id) => getTransitGatewayAttachment(context, id));
  return context.cloud.transitGatewayAttachments.where((attachment) => isVisible(context, attachment));
}

/** An attachment of which the caller is one side, also for a while after its end; otherwise AWS's not-found. */
export function getTransitGatewayAttachment(
  context: OperationContext,
  id: string,
  notFound = transitGatewayAttachmentNotFound,
): TransitGatewayAttachment {
  checkId('tgw-attach', id, 'InvalidTransitGatewayAttachmentID.Malformed');
  const attachment = context.cloud.transitGatewayAttachments.find(id);
  if (!attachment || !isVisible(context, attachment)) throw notFound(id);
  return attachment;
}

/** An attachment that works, of a transit gateway of the caller: what routes and tables may name. */
export function getUsableAttachment(
  context: OperationContext,
  id: string,
  transitGatewayId: string,
): TransitGatewayAttachment {
  const attachment = getTransitGatewayAttachment(context, id);
  if (!isHub(context, attachment) || attachment.transitGatewayId !== transitGatewayId)
    throw transitGatewayAttachmentNotFound(id);
  requireState(context, attachment, 'available', 'modifying');
  return attachment;
}

export function requireState(
  context: OperationContext,
  attachment: TransitGatewayAttachment,
  ...allowed: AttachmentState[]
): void {
  if (allowed.includes(attachmentState(context, attachment))) return;
  throw incorrectState(`${attachment.transitGatewayAttachmentId} is in invalid state`);
}

/** Whether the caller is on the transit gateway's side. */
export function isHub(context: OperationContext, attachment: TransitGatewayAttachment): boolean {
  return attachment.transitGatewayOwnerId === context.accountId && attachment.region === context.region;
}

function isVisible(context: OperationContext, attachment: TransitGatewayAttachment): boolean {
  const isSide = attachment.accountId === context.accountId && attachment.region === context.region;
  return (isSide || isHub(context, attachment)) && !isForgotten(context, attachment);
}

/** It is over: nothing is associated or announced any more. Static routes to it stay and drop what they match. */
export function endAttachment<A extends TransitGatewayAttachment>(
  context: OperationContext,
  attachment: A,
  decision: 'rejected' | 'deleted',
): A {
  const { cloud, now } = context;
  const { transitGatewayAttachmentId: id } = attachment;
  forgetAttachments(context);
  leaveTables(cloud, id);
  return cloud.transitGatewayAttachments.put({ ...attachment, decision, endedAt: now.toISOString() }) as A;
}

/** Takes away what is not shown any more. Called by operations that write anyway. */
export function forgetAttachments(context: OperationContext): void {
  const { cloud } = context;
  for (const attachment of cloud.transitGatewayAttachments.where((one) => isForgotten(context, one))) {
    const { transitGatewayAttachmentId: id, accountId, region, transitGatewayOwnerId } = attachment;
    cloud.transitGatewayAttachments.delete(id);
    for (const owner of [accountId, transitGatewayOwnerId])
      dropTags(cloud, attachmentTagKey({ accountId: owner, region }, attachment));
  }
}
