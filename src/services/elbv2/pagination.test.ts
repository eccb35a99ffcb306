import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusal } from '../../../test/operation-harness.ts';
import { paginate } from './pagination.ts';

const records = ['a', 'b', 'c', 'd', 'e'];
const page = (from: string[], input: object) => paginate(from, input, (record) => record);

test('pages follow each other to the end', () => {
  const first = page(records, { PageSize: 2 });
  const second = page(records, { PageSize: 2, Marker: first.NextMarker });
  const third = page(records, { PageSize: 2, Marker: second.NextMarker });
  assert.deepEqual([first.page, second.page, third.page], [['a', 'b'], ['c', 'd'], ['e']]);
  assert.equal(third.NextMarker, undefined);
});

test('what was shown may be deleted without skipping the rest', () => {
  const { NextMarker } = page(records, { PageSize: 2 });
  assert.deepEqual(page(['c', 'd', 'e'], { Marker: NextMarker }).page, ['c', 'd', 'e']);
  assert.deepEqual(page(['b', 'd', 'e'], { Marker: NextMarker }).page, ['d', 'e']);
});

test('a page of no size and a marker that is none are refused', () => {
  for (const PageSize of [0, -1, 401, 1.5]) {
    assert.throws(() => page(records, { PageSize }), refusal('ValidationError'));
  }
  const forged = Buffer.from('{"key":"a","offset":-1}').toString('base64url');
  for (const Marker of ['x', 'bnVsbA', forged]) {
    assert.throws(() => page(records, { Marker }), refusal('ValidationError'));
  }
});
