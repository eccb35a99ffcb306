// UpdateTable: billing, throughput, protection, class, and the global indexes. A new index is filled before the answer:
// there is no time in which it would be half there.

import {
  checkDuplicateDefinitions,
  checkProjections,
  checkThroughput,
  type IndexInput,
  newIndex,
} from './create-table.ts';
import { invalidParameter, limitExceeded, tableNotFound, validationError } from './errors.ts';
import { checkAction, readInput } from './input.ts';
import { isInIndex } from './item-key.ts';
import { defineOperation, findTable, type OperationContext, tableResource } from './operation.ts';
import {
  type AttributeDefinition,
  checkDefinitionsUsed,
  type ProvisionedThroughput,
  showTable,
  type Table,
  type TableIndex,
  type Throughput,
} from './table.ts';

interface UpdateTableInput {
  TableName: string;
  AttributeDefinitions?: AttributeDefinition[];
  BillingMode?: Table['billingMode'];
  ProvisionedThroughput?: Throughput;
  GlobalSecondaryIndexUpdates?: {
    Create?: IndexInput;
    Update?: { IndexName: string; ProvisionedThroughput: Throughput };
    Delete?: { IndexName: string };
  }[];
  DeletionProtectionEnabled?: boolean;
  TableClass?: Table['tableClass'];
}

const wholeTable = { from: Buffer.alloc(0), to: Buffer.alloc(5, 0xff) };

export const updateTable = defineOperation<UpdateTableInput>({
  read: (body) => readInput<UpdateTableInput>('UpdateTable', body),
  needs: ({ TableName }) => [{ action: 'UpdateTable', resource: tableResource(TableName) }],
  run(input, context) {
    const { database } = context;
    const before = findTable(context, input.TableName);
    if (!before) throw tableNotFound(input.TableName);
    const table = database.transact(() => {
      const changed = changeIndexes(changeSettings(before, input, context), before, input, context);
      database.updateTable(changed);
      return changed;
    });
    return { TableDescription: showTable(table, (indexNumber) => database.extentOf(table, indexNumber)) };
  },
});

function changeSettings(table: Table, input: UpdateTableInput, { now }: OperationContext): Table {
  const billingMode = input.BillingMode ?? table.billingMode;
  const nowSeconds = now.getTime() / 1000;
  if (input.ProvisionedThroughput && billingMode === 'PAY_PER_REQUEST') {
    throw invalidParameter(
      'Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST',
    );
  }
  const becomesOnDemand = billingMode === 'PAY_PER_REQUEST' && table.billingMode !== billingMode;
  const none = { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };
  return {
    ...table,
    billingMode,
    throughput: becomesOnDemand
      ? none
      : input.ProvisionedThroughput
        ? changeThroughput(table.throughput, input.ProvisionedThroughput, nowSeconds)
        : table.throughput,
    indexes: becomesOnDemand ? table.indexes.map(({ throughput, ...index }) => index) : table.indexes,
    ...(becomesOnDemand ? { lastOnDemandAt: nowSeconds } : {}),
    ...(input.TableClass ? { tableClass: input.TableClass, tableClassChangedAt: nowSeconds } : {}),
    isDeletionProtected: input.DeletionProtectionEnabled ?? table.isDeletionProtected,
  };
}

function changeThroughput(
  before: ProvisionedThroughput,
  { ReadCapacityUnits, WriteCapacityUnits }: Throughput,
  nowSeconds: number,
): ProvisionedThroughput {
  checkThroughput({ ReadCapacityUnits, WriteCapacityUnits });
  const read = ReadCapacityUnits - before.ReadCapacityUnits;
  const write = WriteCapacityUnits - before.WriteCapacityUnits;
  if (read === 0 && write === 0) {
    throw validationError(
      'The provisioned throughput for the table will not change. The requested value equals the current value. ' +
        `Current ReadCapacityUnits provisioned for the table: ${before.ReadCapacityUnits}. ` +
        `Requested ReadCapacityUnits: ${ReadCapacityUnits}. ` +
        `Current WriteCapacityUnits provisioned for the table: ${before.WriteCapacityUnits}. ` +
        `Requested WriteCapacityUnits: ${WriteCapacityUnits}. ` +
        'Refer to the Amazon DynamoDB Developer Guide for current limits and how to request higher limits.',
    );
  }
  return {
    ...before,
    ReadCapacityUnits,
    WriteCapacityUnits,
    ...(read > 0 || write > 0 ? { LastIncreaseDateTime: nowSeconds } : {}),
    ...(read < 0 || write < 0 ? { LastDecreaseDateTime: nowSeconds } : {}),
  };
}

/** @param before as it was: what has to be taken out of the file is told from it */
function changeIndexes(
  table: Table,
  before: Table,
  input: UpdateTableInput,
  context: OperationContext,
): Table {
  const updates = input.GlobalSecondaryIndexUpdates ?? [];
  if (updates.filter(({ Create, Delete }) => Create ?? Delete).length > 1) {
    throw limitExceeded(
      'Subscriber limit exceeded: Only 1 online index can be created or deleted simultaneously per table',
    );
  }
  let changed = table;
  for (const { Create, Update, Delete } of updates) {
    if (Create) changed = createIndex(changed, Create, input, context);
    if (Update) changed = changeIndexThroughput(changed, Update, context);
    if (Delete) changed = deleteIndex(changed, before, Delete.IndexName, context);
  }
  if (changed.billingMode === 'PROVISIONED') {
    const without = changed.indexes.find(({ kind, throughput }) => kind === 'global' && !throughput);
    if (without) {
      throw invalidParameter(`ProvisionedThroughput must be specified for index: ${without.indexName}`);
    }
  }
  return changed;
}

function createIndex(table: Table, create: IndexInput, input: UpdateTableInput, context: OperationContext) {
  const { database } = context;
  if (table.indexes.some(({ indexName }) => indexName === create.IndexName)) {
    throw validationError(`Attempting to create an index which already exists: ${create.IndexName}`);
  }
  const definitions = mergeDefinitions(table, input.AttributeDefinitions ?? []);
  checkIndexInput(table, create, definitions);
  const index = newIndex(create, 'global', table.nextIndexNumber, definitions, table.billingMode);
  const changed: Table = {
    ...table,
    attributeDefinitions: definitions,
    indexes: [...table.indexes, index],
    nextIndexNumber: table.nextIndexNumber + 1,
  };
  checkDefinitionsUsed(definitions, [changed.key, ...changed.indexes.map(({ key }) => key)]);
  checkProjections(changed.indexes);
  for (const { itemNumber, item } of database.items(table, undefined, wholeTable, true)) {
    if (fitsIndex(index, item)) database.replaceEntry(changed, index, itemNumber, undefined, item);
  }
  return changed;
}

/** AWS: items whose attributes have other types than the new index wants are left out of it. */
function fitsIndex({ key }: TableIndex, item: Parameters<typeof isInIndex>[1]): boolean {
  if (!isInIndex(key, item)) return false;
  return [key.hash, key.range].every((part) => {
    const value = part && item[part.name]![part.type];
    return !part || (value !== undefined && (part.type === 'N' || value !== ''));
  });
}

function mergeDefinitions(table: Table, added: AttributeDefinition[]): AttributeDefinition[] {
  checkDuplicateDefinitions(added);
  const known = new Map(
    table.attributeDefinitions.map((definition) => [definition.AttributeName, definition]),
  );
  for (const definition of added) {
    const old = known.get(definition.AttributeName);
    if (old && old.AttributeType !== definition.AttributeType) {
      throw invalidParameter(
        `Cannot change the type of key attribute ${definition.AttributeName} from ${old.AttributeType} to ${definition.AttributeType}`,
      );
    }
    known.set(definition.AttributeName, definition);
  }
  return [...known.values()];
}

/** By the rules of CreateTable. */
function checkIndexInput(
  table: Table,
  { ProvisionedThroughput, ...index }: IndexInput,
  definitions: AttributeDefinition[],
): void {
  const others = table.indexes.filter(({ kind }) => kind === 'global').length;
  if (others >= 20) {
    throw invalidParameter('GlobalSecondaryIndex count exceeds the per-table limit of 20');
  }
  const { hash, range } = table.key;
  checkAction('CreateTable', {
    TableName: table.tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: definitions,
    KeySchema: [
      { AttributeName: hash.name, KeyType: 'HASH' },
      ...(range ? [{ AttributeName: range.name, KeyType: 'RANGE' }] : []),
    ],
    GlobalSecondaryIndexes: [index],
  });
}

function changeIndexThroughput(
  table: Table,
  { IndexName, ProvisionedThroughput }: { IndexName: string; ProvisionedThroughput: Throughput },
  { now }: OperationContext,
): Table {
  const index = table.indexes.find(({ indexName, kind }) => indexName === IndexName && kind === 'global');
  if (!index) throw indexNotFound(IndexName, table);
  const before = index.throughput ?? { ReadCapacityUnits: 0, WriteCapacityUnits: 0 };
  const throughput = changeThroughput(before, ProvisionedThroughput, now.getTime() / 1000);
  const indexes = table.indexes.map((other) => (other === index ? { ...index, throughput } : other));
  return { ...table, indexes };
}

function deleteIndex(table: Table, before: Table, name: string, { database }: OperationContext): Table {
  const index = before.indexes.find(({ indexName, kind }) => indexName === name && kind === 'global');
  if (!index) throw indexNotFound(name, table);
  database.removeIndex(table, index);
  const indexes = table.indexes.filter(({ indexName }) => indexName !== name);
  const used = new Set(
    [table.key, ...indexes.map(({ key }) => key)].flatMap(({ hash, range }) => [hash.name, range?.name]),
  );
  const attributeDefinitions = table.attributeDefinitions.filter(({ AttributeName }) =>
    used.has(AttributeName),
  );
  return { ...table, indexes, attributeDefinitions };
}

function indexNotFound(indexName: string, { tableName }: Table): Error {
  return validationError(`The table does not have the specified index: ${indexName} (table: ${tableName})`);
}
