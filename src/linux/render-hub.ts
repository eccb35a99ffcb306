// A hub as a namespace: a link per port, and by which port a packet came in decides which table it goes on by.
//
//   router of a VPC ──tga…──▶ tga… hub ──vpn…──▶ vpn… another hub ──hos…──▶ eth0 host
//
// A link to a VPC is made by the VPC's router, one between hubs by the hub whose id sorts first, one to a host by its hub.

import { addressNumber, type Ipv4 } from '../lib/cidr.ts';
import type { Hub, HubPort, HubTable } from '../network/network.ts';
import { renderHubProgram } from './hub-program.ts';
import { hubLink, namespaceName } from './link-name.ts';
import {
  type CloudMark,
  farRouterMacAddress,
  type NamespaceState,
  nextHop,
  routerMacAddress,
} from './namespace-state.ts';

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
  const numbers = numberTables(hub);
  for (const { attachmentId, tableId } of hub.ports) {
    const number = tableId === undefined ? nowhere : numbers.get(tableId)!;
    state.rules.add(`pref 33000 iif ${hubLink(attachmentId)} lookup ${number}`);
  }
  for (const table of hub.tables) placeTable(state, hub, table, numbers.get(table.tableId)!);
  // What no table of its port knows is led to lo, where the program refuses and counts it.
  state.rules.add(`pref 34000 lookup ${nowhere}`);
  state.routes.set(`default table ${nowhere}`, 'dev lo');
  return state;
}

const nowhere = 999;

function placePort(state: NamespaceState, mark: CloudMark, hub: Hub, port: HubPort): void {
  const name = hubLink(port.attachmentId);
  const { leadsTo, mtu, attachmentId: altname } = port;
  if (leadsTo.kind === 'vpc' || (leadsTo.kind === 'hub' && leadsTo.hubId < hub.hubId)) {
    state.neighbours.set(`${nextHop} dev ${name}`, routerMacAddress);
    return;
  }
  const [far, macAddress] =
    leadsTo.kind === 'hub'
      ? [{ namespace: namespaceName(mark, leadsTo.hubId), name }, farRouterMacAddress]
      : [
          { namespace: namespaceName(mark, port.attachmentId), name: 'eth0' },
          hostMacAddress(leadsTo.address),
        ];
  state.links.set(name, { name, macAddress: routerMacAddress, mtu, altname, peer: { ...far, macAddress } });
  const neighbour = leadsTo.kind === 'hub' ? nextHop : leadsTo.address;
  state.neighbours.set(`${neighbour} dev ${name}`, macAddress);
}

/** Said by the address, as no two hosts of a site share one. */
export function hostMacAddress(address: Ipv4): string {
  const digits = addressNumber(address).toString(16).padStart(8, '0');
  return ['06', '01', ...digits.match(/../g)!].join(':');
}

/** A stable number for each table. */
function numberTables({ tables }: Hub): Map<string, number> {
  const numbers = new Map<string, number>();
  const taken = new Set<number>();
  for (const { tableId } of tables) {
    let number = 1000 + Number.parseInt(tableId.slice(-7), 16);
    while (taken.has(number)) number += 1;
    taken.add(number);
    numbers.set(tableId, number);
  }
  return numbers;
}

function placeTable(state: NamespaceState, hub: Hub, { routes }: HubTable, number: number): void {
  const ports = new Map(hub.ports.map((port) => [port.attachmentId, port]));
  for (const { destination, target } of routes) {
    const key = `${destination === '0.0.0.0/0' ? 'default' : destination.replace(/\/32$/, '')} table ${number}`;
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
