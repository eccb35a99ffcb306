// The elements of the network ACLs' sets and maps, and a chain for each ACL and direction, entry by entry.
// An entry that allows returns to where the ACL was asked, as there may be another border to cross.

import { numberIds } from '../lib/stable-number.ts';
import type {
  CompiledAclEntry,
  CompiledNetworkAcl,
  NetworkInterfaceNode,
  VpcNetwork,
} from '../network/network.ts';
import { lastRuleNumber, numberNetworkAcls } from '../network/network-acl.ts';
import { hubLink, interfaceLink } from './link-name.ts';
import { deny } from './network-acl-program.ts';
import { formatAclRefusal } from './refusal.ts';
import { hasWire } from './render-gateway.ts';
import type { Draft } from './render-router-table.ts';
import { quote, renderProtocol } from './render-rule.ts';

export function fillNetworkAcls(draft: Draft, vpc: VpcNetwork): void {
  const { networkAcls, interfaces, hubAttachments, loadBalancers } = vpc;
  if (networkAcls.length === 0) return;
  const numbers = numberNetworkAcls(networkAcls);
  const aclOf = new Map(networkAcls.flatMap((acl) => acl.subnetIds.map((id) => [id, acl] as const)));
  for (const acl of networkAcls) {
    const number = numbers.get(acl.networkAclId)!;
    for (const direction of ['egress', 'ingress'] as const)
      draft.chains.set(chainOf(acl, direction), renderEntries(acl, number, direction));
  }
  const subnets = numberSubnets([...aclOf.keys()]);
  for (const node of interfaces) {
    const acl = aclOf.get(node.subnetId);
    if (acl) fillBorder(draft, node, acl, subnets.get(node.subnetId)!);
  }
  for (const { attachmentId, subnetId } of hubAttachments) {
    const acl = subnetId && aclOf.get(subnetId);
    if (acl) fillLinkBorder(draft, quote(hubLink(attachmentId)), acl, subnets.get(subnetId)!);
  }
  for (const { nodes } of loadBalancers)
    for (const { privateIpAddress } of nodes) draft.set('acl_node', privateIpAddress);
}

const chainOf = ({ networkAclId }: CompiledNetworkAcl, direction: 'egress' | 'ingress') =>
  `${networkAclId}_${direction}`;

/** An interface with a wire of its own is known by that, the others by their addresses. */
function fillBorder(draft: Draft, node: NetworkInterfaceNode, acl: CompiledNetworkAcl, subnet: string): void {
  const { networkInterfaceId, privateIpAddress, behind } = node;
  if (behind.kind === 'nothing') return;
  if (hasWire(node)) {
    fillLinkBorder(draft, quote(interfaceLink(networkInterfaceId)), acl, subnet);
    return;
  }
  draft.map('acl_subnet_of_address', privateIpAddress, subnet);
  draft.set('acl_within_address', `${subnet} . ${privateIpAddress}`);
  draft.map('acl_out_of_address', privateIpAddress, `jump ${chainOf(acl, 'egress')}`);
  draft.map('acl_into_address', privateIpAddress, `jump ${chainOf(acl, 'ingress')}`);
}

function fillLinkBorder(draft: Draft, link: string, acl: CompiledNetworkAcl, subnet: string): void {
  draft.map('acl_subnet_of_link', link, subnet);
  draft.set('acl_within_link', `${subnet} . ${link}`);
  draft.map('acl_out_of_link', link, `jump ${chainOf(acl, 'egress')}`);
  draft.map('acl_into_link', link, `jump ${chainOf(acl, 'ingress')}`);
}

/** As nft writes a packet's priority, `1a2b:3c4d`; high enough that the kernel gives it to no packet. */
function numberSubnets(subnetIds: string[]): Map<string, string> {
  const format = (number: number) => `${(number >>> 16).toString(16)}:${(number & 0xffff).toString(16)}`;
  const numbers = numberIds(subnetIds, { digits: 7, first: 2 ** 28 });
  return new Map([...numbers].map(([subnetId, number]) => [subnetId, format(number)]));
}

function renderEntries(acl: CompiledNetworkAcl, number: number, direction: 'egress' | 'ingress'): string[] {
  const field = direction === 'ingress' ? 'saddr' : 'daddr';
  const renderEntry = (entry: CompiledAclEntry) => {
    const { ruleNumber, action, cidrBlock } = entry;
    const peers = cidrBlock === '0.0.0.0/0' ? [] : [`ip ${field} ${cidrBlock}`];
    const verdict =
      action === 'allow' ? 'return' : deny(formatAclRefusal({ networkAcl: number, ruleNumber, direction }));
    const name = ruleNumber === lastRuleNumber ? '*' : ruleNumber;
    return [...peers, ...renderProtocol(entry), verdict, `comment "${acl.networkAclId} ${name}"`].join(' ');
  };
  return acl[direction].map(renderEntry);
}
