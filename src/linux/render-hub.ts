// A hub as a namespace: a link per port, and by which port a packet came in decides which table it goes on by.
//
//   router of a VPC ──tga…──▶ tga… hub ──vpn…──▶ vpn… another hub ──hos…──▶ eth0 host
//
// A link to a VPC is made by the VPC's router, one between hubs by the hub whose id sorts first, one to a host by its hub.

import { addressNumber, type Ipv4 } from '../lib/cidr.ts';
import type { Hub, HubPort, HubTable, SiteServices } from '../network/network.ts';
import { renderHubProgram } from './hub-program.ts';
import { kernelDestination } from './kernel-destination.ts';
import { hubLink, internetId, namespaceName } from './link-name.ts';
import {
  type CloudMark,
  farRouterMacAddress,
  type Link,
  type NamespaceState,
  nextHop,
  routerMacAddress,
} from './namespace-state.ts';
import { numberTables } from './route-table-number.ts';

export function renderHub(mark: CloudMark, hub: Hub): NamespaceState {
  const state: NamespaceState = {
    name: namespaceName(mark, hub.hubId),
    kind: 'hub',
    id: hub.hubId,
    links: new Map(),
    addresses: new Set(),
    routes: new Map(),
    neighbours: new Map(),
    rules: new Set(),
    nft: renderHubProgram(hub),
  };
  for (const port of hub.ports) placePort(state, mark, hub, port);
  const numbers = numberTables(hub.tables.map(({ tableId }) => tableId));
  for (const { attachmentId, tableId } of hub.ports) {
    const number = tableId === undefined ? nowhere : numbers.get(tableId)!;
    state.rules.add(`pref 33000 iif ${hubLink(attachmentId)} lookup ${number}`);
  }
  if (hub.site) placeSiteServices(state, hub.site, numbers.get(hub.hubId)!);
  for (const table of hub.tables) placeTable(state, hub, table, numbers.get(table.tableId)!);
  // What no table of its port knows is led to lo, where the program refuses and counts it.
  state.rules.add(`pref 34000 lookup ${nowhere}`);
  state.routes.set(`default table ${nowhere}`, 'dev lo');
  return state;
}

const nowhere = 999;

function placePort(state: NamespaceState, mark: CloudMark, hub: Hub, port: HubPort): void {
  const name = hubLink(port.attachmentId);
  const { leadsTo, mtu } = port;
  if (leadsTo.kind === 'vpc' || (leadsTo.kind === 'hub' && leadsTo.hubId < hub.hubId)) {
    state.neighbours.set(`${nextHop} dev ${name}`, routerMacAddress);
    return;
  }
  const { altname, neighbour, peer } = farEnd(mark, port, leadsTo);
  state.links.set(name, { name, macAddress: routerMacAddress, mtu, altname, peer });
  state.neighbours.set(`${neighbour} dev ${name}`, peer.macAddress);
}

type FarEnd = Pick<Link, 'altname' | 'peer'> & { neighbour: Ipv4 };

function farEnd(
  mark: CloudMark,
  { attachmentId }: HubPort,
  leadsTo: Exclude<HubPort['leadsTo'], { kind: 'vpc' }>,
): FarEnd {
  if (leadsTo.kind === 'host') {
    const { address, bootNumber } = leadsTo;
    const namespace = namespaceName(mark, attachmentId);
    const macAddress = hostMacAddress(address);
    return {
      altname: `${attachmentId}.boot-${bootNumber}`,
      neighbour: address,
      peer: { namespace, name: 'eth0', macAddress },
    };
  }
  const namespace = namespaceName(mark, leadsTo.kind === 'hub' ? leadsTo.hubId : internetId);
  const peer = { namespace, name: hubLink(attachmentId), macAddress: farRouterMacAddress };
  return { altname: attachmentId, neighbour: nextHop, peer };
}

/** A site's router has addresses of its own, and asks others for names by the same routes as its hosts. */
function placeSiteServices(
  state: NamespaceState,
  { routerAddresses }: SiteServices,
  tableNumber: number,
): void {
  for (const address of routerAddresses) state.addresses.add(`${address}/32 dev lo`);
  state.rules.add(`pref 33500 iif lo lookup ${tableNumber}`);
}

/** Said by the address, as no two hosts of a site share one. */
export function hostMacAddress(address: Ipv4): string {
  const digits = addressNumber(address).toString(16).padStart(8, '0');
  return ['06', '01', ...digits.match(/../g)!].join(':');
}

function placeTable(state: NamespaceState, hub: Hub, { routes }: HubTable, number: number): void {
  const ports = new Map(hub.ports.map((port) => [port.attachmentId, port]));
  for (const { destination, target } of routes) {
    if (target.kind === 'self') continue; // the kernel asks its own addresses first
    const key = `${kernelDestination(destination)} table ${number}`;
    const port = target.kind === 'port' ? ports.get(target.attachmentId) : undefined;
    if (!port) {
      state.routes.set(key, 'dev lo');
      continue;
    }
    const link = hubLink(port.attachmentId);
    const isHost = port.leadsTo.kind === 'host';
    state.routes.set(key, isHost ? `dev ${link}` : `via ${nextHop} dev ${link} onlink`);
  }
}
