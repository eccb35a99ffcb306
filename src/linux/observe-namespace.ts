// What a namespace holds right now, in the same words as NamespaceState: how a daemon that starts takes over
// what an earlier one left. Only what we make is read; the kernel's own routes and addresses are not ours.

import { runInside } from './namespace.ts';
import type { NamespaceState } from './namespace-state.ts';
import { tableName } from './router-program.ts';
import { run } from './run.ts';

interface IpLink {
  ifname: string;
  altnames?: string[];
}
interface IpAddress {
  ifname: string;
  addr_info: { family: string; local: string; prefixlen: number; noprefixroute?: boolean }[];
}
interface IpRoute {
  /** Absent: unicast. */
  type?: string;
  dst: string;
  gateway?: string;
  /** Absent: it leads nowhere. */
  dev?: string;
  table?: string;
  scope?: string;
  flags?: string[];
}
interface IpRule {
  priority: number;
  src: string;
  /** Absent: anywhere. */
  dst?: string;
  dstlen?: number;
  fwmark?: string;
  iif?: string;
  table: string;
}
interface IpNeighbour {
  dst: string;
  dev: string;
  lladdr?: string;
}

/** What is asked, in this order; each answers one JSON array on a line. */
const questions = [
  'link show',
  'address show',
  'route show table all proto static',
  'rule show',
  'neighbour show nud permanent',
];

export async function observeNamespace(desired: NamespaceState): Promise<NamespaceState> {
  const output = await run('ip', ['-n', desired.name, '-j', '-N', '-batch', '-'], {
    doing: `reading the namespace of ${desired.id}`,
    input: `${questions.join('\n')}\n`,
  });
  const answers = output
    .split('\n')
    .filter((line) => line.startsWith('['))
    .map((line) => JSON.parse(line) as unknown);
  const [links, addresses, routes, rules, neighbours] = answers as [
    IpLink[],
    IpAddress[],
    IpRoute[],
    IpRule[],
    IpNeighbour[],
  ];
  // A link made from here has an altname; if a crash came between the two steps it has none yet, and is made anew.
  const isOwn = ({ ifname, altnames }: IpLink) =>
    altnames !== undefined || ownLinks[desired.kind]?.test(ifname) || desired.links.has(ifname);
  const own = links
    .filter(isOwn)
    .map(({ ifname, altnames }) => ({ name: ifname, altname: altnames?.[0] ?? '' }));
  return {
    ...desired,
    links: new Map(
      own.map((link) => [link.name, { ...(desired.links.get(link.name) ?? strayLink), ...link }]),
    ),
    addresses: new Set(addresses.flatMap(readAddresses)),
    routes: new Map(routes.map(readRoute)),
    neighbours: new Map(neighbours.map(({ dst, dev, lladdr }) => [`${dst} dev ${dev}`, lladdr ?? ''])),
    // The kernel's own three are 0, 32766 and 32767.
    rules: new Set(
      rules.filter(({ priority }) => (priority !== 0 && priority < 32766) || priority > 32767).map(readRule),
    ),
  };
}

/** By their names alone: links that are made from nowhere else than such a namespace. */
const ownLinks: Partial<Record<NamespaceState['kind'], RegExp>> = {
  router: /^(eni|svc|gwe|ife|igw|tga|vgw)/,
};

const strayLink = { macAddress: '', mtu: 0, peer: { namespace: '', name: '', macAddress: '' } };

function readAddresses({ ifname, addr_info }: IpAddress): string[] {
  return addr_info
    .filter(({ family, local }) => family === 'inet' && local !== '127.0.0.1')
    .map(
      ({ local, prefixlen, noprefixroute }) =>
        `${local}/${prefixlen} dev ${ifname}${noprefixroute ? ' noprefixroute' : ''}`,
    );
}

/** What `-N` prints, in words. */
const tableNames: Record<string, string> = { '254': 'main', '255': 'local' };
const typeNames: Record<string, string> = { '2': 'local', '6': 'blackhole' };

function readRoute({ type, dst, gateway, dev, table = '254', scope, flags }: IpRoute): [string, string] {
  const words = [
    ...(gateway ? ['via', gateway] : []),
    ...(dev ? ['dev', dev] : []),
    ...(flags?.includes('onlink') ? ['onlink'] : []),
    // KERNEL: `-N` prints scope link as 253; routes to lo have it without being asked.
    ...(scope === '253' && !gateway && dev?.startsWith('eth') ? ['scope', 'link'] : []),
  ];
  const destination = type ? `${typeNames[type] ?? type} ${dst}` : dst;
  return [`${destination} table ${tableNames[table] ?? table}`, words.join(' ')];
}

function readRule({ priority, src, dst, dstlen = 32, fwmark, iif, table }: IpRule): string {
  const words = [
    `pref ${priority}`,
    ...(src === 'all' ? [] : [`from ${src}`]),
    ...(dst === undefined ? [] : [`to ${dst}/${dstlen}`]),
    ...(fwmark === undefined ? [] : [`fwmark ${Number(fwmark)}`]),
    ...(iif === undefined ? [] : [`iif ${iif}`]),
  ];
  return [...words, `lookup ${table}`].join(' ');
}

/** Chains of our table, so that those nobody wants any more can go. Empty when there is no table yet. */
export async function observeChains(desired: NamespaceState): Promise<string[]> {
  const doing = `reading the rules of ${desired.id}`;
  const output = await runInside(desired.name, 'nft', ['-j', '-t', 'list', 'ruleset'], { doing });
  const { nftables } = JSON.parse(output) as {
    nftables: { chain?: { family: string; table: string; name: string } }[];
  };
  return nftables.flatMap(({ chain }) =>
    chain && `${chain.family} ${chain.table}` === tableName ? [chain.name] : [],
  );
}
