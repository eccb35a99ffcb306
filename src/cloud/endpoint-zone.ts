// Private DNS of interface endpoints: hidden zones of their VPC, by which the service's own names lead to the endpoint.
// AWS: the zones are AWS's, so the account's Route 53 does not list them; two that answer for one name cannot be in a VPC.

import type { Cloud } from './cloud.ts';
import type { VpcEndpointId, VpcId } from './id.ts';
import { privateNames } from './service-name.ts';
import { type AwsServiceVpcEndpoint, isToAwsService } from './vpc-endpoint.ts';

export interface EndpointZone {
  /** It answers for this and all below it. */
  zoneName: string;
  hostedZoneId: string;
  /** Its records: the zone's own name, or `*.` before it. */
  names: string[];
}

export function endpointZones({
  vpcEndpointId,
  awsService,
  region,
}: Pick<AwsServiceVpcEndpoint, 'vpcEndpointId' | 'awsService' | 'region'>): EndpointZone[] {
  const zones = Map.groupBy(privateNames(awsService, region), (name) => name.replace(/^\*\./, ''));
  return [...zones].map(([zoneName, names], index) => ({
    zoneName,
    hostedZoneId: `Z0${index}${vpcEndpointId.slice(5).toUpperCase()}`,
    names,
  }));
}

/** The endpoint whose private DNS answers for this very name in the VPC. @param but one that does not count */
export function findEndpointOfZone(
  cloud: Cloud,
  vpcId: VpcId,
  zoneName: string,
  but?: VpcEndpointId,
): AwsServiceVpcEndpoint | undefined {
  return endpointsWithZones(cloud, vpcId).find(
    (endpoint) =>
      endpoint.vpcEndpointId !== but && endpointZones(endpoint).some((zone) => zone.zoneName === zoneName),
  );
}

/** Those of a VPC that have private DNS. */
export function endpointsWithZones(cloud: Cloud, vpcId: VpcId): IteratorObject<AwsServiceVpcEndpoint> {
  return cloud.vpcEndpoints
    .all()
    .filter(isToAwsService)
    .filter((endpoint) => endpoint.vpcId === vpcId && endpoint.privateDnsEnabled);
}
