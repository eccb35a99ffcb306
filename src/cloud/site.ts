// An on-premises network: an office or a data centre with a router, hosts and a public address. Isthmus's own record, no account's:
// AWS only knows its customer gateway device, by that address.

import { addressAt, addressNumber, type Cidr, cidrRange, formatAddress, type Ipv4 } from '../lib/cidr.ts';
import type { Cloud } from './cloud.ts';
import type { SiteHostId, SiteId } from './id.ts';

export interface Site {
  siteId: SiteId;
  /** Unique: commands name sites by it. */
  name: string;
  cidrBlocks: Cidr[];
  /** Where its customer gateway device is on the internet, and what its hosts are there. */
  publicAddress: Ipv4;
  /** False: its router has no way to the internet but what is built through AWS. */
  hasInternet: boolean;
  hosts: SiteHost[];
  /** Names that its own DNS asks others for: the longest domain that fits wins. */
  forwards: { domain: string; addresses: Ipv4[] }[];
  /** What somebody has told its router: before all that it learns. The line is `vpn-…` or `dxvif-…`. */
  routes: { destination: Cidr; attachmentId: string }[];
  generation: number;
}

export interface SiteHost {
  hostId: SiteHostId;
  name: string;
  address: Ipv4;
  bootNumber: number;
}

/** Ranges for documentation, which are nobody's on the internet. */
const publicPools: readonly Cidr[] = ['203.0.113.0/24', '198.51.100.0/24'];
const reservedAddresses = 10;

/** The lowest that no site has. Undefined: all are given out. */
export function findFreeSitePublicAddress(cloud: Cloud): Ipv4 | undefined {
  const taken = new Set(cloud.sites.all().map(({ publicAddress }) => publicAddress));
  for (const pool of publicPools) {
    const { first, last } = cidrRange(pool);
    for (let number = first + reservedAddresses; number < last; number++) {
      const address = formatAddress(number);
      if (!taken.has(address)) return address;
    }
  }
  return undefined;
}

/** The router's own: the first of each block. At that of the first block hosts ask for names. */
export function siteRouterAddresses({ cidrBlocks }: Pick<Site, 'cidrBlocks'>): Ipv4[] {
  return cidrBlocks.map((cidrBlock) => addressAt(cidrBlock, 1));
}

/** Where a site's own names end: `berlin.internal`. */
export const siteDomain = ({ name }: Pick<Site, 'name'>) => `${name}.internal`;

/** `desk.berlin.internal` */
export const siteHostName = (site: Pick<Site, 'name'>, host: Pick<SiteHost, 'name'>) =>
  `${host.name}.${siteDomain(site)}`;

/** From the tenth address of the first block on. Undefined: there is none left. */
export function findFreeHostAddress({ cidrBlocks, hosts }: Site): Ipv4 | undefined {
  const { first, last } = cidrRange(cidrBlocks[0]!);
  const taken = new Set(hosts.map(({ address }) => addressNumber(address)));
  for (let number = first + reservedAddresses; number < last; number++)
    if (!taken.has(number)) return formatAddress(number);
  return undefined;
}

/** Whose customer gateway device has this address. */
export function findSiteAt(cloud: Cloud, publicAddress: Ipv4 | undefined): Site | undefined {
  return publicAddress === undefined
    ? undefined
    : cloud.sites.all().find((site) => site.publicAddress === publicAddress);
}
