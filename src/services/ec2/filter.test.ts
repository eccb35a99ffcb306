import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusal } from '../../../test/operation-harness.ts';
import { applyFilters, type FilterFields, matchesPattern } from './filter.ts';

interface Fruit {
  name: string;
  colours: string[];
  tags?: Record<string, string>;
}

const fruits: Fruit[] = [
  { name: 'apple', colours: ['red', 'green'], tags: { Name: 'a', team: 'x' } },
  { name: 'banana', colours: ['yellow'], tags: { Name: 'b' } },
  { name: 'cherry', colours: ['red'] },
];
const fields: FilterFields<Fruit> = { name: (f) => f.name, colour: (f) => f.colours, size: () => undefined };
const names = (...filters: Parameters<typeof applyFilters>[1] & object) =>
  applyFilters(fruits, filters, fields, (fruit) => fruit.tags ?? {}).map((fruit) => fruit.name);

test('every filter must match, by any of its values', () => {
  assert.deepEqual(names({ Name: 'colour', Values: ['red'] }), ['apple', 'cherry']);
  assert.deepEqual(names({ Name: 'colour', Values: ['red', 'yellow'] }), ['apple', 'banana', 'cherry']);
  const both = [
    { Name: 'colour', Values: ['red'] },
    { Name: 'name', Values: ['cherry', 'banana'] },
  ];
  assert.deepEqual(names(...both), ['cherry']);
});

test('values are case-sensitive and a field without a value never matches', () => {
  assert.deepEqual(names({ Name: 'name', Values: ['Apple'] }), []);
  assert.deepEqual(names({ Name: 'size', Values: ['*'] }), []);
});

test('tags are found by key and value, by key alone, by value alone', () => {
  assert.deepEqual(names({ Name: 'tag:Name', Values: ['b'] }), ['banana']);
  assert.deepEqual(names({ Name: 'tag-key', Values: ['Name'] }), ['apple', 'banana']);
  assert.deepEqual(names({ Name: 'tag-value', Values: ['x'] }), ['apple']);
  assert.deepEqual(names({ Name: 'tag:name', Values: ['b'] }), []);
});

test('an unknown filter is refused in words AWS uses, also one that every object has', () => {
  const invalid = refusal('InvalidParameterValue', "The filter 'shape' is invalid");
  assert.throws(() => names({ Name: 'shape', Values: ['round'] }), invalid);
  assert.throws(() => names({ Name: 'constructor', Values: ['x'] }), refusal('InvalidParameterValue'));
});

test('a tag key that every object seems to have is found where it was given and nowhere else', () => {
  for (const key of ['constructor', 'toString', '__proto__']) {
    assert.deepEqual(names({ Name: `tag:${key}`, Values: ['*'] }), []);
    const tagged = JSON.parse(`{ "${key}": "x" }`) as Record<string, string>;
    const found = applyFilters(fruits, [{ Name: `tag:${key}`, Values: ['x'] }], fields, () => tagged);
    assert.equal(found.length, fruits.length);
  }
});

test('a filter without a name or values is refused', () => {
  assert.throws(() => names({ Values: ['x'] }), refusal('MissingParameter'));
  assert.throws(() => names({ Name: 'name', Values: [] }), refusal('MissingParameter'));
  const values = Array.from({ length: 201 }, String);
  assert.throws(() => names({ Name: 'name', Values: values }), refusal('FilterLimitExceeded'));
});

const patterns: [pattern: string, text: string, matches: boolean][] = [
  ['a*', 'apple', true],
  ['*le', 'apple', true],
  ['a*p*e', 'apple', true],
  ['a?ple', 'apple', true],
  ['a?le', 'apple', false],
  ['*', '', true],
  ['?', '', false],
  ['a\\*', 'a*', true],
  ['a\\*', 'ab', false],
  ['a\\?b', 'a?b', true],
  ['a\\\\b*', 'a\\bc', true],
  ['a.c*', 'abc', false],
  ['*b*b', 'abab', true],
  ['*b*b', 'aba', false],
];
for (const [pattern, text, matches] of patterns) {
  test(`${pattern} ${matches ? 'matches' : 'does not match'} "${text}"`, () => {
    assert.equal(matchesPattern(pattern, text), matches);
  });
}
