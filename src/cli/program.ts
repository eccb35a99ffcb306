// Programs the shell commands hand the terminal to: the AWS CLI, a shell inside an instance, tcpdump.
// Their exit code is ours, so that `isthmus exec i-… -- test -e /srv/page` can be used in a script.

import { accessSync, constants } from 'node:fs';
import { constants as osConstants } from 'node:os';
import { delimiter, join } from 'node:path';
import { start } from '../linux/run.ts';
import { CliError, exitCode } from './exit.ts';

/** @param settings over the environment we were given; undefined takes a variable out */
export function runInTerminal(
  program: string,
  args: string[],
  settings: Record<string, string | undefined> = {},
): Promise<number> {
  // Ctrl-C reaches the whole foreground group: the program decides what it means, and we wait for its answer.
  const ignore = () => {};
  process.on('SIGINT', ignore);
  process.on('SIGQUIT', ignore);
  const child = start(program, args, { stdio: 'inherit', env: { ...process.env, ...settings } });
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) => {
      const hint = error.code === 'ENOENT' ? 'sh scripts/set-up.sh installs what is missing' : '';
      reject(new CliError(exitCode.cannot, `${program} could not be started: ${error.message}`, hint));
    });
    child.on('exit', (code, signal) => resolve(code ?? 128 + osConstants.signals[signal!]));
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
