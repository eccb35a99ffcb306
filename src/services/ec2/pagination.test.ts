import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusal } from '../../../test/operation-harness.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';

const letters = [...'abcdefghijklm'];
const itself = (letter: string) => letter;

test('without MaxResults everything is one page', () => {
  assert.deepEqual(paginate(letters, {}), { page: letters });
});

test('pages follow one another and the last has no token', () => {
  const seen: string[][] = [];
  let token: string | undefined;
  do {
    const { page, nextToken } = paginate(letters, { MaxResults: 5, ...(token && { NextToken: token }) });
    seen.push(page);
    token = nextToken;
  } while (token && seen.length < 10);
  assert.deepEqual(
    seen.map((page) => page.join('')),
    ['abcde', 'fghij', 'klm'],
  );
});

test('who deletes what a page showed does not skip the rest', () => {
  const { page, nextToken } = paginate(letters, { MaxResults: 5 }, undefined, itself);
  const left = letters.filter((letter) => !page.includes(letter));
  const next = paginate(left, { MaxResults: 5, NextToken: nextToken }, undefined, itself);
  assert.equal(next.page.join(''), 'fghij');
});

test('of the two records at the end of a page either may be deleted, with others before, and none is skipped', () => {
  const { nextToken } = paginate(letters, { MaxResults: 5 }, undefined, itself);
  const nextPageWithout = (deleted: string) => {
    const left = letters.filter((letter) => !deleted.includes(letter));
    return paginate(left, { MaxResults: 5, NextToken: nextToken }, undefined, itself).page.join('');
  };
  assert.equal(nextPageWithout(''), 'fghij');
  assert.equal(nextPageWithout('abe'), 'fghij', 'the last one shown');
  assert.equal(nextPageWithout('abf'), 'ghijk', 'the one that was to come next');
  assert.equal(nextPageWithout('ef'), 'hijkl', 'both: only the number is left to go by');
});

test('a page that ends exactly with the last record has no token', () => {
  assert.deepEqual(paginate([...'abcde'], { MaxResults: 5 }), { page: [...'abcde'] });
});

test('MaxResults outside its limits is refused in words AWS uses', () => {
  assert.throws(
    () => paginate(letters, { MaxResults: 4 }),
    refusal(
      'InvalidParameterValue',
      'Value ( 4 ) for parameter maxResults is invalid. Expecting a value greater than 5.',
    ),
  );
  assert.throws(() => paginate(letters, { MaxResults: 1001 }), refusal('InvalidParameterValue', /1001/));
  assert.throws(() => paginate(letters, { MaxResults: Number.NaN }), refusal('InvalidParameterValue'));
  assert.equal(paginate(letters, { MaxResults: 1 }, { minimum: 1, maximum: 10 }).page.length, 1);
});

test('garbage is no token', () => {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const garbage = [
    'x',
    '%%%',
    encode(null),
    encode(7),
    encode({ offset: -1 }),
    encode({ offset: 1, last: 2 }),
    encode({ offset: 1, next: 2 }),
  ];
  for (const NextToken of garbage) {
    assert.throws(() => paginate(letters, { NextToken }), refusal('InvalidNextToken'), NextToken);
  }
});

test('ids and MaxResults do not go together', () => {
  assert.throws(
    () => refuseIdsWithMaxResults('VpcIds', ['vpc-1'], 5),
    refusal(
      'InvalidParameterCombination',
      'The parameter VpcIds cannot be used with the parameter MaxResults',
    ),
  );
  refuseIdsWithMaxResults('VpcIds', [], 5);
  refuseIdsWithMaxResults('VpcIds', ['vpc-1'], undefined);
});
