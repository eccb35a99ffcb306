// The cloud on disk: every record in memory, every change in one SQLite transaction before it is acknowledged.
// An operation runs to its end inside `change`; if it throws, nothing of it remains, in memory or on disk.

import { chmodSync, closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { type Cloud, keyFields, Table, type TableName } from './cloud/cloud.ts';

/** A change that is under way. */
interface Change {
  writes: Write[];
  /** The order of the tables from which something was deleted. */
  orders: Map<TableName, string[]>;
}

interface Write {
  table: TableName;
  key: string;
  before: unknown;
  after: unknown;
}

export interface Store {
  readonly cloud: Cloud;
  /** Runs `operate` as one transaction and returns what it returns. It must not await. */
  change<T>(operate: (cloud: Cloud) => T): T;
  /** Called after each change that wrote something. */
  onChange(listener: () => void): void;
  close(): void;
}

const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS record (kind TEXT NOT NULL, key TEXT NOT NULL, sequence INTEGER NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (kind, key)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
`;

/** @param path a file, or `:memory:` in tests */
export function openStore(path: string): Store {
  if (path !== ':memory:') keepSecret(path);
  const database = new DatabaseSync(path);
  database.exec(schema);
  const upsert = database.prepare(
    'INSERT INTO record (kind, key, sequence, body) VALUES (?, ?, ?, ?) ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body',
  );
  const remove = database.prepare('DELETE FROM record WHERE kind = ? AND key = ?');
  const setMeta = database.prepare(
    'INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
  );

  const listeners: (() => void)[] = [];
  let generation = readGeneration(database);
  let pending: Change | undefined;

  const observe = (table: TableName, key: string, before: unknown, after: unknown) => {
    if (!pending) throw new Error(`${table}: a record was written outside store.change`);
    // Where a record stood is known only before it goes: a refused change must leave the order of lists as it was.
    if (after === undefined && !pending.orders.has(table)) pending.orders.set(table, tables[table]!.keys());
    pending.writes.push({ table, key, before, after });
  };
  const tables = Object.fromEntries(
    Object.keys(keyFields).map((name) => [name, new Table(name as TableName, observe, () => generation + 1)]),
  );
  const cloud = Object.defineProperty(tables, 'generation', { get: () => generation }) as unknown as Cloud;
  for (const row of database.prepare('SELECT kind, key, body FROM record ORDER BY sequence').all()) {
    tables[row.kind as TableName]?.restore(row.key as string, JSON.parse(row.body as string));
  }

  function commit(writes: Write[]): void {
    database.exec('BEGIN IMMEDIATE');
    try {
      writes.forEach(({ table, key, after }, index) => {
        if (after === undefined) remove.run(table, key);
        else upsert.run(table, key, (generation + 1) * 100_000 + index, JSON.stringify(after));
      });
      setMeta.run('generation', String(generation + 1));
      database.exec('COMMIT');
    } catch (error) {
      // SQLite rolls back by itself when the disk is full; a second time would hide what it said.
      if (database.isTransaction) database.exec('ROLLBACK');
      throw error;
    }
    generation += 1;
  }

  function attempt<T>(change: Change, operate: () => T): T {
    pending = change;
    try {
      const result = operate();
      if (change.writes.length > 0) commit(change.writes);
      return result;
    } catch (error) {
      undo(change);
      throw error;
    } finally {
      pending = undefined;
    }
  }

  function undo({ writes, orders }: Change): void {
    for (const { table, key, before } of writes.toReversed())
      tables[table]!.restore(key, before as object | undefined);
    for (const [table, keys] of orders) tables[table]!.reorder(keys);
  }

  return {
    cloud,
    change(operate) {
      if (pending) throw new Error('store.change was called inside store.change');
      const change: Change = { writes: [], orders: new Map() };
      const result = attempt(change, () => operate(cloud));
      if (change.writes.length > 0) for (const listener of listeners) listener();
      return result;
    },
    onChange: (listener) => listeners.push(listener),
    close: () => database.close(),
  };
}

/** The records hold secret access keys. SQLite gives its journals the mode of the file. */
function keepSecret(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}

function readGeneration(database: DatabaseSync): number {
  const row = database.prepare("SELECT value FROM meta WHERE name = 'generation'").get();
  return row ? Number(row.value) : 0;
}
