// The borders of subnets, where network ACLs are asked: on the way there, and again for the answers, since an ACL keeps no
// state. Between two interfaces of one subnet there is no border. ORDER: as in the kernel, after the route, before the
// security group of who receives.

import type { SubnetId } from '../cloud/id.ts';
import type { Cidr, Ipv4 } from '../lib/cidr.ts';
import type { Packet, Walk } from './explain-walk.ts';
import type { Flow } from './gate.ts';
import type { NetworkInterfaceNode, VpcNetwork } from './network.ts';
import { askNetworkAcl, type BorderPacket, findNetworkAcl, nameRuleNumber } from './network-acl.ts';
import { findInterface } from './place.ts';
import { chooseWay } from './route-choice.ts';

type Node = Pick<NetworkInterfaceNode, 'subnetId'>;

/** What Linux takes as a client's port. DIFFERS: network-acls a NAT gateway keeps it; AWS's takes any from 1,024 on. */
const ephemeralPorts = { from: 32768, to: 60999 };

/** The packet comes to an interface of the VPC: from another one of it, or from beyond. */
export function cross(walk: Walk, vpc: VpcNetwork, node: Node, packet: Packet): void {
  const { from, to, flow, leftBy } = packet;
  if (leftBy?.subnetId === node.subnetId) return;
  const request = requestOf(flow);
  if (leftBy) ask(walk, vpc, leftBy.subnetId, 'egress', to, request, '');
  ask(walk, vpc, node.subnetId, 'ingress', from, request, '');
}

/** The packet leaves the VPC. */
export function crossOut(walk: Walk, vpc: VpcNetwork, { to, flow, leftBy }: Packet): void {
  if (leftBy) ask(walk, vpc, leftBy.subnetId, 'egress', to, requestOf(flow), '');
}

/** The answer to what arrived at an interface goes back to whose address the packet came from, or out of the VPC. */
export function crossBack(walk: Walk, vpc: VpcNetwork, node: Node, packet: Packet): void {
  const { from, to, flow, sender, entrance } = packet;
  const back = sender ?? entrance;
  if (back?.subnetId === node.subnetId) return;
  walk.answer(() => {
    ask(walk, vpc, node.subnetId, 'egress', from, answerOf(flow), 'answers ');
    if (back) ask(walk, vpc, back.subnetId, 'ingress', to, answerOf(flow), 'answers ');
  });
}

/** The same by the routes of the VPC, which may lead answers to an appliance first. */
export function comeBackWithin(
  walk: Walk,
  vpc: VpcNetwork,
  node: NetworkInterfaceNode,
  packet: Packet,
  visited: ReadonlySet<string> = new Set(),
): void {
  const { from, sender } = packet;
  const way = sender && chooseWay(vpc, node, from)?.chosen;
  if (!way || way.target.kind === 'local') {
    crossBack(walk, vpc, node, packet);
    return;
  }
  const { destination, target } = way;
  if (target.kind !== 'network-interface')
    walk.stop(
      node.routeTableId,
      'MORE_SPECIFIC_ROUTE',
      `answers to ${from} take the route ${destination}, and get lost there`,
      { vpcId: vpc.vpcId, route: way },
    );
  const { networkInterfaceId } = target;
  if (visited.has(networkInterfaceId))
    walk.stop(networkInterfaceId, 'ROUTE_LOOP', 'the route table of its own subnet leads answers back to it');
  const middle = answerThrough(walk, vpc, node, packet, destination, networkInterfaceId);
  if (middle.privateIpAddress === from) return;
  comeBackWithin(walk, vpc, middle, packet, new Set([...visited, networkInterfaceId]));
}

/** An answer goes by an interface that forwards, if it may, and then it is up to the system there. */
export function answerThrough(
  walk: Walk,
  vpc: VpcNetwork,
  node: NetworkInterfaceNode,
  packet: Packet,
  destination: Cidr,
  networkInterfaceId: string,
): NetworkInterfaceNode {
  const { from } = packet;
  const middle = findInterface(vpc, networkInterfaceId)!;
  crossBack(walk, vpc, node, { ...packet, sender: middle });
  if (middle.privateIpAddress === from) return middle;
  forwardAnswer(walk, middle, destination, from);
  return middle;
}

export function forwardAnswer(
  walk: Walk,
  { networkInterfaceId, sourceDestCheck }: NetworkInterfaceNode,
  destination: Cidr,
  from: Ipv4,
): void {
  if (sourceDestCheck)
    walk.stop(
      networkInterfaceId,
      'ENI_SOURCE_DEST_CHECK_RESTRICTION',
      `source/destination check: ${from}, where answers go, is not its address`,
    );
  walk.pass(
    networkInterfaceId,
    `answers go by route ${destination}: the system behind it must forward them too`,
  );
}

/** The answer to what left the VPC comes back into it. */
export function crossBackIn(walk: Walk, vpc: VpcNetwork, { to, flow, sender }: Packet): void {
  if (sender) walk.answer(() => ask(walk, vpc, sender.subnetId, 'ingress', to, answerOf(flow), 'answers '));
}

function ask(
  walk: Walk,
  vpc: VpcNetwork,
  subnetId: SubnetId,
  direction: 'ingress' | 'egress',
  peer: Ipv4,
  packet: Omit<BorderPacket, 'peer'>,
  what: '' | 'answers ',
): void {
  const acl = findNetworkAcl(vpc, subnetId);
  if (!acl) return;
  const { action, ruleNumber, ports } = askNetworkAcl(acl, direction, { ...packet, peer });
  const way = direction === 'egress' ? `out of ${subnetId}` : `into ${subnetId}`;
  const side = direction === 'egress' ? `to ${peer}` : `from ${peer}`;
  const text = `${what}${way}: ${namePacket({ ...packet, ports })} ${side}`;
  const rule = `rule ${nameRuleNumber(ruleNumber)} of ${acl.networkAclId}`;
  const entry = acl[direction].find((one) => one.ruleNumber === ruleNumber)!;
  const about = { vpcId: vpc.vpcId, subnetId, direction, entry };
  if (action === 'deny')
    walk.stop(acl.networkAclId, 'SUBNET_ACL_RESTRICTION', `${text} denied by ${rule}`, about);
  walk.pass(acl.networkAclId, `${text} allowed by ${rule}`, about);
}

function requestOf({ protocol, port }: Flow): Omit<BorderPacket, 'peer'> {
  if (port === undefined) return { protocol, icmp: { type: 8, code: 0 } };
  return { protocol, ports: { from: port, to: port } };
}

function answerOf({ protocol, port }: Flow): Omit<BorderPacket, 'peer'> {
  if (port === undefined) return { protocol, icmp: { type: 0, code: 0 } };
  return { protocol, ports: ephemeralPorts };
}

function namePacket({ protocol, ports, icmp }: Omit<BorderPacket, 'peer'>): string {
  if (ports) return `${protocol} ${ports.from === ports.to ? ports.from : `${ports.from}-${ports.to}`}`;
  return icmp?.type === 8 ? 'icmp echo request' : 'icmp echo reply';
}
