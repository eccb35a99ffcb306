// The legs of an interface endpoint: in each subnet an interface, bound to one load balancer of the service in that zone.

import type { SubnetConfiguration } from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import { findFreeAddress, isAssignable, putNetworkInterface, usedAddresses } from '../../cloud/address.ts';
import { takeNumber } from '../../cloud/cloud.ts';
import { serviceName } from '../../cloud/endpoint-name.ts';
import { loadBalancersInZone } from '../../cloud/endpoint-service.ts';
import type { SecurityGroupId, SubnetId, VpcEndpointId, VpcId } from '../../cloud/id.ts';
import type { LoadBalancer } from '../../cloud/load-balancer.ts';
import type { Subnet } from '../../cloud/vpc.ts';
import type { EndpointLeg, EndpointService } from '../../cloud/vpc-endpoint.ts';
import { type Ipv4, parseAddress } from '../../lib/cidr.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { invalidParameter, requireParameter } from './errors.ts';
import { getSubnet } from './subnet.ts';
import { dropTags } from './tag.ts';

/** AWS's own account that holds endpoint interfaces. */
const requesterId = '727180483921';

/** A leg that has been checked and not yet been made. */
export interface PlannedLeg {
  subnet: Subnet;
  privateIpAddress: Ipv4;
  loadBalancerArn: string;
}

/**
 * Checks every subnet and finds its address and load balancer. Writes nothing.
 * @param otherSubnetIds where the endpoint has legs already that stay
 */
export function planLegs(
  context: OperationContext,
  vpcId: VpcId,
  service: EndpointService,
  subnetIds: string[],
  addresses: Map<string, Ipv4>,
  otherSubnetIds: SubnetId[] = [],
): PlannedLeg[] {
  const subnets = subnetIds.map((subnetId) => getEndpointSubnet(context, vpcId, subnetId));
  const others = otherSubnetIds.flatMap((subnetId) => context.cloud.subnets.find(subnetId) ?? []);
  refuseSharedZones(subnets, others);
  return subnets.map((subnet) => ({
    subnet,
    privateIpAddress: chooseAddress(context, subnet, addresses.get(subnet.subnetId)),
    loadBalancerArn: chooseLoadBalancer(context, service, subnet).loadBalancerArn,
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

/** AWS: several load balancers in a zone share its endpoints by chance, once for each leg. */
export function chooseLoadBalancer(
  context: OperationContext,
  service: EndpointService,
  subnet: Subnet,
): LoadBalancer {
  const candidates = loadBalancersInZone(context.cloud, service, subnet.availabilityZoneId);
  const chance = Number.parseInt(context.randomText(4, '0123456789abcdef'), 16);
  const chosen = candidates[chance % candidates.length];
  if (chosen) return chosen;
  const name = serviceName(service.serviceId, service.region);
  throw invalidParameter(
    `The VPC endpoint service ${name} does not support the availability zone of the subnet: ${subnet.subnetId}.`,
  );
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

/** The addresses that SubnetConfigurations pin, by subnet. @param subnetIds where the endpoint is to have legs */
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

/** Makes a leg: its interface, and the mark its flows carry. */
export function putLeg(
  context: OperationContext,
  owner: { vpcEndpointId: VpcEndpointId; groupIds: SecurityGroupId[] },
  { subnet, privateIpAddress, loadBalancerArn }: PlannedLeg,
): EndpointLeg {
  const networkInterface = putNetworkInterface(context.cloud, context.newId, subnet, {
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
  return {
    subnetId: subnet.subnetId,
    networkInterfaceId: networkInterface.networkInterfaceId,
    loadBalancerArn,
    flowMark: takeNumber(context.cloud, 'flowMark'),
  };
}

/** Takes a leg's interface away, with its tags. */
export function deleteLeg(context: OperationContext, leg: EndpointLeg): void {
  context.cloud.networkInterfaces.delete(leg.networkInterfaceId);
  dropTags(context.cloud, leg.networkInterfaceId);
}
