// `exec`, `shell` and `console-log`: a way into an instance that needs no network, as a serial console would be.
// The daemon says how to enter; we enter. Standard streams and exit code are the command's own.

import { fchownSync, fstatSync, statSync } from 'node:fs';
import { type CloudChoice, getEndpoint, getJson, getText } from './cloud-client.ts';
import { refuseForeignCloud } from './cloud-owner.ts';
import { exitCode } from './exit.ts';
import { runInOwnSession } from './program.ts';

export interface InstanceEntry {
  instanceId: string;
  /** Its init, as this machine sees it. */
  pid: number;
  /** The beginning of a command line; what is to run inside follows. */
  exec: { program: string; args: string[]; env: Record<string, string> };
}

export async function exec(options: CloudChoice, instanceId: string, words: string[]): Promise<number> {
  const command = words[0] === '--' ? words.slice(1) : words;
  const endpoint = getEndpoint(options);
  await refuseForeignCloud(endpoint, options);
  return await enter(
    await getJson<InstanceEntry>(endpoint, `instances/${encodeURIComponent(instanceId)}`),
    command,
  );
}

export async function enter(entry: InstanceEntry, command: string[]): Promise<number> {
  const { program, args, env } = entry.exec;
  ownPipes(entry.pid);
  const isInteractive = process.stdin.isTTY && process.stdout.isTTY;
  return await runInOwnSession(program, [...args, ...(isInteractive ? inTerminal(command) : command)], {
    ...env,
    TERM: process.env.TERM ?? env.TERM,
  });
}

export async function shell(options: CloudChoice, instanceId: string): Promise<number> {
  return await exec(options, instanceId, ['bash', '--login']);
}

export async function consoleLog(options: CloudChoice, instanceId: string): Promise<number> {
  process.stdout.write(await getText(getEndpoint(options), `console/${encodeURIComponent(instanceId)}`));
  return exitCode.good;
}

/**
 * KERNEL: opening /dev/stdout opens the pipe anew, and asks whether it is the opener's. Root of an instance is another user
 * than whoever made the pipe, so our pipes are given to it.
 */
function ownPipes(pid: number): void {
  for (const fd of [0, 1, 2]) {
    try {
      if (fstatSync(fd).isFIFO()) fchownSync(fd, statSync(`/proc/${pid}`).uid, statSync(`/proc/${pid}`).gid);
    } catch {
      // closed, or not ours to give: then it can be written to and not opened anew
    }
  }
}

/** KERNEL: our terminal belongs to another pid namespace, where a shell could not control jobs: `script` makes one inside. */
function inTerminal(command: string[]): string[] {
  const line = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return ['script', '--quiet', '--return', '--flush', '--command', line, '/dev/null'];
}
