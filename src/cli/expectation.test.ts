// The expectation file: what it means, what is told of a difference, and that what is written is as expected when read.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findDifferences, flowsToAsk, parseExpectations, writeExpectations } from './expectation.ts';
import type { Matrix } from './matrix-answer.ts';

/** Of each name its id is the name with `i-` before. */
function matrixOf(labels: string[], arriving: string[], flows = ['22', '443']): Matrix {
  const members = labels.map((label, index) => ({
    ...{ id: `i-${index}`, kind: 'instance' as const, label },
    names: [label, label.split('/').at(-1)!, `i-${index}`],
  }));
  const pairs = members.flatMap((from) => members.filter((to) => to !== from).map((to) => ({ from, to })));
  return {
    members,
    cells: pairs.flatMap(({ from, to }) =>
      flows.map((flow) => ({
        ...{ from: from.id, to: to.id, flow, at: 'sg-1', because: 'as sg-1 says' },
        arrives: arriving.includes(`${from.label} ${to.label} ${flow}`),
      })),
    ),
  };
}

const differences = (matrix: Matrix, text: string) =>
  findDifferences(matrix, parseExpectations(text)).map((difference) => difference.text);

test('these and only these: what no line speaks of must not reach', () => {
  const matrix = matrixOf(['web', 'db'], ['web db 443', 'db web 22']);
  assert.deepEqual(differences(matrix, 'web -> db:443\ndb -> web:22\n'), []);
  assert.deepEqual(differences(matrix, 'web -> db:443'), [
    'db reaches web:22, which no line expects: as sg-1 says',
  ]);
  assert.deepEqual(differences(matrix, '# who\n\n  web->db: 443,22 # both\ndb -> web:22/tcp yes\n'), [
    'web does not reach db:22, as line 3 expects: as sg-1 says',
  ]);
});

test('the last line that speaks of a question counts, and * means all', () => {
  const matrix = matrixOf(['web', 'db', 'bastion'], ['bastion db 22', 'bastion web 22']);
  const only = '* -> *:22 no\nbastion -> *:22\n';
  assert.deepEqual(differences(matrix, only), []);
  assert.deepEqual(differences(matrix, `${only}* -> db:22 no\n`), [
    'bastion reaches db:22, which line 3 forbids: as sg-1 says',
  ]);
});

test('a name that several have means each of them; an id means one', () => {
  const matrix = matrixOf(['a/web', 'b/web', 'db'], ['a/web db 443']);
  assert.deepEqual(differences(matrix, 'i-0 -> db:443'), []);
  assert.deepEqual(differences(matrix, 'a/web -> i-2:443'), []);
  assert.deepEqual(differences(matrix, 'web -> db:443'), [
    'b/web does not reach db:443, as line 1 expects: as sg-1 says',
  ]);
});

test('a line about nobody is told, be it yes or no', () => {
  const matrix = matrixOf(['web', 'db'], []);
  assert.deepEqual(differences(matrix, 'web -> dbb:443 no\nweb -> web:443'), [
    'line 1 is about nobody (web -> dbb:443): nothing here is called dbb',
    'line 2 is about nobody (web -> web:443): nobody there sends anything to it',
  ]);
});

test('what a file speaks of is asked of its destinations', () => {
  const text = 'a -> b:8080\n* -> b:22 no\na -> *:ping\na -> b:22\n';
  assert.deepEqual(flowsToAsk(parseExpectations(text)), { b: ['8080', '22'], '*': ['ping'] });
});

test('what cannot be read is refused with its line', () => {
  for (const text of [
    'web',
    'web -> db',
    'web -> db:http',
    'web -> db:0',
    'web -> db:22 maybe',
    'a b -> c:1',
  ])
    assert.throws(() => parseExpectations(`# fine\n${text}`), /^SyntaxError: line 2 cannot be read/, text);
});

test('what is written is as expected when read, whatever the names', () => {
  const name = fc.oneof(
    fc.stringMatching(/^[a-z0-9./-]{1,8}$/),
    fc.string({ minLength: 1, maxLength: 8 }).filter((text) => !/[\n\r]/.test(text) && text !== '*'),
  );
  fc.assert(
    fc.property(
      fc.uniqueArray(name, { minLength: 2, maxLength: 5 }),
      fc.infiniteStream(fc.boolean()),
      (labels, draw) => {
        const plain = matrixOf(labels, []);
        const members = plain.members.map((member) => ({
          ...member,
          names: [member.label, `\n${member.id}`],
        }));
        const cells = plain.cells.map((cell) => ({ ...cell, arrives: draw.next().value! }));
        const matrix = { members, cells };
        const text = writeExpectations(matrix, 'isthmus matrix');
        assert.deepEqual(differences(matrix, text), []);
        assert.equal(parseExpectations(text).length, cells.filter(({ arrives }) => arrives).length);
      },
    ),
  );
});
