// New ids and random names look as AWS's do, and no character is more likely than another.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { isIdOf } from '../cloud/id.ts';
import { newIdFrom, randomTextFrom } from './random-name.ts';

test('an id is its prefix and 17 hexadecimal digits', () => {
  assert.ok(isIdOf('vpce-svc', newIdFrom(randomBytes)('vpce-svc')));
});

test('random text has the length and the characters that were asked for', () => {
  for (const alphabet of ['ab', 'abcdefghijklmnopqrstuvwxyz0123456789', '0123456789']) {
    const text = randomTextFrom(randomBytes)(500, alphabet);
    assert.equal(text.length, 500);
    assert.deepEqual([...new Set(text)].sort(), [...alphabet].sort());
  }
});

test('bytes that would favour the first characters are not used', () => {
  const bytes = [255, 250, 3, 249];
  const text = randomTextFrom((size) => Uint8Array.from(bytes.splice(0, size)))(2, '0123456789');
  assert.equal(text, '39');
});
