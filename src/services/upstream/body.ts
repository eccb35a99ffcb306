// The body of a request on its way to an upstream. A short one is read first, so that the signature is known to hold and what it
// asks for is known before anything leaves. A long one is passed on as it comes, but its end is held back until it has been
// seen whole and its signature holds: what is cut short is no request.

import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Writable } from 'node:stream';
import { readBody } from '../../aws/request-body.ts';

/** What says its length and is not longer is read whole. */
const longestRead = 2 * 1024 * 1024;
/** What does not say its length is read so far, to see whether it ends. */
const longestUnannounced = 64 * 1024;

export type Body =
  | { isWhole: true; bytes: Buffer }
  /** `start` is what has been read already. */
  | { isWhole: false; start: Buffer };

export async function receiveBody(request: IncomingMessage): Promise<Body | 'aborted'> {
  const announced = request.headers['content-length'];
  if (request.headers['transfer-encoding'] !== undefined) return await readStart(request);
  if (Number(announced ?? 0) > longestRead) return { isWhole: false, start: Buffer.alloc(0) };
  const bytes = await readBody(request, longestRead);
  return bytes === 'aborted' ? bytes : { isWhole: true, bytes: bytes! };
}

function readStart(request: IncomingMessage): Promise<Body | 'aborted'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (body: Body | 'aborted') => {
      request.off('data', take).off('end', end).off('close', abort);
      resolve(body);
    };
    const take = (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size <= longestUnannounced) return;
      request.pause();
      settle({ isWhole: false, start: Buffer.concat(chunks) });
    };
    const end = () => settle({ isWhole: true, bytes: Buffer.concat(chunks) });
    const abort = () => settle('aborted');
    request.on('data', take).on('end', end).on('close', abort);
  });
}

export interface PassOptions {
  request: IncomingMessage;
  start: Buffer;
  to: Writable;
  /** Asked with the SHA-256 of the whole. Throws when it must not be passed on. */
  check: (sha256: () => string) => void;
  /** Whether the check asks for the hash. */
  needsHash: boolean;
  onBytes: (count: number) => void;
}

export interface Passing {
  /** Its last piece, which the caller sends: undefined when nobody takes it any more. Rejects when the check fails or the client goes away. */
  last: Promise<Buffer | undefined>;
  /** From now on it is read to its end, and checked, for nobody. */
  stopSending(): void;
}

/** Passes a long body on at the pace of who takes it, all but its end. */
export function passBody({ request, start, to, check, needsHash, onBytes }: PassOptions): Passing {
  const hash = needsHash ? createHash('sha256') : undefined;
  const { promise, resolve, reject } = Promise.withResolvers<Buffer | undefined>();
  let held = start;
  let isTaken = true;
  hash?.update(start);
  onBytes(start.length);
  const take = (chunk: Buffer) => {
    onBytes(chunk.length);
    hash?.update(chunk);
    const goesOn = !isTaken || held.length === 0 || to.write(held);
    held = chunk;
    if (!goesOn) request.pause();
  };
  const resume = () => void request.resume();
  const stopSending = () => {
    isTaken = false;
    resume();
  };
  const letGo = () => {
    request.off('data', take).off('end', end).off('close', abort);
    to.off('drain', resume).off('close', stopSending);
  };
  const end = () => {
    letGo();
    try {
      check(() => hash!.digest('hex'));
      resolve(isTaken ? held : undefined);
    } catch (error) {
      reject(error);
    }
  };
  const abort = () => {
    letGo();
    reject(new ClientGone());
  };
  request.on('data', take).on('end', end).on('close', abort);
  to.on('drain', resume).on('close', stopSending);
  resume();
  return { last: promise, stopSending };
}

export class ClientGone extends Error {}
