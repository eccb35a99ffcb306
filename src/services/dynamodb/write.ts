// One write of one item, alone or in a transaction: first what it would do is worked out, then it is done.

import { notBuilt } from '../parameters.ts';
import { type Item, itemBytes, maxItemBytes } from './attribute-value.ts';
import { conditionFromOlder, type OlderCondition, satisfies } from './condition.ts';
import { type Condition, parseCondition, pathsOf } from './condition-expression.ts';
import type { Database, StoredItem } from './database.ts';
import { conditionalCheckFailed, invalidParameter, validationError } from './errors.ts';
import { checkAllUsed, type ExpressionInput, readAttributes } from './expression.ts';
import { checkIndexKeys, checkItemKeys, checkKey, encodeKey } from './item-key.ts';
import { attributeNames, headsOf } from './operation.ts';
import type { Table } from './table.ts';
import { applyUpdate, type OlderUpdate, updateFromOlder } from './update.ts';
import { parseUpdate, type UpdateAction } from './update-expression.ts';

export type ReturnValues = 'NONE' | 'ALL_OLD' | 'UPDATED_OLD' | 'ALL_NEW' | 'UPDATED_NEW';

/** What PutItem, UpdateItem, DeleteItem and the actions of a transaction have in common. */
export interface WriteInput extends ExpressionInput {
  TableName: string;
  Item?: Item;
  Key?: Item;
  ConditionExpression?: string;
  UpdateExpression?: string;
  Expected?: Record<string, OlderCondition>;
  ConditionalOperator?: 'AND' | 'OR';
  AttributeUpdates?: Record<string, OlderUpdate>;
  ReturnValues?: ReturnValues;
  ReturnItemCollectionMetrics?: 'SIZE' | 'NONE';
  ReturnValuesOnConditionCheckFailure?: 'ALL_OLD' | 'NONE';
  ReturnConsumedCapacity?: 'INDEXES' | 'TOTAL' | 'NONE';
}

export interface WriteRequest {
  kind: 'Put' | 'Update' | 'Delete' | 'ConditionCheck';
  tableName: string;
  /** Of a Put: the whole item. Else the key. */
  item: Item;
  /** Absent: always. */
  condition?: Condition;
  /** Of an Update. */
  actions: UpdateAction[];
  showsItemOnFailure: boolean;
}

/** What a write would do. */
export interface PlannedWrite {
  table: Table;
  before: StoredItem | undefined;
  /** What stands there afterwards. Undefined: nothing. */
  after: Item | undefined;
}

export function readWrite(kind: WriteRequest['kind'], input: WriteInput): WriteRequest {
  if (input.ReturnItemCollectionMetrics === 'SIZE') throw notBuilt('ReturnItemCollectionMetrics');
  const attributes = readAttributes(input);
  const actions =
    input.UpdateExpression === undefined
      ? updateFromOlder(input.AttributeUpdates)
      : parseUpdate(input.UpdateExpression, attributes);
  const condition =
    input.ConditionExpression === undefined
      ? conditionFromOlder(input.Expected, input.ConditionalOperator)
      : parseCondition('ConditionExpression', input.ConditionExpression, attributes);
  checkAllUsed(attributes);
  return {
    kind,
    tableName: input.TableName,
    item: kind === 'Put' ? input.Item! : input.Key!,
    ...(condition ? { condition } : {}),
    actions,
    showsItemOnFailure: input.ReturnValuesOnConditionCheckFailure === 'ALL_OLD',
  };
}

/** The names of all attributes that a write reads or writes. */
export function attributesOfWrite({ item, condition, actions }: WriteRequest): string[] {
  return attributeNames(
    Object.keys(item),
    headsOf(condition && pathsOf(condition)),
    headsOf(actions.map(({ path }) => path)),
  );
}

/** @throws ValidationException unless the key, or the keys of the item, fit the table */
export function checkWriteKey(table: Table, { kind, item, actions }: WriteRequest): void {
  if (kind === 'Put') checkItemKeys(table, item);
  else checkKey(table.key, item);
  const { hash, range } = table.key;
  for (const part of range ? [hash, range] : [hash]) {
    if (actions.some(({ path }) => path[0] === part.name)) {
      throw invalidParameter(`Cannot update attribute ${part.name}. This attribute is part of the key`);
    }
  }
}

/**
 * Writes nothing.
 * @throws ConditionalCheckFailedException, or ValidationException when the item would not be one
 */
export function planWrite(database: Database, table: Table, request: WriteRequest): PlannedWrite {
  const before = database.find(table, encodeKey(table.key, request.item));
  if (request.condition && !satisfies(before?.item ?? {}, request.condition)) {
    throw conditionalCheckFailed(request.showsItemOnFailure ? before?.item : undefined);
  }
  if (request.kind === 'Delete') return { table, before, after: undefined };
  if (request.kind === 'ConditionCheck') return { table, before, after: before?.item };
  if (request.kind === 'Put') {
    checkItemBytes(request.item, 'Item size has exceeded the maximum allowed size');
    return { table, before, after: request.item };
  }
  const after = applyUpdate(before?.item ?? request.item, request.actions);
  checkIndexKeys(table, after);
  checkItemBytes(after, 'Item size to update has exceeded the maximum allowed size');
  return { table, before, after };
}

export function checkItemBytes(item: Item, message: string): void {
  if (itemBytes(item) > maxItemBytes) throw validationError(message);
}

/** Inside a transaction of the database. */
export function performWrite(database: Database, { table, before, after }: PlannedWrite): void {
  if (after === before?.item) return;
  if (after) database.put(table, before, after);
  else if (before) database.delete(table, before);
}
