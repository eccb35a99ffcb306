// The body of a request as it was promised: passed through, hashed on the way, or taken out of `aws-chunked` frames.
// What is wrong shows at the end at the latest, so nothing may be kept before the stream has ended well.
//
//   10000;chunk-signature=…\r\n <65,536 bytes> \r\n … 0;chunk-signature=…\r\n
//   x-amz-checksum-crc32:AAAAAA==\r\n x-amz-trailer-signature:…\r\n \r\n

import { createHash, type Hash } from 'node:crypto';
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { sha256 } from './canonical-request.ts';
import type { PayloadRule } from './signed-request.ts';
import { hmac, isSame } from './signing-key.ts';

type ChunkedRule = Extract<PayloadRule, { kind: 'chunked' }>;

export class PayloadFailure extends Error {
  readonly kind:
    | 'hash-mismatch'
    | 'chunk-signature'
    | 'malformed-chunk'
    | 'truncated'
    | 'too-long'
    | 'short-chunk';
  /** What AWS's answer shows beside the message. */
  readonly details: Record<string, string>;

  constructor(kind: PayloadFailure['kind'], message: string, details: Record<string, string> = {}) {
    super(message);
    this.kind = kind;
    this.details = details;
  }
}

export interface PayloadReader extends Readable {
  /** What came behind the body, by lower-case name; complete when the stream has ended. */
  readonly trailers: ReadonlyMap<string, string>;
}

/**
 * A body that ends before its end is an error of the reader. The body itself is left as it is, whatever the reader finds:
 * destroying a request would cut the connection before the refusal is sent.
 */
export function readPayload(body: Readable, rule: PayloadRule): PayloadReader {
  const reader = rule.kind === 'chunked' ? new FrameReader(rule) : new PlainReader(rule);
  body.on('error', () => reader.destroy(truncated()));
  body.on('close', () => {
    if (!body.readableEnded) reader.destroy(truncated());
  });
  reader.on('close', () => body.unpipe(reader));
  body.pipe(reader);
  return reader;
}

const highWaterMark = 256 * 1024;

class PlainReader extends Transform implements PayloadReader {
  readonly trailers = new Map<string, string>();
  readonly #promised: string | undefined;
  readonly #hash: Hash | undefined;

  constructor(rule: Exclude<PayloadRule, ChunkedRule>) {
    super({ highWaterMark });
    if (rule.kind === 'unsigned') return;
    this.#promised = rule.sha256;
    this.#hash = createHash('sha256');
  }

  override _transform(piece: Buffer, _encoding: string, done: TransformCallback): void {
    this.#hash?.update(piece);
    done(null, piece);
  }

  override _flush(done: TransformCallback): void {
    const isBroken = this.#hash !== undefined && this.#hash.digest('hex') !== this.#promised;
    done(
      isBroken
        ? new PayloadFailure(
            'hash-mismatch',
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
          )
        : null,
    );
  }
}

/** AWS: of signed frames, all but the last. */
const smallestChunk = 8 * 1024;
const longestFrameLine = 1024;
const longestTrailer = 8 * 1024;

class FrameReader extends Transform implements PayloadReader {
  readonly trailers = new Map<string, string>();
  readonly #rule: ChunkedRule;
  #state: 'line' | 'data' | 'end of data' | 'trailer' | 'over' = 'line';
  /** Bytes of a line that is not complete yet. */
  #pending: Buffer = Buffer.alloc(0);
  /** Bytes of this frame that are still to come. */
  #left = 0;
  #frameNumber = 0;
  #frameSize = 0;
  #decoded = 0;
  #hash: Hash | undefined;
  #frameSignature: string | undefined;
  #lastSignature: string;
  #trailerLines: string[] = [];
  #trailerLength = 0;

  constructor(rule: ChunkedRule) {
    super({ highWaterMark });
    this.#rule = rule;
    this.#lastSignature = rule.seed?.signature ?? '';
  }

  override _transform(piece: Buffer, _encoding: string, done: TransformCallback): void {
    try {
      let rest = piece;
      while (rest.length > 0 && this.#state !== 'over')
        rest = this.#state === 'data' ? this.#takeData(rest) : this.#takeLine(rest);
      if (rest.length > 0) throw malformed('there are bytes behind the last chunk');
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  override _flush(done: TransformCallback): void {
    // Some clients leave out the empty line behind the trailer.
    const isEnded = this.#state === 'over' || (this.#state === 'trailer' && this.#pending.length === 0);
    try {
      if (!isEnded) throw truncated();
      if (this.#state === 'trailer') this.#endTrailer();
      done();
    } catch (error) {
      done(error as Error);
    }
  }

  #takeData(piece: Buffer): Buffer {
    const data = piece.length <= this.#left ? piece : piece.subarray(0, this.#left);
    this.#left -= data.length;
    this.#decoded += data.length;
    if (this.#decoded > this.#rule.decodedLength) throw tooLong();
    this.#hash?.update(data);
    this.push(data);
    if (this.#left === 0) {
      this.#checkFrame();
      this.#state = 'end of data';
    }
    return piece.subarray(data.length);
  }

  /** @returns what is behind the line */
  #takeLine(piece: Buffer): Buffer {
    const bytes = this.#pending.length === 0 ? piece : Buffer.concat([this.#pending, piece]);
    const end = bytes.indexOf('\r\n');
    if (end < 0 || end > longestFrameLine) {
      if (bytes.length > longestFrameLine) throw malformed('a line of a frame is too long');
      this.#pending = Buffer.from(bytes);
      return Buffer.alloc(0);
    }
    this.#pending = Buffer.alloc(0);
    const line = bytes.toString('latin1', 0, end);
    if (this.#state === 'trailer') this.#takeTrailer(line);
    else if (this.#state === 'end of data') this.#endData(line);
    else this.#openFrame(line);
    return bytes.subarray(end + 2);
  }

  #openFrame(line: string): void {
    const match = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
    if (!match || (this.#rule.isSigned && match[2] === undefined))
      throw malformed('a frame has no proper head');
    this.#left = Number.parseInt(match[1]!, 16);
    this.#checkFrameSize();
    this.#frameSignature = match[2];
    this.#hash = this.#rule.seed ? createHash('sha256') : undefined;
    if (this.#left > 0) {
      this.#state = 'data';
      return;
    }
    this.#checkFrame();
    if (this.#decoded < this.#rule.decodedLength) throw truncated();
    this.#state = 'trailer';
  }

  /** Only now that another follows it is a short frame known not to be the last. */
  #checkFrameSize(): void {
    const isShort = this.#frameNumber > 0 && this.#frameSize < smallestChunk;
    if (this.#rule.isSigned && isShort && this.#left > 0)
      throw shortChunk(this.#frameNumber, this.#frameSize);
    this.#frameNumber += 1;
    this.#frameSize = this.#left;
  }

  #endData(line: string): void {
    if (line !== '') throw malformed('a chunk is longer than it said');
    this.#state = 'line';
  }

  #checkFrame(): void {
    const { seed } = this.#rule;
    if (!seed || !this.#hash) return;
    const { signingKey, dateTime, scope } = seed;
    const hash = this.#hash.digest('hex');
    const lines = ['AWS4-HMAC-SHA256-PAYLOAD', dateTime, scope, this.#lastSignature, sha256(''), hash];
    this.#follow(hmac(signingKey, lines.join('\n')).toString('hex'), this.#frameSignature);
  }

  /** Each signature is made over the one before it. */
  #follow(expected: string, found: string | undefined): void {
    if (found === undefined || !isSame(expected, found))
      throw new PayloadFailure(
        'chunk-signature',
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
      );
    this.#lastSignature = found;
  }

  #takeTrailer(line: string): void {
    if (line === '') {
      this.#endTrailer();
      return;
    }
    this.#trailerLength += line.length;
    if (this.#trailerLength > longestTrailer || !this.#rule.hasTrailer)
      throw malformed('no trailer was announced');
    this.#trailerLines.push(line);
  }

  #endTrailer(): void {
    for (const line of this.#trailerLines) {
      const colon = line.indexOf(':');
      if (colon < 1) throw malformed('a trailer is not name:value');
      this.trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
    }
    if (this.#rule.hasTrailer && this.#trailerLines.length === 0) throw truncated();
    if (this.#rule.hasTrailer && this.#rule.isSigned) this.#checkTrailer();
    this.#state = 'over';
  }

  #checkTrailer(): void {
    const found = this.trailers.get('x-amz-trailer-signature');
    this.trailers.delete('x-amz-trailer-signature');
    const { seed } = this.#rule;
    if (!seed) return;
    const { signingKey, dateTime, scope } = seed;
    const canonical = [...this.trailers].map(([name, value]) => `${name}:${value}\n`).join('');
    const lines = ['AWS4-HMAC-SHA256-TRAILER', dateTime, scope, this.#lastSignature, sha256(canonical)];
    this.#follow(hmac(signingKey, lines.join('\n')).toString('hex'), found);
  }
}

function malformed(because: string): PayloadFailure {
  return new PayloadFailure('malformed-chunk', `The chunked body cannot be read: ${because}.`);
}

function shortChunk(number: number, size: number): PayloadFailure {
  return new PayloadFailure(
    'short-chunk',
    'Only the last chunk is allowed to have a size less than 8192 bytes',
    { Chunk: String(number), BadChunkSizeInBytes: String(size) },
  );
}

function truncated(): PayloadFailure {
  return new PayloadFailure(
    'truncated',
    'The request body terminated unexpectedly: you did not provide the number of bytes specified by the Content-Length HTTP header',
  );
}

function tooLong(): PayloadFailure {
  return new PayloadFailure('too-long', 'The body is longer than x-amz-decoded-content-length says.');
}
