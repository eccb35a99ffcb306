// The one shell a lab's commands run in, so that a variable set in one step is there in the next.
// The end of a command is told by a line with a mark nobody else writes, and its exit code.

import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { run, start } from '../linux/run.ts';

export interface Answer {
  exit: number;
  /** Standard output and standard error as they came. */
  output: string;
}

const commandLimitMs = 180_000;

export class LabShell {
  readonly #child: ChildProcess;
  readonly #mark = `lab-${randomUUID()}`;
  #received = '';
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;

  /**
   * @param functions defined in the shell before the first command
   * @param folder where the shell is
   */
  constructor(environment: Record<string, string | undefined>, functions: string, folder?: string) {
    this.#child = start('/bin/sh', [], {
      ...(folder !== undefined && { cwd: folder }),
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...environment },
    });
    this.#child.stdout!.setEncoding('utf8').on('data', (text: string) => this.#receive(text));
    this.#child.on('exit', () => this.#waiting?.reject(new Error('the shell of the lab ended')));
    this.#child.stdin!.on('error', () => {}); // its exit tells
    this.#child.stdin!.write(`exec 2>&1\n${functions}\n`);
  }

  async answer(command: string): Promise<Answer> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null)
      throw new Error('the shell of the lab ended');
    const text = `eval ${quote(command)} </dev/null\nprintf '\\n%s %s\\n' ${this.#mark} $?\n`;
    const timer = setTimeout(() => this.close(), commandLimitMs);
    try {
      return await new Promise((resolve, reject) => {
        this.#waiting = { resolve, reject };
        this.#child.stdin!.write(text);
      });
    } finally {
      clearTimeout(timer);
      this.#waiting = undefined;
    }
  }

  close(): void {
    this.#child.kill();
  }

  #receive(text: string): void {
    this.#received += text;
    const end = new RegExp(`\\n${this.#mark} (\\d+)\\n`).exec(this.#received);
    if (!end) return;
    const output = this.#received.slice(0, end.index).replace(/\n$/, '');
    this.#received = this.#received.slice(end.index + end[0].length);
    this.#waiting?.resolve({ exit: Number(end[1]), output });
  }
}

/** A block's commands one by one: a command goes on to the next line until a shell finds it complete. */
export async function splitCommands(script: string): Promise<string[]> {
  const commands: string[] = [];
  let current = '';
  for (const line of script.split('\n')) {
    if (current === '' && (line.trim() === '' || line.startsWith('#'))) continue;
    current = current === '' ? line : `${current}\n${line}`;
    if (line.endsWith('\\') || !(await isComplete(current))) continue;
    commands.push(current);
    current = '';
  }
  return current === '' ? commands : [...commands, current];
}

async function isComplete(command: string): Promise<boolean> {
  return run('/bin/sh', ['-n'], { doing: 'reading a command', input: `${command}\n` }).then(
    () => true,
    () => false,
  );
}

export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
