// Who may see an endpoint service and where it can be reached: in the zones in which one of its load balancers has a node.

import type { Cloud } from './cloud.ts';
import type { AccountId, EndpointServiceId } from './id.ts';
import type { LoadBalancer } from './load-balancer.ts';
import {
  type AllowedPrincipal,
  type EndpointService,
  isToEndpointService,
  type ServiceVpcEndpoint,
} from './vpc-endpoint.ts';

/** The owner's account always may; everyone else needs a permission. */
export function isVisible(service: EndpointService, accountId: AccountId, callerArn: string): boolean {
  if (service.accountId === accountId) return true;
  return service.allowedPrincipals.some((allowed) => isMeant(allowed, accountId, callerArn));
}

function isMeant(allowed: AllowedPrincipal, accountId: AccountId, callerArn: string): boolean {
  if (allowed.principalType === 'All') return true;
  if (allowed.principalType === 'Account') return allowed.principal === `arn:aws:iam::${accountId}:root`;
  return allowed.principal === roleOfSession(callerArn);
}

/** A session of a role calls as `arn:aws:sts::111111111111:assumed-role/name/session`; permissions name the role. */
function roleOfSession(callerArn: string): string {
  const match = /^arn:aws:sts::([0-9]{12}):assumed-role\/([^/]+)\//.exec(callerArn);
  return match ? `arn:aws:iam::${match[1]}:role/${match[2]}` : callerArn;
}

export interface ServiceZone {
  availabilityZone: string;
  availabilityZoneId: string;
}

/** The zones of all its load balancers together, in the order of their names. */
export function serviceZones(cloud: Cloud, service: EndpointService): ServiceZone[] {
  const zones = new Map<string, ServiceZone>();
  for (const { nodes } of serviceLoadBalancers(cloud, service)) {
    for (const { availabilityZone, availabilityZoneId } of nodes) {
      zones.set(availabilityZoneId, { availabilityZone, availabilityZoneId });
    }
  }
  return [...zones.values()].sort((left, right) => (left.availabilityZone < right.availabilityZone ? -1 : 1));
}

function serviceLoadBalancers(cloud: Cloud, service: EndpointService): LoadBalancer[] {
  return service.networkLoadBalancerArns.flatMap((arn) => cloud.loadBalancers.find(arn) ?? []);
}

/** Those that a leg in this zone can be bound to. */
export function loadBalancersInZone(
  cloud: Cloud,
  service: EndpointService,
  availabilityZoneId: string,
): LoadBalancer[] {
  return serviceLoadBalancers(cloud, service).filter(({ nodes }) =>
    nodes.some((node) => node.availabilityZoneId === availabilityZoneId),
  );
}

/** Every endpoint that asked for the service, whatever the provider said to it. */
export function endpointsOf(cloud: Cloud, serviceId: EndpointServiceId): ServiceVpcEndpoint[] {
  return cloud.vpcEndpoints
    .all()
    .filter(isToEndpointService)
    .filter((endpoint) => endpoint.serviceId === serviceId)
    .toArray();
}
