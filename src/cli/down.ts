// `isthmus down`: stops the cloud and leaves nothing of it in the kernel; the data stays for the next `up`.
// It also cleans up after a daemon that died, from its data folder alone.

import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import {
  type CloudChoice,
  type CloudStatus,
  dataFolderOf,
  findEndpoint,
  findStatus,
  postShutdown,
  readDaemonFile,
} from './cloud-client.ts';
import { CliError, exitCode, say } from './exit.ts';

const stopLimitMs = 120_000;

export async function down(options: CloudChoice): Promise<number> {
  const endpoint = findEndpoint(options);
  const found = endpoint ? await findStatus(endpoint) : undefined;
  if (found) {
    await stopCloud(found);
    say(`Stopped. The data is in ${found.dataFolder}.`);
    return exitCode.good;
  }
  return await removeDeadCloud(dataFolderOf(options), endpoint);
}

/** Returns when the process is gone and with it everything it had in the kernel. */
export async function stopCloud(cloud: CloudStatus): Promise<void> {
  await postShutdown(cloud.apiEndpoint);
  const deadline = Date.now() + stopLimitMs;
  while (isAlive(cloud.pid)) {
    if (Date.now() > deadline) {
      throw new CliError(
        exitCode.cannot,
        `The daemon (pid ${cloud.pid}) does not end.`,
        `read ${cloud.dataFolder}/daemon.log`,
      );
    }
    await wait(20);
  }
}

async function removeDeadCloud(dataFolder: string, endpoint: string | undefined): Promise<number> {
  const elsewhere = readDaemonFile(dataFolder)?.apiEndpoint;
  if (elsewhere && elsewhere !== endpoint) {
    const message = `No cloud is running at ${endpoint}; the one with the data folder ${dataFolder} is or was at ${elsewhere}.`;
    throw new CliError(exitCode.no, message, `isthmus down --data ${dataFolder}`);
  }
  if (!existsSync(dataFolder)) {
    say(`No cloud is running, and there is no data folder ${dataFolder}: nothing to do.`);
    return exitCode.good;
  }
  const { removeCloud } = await import('../daemon.ts');
  await removeCloud({ dataFolder });
  say(`No cloud was running; nothing of the one in ${dataFolder} is left in the kernel. Its data stays.`);
  return exitCode.good;
}

/** A process that ended and that nobody has asked about (a zombie) is as good as gone. */
function isAlive(pid: number): boolean {
  try {
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!;
    return !afterName.startsWith('Z');
  } catch {
    return false;
  }
}
