// DHCP options: what instances of a VPC are told about names and time when they boot. A set never changes; a VPC changes its set.

import type { Ipv4 } from '../lib/cidr.ts';
import type { Cloud } from './cloud.ts';
import type { AccountId, Region } from './id.ts';
import { privateDomain } from './private-name.ts';
import type { Owned, Vpc } from './vpc.ts';

export type DhcpOptionsId = `dopt-${string}`;

export const dhcpOptionKeys = [
  'domain-name',
  'domain-name-servers',
  'ntp-servers',
  'netbios-name-servers',
  'netbios-node-type',
  'ipv6-address-preferred-lease-time',
] as const;
export type DhcpOptionKey = (typeof dhcpOptionKeys)[number];

export interface DhcpConfiguration {
  key: DhcpOptionKey;
  values: string[];
}

export interface DhcpOptions extends Owned {
  dhcpOptionsId: DhcpOptionsId;
  /** True: made by AWS for the VPCs of an account and region that name no other. */
  isDefault: boolean;
  configurations: DhcpConfiguration[];
}

/** The VPC's resolver, wherever that is. */
export const amazonProvidedDns = 'AmazonProvidedDNS';
/** In place of a set's id: no options at all. */
export const noDhcpOptions = 'default';

export function defaultConfigurations(region: Region): DhcpConfiguration[] {
  return [
    { key: 'domain-name', values: [privateDomain(region)] },
    { key: 'domain-name-servers', values: [amazonProvidedDns] },
  ];
}

export function findDefaultDhcpOptions(
  cloud: Cloud,
  accountId: AccountId,
  region: Region,
): DhcpOptions | undefined {
  return cloud.dhcpOptions
    .all()
    .find((options) => options.isDefault && options.accountId === accountId && options.region === region);
}

/** What an instance is told. */
export interface DhcpAnswer {
  /** Looked through for names without a dot; empty: none. */
  searchDomains: string[];
  nameServers: Ipv4[];
  configurations: DhcpConfiguration[];
}

/**
 * DHCP as it would answer; a set that nobody has written down is the one AWS makes.
 * @param resolver what AmazonProvidedDNS stands for in this VPC
 */
export function dhcpAnswer(
  cloud: Cloud,
  { dhcpOptionsId, region }: Pick<Vpc, 'dhcpOptionsId' | 'region'>,
  resolver: Ipv4,
): DhcpAnswer {
  const own = dhcpOptionsId === noDhcpOptions ? [] : defaultConfigurations(region);
  const configurations = cloud.dhcpOptions.find(dhcpOptionsId)?.configurations ?? own;
  const valuesOf = (key: DhcpOptionKey) => configurations.find((one) => one.key === key)?.values ?? [];
  return {
    searchDomains: valuesOf('domain-name').flatMap((value) => value.split(/\s+/)),
    nameServers: valuesOf('domain-name-servers').map((server) =>
      server === amazonProvidedDns ? resolver : server,
    ),
    configurations,
  };
}

/**
 * What follows the dot in the name a host gives itself.
 * AWS: that is the set's first domain; the resolver knows the host by EC2's own names all the same.
 */
export function hostDomain(
  cloud: Cloud,
  { dhcpOptionsId, region }: Pick<Vpc, 'dhcpOptionsId' | 'region'>,
): string {
  const [first] = dhcpAnswer(cloud, { dhcpOptionsId, region }, '').searchDomains;
  return first ?? privateDomain(region);
}
