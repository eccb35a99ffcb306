import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { AttributeValue, Item } from './attribute-value.ts';
import { satisfies } from './condition.ts';
import { parseCondition } from './condition-expression.ts';
import { readAttributes } from './expression.ts';

const values: Record<string, AttributeValue> = {
  ':zero': { N: '0' },
  ':one': { N: '1' },
  ':two': { N: '2' },
};

/** A condition as text, and what it says of attributes a to c, which are 0, 1, 2 or absent. */
interface Said {
  text: string;
  holds: (item: Map<string, number>) => boolean;
  /** How tightly it binds: OR 0, AND 1, NOT 2, the rest 3. */
  strength: number;
}

const bracket = (said: Said, least: number) => (said.strength < least ? `(${said.text})` : said.text);
const name = fc.constantFrom('a', 'b', 'c');
const number = fc.constantFrom(0, 1, 2);
const shown = [':zero', ':one', ':two'];

const leaf: fc.Arbitrary<Said> = fc.oneof(
  fc.tuple(name, fc.constantFrom('=', '<>', '<', '>='), number).map(
    ([n, operator, v]): Said => ({
      text: `${n} ${operator} ${shown[v]}`,
      strength: 3,
      holds: (item) => {
        const value = item.get(n);
        if (operator === '<>') return value !== v;
        if (value === undefined) return false;
        return operator === '=' ? value === v : operator === '<' ? value < v : value >= v;
      },
    }),
  ),
  fc.tuple(name, number).map(
    ([n, v]): Said => ({
      text: `${n} between :zero And ${shown[v]}`,
      strength: 3,
      holds: (item) => (item.get(n) ?? 9) <= v,
    }),
  ),
  fc.tuple(name, number, number).map(
    ([n, v, w]): Said => ({
      text: `${n} IN (${shown[v]}, ${shown[w]})`,
      strength: 3,
      holds: (item) => item.get(n) === v || item.get(n) === w,
    }),
  ),
  name.map(
    (n): Said => ({
      text: `attribute_exists(${n})`,
      strength: 3,
      holds: (item) => item.has(n),
    }),
  ),
);

const { condition } = fc.letrec<{ condition: Said }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    leaf,
    tie('condition').map((of) => ({
      text: `not ${bracket(of, 2)}`,
      strength: 2,
      holds: (item: Map<string, number>) => !of.holds(item),
    })),
    fc.tuple(tie('condition'), tie('condition')).map(([left, right]) => ({
      text: `${bracket(left, 1)} AND ${bracket(right, 2)}`,
      strength: 1,
      holds: (item: Map<string, number>) => left.holds(item) && right.holds(item),
    })),
    fc.tuple(tie('condition'), tie('condition')).map(([left, right]) => ({
      text: `${bracket(left, 0)} OR ${bracket(right, 1)}`,
      strength: 0,
      holds: (item: Map<string, number>) => left.holds(item) || right.holds(item),
    })),
  ),
}));

test('a condition means what its text says: NOT binds tighter than AND, AND than OR', () => {
  const item = fc.dictionary(name, number, { noNullPrototype: true });
  fc.assert(
    fc.property(
      condition.filter(({ text }) => text.length < 4000),
      item,
      (said, numbers) => {
        const attributes = readAttributes({ ExpressionAttributeValues: values });
        const parsed = parseCondition('FilterExpression', said.text, attributes);
        const entries = Object.entries(numbers);
        const stored: Item = Object.fromEntries(entries.map(([key, value]) => [key, { N: String(value) }]));
        assert.equal(satisfies(stored, parsed), said.holds(new Map(entries)), said.text);
      },
    ),
    { numRuns: 500 },
  );
});
