// The socket that AWS's clients reach on the machine itself: every service behind one address. `/_isthmus/…` goes to the admin
// handler, everything else is an AWS request. Whatever is sent here, the daemon stays up; what a foreign web page sends is refused.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Arrival, ServiceHandler } from './arrival.ts';
import { continueWhenRead } from './expect-continue.ts';
import { refuseForeignPage } from './foreign-page.ts';
import { refuseText } from './request-body.ts';

export interface HttpServerOptions {
  /** Answers every AWS request, of whichever service. */
  handle: ServiceHandler;
  /** Answers everything under `/_isthmus/`. It reads its own body. */
  adminHandler: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
  /** The address it will be bound to, when that is not a loopback address. */
  boundAddress?: string;
  /** Told what went wrong on our side: a request that could not be answered, a connection that could not be accepted. */
  onError?: (error: Error) => void;
}

/** A client, or a service, from which nothing comes. */
const idleTimeoutMs = 120_000;

/** Not listening yet. */
export function createHttpServer(options: HttpServerOptions): Server {
  const { handle, adminHandler, boundAddress, onError = () => {} } = options;
  const server = createServer({
    headersTimeout: 10_000,
    requestTimeout: 0, // an object may be 5 GiB; whoever reads a short body gives it a time of its own
    keepAliveTimeout: 60_000,
    connectionsCheckingInterval: 5_000,
  });
  server.timeout = idleTimeoutMs;
  server.on('request', (request, response) => {
    answer(request, response).catch((error: Error) => {
      onError(error);
      fail(response, error);
    });
  });
  server.on('checkContinue', (request, response) => {
    continueWhenRead(request, response);
    server.emit('request', request, response);
  });
  // Without a listener, running out of descriptors would end the daemon. Why it cannot listen is told who asked it to.
  server.once('listening', () => server.on('error', onError));

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = refuseForeignPage(request.headers, boundAddress);
    if (refusal) return refuseText(request, response, 403, `${refusal}\n`);
    if (isAdmin(request.url!)) {
      request.socket.setTimeout(0); // to empty a large cloud takes its time
      return adminHandler(request, response);
    }
    return handle(request, response, describeArrival(request));
  }
  return server;
}

/** By no endpoint and to no front end in particular: this address has all of them. */
function describeArrival({ socket }: IncomingMessage): Arrival {
  const address = socket.remoteAddress ?? '127.0.0.1';
  return { sourceAddress: address.replace(/^::ffff:/, ''), isSecure: false };
}

function isAdmin(url: string): boolean {
  return url === '/_isthmus' || url.startsWith('/_isthmus/') || url.startsWith('/_isthmus?');
}

function fail(response: ServerResponse, error: Error): void {
  if (response.headersSent) {
    response.destroy(error);
    return;
  }
  response.writeHead(500, { 'Content-Type': 'text/plain;charset=UTF-8', Connection: 'close' });
  response.end('Isthmus failed to answer.\n');
}
