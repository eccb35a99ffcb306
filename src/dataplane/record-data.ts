// Records as a packet carries them: the bytes of each value, from the text a zone file has for it.

import { isIPv6 } from 'node:net';
import { readCharacters, unescapeName } from '../cloud/dns-name.ts';
import { addressNumber, type Ipv4 } from '../lib/cidr.ts';
import type { RecordSet } from '../network/network.ts';
import type { RecordType } from '../network/resolve-name.ts';

export const recordTypeNumber: Record<RecordType, number> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  SPF: 99,
  CAA: 257,
};

const typeOfNumber = new Map(
  Object.entries(recordTypeNumber).map(([type, number]) => [number, type as RecordType]),
);
const anyNumber = 255;

/** Undefined for a type that no record here has. */
export function findRecordType(number: number): RecordType | 'ANY' | undefined {
  return number === anyNumber ? 'ANY' : typeOfNumber.get(number);
}

/** The names of one network are answered again and again: each is encoded once. */
const encoded = new WeakMap<RecordSet, readonly Buffer[]>();

/** One buffer for each record of the set. */
export function encodeRecordSet(recordSet: RecordSet): readonly Buffer[] {
  let data = encoded.get(recordSet);
  if (!data) {
    data =
      recordSet.type === 'A'
        ? recordSet.addresses.map(encodeAddress)
        : recordSet.values.map((value) => encodeValue(recordSet.type, value));
    encoded.set(recordSet, data);
  }
  return data;
}

function encodeAddress(address: Ipv4): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(addressNumber(address));
  return bytes;
}

function encodeValue(type: Exclude<RecordType, 'A'>, value: string): Buffer {
  switch (type) {
    case 'AAAA':
      return encodeIpv6(value);
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return encodeName(unescapeName(value));
    case 'TXT':
    case 'SPF':
      return Buffer.concat(readStrings(value).map(encodeString));
    case 'MX': {
      const [preference, exchange] = value.split(/\s+/) as [string, string];
      return Buffer.concat([numbers16(preference), encodeName(unescapeName(exchange))]);
    }
    case 'SRV': {
      const [priority, weight, port, target] = value.split(/\s+/) as [string, string, string, string];
      return Buffer.concat([numbers16(priority, weight, port), encodeName(unescapeName(target))]);
    }
    case 'SOA': {
      const [primary, mailbox, ...times] = value.split(/\s+/) as [string, string, ...string[]];
      return Buffer.concat([
        encodeName(unescapeName(primary)),
        encodeName(unescapeName(mailbox)),
        numbers32(...times),
      ]);
    }
    case 'CAA': {
      const [flags, tag, ...rest] = value.split(/\s+/) as [string, string, ...string[]];
      const [text = Buffer.alloc(0)] = readStrings(rest.join(' '));
      return Buffer.concat([Buffer.from([Number(flags)]), encodeString(Buffer.from(tag)), text]);
    }
  }
}

/** @param name plain, with or without a last dot; empty is the root */
export function encodeName(name: string): Buffer {
  const labels = name.split('.').filter((label) => label !== '');
  const bytes = Buffer.alloc(labels.reduce((length, label) => length + 1 + label.length, 1));
  let offset = 0;
  for (const label of labels) {
    bytes[offset] = label.length;
    offset += 1 + bytes.write(label, offset + 1, 'latin1');
  }
  return bytes;
}

/** `"one" "two \"quoted\""`: strings in quotes, or single words without. */
function readStrings(value: string): Buffer[] {
  const strings: Buffer[] = [];
  const characters = readCharacters(value);
  let current: string | undefined;
  let isQuoted = false;
  const end = () => {
    if (current !== undefined) strings.push(Buffer.from(current, 'latin1'));
    current = undefined;
  };
  for (const { text, isEscaped } of characters) {
    if (text === '"' && !isEscaped) {
      if (isQuoted) end();
      else current = '';
      isQuoted = !isQuoted;
    } else if (text === ' ' && !isEscaped && !isQuoted) end();
    else current = (current ?? '') + text;
  }
  end();
  return strings;
}

const longestString = 255;

function encodeString(bytes: Buffer): Buffer {
  const text = bytes.subarray(0, longestString);
  return Buffer.concat([Buffer.from([text.length]), text]);
}

function numbers16(...values: string[]): Buffer {
  return Buffer.from(Uint16Array.from(values, Number).buffer).swap16();
}

function numbers32(...values: string[]): Buffer {
  return Buffer.from(Uint32Array.from(values, Number).buffer).swap32();
}

function encodeIpv6(value: string): Buffer {
  if (!isIPv6(value)) return Buffer.alloc(16);
  // `::ffff:10.0.0.1` ends in an IPv4 address: two groups in another writing.
  const plain = value.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_match, ...parts: string[]) => {
    const [a, b, c, d] = parts.map(Number) as [number, number, number, number];
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [head = '', tail] = plain.split('::') as [string, string?];
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), tail === undefined ? [] : groups(tail)];
  const zeros = Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  return numbers16(...[...before, ...zeros, ...after].map((group) => String(Number.parseInt(group, 16))));
}
