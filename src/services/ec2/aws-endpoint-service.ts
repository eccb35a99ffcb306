// AWS's own services as endpoints can lead to them: their names in a region and the kinds of endpoint AWS has for each.
// DIFFERS: aws-services-as-endpoints those that nobody answers for here are refused by name.

import type { ServiceDetail } from '@aws-sdk/client-ec2';
import { findForeignService } from '../../cloud/aws-service.ts';
import { baseEndpointName, hostOfService } from '../../cloud/endpoint-name.ts';
import type { Region } from '../../cloud/id.ts';
import { zonesOf } from '../../cloud/region.ts';
import { homeRegion, privateNames, worldServices } from '../../cloud/service-name.ts';
import type { GatewayService } from '../../cloud/vpc-endpoint.ts';
import type { World } from '../operation.ts';

export interface AwsEndpointService {
  /** `ec2`: what follows the region in its name. */
  service: string;
  serviceName: string;
  region: Region;
  /** The kinds of endpoint that AWS has for it. */
  endpointTypes: ('Gateway' | 'Interface')[];
  /** What its gateway endpoints lead to. Absent: AWS has none, or none is built. */
  gatewayService?: GatewayService;
  /** Somebody answers for it here, so interface endpoints can be made to it. */
  isServed: boolean;
}

const gatewayServices: GatewayService[] = ['s3', 'dynamodb'];

/** Ours, with interface endpoints alone. */
const otherServices = ['ec2', 'elasticloadbalancing', 'sts', ...worldServices];

/** Those that endpoints can be made to here. */
export function awsEndpointServices(region: Region, { endpointServices }: World): AwsEndpointService[] {
  const names = [...new Set([...gatewayServices, ...endpointServices])];
  return names
    .filter((name) => region === homeRegion || !worldServices.includes(name))
    .map((name) => describeService(region, name, endpointServices));
}

/** Undefined: there is no such service, or it is another region's. */
export function findAwsService(
  region: Region,
  serviceName: string,
  { endpointServices }: World,
): AwsEndpointService | undefined {
  const name = /^com\.amazonaws\.(?:[a-z]{2}(?:-[a-z]+)+-\d\.)?([a-z0-9.-]+)$/.exec(serviceName)?.[1] ?? '';
  const isOurs = [...gatewayServices, ...otherServices].includes(name);
  if (!isOurs && name !== 's3express' && !findForeignService(name)) return undefined;
  if (worldServices.includes(name) && region !== homeRegion) return undefined;
  return nameOf(region, name) === serviceName ? describeService(region, name, endpointServices) : undefined;
}

/** `com.amazonaws.us-east-1.ec2`, `com.amazonaws.iam` */
function nameOf(region: Region, service: string): string {
  return `com.amazonaws.${worldServices.includes(service) ? '' : `${region}.`}${service}`;
}

function describeService(
  region: Region,
  service: string,
  endpointServices: readonly string[],
): AwsEndpointService {
  const gatewayService = gatewayServices.find((name) => name === service);
  const types: AwsEndpointService['endpointTypes'] = service === 's3express' ? ['Gateway'] : ['Interface'];
  return {
    service,
    serviceName: nameOf(region, service),
    region,
    endpointTypes: gatewayService ? ['Gateway', 'Interface'] : types,
    ...(gatewayService && { gatewayService }),
    isServed: endpointServices.includes(service),
  };
}

/** AWS: a service with both kinds of endpoint is listed once for each. */
export function showAwsServices(services: AwsEndpointService[]): ServiceDetail[] {
  return services.flatMap((service) => [
    ...(service.gatewayService ? [showGatewayService(service)] : []),
    ...(service.isServed ? [showInterfaceService(service)] : []),
  ]);
}

function showGatewayService(service: AwsEndpointService): ServiceDetail {
  return {
    ...showCommon(service),
    ServiceType: [{ ServiceType: 'Gateway' }],
    BaseEndpointDnsNames: [`${service.service}.${service.region}.amazonaws.com`],
    PrivateDnsNames: [],
  };
}

function showInterfaceService(service: AwsEndpointService): ServiceDetail {
  const names = privateNames(service.service, service.region);
  const base = baseEndpointName(hostOfService(service.service), service.region);
  return {
    ...showCommon(service),
    ServiceType: [{ ServiceType: 'Interface' }],
    BaseEndpointDnsNames: [service.service === 's3' ? `*.${base}` : base],
    ...(names[0] && { PrivateDnsName: names[0] }),
    PrivateDnsNames: names.map((PrivateDnsName) => ({ PrivateDnsName })),
  };
}

function showCommon({ serviceName, region }: AwsEndpointService): ServiceDetail {
  const zones = zonesOf(region);
  return {
    ServiceName: serviceName,
    ServiceRegion: region,
    AvailabilityZoneIds: zones.map(({ zoneId }) => zoneId),
    AvailabilityZones: zones.map(({ zoneName }) => zoneName),
    Owner: 'amazon',
    VpcEndpointPolicySupported: true,
    AcceptanceRequired: false,
    ManagesVpcEndpoints: false,
    Tags: [],
    PrivateDnsNameVerificationState: 'verified',
    SupportedIpAddressTypes: ['ipv4'],
  };
}
