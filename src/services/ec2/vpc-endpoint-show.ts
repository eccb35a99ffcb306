// An endpoint as its owner sees it. `available` means that the packets' way is there, to an endpoint service on both sides.

import type { DnsEntry, State, VpcEndpoint as VpcEndpointShape } from '@aws-sdk/client-ec2';
import { endpointHostedZoneId, regionalName, zonalName } from '../../cloud/endpoint-name.ts';
import { endpointZones } from '../../cloud/endpoint-zone.ts';
import type { VpcId } from '../../cloud/id.ts';
import {
  type GatewayVpcEndpoint,
  type InterfaceVpcEndpoint,
  isToAwsService,
  type VpcEndpoint,
} from '../../cloud/vpc-endpoint.ts';
import type { OperationContext } from '../operation.ts';
import { showTags } from './tag.ts';

/** AWS: these words begin with a small letter on the wire, though the SDK's type has them capitalised. */
export type VpcEndpointState = 'pendingAcceptance' | 'pending' | 'available' | 'rejected';

export function vpcEndpointState(endpoint: VpcEndpoint, context: OperationContext): VpcEndpointState {
  if (endpoint.vpcEndpointType === 'Gateway') return isApplied(endpoint, [endpoint.vpcId], context);
  if (isToAwsService(endpoint)) {
    const isServed = endpoint.legs.length === 0 || context.world.isServed(endpoint.vpcEndpointId);
    return isServed ? isApplied(endpoint, [endpoint.vpcId], context) : 'pending';
  }
  if (endpoint.decision !== 'accepted') return endpoint.decision;
  const providerVpcIds = endpoint.legs.flatMap(
    (leg) => context.cloud.loadBalancers.find(leg.loadBalancerArn)?.vpcId ?? [],
  );
  return isApplied(endpoint, [endpoint.vpcId, ...providerVpcIds], context);
}

function isApplied(
  { generation }: VpcEndpoint,
  vpcIds: VpcId[],
  { world }: OperationContext,
): 'available' | 'pending' {
  return vpcIds.every((vpcId) => world.isApplied(vpcId, generation)) ? 'available' : 'pending';
}

export function showVpcEndpoint(endpoint: VpcEndpoint, context: OperationContext): VpcEndpointShape {
  return {
    VpcEndpointId: endpoint.vpcEndpointId,
    VpcEndpointType: endpoint.vpcEndpointType,
    VpcId: endpoint.vpcId,
    ServiceName: endpoint.serviceName,
    State: vpcEndpointState(endpoint, context) as State,
    ...(endpoint.vpcEndpointType === 'Gateway' ? showGateway(endpoint) : showInterface(endpoint, context)),
    RequesterManaged: false,
    IpAddressType: 'ipv4',
    CreationTimestamp: new Date(endpoint.creationTimestamp),
    Tags: showTags(context.cloud, endpoint.vpcEndpointId),
    OwnerId: endpoint.accountId,
    ServiceRegion: endpoint.region,
  };
}

function showGateway({ policyDocument, routeTableIds }: GatewayVpcEndpoint): VpcEndpointShape {
  return {
    PolicyDocument: policyDocument,
    RouteTableIds: routeTableIds,
    SubnetIds: [],
    Groups: [],
    DnsOptions: { DnsRecordIpType: 'service-defined' },
    PrivateDnsEnabled: false,
    NetworkInterfaceIds: [],
    DnsEntries: [],
  };
}

function showInterface(endpoint: InterfaceVpcEndpoint, context: OperationContext): VpcEndpointShape {
  const isOnly = isToAwsService(endpoint) ? endpoint.privateDnsOnlyForInboundResolverEndpoint : undefined;
  return {
    ...(isToAwsService(endpoint) && { PolicyDocument: endpoint.policyDocument }),
    RouteTableIds: [],
    SubnetIds: endpoint.legs.map((leg) => leg.subnetId),
    Groups: endpoint.groupIds.map((groupId) => ({
      GroupId: groupId,
      GroupName: context.cloud.securityGroups.find(groupId)?.groupName,
    })),
    DnsOptions: {
      DnsRecordIpType: 'ipv4',
      ...(isOnly !== undefined && { PrivateDnsOnlyForInboundResolverEndpoint: isOnly }),
    },
    PrivateDnsEnabled: endpoint.privateDnsEnabled,
    NetworkInterfaceIds: endpoint.legs.map((leg) => leg.networkInterfaceId),
    DnsEntries: showDnsEntries(endpoint, context),
  };
}

/** AWS: the regional name, one for each leg's zone, then the private ones, wildcards last. */
export function showDnsEntries(endpoint: InterfaceVpcEndpoint, context: OperationContext): DnsEntry[] {
  const zones = endpoint.legs.flatMap(
    (leg) => context.cloud.subnets.find(leg.subnetId)?.availabilityZone ?? [],
  );
  const names = [regionalName(endpoint), ...zones.map((zone) => zonalName(endpoint, zone))];
  const hostedZoneId = endpointHostedZoneId(endpoint.region);
  return [
    ...names.map((DnsName) => ({ DnsName, ...(hostedZoneId && { HostedZoneId: hostedZoneId }) })),
    ...showPrivateEntries(endpoint),
  ];
}

function showPrivateEntries(endpoint: InterfaceVpcEndpoint): DnsEntry[] {
  if (!isToAwsService(endpoint) || !endpoint.privateDnsEnabled) return [];
  const entries = endpointZones(endpoint).flatMap(({ hostedZoneId, names }) =>
    names.map((DnsName) => ({ DnsName, HostedZoneId: hostedZoneId })),
  );
  const isWildcard = ({ DnsName }: DnsEntry) => Number(DnsName?.startsWith('*.'));
  return entries.toSorted((left, right) => isWildcard(left) - isWildcard(right));
}
