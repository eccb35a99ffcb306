// Conditions and filters as trees: `NOT (size(a.b) > :n AND begins_with(c, :p)) OR d IN (:x, :y)`.
// Read by recursive descent in time that grows with the length alone. The order of mistakes is AWS's.

import {
  type AttributeType,
  type AttributeValue,
  compareValues,
  type DocumentPath,
  typeOf,
} from './attribute-value.ts';
import { type ExpressionAttributes, ExpressionReader, type MistakeKind, showPath } from './expression.ts';

export type Operand =
  | { kind: 'path'; path: DocumentPath }
  | { kind: 'value'; value: AttributeValue }
  | { kind: 'size'; of: Operand };

export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

export type Condition =
  | { kind: 'and' | 'or'; left: Condition; right: Condition }
  | { kind: 'not'; of: Condition }
  | { kind: 'compare'; comparator: Comparator; left: Operand; right: Operand }
  | { kind: 'between'; of: Operand; low: Operand; high: Operand }
  | { kind: 'in'; of: Operand; options: Operand[] }
  | { kind: 'function'; name: ConditionFunction; operands: Operand[] };

export type ConditionFunction =
  | 'attribute_exists'
  | 'attribute_not_exists'
  | 'attribute_type'
  | 'begins_with'
  | 'contains';

type Node = Operand | Condition;

const operandCounts: Record<string, number> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
  size: 1,
};

const comparators = new Set(['=', '<>', '<', '<=', '>', '>=']);
const attributeTypes = new Set(['S', 'N', 'B', 'NULL', 'SS', 'BOOL', 'L', 'BS', 'NS', 'M']);
const mistakeOrder: MistakeKind[] = [
  'parens',
  'unknownFunction',
  'misusedFunction',
  'reserved',
  'name',
  'value',
  'operandCount',
  'distinct',
  'operand',
  'function',
];
const maxNesting = 300;

/** @param kind `ConditionExpression`, `FilterExpression` or `KeyConditionExpression` */
export function parseCondition(kind: string, text: string, attributes: ExpressionAttributes): Condition {
  const reader = new ExpressionReader(kind, text, attributes);
  const condition = new ConditionParser(reader).read();
  reader.finish(mistakeOrder);
  return condition;
}

/** Every path that it reads. */
export function pathsOf(node: Node): DocumentPath[] {
  switch (node.kind) {
    case 'path':
      return [node.path];
    case 'value':
      return [];
    case 'and':
    case 'or':
    case 'compare':
      return [...pathsOf(node.left), ...pathsOf(node.right)];
    case 'function':
      return node.operands.flatMap(pathsOf);
    case 'between':
      return [node.of, node.low, node.high].flatMap(pathsOf);
    case 'in':
      return [node.of, ...node.options].flatMap(pathsOf);
    default:
      return pathsOf(node.of);
  }
}

function isOperand(node: Node): node is Operand {
  return node.kind === 'path' || node.kind === 'value' || node.kind === 'size';
}

/** One use per expression. */
class ConditionParser {
  readonly #reader: ExpressionReader;
  /** What the last pair of parentheses held: if the next pair holds the same, one of them was for nothing. */
  #parenthesized: Node | undefined;
  #depth = 0;

  constructor(reader: ExpressionReader) {
    this.#reader = reader;
  }

  read(): Condition {
    return this.#condition(this.#or());
  }

  #or(): Node {
    let left = this.#and();
    while (this.#reader.accept('OR')) {
      left = { kind: 'or', left: this.#condition(left), right: this.#condition(this.#and()) };
    }
    return left;
  }

  #and(): Node {
    let left = this.#not();
    while (this.#reader.accept('AND')) {
      left = { kind: 'and', left: this.#condition(left), right: this.#condition(this.#not()) };
    }
    return left;
  }

  #not(): Node {
    if (!this.#reader.accept('NOT')) return this.#comparison();
    this.#deeper();
    const of = this.#condition(this.#not());
    this.#depth -= 1;
    return { kind: 'not', of };
  }

  #comparison(): Node {
    const left = this.#primary();
    const word = this.#reader.peekWord();
    if (comparators.has(word)) return this.#compare(this.#operand(left), this.#reader.take() as Comparator);
    if (word === 'BETWEEN') {
      this.#reader.take();
      const low = this.#operand(this.#primary());
      this.#reader.expect('AND');
      return this.#between(this.#operand(left), low, this.#operand(this.#primary()));
    }
    if (word === 'IN') {
      this.#reader.take();
      return {
        kind: 'in',
        of: this.#operand(left),
        options: this.#list().map((node) => this.#operand(node)),
      };
    }
    return left;
  }

  #primary(): Node {
    const peek = this.#reader.peek();
    if (peek === '(') return this.#parentheses();
    if (peek.startsWith(':')) return { kind: 'value', value: this.#reader.readValue() };
    if (/^[A-Za-z_]/.test(peek) && this.#reader.peek(1) === '(') return this.#function();
    if (/^(AND|OR|NOT|BETWEEN|IN)$/i.test(peek)) throw this.#reader.syntaxError();
    return { kind: 'path', path: this.#reader.readPath() };
  }

  #parentheses(): Node {
    this.#reader.take();
    this.#deeper();
    const node = this.#or();
    this.#depth -= 1;
    this.#reader.expect(')');
    if (isOperand(node) || node === this.#parenthesized) {
      this.#reader.note('parens', 'The expression has redundant parentheses;');
    }
    this.#parenthesized = node;
    return node;
  }

  #list(): Node[] {
    this.#reader.expect('(');
    if (this.#reader.accept(')')) return [];
    this.#deeper();
    const nodes: Node[] = [];
    do nodes.push(this.#primary());
    while (this.#reader.accept(','));
    this.#depth -= 1;
    this.#reader.expect(')');
    return nodes;
  }

  #function(): Node {
    const name = this.#reader.take();
    const operands = this.#list().map((node) => this.#operand(node));
    const count = Object.hasOwn(operandCounts, name) ? operandCounts[name] : undefined;
    if (count === undefined) {
      this.#reader.note('unknownFunction', `Invalid function name; function: ${name}`);
    } else if (count !== operands.length) {
      this.#reader.note(
        'operandCount',
        `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
      );
    } else {
      this.#checkDistinct(name, operands);
      this.#checkFunction(name, operands);
    }
    if (name === 'size') return { kind: 'size', of: operands[0] ?? { kind: 'value', value: { NULL: true } } };
    return { kind: 'function', name: name as ConditionFunction, operands };
  }

  #compare(left: Operand, comparator: Comparator): Condition {
    const right = this.#operand(this.#primary());
    this.#checkDistinct(comparator, [left, right]);
    if (comparator !== '=' && comparator !== '<>') {
      for (const operand of [left, right]) this.#checkTypes(comparator, operand, ['S', 'N', 'B']);
    }
    return { kind: 'compare', comparator, left, right };
  }

  #between(of: Operand, low: Operand, high: Operand): Condition {
    const lowType = immediateType(low);
    const highType = immediateType(high);
    const show = (operand: Operand, type: AttributeType) => {
      const value = operand.kind === 'value' ? operand.value[type] : undefined;
      return `AttributeValue: {${type}:${typeof value === 'string' ? value : JSON.stringify(value)}}`;
    };
    if (lowType && highType) {
      const bounds = `lower bound operand: ${show(low, lowType)}, upper bound operand: ${show(high, highType)}`;
      if (lowType !== highType) {
        this.#reader.note(
          'function',
          `The BETWEEN operator requires same data type for lower and upper bounds; ${bounds}`,
        );
      } else if (
        low.kind === 'value' &&
        high.kind === 'value' &&
        (compareValues(low.value, high.value) ?? 0) > 0
      ) {
        this.#reader.note(
          'function',
          `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${bounds}`,
        );
      }
    }
    return { kind: 'between', of, low, high };
  }

  #checkFunction(name: string, operands: Operand[]): void {
    const [first, second] = operands as [Operand, Operand];
    if (name.startsWith('attribute_') && first.kind !== 'path') {
      this.#reader.note(
        'function',
        `Operator or function requires a document path; operator or function: ${name}`,
      );
    }
    if (name === 'begins_with') for (const operand of operands) this.#checkTypes(name, operand, ['S', 'B']);
    if (name === 'size') this.#checkTypes(name, first, ['S', 'B', 'SS', 'NS', 'BS', 'L', 'M']);
    if (name !== 'attribute_type') return;
    if (immediateType(second) === undefined) {
      this.#noteType(name, '{NS,SS,L,BS,N,M,B,BOOL,NULL,S}');
      return;
    }
    this.#checkTypes(name, second, ['S']);
    const type = second.kind === 'value' ? second.value.S : undefined;
    if (type !== undefined && !attributeTypes.has(type)) {
      this.#reader.note(
        'function',
        `Invalid attribute type name found; type: ${type}, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}`,
      );
    }
  }

  #checkTypes(operator: string, operand: Operand, allowed: AttributeType[]): void {
    const type = operand.kind === 'size' ? 'N' : immediateType(operand);
    if (type && !allowed.includes(type)) this.#noteType(operator, type);
  }

  #noteType(operator: string, type: string): void {
    this.#reader.note(
      'function',
      `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`,
    );
  }

  #checkDistinct(operator: string, [first, second]: Operand[]): void {
    if (first?.kind !== 'path' || second?.kind !== 'path') return;
    if (showPath(first.path) !== showPath(second.path)) return;
    this.#reader.note(
      'distinct',
      `The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${showPath(first.path)}`,
    );
  }

  #operand(node: Node): Operand {
    if (isOperand(node)) return node;
    if (node.kind !== 'function') throw this.#reader.syntaxError();
    this.#noteMisuse(node.name);
    return { kind: 'value', value: { NULL: true } };
  }

  #condition(node: Node): Condition {
    if (!isOperand(node)) return node;
    if (node.kind !== 'size') throw this.#reader.syntaxError();
    this.#noteMisuse('size');
    return { kind: 'in', of: node, options: [] };
  }

  #noteMisuse(name: string): void {
    this.#reader.note(
      'misusedFunction',
      `The function is not allowed to be used this way in an expression; function: ${name}`,
    );
  }

  #deeper(): void {
    this.#depth += 1;
    if (this.#depth > maxNesting) throw this.#reader.syntaxError();
  }
}

function immediateType(operand: Operand): AttributeType | undefined {
  return operand.kind === 'value' ? typeOf(operand.value) : undefined;
}
