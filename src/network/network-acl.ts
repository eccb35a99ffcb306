// Network ACLs as what they refuse. They keep no state: every packet is judged by its own addresses and ports at each border
// of a subnet, answers like questions, and the entry with the lowest number that matches decides.

import type { NetworkAclId, SubnetId, VpcId } from '../cloud/id.ts';
import { lastRuleNumber, type NetworkAcl, type NetworkAclEntry } from '../cloud/network-acl.ts';
import { cidrContains, type Ipv4 } from '../lib/cidr.ts';
import { numberIds } from '../lib/stable-number.ts';
import type { CloudIndex } from './cloud-index.ts';
import type { CompiledAclEntry, CompiledNetworkAcl } from './network.ts';

export { lastRuleNumber };

/** Those that have a subnet to do something for: such as could refuse something, and such as let everything through. */
export function compileNetworkAcls(
  index: CloudIndex,
  vpcId: VpcId,
): { networkAcls: CompiledNetworkAcl[]; openNetworkAcls: CompiledNetworkAcl[] } {
  const compiled = (index.networkAclsOf.get(vpcId) ?? [])
    .map(compileNetworkAcl)
    .filter(({ subnetIds }) => subnetIds.length > 0);
  const mayRefuse = ({ ingress, egress }: CompiledNetworkAcl) =>
    [...ingress, ...egress].some(({ action }) => action === 'deny');
  return {
    networkAcls: compiled.filter(mayRefuse),
    openNetworkAcls: compiled.filter((acl) => !mayRefuse(acl)),
  };
}

function compileNetworkAcl({ networkAclId, associations, entries }: NetworkAcl): CompiledNetworkAcl {
  const compile = (isEgress: boolean) =>
    compileEntries(entries.filter((entry) => entry.isEgress === isEgress));
  const subnetIds = associations.map(({ subnetId }) => subnetId);
  return { networkAclId, subnetIds, ingress: compile(false), egress: compile(true) };
}

/** What comes after an entry that takes everything is never asked. */
function compileEntries(entries: NetworkAclEntry[]): CompiledAclEntry[] {
  const compiled = entries
    .toSorted((a, b) => a.ruleNumber - b.ruleNumber)
    .flatMap((entry) => compileEntry(entry));
  const decisive = compiled.findIndex(
    ({ protocol, cidrBlock }) => protocol === 'all' && cidrBlock === everywhere,
  );
  return decisive < 0 ? [...compiled, denyTheRest] : compiled.slice(0, decisive + 1);
}

const everywhere = '0.0.0.0/0';
const denyTheRest: CompiledAclEntry = {
  ...{ ruleNumber: lastRuleNumber, action: 'deny', protocol: 'all', cidrBlock: everywhere },
};

const protocolNames: Record<string, CompiledAclEntry['protocol']> = {
  ...{ '-1': 'all', '1': 'icmp', '6': 'tcp', '17': 'udp' },
};

function compileEntry(entry: NetworkAclEntry): CompiledAclEntry[] {
  const { ruleNumber, action, cidrBlock, portRange: ports, icmpTypeCode: icmp } = entry;
  if (cidrBlock === undefined) return [];
  const protocol = protocolNames[entry.protocol] ?? Number(entry.protocol);
  const isEveryPort = ports?.from === 0 && ports.to === 65535;
  return [
    {
      ...{ ruleNumber, action, protocol, cidrBlock },
      ...(ports && !isEveryPort ? { ports } : {}),
      ...(icmp && icmp.type !== -1 && protocol === 'icmp'
        ? { icmp: icmp.code === -1 ? { type: icmp.type } : icmp }
        : {}),
    },
  ];
}

/** A packet at a border. Where its port is not known, every port it may have. */
export interface BorderPacket {
  protocol: 'tcp' | 'udp' | 'icmp';
  /** The other side: the destination on the way out, the source on the way in. */
  peer: Ipv4;
  /** The destination's, in either direction. tcp and udp only. */
  ports?: { from: number; to: number };
  icmp?: { type: number; code: number };
}

export interface AclDecision {
  action: CompiledAclEntry['action'];
  ruleNumber: number;
  /** Of the ports the packet may have, those it is about. */
  ports?: { from: number; to: number };
}

/** What is decided about a packet. Of one that may have several ports: what denies some of them, if anything does. */
export function askNetworkAcl(
  acl: CompiledNetworkAcl,
  direction: 'ingress' | 'egress',
  packet: BorderPacket,
): AclDecision {
  const entries = acl[direction].filter((entry) => mayMatch(entry, packet));
  if (!packet.ports) return entries[0]!;
  const { from, to } = packet.ports;
  // The answer changes only where some entry's ports begin or end.
  const edges = entries.flatMap(({ ports }) => (ports ? [ports.from, ports.to + 1] : []));
  const starts = [from, ...edges.filter((port) => port > from && port <= to)].sort((a, b) => a - b);
  const deciding = starts.map(
    (port) => entries.find(({ ports }) => !ports || (ports.from <= port && port <= ports.to))!,
  );
  const denied = deciding.findIndex(({ action }) => action === 'deny');
  const { action, ruleNumber } = deciding[Math.max(denied, 0)]!;
  if (denied < 0) return { action, ruleNumber, ports: packet.ports };
  const next = deciding.findIndex((entry, place) => place > denied && entry !== deciding[denied]);
  return { action, ruleNumber, ports: { from: starts[denied]!, to: next < 0 ? to : starts[next]! - 1 } };
}

function mayMatch(entry: CompiledAclEntry, { protocol, peer, icmp }: BorderPacket): boolean {
  if (entry.protocol !== 'all' && entry.protocol !== protocol) return false;
  if (entry.icmp && entry.icmp.type !== icmp?.type) return false;
  if (entry.icmp?.code !== undefined && entry.icmp.code !== icmp?.code) return false;
  return cidrContains(entry.cidrBlock, peer);
}

export function findNetworkAcl(
  networkAcls: CompiledNetworkAcl[],
  subnetId: SubnetId,
): CompiledNetworkAcl | undefined {
  return networkAcls.find(({ subnetIds }) => subnetIds.includes(subnetId));
}

/** A number of 16 bits for each, by which a refusal names it. */
export function numberNetworkAcls(networkAcls: CompiledNetworkAcl[]): Map<NetworkAclId, number> {
  const ids = networkAcls.map(({ networkAclId }) => networkAclId);
  return numberIds(ids, { digits: 4, first: 0, size: 2 ** 16 });
}

/** AWS writes the last one as `*`. */
export const nameRuleNumber = (ruleNumber: number) =>
  ruleNumber === lastRuleNumber ? `${ruleNumber} (*)` : String(ruleNumber);
