// Entries of a network ACL, each known by its number and direction.

import type {
  CreateNetworkAclEntryRequest,
  DeleteNetworkAclEntryRequest,
  ReplaceNetworkAclEntryRequest,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import { lastRuleNumber, type NetworkAcl, type NetworkAclEntry } from '../../cloud/network-acl.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { readCidr } from './cidr-parameter.ts';
import { invalidParameterCombination, invalidParameterValue, requireParameter } from './errors.ts';
import { readRuleCidrIpv6 } from './ip-permission.ts';
import { getNetworkAcl } from './network-acl.ts';

const parameters = [
  ...(['NetworkAclId', 'RuleNumber', 'Egress', 'Protocol', 'RuleAction'] as const),
  ...(['CidrBlock', 'Ipv6CidrBlock', 'PortRange', 'IcmpTypeCode'] as const),
] as const;

export function createNetworkAclEntry(
  input: CreateNetworkAclEntryRequest,
  context: OperationContext,
): object {
  acceptParameters('CreateNetworkAclEntry', input, ...parameters);
  const acl = getNetworkAcl(context, requireParameter('NetworkAclId', input.NetworkAclId));
  const entry = readEntry(input);
  if (findEntry(acl, entry)) {
    throw new AwsError(
      'NetworkAclEntryAlreadyExists',
      `The network acl entry identified by ${entry.ruleNumber} already exists.`,
    );
  }
  context.cloud.networkAcls.put({ ...acl, entries: [...acl.entries, entry] });
  return {};
}

export function replaceNetworkAclEntry(
  input: ReplaceNetworkAclEntryRequest,
  context: OperationContext,
): object {
  acceptParameters('ReplaceNetworkAclEntry', input, ...parameters);
  const acl = getNetworkAcl(context, requireParameter('NetworkAclId', input.NetworkAclId));
  const entry = readEntry(input);
  const replaced = getEntry(acl, entry);
  const entries = acl.entries.map((one) => (one === replaced ? entry : one));
  context.cloud.networkAcls.put({ ...acl, entries });
  return {};
}

export function deleteNetworkAclEntry(
  input: DeleteNetworkAclEntryRequest,
  context: OperationContext,
): object {
  acceptParameters('DeleteNetworkAclEntry', input, 'NetworkAclId', 'RuleNumber', 'Egress');
  const acl = getNetworkAcl(context, requireParameter('NetworkAclId', input.NetworkAclId));
  const deleted = getEntry(acl, readKey(input));
  context.cloud.networkAcls.put({ ...acl, entries: acl.entries.filter((one) => one !== deleted) });
  return {};
}

type EntryKey = Pick<NetworkAclEntry, 'ruleNumber' | 'isEgress'>;

function findEntry({ entries }: NetworkAcl, { ruleNumber, isEgress }: EntryKey): NetworkAclEntry | undefined {
  return entries.find((entry) => entry.ruleNumber === ruleNumber && entry.isEgress === isEgress);
}

function getEntry(acl: NetworkAcl, key: EntryKey): NetworkAclEntry {
  const entry = findEntry(acl, key);
  if (entry) return entry;
  const direction = key.isEgress ? 'egress' : 'ingress';
  throw new AwsError(
    'InvalidNetworkAclEntry.NotFound',
    `no ${direction} entry with number ${key.ruleNumber}`,
  );
}

function readKey(input: DeleteNetworkAclEntryRequest): EntryKey {
  const ruleNumber = requireParameter('RuleNumber', input.RuleNumber);
  const isEgress = requireParameter('Egress', input.Egress);
  if (!(Number.isInteger(ruleNumber) && ruleNumber >= 1 && ruleNumber < lastRuleNumber)) {
    throw invalidParameterValue(
      `Value (${ruleNumber}) for parameter ruleNumber is invalid. Rule numbers are from 1 to ${lastRuleNumber - 1}.`,
    );
  }
  return { ruleNumber, isEgress };
}

function readEntry(input: CreateNetworkAclEntryRequest): NetworkAclEntry {
  const action = requireParameter('RuleAction', input.RuleAction);
  if (action !== 'allow' && action !== 'deny') {
    throw invalidParameterValue(`Value (${action}) for parameter ruleAction is invalid. Use allow or deny.`);
  }
  const protocol = readProtocol(requireParameter('Protocol', input.Protocol));
  return { ...readKey(input), action, protocol, ...readRange(input), ...readDetail(input, protocol) };
}

const protocolNumbers: Record<string, string> = { all: '-1', icmp: '1', tcp: '6', udp: '17', icmpv6: '58' };

/** AWS: a name comes back as its number. */
function readProtocol(text: string): string {
  const lowered = text.toLowerCase();
  if (Object.hasOwn(protocolNumbers, lowered)) return protocolNumbers[lowered]!;
  const isNumber = /^(0|[1-9][0-9]{0,2})$/.test(text) && Number(text) <= 255;
  if (text === '-1' || isNumber) return text;
  throw invalidParameterValue(`Invalid value '${text}' for IP protocol. Unknown protocol.`);
}

function readRange(
  input: CreateNetworkAclEntryRequest,
): Pick<NetworkAclEntry, 'cidrBlock' | 'ipv6CidrBlock'> {
  const { CidrBlock, Ipv6CidrBlock } = input;
  if (CidrBlock && Ipv6CidrBlock) {
    throw invalidParameterCombination(
      'The parameter ipv6CidrBlock cannot be used with the parameter cidrBlock',
    );
  }
  if (Ipv6CidrBlock) return { ipv6CidrBlock: readRuleCidrIpv6(Ipv6CidrBlock) };
  return { cidrBlock: readCidr('cidrBlock', requireParameter('CidrBlock', CidrBlock)) };
}

/** AWS: ports that come with any protocol but TCP and UDP are dropped, and every port is meant. */
function readDetail(
  { PortRange, IcmpTypeCode }: CreateNetworkAclEntryRequest,
  protocol: string,
): Pick<NetworkAclEntry, 'portRange' | 'icmpTypeCode'> {
  if (protocol === '6' || protocol === '17') {
    const { From, To } = requireParameter('PortRange', PortRange);
    const from = readPort(requireParameter('PortRange.From', From));
    const to = readPort(requireParameter('PortRange.To', To));
    if (from > to) throw invalidParameterValue(`Invalid TCP/UDP port range (${from}:${to})`);
    return { portRange: { from, to } };
  }
  if (protocol !== '1' && protocol !== '58') return {};
  const { Type, Code } = requireParameter('IcmpTypeCode', IcmpTypeCode);
  const type = readIcmp('type', requireParameter('Icmp.Type', Type));
  const code = readIcmp('code', requireParameter('Icmp.Code', Code));
  if (type === -1 && code !== -1) {
    throw invalidParameterValue(`ICMP code (${code}) cannot be given without a type`);
  }
  return { icmpTypeCode: { type, code } };
}

function readPort(port: number): number {
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port;
  throw invalidParameterValue(`TCP/UDP port (${port}) out of range`);
}

function readIcmp(name: string, number: number): number {
  if (Number.isInteger(number) && number >= -1 && number <= 255) return number;
  throw invalidParameterValue(`ICMP ${name} (${number}) out of range`);
}
