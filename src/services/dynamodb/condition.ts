// Does an item satisfy a condition? The older parameters (Expected, QueryFilter, ScanFilter) are turned into the same trees.

import {
  type AttributeValue,
  areEqual,
  attributeOf,
  compareValues,
  type Item,
  typeOf,
  valueAt,
} from './attribute-value.ts';
import type { Comparator, Condition, Operand } from './condition-expression.ts';

/** An entry of `Expected`, `QueryFilter`, `ScanFilter` or `KeyConditions`. */
export interface OlderCondition {
  ComparisonOperator?: OlderOperator;
  AttributeValueList?: AttributeValue[];
  Value?: AttributeValue;
  Exists?: boolean;
}

export type OlderOperator =
  | 'EQ'
  | 'NE'
  | 'LT'
  | 'LE'
  | 'GT'
  | 'GE'
  | 'IN'
  | 'NULL'
  | 'NOT_NULL'
  | 'CONTAINS'
  | 'NOT_CONTAINS'
  | 'BEGINS_WITH'
  | 'BETWEEN';

export function satisfies(item: Item, condition: Condition): boolean {
  switch (condition.kind) {
    case 'and':
      return satisfies(item, condition.left) && satisfies(item, condition.right);
    case 'or':
      return satisfies(item, condition.left) || satisfies(item, condition.right);
    case 'not':
      return !satisfies(item, condition.of);
    case 'compare':
      return compare(condition.comparator, resolve(condition.left, item), resolve(condition.right, item));
    case 'between': {
      const value = resolve(condition.of, item);
      return (
        compare('>=', value, resolve(condition.low, item)) &&
        compare('<=', value, resolve(condition.high, item))
      );
    }
    case 'in': {
      const value = resolve(condition.of, item);
      return condition.options.some((option) => compare('=', value, resolve(option, item)));
    }
    case 'function': {
      const [first, second] = condition.operands.map((operand) => resolve(operand, item));
      if (condition.name === 'attribute_exists') return first !== undefined;
      if (condition.name === 'attribute_not_exists') return first === undefined;
      if (!first || !second) return false;
      if (condition.name === 'attribute_type') return typeOf(first) === second.S;
      return condition.name === 'contains' ? contains(first, second) : beginsWith(first, second);
    }
  }
}

function resolve(operand: Operand, item: Item): AttributeValue | undefined {
  if (operand.kind === 'value') return operand.value;
  if (operand.kind === 'path') return valueAt(item, operand.path);
  const value = resolve(operand.of, item);
  const size = value && sizeOf(value);
  return size === undefined ? undefined : { N: String(size) };
}

function sizeOf(value: AttributeValue): number | undefined {
  if (value.S !== undefined) return value.S.length;
  if (value.B !== undefined) return Buffer.byteLength(value.B, 'base64');
  if (value.M) return Object.keys(value.M).length;
  return (value.SS ?? value.NS ?? value.BS ?? value.L)?.length;
}

function compare(
  comparator: Comparator,
  left: AttributeValue | undefined,
  right: AttributeValue | undefined,
): boolean {
  if (comparator === '<>') return !left || !right || !areEqual(left, right);
  if (!left || !right) return false;
  if (comparator === '=') return areEqual(left, right);
  const order = compareValues(left, right);
  if (order === undefined) return false;
  if (comparator === '<') return order < 0;
  if (comparator === '<=') return order <= 0;
  return comparator === '>' ? order > 0 : order >= 0;
}

function contains(whole: AttributeValue, part: AttributeValue): boolean {
  if (whole.S !== undefined) return part.S !== undefined && whole.S.includes(part.S);
  if (whole.B !== undefined) {
    return part.B !== undefined && Buffer.from(whole.B, 'base64').includes(Buffer.from(part.B, 'base64'));
  }
  if (whole.L) return whole.L.some((member) => areEqual(member, part));
  const member = whole.SS ? part.S : whole.NS ? part.N : part.B;
  return member !== undefined && !!(whole.SS ?? whole.NS ?? whole.BS)?.includes(member);
}

function beginsWith(whole: AttributeValue, part: AttributeValue): boolean {
  if (whole.S !== undefined && part.S !== undefined) return whole.S.startsWith(part.S);
  if (whole.B === undefined || part.B === undefined) return false;
  const prefix = Buffer.from(part.B, 'base64');
  return Buffer.from(whole.B, 'base64').subarray(0, prefix.length).equals(prefix);
}

/** Undefined when nothing is asked for. */
export function conditionFromOlder(
  conditions: Record<string, OlderCondition> | undefined,
  conditionalOperator: 'AND' | 'OR' = 'AND',
): Condition | undefined {
  const parts = Object.entries(conditions ?? {}).map(([name, condition]) => fromOlder(name, condition));
  if (parts.length === 0) return undefined;
  const kind = conditionalOperator === 'OR' ? 'or' : 'and';
  return parts.reduce((left, right) => ({ kind, left, right }));
}

const comparators: Partial<Record<OlderOperator, Comparator>> = {
  EQ: '=',
  NE: '<>',
  LT: '<',
  LE: '<=',
  GT: '>',
  GE: '>=',
};

function fromOlder(name: string, condition: OlderCondition): Condition {
  const path: Operand = { kind: 'path', path: [name] };
  const list = condition.AttributeValueList ?? (condition.Value ? [condition.Value] : []);
  const values = list.map((value): Operand => ({ kind: 'value', value }));
  const [first, second] = values as [Operand, Operand];
  const operator = condition.ComparisonOperator ?? (condition.Exists === false ? 'NULL' : 'EQ');
  const comparator = comparators[operator];
  if (comparator) return { kind: 'compare', comparator, left: path, right: first };
  switch (operator) {
    case 'NULL':
      return { kind: 'function', name: 'attribute_not_exists', operands: [path] };
    case 'NOT_NULL':
      return { kind: 'function', name: 'attribute_exists', operands: [path] };
    case 'BEGINS_WITH':
      return { kind: 'function', name: 'begins_with', operands: [path, first] };
    case 'BETWEEN':
      return { kind: 'between', of: path, low: first, high: second };
    case 'IN':
      return { kind: 'in', of: path, options: values };
    default: {
      const within: Condition = { kind: 'function', name: 'contains', operands: [path, first] };
      return operator === 'CONTAINS' ? within : { kind: 'not', of: within };
    }
  }
}

/** As a Query's key conditions are judged: one attribute against one older condition. */
export function satisfiesOlder(item: Item, name: string, condition: OlderCondition): boolean {
  return attributeOf(item, name) !== undefined && satisfies(item, fromOlder(name, condition));
}
