// The way of one packet as a list of hops, and the steps that every part of the way has in common:
// asking a security group, and finding the way back.

import type { VpcEndpointId, VpcId } from '../cloud/id.ts';
import type { Ipv4 } from '../lib/cidr.ts';
import { answerThrough, comeBackWithin, forwardAnswer } from './explain-border.ts';
import { askGate, type Flow, groupsOf, nameFlow } from './gate.ts';
import type { Header, Hop, HopFacts } from './hop.ts';
import { findUnservingAttachment, type HubEnd, type HubStep, nameEnd, walkHubs } from './hub.ts';
import type { CompiledRoute, HubRoute, Network, NetworkInterfaceNode, VpcNetwork } from './network.ts';
import { findInterface } from './place.ts';
import { chooseRoute, chooseWay } from './route-choice.ts';
import type { PacketStopCode } from './stop-code.ts';

/** The front end of an AWS service that a packet has come to, and what the service knows of where it came from. */
export interface ServiceArrival {
  /** `s3` */
  service: string;
  region: string;
  /** By an endpoint the private address, by the internet the public one. */
  sourceAddress: Ipv4;
  /** Set when it came by an endpoint. */
  endpoint?: { vpcEndpointId: VpcEndpointId; vpcId: VpcId; endpointType: 'gateway' | 'interface' };
}

export interface Explanation {
  arrives: boolean;
  hops: Hop[];
  /** Where the packets go: what the name or the id stands for. Absent: it stands for nothing. */
  address?: Ipv4;
  /** Who may answer, each with the source that it sees: an instance, a host, or every target a load balancer may choose. */
  reached: { at: string; sourceAddress: Ipv4 }[];
  /** Set when it arrived at an AWS service. */
  arrivesAt?: ServiceArrival;
}

/** Thrown at the hop where the packet stops, so that each step reads as the way a packet takes. */
export class Stopped extends Error {
  readonly at: string;
  readonly code: PacketStopCode;
  readonly text: string;

  constructor(at: string, code: PacketStopCode, text: string) {
    super(text);
    this.at = at;
    this.code = code;
    this.text = text;
  }
}

export class Walk {
  readonly hops: Hop[] = [];
  readonly reached: Explanation['reached'] = [];
  address: Ipv4 | undefined;
  arrivesAt: ServiceArrival | undefined;
  /** The last interface whose address the packet had: equal addresses in two VPCs are not the same place. */
  arrivedAtInterfaceId: string | undefined;

  /** How far it has to get, where that is not to whoever has the address. */
  goal: string | undefined;
  isAtGoal = false;
  /** How many steps of the way back it is within. */
  #answers = 0;

  pass(at: string, text: string, about?: HopFacts): void {
    this.hops.push({ at, verdict: 'pass', text, ...this.#facts(about) });
  }

  /** It has come to somebody who may answer. */
  reach(at: string, sourceAddress: Ipv4, text: string, about?: HopFacts): void {
    this.reached.push({ at, sourceAddress });
    this.pass(at, text, about);
  }

  /** Whether it need not go beyond what it has come to. */
  endsAt(...ids: string[]): boolean {
    if (this.goal === undefined || !ids.includes(this.goal)) return false;
    this.isAtGoal = true;
    return true;
  }

  stop(at: string, code: PacketStopCode, text: string, about?: HopFacts): never {
    this.hops.push({ at, verdict: 'stop', code, text, ...this.#facts(about) });
    throw new Stopped(at, code, text);
  }

  /** What is done within is done by answers. */
  answer<T>(steps: () => T): T {
    this.#answers++;
    try {
      return steps();
    } finally {
      this.#answers--;
    }
  }

  #facts(about: HopFacts | undefined): Pick<Hop, 'isAnswer' | 'about'> {
    return { ...(this.#answers > 0 ? { isAnswer: true } : {}), ...(about ? { about } : {}) };
  }
}

/** A packet somewhere on its way. */
export interface Packet {
  /** Changes where it is translated. */
  from: Ipv4;
  to: Ipv4;
  flow: Flow;
  /** Where its answers have to get back to: whose address `from` is. */
  origin: Origin;
  /** The interface of the VPC it is in that has the address `from`. Absent: it is an address of somewhere else. */
  sender?: NetworkInterfaceNode;
  /** The interface by which it last went on: the sender's, a forwarding one, the entrance. Absent: it has come from beyond the VPC. */
  leftBy?: Pick<NetworkInterfaceNode, 'subnetId'>;
  /** The attachment by which it came into the VPC from a transit gateway, which is in one of its subnets. */
  entrance?: Pick<NetworkInterfaceNode, 'subnetId'>;
}

/** The packet as it is beyond the VPC it leaves. */
export function beyond({ sender: _s, leftBy: _l, entrance: _e, ...packet }: Packet): Packet {
  return packet;
}

/** For a hop: which interface, where, of whom. */
export function placeFacts(
  { vpcId }: VpcNetwork,
  { networkInterfaceId, subnetId, behind }: NetworkInterfaceNode,
): HopFacts {
  const instanceId =
    behind.kind === 'instance'
      ? behind.instanceId
      : behind.kind === 'nothing'
        ? behind.stopped?.instanceId
        : undefined;
  return { vpcId, networkInterfaceId, subnetId, ...(instanceId ? { instanceId } : {}) };
}

/** For a hop. */
export function headerOf({ from, to, flow }: Pick<Packet, 'from' | 'to' | 'flow'>): Header {
  return { from, to, ...flow };
}

/** A VPC, the internet, a host at a port of a site's router, or that router itself; `isGate`: whoever is beyond that hub. */
export type Origin = VpcNetwork | 'internet' | { hubId: string; attachmentId?: string; isGate?: true };

export function passGate(
  walk: Walk,
  vpc: VpcNetwork,
  {
    networkInterfaceId,
    groupIds,
    subnetId,
  }: Pick<NetworkInterfaceNode, 'networkInterfaceId' | 'groupIds' | 'subnetId'>,
  direction: 'ingress' | 'egress',
  peer: Ipv4,
  flow: Flow,
): void {
  const verdict = askGate(groupsOf(vpc, groupIds), direction, peer, flow);
  const where = `${networkInterfaceId} ${direction === 'ingress' ? 'in' : 'out'}`;
  const { rule } = verdict;
  const place = { vpcId: vpc.vpcId, networkInterfaceId, subnetId };
  const about = { ...place, direction, groupIds, ...(rule ? { rule } : {}) };
  if (!verdict.allow) walk.stop(verdict.by, 'ENI_SG_RULES_MISMATCH', `${where}: ${verdict.because}`, about);
  walk.pass(verdict.by, `${where}: ${nameFlow(flow)} allowed by ${verdict.because}`, about);
}

/** Answers need a route of their own: peerings have two route tables, hubs one per port, and the internet is left by the gateway one came in by. */
export function comeBack(
  walk: Walk,
  network: Network,
  vpc: VpcNetwork,
  node: NetworkInterfaceNode,
  packet: Packet,
): void {
  const last = findWayBack(walk, network, vpc, node, packet);
  walk.answer(() => comeBackWithin(walk, vpc, last, packet));
}

/** Gives the interface by whose route table answers leave the VPC: the one they come from, or an appliance on their way. */
export function findWayBack(
  walk: Walk,
  network: Network,
  vpc: VpcNetwork,
  node: NetworkInterfaceNode,
  packet: Packet,
): NetworkInterfaceNode {
  return walk.answer(() => followWayBack(walk, network, vpc, node, packet, new Set()));
}

function followWayBack(
  walk: Walk,
  network: Network,
  vpc: VpcNetwork,
  node: NetworkInterfaceNode,
  packet: Packet,
  visited: ReadonlySet<string>,
): NetworkInterfaceNode {
  const { from, origin } = packet;
  if (origin !== 'internet' && 'vpcId' in origin && origin.vpcId === vpc.vpcId) return node;
  const { routeTableId, availabilityZone, availabilityZoneId } = node;
  const back = chooseRoute(vpc, routeTableId, from)?.chosen;
  const where = nameWayBack(origin);
  const { vpcId } = vpc;
  if (!back)
    walk.stop(routeTableId, 'NO_ROUTE_TO_DESTINATION', `answers to ${from} have no route back ${where}`, {
      vpcId,
    });
  const about = { vpcId, route: back };
  if (back.target.kind === 'network-interface') {
    const { networkInterfaceId } = back.target;
    if (visited.has(networkInterfaceId))
      walk.stop(
        networkInterfaceId,
        'ROUTE_LOOP',
        'the route table of its own subnet leads answers back to it',
      );
    const middle = answerThrough(walk, vpc, node, packet, back.destination, networkInterfaceId);
    return followWayBack(walk, network, vpc, middle, packet, new Set([...visited, networkInterfaceId]));
  }
  if (back.target.kind === 'hub') {
    const unserved = findUnservingAttachment(vpc, back.target, availabilityZoneId);
    const because = `it has no subnet in ${availabilityZone}`;
    if (unserved)
      walk.stop(
        unserved,
        'TGW_ROUTE_AZ_RESTRICTION',
        `answers to ${from} do not get back ${where}: ${because}`,
      );
    if (!isGateOf(origin, back.target.hubId)) comeBackByHubs(walk, network, back.target, from, origin);
  } else if (!leadsBack(back.target, origin))
    walk.stop(
      routeTableId,
      codeOfWrongWay(back.target),
      `answers to ${from} have no route back ${where}`,
      about,
    );
  walk.pass(routeTableId, `answers return by route ${back.destination}`, about);
  return node;
}

function nameWayBack(origin: Origin): string {
  if (origin === 'internet') return 'over the internet gateway';
  return `to ${'vpcId' in origin ? origin.vpcId : origin.hubId}`;
}

/** Answers have a route, and it is not the one back. */
function codeOfWrongWay({ kind }: CompiledRoute['target']): PacketStopCode {
  if (kind === 'blackhole') return 'BAD_STATE_ROUTE';
  return kind === 'internet-gateway' ? 'IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS' : 'RETURN_PATH_ENDS_ELSEWHERE';
}

function leadsBack(target: CompiledRoute['target'], origin: Origin): boolean {
  if (origin === 'internet') return target.kind === 'internet-gateway';
  return target.kind === 'vpc-peering-connection' && 'vpcId' in origin && target.peerVpcId === origin.vpcId;
}

/** For a hop. */
export function hubFacts({
  hubId,
  cameBy,
  route,
}: Omit<HubStep, 'at' | 'text' | 'route'> & { route?: HubRoute }) {
  return { hubId, cameBy, ...(route ? { route } : {}) };
}

function isGateOf(origin: Origin, hubId: string): boolean {
  return origin !== 'internet' && 'isGate' in origin && origin.hubId === hubId;
}

function isSamePort(origin: { attachmentId?: string }, end: HubEnd): boolean {
  return end.kind === 'host'
    ? origin.attachmentId === end.attachmentId
    : end.kind === 'router' && !origin.attachmentId;
}

export function comeBackByHubs(
  walk: Walk,
  network: Network,
  { hubId, attachmentId }: { hubId: string; attachmentId: string },
  from: Ipv4,
  origin: Origin,
): void {
  walk.answer(() => followHubsBack(walk, network, { hubId, attachmentId }, from, origin));
}

function followHubsBack(
  walk: Walk,
  network: Network,
  { hubId, attachmentId }: { hubId: string; attachmentId: string },
  from: Ipv4,
  origin: Origin,
): void {
  const where = nameWayBack(origin);
  const { end } = walkHubs(network, hubId, attachmentId, from);
  if (end.kind === 'stop')
    walk.stop(end.at, end.code, `answers to ${from} do not get back ${where}: ${end.because}`, {
      hub: hubFacts(end),
    });
  const isThere =
    origin !== 'internet' &&
    (end.kind === 'vpc'
      ? 'vpcId' in origin && origin.vpcId === end.vpcId
      : 'hubId' in origin && origin.hubId === end.hubId && isSamePort(origin, end));
  if (!isThere)
    walk.stop(
      hubId,
      'RETURN_PATH_ENDS_ELSEWHERE',
      `answers to ${from} do not get back ${where}: they end in ${nameEnd(end)}`,
    );
  if (end.kind === 'vpc') comeHome(walk, network.vpcs.get(end.vpcId)!, end.attachmentId, from);
}

/** AWS: what a transit gateway brings goes on by the route table of the attachment's subnet, which may lead to an appliance first. */
function comeHome(walk: Walk, vpc: VpcNetwork, attachmentId: string, from: Ipv4): void {
  const entrance = vpc.hubAttachments.find((one) => one.attachmentId === attachmentId);
  let node: Parameters<typeof chooseWay>[1] | undefined = entrance?.routeTableId
    ? { routeTableId: entrance.routeTableId }
    : undefined;
  const visited = new Set<string>();
  while (node) {
    const { destination, target } = chooseWay(vpc, node, from)!.chosen;
    if (target.kind === 'local') return;
    if (target.kind !== 'network-interface')
      walk.stop(
        node.routeTableId,
        'MORE_SPECIFIC_ROUTE',
        `answers to ${from} take the route ${destination}, and get lost there`,
      );
    const { networkInterfaceId } = target;
    const middle: NetworkInterfaceNode = findInterface(vpc, networkInterfaceId)!;
    if (middle.privateIpAddress === from) return;
    if (visited.has(networkInterfaceId))
      walk.stop(
        networkInterfaceId,
        'ROUTE_LOOP',
        'the route table of its own subnet leads answers back to it',
      );
    visited.add(networkInterfaceId);
    forwardAnswer(walk, middle, destination, from);
    node = middle;
  }
}
