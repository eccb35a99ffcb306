// Serves DNS on one address inside a VPC, by UDP and by TCP (RFC 7766). It knows sockets and message frames;
// what to answer it is told. Clients are tenants: all they can hold here is bounded.

import { createServer, type Server, type Socket } from 'node:net';
import type { Ipv4 } from '../lib/cidr.ts';
import { dnsPort } from '../network/listener.ts';
import type { DnsTransport } from './answer.ts';
import { bindUdp, listenTcp } from './door.ts';

const connectionLimit = 64;
const idleTimeoutMs = 10_000;
/** No question with all its options is longer; a longer frame ends the connection. */
const longestQuery = 4096;

type Answer = Buffer | undefined;
/** What is known at once is answered at once; what has to be asked for elsewhere, when it comes. */
export type AnswerFunction = (query: Buffer, transport: DnsTransport) => Answer | Promise<Answer>;

export interface DnsServer {
  close(): void;
}

/** Throws when the sockets cannot be had; nothing stays open then. */
export function openDnsServer(namespacePath: string, address: Ipv4, answer: AnswerFunction): DnsServer {
  const datagrams = serveDatagrams(namespacePath, address, answer);
  try {
    const connections = serveConnections(namespacePath, address, answer);
    return {
      close() {
        datagrams.close();
        connections.close();
      },
    };
  } catch (error) {
    datagrams.close();
    throw error;
  }
}

function serveDatagrams(namespacePath: string, address: Ipv4, answer: AnswerFunction) {
  const socket = bindUdp(namespacePath, address, dnsPort);
  const ignoreFailure = () => {};
  socket.on('error', ignoreFailure);
  socket.on('message', (query, client) => {
    if (client.port === 0) return; // nobody can be answered there
    const send = (response: Answer) => {
      // An answer that cannot be sent (a rule refuses it, the client has gone) is a lost packet: clients ask again.
      if (response !== undefined) socket.send(response, client.port, client.address);
    };
    const response = answer(query, 'udp');
    if (response instanceof Promise) response.then(send).catch(ignoreFailure);
    else send(response);
  });
  return socket;
}

function serveConnections(namespacePath: string, address: Ipv4, answer: AnswerFunction): DnsServer {
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    socket.on('error', () => {}); // 'close' follows
    socket.setTimeout(idleTimeoutMs, () => socket.destroy());
    serveConnection(socket, answer);
  });
  server.maxConnections = connectionLimit;
  server.on('error', () => {}); // a connection that could not be accepted; the server goes on
  server.listen({ fd: listenTcp(namespacePath, address, dnsPort) });
  return {
    close() {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** Each message is preceded by its length in two bytes; several may come in one piece, or one in several. */
function serveConnection(socket: Socket, answer: AnswerFunction): void {
  let pending: Buffer = Buffer.alloc(0);
  const send = (response: Answer) => {
    if (response === undefined) socket.destroy();
    else if (!socket.destroyed) socket.write(frame(response));
  };
  socket.on('data', (piece) => {
    pending = pending.length === 0 ? piece : Buffer.concat([pending, piece]);
    while (pending.length >= 2) {
      const length = pending.readUInt16BE(0);
      if (length > longestQuery) return socket.destroy();
      if (pending.length < 2 + length) break;
      const response = answer(pending.subarray(2, 2 + length), 'tcp');
      if (response instanceof Promise) response.then(send, () => socket.destroy());
      else send(response);
      pending = pending.subarray(2 + length);
    }
    if (socket.writableNeedDrain) socket.pause(); // a client that asks and does not listen waits
  });
  socket.on('drain', () => socket.resume());
}

function frame(message: Buffer): Buffer {
  const framed = Buffer.allocUnsafe(2 + message.length);
  framed.writeUInt16BE(message.length);
  message.copy(framed, 2);
  return framed;
}
