// How a network ACL looks: its entries by number, those for what goes out first, each direction ending with the denial
// that nobody wrote.

import type { NetworkAclEntry as EntryShape, NetworkAcl as NetworkAclShape } from '@aws-sdk/client-ec2';
import { lastRuleNumber, type NetworkAcl, type NetworkAclEntry } from '../../cloud/network-acl.ts';
import type { OperationContext } from '../operation.ts';
import type { FilterFields } from './filter.ts';
import { showTags } from './tag.ts';

const ofEntries =
  (textOf: (entry: EntryShape) => string | number | boolean | undefined) =>
  (acl: NetworkAclShape): string[] =>
    acl
      .Entries!.map(textOf)
      .filter((text) => text !== undefined)
      .map(String);

/** AWS: these three are asked for by name or by number. */
const protocolNames: Record<string, string> = { '1': 'icmp', '6': 'tcp', '17': 'udp' };

export const networkAclFields: FilterFields<NetworkAclShape> = {
  'association.association-id': (acl) => acl.Associations!.map((a) => a.NetworkAclAssociationId!),
  'association.network-acl-id': (acl) => acl.Associations!.map((association) => association.NetworkAclId!),
  'association.subnet-id': (acl) => acl.Associations!.map((association) => association.SubnetId!),
  default: (acl) => String(acl.IsDefault),
  'entry.cidr': ofEntries((entry) => entry.CidrBlock),
  'entry.egress': ofEntries((entry) => entry.Egress),
  'entry.icmp.code': ofEntries((entry) => entry.IcmpTypeCode?.Code),
  'entry.icmp.type': ofEntries((entry) => entry.IcmpTypeCode?.Type),
  'entry.ipv6-cidr': ofEntries((entry) => entry.Ipv6CidrBlock),
  'entry.port-range.from': ofEntries((entry) => entry.PortRange?.From),
  'entry.port-range.to': ofEntries((entry) => entry.PortRange?.To),
  'entry.protocol': (acl) =>
    acl.Entries!.flatMap(({ Protocol }) => [Protocol!, protocolNames[Protocol!] ?? Protocol!]),
  'entry.rule-action': ofEntries((entry) => entry.RuleAction),
  'entry.rule-number': ofEntries((entry) => entry.RuleNumber),
  'network-acl-id': (acl) => acl.NetworkAclId,
  'owner-id': (acl) => acl.OwnerId,
  'vpc-id': (acl) => acl.VpcId,
};

export function showNetworkAcl({ cloud }: OperationContext, acl: NetworkAcl): NetworkAclShape {
  const { networkAclId, vpcId, accountId, isDefault, entries, associations } = acl;
  const shown = [true, false].flatMap((isEgress) =>
    [...entries.filter((entry) => entry.isEgress === isEgress), lastEntry(isEgress)].toSorted(
      (a, b) => a.ruleNumber - b.ruleNumber,
    ),
  );
  return {
    NetworkAclId: networkAclId,
    VpcId: vpcId,
    OwnerId: accountId,
    IsDefault: isDefault,
    Entries: shown.map(showEntry),
    Associations: associations.map(({ networkAclAssociationId, subnetId }) => ({
      NetworkAclAssociationId: networkAclAssociationId,
      NetworkAclId: networkAclId,
      SubnetId: subnetId,
    })),
    Tags: showTags(cloud, networkAclId),
  };
}

const lastEntry = (isEgress: boolean): NetworkAclEntry => ({
  ...{ ruleNumber: lastRuleNumber, isEgress, action: 'deny', protocol: '-1' },
  cidrBlock: '0.0.0.0/0',
});

function showEntry(entry: NetworkAclEntry): EntryShape {
  const { ruleNumber, isEgress, action, protocol, cidrBlock, ipv6CidrBlock, portRange, icmpTypeCode } = entry;
  return {
    Egress: isEgress,
    RuleNumber: ruleNumber,
    RuleAction: action,
    Protocol: protocol,
    ...(cidrBlock !== undefined && { CidrBlock: cidrBlock }),
    ...(ipv6CidrBlock !== undefined && { Ipv6CidrBlock: ipv6CidrBlock }),
    ...(portRange && { PortRange: { From: portRange.from, To: portRange.to } }),
    ...(icmpTypeCode && { IcmpTypeCode: { Type: icmpTypeCode.type, Code: icmpTypeCode.code } }),
  };
}
