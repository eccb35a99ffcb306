// The conditions of HTTP on an object as it is: If-Match and its kin, for reading, for copying and for writing.

import { type Call, headerOf } from './call.ts';
import { invalidArgument, noSuchKey, notImplemented, preconditionFailed, S3Error } from './errors.ts';
import type { ObjectVersion } from './object-index.ts';

type Version = Pick<ObjectVersion, 'etag' | 'lastModified'>;

interface Conditions {
  match?: string;
  noneMatch?: string;
  modifiedSince?: number;
  unmodifiedSince?: number;
}

/** @param prefix `x-amz-copy-source-` for the conditions on a source */
function readConditions(call: Call, prefix = ''): Conditions {
  const date = (name: string) => {
    const time = Date.parse(headerOf(call, prefix + name) ?? '');
    return Number.isNaN(time) ? undefined : time;
  };
  const match = headerOf(call, `${prefix}if-match`);
  const noneMatch = headerOf(call, `${prefix}if-none-match`);
  const modifiedSince = date('if-modified-since');
  const unmodifiedSince = date('if-unmodified-since');
  return {
    ...(match !== undefined && { match }),
    ...(noneMatch !== undefined && { noneMatch }),
    ...(modifiedSince !== undefined && { modifiedSince }),
    ...(unmodifiedSince !== undefined && { unmodifiedSince }),
  };
}

/** `"etag1", W/"etag2"` or `*` */
function names(list: string, etag: string): boolean {
  return list.split(',').some((one) => {
    const name = one
      .trim()
      .replace(/^W\//, '')
      .replace(/^"(.*)"$/, '$1');
    return name === '*' || name === etag;
  });
}

/** @returns true when nothing needs to be sent: 304 */
export function checkRead(call: Call, version: Version): boolean {
  const { match, noneMatch, modifiedSince, unmodifiedSince } = readConditions(call);
  if (match !== undefined && !names(match, version.etag)) throw preconditionFailed('If-Match');
  // AWS: an If-Match that holds makes an If-Unmodified-Since that does not hold good.
  if (match === undefined && unmodifiedSince !== undefined && version.lastModified > unmodifiedSince) {
    throw preconditionFailed('If-Unmodified-Since');
  }
  if (noneMatch !== undefined) return names(noneMatch, version.etag);
  return modifiedSince !== undefined && version.lastModified <= modifiedSince;
}

/** The same on the source of a copy, where what would be 304 is refused too. */
export function checkCopySource(call: Call, version: Version): void {
  const prefix = 'x-amz-copy-source-';
  const { match, noneMatch, modifiedSince, unmodifiedSince } = readConditions(call, prefix);
  if (match !== undefined && !names(match, version.etag)) throw preconditionFailed(`${prefix}If-Match`);
  if (match === undefined && unmodifiedSince !== undefined && version.lastModified > unmodifiedSince) {
    throw preconditionFailed(`${prefix}If-Unmodified-Since`);
  }
  if (noneMatch !== undefined && names(noneMatch, version.etag))
    throw preconditionFailed(`${prefix}If-None-Match`);
  if (noneMatch === undefined && modifiedSince !== undefined && version.lastModified <= modifiedSince) {
    throw preconditionFailed(`${prefix}If-Modified-Since`);
  }
}

/** Looked at before the body is read, and again in the transaction that writes. */
export function checkWrite(call: Call, key: string, latest: ObjectVersion | undefined): void {
  const match = headerOf(call, 'if-match');
  const noneMatch = headerOf(call, 'if-none-match');
  if (match !== undefined && noneMatch !== undefined) {
    throw notImplemented('If-Match together with If-None-Match');
  }
  const existing = latest?.isDeleteMarker ? undefined : latest;
  if (noneMatch !== undefined) {
    if (noneMatch !== '*') throw notImplemented(`If-None-Match: ${noneMatch}`);
    if (existing) throw preconditionFailed('If-None-Match');
  }
  if (match !== undefined) {
    if (!existing) throw noSuchKey(key);
    if (!names(match, existing.etag)) throw preconditionFailed('If-Match');
  }
}

export interface ByteRange {
  start: number;
  /** The first byte no longer wanted. */
  end: number;
}

/** Undefined: all of it. AWS: what it cannot read, and several ranges at once, are as if nothing was said. */
export function readRange(text: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes\s*=\s*(\d*)\s*-\s*(\d*)$/i.exec(text?.trim() ?? '');
  if (!match || (match[1] === '' && match[2] === '')) return undefined;
  const [first, last] = [match[1]!, match[2]!];
  if (first === '') {
    if (Number(last) === 0 || size === 0) throw invalidRange(text!, size);
    return { start: Math.max(0, size - Number(last)), end: size };
  }
  const start = Number(first);
  const end = last === '' ? size : Math.min(size, Number(last) + 1);
  if (last !== '' && Number(last) < start) return undefined;
  if (start >= size) throw invalidRange(text!, size);
  return { start, end };
}

function invalidRange(range: string, size: number): S3Error {
  return new S3Error('InvalidRange', 'The requested range is not satisfiable', 416, {
    details: { RangeRequested: range, ActualObjectSize: String(size) },
    headers: { 'content-range': `bytes */${size}` },
  });
}

/** A whole number in its bounds, from a parameter. */
export function readNumber(text: string, name: string, min: number, max: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < min || number > max) {
    throw invalidArgument(
      name === 'partNumber'
        ? `Part number must be an integer between ${min} and ${max}, inclusive`
        : `Argument ${name} must be an integer between ${min} and ${max}`,
      name,
      text,
    );
  }
  return number;
}
