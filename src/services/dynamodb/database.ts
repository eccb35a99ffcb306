// Tables and items on disk: one SQLite file. SQLite runs in this thread and an operation never waits, so that each is
// alone while it runs; one transaction holds all that it writes. WAL with synchronous = NORMAL: what was answered
// survives the end of the daemon, kill -9 too.

import { DatabaseSync } from 'node:sqlite';
import { type Item, itemBytes } from './attribute-value.ts';
import { encodeIndexKey, encodeKey, isInIndex, type KeyRange } from './item-key.ts';
import type { Extent, Table, TableIndex } from './table.ts';

export interface StoredItem {
  itemNumber: number;
  item: Item;
}

/** What a client token bought: the same request gives the same answer for ten minutes. */
export interface UsedToken {
  fingerprint: string;
  answer: string;
  usedAtMs: number;
}

const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS dynamodb_table (table_number INTEGER PRIMARY KEY, account_id TEXT NOT NULL, region TEXT NOT NULL,
    table_name TEXT NOT NULL, definition TEXT NOT NULL, UNIQUE (account_id, region, table_name));
  CREATE TABLE IF NOT EXISTS extent (table_number INTEGER NOT NULL, index_number INTEGER NOT NULL,
    items INTEGER NOT NULL, bytes INTEGER NOT NULL, PRIMARY KEY (table_number, index_number)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS item (item_number INTEGER PRIMARY KEY, table_number INTEGER NOT NULL, key BLOB NOT NULL,
    body TEXT NOT NULL, expires_at INTEGER);
  CREATE UNIQUE INDEX IF NOT EXISTS item_by_key ON item (table_number, key);
  CREATE INDEX IF NOT EXISTS item_by_expiry ON item (expires_at) WHERE expires_at IS NOT NULL;
  CREATE TABLE IF NOT EXISTS index_entry (table_number INTEGER NOT NULL, index_number INTEGER NOT NULL, key BLOB NOT NULL,
    item_number INTEGER NOT NULL, PRIMARY KEY (table_number, index_number, key)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS client_token (token_key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, answer TEXT NOT NULL,
    used_at_ms INTEGER NOT NULL) WITHOUT ROWID;
`;

export type Database = ReturnType<typeof openDatabase>;

/** @param path a file, or `:memory:` in tests */
export function openDatabase(path: string) {
  const sqlite = new DatabaseSync(path);
  sqlite.exec(schema);
  return {
    ...tableStore(sqlite),
    ...itemStore(sqlite),
    ...tokenStore(sqlite),
    /** All that `write` does is there afterwards, or nothing of it. */
    transact: <T>(write: () => T): T => transact(sqlite, write),
    close: () => sqlite.close(),
  };
}

function transact<T>(sqlite: DatabaseSync, write: () => T): T {
  sqlite.exec('BEGIN IMMEDIATE');
  try {
    const result = write();
    sqlite.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite rolls back by itself when the disk is full; a second time would hide what it said.
    if (sqlite.isTransaction) sqlite.exec('ROLLBACK');
    throw error;
  }
}

function tableStore(sqlite: DatabaseSync) {
  const select = sqlite.prepare(
    'SELECT table_number, definition FROM dynamodb_table WHERE account_id = ? AND region = ? AND table_name = ?',
  );
  const names = sqlite.prepare(
    'SELECT table_name FROM dynamodb_table WHERE account_id = ? AND region = ? AND table_name > ? ORDER BY table_name LIMIT ?',
  );
  const byNumber = sqlite.prepare(
    'SELECT table_number, definition FROM dynamodb_table WHERE table_number = ?',
  );
  const insert = sqlite.prepare(
    'INSERT INTO dynamodb_table (account_id, region, table_name, definition) VALUES (?, ?, ?, ?)',
  );
  const update = sqlite.prepare('UPDATE dynamodb_table SET definition = ? WHERE table_number = ?');
  const extent = sqlite.prepare(
    'SELECT items, bytes FROM extent WHERE table_number = ? AND index_number = ?',
  );
  const removals = ['item', 'index_entry', 'extent', 'dynamodb_table'].map((name) =>
    sqlite.prepare(`DELETE FROM ${name} WHERE table_number = ?`),
  );
  /** Definitions are read at every call; the text in the file tells whether one has changed. */
  const parsed = new Map<number, { text: string; table: Table }>();
  const fromRow = (row: Record<string, unknown>): Table => {
    const tableNumber = row.table_number as number;
    const text = row.definition as string;
    const known = parsed.get(tableNumber);
    if (known?.text === text) return known.table;
    const table = { ...(JSON.parse(text) as Table), tableNumber };
    parsed.set(tableNumber, { text, table });
    return table;
  };

  return {
    findTable(accountId: string, region: string, tableName: string): Table | undefined {
      const row = select.get(accountId, region, tableName);
      return row && fromRow(row);
    },
    getTableByNumber: (tableNumber: number): Table => fromRow(byNumber.get(tableNumber)!),
    tableNames: (accountId: string, region: string, afterName: string, limit: number): string[] =>
      names.all(accountId, region, afterName, limit).map((row) => row.table_name as string),
    insertTable(table: Omit<Table, 'tableNumber'>): Table {
      const { accountId, region, tableName } = table;
      const { lastInsertRowid } = insert.run(accountId, region, tableName, JSON.stringify(table));
      return { ...table, tableNumber: Number(lastInsertRowid) };
    },
    updateTable: (table: Table): void => {
      update.run(JSON.stringify(table), table.tableNumber);
    },
    /** With all that is in it. */
    deleteTable(table: Table): void {
      for (const removal of removals) removal.run(table.tableNumber);
      parsed.delete(table.tableNumber);
    },
    extentOf: (table: Table, indexNumber: number): Extent =>
      (extent.get(table.tableNumber, indexNumber) as unknown as Extent | undefined) ?? { items: 0, bytes: 0 },
  };
}

function itemStore(sqlite: DatabaseSync) {
  const select = sqlite.prepare('SELECT item_number, body FROM item WHERE table_number = ? AND key = ?');
  const selectBody = sqlite.prepare('SELECT body FROM item WHERE table_number = ? AND key = ?');
  const insert = sqlite.prepare('INSERT INTO item (table_number, key, body, expires_at) VALUES (?, ?, ?, ?)');
  const update = sqlite.prepare('UPDATE item SET body = ?, expires_at = ? WHERE item_number = ?');
  const remove = sqlite.prepare('DELETE FROM item WHERE item_number = ?');
  const setExpiry = sqlite.prepare('UPDATE item SET expires_at = ? WHERE item_number = ?');
  const expired = sqlite.prepare(
    'SELECT item_number, table_number, body FROM item WHERE expires_at >= ? AND expires_at <= ? ORDER BY expires_at LIMIT ?',
  );
  const ofTable = (order: string) =>
    sqlite.prepare(
      `SELECT item_number, body FROM item WHERE table_number = ? AND key >= ? AND key < ? ORDER BY key ${order}`,
    );
  const ofIndex = (order: string) =>
    sqlite.prepare(
      `SELECT item.item_number, item.body FROM index_entry AS entry JOIN item ON item.item_number = entry.item_number
       WHERE entry.table_number = ? AND entry.index_number = ? AND entry.key >= ? AND entry.key < ? ORDER BY entry.key ${order}`,
    );
  const tableRanges = { forward: ofTable('ASC'), backward: ofTable('DESC') };
  const indexRanges = { forward: ofIndex('ASC'), backward: ofIndex('DESC') };
  const entries = entryStore(sqlite);
  const toItem = (row: Record<string, unknown>): StoredItem => ({
    itemNumber: row.item_number as number,
    item: JSON.parse(row.body as string) as Item,
  });

  return {
    ...entries,
    find(table: Table, key: Buffer): StoredItem | undefined {
      const row = select.get(table.tableNumber, key);
      return row && toItem(row);
    },
    /** As JSON, to be passed on as it is. */
    findText: (table: Table, key: Buffer): string | undefined =>
      selectBody.get(table.tableNumber, key)?.body as string | undefined,
    put(table: Table, before: StoredItem | undefined, item: Item): void {
      const body = JSON.stringify(item);
      const expiresAt = expiryOf(table, item);
      let itemNumber = before?.itemNumber;
      if (itemNumber === undefined) {
        const result = insert.run(table.tableNumber, encodeKey(table.key, item), body, expiresAt);
        itemNumber = Number(result.lastInsertRowid);
      } else update.run(body, expiresAt, itemNumber);
      entries.replaceEntries(table, itemNumber, before?.item, item);
    },
    delete(table: Table, { itemNumber, item }: StoredItem): void {
      remove.run(itemNumber);
      entries.replaceEntries(table, itemNumber, item, undefined);
    },
    /** In the order of their keys, one at a time: stop when there are enough. */
    *items(
      table: Table,
      index: TableIndex | undefined,
      { from, to }: KeyRange,
      isForward: boolean,
    ): Generator<StoredItem> {
      const direction = isForward ? 'forward' : 'backward';
      const rows = index
        ? indexRanges[direction].iterate(table.tableNumber, index.indexNumber, from, to)
        : tableRanges[direction].iterate(table.tableNumber, from, to);
      for (const row of rows) yield toItem(row);
    },
    setExpiry: (table: Table, { itemNumber, item }: StoredItem): void => {
      setExpiry.run(expiryOf(table, item), itemNumber);
    },
    expired: (
      fromSeconds: number,
      toSeconds: number,
      limit: number,
    ): (StoredItem & { tableNumber: number })[] =>
      expired
        .all(fromSeconds, toSeconds, limit)
        .map((row) => ({ ...toItem(row), tableNumber: row.table_number as number })),
  };
}

/** AWS: a number of seconds since 1970; other values never expire. */
function expiryOf({ expiryAttribute }: Table, item: Item): number | null {
  if (expiryAttribute === undefined || !Object.hasOwn(item, expiryAttribute)) return null;
  const seconds = Math.floor(Number(item[expiryAttribute]!.N));
  return Number.isSafeInteger(seconds) && seconds > 0 ? seconds : null;
}

function entryStore(sqlite: DatabaseSync) {
  const insert = sqlite.prepare(
    'INSERT INTO index_entry (table_number, index_number, key, item_number) VALUES (?, ?, ?, ?)',
  );
  const remove = sqlite.prepare(
    'DELETE FROM index_entry WHERE table_number = ? AND index_number = ? AND key = ?',
  );
  const removeAll = ['index_entry', 'extent'].map((name) =>
    sqlite.prepare(`DELETE FROM ${name} WHERE table_number = ? AND index_number = ?`),
  );
  const grow = sqlite.prepare(
    `INSERT INTO extent (table_number, index_number, items, bytes) VALUES (?, ?, ?, ?)
     ON CONFLICT (table_number, index_number) DO UPDATE SET items = items + excluded.items, bytes = bytes + excluded.bytes`,
  );

  function replaceEntry(
    table: Table,
    index: TableIndex,
    itemNumber: number,
    before?: Item,
    item?: Item,
  ): void {
    const { tableNumber } = table;
    const old = before && isInIndex(index.key, before) ? before : undefined;
    const fresh = item && isInIndex(index.key, item) ? item : undefined;
    if (!old && !fresh) return;
    const oldKey = old && encodeIndexKey(table, index.key, old);
    const freshKey = fresh && encodeIndexKey(table, index.key, fresh);
    if (!oldKey || !freshKey || !oldKey.equals(freshKey)) {
      if (oldKey) remove.run(tableNumber, index.indexNumber, oldKey);
      if (freshKey) insert.run(tableNumber, index.indexNumber, freshKey, itemNumber);
    }
    const bytesOf = (member?: Item) => (member ? itemBytes(projectToIndex(table, index, member)) : 0);
    grow.run(tableNumber, index.indexNumber, Number(!!fresh) - Number(!!old), bytesOf(fresh) - bytesOf(old));
  }

  return {
    replaceEntry,
    replaceEntries(table: Table, itemNumber: number, before?: Item, item?: Item): void {
      const bytes = (item ? itemBytes(item) : 0) - (before ? itemBytes(before) : 0);
      grow.run(table.tableNumber, 0, Number(!!item) - Number(!!before), bytes);
      for (const index of table.indexes) replaceEntry(table, index, itemNumber, before, item);
    },
    removeIndex(table: Table, { indexNumber }: TableIndex): void {
      for (const removal of removeAll) removal.run(table.tableNumber, indexNumber);
    },
  };
}

/** What of an item an index holds. */
export function projectToIndex(table: Table, { key, projection }: TableIndex, item: Item): Item {
  if (projection.ProjectionType === 'ALL') return item;
  const names = [table.key.hash, table.key.range, key.hash, key.range].flatMap((part) => part?.name ?? []);
  const wanted = new Set([...names, ...(projection.NonKeyAttributes ?? [])]);
  return Object.fromEntries(Object.entries(item).filter(([name]) => wanted.has(name)));
}

function tokenStore(sqlite: DatabaseSync) {
  const select = sqlite.prepare(
    'SELECT fingerprint, answer, used_at_ms AS usedAtMs FROM client_token WHERE token_key = ?',
  );
  const upsert = sqlite.prepare(
    `INSERT INTO client_token (token_key, fingerprint, answer, used_at_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT (token_key) DO UPDATE SET fingerprint = excluded.fingerprint, answer = excluded.answer, used_at_ms = excluded.used_at_ms`,
  );
  const forget = sqlite.prepare('DELETE FROM client_token WHERE used_at_ms < ?');
  return {
    findToken: (tokenKey: string) => select.get(tokenKey) as UsedToken | undefined,
    putToken: (tokenKey: string, { fingerprint, answer, usedAtMs }: UsedToken): void => {
      upsert.run(tokenKey, fingerprint, answer, usedAtMs);
    },
    forgetTokens: (beforeMs: number): void => {
      forget.run(beforeMs);
    },
  };
}
