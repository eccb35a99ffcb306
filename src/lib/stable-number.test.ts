// Numbers for ids.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { numberIds } from './stable-number.ts';

test('an id keeps its number whatever stands beside it', () => {
  const alone = numberIds(['rtb-0000000000000002a'], { digits: 7, first: 1000 });
  const among = numberIds(['rtb-00000000000000001', 'rtb-0000000000000002a'], { digits: 7, first: 1000 });
  assert.equal(alone.get('rtb-0000000000000002a'), 1042);
  assert.equal(among.get('rtb-0000000000000002a'), 1042);
});

test('no two share a number, at the end of the room neither', () => {
  const ids = ['acl-1ffff', 'acl-2ffff', 'acl-3ffff'];
  const numbers = numberIds(ids, { digits: 4, first: 0, size: 2 ** 16 });
  assert.deepEqual([...numbers.values()], [65535, 0, 1]);
});
