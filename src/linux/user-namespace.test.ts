import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isNamespaceFile, renderIdMap } from './user-namespace.ts';

const initialNamespace = [{ inside: 0, outside: 0, count: 4_294_967_295 }];
/** What newuidmap makes of an ordinary user with a subordinate range. */
const outerNamespace = [
  { inside: 0, outside: 1000, count: 1 },
  { inside: 1, outside: 100_000, count: 65_535 },
];

test("as root, an instance's ids are a range of the host's", () => {
  assert.equal(
    renderIdMap({ hostBase: 1_879_048_192, count: 65_536 }, initialNamespace),
    '0 1879048192 65536\n',
  );
});

test("in a namespace of an ordinary user, the map follows the pieces of the parent's", () => {
  assert.equal(renderIdMap({ hostBase: 0, count: 65_536 }, outerNamespace), '0 0 1\n1 1 65535\n');
});

test('ids the parent has not cannot be given', () => {
  const small = [{ inside: 0, outside: 1000, count: 1 }];
  assert.equal(renderIdMap({ hostBase: 0, count: 65_536 }, small), '0 0 1\n');
});

test('an ordinary file is no namespace, and neither is one that is not there', () => {
  assert.equal(isNamespaceFile(new URL(import.meta.url).pathname), false);
  assert.equal(isNamespaceFile('/nowhere'), false);
  assert.equal(isNamespaceFile('/proc/self/ns/net'), true);
});
