import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Item } from './attribute-value.ts';
import { readAttributes } from './expression.ts';
import { applyUpdate } from './update.ts';
import { parseUpdate } from './update-expression.ts';

const numbers = (...members: number[]) => ({ L: members.map((n) => ({ N: String(n) })) });

const before: Item = {
  n: { N: '1' },
  m: { N: '5' },
  l: numbers(0, 1, 2, 3),
  doc: { M: { in: numbers(7) } },
  letters: { SS: ['a', 'b'] },
};

const values = { ':n': { N: '9' }, ':l': numbers(8, 9), ':a': { SS: ['a'] }, ':ab': { SS: ['a', 'b'] } };

const cases: [string, Partial<Record<string, Item[string] | undefined>>][] = [
  ['SET n = m, m = n', { n: { N: '5' }, m: { N: '1' } }],
  ['SET n = m - n', { n: { N: '4' } }],
  ['SET n = :n - (m)', { n: { N: '4' } }],
  ['SET x = if_not_exists(x, n), n = if_not_exists(n, :n)', { x: { N: '1' }, n: { N: '1' } }],
  ['SET l = list_append(:l, l)', { l: numbers(8, 9, 0, 1, 2, 3) }],
  ['SET l[1] = :n, l[77] = :n', { l: numbers(0, 9, 2, 3, 9) }],
  ['REMOVE l[0], l[2]', { l: numbers(1, 3) }],
  ['SET l[0] = :n REMOVE l[1], l[3]', { l: numbers(9, 2) }],
  ['SET doc.#in[0] = l[3]', { doc: { M: { in: numbers(3) } } }],
  ['SET doc.twin = l', { doc: { M: { in: numbers(7), twin: numbers(0, 1, 2, 3) } } }],
  ['REMOVE doc.#in, nowhere', { doc: { M: {} } }],
  ['ADD n :n, letters :ab, fresh :a', { n: { N: '10' }, letters: { SS: ['a', 'b'] }, fresh: { SS: ['a'] } }],
  ['DELETE letters :a', { letters: { SS: ['b'] } }],
  ['DELETE letters :ab, nowhere :a', { letters: undefined }],
];

test('an update reads the item as it was and changes only what it names', () => {
  const kept = structuredClone(before);
  for (const [text, changes] of cases) {
    const attributes = readAttributes({
      ExpressionAttributeValues: values,
      ExpressionAttributeNames: { '#in': 'in' },
    });
    const after = applyUpdate(before, parseUpdate(text, attributes));
    const wanted = Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined);
    assert.deepEqual(after, Object.fromEntries(wanted), text);
    assert.deepEqual(before, kept, text);
  }
});

test('what is copied is not shared: changing the copy leaves the rest alone', () => {
  const attributes = readAttributes({});
  const once = applyUpdate(before, parseUpdate('SET twin = doc', attributes));
  const twice = applyUpdate(once, parseUpdate('SET twin.added = n', readAttributes({})));
  assert.deepEqual(twice.doc, before.doc);
  assert.deepEqual(once.twin, before.doc);
});
