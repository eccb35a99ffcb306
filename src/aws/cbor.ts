// CBOR (RFC 8949) as Smithy's RPC v2 speaks it: maps with texts as keys, dates as tag 1. Whoever sends it may be hostile:
// nothing is taken for longer than the bytes that are there, nor nested deeper than any of AWS's shapes.

/** What cannot be read. */
export class CborFault extends Error {}

/** Deeper than any of AWS's shapes. */
const maxDepth = 32;

const majorTypes = {
  unsigned: 0,
  negative: 1,
  bytes: 2,
  text: 3,
  list: 4,
  map: 5,
  tag: 6,
  simple: 7,
} as const;
const dateTag = 1;
const indefinite = 31;
const breakByte = 0xff;

/** @throws CborFault @returns texts, numbers, booleans, `null`, bytes, dates, lists, and maps as objects */
export function decodeCbor(bytes: Buffer): unknown {
  const reader = { bytes, at: 0 };
  const value = readItem(reader, 0);
  if (reader.at !== bytes.length) throw new CborFault('something follows the document');
  return value;
}

interface Reader {
  bytes: Buffer;
  at: number;
}

function take(reader: Reader, count: number): Buffer {
  const end = reader.at + count;
  if (!(end <= reader.bytes.length)) throw new CborFault('the document ends too soon');
  const taken = reader.bytes.subarray(reader.at, end);
  reader.at = end;
  return taken;
}

function readItem(reader: Reader, depth: number): unknown {
  if (depth > maxDepth) throw new CborFault('the document is nested too deep');
  const first = take(reader, 1)[0]!;
  const [major, minor] = [first >> 5, first & 31];
  switch (major) {
    case majorTypes.unsigned:
      return readCount(reader, minor);
    case majorTypes.negative:
      return -1 - readCount(reader, minor);
    case majorTypes.bytes:
      return new Uint8Array(readString(reader, major, minor));
    case majorTypes.text:
      return readText(readString(reader, major, minor));
    case majorTypes.list:
      return [...readItems(reader, minor, () => readItem(reader, depth + 1))];
    case majorTypes.map:
      return Object.fromEntries(
        readItems(reader, minor, () => [readKey(reader, depth), readItem(reader, depth + 1)]),
      );
    case majorTypes.tag:
      return readTagged(readCount(reader, minor), readItem(reader, depth + 1));
    default:
      return readSimple(reader, minor);
  }
}

/** A number, or how long something is. */
function readCount(reader: Reader, minor: number): number {
  if (minor < 24) return minor;
  if (minor === 24) return take(reader, 1).readUInt8();
  if (minor === 25) return take(reader, 2).readUInt16BE();
  if (minor === 26) return take(reader, 4).readUInt32BE();
  if (minor === 27) return Number(take(reader, 8).readBigUInt64BE());
  throw new CborFault('a length that CBOR does not have');
}

/** Of unknown length: pieces of the same kind up to a break. */
function readString(reader: Reader, major: number, minor: number): Buffer {
  if (minor !== indefinite) return take(reader, readCount(reader, minor));
  const pieces: Buffer[] = [];
  while (!isBreak(reader)) {
    const first = take(reader, 1)[0]!;
    if (first >> 5 !== major || (first & 31) === indefinite) throw new CborFault('a piece of another kind');
    pieces.push(take(reader, readCount(reader, first & 31)));
  }
  return Buffer.concat(pieces);
}

function readText(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CborFault('a text is not UTF-8');
  }
}

function* readItems<T>(reader: Reader, minor: number, read: () => T): Generator<T> {
  if (minor === indefinite) while (!isBreak(reader)) yield read();
  // Each item takes a byte at least, so that a count that lies ends with the document.
  else for (let left = readCount(reader, minor); left > 0; left -= 1) yield read();
}

function isBreak(reader: Reader): boolean {
  if (reader.bytes[reader.at] !== breakByte) return false;
  reader.at += 1;
  return true;
}

function readKey(reader: Reader, depth: number): string {
  const key = readItem(reader, depth + 1);
  if (typeof key !== 'string') throw new CborFault('a key is no text');
  return key;
}

function readTagged(tag: number, value: unknown): unknown {
  return tag === dateTag && typeof value === 'number' ? new Date(value * 1000) : value;
}

function readSimple(reader: Reader, minor: number): unknown {
  switch (minor) {
    case 20:
      return false;
    case 21:
      return true;
    case 22:
    case 23: // undefined
      return null;
    case 25:
      return readHalf(take(reader, 2).readUInt16BE());
    case 26:
      return take(reader, 4).readFloatBE();
    case 27:
      return take(reader, 8).readDoubleBE();
    default:
      throw new CborFault('a simple value that nobody uses');
  }
}

function readHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

/** Members that are undefined are left out. */
export function encodeCbor(value: unknown): Buffer {
  return Buffer.concat([...piecesOf(value)]);
}

function* piecesOf(value: unknown): Generator<Buffer> {
  if (typeof value === 'string') yield* stringOf(majorTypes.text, Buffer.from(value));
  else if (typeof value === 'number') yield numberOf(value);
  else if (typeof value === 'boolean') yield Buffer.from([value ? 0xf5 : 0xf4]);
  else if (value === null) yield Buffer.from([0xf6]);
  else if (value instanceof Uint8Array) yield* stringOf(majorTypes.bytes, Buffer.from(value));
  else if (value instanceof Date) {
    yield head(majorTypes.tag, dateTag);
    yield numberOf(value.getTime() / 1000);
  } else if (Array.isArray(value)) {
    yield head(majorTypes.list, value.length);
    for (const item of value) yield* piecesOf(item);
  } else if (typeof value === 'object') {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    yield head(majorTypes.map, entries.length);
    for (const entry of entries) for (const part of entry) yield* piecesOf(part);
  } else throw new TypeError(`an answer has a ${typeof value}`);
}

const stringOf = (major: number, bytes: Buffer) => [head(major, bytes.length), bytes];

function numberOf(value: number): Buffer {
  if (Number.isSafeInteger(value) && !Object.is(value, -0))
    return value < 0 ? head(majorTypes.negative, -1 - value) : head(majorTypes.unsigned, value);
  const bytes = Buffer.alloc(9, 0xfb);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}

/** As short as it can be: clients look for the bytes that they would write themselves. */
function head(major: number, count: number): Buffer {
  const first = major << 5;
  if (count < 24) return Buffer.from([first + count]);
  const size = count < 2 ** 8 ? 1 : count < 2 ** 16 ? 2 : count < 2 ** 32 ? 4 : 8;
  const bytes = Buffer.alloc(1 + size, first + 24 + Math.log2(size));
  if (size === 8) bytes.writeBigUInt64BE(BigInt(count), 1);
  else bytes.writeUIntBE(count, 1, size);
  return bytes;
}
