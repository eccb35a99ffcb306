// The difference between what a namespace holds and what it should, as lines for `ip -batch`. Pure.
// Adds before it deletes, so that a change of the way never leaves a moment without one.

import type { Link, NamespaceState } from './namespace-state.ts';

export interface LinkPlan {
  added: Link[];
  /** Names of links that go. */
  removed: string[];
}

export function planLinks(before: NamespaceState | undefined, after: NamespaceState): LinkPlan {
  const had = before?.links ?? new Map<string, Link>();
  return {
    added: [...after.links.values()].filter((link) => had.get(link.name)?.altname !== link.altname),
    removed: [...had.values()]
      .filter((link) => after.links.get(link.name)?.altname !== link.altname)
      .map(({ name }) => name),
  };
}

export function renderLinkAdd(link: Link): string[] {
  const { name, macAddress, mtu, altname, peer } = link;
  return [
    `link add ${name} address ${macAddress} mtu ${mtu} type veth peer name ${peer.name} netns ${peer.namespace} address ${peer.macAddress} mtu ${mtu}`,
    `link property add dev ${name} altname ${altname}`,
    `link set ${name} up`,
  ];
}

/**
 * `after` without links that are not there yet, and what would sit on them. Undefined: nothing has to wait.
 * @param goneLinks what sat on these is gone with them; on others it stays, since they may only be out of sight
 */
export function withoutMissingLinks(
  before: NamespaceState,
  after: NamespaceState,
  missingLinks: Set<string>,
  goneLinks: Set<string>,
): NamespaceState | undefined {
  if (missingLinks.size === 0) return undefined;
  const sitsOn = (text: string, links: Set<string>) =>
    text.split(' ').some((word, i, words) => words[i - 1] === 'dev' && links.has(word));
  const waits = (text: string, isThere: boolean) =>
    sitsOn(text, missingLinks) && (!isThere || sitsOn(text, goneLinks));
  const possible: NamespaceState = {
    ...after,
    links: new Map([...after.links].filter(([name]) => !missingLinks.has(name))),
    addresses: new Set([...after.addresses].filter((text) => !waits(text, before.addresses.has(text)))),
    routes: new Map(
      [...after.routes].filter(([key, value]) => !waits(value, before.routes.get(key) === value)),
    ),
    neighbours: new Map(
      [...after.neighbours].filter(([key, value]) => !waits(key, before.neighbours.get(key) === value)),
    ),
  };
  const isWhole = (['links', 'addresses', 'routes', 'neighbours'] as const).every(
    (what) => possible[what].size === after[what].size,
  );
  return isWhole ? undefined : possible;
}

/**
 * @param goneLinks links of this namespace that have just been taken away, from here or from the other end:
 *   the kernel took their routes, neighbours and addresses with them
 */
export function renderChange(
  before: NamespaceState | undefined,
  after: NamespaceState,
  goneLinks: Set<string>,
): string[] {
  const namesGoneLink = (text: string) =>
    text.split(' ').some((word, i, words) => words[i - 1] === 'dev' && goneLinks.has(word));
  const isGone = goneLinks.size > 0 ? namesGoneLink : () => false;
  const addresses = before?.addresses ?? new Set<string>();
  const rules = before?.rules ?? new Set<string>();
  const lines: string[] = [];
  for (const address of after.addresses)
    if (!addresses.has(address) || isGone(address)) lines.push(`address add ${address}`);
  for (const [key, value] of changed(before?.neighbours, after.neighbours, isGone)) {
    lines.push(`neighbour replace ${key.replace(' dev', ` lladdr ${value} nud permanent dev`)}`);
  }
  for (const [key, value] of changed(before?.routes, after.routes, isGone)) {
    const [destination, table] = key.split(' table ') as [string, string];
    lines.push(`route replace ${[destination, value].join(' ').trim()} table ${table} proto static`);
  }
  for (const rule of after.rules) if (!rules.has(rule)) lines.push(`rule add ${rule}`);
  // What else is inside an instance is the instance's own business.
  if (after.kind === 'instance') return lines;
  for (const rule of rules) if (!after.rules.has(rule)) lines.push(`rule delete ${rule}`);
  for (const [key, value] of before?.routes ?? []) {
    if (after.routes.has(key) || isGone(value)) continue;
    const [destination, table] = key.split(' table ') as [string, string];
    lines.push(`route delete ${destination} table ${table} proto static`);
  }
  for (const key of before?.neighbours.keys() ?? []) {
    if (!after.neighbours.has(key) && !isGone(key)) lines.push(`neighbour delete ${key}`);
  }
  for (const address of addresses) {
    if (!after.addresses.has(address) && !isGone(address)) lines.push(`address delete ${address}`);
  }
  return lines;
}

function changed(
  before: Map<string, string> | undefined,
  after: Map<string, string>,
  isGone: (text: string) => boolean,
): [string, string][] {
  const entries: [string, string][] = [];
  for (const [key, value] of after) {
    if (before?.get(key) !== value || isGone(value) || isGone(key)) entries.push([key, value]);
  }
  return entries;
}
