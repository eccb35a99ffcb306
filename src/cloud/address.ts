// Which addresses of a subnet are free, and the interfaces that take them.
// AWS: the first four addresses of a subnet and the last are never given out (network, router, resolver, reserve, broadcast).

import { addressNumber, cidrRange, formatAddress, type Ipv4 } from '../lib/cidr.ts';
import { type Cloud, takeNumber } from './cloud.ts';
import type { NewId } from './id.ts';
import type { NetworkInterface } from './instance.ts';
import type { Subnet } from './vpc.ts';

const reservedAtStart = 4;
const reservedAtEnd = 1;

export function usedAddresses(cloud: Cloud, subnet: Subnet): Set<Ipv4> {
  const used = new Set<Ipv4>();
  for (const networkInterface of cloud.networkInterfaces.all()) {
    if (networkInterface.subnetId === subnet.subnetId) used.add(networkInterface.privateIpAddress);
  }
  return used;
}

export function countFreeAddresses(cloud: Cloud, subnet: Subnet): number {
  const range = cidrRange(subnet.cidrBlock);
  return range.last - range.first + 1 - reservedAtStart - reservedAtEnd - usedAddresses(cloud, subnet).size;
}

/**
 * The lowest free address, or undefined when the subnet is full.
 * @param promised those that are about to be taken
 */
export function findFreeAddress(
  cloud: Cloud,
  subnet: Subnet,
  promised: ReadonlySet<Ipv4> = new Set(),
): Ipv4 | undefined {
  const range = cidrRange(subnet.cidrBlock);
  const used = usedAddresses(cloud, subnet).union(promised);
  for (let address = range.first + reservedAtStart; address <= range.last - reservedAtEnd; address++) {
    const text = formatAddress(address);
    if (!used.has(text)) return text;
  }
  return undefined;
}

/** Whether a user may ask for this very address: inside the subnet and not one of the reserved five. */
export function isAssignable(subnet: Subnet, address: Ipv4): boolean {
  const range = cidrRange(subnet.cidrBlock);
  const number = addressNumber(address);
  return range.first + reservedAtStart <= number && number <= range.last - reservedAtEnd;
}

export type NewNetworkInterface = Pick<
  NetworkInterface,
  'description' | 'groupIds' | 'interfaceType' | 'requesterManaged' | 'privateIpAddress'
> &
  Partial<Pick<NetworkInterface, 'requesterId' | 'attachment' | 'networkInterfaceId' | 'sourceDestCheck'>> & {
    accountId: string;
  };

/** Puts a new interface into a subnet. The address has been chosen and checked before. */
export function putNetworkInterface(
  cloud: Cloud,
  newId: NewId,
  subnet: Subnet,
  fields: NewNetworkInterface,
): NetworkInterface {
  return cloud.networkInterfaces.put({
    networkInterfaceId: newId('eni'),
    region: subnet.region,
    vpcId: subnet.vpcId,
    subnetId: subnet.subnetId,
    availabilityZone: subnet.availabilityZone,
    availabilityZoneId: subnet.availabilityZoneId,
    macAddress: macAddress(takeNumber(cloud, 'macAddress')),
    sourceDestCheck: true,
    ...fields,
  });
}

/** A locally administered unicast address: `02:…`. Numbers are never reused, so no two interfaces share one. */
function macAddress(number: number): string {
  const digits = number.toString(16).padStart(10, '0');
  return `02:${digits.match(/../g)!.join(':')}`;
}
