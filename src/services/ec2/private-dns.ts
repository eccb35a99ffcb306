// Private DNS of an interface endpoint: whether the service's own names lead to it in its VPC, and for whom.
// AWS: with S3, which has gateway endpoints too, it is by default for those alone who ask from outside, by a resolver's inbound
// endpoint; who asks inside the VPC goes on by the gateway endpoint, which must then be there.

import type { DnsOptionsSpecification } from '@aws-sdk/client-ec2';
import { endpointZones } from '../../cloud/endpoint-zone.ts';
import type { VpcId } from '../../cloud/id.ts';
import { privateNames } from '../../cloud/service-name.ts';
import type { AwsServiceVpcEndpoint } from '../../cloud/vpc-endpoint.ts';
import { findZoneNamed } from '../../cloud/zone-conflict.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { invalidParameter, invalidParameterValue } from './errors.ts';

export type PrivateDns = Pick<
  AwsServiceVpcEndpoint,
  'privateDnsEnabled' | 'privateDnsOnlyForInboundResolverEndpoint'
>;

type Whose = Pick<AwsServiceVpcEndpoint, 'vpcId' | 'awsService' | 'region' | 'serviceName'> &
  Partial<Pick<AwsServiceVpcEndpoint, 'vpcEndpointId'>>;

interface PrivateDnsInput {
  PrivateDnsEnabled?: boolean | undefined;
  DnsOptions?: DnsOptionsSpecification | undefined;
}

/**
 * AWS: on unless the call says otherwise, where the service has a private name.
 * DIFFERS: private-dns-of-s3-by-default so it is with S3, too.
 * @param current absent: the endpoint is about to be made
 */
export function choosePrivateDns(
  input: PrivateDnsInput,
  context: OperationContext,
  whose: Whose,
  current?: PrivateDns,
): PrivateDns {
  const { isOnlyForInboundResolver: wanted } = readDnsOptions(input.DnsOptions);
  if (current && input.PrivateDnsEnabled === undefined && wanted === undefined) return current;
  const hasName = privateNames(whose.awsService, whose.region).length > 0;
  const privateDnsEnabled = input.PrivateDnsEnabled ?? current?.privateDnsEnabled ?? hasName;
  if (wanted && !hasGatewayEndpoint(context, whose)) throw refuseOnlyForInboundResolver(whose.vpcId);
  if (!privateDnsEnabled) {
    // AWS: its words are not known.
    if (wanted)
      throw invalidParameter(
        'PrivateDnsOnlyForInboundResolverEndpoint can only be set to true when private DNS is enabled.',
      );
    return { privateDnsEnabled };
  }
  if (!hasName) throw noPrivateName(whose.serviceName);
  checkVpcAttributes(context, whose.vpcId);
  const isOnly = wanted ?? current?.privateDnsOnlyForInboundResolverEndpoint ?? true;
  if (whose.awsService === 's3' && isOnly && !hasGatewayEndpoint(context, whose))
    throw refuseOnlyForInboundResolver(whose.vpcId);
  refuseConflict(context, whose);
  return {
    privateDnsEnabled,
    ...(whose.awsService === 's3' && { privateDnsOnlyForInboundResolverEndpoint: isOnly }),
  };
}

/** Of an endpoint of IPv4, which every one is. */
export function readDnsOptions(options: DnsOptionsSpecification | undefined): {
  isOnlyForInboundResolver?: boolean;
} {
  if (!options) return {};
  acceptParameters('DnsOptions', options, 'DnsRecordIpType', 'PrivateDnsOnlyForInboundResolverEndpoint');
  const { DnsRecordIpType: recordType = 'ipv4', PrivateDnsOnlyForInboundResolverEndpoint: isOnly } = options;
  if (!['ipv4', 'dualstack', 'ipv6', 'service-defined'].includes(recordType)) {
    throw invalidParameterValue(`Value (${recordType}) for parameter dnsRecordIpType is invalid.`);
  }
  if (recordType !== 'ipv4') {
    throw invalidParameter(
      `The DNS record IP type ${recordType} is not supported for endpoints of IP address type ipv4.`,
    );
  }
  return isOnly === undefined ? {} : { isOnlyForInboundResolver: isOnly };
}

export function noPrivateName(serviceName: string): Error {
  return invalidParameter(
    `Private DNS can't be enabled because the service ${serviceName} does not provide a private DNS name.`,
  );
}

export function refuseOnlyForInboundResolver(vpcId: string): Error {
  return invalidParameter(
    `To set PrivateDnsOnlyForInboundResolverEndpoint to true, the VPC ${vpcId} must have a Gateway endpoint for the service.`,
  );
}

function hasGatewayEndpoint({ cloud }: OperationContext, { vpcId, awsService }: Whose): boolean {
  return cloud.vpcEndpoints
    .all()
    .some(
      (endpoint) =>
        endpoint.vpcEndpointType === 'Gateway' &&
        endpoint.vpcId === vpcId &&
        endpoint.gatewayService === awsService,
    );
}

function checkVpcAttributes({ cloud }: OperationContext, vpcId: VpcId): void {
  const { enableDnsSupport, enableDnsHostnames } = cloud.vpcs.find(vpcId)!;
  if (enableDnsSupport && enableDnsHostnames) return;
  throw invalidParameter(
    `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${vpcId}`,
  );
}

/** AWS: a VPC has one zone for a name. */
function refuseConflict({ cloud }: OperationContext, whose: Whose): void {
  const { vpcId, vpcEndpointId, awsService, region } = whose;
  for (const { zoneName } of endpointZones({ vpcEndpointId: vpcEndpointId ?? 'vpce-', awsService, region })) {
    if (!findZoneNamed(cloud, vpcId, zoneName, vpcEndpointId)) continue;
    throw invalidParameter(
      `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${zoneName} in the VPC ${vpcId}`,
    );
  }
}
