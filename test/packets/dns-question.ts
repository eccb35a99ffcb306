// Asks a DNS server a question from inside a namespace, as a stub resolver does. Packets are written and read by dns-packet.

import dnsPacket, { type Answer } from 'dns-packet';
import { bindUdp, dialTcp } from '../../src/dataplane/door.ts';

/** Short enough to wait for silence. */
const silenceMs = 700;
/** For servers that ask others first, of which two may be silent. */
export const patientMs = 6000;

/** The data of the answers, one after the other; else the code: `NXDOMAIN`, `NOERROR` for none; `silence` when nothing comes. */
export async function askDns(
  namespacePath: string,
  server: string,
  name: string,
  waitMs = silenceMs,
): Promise<string> {
  const client = bindUdp(namespacePath, '0.0.0.0', 0);
  try {
    return await new Promise((resolve) => {
      const timer = setTimeout(resolve, waitMs, 'silence');
      client.on('error', () => {});
      client.on('message', (message) => {
        clearTimeout(timer);
        resolve(describe(message));
      });
      client.send(renderQuestion(name), 53, server, () => {});
    });
  } finally {
    client.close();
  }
}

export async function askDnsByTcp(namespacePath: string, server: string, name: string): Promise<string> {
  const where = { namespacePath, remoteAddress: server, port: 53, timeoutMs: silenceMs };
  const socket = await dialTcp(where).catch(() => undefined);
  if (!socket) return 'silence';
  const question = renderQuestion(name);
  const length = Buffer.alloc(2);
  length.writeUInt16BE(question.length);
  socket.setTimeout(patientMs, () => socket.destroy());
  socket.write(Buffer.concat([length, question]));
  let received = Buffer.alloc(0);
  for await (const piece of socket) {
    received = Buffer.concat([received, piece]);
    if (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) break;
  }
  return received.length > 2 ? describe(received.subarray(2)) : 'silence';
}

function renderQuestion(name: string): Buffer {
  const questions = [{ type: 'A' as const, name }];
  return dnsPacket.encode({ type: 'query', id: 7, flags: dnsPacket.RECURSION_DESIRED, questions });
}

function describe(message: Buffer): string {
  const { answers = [], rcode } = dnsPacket.decode(message) as { answers?: Answer[]; rcode?: string };
  const data = answers.map((answer) => String((answer as { data?: unknown }).data));
  return data.length > 0 ? data.join(' ') : rcode!;
}
