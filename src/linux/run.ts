// The only place that starts a program: always an argument array, never a shell string.
// Exit codes decide; text on stderr is kept for the error.

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { LinuxError } from './linux-error.ts';
import { posixSpawn, type SpawnedProgram } from './posix-spawn.ts';

export interface RunOptions {
  /** Said in the error: `creating the namespace of vpc-…`. */
  doing: string;
  input?: string;
  /** An open file as standard input instead, for programs that reopen /dev/stdin. */
  inputFd?: number;
  env?: Record<string, string>;
  timeoutMs?: number;
}

/** Runs a program to its end and gives its standard output. Throws LinuxError when it exits other than 0. */
export function run(program: string, args: string[], options: RunOptions): Promise<string> {
  const command = [program, ...args].join(' ').slice(0, 200);
  const { doing, input, inputFd, timeoutMs = 120_000 } = options;
  let spawned: SpawnedProgram;
  try {
    // KERNEL: what outlived a killed daemon would still change the machine, behind the back of the next one.
    spawned = posixSpawn(
      'setpriv',
      ['--pdeathsig', 'KILL', program, ...args],
      { ...process.env, ...options.env },
      { ...(input !== undefined && { text: input }), ...(inputFd !== undefined && { fd: inputFd }) },
    );
  } catch (error) {
    return Promise.reject(new LinuxError(doing, command, (error as Error).message));
  }
  const timer = setTimeout(endProgram, timeoutMs, spawned.pid);
  return spawned.ended.then(({ exitCode, signal, stdout, stderr }) => {
    clearTimeout(timer);
    if (exitCode === 0) return stdout;
    const said = stderr || `ended with ${signal ?? `code ${exitCode}`}`;
    throw new LinuxError(doing, command, said, missingProgramHint(program, said));
  });
}

function endProgram(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM');
  } catch {
    // one with more rights than this process, as newuidmap has: it ends by itself, or with us
  }
}

/** Starts a program that is to live on its own: an instance's supervisor, a shell, tcpdump. */
export function start(program: string, args: string[], options: SpawnOptions): ChildProcess {
  return spawn(program, args, options);
}

function missingProgramHint(program: string, said: string): string {
  return said.startsWith('setpriv: failed to execute')
    ? `install the Debian package that has ${program}`
    : '';
}
