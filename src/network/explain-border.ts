// The borders of subnets, where network ACLs are asked: on the way there, and again for the answers, since an ACL keeps no
// state. Between two interfaces of one subnet there is no border. ORDER: as in the kernel, after the route, before the
// security group of who receives.

import type { SubnetId } from '../cloud/id.ts';
import type { Ipv4 } from '../lib/cidr.ts';
import type { Packet, Walk } from './explain-walk.ts';
import type { Flow } from './gate.ts';
import type { NetworkInterfaceNode, VpcNetwork } from './network.ts';
import { askNetworkAcl, type BorderPacket, findNetworkAcl, nameRuleNumber } from './network-acl.ts';

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

/** An answer goes from one interface to another, or out of the VPC, or into it. `packet` is the one that is answered. */
export function crossBack(
  walk: Walk,
  vpc: VpcNetwork,
  node: Node | undefined,
  next: Node | undefined,
  { from, to, flow }: Packet,
): void {
  if (node && node.subnetId === next?.subnetId) return;
  walk.answer(() => {
    if (node) ask(walk, vpc, node.subnetId, 'egress', from, answerOf(flow), 'answers ');
    if (next) ask(walk, vpc, next.subnetId, 'ingress', to, answerOf(flow), 'answers ');
  });
}

/** The answer to what left the VPC comes back into it where it left. */
export function crossBackIn(walk: Walk, vpc: VpcNetwork, packet: Packet): void {
  crossBack(walk, vpc, undefined, packet.sender, packet);
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
  const refusing = findNetworkAcl(vpc.networkAcls, subnetId);
  const acl = refusing ?? findNetworkAcl(vpc.openNetworkAcls, subnetId);
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
  if (refusing) walk.pass(acl.networkAclId, `${text} allowed by ${rule}`, about);
  else walk.passUnsaid(acl.networkAclId, `${text} allowed by ${rule}`, about);
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
