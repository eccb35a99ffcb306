// Where an interface endpoint has its addresses: a network interface in each of its subnets, at most one in a zone.
// AWS: the interface is the endpoint's, not the user's: he may tag it, but neither delete, detach nor re-address it.

import type { SubnetConfiguration } from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import { findFreeAddress, isAssignable, putNetworkInterface, usedAddresses } from '../../cloud/address.ts';
import type { NetworkInterfaceId, SecurityGroupId, SubnetId, VpcEndpointId, VpcId } from '../../cloud/id.ts';
import type { Subnet } from '../../cloud/vpc.ts';
import type { EndpointPlace } from '../../cloud/vpc-endpoint.ts';
import { type Ipv4, parseAddress } from '../../lib/cidr.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { invalidParameter, requireParameter } from './errors.ts';
import { getSubnet } from './subnet.ts';
import { dropTags } from './tag.ts';

/** AWS's own account that holds endpoint interfaces. */
const requesterId = '727180483921';

/** A place that has been checked and not yet been made. */
export interface PlannedPlace {
  subnet: Subnet;
  privateIpAddress: Ipv4;
}

/**
 * Checks every subnet and finds its address. Writes nothing.
 * @param otherSubnetIds where the endpoint has addresses already that stay
 */
export function planPlaces(
  context: OperationContext,
  vpcId: VpcId,
  subnetIds: string[],
  addresses: Map<string, Ipv4>,
  otherSubnetIds: SubnetId[] = [],
): PlannedPlace[] {
  const subnets = subnetIds.map((subnetId) => getEndpointSubnet(context, vpcId, subnetId));
  const others = otherSubnetIds.flatMap((subnetId) => context.cloud.subnets.find(subnetId) ?? []);
  refuseSharedZones(subnets, others);
  return subnets.map((subnet) => ({
    subnet,
    privateIpAddress: chooseAddress(context, subnet, addresses.get(subnet.subnetId)),
  }));
}

function getEndpointSubnet(context: OperationContext, vpcId: VpcId, subnetId: string): Subnet {
  const subnet = getSubnet(context, subnetId);
  if (subnet.vpcId !== vpcId)
    throw invalidParameter(`The subnet ${subnetId} does not belong to the VPC ${vpcId}.`);
  return subnet;
}

function refuseSharedZones(subnets: Subnet[], others: Subnet[]): void {
  const taken = new Set(others.map((subnet) => subnet.availabilityZoneId));
  for (const { availabilityZoneId, subnetId } of subnets) {
    if (taken.has(availabilityZoneId)) {
      throw new AwsError(
        'DuplicateSubnetsInSameZone',
        `Found another VPC endpoint subnet in the availability zone of ${subnetId}`,
      );
    }
    taken.add(availabilityZoneId);
  }
}

export function chooseAddress(context: OperationContext, subnet: Subnet, wanted: Ipv4 | undefined): Ipv4 {
  if (wanted === undefined) {
    const free = findFreeAddress(context.cloud, subnet);
    if (free !== undefined) return free;
    throw new AwsError(
      'InsufficientFreeAddressesInSubnet',
      `There are not enough free addresses in subnet '${subnet.subnetId}' to satisfy the requested number of IP addresses.`,
    );
  }
  if (!isAssignable(subnet, wanted)) {
    throw invalidParameter(`The address ${wanted} is not a usable address of the subnet ${subnet.subnetId}.`);
  }
  if (usedAddresses(context.cloud, subnet).has(wanted)) {
    throw new AwsError('InvalidIPAddress.InUse', `The specified address ${wanted} is already in use.`);
  }
  return wanted;
}

/** The addresses that SubnetConfigurations pin, by subnet. @param subnetIds where the endpoint is to have addresses */
export function parsePinnedAddresses(
  operation: string,
  configurations: SubnetConfiguration[] | undefined,
  subnetIds: string[],
): Map<string, Ipv4> {
  const addresses = new Map<string, Ipv4>();
  for (const configuration of configurations ?? []) {
    acceptParameters(`SubnetConfigurations of ${operation}`, configuration, 'SubnetId', 'Ipv4');
    const subnetId = requireParameter('SubnetConfiguration.SubnetId', configuration.SubnetId);
    if (!subnetIds.includes(subnetId)) {
      throw invalidParameter(
        `The subnet ${subnetId} of the subnet configuration is not a subnet of the VPC endpoint.`,
      );
    }
    if (addresses.has(subnetId))
      throw invalidParameter(`The subnet ${subnetId} is configured more than once.`);
    if (configuration.Ipv4 === undefined) continue;
    if (parseAddress(configuration.Ipv4) === undefined) {
      throw invalidParameter(`Invalid IPv4 address: ${configuration.Ipv4}`);
    }
    addresses.set(subnetId, configuration.Ipv4);
  }
  return addresses;
}

/** Makes the interface of a place. */
export function putPlace(
  context: OperationContext,
  owner: { vpcEndpointId: VpcEndpointId; groupIds: SecurityGroupId[] },
  { subnet, privateIpAddress }: PlannedPlace,
): EndpointPlace {
  const { networkInterfaceId } = putNetworkInterface(context.cloud, context.newId, subnet, {
    accountId: context.accountId,
    description: `VPC Endpoint Interface ${owner.vpcEndpointId}`,
    privateIpAddress,
    groupIds: owner.groupIds,
    interfaceType: 'vpc_endpoint',
    requesterManaged: true,
    requesterId,
    attachment: {
      attachmentId: context.newId('ela-attach'),
      instanceOwnerId: 'amazon-aws',
      deviceIndex: 1,
      attachTime: context.now.toISOString(),
      deleteOnTermination: false,
    },
  });
  return { subnetId: subnet.subnetId, networkInterfaceId };
}

export function setPlaceGroups(
  { cloud }: OperationContext,
  networkInterfaceId: NetworkInterfaceId,
  groupIds: SecurityGroupId[],
): void {
  const networkInterface = cloud.networkInterfaces.find(networkInterfaceId);
  if (networkInterface) cloud.networkInterfaces.put({ ...networkInterface, groupIds });
}

/** Takes the interface of a place away, with its tags. */
export function deletePlace({ cloud }: OperationContext, { networkInterfaceId }: EndpointPlace): void {
  cloud.networkInterfaces.delete(networkInterfaceId);
  dropTags(cloud, networkInterfaceId);
}
