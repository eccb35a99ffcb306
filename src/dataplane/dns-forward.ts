// Asks a DNS server elsewhere, from inside a namespace and from an address there, so that the question is a packet that
// routes and groups decide about like any other's.

import { randomInt } from 'node:crypto';
import type { Socket as DatagramSocket } from 'node:dgram';
import type { Socket } from 'node:net';
import type { Ipv4 } from '../lib/cidr.ts';
import type { DnsTransport } from './answer.ts';
import { bindUdp, dialTcp } from './door.ts';
import { headerLength, parseQuestion } from './query.ts';

/** As long as a stub resolver waits before it asks again. */
const patienceMs = 2_000;
const longestMessage = 65535;

export interface DnsServerAddress {
  address: Ipv4;
  port: number;
}

export interface ForwardOptions {
  namespacePath: string;
  /** Where the question comes from. */
  from: Ipv4;
  /** Asked one after the other, until one answers. */
  servers: readonly DnsServerAddress[];
  transport: DnsTransport;
}

/** The answer, under the question's own number. Undefined: nobody answered. */
export async function forwardQuery(query: Buffer, options: ForwardOptions): Promise<Buffer | undefined> {
  const ask = options.transport === 'udp' ? askByUdp : askByTcp;
  for (const server of options.servers) {
    // A number of our own: whoever guesses what a client asks cannot answer in the server's stead.
    const numbered = Buffer.from(query);
    numbered.writeUInt16BE(randomInt(2 ** 16), 0);
    const answer = await ask(numbered, server, options).catch(() => undefined);
    if (!answer) continue;
    query.copy(answer, 0, 0, 2);
    return answer;
  }
  return undefined;
}

function askByUdp(
  query: Buffer,
  server: DnsServerAddress,
  { namespacePath, from }: ForwardOptions,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket: DatagramSocket = bindUdp(namespacePath, from, 0);
    const timer = setTimeout(() => end(), patienceMs);
    let isOver = false;
    const end = (answer?: Buffer) => {
      // A question that still waits to be sent fails when its socket closes.
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      socket.close();
      if (answer) resolve(answer);
      else reject(new Error(`${server.address} does not answer`));
    };
    socket.on('error', () => end());
    socket.on('message', (answer, { address, port }) => {
      const isFromServer = address === server.address && port === server.port;
      if (isFromServer && isAnswerTo(query, answer)) end(answer);
    });
    socket.send(query, server.port, server.address, (error) => error && end());
  });
}

async function askByTcp(
  query: Buffer,
  server: DnsServerAddress,
  { namespacePath, from }: ForwardOptions,
): Promise<Buffer | undefined> {
  const where = { namespacePath, localAddress: from, remoteAddress: server.address, port: server.port };
  const socket = await dialTcp({ ...where, timeoutMs: patienceMs });
  socket.setTimeout(patienceMs, () => socket.destroy());
  socket.on('error', () => {}); // the loop below ends with it
  const length = Buffer.alloc(2);
  length.writeUInt16BE(query.length);
  socket.write(Buffer.concat([length, query]));
  const answer = await readMessage(socket).finally(() => socket.destroy());
  return answer && isAnswerTo(query, answer) ? answer : undefined;
}

async function readMessage(socket: Socket): Promise<Buffer | undefined> {
  let pending: Buffer = Buffer.alloc(0);
  for await (const piece of socket) {
    pending = Buffer.concat([pending, piece as Buffer]);
    if (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0))
      return Buffer.from(pending.subarray(2, 2 + pending.readUInt16BE(0)));
    if (pending.length > longestMessage + 2) return undefined;
  }
  return undefined;
}

/** The same number, and the same question behind the header. */
function isAnswerTo(query: Buffer, answer: Buffer): boolean {
  if (answer.length < headerLength || (answer[2]! & 0x80) === 0) return false;
  if (answer.readUInt16BE(0) !== query.readUInt16BE(0)) return false;
  const end = parseQuestion(query)?.end ?? headerLength;
  return answer.subarray(headerLength, end).equals(query.subarray(headerLength, end));
}
