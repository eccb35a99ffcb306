// The way of answers, which need routes of their own: peerings have two route tables, hubs one per port, and the internet is left
// by the gateway one came in by. In each VPC they go by the routes of the subnets they come to, perhaps to appliances first.

import type { RouteTableId, SubnetId } from '../cloud/id.ts';
import type { Cidr, Ipv4 } from '../lib/cidr.ts';
import { crossBack } from './explain-border.ts';
import { hubFacts, type Origin, type Packet, placeFacts, type Walk } from './explain-walk.ts';
import { findUnservingAttachment, type HubEnd, nameEnd, walkHubs } from './hub.ts';
import type { CompiledRoute, Network, NetworkInterfaceNode, VpcNetwork } from './network.ts';
import { findInterface, findInterfaceAt } from './place.ts';
import { chooseWay } from './route-choice.ts';
import type { PacketStopCode } from './stop-code.ts';

/** Where answers are in a VPC: at an interface, or where a transit gateway brought them in. */
interface AnswerPlace {
  subnetId: SubnetId;
  routeTableId: RouteTableId;
  subnetCidrBlock?: Cidr;
  availabilityZone?: string;
  availabilityZoneId?: string;
}

/** Answers from an interface get to whom the packet came from. */
export function comeBack(
  walk: Walk,
  network: Network,
  vpc: VpcNetwork,
  node: NetworkInterfaceNode,
  packet: Packet,
): void {
  walk.answer(() => {
    const way = followRoutes(walk, vpc, node, packet);
    if (!way) return;
    if (isIn(packet.origin, vpc)) arriveHome(walk, vpc, way, packet);
    else leaveBack(walk, network, vpc, way, packet);
  });
}

/** DIFFERS: middlebox-routing inside a VPC the answers of a load balancer's node go straight. */
export function comeBackFromNode(
  walk: Walk,
  network: Network,
  vpc: VpcNetwork,
  node: NetworkInterfaceNode,
  packet: Packet,
): void {
  if (isIn(packet.origin, vpc)) crossBack(walk, vpc, node, findInterfaceAt(vpc, packet.from), packet);
  else comeBack(walk, network, vpc, node, packet);
}

const isIn = (origin: Origin, { vpcId }: VpcNetwork): boolean =>
  origin !== 'internet' && 'vpcId' in origin && origin.vpcId === vpcId;

/** The interface of an instance that has the address, given another one of the same instance. */
export function findBeside(
  vpc: VpcNetwork,
  { behind }: NetworkInterfaceNode,
  address: Ipv4,
): NetworkInterfaceNode | undefined {
  const other = findInterfaceAt(vpc, address);
  return behind.kind === 'instance' &&
    other?.behind.kind === 'instance' &&
    other.behind.instanceId === behind.instanceId
    ? other
    : undefined;
}

interface LastWay {
  at: AnswerPlace;
  /** Absent: there is none. */
  chosen: CompiledRoute | undefined;
}

/** From appliance to appliance, to the last route. Undefined when it has led home. */
function followRoutes(walk: Walk, vpc: VpcNetwork, start: AnswerPlace, packet: Packet): LastWay | undefined {
  const { from } = packet;
  const visited = new Set<string>();
  for (let at = start; ; ) {
    const chosen = chooseWay(vpc, at, from)?.chosen;
    if (chosen?.target.kind !== 'network-interface') return { at, chosen };
    const { networkInterfaceId } = chosen.target;
    if (visited.has(networkInterfaceId)) {
      const text = 'the route table of its own subnet leads answers back to it';
      walk.stop(networkInterfaceId, 'ROUTE_LOOP', text);
    }
    visited.add(networkInterfaceId);
    const middle = findInterface(vpc, networkInterfaceId)!;
    crossBack(walk, vpc, at, middle, packet);
    if (middle.privateIpAddress === from) return undefined;
    checkForwards(walk, vpc, middle, from);
    if (findBeside(vpc, middle, packet.to))
      walk.stop(
        networkInterfaceId,
        'ROUTE_LOOP',
        'answers come back to who sent them, who takes them for forgeries',
      );
    if (findBeside(vpc, middle, from)) return undefined;
    const text = `answers go by route ${chosen.destination}: the system behind it must forward them too`;
    walk.pass(networkInterfaceId, text, placeFacts(vpc, middle));
    at = middle;
  }
}

function checkForwards(walk: Walk, vpc: VpcNetwork, node: NetworkInterfaceNode, from: Ipv4): void {
  if (!node.sourceDestCheck) return;
  const text = `source/destination check: ${from}, where answers go, is not its address`;
  const about = placeFacts(vpc, node);
  walk.stop(node.networkInterfaceId, 'ENI_SOURCE_DEST_CHECK_RESTRICTION', text, about);
}

/** In the VPC whose interface has the address. */
function arriveHome(walk: Walk, vpc: VpcNetwork, { at, chosen }: LastWay, packet: Packet): void {
  const { from } = packet;
  if (chosen?.target.kind !== 'local')
    walk.stop(
      at.routeTableId,
      'MORE_SPECIFIC_ROUTE',
      `answers to ${from} take the route ${chosen!.destination}, and get lost there`,
      { vpcId: vpc.vpcId, ...(chosen ? { route: chosen } : {}) },
    );
  crossBack(walk, vpc, at, findInterfaceAt(vpc, from), packet);
}

/** To the VPC or site they belong to, by the last route in this one. */
function leaveBack(
  walk: Walk,
  network: Network,
  vpc: VpcNetwork,
  { at, chosen }: LastWay,
  packet: Packet,
): void {
  const { from, origin } = packet;
  const { routeTableId } = at;
  const where = nameWayBack(origin);
  const { vpcId } = vpc;
  const lost = `answers to ${from} have no route back ${where}`;
  if (!chosen) walk.stop(routeTableId, 'NO_ROUTE_TO_DESTINATION', lost, { vpcId });
  const about = { vpcId, route: chosen };
  const { target } = chosen;
  if (target.kind !== 'hub' && !leadsBack(target, origin))
    walk.stop(routeTableId, codeOfWrongWay(target), lost, about);
  walk.pass(routeTableId, `answers return by route ${chosen.destination}`, about);
  if (target.kind === 'hub') {
    checkZone(walk, vpc, at, target, `answers to ${from} do not get back ${where}`);
    crossBack(walk, vpc, at, findDoorway(vpc, target.attachmentId), packet);
    if (!isGateOf(origin, target.hubId)) comeBackByHubs(walk, network, target, packet);
    return;
  }
  crossBack(walk, vpc, at, undefined, packet);
  if (target.kind === 'vpc-peering-connection') {
    const home = network.vpcs.get(target.peerVpcId)!;
    crossBack(walk, home, undefined, findInterfaceAt(home, from), packet);
  }
}

function checkZone(
  walk: Walk,
  vpc: VpcNetwork,
  { availabilityZone, availabilityZoneId }: AnswerPlace,
  target: Extract<CompiledRoute['target'], { kind: 'hub' }>,
  what: string,
): void {
  const unserved = availabilityZoneId && findUnservingAttachment(vpc, target, availabilityZoneId);
  if (unserved)
    walk.stop(unserved, 'TGW_ROUTE_AZ_RESTRICTION', `${what}: it has no subnet in ${availabilityZone}`, {
      ...{ vpcId: vpc.vpcId, ...(availabilityZone ? { availabilityZone } : {}) },
    });
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

/** A transit gateway's attachment as an interface in its subnet. */
export function findDoorway({ hubAttachments }: VpcNetwork, id: string): { subnetId: SubnetId } | undefined {
  const subnetId = hubAttachments.find(({ attachmentId }) => attachmentId === id)?.subnetId;
  return subnetId && { subnetId };
}

function isGateOf(origin: Origin, hubId: string): boolean {
  return origin !== 'internet' && 'isGate' in origin && origin.hubId === hubId;
}

function isSamePort(origin: { attachmentId?: string }, end: HubEnd): boolean {
  return end.kind === 'host'
    ? origin.attachmentId === end.attachmentId
    : end.kind === 'router' && !origin.attachmentId;
}

/** @param attachmentId the port by which answers come to the hub */
export function comeBackByHubs(
  walk: Walk,
  network: Network,
  port: { hubId: string; attachmentId: string },
  packet: Packet,
): void {
  walk.answer(() => followHubs(walk, network, port, packet));
}

function followHubs(
  walk: Walk,
  network: Network,
  { hubId, attachmentId }: { hubId: string; attachmentId: string },
  packet: Packet,
): void {
  const { from, origin } = packet;
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
  if (end.kind === 'vpc') comeHome(walk, network.vpcs.get(end.vpcId)!, end.attachmentId, packet);
}

/** AWS: what a transit gateway brings goes on by the route table of the attachment's subnet. */
function comeHome(walk: Walk, vpc: VpcNetwork, id: string, packet: Packet): void {
  const { subnetId, routeTableId } = vpc.hubAttachments.find(({ attachmentId }) => attachmentId === id)!;
  if (subnetId === undefined || routeTableId === undefined) {
    crossBack(walk, vpc, undefined, findInterfaceAt(vpc, packet.from), packet);
    return;
  }
  const way = followRoutes(walk, vpc, { subnetId, routeTableId }, packet);
  if (way) arriveHome(walk, vpc, way, packet);
}
