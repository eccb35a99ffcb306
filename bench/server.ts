// The three servers every path ends at: nginx for new connections, sockperf for round trips, iperf3 for throughput.
// All paths have the same ones, on the same ports.

import type { ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Scratch, waitForListener } from './scratch.ts';
import { nginxStreamModule } from './tool.ts';

export const webPort = 80;
export const ports = { http: webPort, sockperf: 11111, iperf3: 5201 } as const;
export const everyPort: number[] = Object.values(ports);

/** Starts all three inside a namespace and waits until they listen. */
export async function startServers(scratch: Scratch, namespace: string): Promise<ChildProcess[]> {
  const servers = [
    startNginx(
      scratch,
      namespace,
      `http { access_log off; server { listen ${ports.http} backlog=4096; return 200 "bench\\n"; } }`,
    ),
    scratch.startInside(namespace, 'sockperf', [
      'server',
      '--tcp',
      '-i',
      '0.0.0.0',
      '-p',
      String(ports.sockperf),
    ]),
    scratch.startInside(namespace, 'iperf3', ['--server', '--port', String(ports.iperf3)]),
  ];
  for (const port of everyPort) await waitForListener(namespace, port);
  return servers;
}

/** Answers every request with one short line. */
export async function startWebServer(scratch: Scratch, namespace: string): Promise<ChildProcess> {
  const body = `http { access_log off; server { listen ${webPort} backlog=4096; return 200 "bench\\n"; } }`;
  const server = startNginx(scratch, namespace, body);
  await waitForListener(namespace, webPort);
  return server;
}

let lastNumber = 0;

/** @param body the blocks beside `events` */
export function startNginx(scratch: Scratch, namespace: string, body: string, workers = 1): ChildProcess {
  const folder = join(scratch.folder, `nginx-${++lastNumber}`);
  mkdirSync(folder);
  const main = [
    'daemon off; user root; pid nginx.pid; error_log stderr crit;',
    `worker_processes ${workers}; worker_rlimit_nofile 16384;`,
    'events { worker_connections 8192; }',
  ];
  writeFileSync(
    join(folder, 'nginx.conf'),
    `${body.startsWith('stream') ? `load_module ${nginxStreamModule};\n` : ''}${main.join('\n')}\n${body}\n`,
  );
  return scratch.startInside(namespace, 'nginx', ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr']);
}
