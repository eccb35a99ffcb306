// What we take from dynalite: the shapes of DynamoDB's requests and its words for each way in which one can be wrong,
// and its decimal numbers. It has no types; these are them. It is loaded when the first request comes: most clouds use no DynamoDB.
// Its expression parsers are not used: their time grows exponentially with nested parentheses.

import { createRequire } from 'node:module';

/** A shape in dynalite's language: `{ type: 'List', lengthLessThanOrEqual: 25, children: 'String' }`. */
export type Shape = string | { type: string; children?: Shape | Shapes; [constraint: string]: unknown };
export type Shapes = { [member: string]: Shape };

/** Thrown by dynalite: `body` is the answer on the wire. */
export interface DynaliteError extends Error {
  statusCode: number;
  body: { __type: string; message?: string; Message?: string };
}

export interface Decimal {
  /** Significant digits. */
  c: number[];
  /** Exponent. */
  e: number;
  cmp(other: string): number;
  plus(other: string): Decimal;
  minus(other: string): Decimal;
  toFixed(): string;
}

interface Validations {
  /** Takes away what is not in the shape; refuses what has the wrong JSON type. */
  checkTypes(input: object, types: Shapes): Record<string, unknown>;
  checkValidations(input: object, types: Shapes): void;
  validateExpressionParams(input: object, expressions: string[], others: string[]): string | undefined;
  /** Refuses what is no attribute value; brings numbers into their canonical form. */
  validateAttributeValue(value: object): string | undefined;
  validateConditions(conditions: object | undefined): string | undefined;
  findDuplicate(names: string[] | undefined): string | null | undefined;
}

interface OperationValidation {
  types: Shapes;
  custom?: (input: object, store: { options: { maxItemSize: number } }) => string | undefined;
}

const load = createRequire(import.meta.url);
let loaded: Validations | undefined;
let loadedDecimal: ((text: string) => Decimal) | undefined;
let loadedKeyText: ((text: string, type: 'N') => string) | undefined;

export function validations(): Validations {
  loaded ??= load('dynalite/validations/index.js') as Validations;
  return loaded;
}

/** @param operation in lower camel case: `putItem` */
export function validationOf(operation: string): OperationValidation {
  return load(`dynalite/validations/${operation}.js`) as OperationValidation;
}

export function decimal(text: string): Decimal {
  loadedDecimal ??= createRequire(load.resolve('dynalite'))('big.js') as (text: string) => Decimal;
  return loadedDecimal(text);
}

/** A number as text whose order is the numbers' order. */
export function sortableNumber(text: string): string {
  loadedKeyText ??= (load('dynalite/db/index.js') as { toLexiStr: typeof loadedKeyText }).toLexiStr!;
  return loadedKeyText(text, 'N');
}

export function isDynaliteError(error: unknown): error is DynaliteError {
  return error instanceof Error && 'statusCode' in error && 'body' in error;
}
