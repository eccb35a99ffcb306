// What can be done at a place in the network: listen there, and from there dial, ask a name, ping. Sockets are made in the
// namespace of an instance or a site's host, so packets take the way that those of its programs take.

import { randomInt } from 'node:crypto';
import type { Socket as DatagramSocket } from 'node:dgram';
import { writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { decode, encode } from 'dns-packet';
import { bindUdp, listenTcp } from '../../src/dataplane/door.ts';
import { identifyNamespace } from '../../src/dataplane/namespace-identity.ts';
import { knock, pingAll, type Sender, sendDatagram } from '../../src/dataplane/probe.ts';
import { inNamespace } from '../../src/linux/system-call.ts';

export type Outcome =
  /** `by` and `sees` are known where the answering side is ours: who answered, and from where it saw the packets come. */
  | { kind: 'answered'; by?: string; sees?: string }
  /** The handshake went well, and then nothing came. */
  | { kind: 'stuck' }
  | { kind: 'refused' }
  | { kind: 'silent' }
  | { kind: 'nameless'; code: string };

const greetingMs = 800;

export async function dial(
  sender: Sender,
  address: string,
  port: number,
  waitsForGreeting: boolean,
): Promise<Outcome> {
  const socket = await knock({ ...sender, address, port });
  if (typeof socket === 'string') return { kind: socket };
  const greeting = waitsForGreeting ? await nextText(socket) : '';
  socket.destroy();
  return waitsForGreeting && greeting === '' ? { kind: 'stuck' } : readGreeting(greeting);
}

function readGreeting(text: string): Outcome {
  const [by, sees] = text.trim().split(' ');
  return by && sees ? { kind: 'answered', by, sees } : { kind: 'answered' };
}

function nextText(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, greetingMs, '');
    const settle = (text: string) => {
      clearTimeout(timer);
      resolve(text);
    };
    socket.once('data', (data) => settle(String(data)));
    socket.once('close', () => settle(''));
    socket.on('error', () => settle(''));
  });
}

export async function askDatagram(sender: Sender, address: string, port: number): Promise<Outcome> {
  const answer = await sendDatagram({ ...sender, address, port }, Buffer.from('hello'));
  return typeof answer === 'string' ? { kind: 'silent' } : readGreeting(String(answer));
}

/** All addresses of a name, or the code of why there is none. */
export async function askName(
  namespacePath: string,
  resolver: string,
  name: string,
): Promise<string[] | { code: string }> {
  const id = randomInt(65_536);
  const query = encode({ type: 'query', id, flags: 256, questions: [{ type: 'A', name }] });
  const answer = await sendDatagram({ namespacePath, address: resolver, port: 53 }, query);
  if (typeof answer === 'string') return { code: 'SILENT' };
  const { answers = [], rcode } = decode(answer) as ReturnType<typeof decode> & { rcode: string };
  const addresses = answers.flatMap((record) => (record.type === 'A' ? [record.data] : []));
  return addresses.length > 0 ? addresses : { code: rcode === 'NOERROR' ? 'NODATA' : rcode };
}

export async function ping(sender: Sender, address: string): Promise<Outcome> {
  return { kind: (await pingAll(sender, [address])).has(address) ? 'answered' : 'silent' };
}

/** Its system forwards what is not for itself, as `sysctl -w net.ipv4.ip_forward=1` inside makes it. */
export function letForward(namespacePath: string): void {
  inNamespace(namespacePath, () => writeFileSync('/proc/sys/net/ipv4/ip_forward', '1'));
}

/** Somebody who answers at a place on all ports that are served, with his name and the address he sees. */
export class Greeter {
  readonly #namespacePath: string;
  readonly #namespaceIdentity: string | undefined;
  readonly #name: string;
  readonly #ports: number[];
  readonly #servers: Server[] = [];
  readonly #datagramSockets = new Map<string, DatagramSocket>();

  constructor(namespacePath: string, name: string, ports: number[]) {
    this.#namespacePath = namespacePath;
    this.#name = name;
    this.#ports = ports;
    this.#namespaceIdentity = identifyNamespace(namespacePath);
    for (const port of ports) {
      const server = createServer((socket) => {
        socket.on('error', () => {});
        socket.end(`${name} ${socket.remoteAddress}\n`);
      });
      server.listen({ fd: listenTcp(namespacePath, '0.0.0.0', port) });
      this.#servers.push(server);
    }
    this.answerDatagrams();
  }

  /** At every address that is there by now. KERNEL: a socket of all addresses answers from any of them, as the route back has it. */
  answerDatagrams(): void {
    const interfaces = inNamespace(this.#namespacePath, networkInterfaces);
    for (const { address, family, internal } of Object.values(interfaces).flatMap((all) => all ?? [])) {
      if (internal || family !== 'IPv4' || this.#datagramSockets.has(address)) continue;
      const socket = bindUdp(this.#namespacePath, address, this.#ports[0]!);
      socket.on('error', () => {});
      socket.on('message', (_message, sender) =>
        socket.send(`${this.#name} ${sender.address}`, sender.port, sender.address, () => {}),
      );
      this.#datagramSockets.set(address, socket);
    }
  }

  /** False also when another namespace has taken its place. */
  get isThere(): boolean {
    return identifyNamespace(this.#namespacePath) === this.#namespaceIdentity;
  }

  close(): void {
    for (const socket of [...this.#servers, ...this.#datagramSockets.values()]) socket.close();
  }
}
