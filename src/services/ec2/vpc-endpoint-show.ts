// An interface endpoint as its owner sees it. `available` means that the packets' way is there on both sides.

import type { DnsEntry, State, VpcEndpoint as VpcEndpointShape } from '@aws-sdk/client-ec2';
import { endpointHostedZoneId, regionalName, zonalName } from '../../cloud/endpoint-name.ts';
import type { VpcEndpoint } from '../../cloud/vpc-endpoint.ts';
import type { OperationContext } from '../operation.ts';
import { showTags } from './tag.ts';

/** AWS: these words begin with a small letter on the wire, though the SDK's type has them capitalised. */
export type VpcEndpointState = 'pendingAcceptance' | 'pending' | 'available' | 'rejected';

export function vpcEndpointState(endpoint: VpcEndpoint, context: OperationContext): VpcEndpointState {
  if (endpoint.decision !== 'accepted') return endpoint.decision;
  const providerVpcIds = endpoint.legs.flatMap(
    (leg) => context.cloud.loadBalancers.find(leg.loadBalancerArn)?.vpcId ?? [],
  );
  const vpcIds = [endpoint.vpcId, ...providerVpcIds];
  const isApplied = vpcIds.every((vpcId) => context.world.isApplied(vpcId, endpoint.generation));
  return isApplied ? 'available' : 'pending';
}

export function showVpcEndpoint(endpoint: VpcEndpoint, context: OperationContext): VpcEndpointShape {
  return {
    VpcEndpointId: endpoint.vpcEndpointId,
    VpcEndpointType: endpoint.vpcEndpointType,
    VpcId: endpoint.vpcId,
    ServiceName: endpoint.serviceName,
    State: vpcEndpointState(endpoint, context) as State,
    RouteTableIds: [],
    SubnetIds: endpoint.legs.map((leg) => leg.subnetId),
    Groups: endpoint.groupIds.map((groupId) => ({
      GroupId: groupId,
      GroupName: context.cloud.securityGroups.find(groupId)?.groupName,
    })),
    IpAddressType: 'ipv4',
    DnsOptions: { DnsRecordIpType: 'ipv4' },
    PrivateDnsEnabled: endpoint.privateDnsEnabled,
    RequesterManaged: false,
    NetworkInterfaceIds: endpoint.legs.map((leg) => leg.networkInterfaceId),
    DnsEntries: showDnsEntries(endpoint, context),
    CreationTimestamp: new Date(endpoint.creationTimestamp),
    Tags: showTags(context.cloud, endpoint.vpcEndpointId),
    OwnerId: endpoint.accountId,
    ServiceRegion: endpoint.region,
  };
}

/** The regional name, then one for each leg's zone. */
export function showDnsEntries(endpoint: VpcEndpoint, context: OperationContext): DnsEntry[] {
  const zones = endpoint.legs.flatMap(
    (leg) => context.cloud.subnets.find(leg.subnetId)?.availabilityZone ?? [],
  );
  const names = [regionalName(endpoint), ...zones.map((zone) => zonalName(endpoint, zone))];
  const hostedZoneId = endpointHostedZoneId(endpoint.region);
  return names.map((DnsName) => ({ DnsName, ...(hostedZoneId && { HostedZoneId: hostedZoneId }) }));
}
