// The nodes of a network load balancer: one interface with a fixed address in each enabled zone.

import type { SubnetMapping } from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../aws/aws-error.ts';
import { findFreeAddress, isAssignable, putNetworkInterface, usedAddresses } from '../../cloud/address.ts';
import type { SecurityGroupId } from '../../cloud/id.ts';
import type { LoadBalancer, LoadBalancerNode } from '../../cloud/load-balancer.ts';
import { loadBalancerPath } from '../../cloud/load-balancer-name.ts';
import type { Subnet } from '../../cloud/vpc.ts';
import { type Ipv4, parseAddress } from '../../lib/cidr.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { invalidConfiguration, subnetNotFound, validationError } from './errors.ts';
import { findOwn } from './lookup.ts';

/** A subnet to enable, with the address the node shall have there, if the caller said one. */
export interface Placement {
  subnet: Subnet;
  privateIpAddress?: Ipv4;
}

/** What `Subnets` or `SubnetMappings` ask for: subnets of one VPC, at most one per zone. */
export function parsePlacements(
  operation: string,
  input: { Subnets?: string[] | undefined; SubnetMappings?: SubnetMapping[] | undefined },
  context: OperationContext,
): Placement[] {
  const { Subnets: subnetIds = [], SubnetMappings: mappings = [] } = input;
  if (subnetIds.length > 0 && mappings.length > 0) {
    throw validationError('You can specify either subnets or subnet mappings, not both');
  }
  const wanted = mappings.length > 0 ? mappings : subnetIds.map((SubnetId): SubnetMapping => ({ SubnetId }));
  if (wanted.length === 0) throw validationError('At least one subnet must be specified');
  const placements = wanted.map((mapping) => parsePlacement(operation, mapping, context));
  checkTogether(placements);
  return placements;
}

function parsePlacement(operation: string, mapping: SubnetMapping, context: OperationContext): Placement {
  acceptParameters(`SubnetMappings of ${operation}`, mapping, 'SubnetId', 'PrivateIPv4Address');
  const { SubnetId: subnetId, PrivateIPv4Address: address } = mapping;
  if (!subnetId) throw validationError('You must specify a subnet ID in each subnet mapping');
  const subnet = findOwn(context, context.cloud.subnets.find(subnetId));
  if (!subnet) throw subnetNotFound(subnetId);
  if (address === undefined) return { subnet };
  if (parseAddress(address) === undefined || !isAssignable(subnet, address)) {
    throw invalidConfiguration(
      `The private IPv4 address '${address}' is not valid for the subnet '${subnetId}'`,
    );
  }
  return { subnet, privateIpAddress: address };
}

function checkTogether(placements: Placement[]): void {
  if (new Set(placements.map(({ subnet }) => subnet.vpcId)).size > 1) {
    throw invalidConfiguration('All subnets must belong to the same VPC');
  }
  if (new Set(placements.map(({ subnet }) => subnet.availabilityZoneId)).size < placements.length) {
    throw invalidConfiguration(
      'A load balancer cannot be attached to multiple subnets in the same Availability Zone',
    );
  }
}

/** A placement that has its address. */
export interface AddressedPlacement extends Required<Placement> {
  addressChosen?: boolean;
}

/** Throws when the wanted address is taken or the subnet is full. */
export function chooseAddress(context: OperationContext, placement: Placement): AddressedPlacement {
  const { subnet, privateIpAddress } = placement;
  if (privateIpAddress === undefined) {
    const free = findFreeAddress(context.cloud, subnet);
    if (free !== undefined) return { subnet, privateIpAddress: free };
    const text = `Not enough IP space available in ${subnet.subnetId}. ELB requires at least 1 free IP address in each subnet.`;
    throw new AwsError('InvalidSubnet', text);
  }
  if (usedAddresses(context.cloud, subnet).has(privateIpAddress)) {
    throw invalidConfiguration(`The private IPv4 address '${privateIpAddress}' is already in use`);
  }
  return { subnet, privateIpAddress, addressChosen: true };
}

/** Puts the node's interface into its subnet. */
export function putNode(
  context: OperationContext,
  owner: Pick<LoadBalancer, 'loadBalancerArn' | 'accountId'> & { securityGroupIds: SecurityGroupId[] },
  { subnet, privateIpAddress, addressChosen }: AddressedPlacement,
): LoadBalancerNode {
  const networkInterface = putNetworkInterface(context.cloud, context.newId, subnet, {
    accountId: owner.accountId,
    description: `ELB ${loadBalancerPath(owner.loadBalancerArn)}`,
    privateIpAddress,
    groupIds: owner.securityGroupIds,
    interfaceType: 'network_load_balancer',
    requesterManaged: true,
    requesterId: 'amazon-elb',
    attachment: {
      attachmentId: context.newId('ela-attach'),
      instanceOwnerId: 'amazon-elb',
      deviceIndex: 1,
      attachTime: context.now.toISOString(),
      deleteOnTermination: false,
    },
  });
  return {
    subnetId: subnet.subnetId,
    availabilityZone: subnet.availabilityZone,
    availabilityZoneId: subnet.availabilityZoneId,
    networkInterfaceId: networkInterface.networkInterfaceId,
    privateIpAddress,
    ...(addressChosen && { addressChosen }),
  };
}

/** Takes a node's interface away, with its tags. */
export function deleteNode(context: OperationContext, node: LoadBalancerNode): void {
  context.cloud.networkInterfaces.delete(node.networkInterfaceId);
  context.cloud.tagSets.delete(node.networkInterfaceId);
}
