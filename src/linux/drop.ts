// Reads back what a router refused: the refusal sets of its program, one element per pair of addresses, port and link, and
// the set of its latest packets. An element says when its last packet came by what is left of its time.

import type { Drop, DropLink } from '../network/drop.ts';
import { runInside } from './namespace.ts';
import {
  dropReasons,
  parseAclRefusal,
  parseRecentMark,
  portlessRefusalSet,
  recentRefusalSet,
  recentSeconds,
  refusalSeconds,
  refusalSet,
} from './refusal.ts';
import { tableName } from './router-program.ts';

interface SetElement {
  elem: {
    val: { concat: (string | number)[] };
    counter: { packets: number; bytes: number };
    /** Seconds. */
    expires: number;
  };
}

type Elements = Map<string, SetElement[]>;

export async function readDrops(namespace: string): Promise<Drop[]> {
  const list = ['-j', '-n', 'list', 'sets', 'table', ...tableName.split(' ')];
  const output = await runInside(namespace, 'nft', list, {
    doing: `reading what was refused in ${namespace}`,
  });
  const now = Date.now();
  const { nftables } = JSON.parse(output) as { nftables: { set?: { name: string; elem?: SetElement[] } }[] };
  const elements: Elements = new Map(
    nftables.flatMap(({ set }) => (set?.elem ? [[set.name, set.elem] as const] : [])),
  );
  const recent = Map.groupBy(readRecent(elements, now), ({ key }) => key);
  return dropReasons.flatMap((reason) =>
    [refusalSet(reason), portlessRefusalSet(reason)]
      .flatMap((set) => elements.get(set) ?? [])
      .map((element) => {
        const drop = readDrop(reason, element, now);
        const packets = recent.get(keyOf(drop)) ?? recent.get(keyOf({ ...drop, protocol: '' })) ?? [];
        return { ...drop, recent: packets.map(({ time, sourcePort }) => ({ time, sourcePort })) };
      }),
  );
}

const protocolNames: Record<string, string> = { '1': 'icmp', '6': 'tcp', '17': 'udp' };

function readDrop(reason: Drop['reason'], { elem }: SetElement, now: number): Omit<Drop, 'recent'> {
  const { val, counter, expires } = elem;
  const [sourceAddress, destinationAddress, protocol, ...more] = val.concat.map(String) as [
    string,
    string,
    string,
    ...string[],
  ];
  const further = more.pop()!;
  const link = readLink(further);
  const [port] = more;
  return {
    reason,
    sourceAddress,
    destinationAddress,
    protocol: protocolNames[protocol] ?? protocol,
    ...(port === undefined ? {} : { destinationPort: Number(port) }),
    ...(reason === 'network-acl' ? { networkAcl: parseAclRefusal(Number(further)) } : link ? { link } : {}),
    ...counter,
    lastTime: timeOf(now, refusalSeconds, expires),
  };
}

/** `eni0a1b2c3d4e5f`: what leads there, and the end of its id. */
function readLink(name: string): DropLink | undefined {
  const match = /^([a-z]{3})([0-9a-f]{12})$/.exec(name);
  return match ? { kind: match[1]!, idEnd: match[2]! } : undefined;
}

function* readRecent(elements: Elements, now: number) {
  for (const { elem } of elements.get(recentRefusalSet) ?? []) {
    const [mark, sourceAddress, destinationAddress, sourcePort, destinationPort] = elem.val.concat;
    const { protocol = '', ...which } = parseRecentMark(Number(mark));
    yield {
      key: keyOf({
        ...which,
        protocol,
        ...{ sourceAddress: String(sourceAddress), destinationAddress: String(destinationAddress) },
        destinationPort: Number(destinationPort),
      }),
      time: timeOf(now, recentSeconds, elem.expires),
      sourcePort: Number(sourcePort),
    };
  }
}

type Key = Pick<
  Drop,
  'reason' | 'networkAcl' | 'protocol' | 'sourceAddress' | 'destinationAddress' | 'destinationPort'
>;

function keyOf(key: Key): string {
  const { reason, networkAcl: acl, protocol, sourceAddress, destinationAddress, destinationPort } = key;
  const entry = acl ? `${acl.networkAcl} ${acl.ruleNumber} ${acl.direction}` : '';
  return [reason, entry, protocol, sourceAddress, destinationAddress, destinationPort].join(' ');
}

const timeOf = (now: number, lifeSeconds: number, leftSeconds: number) =>
  new Date(now - (lifeSeconds - leftSeconds) * 1000).toISOString();
