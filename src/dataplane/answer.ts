// The VPC resolver's answer to one DNS query: bytes in, bytes out, from tables of names. No socket, no clock.
// There is no recursion: a name is in the tables or it does not exist.
//
// DIFFERS: no-internet of the public names those of AWS's services are known; all others are NXDOMAIN where AWS would ask the world's servers.

import type { Region } from '../cloud/id.ts';
import { privateDnsName } from '../cloud/private-name.ts';
import { addressNumber } from '../lib/cidr.ts';
import { findName, hasNamesBelow } from '../network/names.ts';
import type { NameRecord, NameTable } from '../network/network.ts';
import { findPublicHostName } from '../network/public-host-name.ts';
import { type Edns, headerLength, parseEdns, parseQuestion, type Question } from './query.ts';

export interface AnswerTables {
  /** Looked through in order; the first that holds the name answers. Lower case, no trailing dot; `*.` stands for all below. */
  names: readonly NameTable[];
  /** The VPC's, for reverse lookups: it is in the names EC2 gives to private addresses. */
  region: Region;
}

export type DnsTransport = 'udp' | 'tcp';

const recordType = { a: 1, soa: 6, ptr: 12, opt: 41 } as const;
const internetClass = 1;
const responseCode = {
  noError: 0,
  formatError: 1,
  nameError: 3,
  notImplemented: 4,
  refused: 5,
  badVersion: 16,
};

/** What we send and are willing to take by UDP: fits every path without fragments. */
const largestDatagram = 1232;
const largestPlainDatagram = 512;
const ednsLength = 11;

// DIFFERS: negative-answers AWS lets a client remember for 15 minutes that a name does not exist. Here endpoints are made
// and looked up within the second, so it is 5 s.
const negativeTtlSeconds = 5;
const startOfAuthority = Buffer.concat([
  encodeName('ns-1536.awsdns-00.co.uk'),
  encodeName('awsdns-hostmaster.amazon.com'),
  Buffer.from(Uint32Array.of(1, 7200, 900, 1209600, negativeTtlSeconds).buffer).swap32(),
]);

/** A section of equal records: their type, how long they hold, and each one's data. */
interface Records {
  type: number;
  ttlSeconds: number;
  data: Buffer[];
}

interface Found {
  exists: boolean;
  answers?: Records;
}

/**
 * Undefined for what deserves no answer: scraps, and responses (two resolvers could keep each other busy for ever).
 * `rotation` picks the address that comes first.
 */
export function answerQuery(
  query: Buffer,
  tables: AnswerTables,
  rotation: number,
  transport: DnsTransport = 'udp',
): Buffer | undefined {
  if (query.length < headerLength || (query[2]! & 0x80) !== 0) return undefined;
  if ((query[2]! & 0x78) !== 0) return renderFailure(query, responseCode.notImplemented);
  const question = parseQuestion(query);
  if (question === undefined) return renderFailure(query, responseCode.formatError);
  const edns = parseEdns(query, question.end);
  if (edns === 'malformed') return renderFailure(query, responseCode.formatError);
  const response = new Response(query, question, edns, transport);
  if (edns !== undefined && edns.version !== 0) return response.render(responseCode.badVersion);
  if (question.class !== internetClass) return response.render(responseCode.refused);
  const found = findAnswers(question, tables, rotation);
  const code = found.exists ? responseCode.noError : responseCode.nameError;
  return response.render(code, found.answers ?? 'none');
}

function findAnswers(question: Question, tables: AnswerTables, rotation: number): Found {
  if (question.name === undefined) return { exists: false };
  const record = findName(tables.names, question.name);
  if (record !== undefined) {
    const asked = question.type === recordType.a && record.addresses.length > 0;
    return { exists: true, answers: asked ? rotateAddresses(record, rotation) : undefined };
  }
  return question.name.endsWith('.in-addr.arpa')
    ? findHost(question, tables)
    : { exists: hasNamesBelow(question.name) };
}

function rotateAddresses(record: NameRecord, rotation: number): Records {
  const { addresses } = record;
  const data: Buffer[] = [];
  for (let index = 0; index < addresses.length; index++) {
    const bytes = Buffer.allocUnsafe(4);
    bytes.writeUInt32BE(addressNumber(addresses[(index + rotation) % addresses.length]!));
    data.push(bytes);
  }
  return { type: recordType.a, ttlSeconds: record.ttlSeconds, data };
}

/**
 * `5.1.0.10.in-addr.arpa` is the host `ip-10-0-1-5` when the VPC has one of that name, and that of a public address the name
 * EC2 gives it: no second table to keep.
 */
function findHost(question: Question, tables: AnswerTables): Found {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.in-addr\.arpa$/.exec(question.name!);
  if (!match) return { exists: false };
  const address = match.slice(1, 5).reverse().join('.');
  const host = findPublicHostName(address) ?? privateDnsName(address, tables.region);
  const record = findName(tables.names, host);
  if (record === undefined) return { exists: false };
  if (question.type !== recordType.ptr) return { exists: true };
  const data = [encodeName(host)];
  return { exists: true, answers: { type: recordType.ptr, ttlSeconds: record.ttlSeconds, data } };
}

class Response {
  readonly #query: Buffer;
  readonly #question: Question;
  readonly #edns: Edns | undefined;
  readonly #sizeLimit: number;

  constructor(query: Buffer, question: Question, edns: Edns | undefined, transport: DnsTransport) {
    this.#query = query;
    this.#question = question;
    this.#edns = edns;
    const datagram = Math.min(Math.max(edns?.payloadSize ?? 0, largestPlainDatagram), largestDatagram);
    this.#sizeLimit = transport === 'tcp' ? 65535 : datagram;
  }

  /** `none`: the name or the type is not there, which a start-of-authority record says. Absent: nothing to say about the name. */
  render(code: number, answers?: Records | 'none'): Buffer {
    const authority = answers === 'none';
    const records: Records | undefined = authority
      ? { type: recordType.soa, ttlSeconds: negativeTtlSeconds, data: [startOfAuthority] }
      : answers;
    const owner = 0xc000 | (authority ? this.#parentOffset() : headerLength);
    const data = records?.data ?? [];
    let length = this.#question.end + (this.#edns ? ednsLength : 0);
    let count = 0; // how many of the records fit
    while (count < data.length && length + 12 + data[count]!.length <= this.#sizeLimit) {
      length += 12 + data[count]!.length;
      count++;
    }
    const bytes = Buffer.allocUnsafe(length);
    this.#query.copy(bytes, 0, 0, this.#question.end); // the question comes back in the case it was asked in
    writeFlags(bytes, this.#query, code, count < data.length);
    bytes.writeUInt16BE(authority ? 0 : count, 6);
    bytes.writeUInt16BE(authority ? count : 0, 8);
    bytes.writeUInt16BE(this.#edns ? 1 : 0, 10);
    let offset = this.#question.end;
    for (let index = 0; index < count; index++) {
      offset = writeRecord(bytes, offset, owner, records!.type, records!.ttlSeconds, data[index]!);
    }
    if (this.#edns) writeEdns(bytes, offset, this.#edns, code);
    return bytes;
  }

  /** Where the question's name without its first label begins: the zone that says no. */
  #parentOffset(): number {
    const firstLabel = this.#query[headerLength]!;
    return firstLabel === 0 ? headerLength : headerLength + 1 + firstLabel;
  }
}

/** For queries whose question we could not or would not read: the header alone. */
function renderFailure(query: Buffer, code: number): Buffer {
  const bytes = Buffer.alloc(headerLength);
  query.copy(bytes, 0, 0, 4);
  writeFlags(bytes, query, code, false);
  return bytes;
}

/** Response, the query's own opcode and wish for recursion, and "recursion available", as AWS's resolver says. */
function writeFlags(bytes: Buffer, query: Buffer, code: number, truncated: boolean): void {
  bytes[2] = 0x80 | (query[2]! & 0x79) | (truncated ? 0x02 : 0);
  bytes[3] = 0x80 | (code & 0x0f);
}

function writeRecord(
  bytes: Buffer,
  at: number,
  owner: number,
  type: number,
  ttl: number,
  data: Buffer,
): number {
  bytes.writeUInt16BE(owner, at);
  bytes.writeUInt16BE(type, at + 2);
  bytes.writeUInt16BE(internetClass, at + 4);
  bytes.writeUInt32BE(ttl, at + 6);
  bytes.writeUInt16BE(data.length, at + 10);
  data.copy(bytes, at + 12);
  return at + 12 + data.length;
}

/** The code's upper bits travel here: 16 is BADVERS. */
function writeEdns(bytes: Buffer, at: number, edns: Edns, code: number): void {
  bytes[at] = 0;
  bytes.writeUInt16BE(recordType.opt, at + 1);
  bytes.writeUInt16BE(largestDatagram, at + 3);
  bytes[at + 5] = code >> 4;
  bytes[at + 6] = 0;
  bytes.writeUInt16BE(edns.dnssecOk ? 0x8000 : 0, at + 7);
  bytes.writeUInt16BE(0, at + 9);
}

function encodeName(name: string): Buffer {
  const labels = name.split('.').map((label) => Buffer.from(`\0${label}`, 'latin1'));
  for (const label of labels) label[0] = label.length - 1;
  return Buffer.concat([...labels, Buffer.alloc(1)]);
}
