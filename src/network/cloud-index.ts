// The cloud sorted by what the compiler asks for: made once per compilation, so that ten thousand
// endpoints are each looked at once and not once per VPC.

import type { Cloud } from '../cloud/cloud.ts';
import type { HostedZone } from '../cloud/hosted-zone.ts';
import { publicAddresses } from '../cloud/public-address.ts';
import { isInbound, isOutbound } from '../cloud/resolver-endpoint.ts';
import type { ResolverRule } from '../cloud/resolver-rule.ts';
import { type PropagatedRoute, propagatedRoutes } from '../cloud/site-line.ts';
import type { TransitGatewayAttachment } from '../cloud/transit-gateway.ts';
import type { VpcPeeringConnection } from '../cloud/vpc.ts';
import {
  type EndpointService,
  isToAwsService,
  isToEndpointService,
  type ServiceVpcEndpoint,
} from '../cloud/vpc-endpoint.ts';
import { attachedVpcId, type VpnGateway } from '../cloud/vpn.ts';
import type { Ipv4 } from '../lib/cidr.ts';

/** Each part by itself, so that a part is made anew only when a table it is made of has changed. */
const parts = {
  /** By VPC id, like all that are not said to be otherwise. */
  subnetsOf: ({ subnets }: Cloud) => groupBy(subnets.all(), (subnet) => subnet.vpcId),
  routeTablesOf: ({ routeTables }: Cloud) => groupBy(routeTables.all(), (routeTable) => routeTable.vpcId),
  securityGroupsOf: ({ securityGroups }: Cloud) => groupBy(securityGroups.all(), (group) => group.vpcId),
  flowLogsOf: ({ flowLogs }: Cloud) => groupBy(flowLogs.all(), (flowLog) => flowLog.vpcId),
  networkAclsOf: ({ networkAcls }: Cloud) => groupBy(networkAcls.all(), (acl) => acl.vpcId),
  networkInterfacesOf: ({ networkInterfaces }: Cloud) =>
    groupBy(networkInterfaces.all(), (networkInterface) => networkInterface.vpcId),
  /** Interface endpoints to endpoint services. */
  endpointsOf: (cloud: Cloud) => groupBy(serviceEndpoints(cloud), (vpcEndpoint) => vpcEndpoint.vpcId),
  /** By endpoint service id. */
  endpointsOfService: (cloud: Cloud) =>
    groupBy(serviceEndpoints(cloud), (vpcEndpoint) => vpcEndpoint.serviceId),
  awsServiceEndpointsOf: ({ vpcEndpoints }: Cloud) =>
    groupBy(vpcEndpoints.all().filter(isToAwsService), (vpcEndpoint) => vpcEndpoint.vpcId),
  gatewayEndpointsOf: ({ vpcEndpoints }: Cloud) =>
    groupBy(
      vpcEndpoints.all().filter((endpoint) => endpoint.vpcEndpointType === 'Gateway'),
      (vpcEndpoint) => vpcEndpoint.vpcId,
    ),
  natGatewaysOf: ({ natGateways }: Cloud) =>
    groupBy(
      natGateways.all().filter((gateway) => !gateway.deleteTime && !gateway.failure),
      (natGateway) => natGateway.vpcId,
    ),
  /** By the VPC it is attached to. */
  internetGatewayOf: ({ internetGateways }: Cloud) =>
    new Map(internetGateways.all().flatMap((gateway) => (gateway.vpcId ? [[gateway.vpcId, gateway]] : []))),
  /** By the VPC it is attached to. */
  vpnGatewayOf: indexVpnGateways,
  /** By route table id. */
  propagatedRoutesOf: indexPropagatedRoutes,
  /** By interface id. */
  publicAddressOf: publicAddresses,
  outboundEndpointsOf: ({ resolverEndpoints }: Cloud) =>
    groupBy(resolverEndpoints.all().filter(isOutbound), (endpoint) => endpoint.vpcId),
  /** Those that hold in it. */
  resolverRulesOf: indexResolverRules,
  loadBalancersOf: ({ loadBalancers }: Cloud) =>
    groupBy(loadBalancers.all(), (loadBalancer) => loadBalancer.vpcId),
  /** By load balancer ARN. */
  listenersOf: ({ listeners }: Cloud) => groupBy(listeners.all(), (listener) => listener.loadBalancerArn),
  /** By the VPC their load balancers are in. */
  endpointServicesOf: indexEndpointServices,
  /** Private hosted zones. */
  hostedZonesOf: indexHostedZones,
  /** By hosted zone id. */
  recordSetsOfZone: ({ zoneRecordSets }: Cloud) =>
    groupBy(zoneRecordSets.all(), (recordSet) => recordSet.hostedZoneId),
  inboundEndpointsOf: ({ resolverEndpoints }: Cloud) =>
    groupBy(resolverEndpoints.all().filter(isInbound), (endpoint) => endpoint.vpcId),
  /** Active ones, by either side's VPC id. */
  peeringsOf: indexPeerings,
  /** Accepted ones, by transit gateway. */
  attachmentsOfTransitGateway: (cloud: Cloud) =>
    groupBy(transitGatewayAttachments(cloud), ({ transitGatewayId }) => transitGatewayId),
  /** Accepted ones. */
  transitGatewayAttachmentsOf: (cloud: Cloud) =>
    groupBy(
      transitGatewayAttachments(cloud).filter((attachment) => attachment.resourceType === 'vpc'),
      ({ vpcId }) => vpcId,
    ),
  /** Private addresses of the interfaces that are in a group now. */
  addressesOfGroup: indexGroupAddresses,
};

export type CloudIndex = { cloud: Cloud } & {
  readonly [Part in keyof typeof parts]: ReturnType<(typeof parts)[Part]>;
};

export type PartName = keyof typeof parts;
export const partNames = Object.keys(parts) as PartName[];

export function makePart(name: PartName, cloud: Cloud): CloudIndex[PartName] {
  return parts[name](cloud);
}

export function indexCloud(cloud: Cloud): CloudIndex {
  const made = Object.fromEntries(partNames.map((name) => [name, makePart(name, cloud)]));
  return { cloud, ...made } as CloudIndex;
}

function serviceEndpoints({ vpcEndpoints }: Cloud): IteratorObject<ServiceVpcEndpoint> {
  return vpcEndpoints.all().filter(isToEndpointService);
}

function transitGatewayAttachments(cloud: Cloud): TransitGatewayAttachment[] {
  return cloud.transitGatewayAttachments.where(({ decision }) => decision === 'accepted');
}

function indexEndpointServices(cloud: Cloud): Map<string, EndpointService[]> {
  const endpointServicesOf = new Map<string, EndpointService[]>();
  for (const endpointService of cloud.endpointServices.all()) {
    const arns = endpointService.networkLoadBalancerArns;
    const vpcIds = new Set(
      arns.map((arn) => cloud.loadBalancers.find(arn)?.vpcId).filter((id) => id !== undefined),
    );
    for (const vpcId of vpcIds) append(endpointServicesOf, vpcId, endpointService);
  }
  return endpointServicesOf;
}

function indexVpnGateways({ vpnGateways }: Cloud): Map<string, VpnGateway> {
  return new Map(
    vpnGateways.all().flatMap((gateway) => {
      const vpcId = attachedVpcId(gateway);
      return vpcId ? [[vpcId, gateway] as const] : [];
    }),
  );
}

function indexPropagatedRoutes(cloud: Cloud): Map<string, PropagatedRoute[]> {
  const tables = cloud.routeTables.where((table) => table.propagatingVpnGatewayIds !== undefined);
  return new Map(tables.map((table) => [table.routeTableId, propagatedRoutes(cloud, table)]));
}

function indexPeerings({ vpcPeeringConnections }: Cloud): Map<string, VpcPeeringConnection[]> {
  const peeringsOf = new Map<string, VpcPeeringConnection[]>();
  for (const peering of vpcPeeringConnections.all()) {
    if (peering.status !== 'active') continue;
    append(peeringsOf, peering.requester.vpcId, peering);
    append(peeringsOf, peering.accepter.vpcId, peering);
  }
  return peeringsOf;
}

function indexHostedZones({ hostedZones }: Cloud): Map<string, HostedZone[]> {
  const hostedZonesOf = new Map<string, HostedZone[]>();
  for (const zone of hostedZones.all()) for (const { vpcId } of zone.vpcs) append(hostedZonesOf, vpcId, zone);
  return hostedZonesOf;
}

function indexResolverRules({ resolverRules, resolverRuleAssociations }: Cloud): Map<string, ResolverRule[]> {
  const rulesOf = new Map<string, ResolverRule[]>();
  for (const { vpcId, resolverRuleId } of resolverRuleAssociations.all()) {
    const rule = resolverRules.find(resolverRuleId);
    if (rule) append(rulesOf, vpcId, rule);
  }
  return rulesOf;
}

function indexGroupAddresses({ networkInterfaces }: Cloud): Map<string, Ipv4[]> {
  const addressesOfGroup = new Map<string, Ipv4[]>();
  for (const networkInterface of networkInterfaces.all())
    for (const groupId of networkInterface.groupIds)
      append(addressesOfGroup, groupId, networkInterface.privateIpAddress);
  return addressesOfGroup;
}

function groupBy<R>(records: Iterable<R>, keyOf: (record: R) => string): Map<string, R[]> {
  const groups = new Map<string, R[]>();
  for (const record of records) append(groups, keyOf(record), record);
  return groups;
}

function append<V>(groups: Map<string, V[]>, key: string, value: V): void {
  const group = groups.get(key);
  if (group) group.push(value);
  else groups.set(key, [value]);
}
