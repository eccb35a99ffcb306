// `exec`, `shell` and `console-log`: a way into an instance that needs no network, as a serial console would be.
// The daemon says how to enter; we enter. Standard streams and exit code are the command's own.

import { type CloudChoice, getEndpoint, getJson, getText } from './cloud-client.ts';
import { refuseForeignCloud } from './cloud-owner.ts';
import { exitCode } from './exit.ts';
import { runInOwnSession } from './program.ts';

interface InstanceEntry {
  instanceId: string;
  /** The beginning of a command line; what is to run inside follows. */
  exec: { program: string; args: string[]; env: Record<string, string> };
}

export async function exec(options: CloudChoice, instanceId: string, words: string[]): Promise<number> {
  const command = words[0] === '--' ? words.slice(1) : words;
  const endpoint = getEndpoint(options);
  await refuseForeignCloud(endpoint, options);
  const entry = await getJson<InstanceEntry>(endpoint, `instances/${encodeURIComponent(instanceId)}`);
  const { program, args, env } = entry.exec;
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

/** KERNEL: our terminal belongs to another pid namespace, where a shell could not control jobs: `script` makes one inside. */
function inTerminal(command: string[]): string[] {
  const line = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return ['script', '--quiet', '--return', '--flush', '--command', line, '/dev/null'];
}
