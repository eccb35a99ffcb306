// What the values of conditions say: dates, numbers and addresses read from text. Undefined: the text is not one.

import { parseAddress } from '../lib/cidr.ts';

/** Milliseconds since 1970. AWS: the W3C forms of ISO 8601 (from `2026` to `2026-01-31T12:00:00.5+01:00`) or seconds since 1970. */
export function parseDate(text: string): number | undefined {
  if (/^-?\d{5,12}$/.test(text)) return Number(text) * 1000;
  const form =
    /^\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:\d{2}))?)?)?$/;
  if (!form.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

export function parseNumber(text: string): number | undefined {
  return /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/.test(text) ? Number(text) : undefined;
}

/** AWS: `true` and `false` in any case. */
export function parseBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  return word === 'true' || word === 'false' ? word === 'true' : undefined;
}

/** An address or a block of them, of either version, as the words of its bits. */
export interface AddressBlock {
  words: number[];
  prefixLength: number;
}

/** `10.0.0.0/8`, `10.1.2.3`, `2001:db8::/32`, `::1`. */
export function parseAddressBlock(text: string): AddressBlock | undefined {
  const slash = text.indexOf('/');
  const words = parseWords(slash < 0 ? text : text.slice(0, slash));
  if (!words) return undefined;
  const bits = words.length === 1 ? 32 : 128;
  if (slash < 0) return { words, prefixLength: bits };
  const length = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(length) || Number(length) > bits) return undefined;
  return { words, prefixLength: Number(length) };
}

/** A smaller block, or an address, that is wholly inside. */
export function blockCovers(outer: AddressBlock, inner: AddressBlock): boolean {
  const wordLength = outer.words.length === 1 ? 32 : 16;
  if (outer.words.length !== inner.words.length || inner.prefixLength < outer.prefixLength) return false;
  let bits = outer.prefixLength;
  for (let index = 0; bits > 0; index++, bits -= wordLength) {
    const unit = 2 ** Math.max(0, wordLength - bits);
    if (Math.floor(outer.words[index]! / unit) !== Math.floor(inner.words[index]! / unit)) return false;
  }
  return true;
}

/** One word of 32 bits, or eight of 16. */
function parseWords(text: string): number[] | undefined {
  if (!text.includes(':')) {
    const address = parseAddress(text);
    return address === undefined ? undefined : [address];
  }
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = [parseGroups(halves[0]!), parseGroups(halves[1] ?? '')];
  if (!head || !tail) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  return [...head, ...Array<number>(missing).fill(0), ...tail];
}

function parseGroups(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    const embedded = index === parts.length - 1 && part.includes('.') ? parseAddress(part) : undefined;
    if (embedded !== undefined) groups.push(Math.floor(embedded / 0x10000), embedded % 0x10000);
    else if (/^[0-9a-fA-F]{1,4}$/.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}
