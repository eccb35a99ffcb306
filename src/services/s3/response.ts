// How S3 answers: headers every answer has, XML errors, and the bytes of objects with the socket setting the pace.
// After a refusal what the client still sends is thrown away, up to a bound, so that it reads the answer.

import type { IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { AwsError } from '../../aws/aws-error.ts';
import { renderContent, xmlHead } from '../../aws/rest-xml.ts';
import type { Answer, Call } from './call.ts';
import { S3Error } from './errors.ts';

/** A body shorter than this is read to its end after a refusal, and the connection stays. */
const maxDrainBytes = 1024 * 1024;
const drainTimeoutMs = 10_000;

/** @returns the status that was sent */
export async function sendAnswer(call: Call, answer: Answer): Promise<number> {
  const { response, request } = call;
  const { status = 200, headers = {}, body, content } = answer;
  const all: OutgoingHttpHeaders = { ...commonHeaders(call), ...withoutUndefined(headers) };
  if (content) {
    try {
      all['content-length'] = content.end - content.start;
      response.writeHead(status, all);
      await sendContent(call, content);
    } finally {
      content.lease.close();
    }
    return status;
  }
  if (body !== undefined) {
    all['content-type'] ??= 'application/xml';
    all['content-length'] ??= Buffer.byteLength(body);
  } else if (status !== 204 && status !== 304 && request.method !== 'HEAD') {
    all['content-length'] = 0;
  }
  call.bytesOut = body === undefined || request.method === 'HEAD' ? 0 : Buffer.byteLength(body);
  response.writeHead(status, all);
  response.end(body);
  return status;
}

async function sendContent(call: Call, { lease, start, end }: NonNullable<Answer['content']>): Promise<void> {
  const { response, request } = call;
  if (request.method === 'HEAD' || start >= end) {
    response.end();
  } else if (lease.inline) {
    response.end(lease.inline.subarray(start, end));
    call.bytesOut = end - start;
  } else {
    for await (const chunk of lease.read(start, end)) {
      if (response.destroyed) return;
      call.bytesOut += chunk.length;
      await write(call, chunk);
    }
    response.end();
  }
}

/** Waits until the kernel has taken it, since its memory is used again, or the client is gone. */
function write({ response }: Call, chunk: Buffer): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      response.off('close', settle);
      resolve();
    };
    response.on('close', settle);
    response.write(chunk, settle);
  });
}

/** @returns the status and the code that were sent */
export function sendError(call: Call, thrown: unknown): { status: number; code: string } {
  const { response, request, requestId, hostId } = call;
  const error =
    thrown instanceof AwsError
      ? thrown
      : new AwsError('InternalError', 'We encountered an internal error. Please try again.', 500);
  const { code, status } = error;
  const { details, headers } = error instanceof S3Error ? error : { details: {}, headers: {} };
  if (response.headersSent) {
    response.destroy();
    return { status, code };
  }
  const hasBody = status !== 304;
  const content = { Code: code, Message: error.message, ...details, RequestId: requestId, HostId: hostId };
  const body = `${xmlHead}<Error>${renderContent(content)}</Error>`;
  const all: OutgoingHttpHeaders = {
    ...commonHeaders(call),
    ...(hasBody && { 'content-type': 'application/xml' }),
    ...call.errorHeaders,
    ...headers,
    ...(hasBody && request.method !== 'HEAD' && { 'content-length': Buffer.byteLength(body) }),
  };
  refuse(call, status, all, hasBody && request.method !== 'HEAD' ? body : undefined);
  return { status, code };
}

/** ORDER: closing while the client still sends would reset the connection, and it would lose the answer. */
function refuse(
  { request, response }: Call,
  status: number,
  headers: OutgoingHttpHeaders,
  body?: string,
): void {
  const isWhole = request.complete || request.readableEnded;
  const length = Number(
    request.headers['content-length'] ?? (request.headers['transfer-encoding'] ? Infinity : 0),
  );
  if (isWhole || request.destroyed || length <= maxDrainBytes) {
    response.writeHead(status, headers);
    response.end(body);
    throwAway(request);
    return;
  }
  response.writeHead(status, { ...headers, connection: 'close' });
  if (body !== undefined) response.write(body);
  else response.flushHeaders();
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(() => request.destroy(), drainTimeoutMs);
  request.once('end', end).once('close', end).once('error', end);
  throwAway(request);
}

/** ORDER: whoever read the body lets go of it, and pauses it, only when this turn is over. */
function throwAway(request: IncomingMessage): void {
  setImmediate(() => request.resume());
}

function commonHeaders({ requestId, hostId }: Call): OutgoingHttpHeaders {
  return { 'x-amz-request-id': requestId, 'x-amz-id-2': hostId, server: 'AmazonS3' };
}

function withoutUndefined(headers: Record<string, string | undefined>): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
}
