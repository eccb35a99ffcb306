// Rules as they come in requests, checked and taken apart: one rule for each source or destination of an IpPermission.

import { isIPv6 } from 'node:net';
import type { IpPermission, UserIdGroupPair } from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { PrefixListId, SecurityGroupId } from '../../cloud/id.ts';
import type { SecurityGroup, SecurityGroupRule } from '../../cloud/vpc.ts';
import { type Cidr, formatCidr, parseCidr } from '../../lib/cidr.ts';
import type { OperationContext } from '../operation.ts';
import { checkId, groupNotFound, invalidParameterValue, missingParameter } from './errors.ts';
import { getPrefixList } from './prefix-list.ts';

/** A rule that has no id yet. */
export type RuleSpecification = Omit<SecurityGroupRule, 'securityGroupRuleId'>;

type Ports = Pick<SecurityGroupRule, 'ipProtocol' | 'fromPort' | 'toPort'>;
/** Where a rule's packets come from or go to: one of the four. */
export type Peer = Pick<SecurityGroupRule, 'cidrIpv4' | 'cidrIpv6' | 'prefixListId' | 'referencedGroup'>;

/** AWS: protocols with a name are shown by it, however they were given. */
const protocolNames: Record<string, string> = {
  '1': 'icmp',
  '6': 'tcp',
  '17': 'udp',
  '58': 'icmpv6',
  all: '-1',
};
const everyPort = { fromPort: -1, toPort: -1 };

/** Rules to be added. What they name must be there. */
export function readIpPermissions(
  context: OperationContext,
  group: SecurityGroup,
  permissions: IpPermission[],
  isEgress: boolean,
): RuleSpecification[] {
  return readRules(context, permissions, isEgress, (pair) => readReferencedGroup(context, group, pair));
}

/** Rules to be found. The group that a rule names may be gone by now. */
export function readExistingPermissions(
  context: OperationContext,
  permissions: IpPermission[],
  isEgress: boolean,
): RuleSpecification[] {
  return readRules(context, permissions, isEgress, ({ GroupId, UserId = '' }) => {
    if (!GroupId) throw missingParameter('GroupId');
    checkId('sg', GroupId, 'InvalidGroupId.Malformed');
    return { groupId: GroupId as SecurityGroupId, userId: UserId };
  });
}

type GroupReader = (pair: UserIdGroupPair) => NonNullable<SecurityGroupRule['referencedGroup']>;

function readRules(
  context: OperationContext,
  permissions: IpPermission[],
  isEgress: boolean,
  readGroup: GroupReader,
): RuleSpecification[] {
  const rules = permissions.flatMap((permission) =>
    readIpPermission(context, permission, isEgress, readGroup),
  );
  const keys = new Set(rules.map(ruleKey));
  if (keys.size < rules.length)
    throw invalidParameterValue('The same permission must not appear multiple times');
  return rules;
}

function readIpPermission(
  context: OperationContext,
  permission: IpPermission,
  isEgress: boolean,
  readGroup: GroupReader,
): RuleSpecification[] {
  const ports = readPorts(permission.IpProtocol, permission.FromPort, permission.ToPort);
  const sources: (Peer & { description: string | undefined })[] = [
    ...(permission.IpRanges ?? []).map((range) => ({
      cidrIpv4: readRuleCidr(range.CidrIp),
      description: range.Description,
    })),
    ...(permission.Ipv6Ranges ?? []).map((range) => ({
      cidrIpv6: readRuleCidrIpv6(range.CidrIpv6),
      description: range.Description,
    })),
    ...(permission.PrefixListIds ?? []).map(({ PrefixListId, Description }) => ({
      prefixListId: readPrefixListId(context, PrefixListId),
      description: Description,
    })),
    ...(permission.UserIdGroupPairs ?? []).map((pair) => ({
      referencedGroup: readGroup(pair),
      description: pair.Description,
    })),
  ];
  if (sources.length === 0) {
    throw new AwsError('InvalidPermission.Malformed', 'The permission names no range and no group');
  }
  return sources.map(({ description, ...peer }) => ({
    isEgress,
    ...ports,
    ...peer,
    ...(description && { description: checkDescription(description) }),
  }));
}

/** Protocol and ports; for ICMP type and code. */
export function readPorts(protocol: string | undefined, fromPort?: number, toPort?: number): Ports {
  if (protocol === undefined || protocol === '') throw missingParameter('IpProtocol');
  const lowered = protocol.toLowerCase();
  const ipProtocol = Object.hasOwn(protocolNames, lowered) ? protocolNames[lowered]! : lowered;
  if (ipProtocol === 'tcp' || ipProtocol === 'udp') return { ipProtocol, ...readPortRange(fromPort, toPort) };
  if (ipProtocol === 'icmp' || ipProtocol === 'icmpv6')
    return { ipProtocol, ...readIcmpType(fromPort, toPort) };
  const isNumber = /^(0|[1-9][0-9]{0,2})$/.test(ipProtocol) && Number(ipProtocol) <= 255;
  if (ipProtocol !== '-1' && !isNumber) {
    throw invalidParameterValue(`Invalid value '${protocol}' for IP protocol. Unknown protocol.`);
  }
  // AWS: ports that come with any other protocol are dropped, and every port is meant.
  return { ipProtocol, ...everyPort };
}

function readPortRange(
  fromPort: number | undefined,
  toPort: number | undefined,
): { fromPort: number; toPort: number } {
  if (fromPort === undefined || toPort === undefined) {
    throw invalidParameterValue(
      "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.",
    );
  }
  for (const port of [fromPort, toPort]) {
    if (!(Number.isInteger(port) && port >= 0 && port <= 65535)) {
      throw invalidParameterValue(`TCP/UDP port (${port}) out of range`);
    }
  }
  if (fromPort > toPort) throw invalidParameterValue(`Invalid TCP/UDP port range (${fromPort}:${toPort})`);
  return { fromPort, toPort };
}

function readIcmpType(type = -1, code = -1): { fromPort: number; toPort: number } {
  for (const [name, number] of [
    ['type', type],
    ['code', code],
  ] as const) {
    if (!(Number.isInteger(number) && number >= -1 && number <= 255)) {
      throw invalidParameterValue(`ICMP ${name} (${number}) out of range`);
    }
  }
  if (type === -1 && code !== -1)
    throw invalidParameterValue(`ICMP code (${code}) cannot be given without a type`);
  return { fromPort: type, toPort: code };
}

export function readRuleCidr(text = ''): Cidr {
  const range = parseCidr(text);
  if (!range) throw invalidParameterValue(`CIDR block ${text} is malformed`);
  return formatCidr(range);
}

/** Kept as it came: it matches nothing while VPCs are IPv4 only. */
export function readRuleCidrIpv6(text = ''): string {
  const [address, prefix, ...rest] = text.split('/');
  const isPrefix = prefix !== undefined && /^(0|[1-9][0-9]{0,2})$/.test(prefix) && Number(prefix) <= 128;
  if (!address || rest.length > 0 || !isPrefix || !isIPv6(address) || address.includes('%')) {
    throw invalidParameterValue(`CIDR block ${text} is malformed`);
  }
  return text.toLowerCase();
}

/** One of AWS's own lists, or of the caller's. */
export function readPrefixListId(context: OperationContext, prefixListId: string | undefined): PrefixListId {
  if (!prefixListId) throw missingParameter('PrefixListId');
  return getPrefixList(context, prefixListId).prefixListId;
}

/** A group of the same VPC, or of one with an active peering connection to it. */
export function readReferencedGroup(
  context: OperationContext,
  group: SecurityGroup,
  pair: UserIdGroupPair,
): NonNullable<SecurityGroupRule['referencedGroup']> {
  if (!pair.GroupId) throw missingParameter('GroupId');
  checkId('sg', pair.GroupId, 'InvalidGroupId.Malformed');
  const referenced = context.cloud.securityGroups.find(pair.GroupId);
  const userId = pair.UserId ?? context.accountId;
  if (!referenced || referenced.accountId !== userId || referenced.region !== context.region) {
    throw groupNotFound(pair.GroupId);
  }
  const reference = { groupId: referenced.groupId, userId };
  if (referenced.vpcId === group.vpcId) return reference;
  const peering = context.cloud.vpcPeeringConnections.all().find(({ status, requester, accepter }) => {
    const sides = [requester.vpcId, accepter.vpcId];
    return status === 'active' && sides.includes(group.vpcId) && sides.includes(referenced.vpcId);
  });
  if (!peering) {
    const message = 'You have specified two resources that belong to different networks.';
    throw new AwsError('InvalidGroup.NotFound', message);
  }
  return { ...reference, vpcPeeringConnectionId: peering.vpcPeeringConnectionId };
}

export function checkDescription(description: string): string {
  if (/^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{0,255}$/.test(description)) return description;
  throw invalidParameterValue(
    'Invalid rule description. Valid descriptions are strings less than 256 characters from the following set: ' +
      ' a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*',
  );
}

function peerText({ cidrIpv4, cidrIpv6, prefixListId, referencedGroup }: Peer): string | undefined {
  return cidrIpv4 ?? cidrIpv6 ?? prefixListId ?? referencedGroup?.groupId;
}

/** What makes two rules the same: everything but id and description. */
export function ruleKey(rule: RuleSpecification): string {
  const peer = peerText(rule);
  return [rule.isEgress ? 'egress' : 'ingress', rule.ipProtocol, rule.fromPort, rule.toPort, peer].join(' ');
}

/** AWS's words for a rule: `peer: 0.0.0.0/0, TCP, from port: 22, to port: 22, ALLOW`. */
export function describeRule(rule: RuleSpecification): string {
  const peer = peerText(rule);
  const protocol = rule.ipProtocol === '-1' ? 'ALL' : rule.ipProtocol.toUpperCase();
  const orAll = (number: number) => (number === -1 ? 'ALL' : number);
  const ports =
    rule.ipProtocol === 'tcp' || rule.ipProtocol === 'udp'
      ? [`from port: ${rule.fromPort}`, `to port: ${rule.toPort}`]
      : rule.ipProtocol.startsWith('icmp')
        ? [`type: ${orAll(rule.fromPort)}`, `code: ${orAll(rule.toPort)}`]
        : [];
  return [`peer: ${peer}`, protocol, ...ports, 'ALLOW'].join(', ');
}
