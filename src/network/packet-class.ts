// Packets that no rule of some VPCs can tell apart, as one packet each: every rule speaks of ranges of ports and addresses, so
// between two of their edges all packets fare the same. Who asks about "any port" is answered by asking about one of each class.

import { type Cidr, cidrRange, formatAddress, type Ipv4 } from '../lib/cidr.ts';
import type { CompiledRule, VpcNetwork } from './network.ts';

export interface Range {
  from: number;
  to: number;
}

/** Ports at which something begins or ends, and the first of those that are asked about. */
export function portClasses(vpcs: VpcNetwork[], protocol: 'tcp' | 'udp', within: Range): number[] {
  const edges = new Set([within.from]);
  const add = (range: Range | undefined) => {
    if (range) edges.add(range.from).add(range.to + 1);
  };
  const addPort = (port: number) => add({ from: port, to: port });
  for (const { securityGroups, networkAcls, loadBalancers, serviceInterfaces, gatewayEndpoints } of vpcs) {
    for (const { ingress, egress } of securityGroups)
      for (const { ports } of [...ingress, ...egress]) add(ports);
    for (const { ingress, egress } of networkAcls)
      for (const { ports } of [...ingress, ...egress]) add(ports);
    for (const { listeners } of loadBalancers)
      for (const listener of listeners) if (listener.protocol === protocol) addPort(listener.port);
    for (const { listeners } of serviceInterfaces) for (const { port } of listeners) addPort(port);
    if (gatewayEndpoints.length > 0) for (const port of [80, 443]) addPort(port);
  }
  // The front ends of AWS's services, resolvers and metadata.
  for (const port of [53, 80, 443]) addPort(port);
  return [...edges].filter((port) => within.from <= port && port <= within.to).sort((a, b) => a - b);
}

const nowhere: Cidr[] = [
  ...['0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12'],
  ...['192.168.0.0/16', '224.0.0.0/3'],
];

/** Addresses on the internet. */
export const isPublic = (address: number) => !nowhere.some((cidr) => contains(cidr, address));

/** Addresses at which a range of some rule or route begins, or has just ended, and that are asked about. */
export function addressClasses(
  vpcs: VpcNetwork[],
  further: readonly Cidr[],
  isMeant: (address: number) => boolean,
): Ipv4[] {
  const edges = new Set<number>();
  const add = (cidr: Cidr) => {
    const { first, last } = cidrRange(cidr);
    edges.add(first).add(last + 1);
  };
  const addRule = ({ peers }: CompiledRule) => peers.forEach(add);
  for (const cidr of [...nowhere, ...further, '0.0.0.0/0']) add(cidr);
  for (const { securityGroups, networkAcls, routeTables, cidrBlocks } of vpcs) {
    for (const { ingress, egress } of securityGroups)
      for (const rule of [...ingress, ...egress]) addRule(rule);
    for (const { ingress, egress } of networkAcls)
      for (const { cidrBlock } of [...ingress, ...egress]) add(cidrBlock);
    for (const { routes } of routeTables) for (const { destination } of routes) add(destination);
    for (const { cidrBlock } of cidrBlocks) add(cidrBlock);
  }
  return [...edges]
    .filter((address) => address < 2 ** 32 && isMeant(address))
    .sort((a, b) => a - b)
    .map(formatAddress);
}

export function contains(cidr: Cidr, address: number): boolean {
  const { first, last } = cidrRange(cidr);
  return first <= address && address <= last;
}
