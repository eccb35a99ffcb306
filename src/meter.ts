// Reads once a minute, at its end, what the kernel has counted, and writes what it means into the archive of metrics.
// Whoever asks for figures has them read there and then, into the minute that has begun, so that nobody waits for a minute's end.

import { setTimeout as wait } from 'node:timers/promises';
import type { Cloud } from './cloud/cloud.ts';
import { minuteOf } from './cloud/metric.ts';
import { inTurns } from './lib/in-turns.ts';
import type { Log } from './lib/log.ts';
import type { CountName, Counts, PlaceTraffic } from './lib/traffic.ts';
import type { Kernel } from './linux/kernel.ts';
import type { MetricStore, Reading } from './metric-archive.ts';
import type { Network, VpcNetwork } from './network/network.ts';
import { listMeteredPlaces, type MeteredPlace, placeKey } from './services/cloudwatch/metered-place.ts';
import { type Movement, publishMovements, showConsumer } from './services/cloudwatch/publish.ts';
import { publishState } from './services/cloudwatch/publish-state.ts';
import type { World } from './services/operation.ts';

export interface MeterOptions {
  cloud: Cloud;
  kernel: Pick<Kernel, 'readTraffic'>;
  network: () => Network;
  world: Pick<World, 'isApplied' | 'targetHealth'>;
  archive: MetricStore;
  now: () => Date;
  log: Log;
}

export interface Meter {
  /** Settles when a reading has ended that began after this was called. */
  read(): Promise<void>;
  /** What is open at each place of which something is known, as of the last reading. */
  movements(): Movement[];
  stop(): Promise<void>;
}

/** Between the beginnings of two readings, however often somebody asks. */
const shortestPauseMs = 250;
const minuteMs = 60_000;
/** How many routers are read at once: each costs two processes. */
const parallel = 2;
const pruneEveryMinutes = 60;
/** How totals of refused packets begin. */
export const dropTotal = 'drops ';

export function createMeter(options: MeterOptions): Meter {
  const { archive, now, log } = options;
  const state: MeterState = {
    ...{ places: new Map(), last: [], awake: new Map(), counted: new Map() },
    ...{ generation: undefined, lastMinute: undefined },
  };
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  let timer: NodeJS.Timeout;
  let isStopped = false;
  let prunedAt = minuteOf(now());
  let beganMs = Number.NEGATIVE_INFINITY;

  async function readOnce(): Promise<void> {
    try {
      await read(options, state);
      const minute = minuteOf(now());
      if (minute - prunedAt < pruneEveryMinutes) return;
      prunedAt = minute;
      const wanted = new Set([...state.places.values()].map(totalName));
      const isWanted = (total: string) =>
        total.startsWith(dropTotal) || wanted.has(total.slice(0, total.lastIndexOf(' ')));
      archive.prune(minute, isWanted);
    } catch (error) {
      // A full disk, say: what was counted meanwhile is in the next reading.
      log.error({ stack: (error as Error).stack }, `metrics could not be read: ${error}`);
    }
  }

  async function begin(): Promise<void> {
    // The reading that is under way may be past what the caller means.
    await running;
    const pauseMs = beganMs + shortestPauseMs - performance.now();
    if (pauseMs > 0) await wait(pauseMs);
    beganMs = performance.now();
    next = undefined;
    running = readOnce();
    await running;
  }

  function request(): Promise<void> {
    if (isStopped) return Promise.resolve();
    next ??= begin();
    return next;
  }

  const plan = () => {
    timer = setTimeout(() => void request().then(plan), minuteMs - (now().getTime() % minuteMs) + 5).unref();
  };
  plan();

  return {
    read: request,
    movements: () => state.last,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await next;
      await running;
    },
  };
}

interface MeterState {
  /** Those of the last reading too: what a deleted endpoint did before it went still counts. */
  places: Map<string, MeteredPlace>;
  last: Movement[];
  /** By place: the last minute in which packets came. */
  awake: Map<string, number>;
  /** How far each counter had been read, as far as it was asked for since this daemon began. */
  counted: Map<string, number>;
  /** Of the cloud, as of the last reading. */
  generation: number | undefined;
  lastMinute: number | undefined;
}

async function read(options: MeterOptions, state: MeterState): Promise<void> {
  const { cloud, world, archive, now } = options;
  const traffic = await readRouters(options);
  const current = minuteOf(now());
  // The first reading of a minute closes the one before it.
  const minute = state.lastMinute !== undefined && current > state.lastMinute ? current - 1 : current;
  const { generation } = cloud;
  const fresh = generation === state.generation ? state.places : listMeteredPlaces(cloud);
  const counted = new Map<string, number>();
  const movements: Movement[] = [];
  for (const [key, place] of new Map([...state.places, ...fresh])) {
    const seen = traffic.get(key);
    if (!seen) continue;
    const moved = measure(archive, state, key, seen, counted);
    if (Object.keys(moved).length > 0) state.awake.set(key, minute);
    movements.push({ place, moved, active: seen.active, isAwake: state.awake.get(key) === minute });
  }
  const observations = [...publishMovements(movements), ...publishState(cloud, world)];
  await record(archive, { minute, observations, counted, grown: sumUp(movements) });
  for (const [counter, value] of counted) state.counted.set(counter, value);
  for (const key of state.awake.keys()) if (!fresh.has(key)) state.awake.delete(key);
  Object.assign(state, { places: fresh, generation, last: movements, lastMinute: current });
}

/** So many are written in a few tens of milliseconds, in which nobody else is answered. */
const observationsAtOnce = 4000;

/** ORDER: how far was read comes last. Who is killed in the middle of very many may find some of them twice, and none lost. */
async function record(archive: MetricStore, { observations, ...reading }: Reading): Promise<void> {
  let rest = observations;
  while (rest.length > observationsAtOnce) {
    const some = { minute: reading.minute, observations: rest.slice(0, observationsAtOnce) };
    archive.record({ ...some, counted: new Map(), grown: new Map() });
    rest = rest.slice(observationsAtOnce);
    await new Promise(setImmediate);
  }
  archive.record({ ...reading, observations: rest });
}

/** How much it has moved since it was read last. */
function measure(
  archive: MetricStore,
  state: MeterState,
  key: string,
  { counts }: PlaceTraffic,
  counted: Map<string, number>,
): Counts {
  const moved: Counts = {};
  for (const [name, value] of Object.entries(counts) as [CountName, number][]) {
    const counter = `${key} ${name}`;
    const before = state.counted.get(counter) ?? archive.counted(counter);
    state.counted.set(counter, before);
    if (value === before) continue;
    // Less than there was: the router has been made anew, and counts from zero.
    moved[name] = value > before ? value - before : value;
    counted.set(counter, value);
  }
  return moved;
}

/** By how much totals have grown. What a connection does is the consumer's and the load balancer's, too: that one outlives it. */
function sumUp(movements: Movement[]): Map<string, number> {
  const grown = new Map<string, number>();
  for (const movement of movements)
    for (const { place, moved } of [movement, ...sharersOf(movement)])
      for (const [name, by] of Object.entries(moved)) {
        const total = `${totalName(place)} ${name}`;
        grown.set(total, (grown.get(total) ?? 0) + by);
      }
  return grown;
}

function sharersOf({ place, ...rest }: Movement): Movement[] {
  if (place.kind !== 'connection') return [];
  const { accountId, region, loadBalancerArn, availabilityZone } = place;
  const node: MeteredPlace = { kind: 'node', accountId, region, loadBalancerArn, availabilityZone };
  return [showConsumer({ ...rest, place }), { ...rest, place: node }];
}

/** What totals are kept under, whichever address a thing has. */
export function totalName(place: MeteredPlace): string {
  switch (place.kind) {
    case 'endpoint':
      return `${place.vpcEndpointId} ${place.subnetId}`;
    case 'connection':
      return `${place.serviceId} ${place.leg.vpcEndpointId} ${place.availabilityZone}`;
    case 'node':
      return `${place.loadBalancerArn} ${place.availabilityZone}`;
  }
}

async function readRouters({
  kernel,
  network,
  world,
  log,
}: MeterOptions): Promise<Map<string, PlaceTraffic>> {
  const traffic = new Map<string, PlaceTraffic>();
  const vpcs = [...network().vpcs.values()].filter((vpc) => isMetered(vpc) && world.isApplied(vpc.vpcId, 0));
  await inTurns(vpcs, parallel, async (vpc) => {
    try {
      const { places } = await kernel.readTraffic(vpc);
      for (const [place, seen] of places) traffic.set(placeKey(vpc.vpcId, place), seen);
    } catch (error) {
      log.error({ vpcId: vpc.vpcId }, `its counters could not be read: ${error}`);
    }
  });
  return traffic;
}

const isMetered = ({ endpointLegs, serviceInterfaces, loadBalancers }: VpcNetwork) =>
  endpointLegs.length + serviceInterfaces.length + loadBalancers.length > 0;
