import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDraining } from './target.ts';

const start = new Date('2026-01-31T12:00:00.000Z');
const after = (seconds: number) => new Date(start.getTime() + seconds * 1000);

test('a target drains from its deregistration until the delay has passed', () => {
  const target = { id: 'i-0123456789abcdef0', port: 80, deregisteredAt: start.toISOString() };
  assert.equal(isDraining(target, 300, start), true);
  assert.equal(isDraining(target, 300, after(299.999)), true);
  assert.equal(isDraining(target, 300, after(300)), false);
  assert.equal(isDraining(target, 0, start), false);
});

test('a registered target does not drain', () => {
  assert.equal(isDraining({ id: 'i-0123456789abcdef0', port: 80 }, 300, start), false);
});
