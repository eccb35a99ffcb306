// On-premises sites as a person makes them: what is asked for is checked, then written. Names stand for sites, and inside one for hosts.

import type { Cloud } from './cloud/cloud.ts';
import type { NewId, SiteHostId } from './cloud/id.ts';
import {
  findFreeHostAddress,
  findFreeSitePublicAddress,
  type Site,
  type SiteHost,
  siteRouterAddresses,
} from './cloud/site.ts';
import { siteLines } from './cloud/site-line.ts';
import {
  type Cidr,
  cidrContains,
  cidrRange,
  cidrsOverlap,
  formatCidr,
  parseAddress,
  parseCidr,
} from './lib/cidr.ts';

/** The answer is no, and why. */
export class SiteRefusal extends Error {
  readonly status: 400 | 404;

  constructor(message: string, status: 400 | 404 = 400) {
    super(message);
    this.status = status;
  }
}

export interface SiteRequest {
  name: string;
  cidrBlocks: string[];
  /** Without an address the next free one. None: one host named `host`. */
  hosts: { name: string; address?: string | undefined }[];
  hasInternet: boolean;
}

const mostBlocks = 20;
const mostHosts = 50;

export function createSite(cloud: Cloud, newId: NewId, request: SiteRequest): Site {
  const { name, hasInternet } = request;
  checkName('site', name);
  if (cloud.sites.all().some((site) => site.name === name))
    throw new SiteRefusal(`there is a site ${name} already`);
  const cidrBlocks = readBlocks(request.cidrBlocks);
  const publicAddress = findFreeSitePublicAddress(cloud);
  if (publicAddress === undefined) throw new SiteRefusal('there are no public addresses left for a site');
  let site: Site = {
    ...{ siteId: newId('site'), name, cidrBlocks, publicAddress, hasInternet },
    ...{ hosts: [], forwards: [], routes: [], generation: 0 },
  };
  const hosts = request.hosts.length > 0 ? request.hosts : [{ name: 'host' }];
  for (const host of hosts) site = withHost(site, newId, host);
  return cloud.sites.put(site);
}

export function addSiteHost(
  cloud: Cloud,
  newId: NewId,
  siteName: string,
  host: SiteRequest['hosts'][number],
): Site {
  return cloud.sites.put(withHost(getSite(cloud, siteName), newId, host));
}

export function deleteSite(cloud: Cloud, siteName: string): void {
  cloud.sites.delete(getSite(cloud, siteName).siteId);
}

/** No address takes the domain away. */
export function forwardDomain(cloud: Cloud, siteName: string, domain: string, addresses: string[]): Site {
  const site = getSite(cloud, siteName);
  const name = domain.toLowerCase().replace(/\.$/, '');
  const isName = name.length <= 253 && name.split('.').every((label) => /^[a-z0-9_-]{1,63}$/.test(label));
  if (!isName) throw new SiteRefusal(`${domain} is not a domain`);
  for (const address of addresses)
    if (parseAddress(address) === undefined) throw new SiteRefusal(`${address} is not an IPv4 address`);
  const others = site.forwards.filter((forward) => forward.domain !== name);
  const added = addresses.length > 0 ? [{ domain: name, addresses }] : [];
  return cloud.sites.put({ ...site, forwards: [...others, ...added] });
}

/** Without a line the route is taken away. */
export function routeSite(cloud: Cloud, siteName: string, text: string, attachmentId?: string): Site {
  const site = getSite(cloud, siteName);
  const range = parseCidr(text);
  if (!range) throw new SiteRefusal(`${text} is not a range such as 10.0.0.0/16`);
  const destination = formatCidr(range);
  const others = site.routes.filter((route) => route.destination !== destination);
  if (attachmentId === undefined) {
    if (others.length === site.routes.length)
      throw new SiteRefusal(`${site.name} has no route ${destination} of its own`, 404);
    return cloud.sites.put({ ...site, routes: others });
  }
  const lines = siteLines(cloud).filter(({ farId }) => farId === site.siteId);
  if (!lines.some((line) => line.attachmentId === attachmentId)) {
    const known = lines.map((line) => line.attachmentId).join(', ') || 'none yet';
    throw new SiteRefusal(`${attachmentId} is no line of ${site.name}; its lines: ${known}`);
  }
  return cloud.sites.put({ ...site, routes: [...others, { destination, attachmentId }] });
}

/** By its name or id. */
export function getSite(cloud: Cloud, nameOrId: string): Site {
  const site = cloud.sites.all().find(({ name, siteId }) => name === nameOrId || siteId === nameOrId);
  if (!site) throw new SiteRefusal(`there is no site ${nameOrId}`, 404);
  return site;
}

/** As getSiteHost, for what may mean something else. */
export function findSiteHost(cloud: Cloud, path: string): SiteHost | undefined {
  const [siteName, hostName] = path.split('/');
  const site = cloud.sites.all().find(({ name }) => name === siteName);
  return hostName === undefined ? site?.hosts[0] : site?.hosts.find(({ name }) => name === hostName);
}

/** `berlin/desk`, or `berlin` for its first host. */
export function getSiteHost(cloud: Cloud, path: string): { site: Site; host: SiteHost } {
  const [siteName = '', hostName] = path.split('/');
  const site = getSite(cloud, siteName);
  const host = hostName === undefined ? site.hosts[0] : site.hosts.find(({ name }) => name === hostName);
  if (!host) throw new SiteRefusal(`the site ${site.name} has no host ${hostName ?? ''}`.trimEnd(), 404);
  return { site, host };
}

function readBlocks(texts: string[]): Cidr[] {
  if (texts.length === 0) throw new SiteRefusal('a site needs a range: --cidr 192.168.0.0/16');
  if (texts.length > mostBlocks) throw new SiteRefusal(`a site has at most ${mostBlocks} ranges`);
  const blocks = texts.map((text) => {
    const range = parseCidr(text);
    if (!range) throw new SiteRefusal(`${text} is not a range such as 192.168.0.0/16`);
    if (range.prefixLength < 8 || range.prefixLength > 28)
      throw new SiteRefusal(`${text}: a range of a site is from /8 to /28`);
    return formatCidr(range);
  });
  blocks.forEach((block, index) => {
    const other = blocks.slice(0, index).find((one) => cidrsOverlap(one, block));
    if (other) throw new SiteRefusal(`${block} overlaps with ${other}`);
    const special = ['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/3'];
    if (special.some((range) => cidrsOverlap(range, block)))
      throw new SiteRefusal(`${block} is no range for hosts`);
  });
  return blocks;
}

function withHost(site: Site, newId: NewId, request: SiteRequest['hosts'][number]): Site {
  const { name } = request;
  checkName('host', name);
  if (site.hosts.some((host) => host.name === name))
    throw new SiteRefusal(`the site ${site.name} has a host ${name} already`);
  if (site.hosts.length >= mostHosts) throw new SiteRefusal(`a site has at most ${mostHosts} hosts`);
  const address = request.address ?? findFreeHostAddress(site);
  if (address === undefined) throw new SiteRefusal(`${site.cidrBlocks[0]} is full`);
  if (parseAddress(address) === undefined) throw new SiteRefusal(`${address} is not an IPv4 address`);
  const block = site.cidrBlocks.find((one) => cidrContains(one, address));
  if (!block) throw new SiteRefusal(`${address} is not in ${site.cidrBlocks.join(', ')}`);
  const { first, last } = cidrRange(block);
  const number = cidrRange(`${address}/32`).first;
  if (siteRouterAddresses(site).includes(address)) throw new SiteRefusal(`${address} is the site's router`);
  if (number === first || number === last)
    throw new SiteRefusal(`${address} is not a host's address in ${block}`);
  if (site.hosts.some((host) => host.address === address))
    throw new SiteRefusal(`${address} is taken in the site ${site.name}`);
  return { ...site, hosts: [...site.hosts, { hostId: newId('host'), name, address, bootNumber: 1 }] };
}

function checkName(what: string, name: string): void {
  if (/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(name)) return;
  const rule =
    'lower-case letters, digits and hyphens, at most 32, and neither begins nor ends with a hyphen';
  throw new SiteRefusal(`'${name}' is no name for a ${what}: it has ${rule}`);
}

/** A machine of a site that ended by itself is switched on again: nobody is there who could. */
export function recordHostEnd(cloud: Cloud, hostId: SiteHostId, bootNumber: number): void {
  const site = cloud.sites.all().find(({ hosts }) => hosts.some((host) => host.hostId === hostId));
  const isThisBoot = site?.hosts.some((host) => host.hostId === hostId && host.bootNumber === bootNumber);
  if (!site || !isThisBoot) return;
  const hosts = site.hosts.map((host) =>
    host.hostId === hostId ? { ...host, bootNumber: bootNumber + 1 } : host,
  );
  cloud.sites.put({ ...site, hosts });
}
