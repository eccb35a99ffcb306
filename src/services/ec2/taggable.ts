// Which resource an id given to CreateTags means, whose it is, and under which key its tags are kept.

import { AwsError } from '../../aws/aws-error.ts';
import type { AccountId, Region } from '../../cloud/id.ts';
import type { TransitGatewayAttachment } from '../../cloud/transit-gateway.ts';
import type { VpcPeeringConnection } from '../../cloud/vpc.ts';
import type { OperationContext } from '../operation.ts';
import {
  allocationNotFound,
  checkId,
  customerGatewayNotFound,
  dhcpOptionsNotFound,
  endpointServiceNotFound,
  flowLogsNotFound,
  groupNotFound,
  instanceNotFound,
  internetGatewayNotFound,
  natGatewayNotFound,
  networkAclNotFound,
  networkInsightsAnalysisNotFound,
  networkInsightsPathNotFound,
  networkInterfaceNotFound,
  prefixListNotFound,
  routeTableNotFound,
  securityGroupRuleNotFound,
  subnetNotFound,
  transitGatewayAttachmentNotFound,
  transitGatewayNotFound,
  transitGatewayRouteTableNotFound,
  vpcEndpointNotFound,
  vpcNotFound,
  vpcPeeringConnectionNotFound,
  vpnConnectionNotFound,
  vpnGatewayNotFound,
} from './errors.ts';
import { isOwn } from './ownership.ts';

interface Owner {
  accountId: AccountId;
  region: Region;
}

interface Kind {
  resourceType: string;
  /** AWS's code for an id that is none. */
  malformed: string;
  find(context: OperationContext, id: string): Owner | undefined;
  notFound(id: string): AwsError;
}

/** By the id's prefix. */
const kinds: Record<string, Kind> = {
  vpc: {
    resourceType: 'vpc',
    malformed: 'InvalidVpcID.Malformed',
    find: ({ cloud }, id) => cloud.vpcs.find(id),
    notFound: vpcNotFound,
  },
  subnet: {
    resourceType: 'subnet',
    malformed: 'InvalidSubnetID.Malformed',
    find: ({ cloud }, id) => cloud.subnets.find(id),
    notFound: subnetNotFound,
  },
  rtb: {
    resourceType: 'route-table',
    malformed: 'InvalidRouteTableId.Malformed',
    find: ({ cloud }, id) => cloud.routeTables.find(id),
    notFound: routeTableNotFound,
  },
  sg: {
    resourceType: 'security-group',
    malformed: 'InvalidGroupId.Malformed',
    find: ({ cloud }, id) => cloud.securityGroups.find(id),
    notFound: groupNotFound,
  },
  sgr: {
    resourceType: 'security-group-rule',
    malformed: 'InvalidSecurityGroupRuleId.Malformed',
    find: ({ cloud }, id) =>
      cloud.securityGroups.all().find((group) => group.rules.some((rule) => rule.securityGroupRuleId === id)),
    notFound: securityGroupRuleNotFound,
  },
  dopt: {
    resourceType: 'dhcp-options',
    malformed: 'InvalidDhcpOptionsId.Malformed',
    find: ({ cloud }, id) => cloud.dhcpOptions.find(id),
    notFound: dhcpOptionsNotFound,
  },
  nip: {
    resourceType: 'network-insights-path',
    malformed: 'InvalidNetworkInsightsPathId.Malformed',
    find: ({ cloud }, id) => cloud.networkInsightsPaths.find(id),
    notFound: networkInsightsPathNotFound,
  },
  nia: {
    resourceType: 'network-insights-analysis',
    malformed: 'InvalidNetworkInsightsAnalysisId.Malformed',
    find: ({ cloud }, id) => cloud.networkInsightsAnalyses.find(id),
    notFound: networkInsightsAnalysisNotFound,
  },
  acl: {
    resourceType: 'network-acl',
    malformed: 'InvalidNetworkAclID.Malformed',
    find: ({ cloud }, id) => cloud.networkAcls.find(id),
    notFound: networkAclNotFound,
  },
  pl: {
    resourceType: 'prefix-list',
    malformed: 'InvalidPrefixListID.Malformed',
    find: ({ cloud }, id) => cloud.managedPrefixLists.find(id),
    notFound: prefixListNotFound,
  },
  fl: {
    resourceType: 'vpc-flow-log',
    malformed: 'InvalidFlowLogId.Malformed',
    find: ({ cloud }, id) => cloud.flowLogs.find(id),
    notFound: (id) => flowLogsNotFound([id]),
  },
  eni: {
    resourceType: 'network-interface',
    malformed: 'InvalidNetworkInterfaceId.Malformed',
    find: ({ cloud }, id) => cloud.networkInterfaces.find(id),
    notFound: networkInterfaceNotFound,
  },
  i: {
    resourceType: 'instance',
    malformed: 'InvalidInstanceID.Malformed',
    find: ({ cloud }, id) => cloud.instances.find(id),
    notFound: instanceNotFound,
  },
  pcx: {
    resourceType: 'vpc-peering-connection',
    malformed: 'InvalidVpcPeeringConnectionId.Malformed',
    find: (context, id) => findOwnSide(context, context.cloud.vpcPeeringConnections.find(id)),
    notFound: vpcPeeringConnectionNotFound,
  },
  tgw: {
    resourceType: 'transit-gateway',
    malformed: 'InvalidTransitGatewayID.Malformed',
    find: ({ cloud }, id) => cloud.transitGateways.find(id),
    notFound: transitGatewayNotFound,
  },
  'tgw-attach': {
    resourceType: 'transit-gateway-attachment',
    malformed: 'InvalidTransitGatewayAttachmentID.Malformed',
    find: (context, id) => {
      const attachment = context.cloud.transitGatewayAttachments.find(id);
      return attachment && sidesOf(attachment).find((side) => isOwn(context, side));
    },
    notFound: transitGatewayAttachmentNotFound,
  },
  'tgw-rtb': {
    resourceType: 'transit-gateway-route-table',
    malformed: 'InvalidRouteTableId.Malformed',
    find: ({ cloud }, id) => cloud.transitGatewayRouteTables.find(id),
    notFound: transitGatewayRouteTableNotFound,
  },
  igw: {
    resourceType: 'internet-gateway',
    malformed: 'InvalidInternetGatewayId.Malformed',
    find: ({ cloud }, id) => cloud.internetGateways.find(id),
    notFound: internetGatewayNotFound,
  },
  nat: {
    resourceType: 'natgateway',
    malformed: 'NatGatewayMalformed',
    find: ({ cloud }, id) => cloud.natGateways.find(id),
    notFound: natGatewayNotFound,
  },
  eipalloc: {
    resourceType: 'elastic-ip',
    malformed: 'InvalidAllocationID.Malformed',
    find: ({ cloud }, id) => cloud.elasticIps.find(id),
    notFound: allocationNotFound,
  },
  cgw: {
    resourceType: 'customer-gateway',
    malformed: 'InvalidCustomerGatewayId.Malformed',
    find: ({ cloud }, id) => cloud.customerGateways.find(id),
    notFound: customerGatewayNotFound,
  },
  vgw: {
    resourceType: 'vpn-gateway',
    malformed: 'InvalidVpnGatewayId.Malformed',
    find: ({ cloud }, id) => cloud.vpnGateways.find(id),
    notFound: vpnGatewayNotFound,
  },
  vpn: {
    resourceType: 'vpn-connection',
    malformed: 'InvalidVpnConnectionId.Malformed',
    find: ({ cloud }, id) => cloud.vpnConnections.find(id),
    notFound: vpnConnectionNotFound,
  },
  vpce: {
    resourceType: 'vpc-endpoint',
    malformed: 'InvalidVpcEndpointId.Malformed',
    find: ({ cloud }, id) => cloud.vpcEndpoints.find(id),
    notFound: vpcEndpointNotFound,
  },
  'vpce-svc': {
    resourceType: 'vpc-endpoint-service',
    malformed: 'InvalidVpcEndpointServiceId.Malformed',
    find: ({ cloud }, id) => cloud.endpointServices.find(id),
    notFound: endpointServiceNotFound,
  },
};

export interface Taggable {
  resourceType: string;
  tagKey: string;
}

/** The caller's resource of this id; otherwise AWS's malformed or not-found of its kind. */
export function getTaggable(context: OperationContext, resourceId: string): Taggable {
  const prefix = resourceId.slice(0, Math.max(0, resourceId.lastIndexOf('-')));
  const kind = Object.hasOwn(kinds, prefix) ? kinds[prefix] : undefined;
  if (!kind) throw new AwsError('InvalidID', `The ID '${resourceId}' is not valid`);
  checkId(prefix, resourceId, kind.malformed);
  const owner = kind.find(context, resourceId);
  if (!owner || !isOwn(context, owner)) throw kind.notFound(resourceId);
  return { resourceType: kind.resourceType, tagKey: tagKeyOf(context, prefix, resourceId) };
}

function findOwnSide(
  context: OperationContext,
  connection: VpcPeeringConnection | undefined,
): Owner | undefined {
  return connection && [connection.requester, connection.accepter].find((side) => isOwn(context, side));
}

/** What has two owners has tags of each of them. */
function tagKeyOf(context: OperationContext, prefix: string, id: string): string {
  const { vpcPeeringConnections, transitGatewayAttachments } = context.cloud;
  if (prefix === 'pcx') return peeringTagKey(context, vpcPeeringConnections.find(id)!);
  if (prefix === 'tgw-attach') return attachmentTagKey(context, transitGatewayAttachments.find(id)!);
  return id;
}

/** The requester's tags are under the id itself, those of an accepter who is someone else under `pcx-…:account:region`. */
export function peeringTagKey(viewer: Owner, connection: VpcPeeringConnection): string {
  const { vpcPeeringConnectionId, requester } = connection;
  const isRequester = viewer.accountId === requester.accountId && viewer.region === requester.region;
  return isRequester
    ? vpcPeeringConnectionId
    : `${vpcPeeringConnectionId}:${viewer.accountId}:${viewer.region}`;
}

/** The tags of whose resource is attached are under the attachment's id, those of the transit gateway's owner, if he is someone else, under `tgw-attach-…:account:region`. */
export function attachmentTagKey(viewer: Owner, attachment: TransitGatewayAttachment): string {
  const { transitGatewayAttachmentId: id, accountId } = attachment;
  return viewer.accountId === accountId ? id : `${id}:${viewer.accountId}:${viewer.region}`;
}

function sidesOf({ accountId, transitGatewayOwnerId, region }: TransitGatewayAttachment): Owner[] {
  return [
    { accountId, region },
    { accountId: transitGatewayOwnerId, region },
  ];
}
