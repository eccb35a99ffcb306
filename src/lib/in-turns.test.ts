// A few at a time, answers in order, and the first failure is told.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inTurns } from './in-turns.ts';

test('no more go on at once than may, and the answers are in the order of the things', async () => {
  let [running, most] = [0, 0];
  const answers = await inTurns([5, 1, 4, 2, 3], 2, async (number) => {
    most = Math.max(most, ++running);
    for (let turn = 0; turn < number; turn++) await Promise.resolve();
    running--;
    return number * 10;
  });
  assert.deepEqual(answers, [50, 10, 40, 20, 30]);
  assert.equal(most, 2);
  assert.deepEqual(await inTurns([], 3, async () => 1), []);
});

test('a failure is the failure of the whole', async () => {
  await assert.rejects(
    inTurns([1, 2, 3], 2, async (number) => {
      if (number === 2) throw new Error('two');
    }),
    /two/,
  );
});
