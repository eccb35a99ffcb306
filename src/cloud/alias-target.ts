// What an alias may name outside of its own zone: endpoints and load balancers, whose names stand in zones of AWS's own,
// one for each region.

import type { Cloud } from './cloud.ts';
import { isWithin } from './dns-name.ts';
import { endpointHostedZoneId } from './endpoint-name.ts';
import { loadBalancerHostedZoneId } from './load-balancer-name.ts';
import { regionNames } from './region.ts';

/** The name of AWS's zone with this id: `us-east-1.vpce.amazonaws.com`. */
export function awsZoneName(hostedZoneId: string): string | undefined {
  for (const region of regionNames) {
    if (endpointHostedZoneId(region) === hostedZoneId) return `${region}.vpce.amazonaws.com`;
    if (loadBalancerHostedZoneId(region) === hostedZoneId) return `elb.${region}.amazonaws.com`;
  }
  return undefined;
}

/** @param dnsName plain, within a zone of AWS's own */
export function isAwsName(cloud: Cloud, dnsName: string): boolean {
  const vpcEndpointId = /^(?:.+\.)?(vpce-[0-9a-f]+)-/.exec(dnsName)?.[1];
  const vpcEndpoint = vpcEndpointId === undefined ? undefined : cloud.vpcEndpoints.find(vpcEndpointId);
  if (vpcEndpoint)
    return vpcEndpoint.vpcEndpointType === 'Interface' && dnsName.includes(`-${vpcEndpoint.dnsSuffix}`);
  return cloud.loadBalancers
    .all()
    .some((loadBalancer) => isWithin(dnsName, loadBalancer.dnsName.toLowerCase()));
}
