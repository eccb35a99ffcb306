// DNS names of interface endpoints, and the names of the services behind them.
// AWS: endpoint names are public: everybody may resolve them, to private addresses.

import type { EndpointServiceId, Region } from './id.ts';
import type { InterfaceVpcEndpoint } from './vpc-endpoint.ts';

type Named = Pick<InterfaceVpcEndpoint, 'vpcEndpointId' | 'dnsSuffix' | 'serviceId' | 'region'>;

/** `vpce-0123…-k3x9q2ab.vpce-svc-0456….us-east-1.vpce.amazonaws.com`: every leg's address, in turn. */
export function regionalName(endpoint: Named): string {
  return `${endpoint.vpcEndpointId}-${endpoint.dnsSuffix}.${baseEndpointName(endpoint.serviceId, endpoint.region)}`;
}

/** `vpce-0123…-k3x9q2ab-us-east-1a.vpce-svc-0456…`: the address of the leg in that zone, as its owner calls the zone. */
export function zonalName(endpoint: Named, availabilityZone: string): string {
  const base = baseEndpointName(endpoint.serviceId, endpoint.region);
  return `${endpoint.vpcEndpointId}-${endpoint.dnsSuffix}-${availabilityZone}.${base}`;
}

/** `vpce-svc-0456….us-east-1.vpce.amazonaws.com` */
export function baseEndpointName(serviceId: EndpointServiceId, region: Region): string {
  return `${serviceId}.${region}.vpce.amazonaws.com`;
}

/** `com.amazonaws.vpce.us-east-1.vpce-svc-0456…` */
export function serviceName(serviceId: EndpointServiceId, region: Region): string {
  return `com.amazonaws.vpce.${region}.${serviceId}`;
}

/** The hosted zone of endpoint names, where it is known to us. */
export function endpointHostedZoneId(region: Region): string | undefined {
  return hostedZoneIds[region];
}

const hostedZoneIds: Record<Region, string> = {
  'us-east-1': 'Z7HUB22UULQXV',
  'us-east-2': 'ZC8PG0KIFKBRI',
  'us-west-2': 'Z1YSA3EXCYUU9Z',
};
