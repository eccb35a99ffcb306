// Ways to the same store, compared: each has a client of its own that stays, and in each round every way carries the same load
// for the same time, in an order that turns. A ratio is taken within its round, and the median over the rounds is told, with the
// quartiles. The processor time a request takes in the daemon is told beside it: it depends least on what else the machine does.

import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { namespacePath } from '../src/linux/link-name.ts';
import { atLeast, formatNumber, type Line, median, printLines, quantile } from './figure.ts';
import type { ClientReport, ClientTask } from './object-client.ts';
import type { Scratch } from './scratch.ts';

const clientScript = fileURLToPath(new URL('./object-client.ts', import.meta.url));
const mebibyte = 1024 * 1024;
const warmUpSeconds = 0.3;

/** From where, to which address, by which protocol. */
export interface Way {
  name: string;
  /** Absent: the machine itself. */
  namespace?: string;
  base: string;
  host: string;
  authority?: string;
  key: { accessKeyId: string; secretAccessKey: string };
  /** Who answers, for its processor time. Absent: nobody of ours. */
  daemonPid?: number;
}

/** Rates of the rounds, and what all of them together took. */
interface Measured {
  rates: number[];
  requests: number;
  processorMs: number;
}

export type Load = Pick<ClientTask, 'kind' | 'path' | 'seconds' | 'connections'> & {
  size?: number;
  body?: string;
};

export class WayClient {
  readonly way: Way;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #isDone = false;

  constructor(scratch: Scratch, way: Way) {
    this.way = way;
    const [program, ...args] = [
      ...(way.namespace ? ['nsenter', `--net=${namespacePath(way.namespace)}`] : []),
      ...[process.execPath, clientScript],
    ];
    this.#child = scratch.start(program!, args, { stdio: ['pipe', 'pipe', 'pipe'] }, () => this.#isDone);
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  async carry(load: Load): Promise<ClientReport> {
    const { base, host, authority, key } = this.way;
    const task: ClientTask = { base, host, ...key, ...(authority ? { authority } : {}), ...load };
    this.#child.stdin!.write(`${JSON.stringify(task)}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.way.name}: the client has ended`);
    return JSON.parse(value) as ClientReport;
  }

  end(): void {
    this.#isDone = true;
    this.#child.stdin!.end();
  }
}

/** The first way is the measure; the second has the aim: at least so much of it. */
export async function compareWays(
  name: string,
  clients: WayClient[],
  rounds: number,
  load: Load,
  aim = 0.85,
): Promise<void> {
  const measured = clients.map((): Measured => ({ rates: [], requests: 0, processorMs: 0 }));
  for (const client of clients) await client.carry({ ...load, seconds: warmUpSeconds });
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < clients.length; turn++) {
      const index = (turn + round) % clients.length;
      const client = clients[index]!;
      const beforeMs = processorMs(client.way);
      const { requests, seconds } = await client.carry(load);
      const sum = measured[index]!;
      sum.processorMs += processorMs(client.way) - beforeMs;
      sum.requests += requests;
      sum.rates.push(requests / seconds);
    }
  }
  console.log(`\n ${name}`);
  const measure = measured[0]!.rates;
  printLines(
    clients.map(({ way }, index) =>
      tell(name, way, measured[index]!, measure, load, index === 1 ? aim : undefined),
    ),
  );
}

/** User and system time of the daemon so far; clock ticks are of 10 ms. */
function processorMs({ daemonPid }: Way): number {
  if (daemonPid === undefined) return 0;
  const fields = readFileSync(`/proc/${daemonPid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function tell(
  what: string,
  way: Way,
  { rates, requests, processorMs: tookMs }: Measured,
  measure: number[],
  { size = 0 }: Load,
  aim: number | undefined,
): Line {
  const perSecond = median(rates);
  const ratios = rates.map((rate, round) => rate / measure[round]!);
  const quartiles = [0.25, 0.75].map((part) => quantile(ratios, part).toFixed(2)).join('…');
  return {
    name: aim === undefined ? way.name : `${way.name}, ${what}`,
    measured:
      size >= mebibyte ? `${formatNumber((perSecond * size) / 1e6)} MB/s` : `${formatNumber(perSecond)} /s`,
    value: median(ratios),
    unit: '×',
    ...(aim === undefined ? {} : { aim: atLeast(aim) }),
    note: [
      ...(rates === measure ? [] : [`quartiles ${quartiles}`]),
      ...(way.daemonPid === undefined ? [] : [`daemon ${formatNumber(tookMs / requests)} ms CPU a request`]),
    ].join(', '),
  };
}
