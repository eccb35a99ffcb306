// An interface endpoint to an endpoint service, seen from both ends: legs in the consumer's VPC, connections in the provider's.
// A leg is shut while its endpoint is not accepted; its address and its names are there all the same.

import type { LoadBalancer } from '../cloud/load-balancer.ts';
import type { Vpc } from '../cloud/vpc.ts';
import type { EndpointLeg, ServiceVpcEndpoint } from '../cloud/vpc-endpoint.ts';
import type { CloudIndex } from './cloud-index.ts';
import type { Connection, EndpointLegNode, VpcNetwork } from './network.ts';
import { compileSecurityGroup } from './security-group.ts';

export function compileEndpointLegs(index: CloudIndex, vpc: Vpc): EndpointLegNode[] {
  return (index.endpointsOf.get(vpc.vpcId) ?? []).flatMap((vpcEndpoint) =>
    vpcEndpoint.legs.flatMap((leg) => {
      const networkInterface = index.cloud.networkInterfaces.find(leg.networkInterfaceId);
      if (!networkInterface) return [];
      const loadBalancer = findLoadBalancer(index, vpcEndpoint, leg);
      const closedBecause = findReasonClosed(vpcEndpoint, loadBalancer);
      const node: EndpointLegNode = {
        vpcEndpointId: vpcEndpoint.vpcEndpointId,
        serviceId: vpcEndpoint.serviceId,
        networkInterfaceId: leg.networkInterfaceId,
        privateIpAddress: networkInterface.privateIpAddress,
        loadBalancerGroups: compileLoadBalancerGroups(index, loadBalancer),
      };
      if (loadBalancer) node.providerVpcId = loadBalancer.vpcId;
      if (closedBecause) node.closedBecause = closedBecause;
      return [node];
    }),
  );
}

export function compileConnections(index: CloudIndex, vpc: Vpc): Connection[] {
  return (index.endpointServicesOf.get(vpc.vpcId) ?? [])
    .flatMap(({ serviceId }) => index.endpointsOfService.get(serviceId) ?? [])
    .filter(({ decision }) => decision === 'accepted')
    .flatMap((vpcEndpoint) =>
      vpcEndpoint.legs.flatMap((leg) => compileConnection(index, vpc, vpcEndpoint, leg)),
    );
}

function compileConnection(
  index: CloudIndex,
  vpc: Vpc,
  vpcEndpoint: ServiceVpcEndpoint,
  leg: EndpointLeg,
): Connection[] {
  const loadBalancer = findLoadBalancer(index, vpcEndpoint, leg);
  const networkInterface = index.cloud.networkInterfaces.find(leg.networkInterfaceId);
  const node = loadBalancer?.nodes.find((n) => n.availabilityZoneId === networkInterface?.availabilityZoneId);
  if (!loadBalancer || !networkInterface || !node || loadBalancer.vpcId !== vpc.vpcId) return [];
  return [
    {
      vpcEndpointId: vpcEndpoint.vpcEndpointId,
      consumerVpcId: vpcEndpoint.vpcId,
      endpointAddress: networkInterface.privateIpAddress,
      loadBalancerArn: loadBalancer.loadBalancerArn,
      nodeAddress: node.privateIpAddress,
      availabilityZoneId: node.availabilityZoneId,
      flowMark: leg.flowMark,
    },
  ];
}

function findLoadBalancer(
  index: CloudIndex,
  vpcEndpoint: ServiceVpcEndpoint,
  leg: EndpointLeg,
): LoadBalancer | undefined {
  const endpointService = index.cloud.endpointServices.find(vpcEndpoint.serviceId);
  if (!endpointService?.networkLoadBalancerArns.includes(leg.loadBalancerArn)) return undefined;
  return index.cloud.loadBalancers.find(leg.loadBalancerArn);
}

function findReasonClosed(
  vpcEndpoint: ServiceVpcEndpoint,
  loadBalancer: LoadBalancer | undefined,
): string | undefined {
  if (vpcEndpoint.decision !== 'accepted') return vpcEndpoint.decision;
  return loadBalancer ? undefined : 'its load balancer is no longer part of the service';
}

function compileLoadBalancerGroups(index: CloudIndex, loadBalancer: LoadBalancer | undefined) {
  if (loadBalancer?.enforceSecurityGroupInboundRulesOnPrivateLinkTraffic !== 'on') return [];
  return loadBalancer.securityGroupIds.flatMap((groupId) => {
    const group = index.cloud.securityGroups.find(groupId);
    if (!group) return [];
    const { ingress, ...compiled } = compileSecurityGroup(index, group);
    // A reference means interfaces of the provider's network: no client of another VPC is one of them, whatever its address.
    return [
      { ...compiled, ingress: ingress.filter(({ referencedGroupId }) => referencedGroupId === undefined) },
    ];
  });
}

/** What the provider's router knows of a consumer's leg. @param consumer another consumer's leg may have the same address */
export function findConnection(
  provider: VpcNetwork,
  consumer: VpcNetwork,
  { privateIpAddress }: Pick<EndpointLegNode, 'privateIpAddress'>,
): Connection | undefined {
  return provider.connections.find(
    ({ endpointAddress, consumerVpcId }) =>
      endpointAddress === privateIpAddress && consumerVpcId === consumer.vpcId,
  );
}
