// ConsumedCapacity: what a call would have cost on AWS. Reads are counted in 4 KiB, writes in 1 KiB, transactions twice.
// DIFFERS: dynamodb-no-throttling nothing is ever throttled for having used more than was provisioned.

import { areEqual, type Item, itemBytes } from './attribute-value.ts';
import { projectToIndex } from './database.ts';
import { isInIndex } from './item-key.ts';
import type { Table } from './table.ts';

export type CapacityDetail = 'INDEXES' | 'TOTAL' | 'NONE' | undefined;

export interface UsedCapacity {
  table: number;
  /** By index name. */
  indexes: Record<string, number>;
}

export function readUnits(bytes: number, isConsistent = false): number {
  return Math.max(1, Math.ceil(bytes / 4096)) * (isConsistent ? 1 : 0.5);
}

export function writeUnits(table: Table, before: Item | undefined, after: Item | undefined): UsedCapacity {
  const units = (item: Item | undefined) => (item ? Math.ceil(itemBytes(item) / 1024) : 0);
  const indexes: Record<string, number> = {};
  for (const index of table.indexes) {
    const [old, fresh] = [before, after].map((item) =>
      item && isInIndex(index.key, item) ? projectToIndex(table, index, item) : undefined,
    );
    const isSame = old && fresh && areEqual({ M: old }, { M: fresh });
    if ((old || fresh) && !isSame) indexes[index.indexName] = Math.max(units(old), units(fresh));
  }
  return { table: Math.max(1, units(before), units(after)), indexes };
}

export function addCapacity(sum: UsedCapacity | undefined, more: UsedCapacity): UsedCapacity {
  const indexes = { ...sum?.indexes };
  for (const [name, units] of Object.entries(more.indexes)) indexes[name] = (indexes[name] ?? 0) + units;
  return { table: (sum?.table ?? 0) + more.table, indexes };
}

/** Undefined when it was not asked for. */
export function showCapacity(
  table: Table,
  detail: CapacityDetail,
  used: UsedCapacity,
  factor = 1,
): object | undefined {
  if (detail !== 'TOTAL' && detail !== 'INDEXES') return undefined;
  const all = Object.values(used.indexes).reduce((sum, units) => sum + units, used.table);
  const shown = { TableName: table.tableName, CapacityUnits: all * factor };
  if (detail === 'TOTAL') return shown;
  const ofKind = (kind: 'local' | 'global') => {
    const entries = Object.entries(used.indexes)
      .filter(([name]) => table.indexes.some((index) => index.indexName === name && index.kind === kind))
      .map(([name, units]) => [name, { CapacityUnits: units * factor }]);
    return entries.length > 0 ? Object.fromEntries(entries) : undefined;
  };
  return {
    ...shown,
    Table: { CapacityUnits: used.table * factor },
    LocalSecondaryIndexes: ofKind('local'),
    GlobalSecondaryIndexes: ofKind('global'),
  };
}
