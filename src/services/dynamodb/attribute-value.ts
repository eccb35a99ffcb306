// What an attribute may hold: AWS's tagged values, as they are on the wire and on disk. Numbers are decimal text of at
// most 38 digits, kept in one canonical form, so that equal numbers are equal texts; binary is base64.

import { decimal } from './dynalite.ts';
import { validationError } from './errors.ts';

/** Exactly one member is set. */
export interface AttributeValue {
  S?: string;
  N?: string;
  B?: string;
  BOOL?: boolean;
  NULL?: boolean;
  SS?: string[];
  NS?: string[];
  BS?: string[];
  L?: AttributeValue[];
  M?: Item;
}

export type AttributeType = keyof AttributeValue;
export type Item = Record<string, AttributeValue>;
/** A step into a map is a name, into a list a number: `a.b[2]` is `['a', 'b', 2]`. */
export type DocumentPath = readonly (string | number)[];

export const maxItemBytes = 400 * 1024;
const maxNesting = 32;
const maxNameBytes = 65_535;

export function typeOf(value: AttributeValue): AttributeType {
  for (const type in value) return type as AttributeType;
  throw new Error('an attribute value without a type');
}

/** Undefined when the item has no such attribute; never what objects inherit. */
export function attributeOf(item: Item, name: string): AttributeValue | undefined {
  return Object.hasOwn(item, name) ? item[name] : undefined;
}

export function valueAt(item: Item, path: DocumentPath): AttributeValue | undefined {
  let value: AttributeValue | undefined = { M: item };
  for (const step of path) {
    if (typeof step === 'number') value = value.L?.[step];
    else value = value.M && attributeOf(value.M, step);
    if (value === undefined) return undefined;
  }
  return value;
}

export function areEqual(left: AttributeValue, right: AttributeValue): boolean {
  const type = typeOf(left);
  if (type !== typeOf(right)) return false;
  if (type === 'SS' || type === 'NS' || type === 'BS') {
    const members = new Set(right[type]);
    return left[type]!.length === members.size && left[type]!.every((member) => members.has(member));
  }
  if (type === 'L') {
    return (
      left.L!.length === right.L!.length &&
      left.L!.every((member, index) => areEqual(member, right.L![index]!))
    );
  }
  if (type === 'M') {
    const names = Object.keys(left.M!);
    return (
      names.length === Object.keys(right.M!).length &&
      names.every((name) => {
        const other = attributeOf(right.M!, name);
        return other !== undefined && areEqual(left.M![name]!, other);
      })
    );
  }
  return left[type] === right[type];
}

/** Negative, zero or positive; undefined where there is no order: other types than S, N and B, or two different ones. */
export function compareValues(left: AttributeValue, right: AttributeValue): number | undefined {
  if (left.S !== undefined && right.S !== undefined) return compareText(left.S, right.S);
  if (left.N !== undefined && right.N !== undefined) return decimal(left.N).cmp(right.N);
  if (left.B !== undefined && right.B !== undefined) {
    return Buffer.compare(Buffer.from(left.B, 'base64'), Buffer.from(right.B, 'base64'));
  }
  return undefined;
}

/** AWS: strings are in the order of their UTF-8 bytes, which is not JavaScript's beyond the basic plane. */
function compareText(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

/** @throws ValidationException when the sum is not a number that an attribute can hold */
export function addNumbers(left: string, right: string, sign: 1 | -1 = 1): string {
  const sum = sign === 1 ? decimal(left).plus(right) : decimal(left).minus(right);
  if (sum.e > 125) {
    throw validationError(
      'Number overflow. Attempting to store a number with magnitude larger than supported range',
    );
  }
  if (sum.e < -130) {
    throw validationError(
      'Number underflow. Attempting to store a number with magnitude smaller than supported range',
    );
  }
  if (sum.c.length > 38) {
    throw validationError('Attempting to store more than 38 significant digits in a Number');
  }
  return canonicalNumber(sum.toFixed());
}

const canonicalNumber = (text: string) => (text === '-0' ? '0' : text);

/** Takes the sign off zeros, in place, and refuses what is nested too deeply or could not be read back as it was. */
export function settleValue(value: AttributeValue, depth = 1): void {
  if (depth > maxNesting) throw validationError('Nesting Levels have exceeded supported limits');
  if (value.S !== undefined) checkText(value.S);
  else if (value.N !== undefined) value.N = canonicalNumber(value.N);
  else if (value.SS) value.SS.forEach(checkText);
  else if (value.NS) {
    value.NS = value.NS.map(canonicalNumber);
    if (new Set(value.NS).size < value.NS.length)
      throw validationError('Input collection contains duplicates');
  } else if (value.L) for (const member of value.L) settleValue(member, depth + 1);
  else if (value.M) settleItem(value.M, depth + 1);
}

export function settleItem(item: Item, depth = 1): void {
  for (const name of Object.keys(item)) {
    checkAttributeName(name);
    settleValue(item[name]!, depth);
  }
}

export function checkAttributeName(name: string): void {
  if (name === '') throw validationError('Empty attribute name');
  if (Buffer.byteLength(name) > maxNameBytes) {
    throw validationError('Attribute name is too large, must be less than 65536 bytes');
  }
  checkText(name);
}

/** Half a surrogate pair has no UTF-8: on disk all of them are one character, so two keys would be one. */
function checkText(text: string): void {
  if (text.isWellFormed()) return;
  throw validationError('One or more parameter values were invalid: a string is not well-formed Unicode');
}

/** As AWS bills and limits: names and values in bytes. */
export function itemBytes(item: Item): number {
  let bytes = 0;
  for (const name of Object.keys(item)) bytes += Buffer.byteLength(name) + valueBytes(item[name]!);
  return bytes;
}

function valueBytes(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return numberBytes(value.N);
  if (value.B !== undefined) return Buffer.byteLength(value.B, 'base64');
  if (value.SS) return sum(value.SS, Buffer.byteLength);
  if (value.NS) return sum(value.NS, numberBytes);
  if (value.BS) return sum(value.BS, (member) => Buffer.byteLength(member, 'base64'));
  if (value.L) return 3 + sum(value.L, (member) => 1 + valueBytes(member));
  if (value.M) return 3 + Object.keys(value.M).length + itemBytes(value.M);
  return 1;
}

function sum<T>(members: readonly T[], bytesOf: (member: T) => number): number {
  return members.reduce((total, member) => total + bytesOf(member), 0);
}

/** AWS: about a byte for two significant digits, and one more; another for the sign. */
function numberBytes(text: string): number {
  const digits = text.replace(/^-?0*\.?0*|[-.]/g, '').replace(/0+$/, '').length;
  return 1 + Math.ceil(digits / 2) + (text.startsWith('-') ? 1 : 0);
}
