// The legs of an interface endpoint to an endpoint service: its place in a subnet, bound to one load balancer of the service in that zone.

import { takeNumber } from '../../cloud/cloud.ts';
import { serviceName } from '../../cloud/endpoint-name.ts';
import { loadBalancersInZone } from '../../cloud/endpoint-service.ts';
import type { SecurityGroupId, VpcEndpointId } from '../../cloud/id.ts';
import type { LoadBalancer } from '../../cloud/load-balancer.ts';
import type { Subnet } from '../../cloud/vpc.ts';
import type { EndpointLeg, EndpointService } from '../../cloud/vpc-endpoint.ts';
import type { OperationContext } from '../operation.ts';
import { invalidParameter } from './errors.ts';
import { type PlannedPlace, putPlace } from './vpc-endpoint-place.ts';

/** A leg that has been checked and not yet been made. */
export interface PlannedLeg extends PlannedPlace {
  loadBalancerArn: string;
}

/** Finds each place its load balancer. Writes nothing. */
export function bindPlaces(
  context: OperationContext,
  service: EndpointService,
  places: PlannedPlace[],
): PlannedLeg[] {
  return places.map((place) => ({
    ...place,
    loadBalancerArn: chooseLoadBalancer(context, service, place.subnet).loadBalancerArn,
  }));
}

/** AWS: several load balancers in a zone share its endpoints by chance, once for each leg. */
export function chooseLoadBalancer(
  context: OperationContext,
  service: EndpointService,
  subnet: Subnet,
): LoadBalancer {
  const candidates = loadBalancersInZone(context.cloud, service, subnet.availabilityZoneId);
  const chance = Number.parseInt(context.randomText(4, '0123456789abcdef'), 16);
  const chosen = candidates[chance % candidates.length];
  if (chosen) return chosen;
  const name = serviceName(service.serviceId, service.region);
  throw invalidParameter(
    `The VPC endpoint service ${name} does not support the availability zone of the subnet: ${subnet.subnetId}.`,
  );
}

/** Makes a leg: its interface, and the mark its flows carry. */
export function putLeg(
  context: OperationContext,
  owner: { vpcEndpointId: VpcEndpointId; groupIds: SecurityGroupId[] },
  leg: PlannedLeg,
): EndpointLeg {
  const place = putPlace(context, owner, leg);
  const flowMark = takeNumber(context.cloud, 'flowMark');
  return { ...place, loadBalancerArn: leg.loadBalancerArn, flowMark };
}
