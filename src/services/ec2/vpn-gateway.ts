// Virtual private gateways: AWS's end of VPNs and of private virtual interfaces. Made by itself, then attached to one VPC.

import type {
  AttachVpnGatewayRequest,
  AttachVpnGatewayResult,
  CreateVpnGatewayRequest,
  CreateVpnGatewayResult,
  DeleteVpnGatewayRequest,
  DescribeVpnGatewaysRequest,
  DescribeVpnGatewaysResult,
  DetachVpnGatewayRequest,
  VpcAttachment,
  VpnGateway as VpnGatewayShape,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import { vpnGatewayDependents } from '../../cloud/dependents.ts';
import { attachedVpcId, findVpnGatewayOf, type VpnGateway } from '../../cloud/vpn.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import {
  checkId,
  incorrectState,
  invalidParameterValue,
  limitExceeded,
  missingParameter,
  requireParameter,
  vpnGatewayNotFound,
} from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { findOwn, selectOwn } from './ownership.ts';
import { dropTags, findTags, putTags, showTags, tagsFromSpecifications } from './tag.ts';
import { getVpc } from './vpc.ts';

const defaultAsn = 64512;
const privateAsns = [
  [64512, 65534],
  [4200000000, 4294967294],
] as const;
/** How long what is over can still be seen. */
const forgetAfterMs = 60 * 60 * 1000;

/** The only type there is. */
export function checkVpnType(type: string | undefined): void {
  if (!type) throw missingParameter('Type');
  if (type !== 'ipsec.1') throw invalidParameterValue(`Value (${type}) for parameter type is invalid.`);
}

/** Deleted so long ago that AWS no longer shows it. */
export function isVpnForgotten(
  { now }: OperationContext,
  { deleteTime }: { deleteTime?: string | undefined },
): boolean {
  return deleteTime !== undefined && Date.parse(deleteTime) + forgetAfterMs < now.getTime();
}

export function createVpnGateway(
  input: CreateVpnGatewayRequest,
  context: OperationContext,
): CreateVpnGatewayResult {
  acceptParameters(
    'CreateVpnGateway',
    input,
    ...(['Type', 'AmazonSideAsn', 'AvailabilityZone', 'TagSpecifications'] as const),
  );
  checkVpnType(input.Type);
  const { AmazonSideAsn: amazonSideAsn = defaultAsn, AvailabilityZone: availabilityZone } = input;
  if (!privateAsns.some(([first, last]) => first <= amazonSideAsn && amazonSideAsn <= last)) {
    throw invalidParameterValue(
      `Value (${amazonSideAsn}) for parameter amazonSideAsn is invalid. It must be a private ASN: 64512 to 65534, or 4200000000 to 4294967294.`,
    );
  }
  const tags = tagsFromSpecifications(input.TagSpecifications, 'vpn-gateway');
  const { accountId, region, cloud } = context;
  forgetVpnGateways(context);
  const vpnGatewayId = context.newId('vgw');
  const gateway = cloud.vpnGateways.put({
    ...{ vpnGatewayId, accountId, region, amazonSideAsn },
    ...(availabilityZone === undefined ? {} : { availabilityZone }),
  });
  putTags(context, vpnGatewayId, 'vpn-gateway', tags);
  return { VpnGateway: showVpnGateway(context, gateway) };
}

export function describeVpnGateways(
  input: DescribeVpnGatewaysRequest,
  context: OperationContext,
): DescribeVpnGatewaysResult {
  acceptParameters('DescribeVpnGateways', input, 'VpnGatewayIds', 'Filters');
  const selected = selectOwn(
    context,
    input.VpnGatewayIds,
    (id) => getVpnGateway(context, id),
    () => context.cloud.vpnGateways.all().filter((one) => !isVpnForgotten(context, one)),
  );
  const fields: FilterFields<VpnGateway> = {
    'amazon-side-asn': ({ amazonSideAsn }) => String(amazonSideAsn),
    'attachment.state': (gateway) => showAttachments(context, gateway).map(({ State }) => State!),
    'attachment.vpc-id': (gateway) => showAttachments(context, gateway).map(({ VpcId }) => VpcId!),
    'availability-zone': ({ availabilityZone }) => availabilityZone,
    state: stateOf,
    type: () => 'ipsec.1',
    'vpn-gateway-id': ({ vpnGatewayId }) => vpnGatewayId,
  };
  const tagsOf = ({ vpnGatewayId }: VpnGateway) => findTags(context.cloud, vpnGatewayId);
  const matching = applyFilters(selected, input.Filters, fields, tagsOf);
  return { VpnGateways: matching.map((gateway) => showVpnGateway(context, gateway)) };
}

export function deleteVpnGateway(input: DeleteVpnGatewayRequest, context: OperationContext): object {
  acceptParameters('DeleteVpnGateway', input, 'VpnGatewayId');
  const { cloud, now } = context;
  const gateway = getLiveVpnGateway(context, input.VpnGatewayId);
  const { vpnGatewayId } = gateway;
  const isUsed = attachedVpcId(gateway) || vpnGatewayDependents(cloud, vpnGatewayId).length > 0;
  if (isUsed) throw incorrectState('The VPN gateway is in use.');
  cloud.vpnGateways.put({ ...gateway, deleteTime: now.toISOString() });
  dropTags(cloud, vpnGatewayId);
  return {};
}

export function attachVpnGateway(
  input: AttachVpnGatewayRequest,
  context: OperationContext,
): AttachVpnGatewayResult {
  acceptParameters('AttachVpnGateway', input, 'VpnGatewayId', 'VpcId');
  const gateway = getLiveVpnGateway(context, input.VpnGatewayId);
  const { vpcId } = getVpc(context, requireParameter('VpcId', input.VpcId));
  const attachedTo = attachedVpcId(gateway);
  if (attachedTo && attachedTo !== vpcId) {
    const text = `The vpnGateway '${gateway.vpnGatewayId}' is attached to ${attachedTo}; it can be attached to one VPC at a time.`;
    throw limitExceeded('VpnGatewayAttachmentLimitExceeded', text);
  }
  if (findVpnGatewayOf(context.cloud, vpcId)) {
    const text = `VPC ${vpcId} is currently attached to the Virtual Private Gateway.`;
    throw new AwsError('InvalidVpcState', text);
  }
  const attached = context.cloud.vpnGateways.put({ ...gateway, attachment: { vpcId } });
  return { VpcAttachment: showAttachments(context, attached)[0]! };
}

export function detachVpnGateway(input: DetachVpnGatewayRequest, context: OperationContext): object {
  acceptParameters('DetachVpnGateway', input, 'VpnGatewayId', 'VpcId');
  const gateway = getLiveVpnGateway(context, input.VpnGatewayId);
  const vpcId = requireParameter('VpcId', input.VpcId);
  const attachedTo = attachedVpcId(gateway);
  if (!attachedTo || attachedTo !== vpcId) {
    throw new AwsError(
      'InvalidVpnGatewayAttachment.NotFound',
      `The attachment with vpn gateway ID '${gateway.vpnGatewayId}' and vpc ID '${vpcId}' does not exist`,
    );
  }
  const attachment = { vpcId: attachedTo, detachTime: context.now.toISOString() };
  context.cloud.vpnGateways.put({ ...gateway, attachment });
  return {};
}

/** Also one that was deleted a while ago. */
function getVpnGateway(context: OperationContext, vpnGatewayId: string): VpnGateway {
  checkId('vgw', vpnGatewayId, 'InvalidVpnGatewayId.Malformed');
  const gateway = findOwn(context, context.cloud.vpnGateways.find(vpnGatewayId));
  if (!gateway || isVpnForgotten(context, gateway)) throw vpnGatewayNotFound(vpnGatewayId);
  return gateway;
}

export function getLiveVpnGateway(context: OperationContext, id: string | undefined): VpnGateway {
  if (!id) throw missingParameter('VpnGatewayId');
  const gateway = getVpnGateway(context, id);
  if (gateway.deleteTime) throw vpnGatewayNotFound(id);
  return gateway;
}

function forgetVpnGateways(context: OperationContext): void {
  const { vpnGateways } = context.cloud;
  for (const { vpnGatewayId } of vpnGateways.where((one) => isVpnForgotten(context, one)))
    vpnGateways.delete(vpnGatewayId);
}

const stateOf = ({ deleteTime }: VpnGateway) => (deleteTime ? 'deleted' : 'available');

/** AWS: one that was ended is still there, as `detached`. */
function showAttachments({ world, now }: OperationContext, gateway: VpnGateway): VpcAttachment[] {
  const { attachment, generation } = gateway;
  if (!attachment) return [];
  const { vpcId: VpcId, detachTime } = attachment;
  if (detachTime) {
    const isOld = Date.parse(detachTime) + forgetAfterMs < now.getTime();
    return isOld ? [] : [{ VpcId, State: 'detached' }];
  }
  const isApplied = [VpcId, gateway.vpnGatewayId].every((routerId) => world.isApplied(routerId, generation));
  return [{ VpcId, State: isApplied ? 'attached' : 'attaching' }];
}

function showVpnGateway(context: OperationContext, gateway: VpnGateway): VpnGatewayShape {
  const { vpnGatewayId, amazonSideAsn, availabilityZone } = gateway;
  return {
    VpnGatewayId: vpnGatewayId,
    AmazonSideAsn: amazonSideAsn,
    ...(availabilityZone === undefined ? {} : { AvailabilityZone: availabilityZone }),
    State: stateOf(gateway),
    Type: 'ipsec.1',
    VpcAttachments: showAttachments(context, gateway),
    Tags: showTags(context.cloud, vpnGatewayId),
  };
}
