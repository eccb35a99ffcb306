// A cloud of its own to be compared: a daemon in a process and a data folder of its own, spoken to only over HTTP.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { removeCloud } from '../../src/daemon.ts';
import { findCloudMark } from '../../src/data-folder.ts';
import { namespaceName, namespacePath } from '../../src/linux/link-name.ts';
import { type Call, createCall } from './client.ts';
import { type DaemonChild, startDaemonChild } from './daemon-child.ts';
import type { CallStep } from './step.ts';

export interface Status {
  generation: number;
  appliedGeneration: number;
  errors: { about: string; doing: string; stderr: string }[];
  counts: Record<string, number>;
  certificateAuthority: string;
}

export interface Explained {
  arrives: boolean;
  hops: { at: string; verdict: 'pass' | 'stop'; text: string }[];
  /** Where the packets go: what a name or an id stands for. Absent: it stands for nothing. */
  address?: string;
  /** Who may answer, and from where it sees the packets come. */
  reached?: { at: string; sourceAddress: string }[];
  arrivesAt?: object;
  text: string;
}

export class CloudUnderTest {
  readonly dataFolder: string;
  #daemon: DaemonChild;
  readonly #calls = new Map<string, Call>();
  #authority: string | undefined;
  #lastReset: Promise<unknown> = Promise.resolve();

  static async start(): Promise<CloudUnderTest> {
    const dataFolder = mkdtempSync(join(tmpdir(), 'isthmus-agreement-'));
    return new CloudUnderTest(dataFolder, await startDaemonChild(dataFolder));
  }

  private constructor(dataFolder: string, daemon: DaemonChild) {
    this.dataFolder = dataFolder;
    this.#daemon = daemon;
  }

  get apiEndpoint(): string {
    return this.#daemon.apiEndpoint;
  }

  async stop(): Promise<void> {
    await this.#lastReset.catch(() => undefined);
    await this.#daemon.stop();
    const { dataFolder } = this;
    await removeCloud({ dataFolder });
    rmSync(dataFolder, { recursive: true, force: true });
  }

  /** Kills the daemon; the next one finds what the kernel and the disk have. */
  async restart(): Promise<void> {
    await this.#daemon.kill();
    this.#calls.clear();
    this.#daemon = await startDaemonChild(this.dataFolder);
  }

  call({ service, account, region, operation }: CallStep, input: object): Promise<unknown> {
    const key = `${service} ${account} ${region}`;
    const call = this.#calls.get(key) ?? createCall(this.apiEndpoint, service, account, region);
    this.#calls.set(key, call);
    // A connection that has long been idle may be closed as it is used again.
    return call(operation, input).catch((error: NodeJS.ErrnoException) => {
      if (!/ECONNRESET|EPIPE/.test(`${error.code} ${error.message}`)) throw error;
      return call(operation, input);
    });
  }

  changeSite(path: string, body: object): Promise<unknown> {
    return this.#post(path ? `sites/${path}` : 'sites', body);
  }

  explain(from: string, to: string, access: { action?: string; resource?: string } = {}): Promise<Explained> {
    return this.#post('explain', { from, to, ...access }) as Promise<Explained>;
  }

  async status(): Promise<Status> {
    const response = await fetch(`${this.apiEndpoint}/_isthmus/status`);
    return (await response.json()) as Status;
  }

  /** What clients of the services inside VPCs are to trust. */
  async authority(): Promise<string> {
    this.#authority ??= readFileSync((await this.status()).certificateAuthority, 'utf8');
    return this.#authority;
  }

  /** Returns once the kernel holds what was asked for. Gives what it is in trouble with. */
  async settle(): Promise<Status['errors']> {
    const end = performance.now() + 20_000;
    for (;;) {
      const status = await this.status();
      const isLate = performance.now() > end;
      if (status.appliedGeneration >= status.generation && (status.errors.length === 0 || isLate))
        return status.errors;
      if (isLate) throw new Error(`the kernel holds ${status.appliedGeneration} of ${status.generation}`);
      await wait(10);
    }
  }

  /** Returns once no instance there is on its way up or down: one that powers off is silent before it is gone. */
  async rest({ account, region }: Pick<CallStep, 'account' | 'region'>): Promise<void> {
    const describe = { account, region, service: 'ec2', operation: 'DescribeInstances' } as const;
    const Filters = [{ Name: 'instance-state-name', Values: ['pending', 'stopping', 'shutting-down'] }];
    for (const end = performance.now() + 20_000; performance.now() < end; await wait(20)) {
      const step = { ...describe, kind: 'call', input: {}, gives: {} } as const;
      const { Reservations = [] } = (await this.call(step, { Filters })) as { Reservations?: object[] };
      if (Reservations.length === 0) return;
    }
  }

  /** Empties the cloud. Its machines go on powering off while the next network is made. */
  async reset(): Promise<void> {
    await this.#lastReset.catch(() => undefined);
    this.#lastReset = this.#post('reset', {});
    this.#lastReset.catch(() => undefined);
    while (Object.values((await this.status()).counts).some((count) => count > 0)) await wait(5);
  }

  namespaceOf(id: string): string {
    return namespacePath(namespaceName(findCloudMark(this.dataFolder)!, id));
  }

  async #post(what: string, body: object): Promise<unknown> {
    const response = await fetch(`${this.apiEndpoint}/_isthmus/${what}`, {
      method: 'POST',
      headers: { 'x-isthmus': '1', 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as { error?: string };
    if (response.ok) return answer;
    throw Object.assign(new Error(answer.error), {
      name: what,
      $metadata: { httpStatusCode: response.status },
    });
  }
}
