// A site's router as a hub: its hosts, the lines to AWS's gateways, and its way to the internet. What is behind a line it
// learns from the gateway at the other end: by BGP, or because somebody has set it up as AWS's configuration file says.

import type { Cloud } from '../cloud/cloud.ts';
import { findSiteOfInterface } from '../cloud/direct-connect.ts';
import { publicAddressPool, serviceRanges } from '../cloud/public-range.ts';
import { regionNames } from '../cloud/region.ts';
import type { Site } from '../cloud/site.ts';
import { siteHostName, siteRouterAddresses } from '../cloud/site.ts';
import { type Line, siteLines } from '../cloud/site-line.ts';
import { addressAt, type Cidr, cidrContains, cidrRange, type Ipv4 } from '../lib/cidr.ts';
import type { CloudIndex } from './cloud-index.ts';
import { compileDirectConnectGateways } from './direct-connect.ts';
import { routesInOrder, toPort } from './hub-table.ts';
import type { Hub, HubPort, HubRoute, NameTable } from './network.ts';
import { compileTransitGateways } from './transit-gateway.ts';
import { compileVpnGateways, linePort } from './vpn-gateway.ts';

/** What a site's own wires and its way to the internet carry. */
const siteMtu = 1500;
const hostTtlSeconds = 60;

/** Everything that VPCs and sites are connected by, by id. */
export function compileHubs(index: CloudIndex): Map<string, Hub> {
  const { cloud } = index;
  const hubs = compileTransitGateways(index);
  for (const hub of [...compileVpnGateways(cloud), ...compileDirectConnectGateways(cloud)])
    hubs.set(hub.hubId, hub);
  const lines = siteLines(cloud).filter(({ gatewayId }) => hubs.has(gatewayId));
  const sites = [...cloud.sites.all()].map((site) => {
    const own = lines.filter(({ farId }) => farId === site.siteId);
    return compileSite(site, own, listPublicInterfaces(cloud, site), hubs);
  });
  for (const hub of sites) hubs.set(hub.hubId, hub);
  return hubs;
}

function compileSite(site: Site, lines: Line[], publicLines: PublicLine[], gateways: Map<string, Hub>): Hub {
  const { siteId: hubId, hasInternet } = site;
  const learned = lines.flatMap((line) => learnRoutes(gateways.get(line.gatewayId)!, line));
  const routerAddresses = siteRouterAddresses(site);
  const routes: HubRoute[] = [
    ...routerAddresses.map(
      (address): HubRoute => ({ destination: `${address}/32`, target: { kind: 'self' } }),
    ),
    ...site.hosts.map(({ hostId, address }) => toPort(`${address}/32`, hostId)),
    ...site.routes
      .filter(({ attachmentId }) => lines.some((line) => line.attachmentId === attachmentId))
      .map(({ destination, attachmentId }) => toPort(destination, attachmentId)),
    ...site.cidrBlocks.map((destination): HubRoute => {
      return { destination, target: { kind: 'blackhole', because: `no host of ${site.name} has it` } };
    }),
    ...publicLines.flatMap(({ attachmentId }) => publicRanges.map((range) => toPort(range, attachmentId))),
    // ORDER: before what is learned: a site that has a way to the internet takes that.
    ...(hasInternet ? [toPort('0.0.0.0/0', hubId)] : []),
    ...learned,
  ];
  return {
    ...{ hubId, kind: 'site', accountId: '' },
    ports: [
      ...hostPorts(site),
      ...lines.map((line) => linePort(line, line.gatewayId, hubId)),
      // ORDER: before the internet: AWS answers by the line that the address was announced on.
      ...publicLines.map((line) => internetPort(site, line.attachmentId, line.publicAddress)),
      ...(hasInternet ? [internetPort(site, hubId, site.publicAddress)] : []),
    ],
    tables: [{ tableId: hubId, routes: routesInOrder(routes) }],
    site: {
      routerAddresses,
      names: nameHosts(site),
      forwards: site.forwards,
    },
  };
}

function hostPorts({ siteId, hosts, cidrBlocks }: Site): HubPort[] {
  return hosts.map(({ hostId, address, bootNumber }) => ({
    attachmentId: hostId,
    leadsTo: {
      kind: 'host',
      address,
      cidrBlock: cidrBlocks.find((block) => cidrContains(block, address))!,
      bootNumber,
    },
    mtu: siteMtu,
    tableId: siteId,
  }));
}

function internetPort({ siteId }: Site, attachmentId: string, publicAddress: Ipv4): HubPort {
  return { attachmentId, leadsTo: { kind: 'internet', publicAddress }, mtu: siteMtu, tableId: siteId };
}

interface PublicLine {
  attachmentId: string;
  /** What the site's hosts are to AWS over it: of the addresses it announces there. */
  publicAddress: Ipv4;
}

/** AWS: over a public virtual interface come all of its own public ranges, services' and customers'. */
const publicRanges: readonly Cidr[] = [...serviceRanges, ...regionNames.map(publicAddressPool)];

function listPublicInterfaces(cloud: Cloud, site: Site): PublicLine[] {
  return [...cloud.virtualInterfaces.all()].flatMap((virtualInterface) => {
    const { virtualInterfaceId: attachmentId, leadsTo } = virtualInterface;
    if (leadsTo.kind !== 'public' || findSiteOfInterface(cloud, virtualInterface) !== site) return [];
    const prefixes = leadsTo.routeFilterPrefixes;
    const isAnnounced = prefixes.some((prefix) => cidrContains(prefix, site.publicAddress));
    return [{ attachmentId, publicAddress: isAnnounced ? site.publicAddress : firstAddress(prefixes[0]!) }];
  });
}

/** A prefix of one address is that address. */
function firstAddress(prefix: Cidr): Ipv4 {
  return addressAt(prefix, cidrRange(prefix).prefixLength < 31 ? 1 : 0);
}

/** All that the gateway would send on, but for what it would send back. */
function learnRoutes({ ports, tables }: Hub, { attachmentId }: Line): HubRoute[] {
  const tableId = ports.find((port) => port.attachmentId === attachmentId)?.tableId;
  const routes = tables.find((table) => table.tableId === tableId)?.routes ?? [];
  return routes
    .filter(({ target }) => target.kind === 'port' && target.attachmentId !== attachmentId)
    .map(({ destination }) => toPort(destination, attachmentId));
}

function nameHosts(site: Site): NameTable {
  return new Map(
    site.hosts.map((host) => [
      siteHostName(site, host),
      { type: 'A', addresses: [host.address], ttlSeconds: hostTtlSeconds },
    ]),
  );
}
