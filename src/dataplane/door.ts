// Doors: sockets of this process that live inside a VPC's network namespace. A socket belongs to the namespace
// it was made in, for good; so it is made there in one tick and then handed to Node, which need not know.
//
// KERNEL: a socket keeps its namespace alive, with the links in it, even when the namespace's name is gone.
// Who deletes a VPC closes its doors too.

import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Ipv4 } from '../lib/cidr.ts';
import { bind, connect, inNamespace, listen, openSocket, setSocketOption } from '../linux/system-call.ts';

/** Opens a listening socket and gives its descriptor, which the caller passes on: `server.listen({ fd })`. */
export function listenTcp(namespacePath: string, address: Ipv4, port: number): number {
  return inNamespace(namespacePath, () =>
    openSocket('tcp', (fd) => {
      setSocketOption(fd, 'reuseAddress');
      setSocketOption(fd, 'freeBind'); // the door may be opened before its address is put on a link
      bind(fd, address, port);
      listen(fd, 511); // Node calls listen once more when it takes the descriptor over, with its own backlog of 511
    }),
  );
}

/** A second's worth of questions of one interface: while we are busy, those of others still find room behind them. */
const receiveBufferBytes = 1024 * 1024;

/** Opens a bound datagram socket. Answers leave from `address`, which a wildcard socket could not promise. */
export function bindUdp(namespacePath: string, address: Ipv4, port: number): DatagramSocket {
  const fd = inNamespace(namespacePath, () =>
    openSocket('udp', (fd) => {
      setSocketOption(fd, 'receiveBuffer', receiveBufferBytes);
      setSocketOption(fd, 'freeBind');
      bind(fd, address, port);
    }),
  );
  // Peers are always plain addresses; without this, Node defers every send to a later tick to look them up.
  const socket = createSocket({ type: 'udp4', lookup: (host, _options, found) => found(null, host, 4) });
  socket.bind({ fd });
  return socket;
}

export interface DialOptions {
  namespacePath: string;
  /** Empty: the kernel chooses by the route. */
  localAddress?: Ipv4;
  remoteAddress: Ipv4;
  port: number;
  timeoutMs: number;
  /** Gives the attempt up. Has no effect once connected. */
  signal?: AbortSignal;
}

/**
 * Connects from inside a namespace. Rejects with the kernel's `code`: `ECONNREFUSED`, `EHOSTUNREACH`,
 * `ETIMEDOUT` also after `timeoutMs`, `ABORT_ERR` when given up.
 */
export function dialTcp(options: DialOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    options.signal?.throwIfAborted();
    const socket = adopt(startConnecting(options));
    const giveUp = (code: string, message: string) =>
      socket.destroy(Object.assign(new Error(message), { code }));
    const where = `${options.remoteAddress}:${options.port}`;
    const timer = setTimeout(giveUp, options.timeoutMs, 'ETIMEDOUT', `connect ETIMEDOUT ${where}`);
    const abort = () => giveUp('ABORT_ERR', `connect to ${where} given up`);
    options.signal?.addEventListener('abort', abort);
    const settle = (error: Error | null | undefined) => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
      if (error) return reject(error); // keeps listening: a failed socket may report the same failure twice
      socket.off('error', settle);
      resolve(socket);
    };
    socket.on('error', settle);
    // KERNEL: a write of nothing waits like any other until the handshake has ended, and then sends no packet.
    // So Node's own event loop tells us when it has, or why it will not.
    socket.write('', (error) => {
      if (!error) settle(null);
    });
  });
}

function startConnecting(options: DialOptions): number {
  return inNamespace(options.namespacePath, () =>
    openSocket('tcp', (fd) => {
      if (options.localAddress !== undefined) {
        // One port may serve many targets at once: it is chosen when both ends are known.
        setSocketOption(fd, 'bindAddressNoPort');
        bind(fd, options.localAddress, 0);
      }
      connect(fd, options.remoteAddress, options.port);
    }),
  );
}

function adopt(fd: number): Socket {
  try {
    return new Socket({ fd });
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}
