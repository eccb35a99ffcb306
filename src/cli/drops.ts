// `isthmus drops [--follow]`: what was refused so far, by the id of what refused it.

import { setTimeout as wait } from 'node:timers/promises';
import { type CloudChoice, getEndpoint, getJson } from './cloud-client.ts';
import { exitCode, note, say } from './exit.ts';

interface DropLine {
  /** The VPC or the hub that refused it. */
  routerId: string;
  /** The id that refused: a security group, a route table, an endpoint. */
  refusedBy: string;
  reason: string;
  /** Which kind of stop, as in `explain`. */
  code: string;
  sourceAddress: string;
  destinationAddress: string;
  protocol: string;
  destinationPort?: number;
  packets: number;
  bytes: number;
  text: string;
}

const followIntervalMs = 500;

export async function drops(options: CloudChoice & { follow?: boolean; json?: boolean }): Promise<number> {
  const endpoint = getEndpoint(options);
  let seen = await readDrops(endpoint);
  if (options.json) for (const drop of seen) say(JSON.stringify(drop));
  else if (seen.length > 0) say(renderTable(seen));
  else note('Nothing was dropped so far.');
  while (options.follow) {
    await wait(followIntervalMs);
    const now = await readDrops(endpoint);
    for (const drop of newSince(seen, now)) say(options.json ? JSON.stringify(drop) : renderLine(drop));
    seen = now;
  }
  return exitCode.good;
}

async function readDrops(endpoint: string): Promise<DropLine[]> {
  return (await getJson<{ drops: DropLine[] }>(endpoint, 'drops')).drops;
}

/** The lines that grew, with what they grew by. A counter that is smaller than before was started anew. */
function newSince(before: DropLine[], now: DropLine[]): DropLine[] {
  const counted = new Map(before.map((drop) => [flowOf(drop), drop]));
  return now.flatMap((drop) => {
    const earlier = counted.get(flowOf(drop));
    const restarted = !earlier || earlier.packets > drop.packets;
    const packets = restarted ? drop.packets : drop.packets - earlier.packets;
    const bytes = restarted ? drop.bytes : drop.bytes - earlier.bytes;
    return packets > 0 ? [{ ...drop, packets, bytes }] : [];
  });
}

function flowOf(drop: DropLine): string {
  const { routerId, refusedBy, reason, sourceAddress, destinationAddress, protocol, destinationPort } = drop;
  return [routerId, refusedBy, reason, sourceAddress, destinationAddress, protocol, destinationPort].join(
    ' ',
  );
}

function renderTable(lines: DropLine[]): string {
  return [`${'PACKETS'.padStart(8)} ${'BYTES'.padStart(9)}  WHAT`, ...lines.map(renderLine)].join('\n');
}

function renderLine(drop: DropLine): string {
  return `${String(drop.packets).padStart(8)} ${String(drop.bytes).padStart(9)}  ${drop.text} [${drop.code}]`;
}
