// Why a packet arrives or stops: the packet walk of A to B over the same compiled network the kernel was given,
// hop by hop in the kernel's order. It reads no rule the renderer does not read.

import { cidrContains, type Ipv4 } from '../lib/cidr.ts';
import { findPlace, type Place, parseTarget, resolveTarget } from './explain-target.ts';
import { askGate, type Flow, groupsOf, nameFlow } from './gate.ts';
import { findPool } from './names.ts';
import type {
  CompiledRoute,
  EndpointLegNode,
  LoadBalancerNodes,
  Network,
  NetworkInterfaceNode,
  TargetPool,
  VpcNetwork,
} from './network.ts';

export interface Hop {
  /** The id of what decides here: a group, a route table, an endpoint. */
  at: string;
  verdict: 'pass' | 'stop';
  text: string;
}

export interface Explanation {
  arrives: boolean;
  hops: Hop[];
}

export type ExplainAnswer = Explanation | { error: string };

/** Thrown at the hop where the packet stops, so that each step below reads as the way a packet takes. */
class Stopped extends Error {}

class Walk {
  readonly hops: Hop[] = [];

  pass(at: string, text: string): void {
    this.hops.push({ at, verdict: 'pass', text });
  }

  stop(at: string, text: string): never {
    this.hops.push({ at, verdict: 'stop', text });
    throw new Stopped();
  }
}

/**
 * @param from an instance or interface id
 * @param to name, address or id, with `:port` and `/protocol`; without a port it is a ping
 */
export function explain(network: Network, from: string, to: string): ExplainAnswer {
  const target = parseTarget(to);
  if (!target)
    return {
      error: `cannot read '${to}': expected NAME, ADDRESS or ID with :PORT, such as vpce-0123456789abcdef0:80`,
    };
  const place = findPlace(network, from);
  if (!place) return { error: `${from} is not an instance or network interface with a place in a VPC` };
  const walk: Walk = new Walk();
  try {
    const resolved = resolveTarget(network, place, target.host);
    if ('failed' in resolved) walk.stop(resolved.by, resolved.failed);
    if (resolved.text) walk.pass(resolved.by, resolved.text);
    leave(walk, network, place, resolved.address, target.flow);
    return { arrives: true, hops: walk.hops };
  } catch (error) {
    if (error instanceof Stopped) return { arrives: false, hops: walk.hops };
    throw error;
  }
}

function leave(walk: Walk, network: Network, { vpc, node }: Place, to: Ipv4, flow: Flow): void {
  const { networkInterfaceId, privateIpAddress: from, behind, groupIds, routeTableId } = node;
  if (behind.kind !== 'instance')
    walk.stop(networkInterfaceId, 'nobody lives behind this interface to send from it');
  if (flow.port === 53 && vpc.resolver.addresses.includes(to)) {
    askResolver(walk, vpc, to);
    return;
  }
  if (to === from) {
    walk.pass(networkInterfaceId, `${to} is its own address: no packet leaves it`);
    return;
  }
  passGate(walk, vpc, networkInterfaceId, groupIds, 'egress', to, flow);
  if (vpc.cidrBlocks.some(({ cidrBlock }) => cidrContains(cidrBlock, to))) {
    walk.pass(routeTableId, `${to} is in ${vpc.vpcId}: route local`);
    arriveIn(walk, network, vpc, from, to, flow, vpc);
  } else {
    route(walk, network, { vpc, node }, to, flow);
  }
}

function askResolver(walk: Walk, vpc: VpcNetwork, to: Ipv4): void {
  if (!vpc.resolver.enabled)
    walk.stop(vpc.vpcId, `enableDnsSupport is off: the resolver at ${to} answers nobody`);
  walk.pass(vpc.vpcId, `${to} is the resolver of ${vpc.vpcId}; security groups do not apply to it`);
}

function passGate(
  walk: Walk,
  vpc: VpcNetwork,
  networkInterfaceId: string,
  groupIds: string[],
  direction: 'ingress' | 'egress',
  peer: Ipv4,
  flow: Flow,
): void {
  const verdict = askGate(groupsOf(vpc, groupIds), direction, peer, flow);
  const where = `${networkInterfaceId} ${direction === 'ingress' ? 'in' : 'out'}`;
  if (!verdict.allow) walk.stop(verdict.by, `${where}: ${verdict.because}`);
  walk.pass(verdict.by, `${where}: ${nameFlow(flow)} allowed by ${verdict.because}`);
}

/** The longest prefix that holds the address; `local` has been tried before. */
function findRoute(vpc: VpcNetwork, routeTableId: string, to: Ipv4): CompiledRoute | undefined {
  const routeTable = vpc.routeTables.find((table) => table.routeTableId === routeTableId);
  return routeTable?.routes.find(({ destination }) => cidrContains(destination, to));
}

function route(walk: Walk, network: Network, { vpc, node }: Place, to: Ipv4, flow: Flow): void {
  const found = findRoute(vpc, node.routeTableId, to);
  if (!found) walk.stop(node.routeTableId, `no route to ${to}`);
  const { destination, target } = found;
  if (target.kind === 'blackhole')
    walk.stop(node.routeTableId, `route ${destination} is a blackhole: ${target.because}`);
  if (target.kind === 'network-interface') forwardTo(walk, vpc, node, target, to, flow);
  if (target.kind !== 'vpc-peering-connection') return; // local: asked before
  const { vpcPeeringConnectionId, peerVpcId } = target;
  walk.pass(node.routeTableId, `route ${destination} → ${vpcPeeringConnectionId}`);
  const peer = network.vpcs.get(peerVpcId)!;
  if (!peer.cidrBlocks.some(({ cidrBlock }) => cidrContains(cidrBlock, to))) {
    walk.stop(vpcPeeringConnectionId, `${to} is not in ${peerVpcId}, and a peering leads no further`);
  }
  arriveIn(walk, network, peer, node.privateIpAddress, to, flow, vpc);
}

/** A route to an interface: a router or firewall of the user's own lives there, and what it does is its own affair. */
function forwardTo(
  walk: Walk,
  vpc: VpcNetwork,
  node: NetworkInterfaceNode,
  target: { networkInterfaceId: string },
  to: Ipv4,
  flow: Flow,
): void {
  walk.pass(node.routeTableId, `route leads to ${target.networkInterfaceId}`);
  const middle = vpc.interfaces.find(
    ({ networkInterfaceId }) => networkInterfaceId === target.networkInterfaceId,
  )!;
  if (middle.sourceDestCheck)
    walk.stop(target.networkInterfaceId, `source/destination check: ${to} is not its address`);
  passGate(walk, vpc, middle.networkInterfaceId, middle.groupIds, 'ingress', node.privateIpAddress, flow);
}

/** @param origin the VPC of the client: its answers must find their way back there */
function arriveIn(
  walk: Walk,
  network: Network,
  vpc: VpcNetwork,
  from: Ipv4,
  to: Ipv4,
  flow: Flow,
  origin: VpcNetwork,
): void {
  const node = vpc.interfaces.find(({ privateIpAddress }) => privateIpAddress === to);
  if (!node) walk.stop(vpc.vpcId, `no network interface has ${to}`);
  switch (node.behind.kind) {
    case 'nothing':
      walk.stop(node.networkInterfaceId, `${to} belongs to an interface that is attached to nothing`);
      break;
    case 'vpc-endpoint':
      enterEndpoint(walk, network, { vpc, node }, from, flow, origin);
      break;
    case 'network-load-balancer':
      enterLoadBalancer(walk, vpc, node, from, flow, origin);
      break;
    case 'instance':
      passGate(walk, vpc, node.networkInterfaceId, node.groupIds, 'ingress', from, flow);
      walk.pass(node.behind.instanceId, `arrives at ${to}${flow.port === undefined ? '' : `:${flow.port}`}`);
      comeBack(walk, vpc, node, from, origin);
  }
}

/** Peering has two route tables: answers need a route of their own. */
function comeBack(
  walk: Walk,
  vpc: VpcNetwork,
  node: NetworkInterfaceNode,
  from: Ipv4,
  origin: VpcNetwork,
): void {
  if (origin.vpcId === vpc.vpcId) return;
  const back = findRoute(vpc, node.routeTableId, from);
  const leadsBack = back?.target.kind === 'vpc-peering-connection' && back.target.peerVpcId === origin.vpcId;
  if (!leadsBack) walk.stop(node.routeTableId, `answers to ${from} have no route back to ${origin.vpcId}`);
  walk.pass(node.routeTableId, `answers return by route ${back.destination}`);
}

function enterEndpoint(
  walk: Walk,
  network: Network,
  { vpc, node }: Place,
  from: Ipv4,
  flow: Flow,
  origin: VpcNetwork,
): void {
  const leg = vpc.endpointLegs.find(
    ({ networkInterfaceId }) => networkInterfaceId === node.networkInterfaceId,
  )!;
  const provider = leg.providerVpcId && network.vpcs.get(leg.providerVpcId);
  if (!provider) walk.stop(leg.vpcEndpointId, describeClosed(leg, 'its service is gone'));
  if (leg.closedBecause) walk.stop(leg.vpcEndpointId, describeClosed(leg, leg.closedBecause));
  passGate(walk, vpc, node.networkInterfaceId, node.groupIds, 'ingress', from, flow);
  if (leg.loadBalancerGroups.length > 0) {
    const verdict = askGate(leg.loadBalancerGroups, 'ingress', from, flow);
    if (!verdict.allow) walk.stop(verdict.by, `load balancer in: ${verdict.because}`);
    walk.pass(verdict.by, `load balancer in: allowed by ${verdict.because}`);
  }
  walk.pass(leg.vpcEndpointId, `${node.privateIpAddress} leads to ${leg.serviceId} in ${provider.vpcId}`);
  const connection = provider.connections.find(
    ({ endpointAddress, consumerVpcId }) =>
      endpointAddress === node.privateIpAddress && consumerVpcId === vpc.vpcId,
  );
  if (!connection) walk.stop(leg.vpcEndpointId, 'its load balancer has no node in this zone');
  const loadBalancer = provider.loadBalancers.find(
    (lb) => lb.loadBalancerArn === connection.loadBalancerArn,
  )!;
  const pool = choosePool(walk, provider, loadBalancer, connection.availabilityZoneId, flow);
  reachTargets(walk, provider, pool, connection.nodeAddress, flow);
  comeBack(walk, vpc, node, from, origin);
}

const closedReasons: Record<string, string> = {
  pendingAcceptance: 'the provider has not accepted the connection yet',
  rejected: 'the provider rejected the connection',
};

function describeClosed(leg: EndpointLegNode, because: string): string {
  return `${leg.vpcEndpointId} is ${closedReasons[because] ? `${because}: ${closedReasons[because]}` : `closed: ${because}`}`;
}

function enterLoadBalancer(
  walk: Walk,
  vpc: VpcNetwork,
  node: NetworkInterfaceNode,
  from: Ipv4,
  flow: Flow,
  origin: VpcNetwork,
): void {
  const { networkInterfaceId, availabilityZoneId } = node;
  const loadBalancer = vpc.loadBalancers.find(({ nodes }) =>
    nodes.some((n) => n.networkInterfaceId === networkInterfaceId),
  )!;
  if (loadBalancer.groupIds.length > 0)
    passGate(walk, vpc, networkInterfaceId, loadBalancer.groupIds, 'ingress', from, flow);
  const pool = choosePool(walk, vpc, loadBalancer, availabilityZoneId, flow);
  const seen = pool.preserveClientIp ? from : node.privateIpAddress;
  reachTargets(walk, vpc, pool, seen, flow);
  if (pool.preserveClientIp) comeBack(walk, vpc, node, from, origin);
}

function choosePool(
  walk: Walk,
  vpc: VpcNetwork,
  loadBalancer: LoadBalancerNodes,
  zone: string,
  flow: Flow,
): TargetPool {
  const { loadBalancerName, loadBalancerArn } = loadBalancer;
  const listener = loadBalancer.listeners.find(
    ({ protocol, port }) => protocol === flow.protocol && port === flow.port,
  );
  if (!listener) walk.stop(loadBalancerArn, `${loadBalancerName} has no listener for ${nameFlow(flow)}`);
  const pool = findPool(vpc, listener.poolIdByZone[zone]);
  if (!pool || pool.targets.length === 0) {
    walk.stop(
      listener.targetGroupArn,
      `${loadBalancerName} has no target it may use in ${zone}: none registered there, or none healthy`,
    );
  }
  const how = pool.failOpen ? 'none is healthy, so all are used (fail-open)' : 'healthy';
  walk.pass(
    loadBalancerArn,
    `${loadBalancerName} spreads new flows over ${pool.targets.length} target(s), ${how}`,
  );
  return pool;
}

/** A flow goes to one target by its hash, so it arrives for sure only when every target would take it. */
function reachTargets(walk: Walk, vpc: VpcNetwork, pool: TargetPool, from: Ipv4, flow: Flow): void {
  for (const { address, port, targetId } of pool.targets) {
    const node = vpc.interfaces.find(({ privateIpAddress }) => privateIpAddress === address);
    if (!node)
      walk.stop(targetId, `no network interface of ${vpc.vpcId} has the target's address ${address}`);
    const arriving: Flow = { ...flow, port };
    passGate(walk, vpc, node.networkInterfaceId, node.groupIds, 'ingress', from, arriving);
    walk.pass(targetId, `arrives at ${address}:${port}, seen as coming from ${from}`);
  }
}
