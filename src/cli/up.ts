// `isthmus up`: starts the cloud, in the foreground or as a process of its own. Ctrl-C in the foreground is `down`:
// the network goes, the data stays. SIGTERM ends the daemon alone: instances and flows go on, and the next `up` finds them.

import { accessSync, constants, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { UpstreamChange } from '../cloud/upstream.ts';
import { LinuxError } from '../linux/linux-error.ts';
import { run } from '../linux/run.ts';
import { startInBackground } from './background.ts';
import {
  type CloudChoice,
  daemonFilePath,
  dataFolderOf,
  defaultPort,
  endpointOfPort,
  findStatus,
  readDaemonFile,
} from './cloud-client.ts';
import { CliError, exitCode, note, say } from './exit.ts';
import { readServices } from './service-option.ts';

interface UpOptions extends CloudChoice {
  detach?: boolean;
  uplink?: boolean;
  json?: boolean;
  /** `sqs=http://127.0.0.1:9324`, each. */
  service?: string[];
}

export async function up(options: UpOptions): Promise<number | undefined> {
  if (options.uplink)
    throw new CliError(exitCode.usage, '--uplink is not built yet: see docs/differences.md.');
  const services = readServices(options.service);
  const port = options.port ?? defaultPort;
  const dataFolder = dataFolderOf(options);
  await refuseSecondCloud(dataFolder, port);
  makeDataFolder(dataFolder);
  await askKernel();
  if (!options.detach) return await runInForeground(dataFolder, port, services, options.json ?? false);
  const { pid, apiEndpoint } = await startInBackground(dataFolder, port, options.service);
  announce({ apiEndpoint, dataFolder, pid }, options.json ?? false);
  return exitCode.good;
}

async function refuseSecondCloud(dataFolder: string, port: number): Promise<void> {
  const endpoints = [endpointOfPort(port), readDaemonFile(dataFolder)?.apiEndpoint];
  for (const endpoint of endpoints) {
    const found = endpoint && (await findStatus(endpoint));
    if (!found) continue;
    if (found.apiEndpoint !== endpointOfPort(port) && found.dataFolder !== dataFolder) continue;
    const where = `A cloud runs already at ${found.apiEndpoint} (pid ${found.pid}, data folder ${found.dataFolder}).`;
    throw new CliError(exitCode.no, where, 'isthmus down, or another one beside it: --port N --data DIR');
  }
}

/** A kernel without namespaces or nftables is told at once, with what mends it. */
async function askKernel(): Promise<void> {
  const setUp = fileURLToPath(new URL('../../scripts/set-up.sh', import.meta.url));
  await run('/bin/sh', [setUp, '--probe'], { doing: 'asking the kernel' }).catch((error: LinuxError) => {
    throw new CliError(exitCode.cannot, error.stderr.trim());
  });
}

function makeDataFolder(dataFolder: string): void {
  try {
    mkdirSync(dataFolder, { recursive: true });
    accessSync(dataFolder, constants.W_OK);
  } catch (error) {
    const because = (error as Error).message;
    const hint = 'isthmus up --data DIR, with a folder that you may write to';
    throw new CliError(exitCode.cannot, `The data folder ${dataFolder} cannot be used: ${because}`, hint);
  }
}

/** Returns once the cloud answers; the process then lives as long as the daemon does. */
async function runInForeground(
  dataFolder: string,
  port: number,
  services: UpstreamChange[],
  json: boolean,
): Promise<undefined> {
  const { startDaemon } = await import('../daemon.ts');
  const log = json || !process.stderr.isTTY ? 'json' : 'pretty';
  const daemon = await startDaemon({ dataFolder, port, services, log }).catch((error) =>
    Promise.reject(startError(error, port)),
  );
  const daemonFile = daemonFilePath(dataFolder);
  writeFileSync(daemonFile, JSON.stringify({ pid: process.pid, apiEndpoint: daemon.apiEndpoint }));
  let leftRunning = false;
  process.on('exit', () => leftRunning || rmSync(daemonFile, { force: true }));

  let stopping = false;
  const stop = async (keepRunning: boolean) => {
    if (stopping) return;
    stopping = true;
    leftRunning = keepRunning;
    await daemon.stop({ keepRunning });
    process.exit(exitCode.good);
  };
  process.on('SIGTERM', () => stop(true));
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop(false));

  announce({ apiEndpoint: daemon.apiEndpoint, dataFolder, pid: process.pid }, json);
  if (!json) note('Ctrl-C stops it and takes its network away; the data stays.');
  return undefined;
}

function startError(error: unknown, port: number): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' && port < 1024) {
    return new CliError(
      exitCode.cannot,
      `Only root may use port ${port}.`,
      'isthmus up --port N, from 1024 on',
    );
  }
  if (code === 'EADDRINUSE') {
    const message = `Port ${port} is taken by another program.`;
    return new CliError(
      exitCode.cannot,
      message,
      `isthmus up --port N, or find it with: ss -ltnp 'sport = :${port}'`,
    );
  }
  if (error instanceof LinuxError) return new CliError(exitCode.cannot, error.message, error.hint);
  return error;
}

function announce(cloud: { apiEndpoint: string; dataFolder: string; pid: number }, json: boolean): void {
  if (json) say(JSON.stringify(cloud));
  else say(`API endpoint  ${cloud.apiEndpoint}\nData folder   ${cloud.dataFolder}`);
}
