// Would a security group let this through? The same question the kernel's gate chains answer, asked of the same compiled rules.

import { cidrContains, type Ipv4 } from '../lib/cidr.ts';
import type { CompiledRule, CompiledSecurityGroup, VpcNetwork } from './network.ts';

export interface Flow {
  protocol: 'tcp' | 'udp' | 'icmp';
  /** tcp and udp only. */
  port?: number;
}

/** Allowed: by which rule. Refused: why none did. */
export interface Verdict {
  allow: boolean;
  by: string;
  because: string;
  /** Set when allowed. */
  rule?: CompiledRule;
}

/** @param peer the other side: the source for ingress, the destination for egress */
export function askGate(
  groups: CompiledSecurityGroup[],
  direction: 'ingress' | 'egress',
  peer: Ipv4,
  flow: Flow,
): Verdict {
  for (const group of groups) {
    const rule = group[direction].find((candidate) => matchesRule(candidate, peer, flow));
    if (rule)
      return {
        allow: true,
        by: group.groupId,
        because: `${rule.securityGroupRuleId} of ${nameGroup(group)}`,
        rule,
      };
  }
  const names = groups.map(nameGroup).join(', ');
  const way = direction === 'ingress' ? `from ${peer}` : `to ${peer}`;
  return {
    allow: false,
    by: groups.map(({ groupId }) => groupId).join(', '),
    because: `no ${direction === 'ingress' ? 'inbound' : 'outbound'} rule of ${names} allows ${nameFlow(flow)} ${way}`,
  };
}

function matchesRule(rule: CompiledRule, peer: Ipv4, flow: Flow): boolean {
  if (rule.protocol !== 'all' && rule.protocol !== flow.protocol) return false;
  if (rule.ports && (flow.port === undefined || flow.port < rule.ports.from || rule.ports.to < flow.port))
    return false;
  // An echo request is what explain sends for icmp: type 8, code 0.
  if (rule.icmp && (rule.icmp.type !== 8 || (rule.icmp.code !== undefined && rule.icmp.code !== 0)))
    return false;
  return rule.peers.some((cidr) => cidrContains(cidr, peer));
}

/** A VPC's network never changes once compiled. */
const directories = new WeakMap<VpcNetwork, Map<string, CompiledSecurityGroup>>();

/** Both the kernel's gates and explain's know by this which groups an interface has. */
export function groupsOf(vpc: VpcNetwork, groupIds: string[]): CompiledSecurityGroup[] {
  let directory = directories.get(vpc);
  if (!directory) {
    directory = new Map(vpc.securityGroups.map((group) => [group.groupId, group]));
    directories.set(vpc, directory);
  }
  return groupIds.flatMap((groupId) => directory.get(groupId) ?? []);
}

export function nameFlow({ protocol, port }: Flow): string {
  return port === undefined ? protocol : `${protocol} ${port}`;
}

const nameGroup = ({ groupId, groupName }: CompiledSecurityGroup) => `${groupId} (${groupName})`;
