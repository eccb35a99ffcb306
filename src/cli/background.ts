// A cloud as a process of its own: started in a session of its own, so that it outlives the shell that started it.

import { mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { start } from '../linux/run.ts';
import { type CloudStatus, endpointOfPort, findStatus } from './cloud-client.ts';
import { CliError, exitCode } from './exit.ts';

const startLimitMs = 30_000;

/**
 * Starts the daemon and waits until it answers. Its log is in the data folder.
 * @param services as they were given: `sqs=http://127.0.0.1:9324`
 */
export async function startInBackground(
  dataFolder: string,
  port: number,
  services: readonly string[] = [],
): Promise<CloudStatus> {
  mkdirSync(dataFolder, { recursive: true });
  const logPath = join(dataFolder, 'daemon.log');
  const log = openSync(logPath, 'a');
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const args = [main, 'up', '--data', dataFolder, '--port', String(port), '--json'];
  for (const service of services) args.push('--service', service);
  const child = start(process.execPath, args, { detached: true, cwd: '/', stdio: ['ignore', log, log] });
  let ended: string | undefined;
  child.on('exit', (code, signal) => (ended = signal ?? `exit code ${code}`));
  child.unref();

  const deadline = Date.now() + startLimitMs;
  while (ended === undefined && Date.now() < deadline) {
    const found = await findStatus(endpointOfPort(port));
    if (found && found.pid === child.pid) return found;
    await wait(20);
  }
  const why =
    ended === undefined ? `it did not answer within ${startLimitMs / 1000} s` : `it ended with ${ended}`;
  throw new CliError(
    exitCode.cannot,
    `The cloud did not start: ${why}.\n${lastLines(logPath)}`,
    `read ${logPath}`,
  );
}

function lastLines(path: string): string {
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-6).join('\n');
}
