// Items that expire: UpdateTimeToLive names the attribute that holds the time, a sweep takes away what is past it.
// AWS sweeps within days; we do every few seconds. Until then an expired item is there, as on AWS.

import type { Database } from './database.ts';
import { defineTableOperation, type TableInput } from './describe-table.ts';
import { validationError } from './errors.ts';
import type { Table } from './table.ts';

interface UpdateTimeToLiveInput extends TableInput {
  TimeToLiveSpecification: { Enabled: boolean; AttributeName: string };
}

/** AWS: what should have expired longer ago is taken for a mistake, and stays. */
const oldestSeconds = 5 * 365 * 24 * 60 * 60;
const wholeTable = { from: Buffer.alloc(0), to: Buffer.alloc(5, 0xff) };

export const updateTimeToLive = defineTableOperation<UpdateTimeToLiveInput>(
  'UpdateTimeToLive',
  (table, { database }, { TimeToLiveSpecification: specification }) => {
    const { Enabled, AttributeName } = specification;
    if (Enabled && table.expiryAttribute !== undefined) {
      throw validationError('TimeToLive is already enabled');
    }
    if (!Enabled && table.expiryAttribute === undefined) {
      throw validationError('TimeToLive is already disabled');
    }
    if (!Enabled && table.expiryAttribute !== AttributeName) {
      throw validationError(
        `TimeToLive is active on a different AttributeName: current AttributeName is ${table.expiryAttribute}`,
      );
    }
    const { expiryAttribute, ...rest } = table;
    const changed: Table = Enabled ? { ...rest, expiryAttribute: AttributeName } : rest;
    database.transact(() => {
      database.updateTable(changed);
      for (const stored of database.items(changed, undefined, wholeTable, true)) {
        database.setExpiry(changed, stored);
      }
    });
    return { TimeToLiveSpecification: specification };
  },
);

export const describeTimeToLive = defineTableOperation('DescribeTimeToLive', ({ expiryAttribute }) => ({
  TimeToLiveDescription:
    expiryAttribute === undefined
      ? { TimeToLiveStatus: 'DISABLED' }
      : { TimeToLiveStatus: 'ENABLED', AttributeName: expiryAttribute },
}));

/** @returns how many were taken away; as many as the limit: there may be more */
export function sweepExpired(database: Database, now: Date, limit: number): number {
  const nowSeconds = Math.floor(now.getTime() / 1000);
  const expired = database.expired(nowSeconds - oldestSeconds, nowSeconds, limit);
  if (expired.length === 0) return 0;
  database.transact(() => {
    for (const stored of expired) database.delete(database.getTableByNumber(stored.tableNumber), stored);
  });
  return expired.length;
}
