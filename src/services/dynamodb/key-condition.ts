// What a Query may ask of a key: the partition key's value, and a range of the sort key. An expression is turned into
// the older KeyConditions, by whose rules both are judged.

import type { OlderCondition, OlderOperator } from './condition.ts';
import type { Comparator, Condition, Operand } from './condition-expression.ts';
import { invalidParameter, validationError } from './errors.ts';
import type { KeyShape } from './table.ts';

export type KeyConditions = Record<string, OlderCondition>;

const operators: Partial<Record<Comparator, OlderOperator>> = {
  '=': 'EQ',
  '<': 'LT',
  '<=': 'LE',
  '>': 'GT',
  '>=': 'GE',
};

/** The same comparison with its sides exchanged. */
const mirrored: Partial<Record<Comparator, Comparator>> = {
  '=': '=',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

const wrongOperator = (operator: string) =>
  validationError(`Invalid operator used in KeyConditionExpression: ${operator}`);

export function toKeyConditions(condition: Condition): KeyConditions {
  const conditions: KeyConditions = {};
  collect(condition, conditions);
  return conditions;
}

function collect(condition: Condition, conditions: KeyConditions): void {
  switch (condition.kind) {
    case 'and':
      collect(condition.left, conditions);
      collect(condition.right, conditions);
      return;
    case 'compare': {
      const { left, right, comparator } = condition;
      if (comparator === '<>') throw wrongOperator('<>');
      const isMirrored = right.kind === 'path' && left.kind !== 'path';
      const [path, value] = isMirrored ? [right, left] : [left, right];
      addCondition(conditions, operators[isMirrored ? mirrored[comparator]! : comparator]!, path, [value]);
      return;
    }
    case 'between':
      requirePathFirst('BETWEEN', condition.of);
      addCondition(conditions, 'BETWEEN', condition.of, [condition.low, condition.high]);
      return;
    case 'function':
      if (condition.name !== 'begins_with') throw wrongOperator(condition.name);
      requirePathFirst('begins_with', condition.operands[0]!);
      addCondition(conditions, 'BEGINS_WITH', condition.operands[0]!, condition.operands.slice(1));
      return;
    default:
      throw wrongOperator(condition.kind.toUpperCase());
  }
}

function requirePathFirst(operator: string, operand: Operand): void {
  if (operand.kind === 'path') return;
  throw validationError(
    `Invalid condition in KeyConditionExpression: ${operator} operator must have the key attribute as its first operand`,
  );
}

function addCondition(
  conditions: KeyConditions,
  operator: OlderOperator,
  key: Operand,
  operands: Operand[],
): void {
  if ([key, ...operands].some(({ kind }) => kind === 'size')) {
    throw validationError('KeyConditionExpressions cannot contain nested operations');
  }
  if (key.kind !== 'path') {
    throw validationError('Invalid condition in KeyConditionExpression: No key attribute specified');
  }
  const values = operands.map((operand) => {
    if (operand.kind === 'value') return operand.value;
    throw validationError(
      'Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition',
    );
  });
  if (key.path.length > 1) {
    throw validationError('KeyConditionExpressions cannot have conditions on nested attributes');
  }
  const name = String(key.path[0]);
  if (Object.hasOwn(conditions, name)) {
    throw validationError('KeyConditionExpressions must only contain one condition per key');
  }
  conditions[name] = { ComparisonOperator: operator, AttributeValueList: values };
}

/** @throws ValidationException unless the conditions fit the key of what is queried */
export function checkKeyConditions({ hash, range }: KeyShape, conditions: KeyConditions): void {
  const count = Object.keys(conditions).length;
  if (!range && count > 1) throw validationError('Query key condition not supported');
  for (const part of range ? [hash, range] : [hash]) {
    const condition = Object.hasOwn(conditions, part.name) ? conditions[part.name] : undefined;
    if (!condition) {
      if (part === hash || count > 1) {
        throw validationError(`Query condition missed key schema element: ${part.name}`);
      }
      continue;
    }
    const operator = condition.ComparisonOperator!;
    if (['NULL', 'NOT_NULL', 'NE', 'CONTAINS', 'NOT_CONTAINS', 'IN'].includes(operator)) {
      throw validationError('Attempted conditional constraint is not an indexable operation');
    }
    if (condition.AttributeValueList!.some((value) => value[part.type] === undefined)) {
      throw invalidParameter('Condition parameter type does not match schema type');
    }
    if (part.type !== 'N' && condition.AttributeValueList!.some((value) => value[part.type] === '')) {
      const kind = part.type === 'S' ? 'string' : 'binary';
      throw validationError(
        `One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty ${kind} value. Key: ${part.name}`,
      );
    }
    if (part === hash && operator !== 'EQ') throw validationError('Query key condition not supported');
  }
}
