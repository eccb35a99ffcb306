// `SET a = b + :n, l = list_append(l, :m) REMOVE c[2] ADD d :one DELETE s :set`, as a list of actions.

import { type AttributeType, type AttributeValue, type DocumentPath, typeOf } from './attribute-value.ts';
import { type ExpressionAttributes, ExpressionReader, noteOverlaps } from './expression.ts';

export type UpdateAction =
  | { kind: 'SET'; path: DocumentPath; value: UpdateOperand }
  | { kind: 'REMOVE'; path: DocumentPath }
  | { kind: 'ADD' | 'DELETE'; path: DocumentPath; value: AttributeValue };

export type UpdateOperand =
  | { kind: 'path'; path: DocumentPath }
  | { kind: 'value'; value: AttributeValue }
  | { kind: 'sum'; sign: 1 | -1; left: UpdateOperand; right: UpdateOperand }
  | { kind: 'if_not_exists'; path: DocumentPath; otherwise: UpdateOperand }
  | { kind: 'list_append'; left: UpdateOperand; right: UpdateOperand };

const sections = ['SET', 'REMOVE', 'ADD', 'DELETE'] as const;
const typeNames: Partial<Record<AttributeType, string>> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  NULL: 'NULL',
  BOOL: 'BOOLEAN',
  L: 'LIST',
  M: 'MAP',
};
const maxNesting = 50;

export function parseUpdate(text: string, attributes: ExpressionAttributes): UpdateAction[] {
  const reader = new ExpressionReader('UpdateExpression', text, attributes);
  const actions: UpdateAction[] = [];
  const seen = new Set<string>();
  do {
    const kind = sections.find((section) => section === reader.peekWord());
    if (!kind) throw reader.syntaxError();
    reader.take();
    if (seen.has(kind)) {
      reader.note('section', `The "${kind}" section can only be used once in an update expression;`);
    }
    seen.add(kind);
    do actions.push(readAction(reader, kind));
    while (reader.accept(','));
  } while (!reader.isAtEnd());
  noteOverlaps(
    reader,
    actions.map(({ path }) => path),
  );
  reader.finish([
    'reserved',
    'unknownFunction',
    'section',
    'name',
    'value',
    'overlap',
    'conflict',
    'operand',
    'operandCount',
    'function',
  ]);
  return actions;
}

function readAction(reader: ExpressionReader, kind: UpdateAction['kind']): UpdateAction {
  const path = reader.readPath();
  if (kind === 'REMOVE') return { kind, path };
  if (kind === 'SET') {
    reader.expect('=');
    return { kind, path, value: readSum(reader, 0) };
  }
  if (!reader.peek().startsWith(':')) throw reader.syntaxError();
  const value = reader.readValue();
  const type = typeNames[typeOf(value)];
  if (type && !(kind === 'ADD' && type === 'NUMBER')) {
    reader.note(
      'operand',
      `Incorrect operand type for operator or function; operator: ${kind}, operand type: ${type}, typeSet: ALLOWED_FOR_${kind}_OPERAND`,
    );
  }
  return { kind, path, value };
}

/** AWS: one plus or minus at most. */
function readSum(reader: ExpressionReader, depth: number): UpdateOperand {
  const left = readOperand(reader, depth);
  const operator = reader.peek();
  if (operator !== '+' && operator !== '-') return left;
  reader.take();
  const right = readOperand(reader, depth);
  for (const operand of [left, right]) checkType(reader, operator, operand, 'N');
  return { kind: 'sum', sign: operator === '+' ? 1 : -1, left, right };
}

function readOperand(reader: ExpressionReader, depth: number): UpdateOperand {
  if (depth > maxNesting) throw reader.syntaxError();
  const next = reader.peek();
  if (next === '(') {
    reader.take();
    const operand = readSum(reader, depth + 1);
    reader.expect(')');
    return operand;
  }
  if (next.startsWith(':')) return { kind: 'value', value: reader.readValue() };
  if (!next.startsWith('#') && reader.peek(1) === '(') return readFunction(reader, depth);
  return { kind: 'path', path: reader.readPath() };
}

function readFunction(reader: ExpressionReader, depth: number): UpdateOperand {
  if (!reader.isPathNext()) throw reader.syntaxError();
  const name = reader.take();
  reader.expect('(');
  const operands: UpdateOperand[] = [];
  do operands.push(readOperand(reader, depth + 1));
  while (reader.accept(','));
  reader.expect(')');
  const [left, right] = operands as [UpdateOperand, UpdateOperand];
  if (name !== 'if_not_exists' && name !== 'list_append') {
    reader.note('unknownFunction', `Invalid function name; function: ${name}`);
    return left;
  }
  if (operands.length !== 2) {
    reader.note(
      'operandCount',
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
    return left;
  }
  if (name === 'list_append') {
    for (const operand of operands) checkType(reader, name, operand, 'L');
    return { kind: name, left, right };
  }
  if (left.kind === 'path') return { kind: name, path: left.path, otherwise: right };
  reader.note('function', `Operator or function requires a document path; operator or function: ${name}`);
  return right;
}

function checkType(
  reader: ExpressionReader,
  operator: string,
  operand: UpdateOperand,
  wanted: AttributeType,
): void {
  const type = operand.kind === 'value' ? typeOf(operand.value) : undefined;
  if (!type || type === wanted) return;
  reader.note(
    'function',
    `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`,
  );
}
