// DNS names of interface endpoints, and the names of the services behind them.
// AWS: endpoint names are public: everybody may resolve them, to private addresses.

import { findForeignService } from './aws-service.ts';
import type { EndpointServiceId, Region } from './id.ts';
import type { InterfaceVpcEndpoint } from './vpc-endpoint.ts';

type Named = Pick<
  InterfaceVpcEndpoint,
  'vpcEndpointId' | 'dnsSuffix' | 'serviceId' | 'awsService' | 'region'
>;

/**
 * `vpce-0123…-k3x9q2ab.vpce-svc-0456….us-east-1.vpce.amazonaws.com`: every leg's address, in turn.
 * AWS: that of S3 begins with `*.`, in whose place clients put `bucket`, `accesspoint` or `control`.
 */
export function regionalName(endpoint: Named): string {
  return nameOf(endpoint, '');
}

/** `vpce-0123…-k3x9q2ab-us-east-1a.vpce-svc-0456…`: the address of the leg in that zone, as its owner calls the zone. */
export function zonalName(endpoint: Named, availabilityZone: string): string {
  return nameOf(endpoint, `-${availabilityZone}`);
}

function nameOf(endpoint: Named, zone: string): string {
  const { vpcEndpointId, dnsSuffix, serviceId, awsService, region } = endpoint;
  const base = baseEndpointName(serviceId ?? hostOfService(awsService!), region);
  return `${awsService === 's3' ? '*.' : ''}${vpcEndpointId}-${dnsSuffix}${zone}.${base}`;
}

/** `vpce-svc-0456….us-east-1.vpce.amazonaws.com`, `ec2.us-east-1.vpce.amazonaws.com` */
export function baseEndpointName(service: EndpointServiceId | string, region: Region): string {
  return `${service}.${region}.vpce.amazonaws.com`;
}

/** What stands before the region in names of an AWS service's endpoints: `ec2`, `api.ecr`. */
export function hostOfService(awsService: string): string {
  return findForeignService(awsService)?.host ?? awsService;
}

/** What S3's clients put before a name of its endpoint, and a bucket's name before that. */
const s3Prefixes = ['bucket', 'accesspoint', 'control'];

/** What a certificate must say to vouch for a name of an endpoint and all that stands for. @param name may begin with `*.` */
export function namesToVouchFor(name: string): string[] {
  if (!name.startsWith('*.vpce-')) return [name];
  return [name, ...s3Prefixes.map((prefix) => `*.${prefix}.${name.slice(2)}`)];
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
