// JSON as policies are read: strict, with the place of every value, and with keys that come twice refused.
// JSON.parse keeps the last of two equal keys, so a policy could say one thing to a reader and another to us.

export interface JsonNode {
  /** Where the value begins in the text. */
  at: number;
  value: JsonValue;
}

export type JsonValue = string | number | boolean | null | JsonNode[] | JsonObject;
export type JsonObject = Map<string, JsonNode>;

export interface JsonFault {
  at: number;
  kind: 'syntax' | 'duplicate-key';
  /** The key that came twice. */
  key?: string;
}

/** Deeper than any policy, shallower than the stack. */
const deepest = 32;

export const isObject = (value: JsonValue): value is JsonObject => value instanceof Map;
export const isList = (value: JsonValue): value is JsonNode[] => Array.isArray(value);

export function parseJson(text: string): JsonNode | JsonFault {
  const cursor: Cursor = { text, at: 0, depth: 0 };
  try {
    const node = readValue(cursor);
    skipSpace(cursor);
    return cursor.at === text.length ? node : fault(cursor.at);
  } catch (error) {
    if (error instanceof Stop) return error.fault;
    throw error;
  }
}

export const isJsonFault = (parsed: JsonNode | JsonFault): parsed is JsonFault => 'kind' in parsed;

/** Line and column as EC2 counts them: lines from 1, columns from 0. */
export function positionOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: at - lineStart };
}

interface Cursor {
  text: string;
  at: number;
  depth: number;
}

class Stop extends Error {
  readonly fault: JsonFault;
  constructor(fault: JsonFault) {
    super(fault.kind);
    this.fault = fault;
  }
}

const fault = (at: number): JsonFault => ({ at, kind: 'syntax' });

const stop = (at: number): never => {
  throw new Stop(fault(at));
};

function skipSpace(cursor: Cursor): void {
  while (' \t\n\r'.includes(cursor.text[cursor.at] ?? '?')) cursor.at++;
}

/** Takes the character if it is next. */
function take(cursor: Cursor, character: string): boolean {
  skipSpace(cursor);
  if (cursor.text[cursor.at] !== character) return false;
  cursor.at++;
  return true;
}

function readValue(cursor: Cursor): JsonNode {
  skipSpace(cursor);
  const { at } = cursor;
  const first = cursor.text[at];
  if (first === '{') return { at, value: nest(cursor, readObject) };
  if (first === '[') return { at, value: nest(cursor, readList) };
  if (first === '"') return { at, value: readString(cursor) };
  return { at, value: readWord(cursor) };
}

function nest<V>(cursor: Cursor, read: (cursor: Cursor) => V): V {
  if (++cursor.depth > deepest) stop(cursor.at);
  cursor.at++;
  const value = read(cursor);
  cursor.depth--;
  return value;
}

function readObject(cursor: Cursor): JsonObject {
  const members: JsonObject = new Map();
  if (take(cursor, '}')) return members;
  do {
    skipSpace(cursor);
    const { at } = cursor;
    if (cursor.text[at] !== '"') stop(at);
    const key = readString(cursor);
    if (members.has(key)) throw new Stop({ at, kind: 'duplicate-key', key });
    if (!take(cursor, ':')) stop(cursor.at);
    members.set(key, readValue(cursor));
  } while (take(cursor, ','));
  if (!take(cursor, '}')) stop(cursor.at);
  return members;
}

function readList(cursor: Cursor): JsonNode[] {
  const items: JsonNode[] = [];
  if (take(cursor, ']')) return items;
  do items.push(readValue(cursor));
  while (take(cursor, ','));
  if (!take(cursor, ']')) stop(cursor.at);
  return items;
}

/** Finds the closing quote; what is between is JSON.parse's to judge. */
function readString(cursor: Cursor): string {
  const start = cursor.at;
  let end = start + 1;
  while (end < cursor.text.length && cursor.text[end] !== '"') end += cursor.text[end] === '\\' ? 2 : 1;
  cursor.at = end + 1;
  return parseAtom(cursor.text.slice(start, end + 1), start) as string;
}

function readWord(cursor: Cursor): number | boolean | null {
  const start = cursor.at;
  const word = /[-+.\w]*/y;
  word.lastIndex = start;
  const text = word.exec(cursor.text)![0];
  cursor.at += text.length;
  return parseAtom(text, start) as number | boolean | null;
}

function parseAtom(text: string, at: number): JsonValue {
  try {
    return JSON.parse(text);
  } catch {
    return stop(at);
  }
}
