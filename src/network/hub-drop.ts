// A packet that a hub refused, as a sentence: it refuses what its tables do not know.

import type { Ipv4 } from '../lib/cidr.ts';
import { type Drop, type DropLink, describeDrop, type NamedDrop, type Refusal } from './drop.ts';
import { chooseHubRoute, codeOfBlackhole, codeOfNoRoute, tableOwner } from './hub.ts';
import type { Hub, HubPort } from './network.ts';

export function nameHubDrop(hub: Hub, drop: Drop): NamedDrop {
  const refusal = findWhyHubRefused(hub, drop);
  const { link } = drop;
  const cameBy = link ? findPortOf(hub, link) : undefined;
  const concerns = [hub.hubId, refusal.refusedBy, ...(cameBy ? [cameBy.attachmentId] : [])];
  return { ...drop, ...describeDrop(hub.hubId, drop, refusal), concerns: [...new Set(concerns)] };
}

const findPortOf = (hub: Hub, { idEnd }: DropLink) =>
  hub.ports.find(({ attachmentId }) => attachmentId.endsWith(idEnd));

function findWhyHubRefused(hub: Hub, drop: Drop): Refusal {
  const { reason, sourceAddress, destinationAddress, link } = drop;
  if (reason === 'unknown-flow')
    return {
      refusedBy: hub.hubId,
      code: 'SITE_REJECTS_NEW_FLOWS',
      why: 'lets nobody on the internet begin a flow into the site',
    };
  if (reason === 'local')
    return {
      refusedBy: hub.hubId,
      code: 'SITE_ROUTER_PORT_RESTRICTION',
      why: 'has a router that answers questions for names and a ping',
    };
  const cameBy = link ? findPortOf(hub, link) : findPortTowards(hub, sourceAddress);
  if (cameBy && cameBy.tableId === undefined)
    return {
      refusedBy: cameBy.attachmentId,
      code: 'TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION',
      why: 'is associated with no route table',
    };
  const tableIds = cameBy?.tableId ? [cameBy.tableId] : hub.tables.map(({ tableId }) => tableId);
  for (const tableId of tableIds) {
    const route = chooseHubRoute(hub, tableId, destinationAddress);
    if (route?.target.kind === 'blackhole')
      return {
        refusedBy: tableOwner(hub, tableId),
        code: codeOfBlackhole(hub),
        why: `has a blackhole for ${route.destination}: ${route.target.because}`,
      };
  }
  const by = cameBy ? ` for what comes by ${cameBy.attachmentId}` : '';
  const refusedBy = cameBy?.tableId ? tableOwner(hub, cameBy.tableId) : hub.hubId;
  return { refusedBy, code: codeOfNoRoute(hub), why: `has no route there${by}` };
}

/** Where the source is, the tables say. */
function findPortTowards(hub: Hub, address: Ipv4): HubPort | undefined {
  for (const { tableId } of hub.tables) {
    const target = chooseHubRoute(hub, tableId, address)?.target;
    const port =
      target?.kind === 'port' && hub.ports.find(({ attachmentId }) => attachmentId === target.attachmentId);
    if (port) return port;
  }
  return undefined;
}
