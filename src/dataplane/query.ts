// Reads a DNS query: one question, and the EDNS record that may come with it. Everything is bounded by the
// packet: no compression pointer is ever followed, because a question has nothing before it to point to.

export const headerLength = 12;

export interface Question {
  /** Lower case, no trailing dot, empty for the root. Undefined when a label holds a dot: no name of ours does. */
  name: string | undefined;
  type: number;
  class: number;
  /** Where the question ends in the packet. */
  end: number;
}

/** What an OPT record says (RFC 6891). */
export interface Edns {
  payloadSize: number;
  version: number;
  dnssecOk: boolean;
}

const optType = 41;
const dot = 0x2e;
const longestName = 253; // as text; 255 bytes in the packet
const longestLabel = 63;
const scratch = Buffer.alloc(longestName + 1);

/** Undefined when there is not exactly one question or its name runs out of the packet or of the rules. */
export function parseQuestion(query: Buffer): Question | undefined {
  if (query.readUInt16BE(4) !== 1) return undefined;
  let offset = headerLength;
  let length = 0;
  let isPlain = true;
  for (;;) {
    const labelLength = query[offset++];
    if (labelLength === undefined || labelLength > longestLabel) return undefined; // 0xc0…: a pointer
    if (labelLength === 0) break;
    const end = offset + labelLength;
    if (length > 0) scratch[length++] = dot;
    if (end >= query.length || length + labelLength > longestName) return undefined;
    for (; offset < end; offset++) {
      const byte = query[offset]!;
      if (byte === dot) isPlain = false;
      scratch[length++] = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    }
  }
  if (offset + 4 > query.length) return undefined;
  return {
    name: isPlain ? scratch.toString('latin1', 0, length) : undefined,
    type: query.readUInt16BE(offset),
    class: query.readUInt16BE(offset + 2),
    end: offset + 4,
  };
}

/** Walks the records behind the question to the OPT record. Undefined: the client speaks plain DNS. */
export function parseEdns(query: Buffer, start: number): Edns | undefined | 'malformed' {
  const others = query.readUInt16BE(6) + query.readUInt16BE(8);
  const records = others + query.readUInt16BE(10);
  let edns: Edns | undefined;
  let offset = start;
  for (let index = 0; index < records; index++) {
    const nameEnd = skipName(query, offset);
    if (nameEnd === undefined || nameEnd + 10 > query.length) return 'malformed';
    if (query.readUInt16BE(nameEnd) === optType) {
      const isMisplaced = index < others || nameEnd !== offset + 1;
      if (isMisplaced || edns !== undefined) return 'malformed';
      edns = {
        payloadSize: query.readUInt16BE(nameEnd + 2),
        version: query[nameEnd + 5]!,
        dnssecOk: (query[nameEnd + 6]! & 0x80) !== 0,
      };
    }
    offset = nameEnd + 10 + query.readUInt16BE(nameEnd + 8);
    if (offset > query.length) return 'malformed';
  }
  return edns;
}

/** Where a name ends; a pointer ends it. */
export function skipName(query: Buffer, start: number): number | undefined {
  let offset = start;
  for (;;) {
    const labelLength = query[offset];
    if (labelLength === undefined) return undefined;
    if (labelLength === 0) return offset + 1;
    if (labelLength >= 0xc0) return offset + 2; // a pointer ends a name
    if (labelLength > longestLabel) return undefined;
    offset += 1 + labelLength;
  }
}
