// Reads what a JSON request carries: each member has the JSON type it should have, `null` counts as not given, and what is
// given and not acted on is refused. Which members must be there, and what they may be, the operations check.

import { AwsError } from '../aws/aws-error.ts';
import { findPageStart, formatPageToken, parsePageToken } from '../lib/page-token.ts';
import { notBuilt } from './parameters.ts';

export type Input = Readonly<Record<string, unknown>>;

/** @param name the member's path, for the refusal: `newPrivateVirtualInterface.vlan` */
export type Reader<T> = (value: unknown, name: string) => T;

type Members = Readonly<Record<string, Reader<unknown>>>;
type ReadMembers<M extends Members> = { [N in keyof M]?: ReturnType<M[N]> };

export const text: Reader<string> = (value, name) => {
  if (typeof value !== 'string') throw serializationError(name);
  return value;
};

export const integer: Reader<number> = (value, name) => {
  if (!Number.isSafeInteger(value)) throw serializationError(name);
  return value as number;
};

export const flag: Reader<boolean> = (value, name) => {
  if (typeof value !== 'boolean') throw serializationError(name);
  return value;
};

export function listOf<T>(read: Reader<T>): Reader<T[]> {
  return (value, name) => {
    if (!Array.isArray(value)) throw serializationError(name);
    return value.map((item, index) => read(item, `${name}.${index + 1}.member`));
  };
}

export function structure<M extends Members>(members: M): Reader<ReadMembers<M>> {
  return (value, name) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw serializationError(name);
    return readMembers(value as Input, members, name);
  };
}

/** `readInput('directconnect:DeleteConnection', input, { connectionId: text })` */
export function readInput<M extends Members>(operation: string, input: Input, members: M): ReadMembers<M> {
  const other = Object.keys(input).find((name) => isGiven(input[name]) && !Object.hasOwn(members, name));
  if (other !== undefined) throw notBuilt(`the parameter ${other.slice(0, 100)} of ${operation}`);
  return readMembers(input, members, '');
}

function readMembers<M extends Members>(input: Input, members: M, path: string): ReadMembers<M> {
  const prefix = path && `${path}.`;
  const read: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(input)) {
    if (!isGiven(value)) continue;
    if (!Object.hasOwn(members, name)) throw notBuilt(`the parameter ${`${prefix}${name}`.slice(0, 100)}`);
    read[name] = members[name]!(value, `${prefix}${name}`);
  }
  return read as ReadMembers<M>;
}

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

/** For a value of another JSON type than the model's. */
export function serializationError(name: string): AwsError {
  return new AwsError('SerializationException', `${name} is of the wrong type.`);
}

/** AWS: the framework's words for what the model forbids. `constraintError('vlan', 'Member must not be null')` */
export function constraintError(name: string, constraint: string, value?: unknown): AwsError {
  const shown = value === undefined ? 'null' : `'${String(value).slice(0, 256)}'`;
  const member = name.replace(/^[A-Z]/, (letter) => letter.toLowerCase());
  const fault = `Value ${shown} at '${member}' failed to satisfy constraint: ${constraint}`;
  return new AwsError('ValidationException', `1 validation error detected: ${fault}`);
}

/** For what is looked at before the input has been read: anything but text counts as not given. */
export function textOr<T>(value: unknown, otherwise: T): string | T {
  return typeof value === 'string' ? value : otherwise;
}

export function requireMember<T>(name: string, value: T | undefined): T {
  if (value === undefined) throw constraintError(name, 'Member must not be null');
  return value;
}

/** The value, if it is one of those that AWS has. */
export function requireOneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  throw constraintError(name, `Member must satisfy enum value set: [${allowed.join(', ')}]`, value);
}

/**
 * One page of a list: from where the token says, so many.
 * @param invalidToken the service's refusal of a token that is none
 */
export function cutPage<R>(
  records: R[],
  { size, token }: { size: number; token: string | undefined },
  keyOf: (record: R) => string,
  invalidToken: () => AwsError,
): { page: R[]; nextToken?: string } {
  const position = token === undefined ? undefined : parsePageToken(token);
  if (token !== undefined && !position) throw invalidToken();
  const start = position ? findPageStart(records, position, keyOf) : 0;
  const end = start + size;
  const page = records.slice(start, end);
  return end < records.length ? { page, nextToken: formatPageToken(records, end, keyOf) } : { page };
}
