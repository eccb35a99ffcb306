import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptied, type NamespaceState } from './namespace-state.ts';
import { renderChange, withoutMissingLinks } from './plan.ts';

const empty = emptied({ name: 'n', kind: 'internet', id: 'internet' } as NamespaceState);
const wanted: NamespaceState = {
  ...empty,
  routes: new Map([
    ['local 52.216.0.0/15 table local', 'dev lo'],
    ['blackhole default table main', ''],
    ['3.128.0.10 table main', 'via 169.254.1.1 dev vpca onlink'],
    ['3.128.0.11 table main', 'via 169.254.1.1 dev vpcb onlink'],
  ]),
  neighbours: new Map([
    ['169.254.1.1 dev vpca', '06:00:00:00:00:01'],
    ['169.254.1.1 dev vpcb', '06:00:00:00:00:01'],
  ]),
};

test('routes that are local, or lead nowhere, are written as the ip command takes them', () => {
  const lines = renderChange(empty, { ...wanted, neighbours: new Map() }, new Set());
  assert.deepEqual(lines.slice(0, 2), [
    'route replace local 52.216.0.0/15 dev lo table local proto static',
    'route replace blackhole default table main proto static',
  ]);
  assert.deepEqual(renderChange(wanted, empty, new Set()).slice(0, 2), [
    'route delete local 52.216.0.0/15 table local proto static',
    'route delete blackhole default table main proto static',
  ]);
});

test('what sits on a link that is not there yet waits, and nothing else does', () => {
  assert.equal(withoutMissingLinks(empty, wanted, new Set(), new Set()), undefined);
  const possible = withoutMissingLinks(empty, wanted, new Set(['vpcb']), new Set());
  assert.ok(possible);
  assert.equal(possible.routes.size, 3);
  assert.deepEqual([...possible.neighbours.keys()], ['169.254.1.1 dev vpca']);
});

test('what is there already stays, unless it went with its link', () => {
  const missing = new Set(['vpcb']);
  assert.equal(withoutMissingLinks(wanted, wanted, missing, new Set()), undefined);
  assert.equal(withoutMissingLinks(wanted, wanted, missing, missing)?.routes.size, 3);
});
