// `isthmus flows [ID]`: the flows that are open, as routers, NAT gateways and sites track them.

import { setTimeout as wait } from 'node:timers/promises';
import { type CloudChoice, getEndpoint, getJson } from './cloud-client.ts';
import { exitCode, note, say } from './exit.ts';

interface FlowSide {
  sourceAddress: string;
  sourcePort?: number;
  destinationAddress: string;
  destinationPort?: number;
}

interface FlowEnd {
  id?: string;
  name?: string;
}

export interface FlowLine {
  placeId: string;
  protocol: string;
  state?: string;
  isAnswered: boolean;
  expiresSeconds: number;
  asked: FlowSide;
  seen: FlowSide;
  client: FlowEnd;
  target: FlowEnd;
  server: FlowEnd;
  counts?: { sentBytes: number; receivedBytes: number };
}

const shortestPauseMs = 500;

export async function flows(
  options: CloudChoice & { follow?: boolean; json?: boolean },
  id?: string,
): Promise<number> {
  const endpoint = getEndpoint(options);
  let seen = await readFlows(endpoint, id);
  if (options.json) for (const flow of seen) say(JSON.stringify(flow));
  else if (seen.length > 0) say(renderTable(seen));
  else note(`No flow ${id === undefined ? '' : `that ${id} has to do with `}is open.`);
  while (options.follow) {
    const startMs = performance.now();
    const now = await readFlows(endpoint, id);
    for (const { sign, flow } of changesSince(seen, now))
      say(
        options.json
          ? JSON.stringify({ change: sign === '+' ? 'begun' : 'ended', ...flow })
          : `${sign} ${renderLine(flow)}`,
      );
    seen = now;
    await wait(Math.max(shortestPauseMs, performance.now() - startMs));
  }
  return exitCode.good;
}

async function readFlows(endpoint: string, id: string | undefined): Promise<FlowLine[]> {
  const path = id === undefined ? 'flows' : `flows/${encodeURIComponent(id)}`;
  return (await getJson<{ flows: FlowLine[] }>(endpoint, path)).flows;
}

export function changesSince(before: FlowLine[], now: FlowLine[]): { sign: '+' | '-'; flow: FlowLine }[] {
  const [had, have] = [before, now].map((list) => new Map(list.map((flow) => [keyOf(flow), flow]))) as [
    Map<string, FlowLine>,
    Map<string, FlowLine>,
  ];
  return [
    ...[...had].filter(([key]) => !have.has(key)).map(([, flow]) => ({ sign: '-' as const, flow })),
    ...[...have].filter(([key]) => !had.has(key)).map(([, flow]) => ({ sign: '+' as const, flow })),
  ];
}

const keyOf = ({ placeId, protocol, asked, seen }: FlowLine) =>
  JSON.stringify([placeId, protocol, asked, seen]);

export function renderTable(lines: FlowLine[]): string {
  const rows = [
    ['PROTO', 'STATE', 'EXPIRES', 'BYTES', 'FROM', 'TO', 'AS SEEN BY WHO ANSWERS', 'IN'],
    ...lines.map(cellsOf),
  ];
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const isCounted = lines.some(({ counts }) => counts);
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .filter((_, column) => isCounted || column !== 3)
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

const renderLine = (flow: FlowLine) =>
  cellsOf(flow)
    .filter((cell) => cell !== '')
    .join('  ');

function cellsOf({
  placeId,
  protocol,
  state,
  isAnswered,
  expiresSeconds,
  asked,
  seen,
  client,
  target,
  server,
  counts,
}: FlowLine): string[] {
  const isTranslated = JSON.stringify(asked) !== JSON.stringify(seen);
  const from = place(asked.sourceAddress, asked.sourcePort);
  const to = place(asked.destinationAddress, asked.destinationPort);
  const answering = place(seen.destinationAddress, seen.destinationPort);
  return [
    protocol,
    state ?? (isAnswered ? 'ANSWERED' : 'UNANSWERED'),
    `${expiresSeconds} s`,
    counts ? `${counts.sentBytes} → ${counts.receivedBytes} ←` : '',
    `${from}${nameOf(client)}`,
    `→ ${to}${nameOf(target)}`,
    isTranslated ? `${place(seen.sourceAddress, seen.sourcePort)} → ${answering}${nameOf(server)}` : '',
    `in ${placeId}`,
  ];
}

const place = (address: string, port: number | undefined) =>
  port === undefined ? address : `${address}:${port}`;

function nameOf({ id, name }: FlowEnd): string {
  const text = name ?? id;
  return text === undefined ? '' : ` (${text})`;
}
