// The VPC resolver's answer to one DNS query: bytes in, bytes out. No socket, no clock.
// What there is to say about a name `resolveName` knows; here it is read from a packet and written into one.
// Where a rule says that others are to be asked, it gives the question for them, and what becomes of their answer.

import type { PrivateZone, RecordSet } from '../network/network.ts';
import { type NameAnswer, type NameSource, resolveName } from '../network/resolve-name.ts';
import type { ForwardingRule } from '../network/resolver-rule.ts';
import { parentOf } from '../network/zone.ts';
import { readAnswers } from './forwarded-answer.ts';
import { type Edns, headerLength, parseEdns, parseQuestion, type Question } from './query.ts';
import { encodeName, encodeRecordSet, findRecordType, recordTypeNumber } from './record-data.ts';

export type DnsTransport = 'udp' | 'tcp';

const optType = 41;
const internetClass = 1;
const responseCode = {
  noError: 0,
  formatError: 1,
  serverFailure: 2,
  nameError: 3,
  notImplemented: 4,
  refused: 5,
  badVersion: 16,
};
const codeOfOutcome: Record<NameAnswer['outcome'], number> = {
  found: responseCode.noError,
  'no-data': responseCode.noError,
  'no-such-name': responseCode.nameError,
  endless: responseCode.serverFailure,
  elsewhere: responseCode.serverFailure,
};

/** What we send and are willing to take by UDP: fits every path without fragments. */
const largestDatagram = 1232;
const largestPlainDatagram = 512;
const ednsLength = 11;

// DIFFERS: negative-answers AWS lets a client remember for 15 minutes that a name does not exist. Here endpoints are made
// and looked up within the second, so it is 5 s.
const negativeTtlSeconds = 5;
const startOfAuthority: RecordSet = {
  type: 'SOA',
  ttlSeconds: negativeTtlSeconds,
  values: [`ns-1536.awsdns-00.co.uk. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 ${negativeTtlSeconds}`],
};

/** A question that others are to answer. */
export interface Forwarding {
  forward: ForwardingRule['forward'];
  query: Buffer;
  /** What the client is told. @param response what they said; undefined: nothing */
  finish(response: Buffer | undefined): Buffer;
}

/** In how many ways the records of an answer may stand: as many as there are. */
export interface Orders {
  count: number;
}

/**
 * Undefined for what deserves no answer: scraps, and responses (two resolvers could keep each other busy for ever).
 * `rotation` picks the address that comes first; into `orders` goes how many orders there are.
 */
export function answerQuery(
  query: Buffer,
  source: NameSource,
  rotation: number,
  transport: DnsTransport = 'udp',
  orders: Orders = { count: 1 },
): Buffer | Forwarding | undefined {
  if (query.length < headerLength || (query[2]! & 0x80) !== 0) return undefined;
  if ((query[2]! & 0x78) !== 0) return renderFailure(query, responseCode.notImplemented);
  const question = parseQuestion(query);
  if (question === undefined) return renderFailure(query, responseCode.formatError);
  const edns = parseEdns(query, question.end);
  if (edns === 'malformed') return renderFailure(query, responseCode.formatError);
  const response = new Response(query, question, edns, transport);
  if (edns !== undefined && edns.version !== 0) return response.end(responseCode.badVersion);
  if (question.class !== internetClass) return response.end(responseCode.refused);
  // A name with a dot inside a label is nobody's.
  const answer: NameAnswer =
    question.name === undefined
      ? { outcome: 'no-such-name', records: [], by: 'public', name: '' }
      : resolveName(source, question.name, findRecordType(question.type));
  const { outcome, rule, records } = answer;
  if (rule) return forwardQuestion(query, question, edns, transport, answer, rule);
  for (const { name, recordSet } of records)
    orders.count = Math.max(orders.count, response.addRecords('answer', name, recordSet, rotation));
  if (outcome === 'no-data' || outcome === 'no-such-name') addAuthority(response, answer);
  return response.end(codeOfOutcome[outcome]);
}

/** Their answer is the client's as it is, unless aliases of ours led to their name: then it follows these. */
function forwardQuestion(
  datagram: Buffer,
  question: Question,
  edns: Edns | undefined,
  transport: DnsTransport,
  { name, records: aliases }: NameAnswer,
  { forward }: ForwardingRule,
): Forwarding {
  // Its memory may be the socket's again before others have answered.
  const query = Buffer.from(datagram);
  const isAsked = name === question.name;
  const asked = isAsked
    ? query.subarray(headerLength, question.end)
    : Buffer.concat([encodeName(name), query.subarray(question.end - 4, question.end)]);
  return {
    forward,
    query: renderQuestion(query, asked, edns),
    finish(foreign) {
      if (foreign && isAsked) return withIdOf(query, foreign);
      const records = foreign && readAnswers(foreign, headerLength + asked.length);
      // ORDER: begun only now, since other answers have been put together in the meantime.
      const response = new Response(query, question, edns, transport);
      if (!foreign || !records) return response.end(responseCode.serverFailure);
      for (const { name, recordSet } of aliases) response.addRecords('answer', name, recordSet, 0);
      for (const { owner, type, ttlSeconds, data } of records)
        response.addRecord('answer', owner, type, ttlSeconds, data);
      return response.end(foreign[3]! & 0x0f);
    },
  };
}

function withIdOf(query: Buffer, message: Buffer): Buffer {
  const copy = Buffer.from(message);
  query.copy(copy, 0, 0, 2);
  return copy;
}

/** The client's wishes, and nothing else that its packet may have had. */
function renderQuestion(query: Buffer, asked: Buffer, edns: Edns | undefined): Buffer {
  const header = Buffer.alloc(headerLength);
  header[2] = query[2]! & 0x01;
  header[3] = query[3]! & 0x10;
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(edns ? 1 : 0, 10);
  if (!edns) return Buffer.concat([header, asked]);
  const end = writeEdns(0, edns, responseCode.noError);
  return Buffer.concat([header, asked, workspace.subarray(0, end)]);
}

/** Who says no, and for how long that holds. */
function addAuthority(response: Response, { by, name }: NameAnswer): void {
  const zoneName = typeof by === 'string' ? parentOf(name) : by.zoneName;
  const own = typeof by === 'string' ? undefined : findStartOfAuthority(by);
  response.addRecords('authority', zoneName, own ?? startOfAuthority, 0, own && negativeTtl(own));
}

function findStartOfAuthority({ recordSets, zoneName }: PrivateZone): RecordSet | undefined {
  return recordSets.get(zoneName)?.find((one): one is RecordSet => one.type === 'SOA');
}

/** DNS: the shorter of the record's own time and the last number in it. */
function negativeTtl(recordSet: RecordSet): number {
  const value = recordSet.type === 'A' ? undefined : recordSet.values[0];
  return Math.min(recordSet.ttlSeconds, Number(value?.trim().split(/\s+/)[6] ?? 0));
}

/** Where answers are put together; each is copied out. TCP's length has two bytes, so that none is longer. */
const longestMessage = 65535;
const workspace = Buffer.alloc(longestMessage);

class Response {
  readonly #query: Buffer;
  readonly #question: Question;
  readonly #edns: Edns | undefined;
  readonly #sizeLimit: number;
  readonly #counts = { answer: 0, authority: 0 };
  #length: number;
  #isTruncated = false;

  constructor(query: Buffer, question: Question, edns: Edns | undefined, transport: DnsTransport) {
    this.#query = query;
    this.#question = question;
    this.#edns = edns;
    const datagram = Math.min(Math.max(edns?.payloadSize ?? 0, largestPlainDatagram), largestDatagram);
    this.#sizeLimit = (transport === 'tcp' ? longestMessage : datagram) - (edns ? ednsLength : 0);
    this.#length = question.end;
  }

  /** Gives their number. What no longer fits is left out, and the answer says so. `rotation` is which of the records comes first. */
  addRecords(
    section: 'answer' | 'authority',
    name: string,
    recordSet: RecordSet,
    rotation: number,
    ttlSeconds = recordSet.ttlSeconds,
  ): number {
    const owner = this.#encodeOwner(name);
    const records = encodeRecordSet(recordSet);
    const type = recordTypeNumber[recordSet.type];
    for (let index = 0; index < records.length; index++)
      this.addRecord(section, owner, type, ttlSeconds, records[(index + rotation) % records.length]!);
    return records.length;
  }

  /** @param owner a pointer or a whole name */
  addRecord(
    section: 'answer' | 'authority',
    owner: number | Buffer,
    type: number,
    ttlSeconds: number,
    data: Buffer,
  ): void {
    const length = (typeof owner === 'number' ? 2 : owner.length) + 10 + data.length;
    this.#isTruncated ||= this.#length + length > this.#sizeLimit;
    if (this.#isTruncated) return;
    this.#counts[section]++;
    this.#length = writeRecord(this.#length, owner, type, ttlSeconds, data);
  }

  end(code: number): Buffer {
    this.#query.copy(workspace, 0, 0, this.#question.end); // the question comes back in the case it was asked in
    writeFlags(workspace, this.#query, code, this.#isTruncated);
    workspace.writeUInt16BE(this.#counts.answer, 6);
    workspace.writeUInt16BE(this.#counts.authority, 8);
    workspace.writeUInt16BE(this.#edns ? 1 : 0, 10);
    if (this.#edns) this.#length = writeEdns(this.#length, this.#edns, code);
    return Buffer.from(workspace.subarray(0, this.#length));
  }

  /** The question's name and those above it stand in the packet already: a pointer to there is enough. */
  #encodeOwner(name: string): number | Buffer {
    const { name: asked = '' } = this.#question;
    if (name === asked && name !== '') return 0xc000 | headerLength;
    const isAbove = name !== '' && asked.endsWith(name) && asked[asked.length - name.length - 1] === '.';
    return isAbove ? 0xc000 | (headerLength + asked.length - name.length) : encodeName(name);
  }
}

/** What a resolver says that could not find out. */
export function renderServerFailure(query: Buffer): Buffer {
  return renderFailure(query, responseCode.serverFailure);
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

/** Gives where the record ends. @param owner a pointer or a whole name */
function writeRecord(start: number, owner: number | Buffer, type: number, ttl: number, data: Buffer): number {
  let at = start;
  if (typeof owner === 'number') at = workspace.writeUInt16BE(owner, at);
  else at += owner.copy(workspace, at);
  at = workspace.writeUInt16BE(type, at);
  at = workspace.writeUInt16BE(internetClass, at);
  at = workspace.writeUInt32BE(ttl, at);
  at = workspace.writeUInt16BE(data.length, at);
  return at + data.copy(workspace, at);
}

/** The code's upper bits travel here: 16 is BADVERS. */
function writeEdns(start: number, edns: Edns, code: number): number {
  let at = workspace.writeUInt8(0, start);
  at = workspace.writeUInt16BE(optType, at);
  at = workspace.writeUInt16BE(largestDatagram, at);
  at = workspace.writeUInt8(code >> 4, at);
  at = workspace.writeUInt8(0, at);
  at = workspace.writeUInt16BE(edns.dnssecOk ? 0x8000 : 0, at);
  return workspace.writeUInt16BE(0, at);
}
