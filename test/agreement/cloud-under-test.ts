// A cloud of its own to be compared: a daemon in a process and a data folder of its own, spoken to only over HTTP.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { EC2 } from '@aws-sdk/client-ec2';
import { ElasticLoadBalancingV2 } from '@aws-sdk/client-elastic-load-balancing-v2';
import { IAM } from '@aws-sdk/client-iam';
import { Route53 } from '@aws-sdk/client-route-53';
import { S3 } from '@aws-sdk/client-s3';
import { removeCloud } from '../../src/daemon.ts';
import { findCloudMark } from '../../src/data-folder.ts';
import { namespaceName, namespacePath } from '../../src/linux/link-name.ts';
import type { CallStep, ServiceName, SiteStep } from './step.ts';

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

type Client = Record<string, (input: object) => Promise<unknown>>;

export class CloudUnderTest {
  readonly apiEndpoint: string;
  readonly dataFolder: string;
  readonly #stop: () => Promise<void>;
  readonly #clients = new Map<string, Client>();
  #authority: string | undefined;
  #lastReset: Promise<unknown> = Promise.resolve();

  static async start(): Promise<CloudUnderTest> {
    const dataFolder = mkdtempSync(join(tmpdir(), 'isthmus-agreement-'));
    const child = fork(fileURLToPath(new URL('./daemon-process.ts', import.meta.url)), [dataFolder], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const ended = once(child, 'exit');
    const stop = async () => {
      if (child.connected) child.send('stop');
      await Promise.race([ended, wait(20_000, undefined, { ref: false })]);
      child.kill('SIGKILL');
      await removeCloud({ dataFolder });
      rmSync(dataFolder, { recursive: true, force: true });
    };
    const [{ apiEndpoint }] = (await Promise.race([
      once(child, 'message'),
      ended.then(() => Promise.reject(new Error('the daemon did not start'))),
    ])) as [{ apiEndpoint: string }];
    return new CloudUnderTest(apiEndpoint, dataFolder, stop);
  }

  constructor(apiEndpoint: string, dataFolder: string, stop: () => Promise<void>) {
    this.apiEndpoint = apiEndpoint;
    this.dataFolder = dataFolder;
    this.#stop = stop;
  }

  async stop(): Promise<void> {
    await this.#lastReset.catch(() => undefined);
    await this.#stop();
  }

  call({ service, account, region, operation }: CallStep, input: object): Promise<unknown> {
    const key = `${service} ${account} ${region}`;
    const client = this.#clients.get(key) ?? makeClient(this.apiEndpoint, service, account, region);
    this.#clients.set(key, client);
    return client[operation[0]!.toLowerCase() + operation.slice(1)]!(input);
  }

  createSite({ name, cidrBlocks, hosts, hasInternet: internet }: SiteStep): Promise<unknown> {
    return this.#post('sites', { name, cidrBlocks, hosts, internet });
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

  /** Empties the cloud. Its machines go on powering off while the next network is made. */
  async reset(): Promise<void> {
    await this.#lastReset;
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

function makeClient(endpoint: string, service: ServiceName, account: string, region: string): Client {
  const options = {
    ...{ endpoint, region, maxAttempts: 1 },
    credentials: { accessKeyId: account, secretAccessKey: 'agreement' },
  };
  const make: Record<ServiceName, () => unknown> = {
    ec2: () => new EC2(options),
    elbv2: () => new ElasticLoadBalancingV2(options),
    iam: () => new IAM(options),
    s3: () => new S3({ ...options, forcePathStyle: true }),
    dynamodb: () => new DynamoDB(options),
    route53: () => new Route53(options),
  };
  return make[service]() as Client;
}
