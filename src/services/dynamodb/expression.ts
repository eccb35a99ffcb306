// What all of DynamoDB's expressions share: tokens, document paths, names (`#n`) and values (`:v`) handed in beside
// them. A reader goes through one expression once, from left to right; it notes what is wrong by kind, because AWS
// reports one mistake and has its own order among them.

import type { AttributeValue, DocumentPath } from './attribute-value.ts';
import { validations } from './dynalite.ts';
import { validationError } from './errors.ts';
import { isReservedWord } from './reserved-word.ts';

/** The names and values of one request. All of its expressions draw on them, and all must be used. */
export interface ExpressionAttributes {
  names: Record<string, string>;
  values: Record<string, AttributeValue>;
  unusedNames: Set<string>;
  unusedValues: Set<string>;
}

export interface ExpressionInput {
  ExpressionAttributeNames?: Record<string, string>;
  ExpressionAttributeValues?: Record<string, AttributeValue>;
}

export type MistakeKind =
  | 'parens'
  | 'unknownFunction'
  | 'misusedFunction'
  | 'reserved'
  | 'section'
  | 'name'
  | 'value'
  | 'operandCount'
  | 'distinct'
  | 'overlap'
  | 'conflict'
  | 'operand'
  | 'function';

interface Token {
  text: string;
  start: number;
  end: number;
}

const maxExpressionBytes = 4096;

export function readAttributes(input: ExpressionInput): ExpressionAttributes {
  const names = input.ExpressionAttributeNames ?? {};
  const values = input.ExpressionAttributeValues ?? {};
  checkKeys('ExpressionAttributeNames', input.ExpressionAttributeNames, /^#[0-9a-zA-Z_]+$/);
  checkKeys('ExpressionAttributeValues', input.ExpressionAttributeValues, /^:[0-9a-zA-Z_]+$/);
  for (const [key, name] of Object.entries(names)) {
    if (name !== '') continue;
    throw validationError(
      `ExpressionAttributeNames contains invalid value: Empty attribute name for key ${key}`,
    );
  }
  for (const [key, value] of Object.entries(values)) {
    const mistake = validations().validateAttributeValue(value);
    if (mistake) {
      throw validationError(`ExpressionAttributeValues contains invalid value: ${mistake} for key ${key}`);
    }
  }
  return {
    names,
    values,
    unusedNames: new Set(Object.keys(names)),
    unusedValues: new Set(Object.keys(values)),
  };
}

function checkKeys(parameter: string, map: object | undefined, pattern: RegExp): void {
  if (!map) return;
  const keys = Object.keys(map);
  if (keys.length === 0) throw validationError(`${parameter} must not be empty`);
  const wrong = keys.find((key) => !pattern.test(key));
  if (wrong !== undefined) {
    throw validationError(`${parameter} contains invalid key: Syntax error; key: "${wrong}"`);
  }
}

export function checkAllUsed({ unusedNames, unusedValues }: ExpressionAttributes): void {
  const check = (parameter: string, unused: Set<string>) => {
    if (unused.size === 0) return;
    throw validationError(
      `Value provided in ${parameter} unused in expressions: keys: {${[...unused].join(', ')}}`,
    );
  };
  check('ExpressionAttributeNames', unusedNames);
  check('ExpressionAttributeValues', unusedValues);
}

export class ExpressionReader {
  readonly #kind: string;
  readonly #text: string;
  readonly #attributes: ExpressionAttributes;
  readonly #tokens: Token[];
  readonly #mistakes = new Map<MistakeKind, string>();
  #position = 0;

  /** @param kind the parameter's name, which its errors begin with: `FilterExpression` */
  constructor(kind: string, text: string, attributes: ExpressionAttributes) {
    this.#kind = kind;
    this.#text = text;
    this.#attributes = attributes;
    if (text.trim() === '') throw this.#invalid('The expression can not be empty;');
    const bytes = Buffer.byteLength(text);
    if (bytes > maxExpressionBytes) {
      throw this.#invalid(`Expression size has exceeded the maximum allowed size; expression size: ${bytes}`);
    }
    this.#tokens = tokenize(text);
  }

  /** Empty at the end. */
  peek(ahead = 0): string {
    return this.#tokens[this.#position + ahead]?.text ?? '';
  }

  /** In upper case, for keywords, which have none of their own. */
  peekWord(): string {
    return this.peek().toUpperCase();
  }

  take(): string {
    const text = this.peek();
    this.#position += 1;
    return text;
  }

  /** Takes it if it comes next. Keywords are compared without regard to case. */
  accept(text: string): boolean {
    if (this.peekWord() !== text) return false;
    this.#position += 1;
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) throw this.syntaxError();
  }

  isAtEnd(): boolean {
    return this.#position >= this.#tokens.length;
  }

  note(kind: MistakeKind, message: string): void {
    if (!this.#mistakes.has(kind)) this.#mistakes.set(kind, message);
  }

  /** At the end of the expression: refuses what is left over, then the first kind of mistake in the order given. */
  finish(order: readonly MistakeKind[]): void {
    if (!this.isAtEnd()) throw this.syntaxError();
    const found = order.find((kind) => this.#mistakes.has(kind));
    if (found) throw this.#invalid(this.#mistakes.get(found)!);
  }

  syntaxError(): Error {
    const token = this.#tokens[this.#position];
    const from = this.#tokens[Math.max(0, this.#position - 1)]?.start ?? 0;
    const to = (this.#tokens[this.#position + 1] ?? this.#tokens.at(-1))?.end;
    const near = this.#text.slice(from, to);
    return this.#invalid(`Syntax error; token: "${token?.text ?? '<EOF>'}", near: "${near}"`);
  }

  isPathNext(): boolean {
    return /^[#A-Za-z_]/.test(this.peek()) && this.peek() !== '#';
  }

  readPath(): DocumentPath {
    const path: (string | number)[] = [this.#readName()];
    for (;;) {
      if (this.accept('.')) path.push(this.#readName());
      else if (this.accept('[')) {
        if (!/^[0-9]+$/.test(this.peek())) throw this.syntaxError();
        path.push(Number(this.take()));
        this.expect(']');
      } else return path;
    }
  }

  #readName(): string {
    if (!this.isPathNext()) throw this.syntaxError();
    const text = this.take();
    if (text.startsWith('#')) {
      this.#attributes.unusedNames.delete(text);
      const name = Object.hasOwn(this.#attributes.names, text) ? this.#attributes.names[text] : undefined;
      if (name !== undefined) return name;
      this.note(
        'name',
        `An expression attribute name used in the document path is not defined; attribute name: ${text}`,
      );
    } else if (isReservedWord(text)) {
      this.note('reserved', `Attribute name is a reserved keyword; reserved keyword: ${text}`);
    }
    return text;
  }

  /** `:v`. One that is not defined is noted, and read as NULL. */
  readValue(): AttributeValue {
    const text = this.take();
    this.#attributes.unusedValues.delete(text);
    const value = Object.hasOwn(this.#attributes.values, text) ? this.#attributes.values[text] : undefined;
    if (value) return value;
    this.note(
      'value',
      `An expression attribute value used in expression is not defined; attribute value: ${text}`,
    );
    return { NULL: true };
  }

  #invalid(what: string): Error {
    return validationError(`Invalid ${this.#kind}: ${what}`);
  }
}

/** Notes paths of which one is, or is in, another: no two parts of an expression may speak of the same place. */
export function noteOverlaps(reader: ExpressionReader, paths: readonly DocumentPath[]): void {
  const byHead = new Map<unknown, DocumentPath[]>();
  for (const path of paths) {
    const others = byHead.get(path[0]) ?? [];
    byHead.set(path[0], others);
    for (const other of others) noteOverlap(reader, other, path);
    others.push(path);
  }
}

function noteOverlap(reader: ExpressionReader, one: DocumentPath, two: DocumentPath): void {
  const length = Math.min(one.length, two.length);
  let parting = 0;
  while (parting < length && one[parting] === two[parting]) parting += 1;
  const isConflict = parting < length && typeof one[parting] !== typeof two[parting];
  if (parting < length && !isConflict) return;
  const kind = isConflict ? 'conflict' : 'overlap';
  reader.note(
    kind,
    `Two document paths ${kind} with each other; must remove or rewrite one of these paths; ` +
      `path one: ${showPath(one)}, path two: ${showPath(two)}`,
  );
}

export function showPath(path: DocumentPath): string {
  return `[${path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join(', ')}]`;
}

/** What belongs nowhere becomes a token of its own, for the parser to refuse with its place. */
function tokenize(text: string): Token[] {
  const pattern = /[#:]?[A-Za-z_][A-Za-z0-9_]*|[#:][0-9A-Za-z_]+|[0-9]+|<>|<=|>=|\S/gu;
  return [...text.matchAll(pattern)].map((match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}
