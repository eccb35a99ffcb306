// A site's router as a hub: its hosts, the lines to AWS's gateways, and its way to the internet. What is behind a line it
// learns from the gateway at the other end: by BGP, or because somebody has set it up as AWS's configuration file says.

import type { Site } from '../cloud/site.ts';
import { siteHostName, siteRouterAddresses } from '../cloud/site.ts';
import { type SiteLine, siteLines } from '../cloud/site-line.ts';
import { cidrContains } from '../lib/cidr.ts';
import type { CloudIndex } from './cloud-index.ts';
import { routesInOrder } from './hub-table.ts';
import type { Hub, HubPort, HubRoute, NameTable } from './network.ts';
import { compileTransitGateways } from './transit-gateway.ts';
import { compileVpnGateways } from './vpn-gateway.ts';

/** What a site's own wires and its way to the internet carry. */
const siteMtu = 1500;
const hostTtlSeconds = 60;

/** Everything that VPCs and sites are connected by, by id. */
export function compileHubs(index: CloudIndex): Map<string, Hub> {
  const { cloud } = index;
  const lines = siteLines(cloud);
  const gateways = new Map([
    ...compileTransitGateways(index),
    ...compileVpnGateways(cloud, lines).map((hub) => [hub.hubId, hub] as const),
  ]);
  const sites = [...cloud.sites.all()].map((site) => {
    const own = lines.filter(({ siteId, gatewayId }) => siteId === site.siteId && gateways.has(gatewayId));
    return compileSite(site, own, gateways);
  });
  return new Map([...gateways, ...sites.map((hub) => [hub.hubId, hub] as const)]);
}

function compileSite(site: Site, lines: SiteLine[], gateways: Map<string, Hub>): Hub {
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
    // ORDER: before what is learned: a site that has a way to the internet takes that.
    ...(hasInternet ? [toPort('0.0.0.0/0', hubId)] : []),
    ...learned,
  ];
  return {
    ...{ hubId, kind: 'site', accountId: '' },
    ports: [...hostPorts(site), ...linePorts(site, lines), ...(hasInternet ? [internetPort(site)] : [])],
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

function linePorts({ siteId }: Site, lines: SiteLine[]): HubPort[] {
  return lines.map(({ attachmentId, gatewayId, mtu }) => ({
    ...{ attachmentId, mtu, tableId: siteId },
    leadsTo: { kind: 'hub', hubId: gatewayId },
  }));
}

function internetPort({ siteId, publicAddress }: Site): HubPort {
  const leadsTo = { kind: 'internet', publicAddress } as const;
  return { attachmentId: siteId, leadsTo, mtu: siteMtu, tableId: siteId };
}

/** All that the gateway would send on, but for what it would send back. */
function learnRoutes({ ports, tables }: Hub, { attachmentId }: SiteLine): HubRoute[] {
  const tableId = ports.find((port) => port.attachmentId === attachmentId)?.tableId;
  const routes = tables.find((table) => table.tableId === tableId)?.routes ?? [];
  return routes
    .filter(({ target }) => target.kind === 'port' && target.attachmentId !== attachmentId)
    .map(({ destination }) => toPort(destination, attachmentId));
}

const toPort = (destination: string, attachmentId: string): HubRoute => ({
  destination,
  target: { kind: 'port', attachmentId },
});

function nameHosts(site: Site): NameTable {
  return new Map(
    site.hosts.map((host) => [
      siteHostName(site, host),
      { type: 'A', addresses: [host.address], ttlSeconds: hostTtlSeconds },
    ]),
  );
}
