// A request in the one form that both who signs and who verifies can write: what SigV4 signs is the hash of this text.
// Percent escapes are made equal, parameters and their order too; nothing is decoded further than that.

import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface CanonicalForm {
  /** S3 signs the path as it is sent; every other service without its dots and doubled slashes, and escaped once more. */
  isS3: boolean;
}

/** The path and the query as they were sent. */
export function splitTarget(url: string): { path: string; query: string } {
  const target = url.startsWith('/') ? url : url.replace(/^https?:\/\/[^/?#]*/i, '');
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  return { path: path.startsWith('/') ? path : `/${path}`, query: mark < 0 ? '' : target.slice(mark + 1) };
}

export function canonicalPath(path: string, { isS3 }: CanonicalForm): string {
  // AWS: a bare plus in S3's path is a blank.
  if (isS3) return equalEscapes(path.includes('+') ? path.replaceAll('+', '%20') : path);
  return path === '/' ? path : equalEscapes(withoutDots(path).replaceAll('%', '%25'));
}

function withoutDots(path: string): string {
  const kept: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop();
    else if (segment !== '' && segment !== '.') kept.push(segment);
  }
  return `/${kept.join('/')}${kept.length > 0 && path.endsWith('/') ? '/' : ''}`;
}

/** Parameters as they were sent, escapes made equal, in the order in which they are signed. */
export function canonicalQuery(query: string, { isS3 }: CanonicalForm, signatureName?: string): string {
  if (query === '') return '';
  const parameters: [name: string, value: string][] = [];
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = parameterText(equals < 0 ? part : part.slice(0, equals), isS3);
    if (name === signatureName) continue;
    parameters.push([name, equals < 0 ? '' : parameterText(part.slice(equals + 1), isS3)]);
  }
  parameters.sort(([a, x], [b, y]) => compareText(a, b) || compareText(x, y));
  return parameters.map(([name, value]) => `${name}=${value}`).join('&');
}

/** AWS: a plus is a plus in S3's queries, and a blank in forms. */
function parameterText(text: string, isS3: boolean): string {
  const spaced = !isS3 && text.includes('+') ? text.replaceAll('+', '%20') : text;
  return equalEscapes(spaced, false);
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

const plainPath = /^[A-Za-z0-9\-_.~/]*$/;
const plainText = /^[A-Za-z0-9\-_.~]*$/;
const unreserved = /[A-Za-z0-9\-_.~]/;

/** Whatever may stand unescaped does, everything else is `%XX` in capitals. Never fails: what is no escape is escaped. */
function equalEscapes(text: string, keepsSlashes = true): string {
  if ((keepsSlashes ? plainPath : plainText).test(text)) return text;
  return text.replace(/%([0-9A-Fa-f]{2})|[^A-Za-z0-9\-_.~]/gu, (found, hex?: string) => {
    if (hex === undefined) return found === '/' && keepsSlashes ? found : escapeBytes(found);
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return unreserved.test(character) ? character : `%${hex.toUpperCase()}`;
  });
}

/** Node hands the bytes of a request line over as Latin-1. */
function escapeBytes(character: string): string {
  const bytes = Buffer.from(character, character.codePointAt(0)! > 0xff ? 'utf8' : 'latin1');
  return Array.from(bytes, (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/** `host:example.com\nx-amz-date:…\n`, in the order of the names given. A name counts once: said again and again, it could make any length. */
export function canonicalHeaders(names: readonly string[], headers: IncomingHttpHeaders): string {
  let text = '';
  for (const name of new Set(names)) text += `${name}:${headerText(headers, name)}\n`;
  return text;
}

/** Without blanks around it and with single ones inside. Empty when the header is not there. */
export function headerText(headers: IncomingHttpHeaders, name: string): string {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
  const text = Array.isArray(value) ? value.join(',') : (value ?? '');
  return text.includes('  ') ? text.trim().replace(/ +/g, ' ') : text.trim();
}

/** `53 33`: how S3 shows a text whose invisible characters matter. */
export function showBytes(text: string): string {
  return Buffer.from(text, 'latin1').toString('hex').replace(/..\B/g, '$& ');
}

/** Headers come from Node as Latin-1: their bytes are what is signed. In hexadecimal. */
export function sha256(data: string | Buffer): string {
  const hash = createHash('sha256');
  return (typeof data === 'string' ? hash.update(data, 'latin1') : hash.update(data)).digest('hex');
}
