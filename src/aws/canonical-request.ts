// What SigV4 signs: the request written in the one way on which client and server agree.
// AWS: S3 encodes a path once and leaves it as it is; every other service encodes it twice and takes `.` and `..` out.

import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface CanonicalParts {
  method: string;
  /** Path and query as they were sent. */
  url: string;
  headers: IncomingHttpHeaders;
  /** Lower case, as the client listed them. */
  signedHeaders: string[];
  payloadHash: string;
  isS3: boolean;
}

export function canonicalRequest(parts: CanonicalParts): string {
  const { path, parameters } = splitUrl(parts.url);
  const headers = parts.signedHeaders.map((name) => `${name}:${headerValue(parts.headers, name)}\n`);
  return [
    parts.method,
    parts.isS3 ? encodeOnce(path) : encodeTwice(path),
    canonicalQuery(parameters),
    headers.join(''),
    parts.signedHeaders.join(';'),
    parts.payloadHash,
  ].join('\n');
}

/** Names and values decoded. A plus sign is a plus sign here. */
export function splitUrl(url: string): { path: string; parameters: [string, string][] } {
  const at = url.indexOf('?');
  const query = at < 0 ? '' : url.slice(at + 1);
  const parameters = query
    .split('&')
    .filter(Boolean)
    .map((pair): [string, string] => {
      const equals = pair.indexOf('=');
      return equals < 0
        ? [decode(pair), '']
        : [decode(pair.slice(0, equals)), decode(pair.slice(equals + 1))];
    });
  return { path: at < 0 ? url : url.slice(0, at), parameters };
}

function canonicalQuery(parameters: [string, string][]): string {
  return parameters
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

export function headerValue(headers: IncomingHttpHeaders, name: string): string {
  const value = headers[name];
  const text = Array.isArray(value) ? value.join(',') : (value ?? '');
  return text.trim().replace(/ {2,}/g, ' ');
}

function encodeOnce(path: string): string {
  return path
    .split('/')
    .map((segment) => encode(decode(segment)))
    .join('/');
}

function encodeTwice(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(encode(segment));
  }
  const isFolder = path.length > 1 && path.endsWith('/');
  return `/${kept.join('/')}${isFolder && kept.length > 0 ? '/' : ''}`;
}

/** RFC 3986: everything but letters, digits and `-._~`. */
function encode(text: string): string {
  return encodeURIComponent(text.isWellFormed() ? text : text.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** What is not well encoded stands for itself: it can match no signature made of something else. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

export const sha256 = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
