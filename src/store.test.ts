import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Cloud } from './cloud/cloud.ts';
import { openStore } from './store.ts';

function putCounter(cloud: Cloud, next: number): void {
  cloud.counters.put({ name: 'flowMark', next });
}

function temporaryFile(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-store-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'cloud.sqlite');
}

test('what a change wrote is there when the store is opened again, in the order it was made', (t) => {
  const path = temporaryFile(t);
  const store = openStore(path);
  store.change((cloud) => cloud.tagSets.put({ ...tagSet('vpc-b'), resourceId: 'vpc-b' }));
  store.change((cloud) => cloud.tagSets.put(tagSet('vpc-a')));
  store.change((cloud) => cloud.tagSets.put({ ...tagSet('vpc-b'), tags: { Name: 'later' } }));
  const generation = store.cloud.generation;
  store.close();
  const again = openStore(path);
  assert.deepEqual(
    [...again.cloud.tagSets.all()].map(({ resourceId }) => resourceId),
    ['vpc-b', 'vpc-a'],
  );
  assert.deepEqual(again.cloud.tagSets.find('vpc-b')?.tags, { Name: 'later' });
  assert.equal(again.cloud.generation, generation);
  again.close();
});

test('nobody else on the machine can read what is kept, secrets among it', (t) => {
  const path = temporaryFile(t);
  chmodSync(dirname(path), 0o755);
  const store = openStore(path);
  store.change((cloud) => putCounter(cloud, 1));
  const files = readdirSync(dirname(path));
  assert.ok(files.length > 1); // the journal too
  for (const file of files) assert.equal(statSync(join(dirname(path), file)).mode & 0o077, 0, file);
  store.close();
});

test('a change that throws leaves nothing, in memory or on disk', (t) => {
  const path = temporaryFile(t);
  const store = openStore(path);
  store.change((cloud) => putCounter(cloud, 1));
  const before = store.cloud.generation;
  assert.throws(() =>
    store.change((cloud) => {
      putCounter(cloud, 2);
      cloud.tagSets.put(tagSet('vpc-a'));
      throw new Error('no');
    }),
  );
  assert.equal(store.cloud.counters.find('flowMark')?.next, 1);
  assert.equal(store.cloud.tagSets.size, 0);
  assert.equal(store.cloud.generation, before);
  store.close();
  const again = openStore(path);
  assert.equal(again.cloud.counters.find('flowMark')?.next, 1);
  assert.equal(again.cloud.tagSets.size, 0);
  again.close();
});

test('a refused deletion leaves the order of a list as it was', () => {
  const store = openStore(':memory:');
  const names = ['vpc-a', 'vpc-b', 'vpc-c'];
  for (const name of names) store.change((cloud) => cloud.tagSets.put(tagSet(name)));
  assert.throws(() =>
    store.change((cloud) => {
      cloud.tagSets.put(tagSet('vpc-d'));
      cloud.tagSets.delete('vpc-b');
      cloud.tagSets.delete('vpc-a');
      throw new Error('dry run');
    }),
  );
  assert.deepEqual(
    [...store.cloud.tagSets.all()].map(({ resourceId }) => resourceId),
    names,
  );
});

test('a change is told once it is done, and one that wrote nothing is not', () => {
  const store = openStore(':memory:');
  const told: number[] = [];
  store.onChange(() => told.push(store.cloud.generation));
  store.change(() => {});
  store.change((cloud) => putCounter(cloud, 1));
  assert.deepEqual(told, [1]);
});

test('records carry the generation of the change that wrote them', () => {
  const store = openStore(':memory:');
  const record = store.change((cloud) => cloud.tagSets.put(tagSet('vpc-a')));
  assert.equal((record as unknown as { generation: number }).generation, store.cloud.generation);
});

test('nobody writes outside a change', () => {
  const store = openStore(':memory:');
  assert.throws(() => putCounter(store.cloud, 1), /outside store.change/);
  assert.equal(store.cloud.counters.size, 0);
});

function tagSet(resourceId: string) {
  return { resourceId, accountId: '111111111111', region: 'us-east-1', resourceType: 'vpc', tags: {} };
}
