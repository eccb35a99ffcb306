// A packet that a hub refused, as a sentence: it refuses what its tables do not know.

import type { Ipv4 } from '../lib/cidr.ts';
import type { Drop, NamedDrop, Refusal } from './drop.ts';
import { chooseHubRoute, codeOfBlackhole, codeOfNoRoute, tableOwner } from './hub.ts';
import type { Hub, HubPort } from './network.ts';

export function nameHubDrop(hub: Hub, drop: Drop): NamedDrop {
  const { refusedBy, code, why } = findWhyHubRefused(hub, drop);
  const port = drop.destinationPort === undefined ? '' : `:${drop.destinationPort}`;
  const packet = `${drop.protocol} ${drop.sourceAddress} → ${drop.destinationAddress}${port}`;
  const text = `${packet} in ${hub.hubId}: ${refusedBy} ${why}`;
  return { ...drop, routerId: hub.hubId, refusedBy, code, text };
}

function findWhyHubRefused(hub: Hub, { reason, sourceAddress, destinationAddress }: Drop): Refusal {
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
  // The counters do not say by which port it came; where the source is, the tables say.
  const cameBy = findPortTowards(hub, sourceAddress);
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

function findPortTowards(hub: Hub, address: Ipv4): HubPort | undefined {
  for (const { tableId } of hub.tables) {
    const target = chooseHubRoute(hub, tableId, address)?.target;
    const port =
      target?.kind === 'port' && hub.ports.find(({ attachmentId }) => attachmentId === target.attachmentId);
    if (port) return port;
  }
  return undefined;
}
