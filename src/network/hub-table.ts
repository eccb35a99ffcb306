// The routes of a hub's table in the order they are tried.

import { cidrRange } from '../lib/cidr.ts';
import type { HubRoute } from './network.ts';

export const toPort = (destination: string, attachmentId: string): HubRoute => ({
  destination,
  target: { kind: 'port', attachmentId },
});

/** Longest prefix first; of several with one destination the one that is given first stays. */
export function routesInOrder(routes: HubRoute[]): HubRoute[] {
  const byDestination = new Map<string, HubRoute>();
  for (const route of routes)
    if (!byDestination.has(route.destination)) byDestination.set(route.destination, route);
  const lengthOf = ({ destination }: HubRoute) => cidrRange(destination).prefixLength;
  return [...byDestination.values()].sort((a, b) => lengthOf(b) - lengthOf(a));
}
