// The data path: every figure of every path once per round, in an order that turns from round to round; each sample is
// divided by the plain link's of the same round, and what is told is the median of these ratios.

import { availableParallelism } from 'node:os';
import { run } from '../src/linux/run.ts';
import {
  type Aim,
  atLeast,
  atMost,
  formatNumber,
  type Line,
  median,
  noteMissed,
  printLines,
  printTitle,
} from './figure.ts';
import { checkPath, type Path } from './path.ts';
import { makePlainPaths } from './plain-path.ts';
import { descendants, inside, type Scratch } from './scratch.ts';
import { ports } from './server.ts';
import { missingTools } from './tool.ts';
import { makeVpcPaths } from './vpc-path.ts';

interface Metric {
  name: string;
  unit: string;
  /** Client, server and proxy share one CPU: the cost of the path, without that of waking another CPU. */
  oneCpu: boolean;
  better: 'less' | 'more';
  aim: Aim;
  sample(path: Path, prefix: string[], seconds: number): Promise<number>;
}

const everyCpu = `0-${availableParallelism() - 1}`;
const lastCpu = String(availableParallelism() - 1);

const everyMetric: Metric[] = [
  {
    name: 'round trip p50, one CPU',
    unit: 'µs',
    oneCpu: true,
    better: 'less',
    aim: atMost(1.4),
    sample: sampleRoundTrip,
  },
  {
    name: 'round trip p50',
    unit: 'µs',
    oneCpu: false,
    better: 'less',
    aim: atMost(1.4),
    sample: sampleRoundTrip,
  },
  {
    name: 'throughput, 1 stream',
    unit: 'Gb/s',
    oneCpu: false,
    better: 'more',
    aim: atLeast(0.55),
    sample: sampleThroughput(1),
  },
  {
    name: 'throughput, 4 streams',
    unit: 'Gb/s',
    oneCpu: false,
    better: 'more',
    aim: atLeast(0.55),
    sample: sampleThroughput(4),
  },
  {
    name: 'new connections, one CPU',
    unit: '/s',
    oneCpu: true,
    better: 'more',
    aim: atLeast(0.6),
    sample: sampleConnections,
  },
  {
    name: 'new connections',
    unit: '/s',
    oneCpu: false,
    better: 'more',
    aim: atLeast(0.6),
    sample: sampleConnections,
  },
];

/** Values by metric and path, one per round. */
type Samples = Map<string, Map<string, number[]>>;

export async function benchEndpointPath(scratch: Scratch, { quick }: { quick: boolean }): Promise<void> {
  const rounds = quick ? 2 : 7;
  printTitle(
    `endpoint-path: the way through an interface endpoint beside a plain link and proxies (${rounds} rounds)`,
  );
  const missing = missingTools(['sockperf', 'iperf3', 'wrk', 'nginx', 'taskset']);
  if (missing.length > 0) return console.log(`  skipped: ${missing.join(', ')} missing`);
  for (const proxy of missingTools(['haproxy', 'socat'])) console.log(`  without ${proxy}: it is missing`);
  const paths = [...(await makePlainPaths(scratch)), ...(await makeVpcPaths(scratch))];
  for (const path of paths) await checkPath(path);
  const samples = await measure(paths, rounds);
  for (const metric of everyMetric) report(metric, paths, samples.get(metric.name)!);
}

/** @param only names of metrics; absent: all */
export async function measure(paths: Path[], rounds: number, only?: string[]): Promise<Samples> {
  const metrics = everyMetric.filter(({ name }) => !only || only.includes(name));
  const samples: Samples = new Map(
    metrics.map(({ name }) => [name, new Map(paths.map((path) => [path.name, []]))]),
  );
  for (let round = 0; round < rounds; round++) {
    for (const metric of metrics) {
      const cpus = metric.oneCpu ? lastCpu : everyCpu;
      await pin(paths, cpus);
      for (let turn = 0; turn < paths.length; turn++) {
        const path = paths[(turn + round) % paths.length]!;
        samples
          .get(metric.name)!
          .get(path.name)!
          .push(await sample(metric, path, cpus));
      }
    }
  }
  return samples;
}

async function pin(paths: Path[], cpus: string): Promise<void> {
  const pids = new Set(paths.flatMap(({ processes }) => processes.flatMap(({ pid }) => descendants(pid!))));
  for (const pid of pids) {
    // socat's children come and go
    await run('taskset', ['-a', '-c', '-p', cpus, String(pid)], { doing: 'pinning a server' }).catch(
      () => {},
    );
  }
}

/** A sample that fails is not a number, and the report says how many did. */
function sample(metric: Metric, path: Path, cpus: string): Promise<number> {
  return metric.sample(path, ['taskset', '-c', cpus], 1).catch(() => Number.NaN);
}

async function sampleRoundTrip(
  { client, address }: Path,
  [program, ...prefix]: string[],
  seconds: number,
): Promise<number> {
  const command = [
    'sockperf',
    'ping-pong',
    '--tcp',
    '--full-rtt',
    '-i',
    address,
    '-p',
    String(ports.sockperf),
    '-m',
    '64',
  ];
  const output = await inside(client, program!, [...prefix, ...command, '-t', String(seconds)], 10_000);
  return Number(/percentile 50\.000 = +([\d.]+)/.exec(output)![1]);
}

function sampleThroughput(streams: number): Metric['sample'] {
  return async ({ client, address }, [program, ...prefix], seconds) => {
    const command = [
      'iperf3',
      '-J',
      '-c',
      address,
      '-p',
      String(ports.iperf3),
      '-P',
      String(streams),
      '-t',
      String(seconds),
    ];
    const output = await inside(client, program!, [...prefix, ...command], 10_000);
    const bitsPerSecond = (JSON.parse(output) as { end: { sum_received: { bits_per_second: number } } }).end
      .sum_received.bits_per_second;
    if (!(bitsPerSecond > 0)) throw new Error('nothing came through');
    return bitsPerSecond / 1e9;
  };
}

async function sampleConnections(
  { client, address }: Path,
  [program, ...prefix]: string[],
  seconds: number,
): Promise<number> {
  const command = [
    'wrk',
    '-t1',
    '-c32',
    `-d${seconds}s`,
    '-H',
    'Connection: close',
    `http://${address}:${ports.http}/`,
  ];
  const output = await inside(client, program!, [...prefix, ...command], 10_000);
  const perSecond = Number(/Requests\/sec: +([\d.]+)/.exec(output)![1]);
  if (!(perSecond > 0)) throw new Error('no connection was made');
  return perSecond;
}

function report(metric: Metric, paths: Path[], byPath: Map<string, number[]>): void {
  const plain = byPath.get(paths[0]!.name)!;
  const ratioOf = ({ name }: Path) =>
    median(
      byPath
        .get(name)!
        .map((value, round) => value / plain[round]!)
        .filter(Number.isFinite),
    );
  const endpointRatio = ratioOf(paths.at(-1)!);
  console.log(`\n ${metric.name}`);
  printLines(
    paths.map((path): Line => {
      const values = byPath.get(path.name)!;
      const good = values.filter(Number.isFinite);
      const failed = values.length - good.length;
      const isEndpoint = path.kind === 'endpoint';
      const ratio = ratioOf(path);
      return {
        name: isEndpoint ? `endpoint, ${metric.name}` : path.name,
        measured: good.length === 0 ? 'nothing came through' : `${formatNumber(median(good))} ${metric.unit}`,
        ...{ value: ratio, unit: '×' },
        ...(isEndpoint && { aim: metric.aim }),
        note: [
          path.kind === 'proxy' ? describeLead(metric, path.name, endpointRatio, ratio) : '',
          failed > 0 ? `${failed} of ${values.length} samples failed` : '',
        ]
          .filter(Boolean)
          .join('; '),
      };
    }),
  );
}

/** The endpoint is to be ahead of each proxy on every figure. */
function describeLead(metric: Metric, rival: string, endpointRatio: number, ratio: number): string {
  const lead = metric.better === 'less' ? ratio / endpointRatio : endpointRatio / ratio;
  const isAhead = lead >= 1;
  const text = `endpoint ${isAhead ? 'ahead' : 'BEHIND'}, ${formatNumber(lead)}× as good`;
  if (!isAhead) noteMissed(`${metric.name}: ${text} as ${rival} (aim: ahead)`);
  return text;
}
