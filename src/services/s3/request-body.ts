// The body of a request: small XML documents read whole, objects streamed into a body of the store while they are hashed.
// Nothing is kept of one that ends early, has another length than was said, or another checksum.

import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { type PayloadReader, readPayload } from '../../aws/payload.ts';
import { parseXml, type XmlElement } from '../../aws/rest-xml.ts';
import type { BodyStore, NewBody } from './body-store.ts';
import { headerOf, type SignedCall } from './call.ts';
import {
  type ChecksumAlgorithm,
  checksumAlgorithms,
  checksumHeader,
  isChecksumValue,
  readAlgorithm,
  startChecksum,
} from './checksum.ts';
import {
  badDigest,
  entityTooLarge,
  incompleteBody,
  invalidRequest,
  malformedXml,
  S3Error,
} from './errors.ts';
import { bodyFailure } from './signature-refusal.ts';

/** AWS: what one PUT, or one part, may hold. */
export const maxObjectBytes = 5 * 1024 ** 3;
const maxDocumentBytes = 2 * 1024 * 1024;
/** A client that sends nothing for so long is given up. */
const idleTimeoutMs = 60_000;

export interface ReceivedBody {
  newBody: NewBody;
  /** Hexadecimal. */
  md5: string;
  checksum?: { algorithm: ChecksumAlgorithm; value: string };
}

/** What the headers say of the body; looked at before it is asked for. */
interface Promised {
  length: number;
  md5?: string;
  checksum?: { algorithm: ChecksumAlgorithm; value?: string };
}

// DIFFERS: checksums-by-request AWS gives an object that comes without a checksum a CRC-64/NVME of its own; here it has none.
/** Streams the body into the store. The caller makes it part of an object, or removes it. */
export async function receiveBody(
  call: SignedCall,
  bodies: BodyStore,
  defaultAlgorithm?: ChecksumAlgorithm,
): Promise<ReceivedBody> {
  const promised = readPromised(call, defaultAlgorithm);
  if (promised.length > maxObjectBytes) throw entityTooLarge(maxObjectBytes);
  const writer = bodies.startBody();
  try {
    const md5 = createHash('md5');
    const running = promised.checksum && startChecksum(promised.checksum.algorithm);
    const body = openBody(call);
    await consume(body, (chunk) => {
      call.bytesIn += chunk.length;
      if (call.bytesIn > promised.length) throw incompleteBody();
      md5.update(chunk);
      running?.update(chunk);
      return writer.write(chunk);
    });
    if (call.bytesIn !== promised.length) throw incompleteBody();
    const digest = md5.digest();
    checkMd5(promised, digest);
    const checksum = checkChecksum(promised, running?.digest(), body.trailers);
    const newBody = await writer.finish();
    return { newBody, md5: digest.toString('hex'), ...(checksum && { checksum }) };
  } catch (error) {
    await writer.abort();
    throw bodyFailure(error);
  }
}

/** A small body, whole. */
export async function readText(call: SignedCall, maxBytes = maxDocumentBytes): Promise<string> {
  const promised = readPromised(call);
  if (promised.length > maxBytes) throw new S3Error('MaxMessageLengthExceeded', 'Your request was too big.');
  const chunks: Buffer[] = [];
  let trailers: ReadonlyMap<string, string>;
  try {
    const body = openBody(call);
    await consume(body, (chunk) => {
      call.bytesIn += chunk.length;
      if (call.bytesIn > promised.length) throw incompleteBody();
      chunks.push(chunk);
    });
    trailers = body.trailers;
  } catch (error) {
    throw bodyFailure(error);
  }
  const whole = Buffer.concat(chunks);
  if (whole.length !== promised.length) throw incompleteBody();
  checkMd5(promised, createHash('md5').update(whole).digest());
  const running = promised.checksum && startChecksum(promised.checksum.algorithm);
  running?.update(whole);
  checkChecksum(promised, running?.digest(), trailers);
  return whole.toString();
}

/** @param name the document's element; an empty body is undefined */
export async function readDocument(call: SignedCall, name: string): Promise<XmlElement | undefined> {
  const text = await readText(call);
  if (text.trim() === '') return undefined;
  let element: XmlElement;
  try {
    element = parseXml(text);
  } catch {
    throw malformedXml();
  }
  if (element.name !== name) throw malformedXml();
  return element;
}

function openBody(call: SignedCall): PayloadReader {
  const { request } = call;
  request.setTimeout(idleTimeoutMs, () => request.destroy(requestTimeout()));
  return readPayload(request, call.signed.payload);
}

/**
 * Hands on every chunk as it came, and waits where it is asked to. An async iterator would put what has gathered together
 * first: of a long body, every byte copied once more.
 */
function consume(stream: Readable, take: (chunk: Buffer) => Promise<void> | undefined | void): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      reject(error);
      stream.destroy();
    };
    stream.on('data', (chunk: Buffer) => {
      try {
        const full = take(chunk);
        if (!full) return;
        stream.pause();
        full.then(() => stream.resume(), fail);
      } catch (error) {
        fail(error);
      }
    });
    stream.on('end', resolve);
    stream.on('error', reject);
    stream.on('close', () => {
      if (!stream.readableEnded) reject(incompleteBody());
    });
  });
}

const requestTimeout = () =>
  new S3Error(
    'RequestTimeout',
    'Your socket connection to the server was not read from or written to within the timeout period. Idle connections will be closed.',
  );

function readPromised(call: SignedCall, defaultAlgorithm?: ChecksumAlgorithm): Promised {
  const md5 = headerOf(call, 'content-md5');
  if (md5 !== undefined && Buffer.from(md5, 'base64').length !== 16) {
    throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.');
  }
  const checksum = promisedChecksum(call) ?? (defaultAlgorithm && { algorithm: defaultAlgorithm });
  return { length: promisedLength(call), ...(md5 !== undefined && { md5 }), ...(checksum && { checksum }) };
}

/** AWS: an object must say its length; a document that does not is none. */
function promisedLength(call: SignedCall): number {
  const rule = call.signed.payload;
  if (rule.kind === 'chunked') return rule.decodedLength;
  const text = headerOf(call, 'content-length');
  if (text === undefined) {
    const isObject = call.operation === 'PutObject' || call.operation === 'UploadPart';
    if (!isObject && headerOf(call, 'transfer-encoding') === undefined) return 0;
    throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.', 411);
  }
  return Number(text);
}

function promisedChecksum(call: SignedCall): Promised['checksum'] {
  const given = checksumAlgorithms.filter(
    (algorithm) => headerOf(call, checksumHeader(algorithm)) !== undefined,
  );
  const trailer = headerOf(call, 'x-amz-trailer');
  const announced = checksumAlgorithms.find(
    (algorithm) => checksumHeader(algorithm) === trailer?.toLowerCase(),
  );
  if (trailer !== undefined && !announced) {
    throw invalidRequest('The value specified in the x-amz-trailer header is not supported');
  }
  if (given.length + (announced ? 1 : 0) > 1) {
    throw invalidRequest(
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  const named = headerOf(call, 'x-amz-sdk-checksum-algorithm');
  const algorithm = given[0] ?? announced;
  if (!algorithm) {
    if (named === undefined) return undefined;
    readAlgorithm(named);
    throw invalidRequest(
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  if (named !== undefined && named.toUpperCase() !== algorithm) {
    throw invalidRequest('Value for x-amz-sdk-checksum-algorithm header is invalid.');
  }
  const value = headerOf(call, checksumHeader(algorithm));
  if (value !== undefined && !isChecksumValue(algorithm, value)) throw invalidChecksum(algorithm);
  return { algorithm, ...(value !== undefined && { value }) };
}

const invalidChecksum = (algorithm: ChecksumAlgorithm) =>
  invalidRequest(`Value for ${checksumHeader(algorithm)} header is invalid.`);

function checkMd5({ md5 }: Promised, digest: Buffer): void {
  if (md5 !== undefined && !Buffer.from(md5, 'base64').equals(digest)) throw badDigest();
}

function checkChecksum(
  { checksum }: Promised,
  digest: Buffer | undefined,
  trailers: ReadonlyMap<string, string>,
): ReceivedBody['checksum'] {
  if (!checksum || !digest) return undefined;
  const { algorithm } = checksum;
  const value = digest.toString('base64');
  const expected = checksum.value ?? trailers.get(checksumHeader(algorithm));
  if (expected === undefined) return { algorithm, value };
  if (!isChecksumValue(algorithm, expected)) throw invalidChecksum(algorithm);
  if (expected !== value) {
    throw badDigest(`The ${algorithm} you specified did not match the calculated checksum.`);
  }
  return { algorithm, value };
}
