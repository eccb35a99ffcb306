// What becomes of a packet: sent from a place in the network, by a socket made in the namespace of an instance or a site's host,
// so that it takes the way that those of its programs take. Nothing has to be installed there.

import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { Ipv4 } from '../lib/cidr.ts';
import { run } from '../linux/run.ts';
import { inNamespace } from '../linux/system-call.ts';
import { bindUdp, dialTcp } from './door.ts';

/** Whoever refuses a packet has had it. */
export type Fate = 'answered' | 'refused' | 'silent';

/** With the last of them nobody there has the address to send from. */
const silences = new Set(['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EADDRNOTAVAIL']);

/** Longer than a handshake on a busy machine takes. */
export const patienceMs = 600;

const pinger = fileURLToPath(new URL('./ping.pl', import.meta.url));

/** Where a packet is sent from. */
export interface Sender {
  namespacePath: string;
  /** Absent: the system there chooses, by the route. */
  localAddress?: Ipv4;
  timeoutMs?: number;
}

export interface ProbeTarget extends Sender {
  address: Ipv4;
  port: number;
}

/** An open connection is the caller's to end. */
export async function knock({
  address: remoteAddress,
  timeoutMs = patienceMs,
  ...target
}: ProbeTarget): Promise<Socket | Exclude<Fate, 'answered'>> {
  try {
    return await dialTcp({ ...target, remoteAddress, timeoutMs });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED' || code === 'ECONNRESET') return 'refused';
    if (silences.has(code!)) return 'silent';
    throw error;
  }
}

/** Gives what is answered. Silence may also mean that nobody there had anything to say. */
export function sendDatagram(
  { namespacePath, localAddress = '0.0.0.0', address, port, timeoutMs = patienceMs }: ProbeTarget,
  data: Uint8Array,
): Promise<Buffer | Exclude<Fate, 'answered'>> {
  return new Promise((resolve) => {
    const socket = bindUdp(namespacePath, localAddress, 0);
    let isOver = false;
    const settle = (answer: Buffer | 'refused' | 'silent') => {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const fail = (error: NodeJS.ErrnoException) =>
      settle(error.code === 'ECONNREFUSED' ? 'refused' : 'silent');
    const timer = setTimeout(settle, timeoutMs, 'silent');
    socket.on('error', fail);
    // Connected, it takes no answer from elsewhere, as a NAT gateway on the way back would make it; and it is told of refusals.
    socket.once('connect', () => socket.send(data, (error) => error && fail(error)));
    socket.on('message', settle);
    socket.connect(port, address);
  });
}

/** Gives those that answered. */
export async function pingAll(
  { namespacePath, localAddress = '0.0.0.0', timeoutMs = patienceMs }: Sender,
  addresses: Ipv4[],
): Promise<Set<Ipv4>> {
  const { ended } = inNamespace(namespacePath, () => ({
    ended: run('perl', [pinger, String(timeoutMs), localAddress, ...addresses], {
      doing: `pinging ${addresses.join(', ')}`,
    }),
  }));
  return new Set((await ended).split('\n').filter((line) => line !== ''));
}
