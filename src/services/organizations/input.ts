// Reads the members of a request: their types, their patterns, their limits; and cuts a list into pages.

import { type Input, serializationError } from '../json-input.ts';
import { notBuilt } from '../parameters.ts';
import { invalidInput } from './errors.ts';

export const accountIdPattern = /^\d{12}$/;
export const handshakeIdPattern = /^h-[0-9a-z]{8,32}$/;
const maxPageSize = 20;

/** Undefined when it is not given; `null` counts as not given. */
export function findText(input: Input, name: string): string | undefined {
  const value = input[name] ?? undefined;
  if (value !== undefined && typeof value !== 'string') throw serializationError(name);
  return value;
}

export function readText(input: Input, name: string, pattern: RegExp): string {
  const value = findText(input, name);
  if (value === undefined) throw invalidInput('INPUT_REQUIRED');
  if (!pattern.test(value)) throw invalidInput('INVALID_PATTERN');
  return value;
}

export function findStructure(input: Input, name: string): Input | undefined {
  const value = input[name] ?? undefined;
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw serializationError(name);
  return value as Input;
}

/** Refuses what is given and not named: what we do not act on we do not accept in silence. */
export function refuseOthers(operation: string, input: Input, ...names: string[]): void {
  const other = Object.keys(input).find(
    (name) => (input[name] ?? undefined) !== undefined && !names.includes(name),
  );
  if (other !== undefined)
    throw notBuilt(`the parameter ${other.slice(0, 100)} of organizations:${operation}`);
}

export interface Page<T> {
  items: T[];
  /** The last page has none. */
  NextToken?: string;
}

/** In the order of ids, so that a page begins in its place also when what stood before it has gone. */
export function cutPage<T>(input: Input, all: readonly T[], idOf: (item: T) => string): Page<T> {
  const size = readPageSize(input);
  const after = readToken(input);
  const rest = all
    .filter((item) => after === undefined || idOf(item) > after)
    .toSorted((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
  const items = rest.slice(0, size);
  if (rest.length <= size) return { items };
  return { items, NextToken: Buffer.from(`after ${idOf(items.at(-1)!)}`).toString('base64url') };
}

function readPageSize(input: Input): number {
  const size = input.MaxResults ?? maxPageSize;
  if (typeof size !== 'number' || !Number.isInteger(size)) throw serializationError('MaxResults');
  if (size < 1) throw invalidInput('MIN_VALUE_EXCEEDED');
  if (size > maxPageSize) throw invalidInput('MAX_VALUE_EXCEEDED');
  return size;
}

function readToken(input: Input): string | undefined {
  const token = findText(input, 'NextToken');
  if (token === undefined) return undefined;
  const after = /^after ([0-9a-z-]+)$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (after === undefined) throw invalidInput('INVALID_NEXT_TOKEN');
  return after;
}
