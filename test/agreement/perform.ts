// Makes a network step by step and asks its questions whenever it has settled. What the API refuses is left out, with all
// that would have built on it: what is random may ask for what cannot be.

import { patienceMs } from '../../src/dataplane/probe.ts';
import { SystemCallError } from '../../src/linux/system-call.ts';
import type { CloudUnderTest } from './cloud-under-test.ts';
import { type Comparison, compare } from './compare.ts';
import { servedPorts } from './draw-probe.ts';
import {
  type CallStep,
  describeProbe,
  fillIn,
  type Probe,
  readPath,
  type SiteStep,
  type Step,
  type Values,
} from './step.ts';
import { Greeter, letForward } from './vantage.ts';

/** What should not be. */
export interface Finding {
  /** `fault`: the API failed by its own fault. `trouble`: the kernel would not take the network. */
  kind: 'disagreement' | 'fault' | 'trouble';
  /** Which step showed it. */
  stepIndex: number;
  probe?: Probe;
  text: string;
}

export interface Performance {
  findings: Finding[];
  probes: number;
  arrived: number;
  /** `CreateRoute RouteAlreadyExists` → how often. */
  refusals: Map<string, number>;
  /** What explain stopped at, without ids and addresses → how often. */
  stops: Map<string, number>;
}

export async function perform(cloud: CloudUnderTest, steps: Step[]): Promise<Performance> {
  const performer = new Performer(cloud);
  try {
    for (const [index, step] of steps.entries()) await performer.take(step, index);
    return performer.result;
  } finally {
    performer.close();
    await cloud.reset();
  }
}

class Performer {
  readonly result: Performance = {
    findings: [],
    probes: 0,
    arrived: 0,
    refusals: new Map(),
    stops: new Map(),
  };
  readonly #cloud: CloudUnderTest;
  readonly #values: Values = new Map();
  /** By instance or host id. */
  readonly #greeters = new Map<string, Greeter>();
  /** Whom a host of a site asks for names. */
  readonly #resolvers = new Map<string, string>();
  readonly #forwarders = new Set<string>();
  readonly #hosts = new Set<string>();
  /** Where instances have been started or stopped. */
  readonly #moving = new Map<string, CallStep>();

  constructor(cloud: CloudUnderTest) {
    this.#cloud = cloud;
  }

  async take(step: Step, index: number): Promise<void> {
    switch (step.kind) {
      case 'call':
        await this.#make(step, index, (input) => this.#cloud.call(step, input), step.input);
        break;
      case 'site':
        await this.#make(step, index, (body) => this.#cloud.changeSite(step.path, body), step.body);
        if (step.resolver) this.#rememberSite(step, step.resolver);
        break;
      case 'forward':
        this.#forwarders.add(step.instance);
        break;
      case 'restart':
        await this.#cloud.restart();
        break;
      case 'settle':
        await this.#settle(step.probes, index);
    }
  }

  async #make(
    step: CallStep | SiteStep,
    index: number,
    make: (input: object) => Promise<unknown>,
    input: object,
  ): Promise<void> {
    const filled = fillIn(input, this.#values);
    if (!filled) return;
    const what = step.kind === 'call' ? step.operation : `site ${step.words[0]}`;
    try {
      const answer = await make(filled);
      for (const [name, path] of Object.entries(step.gives)) {
        const value = readPath(answer, path);
        if (value !== undefined) this.#values.set(name, value);
      }
      if (step.kind === 'call' && /Instances$/.test(what))
        this.#moving.set(`${step.account} ${step.region}`, step);
      if (what === 'RunInstances') this.#hosts.add(this.#values.get(Object.keys(step.gives)[0]!)!);
    } catch (error) {
      const { name, message, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
      const status = $metadata?.httpStatusCode ?? 0;
      count(this.result.refusals, `${what} ${name}`);
      const isFault = (status >= 500 && status !== 501) || status === 0;
      if (isFault)
        this.result.findings.push({ kind: 'fault', stepIndex: index, text: `${what}: ${name}: ${message}` });
    }
  }

  #rememberSite({ gives }: SiteStep, resolver: string): void {
    for (const [name, path] of Object.entries(gives)) {
      const id = path.startsWith('hosts.') ? this.#values.get(name) : undefined;
      if (id === undefined) continue;
      this.#resolvers.set(id, resolver);
      this.#hosts.add(id);
    }
  }

  async #settle(probes: Probe[], index: number): Promise<void> {
    await Promise.all([...this.#moving.values()].map((where) => this.#cloud.rest(where)));
    this.#moving.clear();
    const troubles = await this.#cloud.settle();
    for (const { about, doing, stderr } of troubles)
      this.result.findings.push({ kind: 'trouble', stepIndex: index, text: `${about}: ${doing}: ${stderr}` });
    if (probes.length === 0) return;
    this.#greet();
    const first = await Promise.all(probes.map((probe) => this.#compare(probe)));
    for (const [number, comparison] of first.entries()) {
      if (!comparison) continue;
      this.result.probes += 1;
      if (comparison.arrived) this.result.arrived += 1;
      else count(this.result.stops, nameStop(comparison.explained));
      if (!comparison.agrees) await this.#askAgain(probes[number]!, index);
    }
  }

  /** Undefined also when who asks is on the way out: a namespace that is being taken away. */
  async #compare(probe: Probe, timeoutMs = patienceMs): Promise<Comparison | undefined> {
    try {
      return await compare(this.#cloud, probe, this.#values, this.#resolvers, timeoutMs);
    } catch (error) {
      if (error instanceof SystemCallError && isPassing(error)) return undefined;
      throw error;
    }
  }

  /** The network may have been on the move, as when a target turned healthy: what counts is what stays so. */
  async #askAgain(probe: Probe, stepIndex: number): Promise<void> {
    let last: Comparison | undefined;
    for (let attempt = 0; attempt < 2; attempt++) {
      await this.#cloud.settle();
      this.#greet();
      last = await this.#compare(probe, attempt === 0 ? patienceMs : greatPatienceMs);
      if (!last || last.agrees) return;
    }
    const { got, explained } = last!;
    const filled = fillIn(probe, this.#values)!;
    const text = `${describeProbe(probe)}\n  = ${describeProbe(filled)}\n  got: ${got}\n  explain:\n${indent(explained)}`;
    this.result.findings.push({ kind: 'disagreement', stepIndex, probe, text });
  }

  /** Somebody answers wherever there is an instance or a host, also after it was started anew. */
  #greet(): void {
    for (const [id, greeter] of this.#greeters)
      if (!greeter.isThere) {
        greeter.close();
        this.#greeters.delete(id);
      }
    for (const id of this.#hosts) {
      try {
        const greeter = this.#greeters.get(id);
        if (greeter) greeter.answerDatagrams();
        else this.#greeters.set(id, new Greeter(this.#cloud.namespaceOf(id), id, servedPorts));
      } catch (error) {
        if (!isPassing(error as NodeJS.ErrnoException)) throw error;
      }
    }
    for (const instance of this.#forwarders) {
      const id = fillIn(instance, this.#values);
      if (id && this.#greeters.has(id)) letForward(this.#cloud.namespaceOf(id));
    }
  }

  close(): void {
    for (const greeter of this.#greeters.values()) greeter.close();
  }
}

/** A machine that is busy with other things may be late. */
const greatPatienceMs = 2000;

/** A namespace that is not made yet, or about to go. */
const isPassing = ({ code }: NodeJS.ErrnoException) => code === 'ENOENT' || code === 'EINVAL';

function count(tally: Map<string, number>, what: string): void {
  tally.set(what, (tally.get(what) ?? 0) + 1);
}

/** The last hop of explain's text, with what differs from network to network left out. */
function nameStop(explained: string): string {
  const hop = explained.split('\n').findLast((line) => line.startsWith('✗')) ?? 'arrives';
  return hop
    .replace(/^✗ \S+ */, '')
    .replace(/\b[a-z-]+-[0-9a-f]{8,17}\b/g, 'ID')
    .replace(/\d+\.\d+\.\d+\.\d+(\/\d+)?/g, 'ADDRESS')
    .replace(/group\d+|default/g, 'GROUP');
}

const indent = (text: string) => text.replace(/^/gm, '    ');
