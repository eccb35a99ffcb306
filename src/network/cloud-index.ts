// The cloud sorted by what the compiler asks for: made once per compilation, so that ten thousand
// endpoints are each looked at once and not once per VPC.

import type { Cloud } from '../cloud/cloud.ts';
import type { NetworkInterface } from '../cloud/instance.ts';
import type { NatGateway } from '../cloud/internet.ts';
import type { Listener, LoadBalancer } from '../cloud/load-balancer.ts';
import { publicAddresses } from '../cloud/public-address.ts';
import type { RouteTable, SecurityGroup, Subnet, VpcPeeringConnection } from '../cloud/vpc.ts';
import type { EndpointService, GatewayVpcEndpoint, InterfaceVpcEndpoint } from '../cloud/vpc-endpoint.ts';
import type { Ipv4 } from '../lib/cidr.ts';

export interface CloudIndex {
  cloud: Cloud;
  subnetsOf: Map<string, Subnet[]>;
  routeTablesOf: Map<string, RouteTable[]>;
  securityGroupsOf: Map<string, SecurityGroup[]>;
  networkInterfacesOf: Map<string, NetworkInterface[]>;
  endpointsOf: Map<string, InterfaceVpcEndpoint[]>;
  gatewayEndpointsOf: Map<string, GatewayVpcEndpoint[]>;
  natGatewaysOf: Map<string, NatGateway[]>;
  /** By interface id. */
  publicAddressOf: Map<string, Ipv4>;
  loadBalancersOf: Map<string, LoadBalancer[]>;
  /** By load balancer ARN. */
  listenersOf: Map<string, Listener[]>;
  /** By the VPC their load balancers are in. */
  endpointServicesOf: Map<string, EndpointService[]>;
  /** By endpoint service id. */
  endpointsOfService: Map<string, InterfaceVpcEndpoint[]>;
  /** Active ones, by either side's VPC id. */
  peeringsOf: Map<string, VpcPeeringConnection[]>;
  /** Private addresses of the interfaces that are in a group now. */
  addressesOfGroup: Map<string, Ipv4[]>;
}

export function indexCloud(cloud: Cloud): CloudIndex {
  const peeringsOf = new Map<string, VpcPeeringConnection[]>();
  for (const peering of cloud.vpcPeeringConnections.all()) {
    if (peering.status !== 'active') continue;
    append(peeringsOf, peering.requester.vpcId, peering);
    append(peeringsOf, peering.accepter.vpcId, peering);
  }
  const addressesOfGroup = new Map<string, Ipv4[]>();
  for (const networkInterface of cloud.networkInterfaces.all()) {
    for (const groupId of networkInterface.groupIds) {
      append(addressesOfGroup, groupId, networkInterface.privateIpAddress);
    }
  }
  const endpointServicesOf = new Map<string, EndpointService[]>();
  for (const endpointService of cloud.endpointServices.all()) {
    const arns = endpointService.networkLoadBalancerArns;
    const vpcIds = new Set(
      arns.map((arn) => cloud.loadBalancers.find(arn)?.vpcId).filter((id) => id !== undefined),
    );
    for (const vpcId of vpcIds) append(endpointServicesOf, vpcId, endpointService);
  }
  const vpcEndpoints = [...cloud.vpcEndpoints.all()];
  const interfaceEndpoints = vpcEndpoints.filter((endpoint) => endpoint.vpcEndpointType === 'Interface');
  const gatewayEndpoints = vpcEndpoints.filter((endpoint) => endpoint.vpcEndpointType === 'Gateway');
  const natGateways = cloud.natGateways.where((gateway) => !gateway.deleteTime && !gateway.failure);
  return {
    cloud,
    endpointServicesOf,
    subnetsOf: groupBy(cloud.subnets.all(), (subnet) => subnet.vpcId),
    routeTablesOf: groupBy(cloud.routeTables.all(), (routeTable) => routeTable.vpcId),
    securityGroupsOf: groupBy(cloud.securityGroups.all(), (group) => group.vpcId),
    networkInterfacesOf: groupBy(cloud.networkInterfaces.all(), (networkInterface) => networkInterface.vpcId),
    endpointsOf: groupBy(interfaceEndpoints, (vpcEndpoint) => vpcEndpoint.vpcId),
    gatewayEndpointsOf: groupBy(gatewayEndpoints, (vpcEndpoint) => vpcEndpoint.vpcId),
    natGatewaysOf: groupBy(natGateways, (natGateway) => natGateway.vpcId),
    publicAddressOf: publicAddresses(cloud),
    loadBalancersOf: groupBy(cloud.loadBalancers.all(), (loadBalancer) => loadBalancer.vpcId),
    listenersOf: groupBy(cloud.listeners.all(), (listener) => listener.loadBalancerArn),
    endpointsOfService: groupBy(interfaceEndpoints, (vpcEndpoint) => vpcEndpoint.serviceId),
    peeringsOf,
    addressesOfGroup,
  };
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
