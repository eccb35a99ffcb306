// Which route of a table a packet takes, and why the others that match do not: the order the compiled table is in
// (longest prefix; then local, CIDR, prefix list) is the order the kernel was given.

import { type Cidr, cidrContains, cidrCovers, cidrRange, type Ipv4 } from '../lib/cidr.ts';
import type { CompiledRoute, VpcNetwork } from './network.ts';

export interface RouteChoice {
  chosen: CompiledRoute;
  /** They match too, and lost. */
  others: CompiledRoute[];
}

export function chooseRoute(
  { routeTables }: VpcNetwork,
  routeTableId: string,
  to: Ipv4,
): RouteChoice | undefined {
  const routes = routeTables.find((table) => table.routeTableId === routeTableId)?.routes ?? [];
  const [chosen, ...others] = routes.filter(({ destination }) => cidrContains(destination, to));
  return chosen && { chosen, others };
}

/**
 * Which way a packet takes from an interface. AWS: within a subnet no route is asked.
 * DIFFERS: middlebox-routing nor on the way to a load balancer.
 */
export function chooseWay(
  vpc: VpcNetwork,
  { routeTableId, subnetCidrBlock }: { routeTableId: string; subnetCidrBlock?: Cidr },
  to: Ipv4,
): RouteChoice | undefined {
  const isBeside = subnetCidrBlock !== undefined && cidrContains(subnetCidrBlock, to);
  const isNode = vpc.loadBalancers.some(({ nodes }) => nodes.some((node) => node.privateIpAddress === to));
  const block = isBeside || isNode ? findBlock(vpc, to) : undefined;
  if (block === undefined) return chooseRoute(vpc, routeTableId, to);
  return { chosen: { destination: block, target: { kind: 'local' } }, others: [] };
}

/** The VPC's own block that has the address. */
export function findBlock({ cidrBlocks }: VpcNetwork, address: Ipv4): Cidr | undefined {
  return cidrBlocks.find(({ cidrBlock }) => cidrContains(cidrBlock, address))?.cidrBlock;
}

/** Leads packets for a part of the VPC to an appliance first (middlebox routing). */
export function isInnerRoute({ cidrBlocks }: VpcNetwork, { destination, target }: CompiledRoute): boolean {
  return target.kind !== 'local' && cidrBlocks.some(({ cidrBlock }) => cidrCovers(cidrBlock, destination));
}

/** AWS: a VPC is no way through: of what another network brings, nothing goes on by such a route. */
export function leadsToAnotherNetwork({ kind }: CompiledRoute['target']): boolean {
  return kind === 'hub' || kind === 'vpc-peering-connection';
}

/** `route 52.216.0.0/15 (pl-63a5400a) → vpce-…; also matched: 0.0.0.0/0 → nat-… (shorter prefix)` */
export function describeChoice({ chosen, others }: RouteChoice): string {
  const lost = others.map((route) => `${nameRoute(route)} (${whyLost(chosen, route)})`);
  return `route ${nameRoute(chosen)}${lost.length > 0 ? `; also matched: ${lost.join(', ')}` : ''}`;
}

function nameRoute(route: CompiledRoute): string {
  return `${nameDestination(route)} → ${nameTarget(route.target)}`;
}

/** `52.216.0.0/15 (pl-63a5400a)`: the range, and what brought it into the table. */
export function nameDestination({ destination, prefixListId, propagatedBy }: CompiledRoute): string {
  return `${destination}${propagatedBy ? ' (propagated)' : prefixListId ? ` (${prefixListId})` : ''}`;
}

function nameTarget(target: CompiledRoute['target']): string {
  switch (target.kind) {
    case 'local':
      return 'local';
    case 'blackhole':
      return `blackhole: ${target.because}`;
    case 'gateway-endpoint':
      return target.vpcEndpointId;
    case 'internet-gateway':
      return target.internetGatewayId;
    case 'nat-gateway':
      return target.natGatewayId;
    case 'vpc-peering-connection':
      return target.vpcPeeringConnectionId;
    case 'hub':
      return target.hubId;
    case 'network-interface':
      return target.networkInterfaceId;
  }
}

function whyLost(chosen: CompiledRoute, other: CompiledRoute): string {
  if (cidrRange(other.destination).prefixLength < cidrRange(chosen.destination).prefixLength)
    return 'shorter prefix';
  if (chosen.target.kind === 'local') return 'same prefix: local goes first';
  if (other.propagatedBy) return 'same prefix: a route that somebody wrote goes before a propagated one';
  return chosen.prefixListId
    ? 'same prefix: the first of two lists counts'
    : 'same prefix: a route by CIDR goes before a prefix list';
}
