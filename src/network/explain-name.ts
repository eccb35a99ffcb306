// How a VPC's resolver comes to its answer, in words: by the very function that it answers with.

import type { Ipv4 } from '../lib/cidr.ts';
import type { Network, PrivateZone, VpcNetwork } from './network.ts';
import { type NameAnswer, type NameSource, nameSource, resolveName } from './resolve-name.ts';
import type { ForwardingRule } from './resolver-rule.ts';
import type { PacketStopCode } from './stop-code.ts';

/** `addresses`: one at least, a client takes any. `by`: the id of the zone that answers, or the resolver's address. */
export type ExplainedName = { addresses: Ipv4[]; text: string; by: string } | FailedName;

export interface FailedName {
  failed: string;
  by: string;
  code: PacketStopCode;
}

export function explainName(network: Network, vpc: VpcNetwork, host: string): ExplainedName {
  if (!vpc.resolver.enabled) {
    return {
      failed: `enableDnsSupport is off in ${vpc.vpcId}: its resolver answers nobody`,
      by: vpc.vpcId,
      code: 'DNS_SUPPORT_DISABLED',
    };
  }
  const answer = explainAnswer(nameSource(network, vpc, 'vpc'), host, vpc.resolver.addresses[0]!);
  const aside = describeOthers(vpc);
  return 'failed' in answer
    ? { ...answer, failed: `${aside}${answer.failed}` }
    : { ...answer, text: `${aside}${answer.text}` };
}

/** What an instance hears of others we cannot tell; what it would hear of the VPC's resolver we can. */
function describeOthers({ vpcId, resolver: { instead } }: VpcNetwork): string {
  if (!instead) return '';
  const whom = instead.servers.length > 0 ? instead.servers.join(', ') : 'nobody';
  return `the DHCP options ${instead.dhcpOptionsId} of ${vpcId} tell its instances to ask ${whom}; its own resolver says: `;
}

/** @param resolver the address that answers */
export function explainAnswer(source: NameSource, host: string, resolver: string): ExplainedName {
  const answer = resolveName(source, host.toLowerCase().replace(/\.$/, ''), 'A');
  if (answer.rule) return describeForwarding(source, answer.rule, answer.name);
  const by = typeof answer.by === 'string' ? resolver : answer.by.by;
  const aliases = describeAliases(answer);
  const last = answer.records.at(-1)?.recordSet;
  const addresses = last?.type === 'A' ? last.addresses : [];
  if (answer.outcome !== 'found' || addresses.length === 0)
    return { failed: `${aliases}${describeFailure(source, answer)}`, by, code: codeOfFailure(answer) };
  const found = `${answer.name} is ${addresses.join(', ')} (${describeAuthority(source, answer)})`;
  return { addresses, text: `${aliases}${found}`, by };
}

/** What those will say that are asked is not ours to know. */
function describeForwarding({ ownerId }: NameSource, rule: ForwardingRule, name: string): ExplainedName {
  const { resolverRuleId, domain, forward } = rule;
  const targets = forward.targets.map(({ address, port }) => `${address}:${port}`).join(', ');
  const about = domain === '' ? 'every name' : domain;
  const failed = `the rule ${resolverRuleId} about ${about} makes the resolver of ${ownerId} ask ${targets} for ${name}, from ${forward.resolverEndpointId}: only they know`;
  return { failed, by: resolverRuleId, code: 'DNS_ANSWER_UNKNOWN' };
}

function describeAuthority(source: NameSource, { by }: NameAnswer): string {
  if (by === 'vpc') return `a private name that ${source.ownerId} knows`;
  return by === 'public' ? 'a public name' : `${describeZone(source, by)} ${by.zoneName}`;
}

function describeZone({ publicZones }: NameSource, zone: PrivateZone): string {
  return publicZones.get(zone.zoneName) === zone ? 'public zone' : 'private zone';
}

function describeAliases({ records }: NameAnswer): string {
  return records
    .flatMap(({ name, recordSet }) =>
      recordSet.type === 'CNAME' ? [`${name} is another name of ${recordSet.values[0]}; `] : [],
    )
    .join('');
}

function codeOfFailure({ outcome }: NameAnswer): PacketStopCode {
  if (outcome === 'endless') return 'DNS_ALIAS_LOOP';
  return outcome === 'no-such-name' ? 'DNS_NO_SUCH_NAME' : 'DNS_NO_ADDRESS';
}

function describeFailure(source: NameSource, { by, name, outcome }: NameAnswer): string {
  const { ownerId } = source;
  if (outcome === 'endless') return `the aliases of ${name} lead in a circle (SERVFAIL)`;
  const what = outcome === 'no-data' ? 'no address for it' : 'no such name (NXDOMAIN)';
  if (typeof by !== 'string')
    return `the ${describeZone(source, by)} ${by.zoneName} answers for ${name} in ${ownerId} and has ${what}; nobody else is asked`;
  return outcome === 'no-data'
    ? `${name} exists and has no address`
    : `the resolver of ${ownerId} knows no ${name} (NXDOMAIN)`;
}
