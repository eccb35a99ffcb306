import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openDatabase } from './database.ts';
import { sweepExpired } from './time-to-live.ts';

test('the sweep takes away what is past its time, no more at once than it may, and nothing that is no time', () => {
  const database = openDatabase(':memory:');
  const table = database.transact(() =>
    database.insertTable({
      accountId: '111111111111',
      region: 'us-east-1',
      tableName: 'abcd',
      tableId: '',
      key: { hash: { name: 'pk', type: 'S' } },
      attributeDefinitions: [],
      indexes: [],
      nextIndexNumber: 1,
      billingMode: 'PAY_PER_REQUEST',
      throughput: { ReadCapacityUnits: 0, WriteCapacityUnits: 0 },
      createdAt: 0,
      isDeletionProtected: false,
      expiryAttribute: 'until',
      tags: {},
    }),
  );
  const nowSeconds = 1_800_000_000;
  const until = {
    past: nowSeconds - 1,
    older: nowSeconds - 2,
    future: nowSeconds + 1,
    ancient: 1,
    text: NaN,
  };
  for (const [pk, seconds] of Object.entries(until)) {
    const value = Number.isNaN(seconds) ? { S: 'never' } : { N: String(seconds) };
    database.transact(() => database.put(table, undefined, { pk: { S: pk }, until: value }));
  }
  const sweep = (limit: number) => sweepExpired(database, new Date(nowSeconds * 1000), limit);
  assert.deepEqual([sweep(1), sweep(10), sweep(10)], [1, 1, 0]);
  assert.equal(database.extentOf(table, 0).items, 3);
  database.close();
});
