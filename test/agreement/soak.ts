// `npm run soak -- --networks N --seed S [--seconds T] [--clouds C]`: random networks, each compared with what explain says of it,
// as many at a time as there are clouds: most of the time goes by in waiting for what is silent. What disagrees is shortened to the smallest network that still does, and printed as a script. Exit code 1 when anything was found.

import { parseArgs } from 'node:util';
import { CloudUnderTest } from './cloud-under-test.ts';
import { drawNetwork } from './draw-network.ts';
import { type Finding, perform } from './perform.ts';
import { renderScript } from './script.ts';
import { shrink } from './shrink.ts';
import type { Step } from './step.ts';

const most = { networks: 100_000, seconds: 24 * 3600 };
/** A daemon is started anew after so many networks. */
const networksPerDaemon = 25;

const { values: options } = parseArgs({
  options: {
    networks: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    seconds: { type: 'string', default: String(most.seconds) },
    probes: { type: 'string', default: '48' },
    rounds: { type: 'string', default: '2' },
    clouds: { type: 'string', default: '1' },
    'shrink-seconds': { type: 'string', default: '600' },
    'no-shrink': { type: 'boolean', default: false },
    verbose: { type: 'boolean', default: false },
  },
});

function readNumber(
  name: 'networks' | 'seed' | 'seconds' | 'probes' | 'rounds' | 'clouds' | 'shrink-seconds',
  largest: number,
): number {
  const number = Number(options[name]);
  if (Number.isInteger(number) && number >= 0 && number <= largest) return number;
  console.error(`--${name} ${options[name]}: a whole number from 0 to ${largest}`);
  process.exit(2);
}

const networks = readNumber('networks', most.networks);
const firstSeed = readNumber('seed', 2 ** 31);
const seconds = readNumber('seconds', most.seconds);
const size = { probes: readNumber('probes', 1000), rounds: readNumber('rounds', 20) };

const shrinkMs = readNumber('shrink-seconds', most.seconds) * 1000;
let isStopping = false;
process.once('SIGINT', () => {
  isStopping = true;
});
const end = performance.now() + seconds * 1000;
const total = { networks: 0, probes: 0, arrived: 0, findings: 0 };
const refusals = new Map<string, number>();
const stops = new Map<string, number>();
let nextSeed = firstSeed;
await Promise.all(Array.from({ length: readNumber('clouds', 16) }, soakCloud));
if (options.verbose)
  for (const tally of [refusals, stops])
    for (const [what, count] of [...tally].sort((a, b) => b[1] - a[1])) console.log(`  ${count} × ${what}`);
console.log(
  `${total.networks} networks, ${total.probes} probes, ${total.arrived} arrived or allowed, ${total.findings} found`,
);
process.exit(total.findings > 0 ? 1 : 0);

async function soakCloud(): Promise<void> {
  let cloud = await CloudUnderTest.start();
  try {
    for (let made = 0; nextSeed < firstSeed + networks && !isStopping && performance.now() < end; made++) {
      if (made > 0 && made % networksPerDaemon === 0) {
        await cloud.stop();
        cloud = await CloudUnderTest.start();
      }
      await soak(cloud, nextSeed++);
    }
  } finally {
    await cloud.stop();
  }
}

async function soak(cloud: CloudUnderTest, seed: number): Promise<void> {
  const { steps } = drawNetwork(seed, size);
  const startMs = performance.now();
  const result = await perform(cloud, steps);
  total.networks += 1;
  total.probes += result.probes;
  total.arrived += result.arrived;
  total.findings += result.findings.length;
  for (const [what, count] of result.refusals) refusals.set(what, (refusals.get(what) ?? 0) + count);
  for (const [what, count] of result.stops) stops.set(what, (stops.get(what) ?? 0) + count);
  const ms = Math.round(performance.now() - startMs);
  if (options.verbose || result.findings.length > 0)
    console.log(
      `seed ${seed}: ${steps.length} steps, ${result.probes} probes, ${result.arrived} arrived, ${result.findings.length} found, ${ms} ms`,
    );
  for (const finding of result.findings)
    console.log(`${finding.kind} at step ${finding.stepIndex}: ${finding.text}`);
  const [first] = result.findings;
  if (first && !options['no-shrink']) await showSmallest(cloud, steps, first);
}

async function showSmallest(cloud: CloudUnderTest, steps: Step[], finding: Finding): Promise<void> {
  const limit = Math.min(end, performance.now() + shrinkMs);
  const shrunk = await shrink(steps, finding, {
    perform: (candidate) => perform(cloud, candidate),
    isOver: () => isStopping || performance.now() > limit,
  });
  console.log(
    `smallest, ${shrunk.steps.length} of ${steps.length} steps, after ${shrunk.attempts} networks:`,
  );
  console.log(`${renderScript(shrunk.steps, shrunk.finding.probe)}\n`);
  console.log(`${shrunk.finding.text}\n`);
}
