// The programs the bench measures with or against: installed from Debian when missing and we are root, else their part is skipped.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from '../src/linux/run.ts';

const packageOf = {
  sockperf: 'sockperf',
  iperf3: 'iperf3',
  wrk: 'wrk',
  nginx: 'nginx-light libnginx-mod-stream',
  haproxy: 'haproxy',
  socat: 'socat',
  perl: 'perl',
  taskset: 'util-linux',
} as const;

export type Tool = keyof typeof packageOf;

export const nginxStreamModule = '/usr/lib/nginx/modules/ngx_stream_module.so';
// Debian gives an ordinary user no sbin.
process.env.PATH = `${process.env.PATH}${delimiter}/usr/local/sbin:/usr/sbin:/sbin`;

export function hasProgram(name: string): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.some((folder) => isExecutable(join(folder, name)));
}

export function hasNginxStream(): boolean {
  return hasProgram('nginx') && isReadable(nginxStreamModule);
}

/** Says in one line what it installs; what cannot be installed stays missing, and its part says so. */
export async function installTools(): Promise<void> {
  const tools = Object.keys(packageOf) as Tool[];
  const missing = tools.filter((tool) => !hasProgram(tool) || (tool === 'nginx' && !hasNginxStream()));
  if (missing.length === 0) return;
  const packages = missing.flatMap((tool) => packageOf[tool].split(' '));
  if (process.getuid?.() !== 0 || !hasProgram('apt-get')) {
    console.log(`bench: missing ${packages.join(' ')}; as root on Debian they would be installed`);
    return;
  }
  console.log(`bench: installing Debian packages: ${packages.join(' ')}`);
  const env = { DEBIAN_FRONTEND: 'noninteractive', ...withoutServices };
  const options = { doing: 'installing what the bench measures with', env, timeoutMs: 600_000 };
  try {
    await run('apt-get', ['update', '-q'], options);
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], options);
  } catch (error) {
    console.log(`bench: ${(error as Error).message}`);
  }
}

/** Installing nginx or haproxy is not to start one. */
const withoutServices = { RUNLEVEL: '1' };

export const missingTools = (tools: Tool[]): Tool[] => tools.filter((tool) => !hasProgram(tool));

function isExecutable(path: string): boolean {
  return isAllowed(path, constants.X_OK);
}

function isReadable(path: string): boolean {
  return isAllowed(path, constants.R_OK);
}

function isAllowed(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
