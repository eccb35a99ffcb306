// Whether a VPC's resolver asks others about a name.
// AWS: of the rules, the private zones and the VPC's own domains that cover a name the most specific one decides; of equals the rule
// does, then the zone.

import type { NetworkInterfaceId, OutboundEndpointId, ResolverRuleId } from '../cloud/id.ts';
import { privateDomain } from '../cloud/private-name.ts';
import { publicDomain } from '../cloud/public-name.ts';
import { type Cidr, cidrRange, formatAddress, type Ipv4 } from '../lib/cidr.ts';
import type { PrivateZone, VpcNetwork } from './network.ts';

export interface CompiledResolverRule {
  resolverRuleId: ResolverRuleId;
  /** Lower case, no trailing dot; empty: every name. */
  domain: string;
  /** Whom to ask, and from where; no interface: the endpoint has none. Absent: the resolver answers by itself all the same. */
  forward?: {
    resolverEndpointId: OutboundEndpointId;
    from: { networkInterfaceId: NetworkInterfaceId; address: Ipv4 }[];
    targets: { address: Ipv4; port: number }[];
  };
}

export type ForwardingRule = CompiledResolverRule & Required<Pick<CompiledResolverRule, 'forward'>>;

export interface RuleBook {
  /** The longest domain first. */
  rules: readonly CompiledResolverRule[];
  /** What the resolver knows by itself, as `ec2.internal` and the reverse names of the VPC's ranges. */
  ownDomains: readonly string[];
}

export function ruleBook({
  resolverRules: rules = [],
  region,
  cidrBlocks = [],
}: Pick<VpcNetwork, 'region'> & Partial<Pick<VpcNetwork, 'resolverRules' | 'cidrBlocks'>>): RuleBook {
  if (rules.length === 0) return { rules, ownDomains: [] };
  const reverseDomains = cidrBlocks.flatMap(({ cidrBlock }) => listReverseDomains(cidrBlock));
  return { rules, ownDomains: [privateDomain(region), publicDomain(region), ...reverseDomains] };
}

/** @param zone the most specific one that covers the name */
export function findForwardingRule(
  { rules, ownDomains }: RuleBook,
  name: string,
  zone: PrivateZone | undefined,
): ForwardingRule | undefined {
  const rule = rules.find(({ domain }) => covers(domain, name));
  if (!rule || !isForwarding(rule)) return undefined;
  if (zone && zone.zoneName.length > rule.domain.length) return undefined;
  const isOwn = ownDomains.some((domain) => domain.length > rule.domain.length && covers(domain, name));
  return isOwn ? undefined : rule;
}

function isForwarding(rule: CompiledResolverRule): rule is ForwardingRule {
  return rule.forward !== undefined;
}

/** Empty covers every name. */
function covers(domain: string, name: string): boolean {
  return domain === '' || name === domain || name.endsWith(`.${domain}`);
}

/** Of `10.0.0.0/16`: `0.10.in-addr.arpa`; of a range that ends inside a label each of those that fit. */
function listReverseDomains(cidrBlock: Cidr): string[] {
  const { first, last, prefixLength } = cidrRange(cidrBlock);
  const labels = Math.ceil(prefixLength / 8);
  const size = 2 ** (32 - labels * 8);
  const domains: string[] = [];
  for (let address = first; address <= last; address += size)
    domains.push(`${formatAddress(address).split('.').slice(0, labels).reverse().join('.')}.in-addr.arpa`);
  return domains;
}
