// `exec`, `shell` and `console-log`: a way into an instance that needs no network, as a serial console would be.
// The daemon says how to enter; we enter. Standard streams and exit code are the command's own.

import { type CloudChoice, getEndpoint, getJson, getText } from './cloud-client.ts';
import { exitCode } from './exit.ts';
import { runInTerminal } from './program.ts';

interface InstanceEntry {
  instanceId: string;
  exec: { program: string; args: string[]; env: Record<string, string> };
}

export async function exec(options: CloudChoice, instanceId: string, command: string[]): Promise<number> {
  const entry = await getJson<InstanceEntry>(
    getEndpoint(options),
    `instances/${encodeURIComponent(instanceId)}`,
  );
  const { program, args, env } = entry.exec;
  return await runInTerminal(program, [...args, ...command], env);
}

export async function shell(options: CloudChoice, instanceId: string): Promise<number> {
  // KERNEL: our terminal belongs to another pid namespace, so a shell there could not control jobs: `script` makes one inside.
  const inTerminal = ['script', '--quiet', '--return', '--command', 'exec bash --login', '/dev/null'];
  return await exec(options, instanceId, process.stdin.isTTY ? inTerminal : ['bash', '--login']);
}

export async function consoleLog(options: CloudChoice, instanceId: string): Promise<number> {
  process.stdout.write(await getText(getEndpoint(options), `console/${encodeURIComponent(instanceId)}`));
  return exitCode.good;
}
