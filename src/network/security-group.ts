// Security groups as lists of what may pass. A reference to a group means the private addresses of the interfaces
// that are in it right now, so it is replaced by them; in a peered VPC's group too.

import { rangesOfPrefixList } from '../cloud/prefix-list.ts';
import type { SecurityGroup, SecurityGroupRule } from '../cloud/vpc.ts';
import type { CloudIndex } from './cloud-index.ts';
import type { CompiledRule, CompiledSecurityGroup } from './network.ts';

export function compileSecurityGroup(index: CloudIndex, group: SecurityGroup): CompiledSecurityGroup {
  const compile = (isEgress: boolean) =>
    group.rules.filter((rule) => rule.isEgress === isEgress).map((rule) => compileRule(index, group, rule));
  return {
    groupId: group.groupId,
    groupName: group.groupName,
    ingress: compile(false),
    egress: compile(true),
  };
}

function compileRule(index: CloudIndex, { region }: SecurityGroup, rule: SecurityGroupRule): CompiledRule {
  const compiled: CompiledRule = {
    securityGroupRuleId: rule.securityGroupRuleId,
    protocol: compileProtocol(rule.ipProtocol),
    peers: compilePeers(index, region, rule),
  };
  if (rule.referencedGroup) compiled.referencedGroupId = rule.referencedGroup.groupId;
  const isEveryPort = rule.fromPort === -1 || (rule.fromPort === 0 && rule.toPort === 65535);
  if ((compiled.protocol === 'tcp' || compiled.protocol === 'udp') && !isEveryPort) {
    compiled.ports = { from: rule.fromPort, to: rule.toPort };
  }
  if (compiled.protocol === 'icmp' && rule.fromPort !== -1) {
    compiled.icmp = rule.toPort === -1 ? { type: rule.fromPort } : { type: rule.fromPort, code: rule.toPort };
  }
  return compiled;
}

function compileProtocol(ipProtocol: string): CompiledRule['protocol'] {
  switch (ipProtocol) {
    case '-1':
      return 'all';
    case 'tcp':
    case '6':
      return 'tcp';
    case 'udp':
    case '17':
      return 'udp';
    case 'icmp':
    case '1':
      return 'icmp';
    case 'icmpv6':
      return 58;
    default:
      return Number(ipProtocol);
  }
}

function compilePeers(index: CloudIndex, region: string, rule: SecurityGroupRule): string[] {
  if (rule.cidrIpv4 !== undefined) return [rule.cidrIpv4];
  if (rule.prefixListId !== undefined) return rangesOfPrefixList(index.cloud, region, rule.prefixListId);
  if (rule.referencedGroup === undefined) return [];
  // AWS: over a peering that has ended the reference is stale, and matches nobody.
  const { vpcPeeringConnectionId } = rule.referencedGroup;
  if (
    vpcPeeringConnectionId !== undefined &&
    index.cloud.vpcPeeringConnections.find(vpcPeeringConnectionId)?.status !== 'active'
  )
    return [];
  const addresses = index.addressesOfGroup.get(rule.referencedGroup.groupId) ?? [];
  return [...new Set(addresses)].map((address) => `${address}/32`);
}
