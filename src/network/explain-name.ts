// How a VPC's resolver comes to its answer, in words: by the very function that it answers with.

import type { Network, PrivateZone, VpcNetwork } from './network.ts';
import { type NameAnswer, type NameSource, nameSource, resolveName } from './resolve-name.ts';

/** `by`: the id of the zone that answers, or the resolver's address. */
export type ExplainedName = { address: string; text: string; by: string } | { failed: string; by: string };

export function explainName(network: Network, vpc: VpcNetwork, host: string): ExplainedName {
  if (!vpc.resolver.enabled) {
    return { failed: `enableDnsSupport is off in ${vpc.vpcId}: its resolver answers nobody`, by: vpc.vpcId };
  }
  return explainAnswer(nameSource(network, vpc, 'vpc'), host, vpc.resolver.addresses[0]!);
}

/** @param resolver the address that answers */
export function explainAnswer(source: NameSource, host: string, resolver: string): ExplainedName {
  const answer = resolveName(source, host.toLowerCase().replace(/\.$/, ''), 'A');
  const by = typeof answer.by === 'string' ? resolver : answer.by.by;
  const aliases = describeAliases(answer);
  const last = answer.records.at(-1)?.recordSet;
  const [address] = last?.type === 'A' ? last.addresses : [];
  if (answer.outcome !== 'found' || last?.type !== 'A' || !address)
    return { failed: `${aliases}${describeFailure(source, answer)}`, by };
  const found = `${answer.name} is ${last.addresses.join(', ')} (${describeAuthority(source, answer)})`;
  return { address, text: `${aliases}${found}`, by };
}

function describeAuthority(source: NameSource, { by }: NameAnswer): string {
  if (by === 'vpc') return `a private name of ${source.ownerId}`;
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
