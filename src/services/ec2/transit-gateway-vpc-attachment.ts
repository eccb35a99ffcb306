// Attachments of VPCs: an interface of AWS's own in a subnet of each zone that is to reach the transit gateway.
// Another account's transit gateway has to agree, unless it agrees to everybody it is shared with.

import type {
  AcceptTransitGatewayVpcAttachmentRequest,
  AcceptTransitGatewayVpcAttachmentResult,
  CreateTransitGatewayVpcAttachmentRequest,
  CreateTransitGatewayVpcAttachmentRequestOptions,
  CreateTransitGatewayVpcAttachmentResult,
  DeleteTransitGatewayVpcAttachmentRequest,
  DeleteTransitGatewayVpcAttachmentResult,
  DescribeTransitGatewayVpcAttachmentsRequest,
  DescribeTransitGatewayVpcAttachmentsResult,
  ModifyTransitGatewayVpcAttachmentRequest,
  ModifyTransitGatewayVpcAttachmentResult,
  RejectTransitGatewayVpcAttachmentRequest,
  RejectTransitGatewayVpcAttachmentResult,
  TransitGatewayVpcAttachment as VpcAttachmentShape,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import { putNetworkInterface } from '../../cloud/address.ts';
import type { TransitGatewayAttachmentId, VpcId } from '../../cloud/id.ts';
import { isAttachmentAlive, type TransitGatewayVpcAttachment } from '../../cloud/transit-gateway.ts';
import { joinDefaultTables } from '../../cloud/transit-gateway-membership.ts';
import type { Subnet } from '../../cloud/vpc.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import {
  checkId,
  goneOrNone,
  incorrectState,
  invalidParameterValue,
  requireParameter,
  transitGatewayVpcAttachmentNotFound,
} from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { findOwn } from './ownership.ts';
import { paginate } from './pagination.ts';
import { dropTags, putTags, showTags, tagsFromSpecifications } from './tag.ts';
import { attachmentTagKey } from './taggable.ts';
import { getTransitGateway } from './transit-gateway.ts';
import {
  attachmentState,
  endAttachment,
  forgetAttachments,
  getTransitGatewayAttachment,
  isHub,
  requireState,
  selectAttachments,
  tagsOfShown,
} from './transit-gateway-attachment.ts';
import { readSwitch, showSwitch } from './transit-gateway-parameter.ts';
import { transitGatewayState } from './transit-gateway-show.ts';
import { getVpc } from './vpc.ts';
import { chooseAddress } from './vpc-endpoint-place.ts';

export function createTransitGatewayVpcAttachment(
  input: CreateTransitGatewayVpcAttachmentRequest,
  context: OperationContext,
): CreateTransitGatewayVpcAttachmentResult {
  const accepted = ['TransitGatewayId', 'VpcId', 'SubnetIds', 'Options', 'TagSpecifications'] as const;
  acceptParameters('CreateTransitGatewayVpcAttachment', input, ...accepted);
  const id = requireParameter('TransitGatewayId', input.TransitGatewayId);
  const transitGateway = getTransitGateway(context, id);
  const { vpcId } = getVpc(context, requireParameter('VpcId', input.VpcId));
  const subnets = getSubnets(context, vpcId, requireParameter('SubnetIds', input.SubnetIds));
  if (subnets.length === 0) requireParameter('SubnetIds', undefined);
  refuseSharedZones(subnets);
  const options = readOptions('CreateTransitGatewayVpcAttachment', input.Options ?? {});
  const tags = tagsFromSpecifications(input.TagSpecifications, 'transit-gateway-attachment');
  if (transitGatewayState(context, transitGateway) !== 'available')
    throw incorrectState(`${id} is in invalid state`);
  refuseSecondAttachment(context, vpcId, id);

  forgetAttachments(context);
  const { accountId, region, cloud, now } = context;
  const { transitGatewayId, accountId: transitGatewayOwnerId } = transitGateway;
  const transitGatewayAttachmentId = context.newId('tgw-attach');
  const isAccepted = transitGatewayOwnerId === accountId || transitGateway.autoAcceptSharedAttachments;
  const attachment = cloud.transitGatewayAttachments.put({
    ...{ transitGatewayAttachmentId, transitGatewayId, transitGatewayOwnerId, accountId, region },
    ...{ resourceType: 'vpc', vpcId, creationTime: now.toISOString() },
    subnets: subnets.map((subnet) => putInterface(context, transitGatewayAttachmentId, subnet)),
    dnsSupport: options.dnsSupport ?? true,
    securityGroupReferencingSupport: options.securityGroupReferencingSupport ?? true,
    applianceModeSupport: options.applianceModeSupport ?? false,
    decision: isAccepted ? 'accepted' : 'pendingAcceptance',
  }) as TransitGatewayVpcAttachment;
  if (isAccepted) joinDefaultTables(context.cloud, transitGateway, attachment);
  putTags(context, attachmentTagKey(context, attachment), 'transit-gateway-attachment', tags);
  return { TransitGatewayVpcAttachment: show(context, attachment) };
}

function getSubnets(context: OperationContext, vpcId: VpcId, subnetIds: string[]): Subnet[] {
  return [...new Set(subnetIds)].map((subnetId) => {
    checkId('subnet', subnetId, 'InvalidSubnetID.Malformed');
    const subnet = findOwn(context, context.cloud.subnets.find(subnetId));
    if (!subnet) throw goneOrNone('InvalidSubnetID.NotFound', 'Subnet', subnetId);
    if (subnet.vpcId !== vpcId) {
      throw invalidParameterValue(`The subnet ${subnetId} does not belong to the VPC ${vpcId}.`);
    }
    return subnet;
  });
}

function refuseSharedZones(subnets: Subnet[]): void {
  const zones = new Set(subnets.map(({ availabilityZoneId }) => availabilityZoneId));
  if (zones.size === subnets.length) return;
  throw new AwsError('DuplicateSubnetsInSameZone', 'Duplicate Subnets for same AZ');
}

function refuseSecondAttachment({ cloud }: OperationContext, vpcId: VpcId, transitGatewayId: string): void {
  const isSecond = cloud.transitGatewayAttachments
    .all()
    .some(
      (attachment) =>
        attachment.resourceType === 'vpc' &&
        attachment.vpcId === vpcId &&
        attachment.transitGatewayId === transitGatewayId &&
        isAttachmentAlive(attachment),
    );
  if (!isSecond) return;
  throw new AwsError(
    'DuplicateTransitGatewayAttachment',
    `${transitGatewayId} has non-deleted Transit Gateway Attachments with same VPC ID.`,
  );
}

/**
 * AWS: references between groups are on at the attachment and off at the transit gateway, which has the last word.
 * Appliance mode keeps a flow in one zone; here every flow takes the same way there and back.
 */
function readOptions(operation: string, options: CreateTransitGatewayVpcAttachmentRequestOptions) {
  const names = ['DnsSupport', 'SecurityGroupReferencingSupport', 'ApplianceModeSupport'] as const;
  acceptParameters(`Options of ${operation}`, options, ...names, 'Ipv6Support');
  if (readSwitch(options, 'Ipv6Support')) throw notBuilt('IPv6 in transit gateway attachments');
  return {
    dnsSupport: readSwitch(options, 'DnsSupport'),
    securityGroupReferencingSupport: readSwitch(options, 'SecurityGroupReferencingSupport'),
    applianceModeSupport: readSwitch(options, 'ApplianceModeSupport'),
  };
}

function putInterface(
  context: OperationContext,
  attachmentId: TransitGatewayAttachmentId,
  subnet: Subnet,
): TransitGatewayVpcAttachment['subnets'][number] {
  const { networkInterfaceId } = putNetworkInterface(context.cloud, context.newId, subnet, {
    accountId: context.accountId,
    privateIpAddress: chooseAddress(context, subnet, undefined),
    description: `Network Interface for Transit Gateway Attachment ${attachmentId}`,
    groupIds: [],
    interfaceType: 'transit_gateway',
    requesterManaged: true,
    attachment: {
      attachmentId: context.newId('ela-attach'),
      instanceOwnerId: 'amazon-aws',
      deviceIndex: 1,
      attachTime: context.now.toISOString(),
      deleteOnTermination: false,
    },
  });
  return { subnetId: subnet.subnetId, networkInterfaceId };
}

function dropInterfaces({ cloud }: OperationContext, subnets: TransitGatewayVpcAttachment['subnets']): void {
  for (const { networkInterfaceId } of subnets) {
    cloud.networkInterfaces.delete(networkInterfaceId);
    dropTags(cloud, networkInterfaceId);
  }
}

export function modifyTransitGatewayVpcAttachment(
  input: ModifyTransitGatewayVpcAttachmentRequest,
  context: OperationContext,
): ModifyTransitGatewayVpcAttachmentResult {
  const accepted = ['TransitGatewayAttachmentId', 'AddSubnetIds', 'RemoveSubnetIds', 'Options'] as const;
  acceptParameters('ModifyTransitGatewayVpcAttachment', input, ...accepted);
  const attachment = getVpcAttachment(context, input.TransitGatewayAttachmentId);
  if (!findOwn(context, attachment))
    throw transitGatewayVpcAttachmentNotFound(attachment.transitGatewayAttachmentId);
  const options = readOptions('ModifyTransitGatewayVpcAttachment', input.Options ?? {});
  const removedIds = new Set(input.RemoveSubnetIds);
  const isHeld = (subnetId: string) => attachment.subnets.some((held) => held.subnetId === subnetId);
  const added = getSubnets(context, attachment.vpcId, input.AddSubnetIds ?? []).filter(
    ({ subnetId }) => !isHeld(subnetId),
  );
  getSubnets(context, attachment.vpcId, [...removedIds]);
  const kept = attachment.subnets.filter(({ subnetId }) => !removedIds.has(subnetId));
  if (kept.length + added.length === 0)
    throw invalidParameterValue('A transit gateway attachment must have at least one subnet.');
  refuseSharedZones([...kept.map(({ subnetId }) => context.cloud.subnets.find(subnetId)!), ...added]);
  requireState(context, attachment, 'available', 'modifying', 'pendingAcceptance');

  dropInterfaces(
    context,
    attachment.subnets.filter(({ subnetId }) => removedIds.has(subnetId)),
  );
  const { transitGatewayAttachmentId } = attachment;
  const made = added.map((subnet) => putInterface(context, transitGatewayAttachmentId, subnet));
  const written = context.cloud.transitGatewayAttachments.put({
    ...attachment,
    subnets: [...kept, ...made],
    dnsSupport: options.dnsSupport ?? attachment.dnsSupport,
    securityGroupReferencingSupport:
      options.securityGroupReferencingSupport ?? attachment.securityGroupReferencingSupport,
    applianceModeSupport: options.applianceModeSupport ?? attachment.applianceModeSupport,
    modifiedAt: context.now.toISOString(),
  }) as TransitGatewayVpcAttachment;
  return { TransitGatewayVpcAttachment: show(context, written) };
}

/** AWS: either owner may take it away. */
export function deleteTransitGatewayVpcAttachment(
  input: DeleteTransitGatewayVpcAttachmentRequest,
  context: OperationContext,
): DeleteTransitGatewayVpcAttachmentResult {
  acceptParameters('DeleteTransitGatewayVpcAttachment', input, 'TransitGatewayAttachmentId');
  const attachment = getVpcAttachment(context, input.TransitGatewayAttachmentId);
  if (!isAttachmentAlive(attachment)) requireState(context, attachment, 'rejected');
  dropInterfaces(context, attachment.subnets);
  return { TransitGatewayVpcAttachment: show(context, endAttachment(context, attachment, 'deleted')) };
}

export function acceptTransitGatewayVpcAttachment(
  input: AcceptTransitGatewayVpcAttachmentRequest,
  context: OperationContext,
): AcceptTransitGatewayVpcAttachmentResult {
  acceptParameters('AcceptTransitGatewayVpcAttachment', input, 'TransitGatewayAttachmentId');
  const attachment = getAnswerable(context, input.TransitGatewayAttachmentId);
  const { transitGatewayId } = attachment;
  const accepted = context.cloud.transitGatewayAttachments.put({
    ...attachment,
    decision: 'accepted',
  }) as TransitGatewayVpcAttachment;
  joinDefaultTables(context.cloud, context.cloud.transitGateways.find(transitGatewayId)!, accepted);
  return { TransitGatewayVpcAttachment: show(context, accepted) };
}

export function rejectTransitGatewayVpcAttachment(
  input: RejectTransitGatewayVpcAttachmentRequest,
  context: OperationContext,
): RejectTransitGatewayVpcAttachmentResult {
  acceptParameters('RejectTransitGatewayVpcAttachment', input, 'TransitGatewayAttachmentId');
  const attachment = getAnswerable(context, input.TransitGatewayAttachmentId);
  dropInterfaces(context, attachment.subnets);
  return { TransitGatewayVpcAttachment: show(context, endAttachment(context, attachment, 'rejected')) };
}

/** A request to the caller's transit gateway that he can still answer. */
function getAnswerable(context: OperationContext, id: string | undefined): TransitGatewayVpcAttachment {
  const attachment = getVpcAttachment(context, id);
  if (!isHub(context, attachment))
    throw transitGatewayVpcAttachmentNotFound(attachment.transitGatewayAttachmentId);
  requireState(context, attachment, 'pendingAcceptance');
  return attachment;
}

function getVpcAttachment(context: OperationContext, id: string | undefined): TransitGatewayVpcAttachment {
  const attachmentId = requireParameter('TransitGatewayAttachmentId', id);
  const attachment = getTransitGatewayAttachment(context, attachmentId, transitGatewayVpcAttachmentNotFound);
  if (attachment.resourceType !== 'vpc') throw transitGatewayVpcAttachmentNotFound(attachmentId);
  return attachment;
}

export function describeTransitGatewayVpcAttachments(
  input: DescribeTransitGatewayVpcAttachmentsRequest,
  context: OperationContext,
): DescribeTransitGatewayVpcAttachmentsResult {
  const accepted = ['TransitGatewayAttachmentIds', 'Filters', 'MaxResults', 'NextToken'] as const;
  acceptParameters('DescribeTransitGatewayVpcAttachments', input, ...accepted);
  const shown = selectAttachments(context, input.TransitGatewayAttachmentIds, input.MaxResults)
    .filter((attachment) => attachment.resourceType === 'vpc')
    .map((attachment) => show(context, attachment));
  const matching = applyFilters(shown, input.Filters, fields, tagsOfShown(context));
  const { page, nextToken } = paginate(matching, input, undefined, (one) => one.TransitGatewayAttachmentId!);
  return { TransitGatewayVpcAttachments: page, ...(nextToken && { NextToken: nextToken }) };
}

const fields: FilterFields<VpcAttachmentShape> = {
  state: (one) => one.State,
  'transit-gateway-attachment-id': (one) => one.TransitGatewayAttachmentId,
  'transit-gateway-id': (one) => one.TransitGatewayId,
  'vpc-id': (one) => one.VpcId,
};

function show(context: OperationContext, attachment: TransitGatewayVpcAttachment): VpcAttachmentShape {
  return {
    TransitGatewayAttachmentId: attachment.transitGatewayAttachmentId,
    TransitGatewayId: attachment.transitGatewayId,
    VpcId: attachment.vpcId,
    VpcOwnerId: attachment.accountId,
    State: attachmentState(context, attachment),
    SubnetIds: attachment.subnets.map(({ subnetId }) => subnetId),
    CreationTime: new Date(attachment.creationTime),
    Options: {
      DnsSupport: showSwitch(attachment.dnsSupport),
      SecurityGroupReferencingSupport: showSwitch(attachment.securityGroupReferencingSupport),
      Ipv6Support: 'disable',
      ApplianceModeSupport: showSwitch(attachment.applianceModeSupport),
    },
    Tags: showTags(context.cloud, attachmentTagKey(context, attachment)),
  };
}
