// Bodies of bounded length and the refusals of longer ones. For services whose requests are read whole before they are looked at.

import type { IncomingMessage, ServerResponse } from 'node:http';

/** Far above AWS's own limits for the query protocols; a body of user data is 16 KB. */
export const maxBodyBytes = 2 * 1024 * 1024;
/** What is read of all clients together: whoever opens enough connections could take all memory with bodies nobody has looked at. */
export interface BodyMemory {
  heldBytes: number;
  readonly mostBytes: number;
}
const sharedMemory: BodyMemory = { heldBytes: 0, mostBytes: 512 * 1024 * 1024 };
/** A body as short as this is read even then. */
const shortBodyBytes = 64 * 1024;
/** How long such a body may take to come. */
const readTimeoutMs = 60_000;
/** How long we keep throwing away what is still being sent after a refusal, so that the client reads the answer. */
const drainTimeoutMs = 10_000;

/** @returns undefined when it is longer than the limit: the rest is then still on its way; `aborted` also when memory is short */
export function readBody(
  request: IncomingMessage,
  limitBytes = maxBodyBytes,
  memory = sharedMemory,
): Promise<Buffer | undefined | 'aborted'> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return Promise.resolve(undefined);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const timer = setTimeout(() => request.destroy(), readTimeoutMs);
    let held = 0;
    const settle = (result: Buffer | undefined | 'aborted') => {
      clearTimeout(timer);
      memory.heldBytes -= held;
      held = 0;
      resolve(result);
    };
    const collect = (chunk: Buffer) => {
      size += chunk.length;
      held += chunk.length;
      memory.heldBytes += chunk.length;
      if (size > shortBodyBytes && memory.heldBytes > memory.mostBytes) {
        request.off('data', collect);
        chunks.length = 0;
        settle('aborted');
        request.destroy(); // clients try again after that
        return;
      }
      if (size > limitBytes) {
        request.off('data', collect);
        chunks.length = 0;
        settle(undefined);
      } else {
        chunks.push(chunk);
      }
    };
    request.on('data', collect);
    request.on('end', () => settle(Buffer.concat(chunks)));
    request.on('error', () => settle('aborted'));
    request.on('close', () => settle('aborted'));
  });
}

/**
 * Answers at once and closes the connection, but only when the client has sent all or the time is up.
 * ORDER: closing while it still sends would reset the connection, and the client would lose the answer.
 */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  answer: { status: number; headers: Record<string, string>; body: string | Buffer },
): void {
  const { status, headers, body } = answer;
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

export function refuseText(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: string,
): void {
  refuse(request, response, { status, headers: { 'Content-Type': 'text/plain;charset=UTF-8' }, body });
}
