// Which bucket and which key a request means: by its path, or by its Host and its path. Keys are any text up to 1,024
// bytes; they are compared, listed and kept as text, and never become the name of a file.

import { invalidUri, S3Error } from './errors.ts';

export interface Address {
  bucketName?: string;
  /** The bucket's name where it stands in the Host header. */
  hostBucketName?: string;
  key?: string;
  query: ReadonlyMap<string, string>;
  /** Undefined for names that are not AWS's; `aws-global` for `s3.amazonaws.com`. */
  hostRegion?: string;
}

const maxKeyBytes = 1024;

/** `s3.amazonaws.com`, `s3.eu-west-1.…`, `s3-eu-west-1.…`, `s3.dualstack.eu-west-1.…`, `s3.localhost`; a bucket may come first. */
const serviceHost =
  /^(?:(.+)\.)?s3(?:[.-](?:dualstack\.|fips\.)?([a-z]{2}(?:-[a-z]+)+-\d))?\.(?:amazonaws\.com(?:\.cn)?|localhost(?:\.[a-z0-9.-]+)?)$/;
/** The names of an interface endpoint: `bucket.vpce-….s3.us-east-1.vpce.amazonaws.com`, a bucket may come first. */
const endpointHost = /^(?:(.+)\.)?bucket\.vpce-[^.]+\.s3\.([a-z0-9-]+)\.vpce\.amazonaws\.com$/;

export function readAddress(url: string, host: string | undefined): Address {
  const { path, queryText } = splitUrl(url);
  const query = readQuery(queryText);
  const hostName = (host ?? '').toLowerCase().replace(/:\d*$/, '');
  const match = endpointHost.exec(hostName) ?? serviceHost.exec(hostName);
  const hostRegion = match ? (match[2] ?? 'aws-global') : undefined;
  const rawParts = match?.[1] ? [match[1], path.slice(1)] : splitPath(path.slice(1));
  const [bucketName, rawKey] = rawParts;
  const key = rawKey === undefined ? '' : decodeKey(rawKey);
  return {
    query,
    ...(hostRegion !== undefined && { hostRegion }),
    ...(match?.[1] && { hostBucketName: match[1] }),
    ...(bucketName && { bucketName: decodeText(bucketName) }),
    ...(key && { key }),
  };
}

/** HTTP also lets a client send `http://host/path`. */
function splitUrl(url: string): { path: string; queryText: string } {
  const target = url.replace(/^https?:\/\/[^/?#]*/i, '');
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  return {
    path: path.startsWith('/') ? path : `/${path}`,
    queryText: mark < 0 ? '' : target.slice(mark + 1),
  };
}

function splitPath(path: string): [string, string?] {
  const slash = path.indexOf('/');
  return slash < 0 ? [path] : [path.slice(0, slash), path.slice(slash + 1)];
}

export function decodeKey(text: string): string {
  // AWS: a bare plus in a path is a space.
  const key = decodeText(text.replaceAll('+', ' '));
  checkKey(key);
  return key;
}

/** Also of keys that come in XML. */
export function checkKey(key: string): void {
  const size = Buffer.byteLength(key);
  if (size > maxKeyBytes) {
    throw new S3Error('KeyTooLongError', 'Your key is too long', 400, {
      details: { Size: String(size), MaxSizeAllowed: String(maxKeyBytes) },
    });
  }
  if (key.includes('\0') || climbsOut(key)) throw invalidUri();
}

/** AWS: `a/../b` is a key like any other, `../b` and `a/../../b` are refused. */
function climbsOut(key: string): boolean {
  if (!key.includes('..')) return false;
  let depth = 0;
  for (const part of key.split('/')) {
    if (part === '..') depth -= 1;
    else if (part !== '.' && part !== '') depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

/** AWS: S3 takes a plus in a query for a plus. */
function readQuery(text: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const part of text.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decodeText(equals < 0 ? part : part.slice(0, equals));
    if (!query.has(name)) query.set(name, equals < 0 ? '' : decodeText(part.slice(equals + 1)));
  }
  return query;
}

function decodeText(text: string): string {
  const ascii = toAscii(text);
  if (!ascii.includes('%')) return ascii;
  try {
    return decodeURIComponent(ascii);
  } catch {
    throw invalidUri();
  }
}

/** node gives the bytes of a request line as latin-1; what was not escaped may be UTF-8 all the same. */
function toAscii(text: string): string {
  if (!/[\u0080-\uffff]/.test(text)) return text;
  return Buffer.from(text, 'latin1')
    .toString()
    .replace(/[\u{80}-\u{10ffff}]/gu, encodeURIComponent);
}
