// `isthmus drops [ID]`: what was refused so far, by the id of what refused it; with --last N the latest packets one by one.

import { setTimeout as wait } from 'node:timers/promises';
import { type CloudChoice, getEndpoint, getJson } from './cloud-client.ts';
import { CliError, exitCode, note, say } from './exit.ts';

export interface DropLine {
  /** The VPC or the hub that refused it. */
  routerId: string;
  /** The id that refused: a security group, a route table, an endpoint. */
  refusedBy: string;
  code: string;
  why: string;
  reason: string;
  /** Whose interface it was, and which way the packet went through it. */
  networkInterfaceId?: string;
  direction?: 'in' | 'out';
  link?: { kind: string; idEnd: string };
  sourceAddress: string;
  destinationAddress: string;
  protocol: string;
  destinationPort?: number;
  packets: number;
  bytes: number;
  lastTime: string;
  /** The latest packets whose source port is known. */
  recent: { time: string; sourcePort: number }[];
  text: string;
}

interface DropsOptions extends CloudChoice {
  follow?: boolean;
  last?: string;
  json?: boolean;
}

/** What one look brings takes a program for each VPC, so that a large cloud is looked at less often. */
const shortestPauseMs = 500;

export async function drops(options: DropsOptions, id?: string): Promise<number> {
  const endpoint = getEndpoint(options);
  const last = options.last === undefined ? undefined : readCount(options.last);
  let seen = await readDrops(endpoint, id);
  if (last !== undefined) sayLast(seen, last, options.json);
  else if (options.json) for (const drop of seen) say(JSON.stringify(drop));
  else if (seen.length > 0) say(renderTable(seen));
  if (seen.length === 0 && !options.json)
    note(`Nothing${id === undefined ? '' : ` that ${id} has to do with`} was dropped so far.`);
  while (options.follow) {
    const startMs = performance.now();
    const now = await readDrops(endpoint, id);
    for (const drop of newSince(seen, now)) say(options.json ? JSON.stringify(drop) : renderGroup(drop));
    seen = now;
    await wait(Math.max(shortestPauseMs, performance.now() - startMs));
  }
  return exitCode.good;
}

function readCount(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new CliError(exitCode.usage, `--last ${text}: a number of packets, such as --last 20`);
}

async function readDrops(endpoint: string, id: string | undefined): Promise<DropLine[]> {
  const path = id === undefined ? 'drops' : `drops/${encodeURIComponent(id)}`;
  return (await getJson<{ drops: DropLine[] }>(endpoint, path)).drops;
}

/** The lines that grew, with what they grew by, in the order of their last packets. A counter that is smaller than before was started anew. */
export function newSince(before: DropLine[], now: DropLine[]): DropLine[] {
  const counted = new Map(before.map((drop) => [flowOf(drop), drop]));
  const grown = now.flatMap((drop) => {
    const earlier = counted.get(flowOf(drop));
    const restarted = !earlier || earlier.packets > drop.packets;
    const packets = restarted ? drop.packets : drop.packets - earlier.packets;
    const bytes = restarted ? drop.bytes : drop.bytes - earlier.bytes;
    return packets > 0 ? [{ ...drop, packets, bytes }] : [];
  });
  return grown.toSorted(byTime);
}

/** By what it is counted, and not by who is blamed: that may be another after a change, and the packets are the same. */
function flowOf(drop: DropLine): string {
  const { routerId, reason, link, sourceAddress, destinationAddress, protocol, destinationPort } = drop;
  const where = link ? `${link.kind}${link.idEnd}` : drop.refusedBy;
  return [routerId, reason, where, sourceAddress, destinationAddress, protocol, destinationPort].join(' ');
}

const byTime = (left: { lastTime: string }, right: { lastTime: string }) =>
  left.lastTime.localeCompare(right.lastTime);

/** One packet of a line: the latest ones with their source ports; of a line of which none is known, its last. */
export interface DroppedPacket extends Omit<DropLine, 'packets' | 'bytes' | 'recent'> {
  sourcePort?: number;
}

/** Oldest first. */
export function lastPackets(drops: DropLine[], count: number): DroppedPacket[] {
  return drops
    .flatMap(({ packets: _p, bytes: _b, recent, ...drop }): DroppedPacket[] =>
      recent.length === 0
        ? [drop]
        : recent.map(({ time, sourcePort }) => ({ ...drop, lastTime: time, sourcePort })),
    )
    .toSorted(byTime)
    .slice(-count);
}

function sayLast(drops: DropLine[], count: number, asJson: boolean | undefined): void {
  for (const packet of lastPackets(drops, count))
    say(asJson ? JSON.stringify(packet) : `${renderTime(packet.lastTime)}  ${renderPacket(packet)}`);
}

function renderTable(lines: DropLine[]): string {
  const header = `${'PACKETS'.padStart(8)} ${'BYTES'.padStart(9)}  ${'LAST'.padEnd(8)}  WHAT`;
  const rows = lines.map(
    ({ packets, bytes, lastTime, text, code }) =>
      `${String(packets).padStart(8)} ${String(bytes).padStart(9)}  ${renderTime(lastTime).padEnd(8)}  ${text} [${code}]`,
  );
  return [header, ...rows].join('\n');
}

/** `15:04:05    3 packets  out of eni-…  tcp 10.0.1.7:40312 → 10.0.1.9:80  sg-… has no outbound rule for it` */
function renderGroup(drop: DropLine): string {
  const newest = drop.recent.toSorted((left, right) => right.time.localeCompare(left.time))[0];
  const packet = newest ? { ...drop, sourcePort: newest.sourcePort } : drop;
  const count = `${drop.packets} ${drop.packets === 1 ? 'packet' : 'packets'}`.padStart(10);
  return `${renderTime(drop.lastTime)}  ${count}  ${renderPacket(packet)}`;
}

function renderPacket(packet: DroppedPacket): string {
  const { protocol, sourceAddress, sourcePort, destinationAddress, destinationPort } = packet;
  const from = sourcePort === undefined ? sourceAddress : `${sourceAddress}:${sourcePort}`;
  const to = destinationPort === undefined ? destinationAddress : `${destinationAddress}:${destinationPort}`;
  const { direction, networkInterfaceId, routerId, refusedBy, why, code } = packet;
  const where =
    direction && networkInterfaceId
      ? `${direction === 'in' ? 'into' : 'out of'} ${networkInterfaceId}`
      : `in ${routerId}`;
  return `${protocol} ${from} → ${to}  ${where}: ${refusedBy} ${why} [${code}]`;
}

/** `15:04:05` of this day, `11-29 15:04` of another. */
function renderTime(iso: string): string {
  const time = new Date(iso);
  const two = (number: number) => String(number).padStart(2, '0');
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}`;
  if (time.toDateString() === new Date().toDateString()) return `${clock}:${two(time.getSeconds())}`;
  return `${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock}`;
}
