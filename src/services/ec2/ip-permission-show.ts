// The older look of a group's rules: those of one protocol and port range gathered into one IpPermission.

import type { IpPermission, UserIdGroupPair } from '@aws-sdk/client-ec2';
import type { Cloud } from '../../cloud/cloud.ts';
import type { SecurityGroup, SecurityGroupRule } from '../../cloud/vpc.ts';
import type { FilterFields } from './filter.ts';

export function showIpPermissions(cloud: Cloud, group: SecurityGroup, isEgress: boolean): IpPermission[] {
  const permissions = new Map<string, IpPermission>();
  for (const rule of group.rules) {
    if (rule.isEgress !== isEgress) continue;
    const key = `${rule.ipProtocol} ${rule.fromPort} ${rule.toPort}`;
    const permission = permissions.get(key) ?? emptyPermission(rule);
    permissions.set(key, permission);
    const description = rule.description === undefined ? {} : { Description: rule.description };
    if (rule.cidrIpv4) permission.IpRanges!.push({ CidrIp: rule.cidrIpv4, ...description });
    if (rule.cidrIpv6) permission.Ipv6Ranges!.push({ CidrIpv6: rule.cidrIpv6, ...description });
    if (rule.prefixListId) {
      permission.PrefixListIds!.push({ PrefixListId: rule.prefixListId, ...description });
    }
    if (rule.referencedGroup) {
      permission.UserIdGroupPairs!.push({
        ...showReferencedGroup(cloud, rule.referencedGroup),
        ...description,
      });
    }
  }
  return permissions.values().toArray();
}

/** AWS: leaves the ports out where a rule is about every protocol. */
function emptyPermission({ ipProtocol, fromPort, toPort }: SecurityGroupRule): IpPermission {
  const ports = hasPorts(ipProtocol) ? { FromPort: fromPort, ToPort: toPort } : {};
  return {
    IpProtocol: ipProtocol,
    ...ports,
    IpRanges: [],
    Ipv6Ranges: [],
    PrefixListIds: [],
    UserIdGroupPairs: [],
  };
}

function hasPorts(ipProtocol: string): boolean {
  return ['tcp', 'udp', 'icmp', 'icmpv6'].includes(ipProtocol);
}

type ReferencedGroup = NonNullable<SecurityGroupRule['referencedGroup']>;

/** A group of a peered VPC is shown with the way to it. */
export function showReferencedGroup(cloud: Cloud, referenced: ReferencedGroup): UserIdGroupPair {
  const { groupId, userId, vpcPeeringConnectionId } = referenced;
  const shown = { GroupId: groupId, UserId: userId };
  if (!vpcPeeringConnectionId) return shown;
  const vpcId = cloud.securityGroups.find(groupId)?.vpcId;
  return {
    ...shown,
    VpcPeeringConnectionId: vpcPeeringConnectionId,
    PeeringStatus: cloud.vpcPeeringConnections.find(vpcPeeringConnectionId)?.status ?? 'deleted',
    ...(vpcId && { VpcId: vpcId }),
  };
}

/** `permissionFields(cloud, 'egress.ip-permission', true)`: the filters on the rules of one direction. */
export function permissionFields(
  cloud: Cloud,
  prefix: string,
  isEgress: boolean,
): FilterFields<SecurityGroup> {
  const each =
    (textOf: (rule: SecurityGroupRule) => string | number | undefined) =>
    (group: SecurityGroup): string[] =>
      group.rules
        .filter((rule) => rule.isEgress === isEgress)
        .map(textOf)
        .filter((text) => text !== undefined)
        .map(String);
  const portOf = (port: 'fromPort' | 'toPort') => (rule: SecurityGroupRule) =>
    hasPorts(rule.ipProtocol) ? rule[port] : undefined;
  return {
    [`${prefix}.cidr`]: each((rule) => rule.cidrIpv4),
    [`${prefix}.from-port`]: each(portOf('fromPort')),
    [`${prefix}.group-id`]: each((rule) => rule.referencedGroup?.groupId),
    [`${prefix}.group-name`]: each(
      ({ referencedGroup }) =>
        referencedGroup && cloud.securityGroups.find(referencedGroup.groupId)?.groupName,
    ),
    [`${prefix}.ipv6-cidr`]: each((rule) => rule.cidrIpv6),
    [`${prefix}.prefix-list-id`]: each((rule) => rule.prefixListId),
    [`${prefix}.protocol`]: each((rule) => rule.ipProtocol),
    [`${prefix}.to-port`]: each(portOf('toPort')),
    [`${prefix}.user-id`]: each((rule) => rule.referencedGroup?.userId),
  };
}
