// What others answered, when it is to become part of an answer of ours: its records, with every name written out, since what
// a name in their packet points to is not in ours. Whoever answers is not trusted: all is bounded by the packet.

import { headerLength, skipName } from './query.ts';
import { encodeName } from './record-data.ts';

export interface ForeignRecord {
  owner: Buffer;
  type: number;
  ttlSeconds: number;
  data: Buffer;
}

/** Where in the data of a type names stand, and how many. */
const namesInData: Record<number, { at: number; count: number }> = {
  2: { at: 0, count: 1 }, // NS
  5: { at: 0, count: 1 }, // CNAME
  6: { at: 0, count: 2 }, // SOA
  12: { at: 0, count: 1 }, // PTR
  15: { at: 2, count: 1 }, // MX
  33: { at: 6, count: 1 }, // SRV
  39: { at: 0, count: 1 }, // DNAME
};
const longestName = 255;

/** The records of the answer section. Undefined: the packet is not what it says. @param start behind the question */
export function readAnswers(message: Buffer, start: number): ForeignRecord[] | undefined {
  const records: ForeignRecord[] = [];
  let offset = start;
  for (let index = 0; index < message.readUInt16BE(6); index++) {
    const owner = readName(message, offset);
    const ownerEnd = skipName(message, offset);
    if (!owner || ownerEnd === undefined || ownerEnd + 10 > message.length) return undefined;
    const dataStart = ownerEnd + 10;
    const end = dataStart + message.readUInt16BE(ownerEnd + 8);
    if (end > message.length) return undefined;
    const type = message.readUInt16BE(ownerEnd);
    const data = writeOut(message, type, dataStart, end);
    if (!data) return undefined;
    records.push({ owner, type, ttlSeconds: message.readUInt32BE(ownerEnd + 4), data });
    offset = end;
  }
  return records;
}

function writeOut(message: Buffer, type: number, start: number, end: number): Buffer | undefined {
  const names = namesInData[type];
  if (!names) return message.subarray(start, end);
  const parts = [message.subarray(start, start + names.at)];
  let offset = start + names.at;
  for (let index = 0; index < names.count; index++) {
    const name = readName(message, offset);
    const nameEnd = skipName(message, offset);
    if (!name || nameEnd === undefined || nameEnd > end) return undefined;
    parts.push(name);
    offset = nameEnd;
  }
  return Buffer.concat([...parts, message.subarray(offset, end)]);
}

/** The bytes of a name without pointers. Each pointer leads further back, so that none leads in a circle. */
function readName(message: Buffer, start: number): Buffer | undefined {
  const parts: Buffer[] = [];
  let length = 1;
  let offset = start;
  let earliest = start;
  for (;;) {
    const labelLength = message[offset];
    if (labelLength === undefined) return undefined;
    if (labelLength === 0) return Buffer.concat([...parts, encodeName('')]);
    if (labelLength >= 0xc0) {
      if (offset + 2 > message.length) return undefined;
      offset = message.readUInt16BE(offset) & 0x3fff;
      if (offset < headerLength || offset >= earliest) return undefined;
      earliest = offset;
      continue;
    }
    const end = offset + 1 + labelLength;
    length += 1 + labelLength;
    if (labelLength > 63 || end > message.length || length > longestName) return undefined;
    parts.push(message.subarray(offset, end));
    offset = end;
  }
}
