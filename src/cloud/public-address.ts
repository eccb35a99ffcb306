// Which public address stands for a network interface on the internet, and which are still free.
// AWS: an Elastic IP takes the place of an auto-assigned address, which is lost with it.

import { addressNumber, cidrRange, formatAddress, type Ipv4 } from '../lib/cidr.ts';
import { type Cloud, takeNumber } from './cloud.ts';
import type { NetworkInterfaceId, Region } from './id.ts';
import type { NetworkInterface } from './instance.ts';
import { publicAddressPool } from './public-range.ts';

/** The first of each pool stay free, as if for AWS's own use. */
const reservedAddresses = 10;

/** Undefined: packets of this interface have no way over an internet gateway. */
export function findPublicAddress(
  cloud: Cloud,
  {
    networkInterfaceId,
    autoAssignedPublicIp,
  }: Pick<NetworkInterface, 'networkInterfaceId' | 'autoAssignedPublicIp'>,
): Ipv4 | undefined {
  const elasticIp = cloud.elasticIps
    .all()
    .find(({ association }) => association?.networkInterfaceId === networkInterfaceId);
  return elasticIp?.publicIp ?? autoAssignedPublicIp;
}

/** Each interface's public address, for those who ask for many. */
export function publicAddresses(cloud: Cloud): Map<NetworkInterfaceId, Ipv4> {
  const addresses = new Map<NetworkInterfaceId, Ipv4>();
  for (const { networkInterfaceId, autoAssignedPublicIp } of cloud.networkInterfaces.all())
    if (autoAssignedPublicIp) addresses.set(networkInterfaceId, autoAssignedPublicIp);
  for (const { publicIp, association } of cloud.elasticIps.all())
    if (association) addresses.set(association.networkInterfaceId, publicIp);
  return addresses;
}

/** One of the region's pool that nobody has, and that nobody had lately: what is given back does not come again soon. Undefined: all are given out. */
export function takePublicAddress(cloud: Cloud, region: Region): Ipv4 | undefined {
  const taken = new Set<number>();
  for (const { autoAssignedPublicIp } of cloud.networkInterfaces.all())
    if (autoAssignedPublicIp) taken.add(addressNumber(autoAssignedPublicIp));
  for (const { publicIp } of cloud.elasticIps.all()) taken.add(addressNumber(publicIp));
  for (const { tunnels } of cloud.vpnConnections.all())
    for (const { outsideIpAddress } of tunnels) taken.add(addressNumber(outsideIpAddress));
  const { first, last } = cidrRange(publicAddressPool(region));
  const size = last - first - reservedAddresses;
  const start = takeNumber(cloud, 'publicAddress') - 1;
  for (let turn = 0; turn < size; turn += 1) {
    const number = first + reservedAddresses + ((start + turn) % size);
    if (!taken.has(number)) return formatAddress(number);
  }
  return undefined;
}
