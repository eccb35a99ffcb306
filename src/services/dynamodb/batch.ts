// BatchGetItem and BatchWriteItem: up to 100 reads or 25 writes of several tables. On AWS each stands alone; here all
// happen at once, which nobody can tell from the former.

import { notBuilt } from '../parameters.ts';
import { type DocumentPath, type Item, itemBytes } from './attribute-value.ts';
import {
  addCapacity,
  type CapacityDetail,
  readUnits,
  showCapacity,
  type UsedCapacity,
  writeUnits,
} from './capacity.ts';
import { validationError } from './errors.ts';
import { type Body, checkAttributeValues, readInput } from './input.ts';
import { type GetInput, readProjection } from './item.ts';
import { checkItemKeys, checkKey, encodeKey } from './item-key.ts';
import {
  attributeNames,
  defineOperation,
  getTable,
  headsOf,
  leadingKeys,
  selectionOf,
  tableResource,
} from './operation.ts';
import { project } from './projection.ts';
import type { Table } from './table.ts';
import { checkItemBytes, performWrite, planWrite, type WriteRequest } from './write.ts';

type KeysAndAttributes = Omit<GetInput, 'TableName' | 'Key'> & { Keys: Item[] };

interface BatchGetRequest {
  tables: { tableName: string; asked: KeysAndAttributes; paths?: DocumentPath[] }[];
  detail: CapacityDetail;
}

const maxResponseBytes = 16 * 1024 * 1024;

export const batchGetItem = defineOperation<BatchGetRequest>({
  read(body) {
    const input = readInput<{
      RequestItems: Record<string, KeysAndAttributes>;
      ReturnConsumedCapacity?: CapacityDetail;
    }>('BatchGetItem', body);
    const tables = Object.entries(input.RequestItems).map(([tableName, asked]) => {
      for (const key of asked.Keys) checkAttributeValues(key);
      return { tableName, asked, ...readProjection(asked) };
    });
    return { tables, detail: input.ReturnConsumedCapacity };
  },
  needs: ({ tables }, context) =>
    tables.map(({ tableName, asked, paths }) => ({
      action: 'BatchGetItem',
      resource: tableResource(tableName),
      keys: {
        LeadingKeys: leadingKeys(context, tableName, asked.Keys),
        Attributes: attributeNames(asked.Keys.flatMap(Object.keys), headsOf(paths)),
        Select: selectionOf(paths),
      },
    })),
  run({ tables, detail }, context) {
    const found = tables.map((request) => ({ ...request, table: getTable(context, request.tableName) }));
    for (const { table, asked } of found) for (const key of asked.Keys) checkKey(table.key, key);
    const unprocessed: Record<string, KeysAndAttributes> = {};
    const responses: Record<string, Item[]> = {};
    const capacities: (object | undefined)[] = [];
    let bytes = 0;
    for (const { table, tableName, asked, paths } of found) {
      const items: Item[] = [];
      const left: Item[] = [];
      let units = 0;
      for (const key of asked.Keys) {
        const item = context.database.find(table, encodeKey(table.key, key))?.item;
        const size = item ? itemBytes(item) : 0;
        if (bytes + size > maxResponseBytes) {
          left.push(key);
          continue;
        }
        bytes += size;
        units += readUnits(size, asked.ConsistentRead);
        if (item) items.push(paths ? project(item, paths) : item);
      }
      responses[tableName] = items;
      if (left.length > 0) unprocessed[tableName] = { ...asked, Keys: left };
      capacities.push(showCapacity(table, detail, { table: units, indexes: {} }));
    }
    return {
      Responses: responses,
      UnprocessedKeys: unprocessed,
      ConsumedCapacity: capacities[0] && capacities,
    };
  },
});

interface BatchedWrite {
  PutRequest?: { Item: Item };
  DeleteRequest?: { Key: Item };
}

interface BatchWriteRequest {
  tables: { tableName: string; writes: WriteRequest[] }[];
  detail: CapacityDetail;
}

const maxWrites = 25;

export const batchWriteItem = defineOperation<BatchWriteRequest>({
  read: readBatchWrite,
  needs: ({ tables }, context) =>
    tables.map(({ tableName, writes }) => {
      const items = writes.map(({ item }) => item);
      return {
        action: 'BatchWriteItem',
        resource: tableResource(tableName),
        keys: {
          LeadingKeys: leadingKeys(context, tableName, items),
          Attributes: attributeNames(items.flatMap(Object.keys)),
        },
      };
    }),
  run({ tables, detail }, context) {
    const { database } = context;
    const found = tables.map(({ tableName, writes }) => ({ table: getTable(context, tableName), writes }));
    for (const { table, writes } of found) checkWrites(table, writes);
    const capacities = database.transact(() =>
      found.map(({ table, writes }) => {
        const used = writes.reduce<UsedCapacity | undefined>((sum, write) => {
          const plan = planWrite(database, table, write);
          performWrite(database, plan);
          return addCapacity(sum, writeUnits(table, plan.before?.item, plan.after));
        }, undefined);
        return showCapacity(table, detail, used!);
      }),
    );
    return { UnprocessedItems: {}, ConsumedCapacity: capacities[0] && capacities };
  },
});

function readBatchWrite(body: Body): BatchWriteRequest {
  const input = readInput<{
    RequestItems: Record<string, BatchedWrite[]>;
    ReturnConsumedCapacity?: CapacityDetail;
    ReturnItemCollectionMetrics?: string;
  }>('BatchWriteItem', body);
  if (input.ReturnItemCollectionMetrics === 'SIZE') throw notBuilt('ReturnItemCollectionMetrics');
  const tables = Object.entries(input.RequestItems).map(([tableName, batched]) => ({
    tableName,
    writes: batched.map((write) => readBatchedWrite(tableName, write)),
  }));
  if (tables.reduce((sum, { writes }) => sum + writes.length, 0) > maxWrites) {
    throw validationError('Too many items requested for the BatchWriteItem call');
  }
  return { tables, detail: input.ReturnConsumedCapacity };
}

function readBatchedWrite(tableName: string, { PutRequest, DeleteRequest }: BatchedWrite): WriteRequest {
  if (PutRequest && DeleteRequest) {
    throw validationError(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  }
  const item = PutRequest?.Item ?? DeleteRequest!.Key;
  checkAttributeValues(item);
  return { kind: PutRequest ? 'Put' : 'Delete', tableName, item, actions: [], showsItemOnFailure: false };
}

function checkWrites(table: Table, writes: WriteRequest[]): void {
  const seen = new Set<string>();
  for (const { kind, item } of writes) {
    if (kind === 'Put') {
      checkItemKeys(table, item);
      checkItemBytes(item, 'Item size has exceeded the maximum allowed size');
    } else checkKey(table.key, item);
    const key = encodeKey(table.key, item).toString('latin1');
    if (seen.has(key)) throw validationError('Provided list of item keys contains duplicates');
    seen.add(key);
  }
}
