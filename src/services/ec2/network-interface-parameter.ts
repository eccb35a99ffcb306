// What a request may say about a network interface that is to be made: groups, address, description.
// CreateNetworkInterface and RunInstances ask for the same in the same words.

import type { PrivateIpAddressSpecification } from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import { countFreeAddresses, findFreeAddress, isAssignable, usedAddresses } from '../../cloud/address.ts';
import type { SecurityGroupId } from '../../cloud/id.ts';
import type { Subnet } from '../../cloud/vpc.ts';
import { cidrContains, type Ipv4, parseAddress } from '../../lib/cidr.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { invalidParameter, invalidParameterCombination, invalidParameterValue } from './errors.ts';
import { getSecurityGroup } from './security-group.ts';
import { defaultGroupName } from './vpc-companion.ts';

export const mostGroups = 5;
const longestDescription = 255;

/** The description asked for, else none. */
export function readDescription(description = ''): string {
  if (description.length <= longestDescription) return description;
  throw invalidParameterValue(
    `The description of a network interface exceeds the maximum length of ${longestDescription} characters`,
  );
}

/** The groups that were named, of the subnet's own VPC; without any the VPC's default group. */
export function readGroups(
  context: OperationContext,
  groupIds: string[] | undefined,
  subnet: Pick<Subnet, 'vpcId' | 'subnetId'>,
): SecurityGroupId[] {
  if (!groupIds || groupIds.length === 0) return [defaultGroupOf(context, subnet)];
  const groups = [...new Set(groupIds)].map((groupId) => getSecurityGroup(context, groupId));
  if (groups.length > mostGroups) {
    throw new AwsError(
      'SecurityGroupsPerInterfaceLimitExceeded',
      `The maximum number of security groups per interface has been reached. (${mostGroups})`,
    );
  }
  for (const { groupId, vpcId } of groups) {
    if (vpcId === subnet.vpcId) continue;
    const message = `Security group ${groupId} and subnet ${subnet.subnetId} belong to different networks.`;
    throw invalidParameter(message);
  }
  return groups.map((group) => group.groupId);
}

function defaultGroupOf({ cloud }: OperationContext, { vpcId }: Pick<Subnet, 'vpcId'>): SecurityGroupId {
  const isDefault = (group: { vpcId: string; groupName: string }) =>
    group.vpcId === vpcId && group.groupName === defaultGroupName;
  return cloud.securityGroups.all().find(isDefault)!.groupId;
}

/** The one address that was asked for, in either of AWS's two ways; undefined when any will do. */
export function readWantedAddress(
  operation: string,
  address: string | undefined,
  specifications: PrivateIpAddressSpecification[] | undefined,
): Ipv4 | undefined {
  const [first, ...others] = specifications ?? [];
  if (!first) return address;
  acceptParameters(`PrivateIpAddresses of ${operation}`, first, 'Primary', 'PrivateIpAddress');
  if (others.length > 0 || first.Primary === false) throw notBuilt('secondary private addresses');
  if (address !== undefined) {
    throw invalidParameterCombination(
      'The parameters privateIpAddress and privateIpAddresses may not both be specified',
    );
  }
  return first.PrivateIpAddress;
}

/** Checks that the address can be given out. */
export function checkAddress(context: OperationContext, subnet: Subnet, address: Ipv4): Ipv4 {
  if (parseAddress(address) === undefined)
    throw invalidParameterValue(`invalid value for parameter address: [${address}]`);
  if (!cidrContains(subnet.cidrBlock, address)) {
    throw invalidParameterValue(`Address ${address} does not fall within the subnet's address range`);
  }
  if (!isAssignable(subnet, address)) {
    throw invalidParameterValue(`Address ${address} is in subnet's reserved address range`);
  }
  if (usedAddresses(context.cloud, subnet).has(address)) {
    throw new AwsError('InvalidIPAddress.InUse', `Address ${address} is in use.`);
  }
  return address;
}

/** The lowest free address. */
export function takeAddress(context: OperationContext, subnet: Subnet): Ipv4 {
  const address = findFreeAddress(context.cloud, subnet);
  if (address === undefined) throw insufficientAddresses(subnet, 'the requested number of IP addresses');
  return address;
}

/** How many instances find room, at most `wanted`; refused when there is none for `needed`. */
export function countRoom(context: OperationContext, subnet: Subnet, needed: number, wanted: number): number {
  const room = Math.min(wanted, countFreeAddresses(context.cloud, subnet));
  if (room < needed) throw insufficientAddresses(subnet, 'the requested number of instances');
  return room;
}

function insufficientAddresses({ subnetId }: Subnet, what: string): AwsError {
  return new AwsError(
    'InsufficientFreeAddressesInSubnet',
    `There are not enough free addresses in subnet '${subnetId}' to satisfy ${what}.`,
  );
}
