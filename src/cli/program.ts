// Programs the commands hand their standard streams to: the AWS CLI, a shell inside an instance, tcpdump.
// Their exit code is ours, so that `isthmus exec i-… -- test -e /srv/page` can be used in a script.

import type { ChildProcess } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { constants as systemConstants } from 'node:os';
import { delimiter, join } from 'node:path';
import { start } from '../linux/run.ts';
import { CliError, exitCode } from './exit.ts';

type Environment = Record<string, string | undefined>;

/**
 * @param settings over the environment we were given; undefined takes a variable out
 * @param onError is told what the program says on its standard error, which is then no terminal to it
 */
export function runInTerminal(
  program: string,
  args: string[],
  settings: Environment = {},
  onError?: (text: string) => unknown,
): Promise<number> {
  const env = { ...process.env, ...settings };
  const child = start(program, args, { stdio: ['inherit', 'inherit', onError ? 'pipe' : 'inherit'], env });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    onError?.(text);
    process.stderr.write(text);
  });
  // Ctrl-C reaches the whole foreground group: the program decides what it means, and we wait for its answer.
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return exitCodeOf(child, program);
}

/** In a session of its own: what runs there is foreign to us and must not have our terminal as its own. */
export function runInOwnSession(program: string, args: string[], env: Environment): Promise<number> {
  const child = start(program, args, { stdio: 'inherit', env, detached: true });
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => child.pid !== undefined && process.kill(-child.pid, signal));
  }
  return exitCodeOf(child, program);
}

function exitCodeOf(child: ChildProcess, program: string): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      const hint = error.code === 'ENOENT' ? 'sh scripts/set-up.sh installs what is missing' : '';
      reject(new CliError(exitCode.cannot, `${program} could not be started: ${error.message}`, hint));
    });
    child.on('close', (code, signal) => resolve(code ?? 128 + systemConstants.signals[signal!]));
  });
}

export function findProgram(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
