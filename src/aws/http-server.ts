// The socket that AWS's clients reach: reads a bounded body, hands `/_isthmus/…` to the admin handler and everything
// else to the front door. Whatever is sent here, the daemon stays up; what a foreign web page sends is refused.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { refuseForeignPage } from './foreign-page.ts';
import type { FrontDoor } from './front-door.ts';

export interface HttpServerOptions {
  frontDoor: FrontDoor;
  /** Answers everything under `/_isthmus/`. It reads its own body. */
  adminHandler: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
  /** The address it will be bound to, when that is not a loopback address. */
  boundAddress?: string;
  /** Told what went wrong on our side: a request that could not be answered, a connection that could not be accepted. */
  onError?: (error: Error) => void;
}

/** Far above AWS's own limits for these protocols; a body of user data is 16 KB. */
const maxBodyBytes = 2 * 1024 * 1024;
/** How long we keep throwing away what is still being sent after a refusal, so that the client reads the answer. */
const drainTimeoutMs = 10_000;

/** Not listening yet. */
export function createHttpServer(options: HttpServerOptions): Server {
  const { frontDoor, adminHandler, boundAddress, onError = () => {} } = options;
  const server = createServer({
    headersTimeout: 10_000,
    requestTimeout: 60_000,
    keepAliveTimeout: 60_000,
    connectionsCheckingInterval: 5_000,
  });
  server.on('request', (request, response) => {
    handle(request, response).catch((error: Error) => {
      onError(error);
      fail(response, error);
    });
  });
  // Without a listener, running out of descriptors would end the daemon. Why it cannot listen is told who asked it to.
  server.once('listening', () => server.on('error', onError));

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = refuseForeignPage(request.headers, boundAddress);
    if (refusal) return refuse(request, response, 403, `${refusal}\n`);
    if (isAdmin(request.url!)) return adminHandler(request, response);
    const body = await readBody(request);
    if (body === 'aborted') return;
    const { method, url, headers } = request;
    const answer = frontDoor({ method: method!, url: url!, headers, body });
    if (!body) return refuse(request, response, answer.status, answer.body, answer.headers);
    response.writeHead(answer.status, {
      ...answer.headers,
      'Content-Length': Buffer.byteLength(answer.body),
    });
    response.end(answer.body);
  }
  return server;
}

function isAdmin(url: string): boolean {
  return url === '/_isthmus' || url.startsWith('/_isthmus/') || url.startsWith('/_isthmus?');
}

/** @returns undefined when it is longer than the limit: the rest is then still on its way */
function readBody(request: IncomingMessage): Promise<Buffer | undefined | 'aborted'> {
  if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const collect = (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBodyBytes) {
        request.off('data', collect);
        chunks.length = 0;
        resolve(undefined);
      } else {
        chunks.push(chunk);
      }
    };
    request.on('data', collect);
    request.on('end', () => resolve(Buffer.concat(chunks)));
    request.on('error', () => resolve('aborted'));
    request.on('close', () => resolve('aborted'));
  });
}

/**
 * Answers at once and closes the connection, but only when the client has sent all or the time is up.
 * ORDER: closing while it still sends would reset the connection, and the client would lose the answer.
 */
function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = { 'Content-Type': 'text/plain;charset=UTF-8' },
): void {
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body), Connection: 'close' });
  response.write(body);
  if (request.readableEnded || request.destroyed) {
    response.end();
    return;
  }
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(() => request.destroy(), drainTimeoutMs);
  request.on('end', end);
  request.on('close', end);
  request.on('error', end);
  request.resume();
}

function fail(response: ServerResponse, error: Error): void {
  if (response.headersSent) {
    response.destroy(error);
    return;
  }
  response.writeHead(500, { 'Content-Type': 'text/plain;charset=UTF-8', Connection: 'close' });
  response.end('Isthmus failed to answer.\n');
}
