// The proxies the endpoint is measured against: TCP as it comes in goes out again to one target, on every port.
// Set up for speed: large buffers, no delay, both cores.

import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Scratch, waitForListener } from './scratch.ts';
import { everyPort, startNginx } from './server.ts';
import { hasNginxStream, hasProgram } from './tool.ts';

export interface ProxyPlace {
  namespace: string;
  listenAddress: string;
  targetAddress: string;
}

export interface Proxy {
  name: string;
  /** Its processes, once they listen. */
  start(scratch: Scratch, place: ProxyPlace): Promise<ChildProcess[]>;
}

/** Those that are installed. */
export function listProxies(): Proxy[] {
  return [
    ...(hasProgram('haproxy') ? [describeProxy('HAProxy', startHaproxy)] : []),
    ...(hasNginxStream() ? [describeProxy('nginx stream', startNginxStream)] : []),
    ...(hasProgram('socat') ? [describeProxy('socat', startSocat)] : []),
  ];
}

function describeProxy(name: string, start: (scratch: Scratch, place: ProxyPlace) => ChildProcess[]): Proxy {
  return {
    name,
    async start(scratch, place) {
      const processes = start(scratch, place);
      for (const port of everyPort) await waitForListener(place.namespace, port, place.listenAddress);
      return processes;
    },
  };
}

function startHaproxy(
  scratch: Scratch,
  { namespace, listenAddress, targetAddress }: ProxyPlace,
): ChildProcess[] {
  const file = join(scratch.folder, `${namespace}.haproxy`);
  const listeners = everyPort.flatMap((port) => [
    `listen port${port}`,
    `  bind ${listenAddress}:${port} backlog 4096`,
    `  server target ${targetAddress}:${port}`,
  ]);
  const defaults = [
    'defaults',
    '  mode tcp',
    '  timeout connect 5s',
    '  timeout client 60s',
    '  timeout server 60s',
  ];
  const global = ['global', '  maxconn 4000', '  nbthread 2', '  tune.bufsize 65536'];
  writeFileSync(file, `${[...global, ...defaults, ...listeners].join('\n')}\n`);
  return [scratch.startInside(namespace, 'haproxy', ['-db', '-f', file])];
}

function startNginxStream(
  scratch: Scratch,
  { namespace, listenAddress, targetAddress }: ProxyPlace,
): ChildProcess[] {
  const servers = everyPort.map(
    (port) => `server { listen ${listenAddress}:${port} backlog=4096; proxy_pass ${targetAddress}:${port}; }`,
  );
  return [startNginx(scratch, namespace, `stream { proxy_buffer_size 64k; ${servers.join(' ')} }`, 2)];
}

function startSocat(
  scratch: Scratch,
  { namespace, listenAddress, targetAddress }: ProxyPlace,
): ChildProcess[] {
  const options = `bind=${listenAddress},fork,reuseaddr,nodelay,backlog=4096`;
  return everyPort.map((port) => {
    const ends = [`TCP4-LISTEN:${port},${options}`, `TCP4:${targetAddress}:${port},nodelay`];
    return scratch.startInside(namespace, 'socat', ['-b65536', ...ends]);
  });
}
