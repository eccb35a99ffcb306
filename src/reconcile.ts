// cloud → network → kernel, on every change and from time to time. It takes no hints: each round compiles the whole cloud
// and hands it over whole, so the common case and the rare one are the same code.

import { setTimeout as wait } from 'node:timers/promises';
import type { Log } from './lib/log.ts';
import type { Kernel } from './linux/kernel.ts';
import { compileNetwork } from './network/compile.ts';
import { createCompileMemory } from './network/compile-memory.ts';
import type { Network, Observed } from './network/network.ts';
import type { Store } from './store.ts';
import { noteTroubles, type Trouble } from './trouble.ts';

/** How often it looks without being asked: what was lost outside is found, what failed is tried again. */
const everyMs = 30_000;
const firstRetryMs = 500;
/** When changes stream in, they gather for as long as the last round took, and the API has half of the time; a single change never waits. */
const longestPauseMs = 20;

export interface ReconcilerOptions {
  store: Store;
  kernel: Kernel;
  observed: Observed;
  /** The kernel now is `network`: those who live in it may follow. */
  onApplied: (network: Network) => void;
  log: Log;
}

export interface Reconciler {
  /** Something has changed: a round follows, now or after the one that is running. */
  request(): void;
  /** Settles when nothing is left to do. */
  settled(): Promise<void>;
  /** @param routerId a VPC's id or a hub's */
  isApplied(routerId: string, generation: number): boolean;
  /** The last network that was handed to the kernel. */
  network(): Network;
  /** The network of the cloud as it stands, which the kernel may not have yet. */
  compile(): Network;
  troubles(): Trouble[];
  /** The last generation that the kernel holds whole. */
  appliedGeneration(): number;
  /** Settles when a round has ended that held this generation, however much has been asked for since. */
  applied(generation: number): Promise<void>;
  stop(): Promise<void>;
}

export function createReconciler({ store, kernel, observed, onApplied, log }: ReconcilerOptions): Reconciler {
  const appliedGenerations = new Map<string, number>();
  const troubles = new Map<string, Trouble>();
  const memory = createCompileMemory();
  let network = compileNetwork(store.cloud, observed, memory);
  let appliedGeneration = -1;
  /** The last one of which nothing was left for a later round. */
  let finishedGeneration = -1;
  let roundEnded = Promise.withResolvers<void>();
  let wanted = false;
  let stopped = false;
  let running: Promise<void> | undefined;
  let lastUnfinished = 0;
  let retryMs = firstRetryMs;
  let retry: NodeJS.Timeout | undefined;
  const timer = setInterval(request, everyMs).unref();

  function request(): void {
    wanted = true;
    if (!stopped) running ??= work().finally(rest);
  }

  function rest(): void {
    running = undefined;
    // What was asked for between the last round's end and now has found somebody at work who no longer looked.
    if (wanted) request();
  }

  async function work(): Promise<void> {
    // Requests of the same tick share a round.
    await new Promise(setImmediate);
    while (wanted && !stopped) {
      wanted = false;
      const startMs = performance.now();
      await round().catch((error: Error) => {
        // Ours to mend; the daemon stays up and the next round starts from what the kernel has.
        log.error({ stack: error.stack }, `a round failed: ${error.message}`);
        planRetry(true);
      });
      const pauseMs = Math.min(performance.now() - startMs, longestPauseMs);
      if (wanted && lastUnfinished === 0) await wait(pauseMs);
    }
  }

  async function round(): Promise<void> {
    const startMs = performance.now();
    network = compileNetwork(store.cloud, observed, memory);
    const { generation } = network;
    const { failed, unfinished } = await kernel.set(network);
    const routerIds = new Set<string>([...network.vpcs.keys(), ...network.hubs.keys()]);
    for (const id of routerIds)
      if (!failed.has(id) && !unfinished.has(id)) appliedGenerations.set(id, generation);
    for (const id of appliedGenerations.keys()) if (!routerIds.has(id)) appliedGenerations.delete(id);
    noteTroubles(troubles, failed, log);
    if (generation !== appliedGeneration || failed.size > 0) {
      log.info({ generation, failed: failed.size, ms: Math.round(performance.now() - startMs) }, 'applied');
    }
    appliedGeneration = generation;
    if (unfinished.size === 0) finishedGeneration = generation;
    roundEnded.resolve();
    roundEnded = Promise.withResolvers<void>();
    onApplied(network);
    // As long as something is being finished, at once; what only waits for a failure comes with its retry.
    const left = [...unfinished.values()].reduce((sum, parts) => sum + parts, 0);
    const advances = left > 0 && left !== lastUnfinished;
    if (advances) wanted = true;
    lastUnfinished = left;
    planRetry(failed.size > 0 || (left > 0 && !advances));
  }

  function planRetry(isNeeded: boolean): void {
    clearTimeout(retry);
    retryMs = isNeeded ? Math.min(retryMs * 2, everyMs) : firstRetryMs;
    if (isNeeded && !stopped) retry = setTimeout(request, retryMs).unref();
  }

  return {
    request,
    settled: async () => {
      while (running) await running;
    },
    isApplied: (routerId, generation) => (appliedGenerations.get(routerId) ?? -1) >= generation,
    network: () => network,
    compile: () => compileNetwork(store.cloud, observed, memory),
    troubles: () => [...troubles.values()],
    appliedGeneration: () => finishedGeneration,
    async applied(generation) {
      while (appliedGeneration < generation && !stopped) {
        request();
        await roundEnded.promise;
      }
    },
    async stop() {
      stopped = true;
      roundEnded.resolve();
      clearInterval(timer);
      clearTimeout(retry);
      await running;
    },
  };
}
