// What the bench makes on this machine: namespaces, programs, files. All of it carries one mark and is taken away
// at the end, also after Ctrl-C or a failure.

import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Kernel } from '../src/linux/kernel.ts';
import { namespaceName, namespacePath } from '../src/linux/link-name.ts';
import { createMachine } from '../src/linux/machine.ts';
import { deleteNamespace } from '../src/linux/namespace.ts';
import { run, start } from '../src/linux/run.ts';

export class Scratch {
  readonly mark = `bench${randomBytes(2).toString('hex')}`;
  readonly folder = mkdtempSync(join(tmpdir(), 'isthmus-bench-'));
  readonly #undo: (() => Promise<void> | void)[] = [];
  #clouds = 0;
  #cleaning: Promise<void> | undefined;

  /** Later things are undone first. Throws during the clean-up: what would be made then would stay. */
  defer(undo: () => Promise<void> | void): void {
    if (this.#cleaning) throw new Error('the bench is ending');
    this.#undo.push(undo);
  }

  /** A kernel for one cloud, with a mark of its own: what has a cloud's mark and is not in its network, the kernel takes away. */
  makeMachine(): { mark: string; machine: Kernel } {
    const mark = `${this.mark}c${++this.#clouds}`;
    const machine = createMachine(mark);
    this.defer(() => machine.removeAll());
    return { mark, machine };
  }

  /** An empty namespace with the kernel settings an instance has: reno, no IPv6, no filtering of bridged packets. */
  async makeNamespace(what: string): Promise<string> {
    const name = namespaceName(this.mark, what);
    this.defer(() => deleteNamespace(name));
    await run('ip', ['netns', 'add', name], { doing: `making the namespace ${name}` });
    const settings = ['net.ipv4.tcp_congestion_control=reno', 'net.ipv6.conf.all.disable_ipv6=1'];
    for (const setting of [...settings, 'net.bridge.bridge-nf-call-iptables=0']) {
      await inside(name, 'sysctl', ['-qw', setting]).catch(() => {}); // a kernel without it needs no setting
    }
    await run('ip', ['-n', name, 'link', 'set', 'lo', 'up'], { doing: `setting ${name} up` });
    return name;
  }

  /**
   * A program that runs until the clean-up.
   * @param mayEnd says whether its end is expected; one that ends early otherwise is told
   */
  start(
    program: string,
    args: string[],
    options: SpawnOptions = {},
    mayEnd: () => boolean = () => false,
  ): ChildProcess {
    if (this.#cleaning) throw new Error('the bench is ending');
    const child = start(program, args, { stdio: ['ignore', 'ignore', 'pipe'], ...options });
    let said = '';
    child.stderr?.on('data', (text) => (said = `${said}${text}`.slice(-2000)));
    const ended = new Promise<void>((resolve) => {
      child.once('close', () => resolve()).once('error', () => resolve());
    });
    child.once('exit', (code) => {
      if (!this.#cleaning && !mayEnd())
        console.error(`bench: ${program} ${args.join(' ')} ended early (${code}): ${said}`);
    });
    this.defer(async () => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
      for (const pid of descendants(child.pid)) kill(pid);
      await Promise.race([ended, wait(2_000)]);
    });
    return child;
  }

  startInside(namespace: string, program: string, args: string[]): ChildProcess {
    return this.start('nsenter', [`--net=${namespacePath(namespace)}`, program, ...args]);
  }

  cleanUp(): Promise<void> {
    this.#cleaning ??= this.#cleanUp();
    return this.#cleaning;
  }

  async #cleanUp(): Promise<void> {
    for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop()) {
      await Promise.resolve(undo()).catch((error: Error) =>
        console.error(`bench: clean-up: ${error.message}`),
      );
    }
    // After Ctrl-C: clients that were at work, and what was being made while it was taken away.
    for (const pid of descendants(process.pid).slice(1)) kill(pid);
    for (const name of this.#listNamespaces()) await deleteNamespace(name);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #listNamespaces(): string[] {
    const names = existsSync('/run/netns') ? readdirSync('/run/netns') : [];
    return names.filter((name) => name.startsWith(`isthmus-${this.mark}`));
  }
}

/** Runs a program to its end inside a namespace. */
export function inside(
  namespace: string,
  program: string,
  args: string[],
  timeoutMs = 30_000,
): Promise<string> {
  const doing = `running ${program} in ${namespace}`;
  return run('nsenter', [`--net=${namespacePath(namespace)}`, program, ...args], { doing, timeoutMs });
}

export async function waitForListener(namespace: string, port: number, address = '0.0.0.0'): Promise<void> {
  await until(`${address}:${port} listens in ${namespace}`, async () => {
    const found = await inside(namespace, 'ss', ['-Hltn', `sport = :${port}`]);
    return found.includes(`${address}:${port} `) || found.includes(`*:${port} `);
  });
}

export async function until(
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  limitMs = 20_000,
): Promise<void> {
  const end = performance.now() + limitMs;
  while (!(await isTrue())) {
    if (performance.now() > end) throw new Error(`did not come true within ${limitMs / 1000} s: ${what}`);
    await wait(5);
  }
}

/** The process and all below it. Parents first: one that outlived its children would start new ones. */
export function descendants(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return [
      pid,
      ...(children === '' ? [] : children.split(' ')).flatMap((child) => descendants(Number(child))),
    ];
  } catch {
    return []; // it has ended
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has ended
  }
}
