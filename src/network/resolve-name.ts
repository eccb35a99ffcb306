// What a VPC's resolver says about a name, from the compiled network alone: the resolver's sockets and explain both ask here.
// AWS: the most specific private zone that covers the name answers, and nobody after it; else the VPC's own names; else the public ones.
// A rule may say that others are to be asked (resolver-rule.ts).
// There is no recursion into the world: a name is known here or it does not exist.
//
// DIFFERS: no-internet of the public names those of AWS's services are known; all others do not exist where AWS would ask the world's servers.

import { plainName } from '../cloud/dns-name.ts';
import type { Region } from '../cloud/id.ts';
import { privateDnsName, privateDomain, privateHostName } from '../cloud/private-name.ts';
import { regionNames } from '../cloud/region.ts';
import { homeRegion } from '../cloud/service-name.ts';
import { findName, hasNamesBelow, nameTables } from './names.ts';
import type { AliasRecord, NameTable, Network, PrivateZone, RecordSet, VpcNetwork } from './network.ts';
import { findPublicHostName } from './public-host-name.ts';
import { type ForwardingRule, findForwardingRule, type RuleBook, ruleBook } from './resolver-rule.ts';
import { findZone, indexZones, lookInZone, type ZoneIndex } from './zone.ts';

/** By which way the question came: from the VPC itself, or by an inbound resolver endpoint. */
export type View = 'vpc' | 'inbound';

/** Everything one resolver knows; made once for each network. */
export interface NameSource {
  /** Whose resolver it is: a VPC's, or that of an on-premises site. */
  ownerId: string;
  /** It is in the names EC2 gives to private addresses. */
  region: Region;
  zones: ZoneIndex;
  /** DIFFERS: public-zones each is known to every resolver at once, whether the world would find it or not. */
  publicZones: ZoneIndex;
  /** Looked through in order; the first that holds the name answers. */
  tables: readonly NameTable[];
  ruleBook: RuleBook;
}

export type RecordType = RecordSet['type'];

/** Who knows, or knows that there is nothing: a zone, or the names that belong to the VPC or to everybody. */
export type NameAuthority = PrivateZone | 'vpc' | 'public';

export interface NameAnswer {
  /** `endless`: aliases that lead in a circle. `elsewhere`: others are to be asked about the last name. */
  outcome: 'found' | 'no-data' | 'no-such-name' | 'endless' | 'elsewhere';
  /** By which others are asked. */
  rule?: ForwardingRule;
  /** The aliases in the order they were followed, then what was asked for. */
  records: { name: string; recordSet: RecordSet }[];
  /** Who spoke last. */
  by: NameAuthority;
  /** The name it spoke about: the one asked for, or where the last alias led. */
  name: string;
}

/** A chain of aliases is followed this far. */
const longestChain = 16;

export function nameSource(
  network: Pick<Network, 'publicNames' | 'publicZones'>,
  vpc: Pick<VpcNetwork, 'region' | 'privateNames' | 'privateZones'> &
    Partial<Pick<VpcNetwork, 'cidrBlocks' | 'resolverRules'>> & { vpcId: string },
  view: View,
): NameSource {
  const { vpcId: ownerId, region, privateZones } = vpc;
  const zones = indexZones(privateZones.filter((zone) => view === 'inbound' || !zone.isForInboundOnly));
  const publicZones = indexZones(network.publicZones);
  const tables = nameTables(network, vpc);
  return { ownerId, region, zones, publicZones, tables, ruleBook: ruleBook(vpc) };
}

/**
 * @param name in lower case, no trailing dot
 * @param type absent: one that no record here has; `ANY` is every type
 */
export function resolveName(
  source: NameSource,
  name: string,
  type: RecordType | 'ANY' | undefined,
): NameAnswer {
  const records: NameAnswer['records'] = [];
  let current = name;
  for (;;) {
    const zone = findZone(source.zones, current);
    const rule = findForwardingRule(source.ruleBook, current, zone);
    if (rule) return { outcome: 'elsewhere', rule, by: 'public', name: current, records };
    const { by, recordSets } = lookUp(source, zone, current);
    const said = { by, name: current, records };
    if (!recordSets) return { outcome: 'no-such-name', ...said };
    const wanted = type === undefined ? [] : choose(source, by, recordSets, type);
    for (const recordSet of wanted) records.push({ name: current, recordSet });
    if (wanted.length > 0) return { outcome: 'found', ...said };
    const [canonical] = choose(source, by, recordSets, 'CNAME');
    if (!canonical || canonical.type === 'A') return { outcome: 'no-data', ...said };
    records.push({ name: current, recordSet: canonical });
    if (records.length > longestChain) return { outcome: 'endless', ...said, records: [] };
    current = plainName(canonical.values[0]!);
  }
}

/** The record sets of a type; what an alias leads to stands for the alias. */
function choose(
  source: NameSource,
  by: NameAuthority,
  recordSets: readonly (RecordSet | AliasRecord)[],
  type: RecordType | 'ANY',
  depth = 0,
): RecordSet[] {
  return recordSets.flatMap((one) => {
    if (one.type !== 'alias') return (type === 'ANY' || one.type === type) && holds(one) ? [one] : [];
    const { recordType, target, isInZone } = one;
    if ((type !== 'ANY' && recordType !== type) || depth > longestChain) return [];
    const found =
      isInZone && typeof by !== 'string' ? lookInZone(by, target) : findName(source.tables.slice(1), target);
    const led = found === undefined ? [] : 'type' in found ? [found] : found;
    return choose(source, by, led, recordType, depth + 1);
  });
}

/** An endpoint without addresses has a name all the same. */
function holds(recordSet: RecordSet): boolean {
  return recordSet.type !== 'A' || recordSet.addresses.length > 0;
}

/** Undefined record sets: the name does not exist. */
function lookUp(
  source: NameSource,
  zone: PrivateZone | undefined,
  name: string,
): { by: NameAuthority; recordSets: readonly (RecordSet | AliasRecord)[] | undefined } {
  if (zone) return { by: zone, recordSets: lookInZone(zone, name) };
  const pointer = name.endsWith('.in-addr.arpa') ? findHostName(source, name) : undefined;
  if (pointer) return { by: 'vpc', recordSets: pointer };
  const record = findName(source.tables, name);
  if (record) return { by: source.tables[0]!.has(name) ? 'vpc' : 'public', recordSets: [record] };
  const publicZone = findZone(source.publicZones, name);
  if (publicZone) return { by: publicZone, recordSets: lookInZone(publicZone, name) };
  return { by: 'public', recordSets: hasNamesBelow(name) ? [] : undefined };
}

/**
 * `5.1.0.10.in-addr.arpa` is the host `ip-10-0-1-5` when the VPC has one of that name, and that of a public address the name
 * EC2 gives it: no second table to keep.
 */
function findHostName({ tables, region }: NameSource, name: string): RecordSet[] | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.in-addr\.arpa$/.exec(name);
  if (!match) return undefined;
  const address = match.slice(1, 5).reverse().join('.');
  const host = findPublicHostName(address) ?? findPrivateHostName(tables[0]!, region, address);
  const record = host === undefined ? undefined : findName(tables, host);
  return record && [{ type: 'PTR', ttlSeconds: record.ttlSeconds, values: [host!] }];
}

/** A peer's host has its name by the peer's region. */
function findPrivateHostName(names: NameTable, ownRegion: Region, address: string): string | undefined {
  const own = privateDnsName(address, ownRegion);
  if (names.has(own)) return own;
  const label = privateHostName(address);
  for (const domain of privateDomains) if (names.has(`${label}.${domain}`)) return `${label}.${domain}`;
  return undefined;
}

const privateDomains = regionNames.map(privateDomain);

/** What the DNS of an on-premises site knows by itself: its own names and the public ones. */
export function siteNameSource(
  network: Pick<Network, 'publicNames' | 'publicZones'>,
  hubId: string,
  names: NameTable,
): NameSource {
  const site = { vpcId: hubId, region: homeRegion, privateNames: names, privateZones: [] };
  return nameSource(network, site, 'vpc');
}
