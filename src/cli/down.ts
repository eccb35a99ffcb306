// `isthmus down`: stops the cloud and leaves nothing of it in the kernel; the data stays for the next `up`.
// It also cleans up after a daemon that died, from its data folder alone: the one named by --data, or the default one
// when nothing names a cloud. A port or AWS_ENDPOINT_URL names a cloud that runs, and never a folder.

import { existsSync } from 'node:fs';
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
import { isAlive, isDaemon } from './process-table.ts';

const stopLimitMs = 120_000;

export async function down(options: CloudChoice): Promise<number> {
  const endpoint = findEndpoint(options);
  const found = endpoint ? await findStatus(endpoint) : undefined;
  if (found && isMeant(found, options)) {
    await stopCloud(found);
    say(`Stopped. The data is in ${found.dataFolder}.`);
    return exitCode.good;
  }
  const namesFolder = options.data !== undefined;
  if (!namesFolder && (options.port !== undefined || process.env.AWS_ENDPOINT_URL)) {
    const hint = 'isthmus down --data DIR, which cleans up after a daemon that died';
    throw new CliError(exitCode.no, `No cloud is running at ${endpoint}.`, hint);
  }
  return await removeDeadCloud(dataFolderOf(options), endpoint);
}

/** Where the daemon of a data folder died, another cloud may answer on its port by now. */
function isMeant(found: CloudStatus, options: CloudChoice): boolean {
  if (options.data === undefined || options.port !== undefined) return true;
  return found.pid === readDaemonFile(dataFolderOf(options))?.pid;
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
  refuseLivingCloud(dataFolder, endpoint);
  if (!existsSync(dataFolder)) {
    say(`No cloud is running, and there is no data folder ${dataFolder}: nothing to do.`);
    return exitCode.good;
  }
  const { removeCloud } = await import('../daemon.ts');
  await removeCloud({ dataFolder });
  say(`No cloud was running; nothing of the one in ${dataFolder} is left in the kernel. Its data stays.`);
  return exitCode.good;
}

/** What a daemon that lives has in the kernel is taken away by that daemon alone. */
function refuseLivingCloud(dataFolder: string, endpoint: string | undefined): void {
  const file = readDaemonFile(dataFolder);
  if (!file || !isDaemon(file.pid)) return;
  const end = `isthmus down --data ${dataFolder}`;
  const daemon = `The daemon of the data folder ${dataFolder} (pid ${file.pid})`;
  if (file.apiEndpoint !== endpoint) {
    throw new CliError(exitCode.cannot, `${daemon} is running at ${file.apiEndpoint}.`, end);
  }
  throw new CliError(
    exitCode.cannot,
    `${daemon} is alive and does not answer at ${endpoint}.`,
    `kill ${file.pid}, then: ${end}`,
  );
}
