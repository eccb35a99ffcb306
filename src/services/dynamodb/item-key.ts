// Where an item stands: its key as bytes whose order is DynamoDB's. First four bytes of a hash of the partition key (a
// Scan goes in that order, and segments divide it), then the partition key, then the sort key.
//
//   digest(4)  partition key 00 01  sort key 00 01  (in an index: the table's own key behind it)
//
// 00 inside a part is written 00 FF, so that the end of a part comes before everything that goes on.

import { hash } from 'node:crypto';
import { type AttributeValue, attributeOf, type Item, typeOf } from './attribute-value.ts';
import { sortableNumber } from './dynalite.ts';
import { invalidParameter, validationError } from './errors.ts';
import type { KeyShape, Table } from './table.ts';

export type KeyType = 'S' | 'N' | 'B';

const end = Buffer.of(0, 1);
const maxHashBytes = 2048;
const maxRangeBytes = 1024;

/** All keys between two places: `from` is in, `to` is not. */
export interface KeyRange {
  from: Buffer;
  to: Buffer;
}

function partBytes(type: KeyType, value: AttributeValue): Buffer {
  const raw =
    type === 'N'
      ? Buffer.from(sortableNumber(value.N!))
      : Buffer.from(value[type]!, type === 'B' ? 'base64' : 'utf8');
  if (!raw.includes(0)) return raw;
  const bytes: number[] = [];
  for (const byte of raw) bytes.push(...(byte === 0 ? [0, 0xff] : [byte]));
  return Buffer.from(bytes);
}

/** Of all items with one partition key. */
export function partitionPrefix(type: KeyType, value: AttributeValue): Buffer {
  const part = partBytes(type, value);
  const digest = hash('sha256', part, 'buffer').subarray(0, 4);
  return Buffer.concat([digest, part, end]);
}

export function encodeKey(shape: KeyShape, key: Item): Buffer {
  const prefix = partitionPrefix(shape.hash.type, key[shape.hash.name]!);
  if (!shape.range) return prefix;
  return Buffer.concat([prefix, partBytes(shape.range.type, key[shape.range.name]!), end]);
}

/** In an index many items may have the same key; the table's own key tells them apart. */
export function encodeIndexKey(table: Table, shape: KeyShape, item: Item): Buffer {
  return Buffer.concat([encodeKey(shape, item), encodeKey(table.key, item)]);
}

/** AWS: an item without an index's key attributes is not in that index. */
export function isInIndex(shape: KeyShape, item: Item): boolean {
  return [shape.hash, shape.range].every((part) => !part || attributeOf(item, part.name) !== undefined);
}

/** The first key behind all that begin so. */
export function after(prefix: Buffer): Buffer {
  const bytes = Buffer.from(prefix);
  for (let index = bytes.length - 1; index >= 0; index--) {
    if (bytes[index]! < 0xff) {
      bytes[index]! += 1;
      return bytes.subarray(0, index + 1);
    }
  }
  // All are FF, which no UTF-8 text and no number begins with; one byte more is behind every key we write.
  return Buffer.concat([prefix, Buffer.of(0xff)]);
}

/** @param operator as in `KeyConditions`; the sort key's */
export function sortKeyRange(
  prefix: Buffer,
  type: KeyType,
  operator: string,
  [first, second]: AttributeValue[],
): KeyRange {
  const whole = after(prefix);
  const part = Buffer.concat([prefix, partBytes(type, first!)]);
  const exact = Buffer.concat([part, end]);
  switch (operator) {
    case 'EQ':
      return { from: exact, to: after(exact) };
    case 'LT':
      return { from: prefix, to: exact };
    case 'LE':
      return { from: prefix, to: after(exact) };
    case 'GT':
      return { from: after(exact), to: whole };
    case 'GE':
      return { from: exact, to: whole };
    case 'BETWEEN':
      return { from: exact, to: after(Buffer.concat([prefix, partBytes(type, second!), end])) };
    default:
      return { from: part, to: after(part) };
  }
}

export function segmentRange(segment: number, totalSegments: number): KeyRange {
  const boundary = (index: number) => {
    if (index === totalSegments) return Buffer.alloc(5, 0xff);
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(Math.floor((2 ** 32 * index) / totalSegments));
    return bytes;
  };
  return { from: boundary(segment), to: boundary(segment + 1) };
}

/** @throws ValidationException unless the key has the table's key attributes and no others */
export function checkKey(shape: KeyShape, key: Item): void {
  const parts = shape.range ? [shape.hash, shape.range] : [shape.hash];
  const mismatch = () => validationError('The provided key element does not match the schema');
  if (Object.keys(key).length !== parts.length) throw mismatch();
  for (const part of parts) {
    const value = attributeOf(key, part.name);
    if (!value || value[part.type] === undefined) throw mismatch();
    checkKeyValue(
      part.name,
      part.type,
      value,
      part === shape.hash,
      'One or more parameter values were invalid: ',
    );
  }
}

function checkKeyValue(
  name: string,
  type: KeyType,
  value: AttributeValue,
  isHash: boolean,
  wording = 'One or more parameter values are not valid. ',
): void {
  if (type === 'N') return;
  if (value[type] === '') {
    const kind = type === 'S' ? 'string' : 'binary';
    throw validationError(
      `${wording}The AttributeValue for a key attribute cannot contain an empty ${kind} value. Key: ${name}`,
    );
  }
  const bytes = Buffer.byteLength(value[type]!, type === 'B' ? 'base64' : 'utf8');
  if (isHash && bytes > maxHashBytes) {
    throw invalidParameter('Size of hashkey has exceeded the maximum size limit of2048 bytes');
  }
  if (!isHash && bytes > maxRangeBytes) {
    throw invalidParameter('Aggregated size of all range keys has exceeded the size limit of 1024 bytes');
  }
}

/** @throws ValidationException unless the item can stand in the table and in those indexes whose key it has */
export function checkItemKeys(table: Table, item: Item): void {
  for (const part of table.key.range ? [table.key.hash, table.key.range] : [table.key.hash]) {
    const value = attributeOf(item, part.name);
    if (!value) throw invalidParameter(`Missing the key ${part.name} in the item`);
    if (value[part.type] === undefined) {
      throw invalidParameter(
        `Type mismatch for key ${part.name} expected: ${part.type} actual: ${typeOf(value)}`,
      );
    }
    checkKeyValue(part.name, part.type, value, part === table.key.hash);
  }
  checkIndexKeys(table, item);
}

export function checkIndexKeys(table: Table, item: Item): void {
  for (const { indexName, key } of table.indexes) {
    for (const part of key.range ? [key.hash, key.range] : [key.hash]) {
      const value = attributeOf(item, part.name);
      if (!value) continue;
      if (value[part.type] === undefined) {
        throw invalidParameter(
          `Type mismatch for Index Key ${part.name} Expected: ${part.type} Actual: ${typeOf(value)} IndexName: ${indexName}`,
        );
      }
      if (part.type !== 'N' && value[part.type] === '') {
        const kind = part.type === 'S' ? 'string' : 'binary';
        throw validationError(
          'One or more parameter values are not valid. A value specified for a secondary index key is not supported. ' +
            `The AttributeValue for a key attribute cannot contain an empty ${kind} value. IndexName: ${indexName}, IndexKey: ${part.name}`,
        );
      }
      checkKeyValue(part.name, part.type, value, part === key.hash);
    }
  }
}

/** The key attributes of an item, in the table or in an index of it. */
export function keyOf(shapes: KeyShape[], item: Item): Item {
  const key: Item = {};
  for (const { hash: hashPart, range } of shapes) {
    key[hashPart.name] = item[hashPart.name]!;
    if (range) key[range.name] = item[range.name]!;
  }
  return key;
}
