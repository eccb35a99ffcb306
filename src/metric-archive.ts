// What has been observed, on disk: a statistic set per metric and minute, and how far the kernel's counters had been read.
// Fifteen days are kept, as AWS keeps what comes once a minute; less when there is more than the archive holds.

import { DatabaseSync } from 'node:sqlite';
import { type Metric, type MetricArchive, metricKey, type Observation } from './cloud/metric.ts';

export interface MetricStore extends MetricArchive {
  /** Everything of one reading, or nothing of it. */
  record(reading: Reading): void;
  /** How far a counter had been read; 0: never. */
  counted(counter: string): number;
  /** All that a counter of one thing has counted in its life. */
  totals(): Map<string, number>;
  /** Forgets everything but how far counters had been read. */
  clear(): void;
  /** Takes away what is too old, and totals of what is not `wanted` any more. */
  prune(minute: number, wanted: (total: string) => boolean): void;
  close(): void;
}

export interface Reading {
  minute: number;
  observations: Observation[];
  /** Counters that have moved, with their new values. */
  counted: Map<string, number>;
  /** By how much totals have grown. */
  grown: Map<string, number>;
}

export const keptMinutes = 15 * 24 * 60;
/** About a hundred megabytes. */
const maxValues = 4_000_000;

const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS metric (id INTEGER PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT NULL, key TEXT NOT NULL,
    unit TEXT NOT NULL, last_minute INTEGER NOT NULL, UNIQUE (account, region, key));
  CREATE TABLE IF NOT EXISTS value (metric INTEGER NOT NULL, minute INTEGER NOT NULL, samples INTEGER NOT NULL,
    sum REAL NOT NULL, minimum REAL NOT NULL, maximum REAL NOT NULL, PRIMARY KEY (metric, minute)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS total (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
`;

const addMetric = `INSERT INTO metric (account, region, key, unit, last_minute) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (account, region, key) DO UPDATE SET last_minute = max(last_minute, excluded.last_minute) RETURNING id`;
const addSum = `INSERT INTO value VALUES (?, ?, 1, ?3, ?3, ?3) ON CONFLICT (metric, minute)
  DO UPDATE SET sum = sum + excluded.sum, minimum = sum + excluded.sum, maximum = sum + excluded.sum`;
const addSample = `INSERT INTO value VALUES (?, ?, 1, ?3, ?3, ?3) ON CONFLICT (metric, minute)
  DO UPDATE SET samples = samples + 1, sum = sum + excluded.sum,
    minimum = min(minimum, excluded.minimum), maximum = max(maximum, excluded.maximum)`;

/** @param path a file, or `:memory:` in tests */
export function openMetricArchive(path: string): MetricStore {
  const database = new DatabaseSync(path);
  database.exec(schema);
  const rows: Rows = new Map();
  const prepare = (sql: string) => database.prepare(sql);
  const statements = {
    ...{ metric: prepare(addMetric), sum: prepare(addSum), level: prepare(addSample) },
    find: prepare('SELECT id, unit FROM metric WHERE account = ? AND region = ? AND key = ?'),
    list: prepare(
      'SELECT key, unit FROM metric WHERE account = ? AND region = ? AND key > ? AND last_minute >= ? ORDER BY key',
    ),
    values: prepare(
      'SELECT minute, samples, sum, minimum, maximum FROM value WHERE metric = ? AND minute >= ? AND minute < ? ORDER BY minute',
    ),
    counter: prepare('SELECT value FROM counter WHERE name = ?'),
    setCounter: prepare(
      'INSERT INTO counter VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value',
    ),
    grow: prepare(
      'INSERT INTO total VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = value + excluded.value',
    ),
  };
  return {
    *list(accountId, region, minute, after = '') {
      for (const { key, unit } of statements.list.iterate(accountId, region, after, minute)) {
        const [namespace, metricName, dimensions] = JSON.parse(key as string);
        yield { accountId, region, namespace, metricName, dimensions, unit: unit as Metric['unit'] };
      }
    },
    read(metric, fromMinute, toMinute) {
      const found = statements.find.get(metric.accountId, metric.region, metricKey(metric));
      if (!found) return { values: [] };
      const rows = statements.values.all(found.id!, fromMinute, toMinute) as Record<string, number>[];
      const values = rows.map(({ minute, samples, sum, minimum, maximum }) => ({
        ...{ minute: minute!, sampleCount: samples! },
        ...{ sum: sum!, minimum: minimum!, maximum: maximum! },
      }));
      return { unit: found.unit as Metric['unit'], values };
    },
    record(reading) {
      const { observations, counted, grown } = reading;
      if (observations.length + counted.size + grown.size === 0) return;
      try {
        transact(database, () => write(statements, rows, reading));
      } catch (error) {
        rows.clear(); // some of them may not be there
        throw error;
      }
    },
    counted: (name) => Number(statements.counter.get(name)?.value ?? 0),
    totals() {
      const rows = prepare('SELECT name, value FROM total').all() as { name: string; value: number }[];
      return new Map(rows.map(({ name, value }) => [name, value]));
    },
    prune(minute, wanted) {
      transact(database, () => prune(database, minute, wanted));
      rows.clear(); // some of them have gone
    },
    clear() {
      rows.clear();
      database.exec('DELETE FROM value; DELETE FROM metric; DELETE FROM total');
    },
    close: () => database.close(),
  };
}

type Statements = Record<
  'metric' | 'sum' | 'level' | 'setCounter' | 'grow',
  ReturnType<DatabaseSync['prepare']>
>;

/** Rows of metrics that have been written since the archive was opened, with the minute up to which they are known to have values. */
type Rows = Map<string, { id: number; minute: number }>;

/** AWS: which metrics are recently active is told by and large. So their rows need not be written every minute. */
const notedEveryMinutes = 10;

function write(statements: Statements, rows: Rows, reading: Reading): void {
  for (const { metric, kind, value, periodMinutes = 1 } of reading.observations) {
    const minute = reading.minute - (reading.minute % periodMinutes);
    statements[kind].run(findRow(statements, rows, metric, minute), minute, value);
  }
  for (const [name, value] of reading.counted) statements.setCounter.run(name, value);
  for (const [name, value] of reading.grown) statements.grow.run(name, value);
}

function findRow(statements: Statements, rows: Rows, metric: Metric, minute: number): number {
  const { accountId, region, unit } = metric;
  const key = metricKey(metric);
  const name = `${accountId} ${region} ${key}`;
  const known = rows.get(name);
  if (known && minute < known.minute + notedEveryMinutes) return known.id;
  const id = Number(statements.metric.get(accountId, region, key, unit, minute)!.id);
  rows.set(name, { id, minute });
  return id;
}

function transact(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function prune(database: DatabaseSync, minute: number, wanted: (total: string) => boolean): void {
  const removeTotal = database.prepare('DELETE FROM total WHERE name = ?');
  for (const { name } of database.prepare('SELECT name FROM total').all())
    if (!wanted(name as string)) removeTotal.run(name!);
  const metrics = database.prepare('SELECT id FROM metric').all();
  const removeValues = database.prepare('DELETE FROM value WHERE metric = ? AND minute < ?');
  const { count } = database.prepare('SELECT count(*) AS count FROM value').get() as { count: number };
  // Values come evenly enough: of too many, the newest share of the time is kept.
  const kept = count > maxValues ? Math.floor((keptMinutes * maxValues * 0.9) / count) : keptMinutes;
  for (const { id } of metrics) removeValues.run(id!, minute - kept);
  database.prepare('DELETE FROM metric WHERE last_minute < ?').run(minute - kept - notedEveryMinutes);
}
