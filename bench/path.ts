// A way from a client to the same three servers, and what all ways have in common.

import type { ChildProcess } from 'node:child_process';
import { run } from '../src/linux/run.ts';
import { inside } from './scratch.ts';

export interface Path {
  name: string;
  kind: 'plain' | 'endpoint' | 'proxy';
  /** The namespace the client runs in. */
  client: string;
  address: string;
  /** All that handles its bytes in user space besides the client. */
  processes: ChildProcess[];
}

/** Opens one connection, so that a path that leads nowhere fails here and not in a figure. */
export async function checkPath({ client, address }: Path): Promise<void> {
  const options = ['-sS', '--max-time', '5', '--retry', '3', '--retry-connrefused'];
  await inside(client, 'curl', [...options, `http://${address}/`]);
}

/** Lines for `ip -batch`, inside a namespace. */
export async function wire(namespace: string, lines: string[]): Promise<void> {
  const input = `${lines.join('\n')}\n`;
  await run('ip', ['-n', namespace, '-batch', '-'], { doing: `wiring ${namespace}`, input });
}
