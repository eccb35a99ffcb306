// Checks the targets of every load balancer for real, from the load balancer's own addresses inside the VPC.
// Told all checks each time; a target whose check has changed is asked anew at once, the others go on.

import type { VpcId } from '../cloud/id.ts';
import type { HealthCheckTarget } from '../network/network.ts';
import { type HealthCheckResult, runHealthCheck } from './health-check.ts';
import { carryOver, type HealthState, initialHealth, judge, nextCheckInMs } from './health-state.ts';

export interface HealthCheckerOptions {
  namespacePathOf: (vpcId: VpcId) => string;
  /** A target has turned healthy or unhealthy: other targets may have to take its flows. */
  onChange: () => void;
  /** Milliseconds that only grow; absent: the process's own. */
  now?: () => number;
}

export interface HealthChecker {
  set(checks: HealthCheckTarget[]): void;
  observe(targetGroupArn: string, targetId: string, port: number): ObservedHealth;
  isHealthy(targetGroupArn: string, targetId: string, port: number): boolean;
  /** Nothing is checked any more and nobody is told. */
  close(): void;
}

export interface ObservedHealth {
  /** `unknown`: no check has passed yet, and not enough have failed. */
  state: 'unknown' | 'healthy' | 'unhealthy';
  /** AWS's reason code, such as `Target.FailedHealthChecks`; absent when healthy. */
  reason?: string;
  description?: string;
}

const checksAtOnce = 64;

export function createHealthChecker(options: HealthCheckerOptions): HealthChecker {
  const watches = new Map<string, Watch>();
  const turns = new Turns(checksAtOnce);
  return {
    set(checks) {
      const wanted = new Set<string>();
      for (const target of checks) {
        const key = keyOf(target.targetGroupArn, target.targetId, target.targetPort);
        wanted.add(key);
        const watch = watches.get(key);
        if (watch?.follow(target)) continue;
        watch?.close();
        watches.set(key, new Watch(target, options, turns, watch));
      }
      for (const [key, watch] of watches) {
        if (wanted.has(key)) continue;
        watch.close();
        watches.delete(key);
      }
    },
    observe(targetGroupArn, targetId, port) {
      const health = watches.get(keyOf(targetGroupArn, targetId, port))?.health;
      if (health === undefined || health.status === 'initial') return { state: 'unknown' };
      const { reason, description } = health.failure ?? {};
      return { state: health.status, reason, description };
    },
    isHealthy(targetGroupArn, targetId, port) {
      return watches.get(keyOf(targetGroupArn, targetId, port))?.health.status === 'healthy';
    },
    close() {
      for (const watch of watches.values()) watch.close();
      watches.clear();
    },
  };
}

function keyOf(targetGroupArn: string, targetId: string, port: number): string {
  return `${targetGroupArn} ${targetId} ${port}`;
}

/** What is asked of whom; the nodes that ask may change without asking anew. */
function identityOf({ vpcId, address, checkPort, healthCheck }: HealthCheckTarget): string {
  return JSON.stringify([vpcId, address, checkPort, healthCheck]);
}

/** One target under watch: checks, waits, checks again until closed. */
class Watch {
  health: HealthState;
  #target: HealthCheckTarget;
  readonly #identity: string;
  readonly #options: HealthCheckerOptions;
  readonly #turns: Turns;
  readonly #ended = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #checks = 0;

  constructor(target: HealthCheckTarget, options: HealthCheckerOptions, turns: Turns, before?: Watch) {
    this.#target = target;
    this.#identity = identityOf(target);
    this.#options = options;
    this.#turns = turns;
    const now = this.#now();
    this.health = before?.isAt(target) ? carryOver(before.health, now) : initialHealth(now);
    this.#schedule(0);
  }

  /** Takes over who asks. False when something else is to be asked, which takes a new watch. */
  follow(target: HealthCheckTarget): boolean {
    if (identityOf(target) !== this.#identity) return false;
    this.#target = target;
    return true;
  }

  isAt({ vpcId, address }: HealthCheckTarget): boolean {
    return this.#target.vpcId === vpcId && this.#target.address === address;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#ended.abort();
  }

  #now(): number {
    return (this.#options.now ?? performance.now.bind(performance))();
  }

  #schedule(inMs: number): void {
    this.#timer = setTimeout(() => this.#turns.take(() => this.#check()), inMs).unref();
  }

  async #check(): Promise<void> {
    if (this.#ended.signal.aborted) return;
    const startedAtMs = this.#now();
    const result = await this.#ask();
    if (this.#ended.signal.aborted) return;
    const { healthCheck } = this.#target;
    const before = this.health.status;
    if (result !== undefined) this.health = judge(this.health, result, healthCheck, startedAtMs);
    const tookMs = this.#now() - startedAtMs;
    this.#schedule(Math.max(0, nextCheckInMs(this.health, healthCheck, startedAtMs) - tookMs));
    if (this.health.status !== before) this.#options.onChange();
  }

  async #ask(): Promise<HealthCheckResult | undefined> {
    const { fromAddresses, vpcId, address, checkPort, healthCheck } = this.#target;
    // Without a node in a zone that may use the target nobody asks, and it stays unknown.
    const fromAddress = fromAddresses[this.#checks++ % fromAddresses.length];
    if (fromAddress === undefined) return undefined;
    return runHealthCheck({
      namespacePath: this.#options.namespacePathOf(vpcId),
      fromAddress,
      address,
      port: checkPort,
      healthCheck,
      signal: this.#ended.signal,
    });
  }
}

/** Lets so many work at once; the others wait in line. */
class Turns {
  readonly #limit: number;
  readonly #waiting: (() => Promise<void>)[] = [];
  #working = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  take(work: () => Promise<void>): void {
    this.#waiting.push(work);
    this.#next();
  }

  #next(): void {
    while (this.#working < this.#limit) {
      const work = this.#waiting.shift();
      if (work === undefined) return;
      this.#working++;
      // Unforeseen errors are not caught here: they shall be seen.
      void work().finally(() => {
        this.#working--;
        this.#next();
      });
    }
  }
}
