// VPN connections: from a customer gateway to a virtual private gateway or a transit gateway. Who is at the other end is found by
// the customer gateway's address: the site that has it. Nobody there: the connection is made all the same, its tunnels stay down.

import type {
  CreateVpnConnectionRequest,
  CreateVpnConnectionResult,
  DeleteVpnConnectionRequest,
  DescribeVpnConnectionsRequest,
  DescribeVpnConnectionsResult,
  VpnConnectionOptionsSpecification,
} from '@aws-sdk/client-ec2';
import { attachmentOfVpn, type TransitGateway } from '../../cloud/transit-gateway.ts';
import { joinDefaultTables } from '../../cloud/transit-gateway-membership.ts';
import type { VpnConnection, VpnGateway } from '../../cloud/vpn.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { getLiveCustomerGateway } from './customer-gateway.ts';
import {
  checkId,
  incorrectState,
  invalidParameterCombination,
  missingParameter,
  vpnConnectionNotFound,
} from './errors.ts';
import { applyFilters } from './filter.ts';
import { findOwn, isOwn, selectOwn } from './ownership.ts';
import { dropTags, findTags, putTags, tagsFromSpecifications } from './tag.ts';
import { getOwnTransitGateway } from './transit-gateway.ts';
import { endAttachment } from './transit-gateway-attachment.ts';
import { transitGatewayState } from './transit-gateway-show.ts';
import { showVpnConnection, vpnConnectionFields } from './vpn-connection-show.ts';
import { checkVpnType, getLiveVpnGateway, isVpnForgotten } from './vpn-gateway.ts';
import { makeTunnels } from './vpn-tunnel-option.ts';

/** AWS: asked for again between the same two gateways, it is the same connection; to a transit gateway there may be several. */
export function createVpnConnection(
  input: CreateVpnConnectionRequest,
  context: OperationContext,
): CreateVpnConnectionResult {
  const names = ['Type', 'CustomerGatewayId', 'VpnGatewayId', 'TransitGatewayId', 'Options'] as const;
  acceptParameters('CreateVpnConnection', input, ...names, 'TagSpecifications');
  checkVpnType(input.Type);
  const { customerGatewayId } = getLiveCustomerGateway(context, input.CustomerGatewayId);
  const { vpnGateway, transitGateway } = readGateway(input, context);
  const staticRoutesOnly = readOptions(input.Options);
  const tags = tagsFromSpecifications(input.TagSpecifications, 'vpn-connection');
  forgetVpnConnections(context);
  const same = vpnGateway && findSame(context, vpnGateway, customerGatewayId);
  if (same) return { VpnConnection: showVpnConnection(context, same) };
  const tunnels = makeTunnels(context, input.Options?.TunnelOptions);
  const { accountId, region, cloud, now } = context;
  const connection = cloud.vpnConnections.put({
    ...{ vpnConnectionId: context.newId('vpn'), accountId, region, customerGatewayId },
    ...(vpnGateway && { vpnGatewayId: vpnGateway.vpnGatewayId }),
    ...(transitGateway && { transitGatewayId: transitGateway.transitGatewayId }),
    ...{ staticRoutesOnly, tunnels, staticRoutes: [], createTime: now.toISOString() },
  });
  if (transitGateway) attach(context, transitGateway, connection);
  putTags(context, connection.vpnConnectionId, 'vpn-connection', tags);
  return { VpnConnection: showVpnConnection(context, connection) };
}

function readGateway(
  input: CreateVpnConnectionRequest,
  context: OperationContext,
): { vpnGateway?: VpnGateway; transitGateway?: TransitGateway } {
  const { VpnGatewayId: vpnGatewayId, TransitGatewayId: transitGatewayId } = input;
  if (vpnGatewayId && transitGatewayId) {
    throw invalidParameterCombination(
      'The parameter VpnGatewayId cannot be used with the parameter TransitGatewayId',
    );
  }
  if (!transitGatewayId) return { vpnGateway: getLiveVpnGateway(context, vpnGatewayId) };
  // AWS: one that another account shares will not do.
  const transitGateway = getOwnTransitGateway(context, transitGatewayId);
  if (transitGatewayState(context, transitGateway) !== 'available')
    throw incorrectState(`${transitGatewayId} is in invalid state`);
  return { transitGateway };
}

function findSame(
  context: OperationContext,
  { vpnGatewayId }: VpnGateway,
  customerGatewayId: string,
): VpnConnection | undefined {
  return context.cloud.vpnConnections
    .all()
    .filter((connection) => isOwn(context, connection) && !connection.deleteTime)
    .find((one) => one.vpnGatewayId === vpnGatewayId && one.customerGatewayId === customerGatewayId);
}

/** The attachment comes and goes with the connection. */
function attach(
  context: OperationContext,
  transitGateway: TransitGateway,
  { vpnConnectionId }: VpnConnection,
): void {
  const { accountId, region, cloud, now } = context;
  const { transitGatewayId } = transitGateway;
  const attachment = cloud.transitGatewayAttachments.put({
    ...{ transitGatewayAttachmentId: context.newId('tgw-attach'), transitGatewayId, accountId, region },
    ...{ transitGatewayOwnerId: accountId, creationTime: now.toISOString(), decision: 'accepted' },
    ...{ resourceType: 'vpn', vpnConnectionId },
  });
  joinDefaultTables(cloud, transitGateway, attachment);
}

/** Whether routes are written down instead of told by BGP; every other option must be what is built. */
function readOptions(options: VpnConnectionOptionsSpecification = {}): boolean {
  const names = ['StaticRoutesOnly', 'TunnelOptions', 'EnableAcceleration', 'TunnelInsideIpVersion'] as const;
  const ranges = ['LocalIpv4NetworkCidr', 'RemoteIpv4NetworkCidr'] as const;
  acceptParameters('CreateVpnConnection', options, ...names, ...ranges, 'OutsideIpAddressType');
  if (options.EnableAcceleration) throw notBuilt('accelerated VPN connections');
  const { TunnelInsideIpVersion: version = 'ipv4', OutsideIpAddressType: outside = 'PublicIpv4' } = options;
  if (version !== 'ipv4') throw notBuilt(`VPN connections with the inside IP version ${version}`);
  if (outside !== 'PublicIpv4') throw notBuilt(`VPN connections with outside addresses of type ${outside}`);
  for (const name of ranges) {
    if ((options[name] ?? '0.0.0.0/0') !== '0.0.0.0/0') throw notBuilt(`the option ${name} but 0.0.0.0/0`);
  }
  return options.StaticRoutesOnly ?? false;
}

export function describeVpnConnections(
  input: DescribeVpnConnectionsRequest,
  context: OperationContext,
): DescribeVpnConnectionsResult {
  acceptParameters('DescribeVpnConnections', input, 'VpnConnectionIds', 'Filters');
  const selected = selectOwn(
    context,
    input.VpnConnectionIds,
    (id) => getVpnConnection(context, id),
    () => context.cloud.vpnConnections.all().filter((one) => !isVpnForgotten(context, one)),
  );
  const tagsOf = ({ vpnConnectionId }: VpnConnection) => findTags(context.cloud, vpnConnectionId);
  const matching = applyFilters(selected, input.Filters, vpnConnectionFields(context), tagsOf);
  return { VpnConnections: matching.map((connection) => showVpnConnection(context, connection)) };
}

export function deleteVpnConnection(input: DeleteVpnConnectionRequest, context: OperationContext): object {
  acceptParameters('DeleteVpnConnection', input, 'VpnConnectionId');
  const connection = getLiveVpnConnection(context, input.VpnConnectionId);
  const attachment = attachmentOfVpn(context.cloud, connection.vpnConnectionId);
  if (attachment) endAttachment(context, attachment, 'deleted');
  context.cloud.vpnConnections.put({ ...connection, deleteTime: context.now.toISOString() });
  dropTags(context.cloud, connection.vpnConnectionId);
  return {};
}

/** Also one that was deleted a while ago. */
function getVpnConnection(context: OperationContext, vpnConnectionId: string): VpnConnection {
  // AWS: has no code for an id that is none; it is one that is not there.
  checkId('vpn', vpnConnectionId, 'InvalidVpnConnectionID.NotFound');
  const connection = findOwn(context, context.cloud.vpnConnections.find(vpnConnectionId));
  if (!connection || isVpnForgotten(context, connection)) throw vpnConnectionNotFound(vpnConnectionId);
  return connection;
}

export function getLiveVpnConnection(context: OperationContext, id: string | undefined): VpnConnection {
  if (!id) throw missingParameter('VpnConnectionId');
  const connection = getVpnConnection(context, id);
  if (connection.deleteTime) throw vpnConnectionNotFound(id);
  return connection;
}

function forgetVpnConnections(context: OperationContext): void {
  const { vpnConnections } = context.cloud;
  for (const { vpnConnectionId } of vpnConnections.where((one) => isVpnForgotten(context, one)))
    vpnConnections.delete(vpnConnectionId);
}
