// An HTTP server that listens nowhere and is handed its connections, so that one serves the sockets of many namespaces.
// Clients are tenants: how long each may take is bounded here.

import { createServer, type RequestListener, type Server } from 'node:http';
import { continueWhenRead } from '../aws/expect-continue.ts';

export interface HandedServerOptions {
  /** A client, or whoever answers it, from which nothing comes. */
  idleTimeoutMs: number;
  keepAliveTimeoutMs: number;
}

const headersTimeoutMs = 10_000;

export function createHandedServer(
  { idleTimeoutMs, keepAliveTimeoutMs }: HandedServerOptions,
  answer: RequestListener,
): Server {
  const server = createServer({
    headersTimeout: headersTimeoutMs,
    requestTimeout: 0, // a body may be 5 GiB; that it comes at all is seen by the idle time
    keepAliveTimeout: keepAliveTimeoutMs,
    connectionsCheckingInterval: 5_000,
  });
  server.timeout = idleTimeoutMs;
  server.on('request', answer);
  server.on('checkContinue', (request, response) => {
    continueWhenRead(request, response);
    answer(request, response);
  });
  // Node watches over slow headers from when a server listens, and this one never does.
  server.emit('listening');
  return server;
}
