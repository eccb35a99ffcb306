// AWS's own services as endpoints can lead to them: their names in a region and the kinds of endpoint AWS has for each.
// DIFFERS: aws-services-as-endpoints gateway endpoints to S3 and DynamoDB are built; those that are not are refused by name.

import type { ServiceDetail } from '@aws-sdk/client-ec2';
import { findForeignService } from '../../cloud/aws-service.ts';
import type { Region } from '../../cloud/id.ts';
import { zonesOf } from '../../cloud/region.ts';
import type { GatewayService } from '../../cloud/vpc-endpoint.ts';

export interface AwsEndpointService {
  serviceName: string;
  /** The kinds of endpoint that AWS has for it. */
  endpointTypes: string[];
  /** What its gateway endpoints lead to. Absent: no endpoint to it is built. */
  gatewayService?: GatewayService;
}

const gatewayServices: GatewayService[] = ['s3', 'dynamodb'];

/** Ours, with interface endpoints alone. */
const otherServices = ['ec2', 'elasticloadbalancing', 'sts'];

/** Undefined: there is no such service, or it is another region's. */
export function findAwsService(region: Region, serviceName: string): AwsEndpointService | undefined {
  const prefix = `com.amazonaws.${region}.`;
  if (!serviceName.startsWith(prefix)) return undefined;
  const name = serviceName.slice(prefix.length);
  const gatewayService = gatewayServices.find((service) => service === name);
  if (gatewayService) return { serviceName, endpointTypes: ['Gateway', 'Interface'], gatewayService };
  if (name === 's3express') return { serviceName, endpointTypes: ['Gateway'] };
  const isKnown = otherServices.includes(name) || findForeignService(name);
  return isKnown ? { serviceName, endpointTypes: ['Interface'] } : undefined;
}

/** The services that endpoints can be made to here, as a consumer sees them. */
export function showGatewayServices(region: Region): ServiceDetail[] {
  const zones = zonesOf(region);
  return gatewayServices.map((service) => ({
    ServiceName: `com.amazonaws.${region}.${service}`,
    ServiceType: [{ ServiceType: 'Gateway' }],
    ServiceRegion: region,
    AvailabilityZoneIds: zones.map(({ zoneId }) => zoneId),
    AvailabilityZones: zones.map(({ zoneName }) => zoneName),
    Owner: 'amazon',
    BaseEndpointDnsNames: [`${service}.${region}.amazonaws.com`],
    PrivateDnsNames: [],
    VpcEndpointPolicySupported: true,
    AcceptanceRequired: false,
    ManagesVpcEndpoints: false,
    Tags: [],
    PrivateDnsNameVerificationState: 'verified',
    SupportedIpAddressTypes: ['ipv4'],
  }));
}
