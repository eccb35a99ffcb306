import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findLostTargets } from './flow.ts';

function targets(used: string[], lost: string[]) {
  return { targets: { used: new Set(used), lost: new Set(lost), nodeAddresses: [] } };
}

const web = 'tcp 10.0.1.11 80';

test('the flows of a target end when it turns unhealthy, and only then', () => {
  assert.deepEqual(findLostTargets(targets([web], []), targets([], [web])), [web]);
  assert.deepEqual(findLostTargets(targets([], [web]), targets([], [web])), []);
});

test('a target that one group has lost and another uses is not cut at every change', () => {
  assert.deepEqual(findLostTargets(targets([web], []), targets([web], [web])), [web]);
  assert.deepEqual(findLostTargets(targets([web], [web]), targets([web], [web])), []);
});

test('a daemon that does not know what was before ends the flows of every lost target', () => {
  assert.deepEqual(findLostTargets(undefined, targets([], [web])), [web]);
});
