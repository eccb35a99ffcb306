import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Metric, Observation } from './cloud/metric.ts';
import { keptMinutes, type MetricStore, openMetricArchive } from './metric-archive.ts';

const metric: Metric = {
  ...{ accountId: '111111111111', region: 'us-east-1', namespace: 'N', metricName: 'M', unit: 'Count' },
  dimensions: [
    ['B', '1'],
    ['A A', '2'],
  ],
};
const write = (archive: MetricStore, minute: number, ...observations: Observation[]) =>
  archive.record({ minute, observations, counted: new Map(), grown: new Map() });
const sum = (value: number): Observation => ({ metric, kind: 'sum', value });
const level = (value: number): Observation => ({ metric, kind: 'level', value });

test('sums of a minute add up to one sample, levels are samples', () => {
  const archive = openMetricArchive(':memory:');
  write(archive, 10, sum(3));
  write(archive, 10, sum(4));
  assert.deepEqual(archive.read(metric, 10, 11).values, [
    { minute: 10, sampleCount: 1, sum: 7, minimum: 7, maximum: 7 },
  ]);
  write(archive, 11, level(5));
  write(archive, 11, level(1), level(3));
  assert.deepEqual(archive.read(metric, 11, 12).values, [
    { minute: 11, sampleCount: 3, sum: 9, minimum: 1, maximum: 5 },
  ]);
});

test('a metric is found whatever the order of its dimensions, and only wholly', () => {
  const archive = openMetricArchive(':memory:');
  write(archive, 10, sum(3));
  const found = (dimensions: Metric['dimensions']) =>
    archive.read({ ...metric, dimensions }, 0, 20).values.length;
  assert.equal(
    found([
      ['A A', '2'],
      ['B', '1'],
    ]),
    1,
  );
  assert.equal(found([['A A', '2']]), 0);
  assert.equal(archive.read({ ...metric, region: 'eu-west-1' }, 0, 20).values.length, 0);
  assert.deepEqual(
    [...archive.list('111111111111', 'us-east-1', 10)],
    [
      {
        ...metric,
        dimensions: [
          ['A A', '2'],
          ['B', '1'],
        ],
      },
    ],
  );
  assert.deepEqual([...archive.list('111111111111', 'us-east-1', 11)], []);
});

test('a value of five minutes stands at their beginning', () => {
  const archive = openMetricArchive(':memory:');
  write(archive, 13, { ...level(2), periodMinutes: 5 });
  assert.deepEqual(
    archive.read(metric, 0, 20).values.map(({ minute }) => minute),
    [10],
  );
});

test('counters and totals are known to the next daemon', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-archive-'));
  const path = join(folder, 'metrics.sqlite');
  const first = openMetricArchive(path);
  first.record({
    minute: 1,
    observations: [sum(1)],
    counted: new Map([['c', 7]]),
    grown: new Map([['t x', 7]]),
  });
  first.record({ minute: 1, observations: [], counted: new Map([['c', 9]]), grown: new Map([['t x', 2]]) });
  first.close();
  const second = openMetricArchive(path);
  assert.equal(second.counted('c'), 9);
  assert.equal(second.counted('d'), 0);
  assert.deepEqual(second.totals(), new Map([['t x', 9]]));
  assert.equal(second.read(metric, 1, 2).values.length, 1);
  second.clear();
  assert.deepEqual([second.totals().size, [...second.list('111111111111', 'us-east-1', 0)].length], [0, 0]);
  assert.equal(second.counted('c'), 9, 'or everything would be counted again');
  second.close();
  rmSync(folder, { recursive: true });
});

test('what is too old goes, and totals of what is gone', () => {
  const archive = openMetricArchive(':memory:');
  write(archive, 10, sum(1));
  write(archive, 20, sum(1));
  const grown = new Map([
    ['kept x', 1],
    ['gone x', 1],
  ]);
  archive.record({ minute: 20, observations: [], counted: new Map(), grown });
  archive.prune(15 + keptMinutes, (total) => total.startsWith('kept'));
  assert.deepEqual(
    archive.read(metric, 0, 30).values.map(({ minute }) => minute),
    [20],
  );
  assert.deepEqual([...archive.totals().keys()], ['kept x']);
  archive.prune(31 + keptMinutes, () => true);
  assert.deepEqual([...archive.list('111111111111', 'us-east-1', 0)], []);
});

test('nothing of a reading remains when a part of it cannot be written', () => {
  const archive = openMetricArchive(':memory:');
  assert.throws(() => write(archive, 10, sum(1), { ...sum(1), value: {} as never }));
  assert.deepEqual(archive.read(metric, 0, 20).values, []);
  write(archive, 10, sum(1));
  assert.equal(archive.read(metric, 0, 20).values.length, 1);
});
