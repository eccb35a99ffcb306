// From a change to its effect on packets: a probe inside the client's namespace says at which moment it saw it.

import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { namespacePath } from '../src/linux/link-name.ts';
import type { Scratch } from './scratch.ts';

const script = fileURLToPath(new URL('./probe.pl', import.meta.url));
const limitMs = 10_000;

export class Probe {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(scratch: Scratch, namespace: string) {
    const args = [`--net=${namespacePath(namespace)}`, 'perl', script];
    this.#child = scratch.start('nsenter', args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /**
   * Milliseconds from the beginning of `change` to what is watched for; the probe runs before it.
   * @param watch `open`: the first byte of an HTTP answer; `shut`: the first connection without an answer
   */
  async time(
    watch: 'open' | 'shut',
    address: string,
    port: number,
    change: () => Promise<unknown>,
  ): Promise<number> {
    this.#child.stdin!.write(`${watch} ${address} ${port} ${limitMs}\n`);
    await this.#next();
    const start = process.hrtime.bigint();
    const [seen] = await Promise.all([this.#next(), change()]);
    if (seen === 'never') throw new Error(`nothing was seen within ${limitMs / 1000} s of the change`);
    return Number(BigInt(seen) - start) / 1e6;
  }

  async #next(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the probe has ended');
    return value;
  }
}
