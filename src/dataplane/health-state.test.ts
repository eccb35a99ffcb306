import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HealthCheck } from '../cloud/load-balancer.ts';
import { matches, parseStatus } from './health-check.ts';
import { carryOver, type HealthState, initialHealth, judge, nextCheckInMs } from './health-state.ts';

const healthCheck: HealthCheck = {
  enabled: true,
  protocol: 'TCP',
  port: 'traffic-port',
  intervalSeconds: 30,
  timeoutSeconds: 10,
  healthyThresholdCount: 3,
  unhealthyThresholdCount: 2,
};
const pass = { passed: true } as const;
const refused = {
  passed: false,
  reason: 'Target.FailedHealthChecks',
  description: 'Health checks failed',
} as const;
const late = { passed: false, reason: 'Target.Timeout', description: 'Request timed out' } as const;

/** Judges results an interval apart and tells the status after each. */
function statuses(
  results: (typeof pass | typeof refused | typeof late)[],
  from = initialHealth(0),
): string[] {
  let state: HealthState = from;
  return results.map((result, index) => {
    state = judge(state, result, healthCheck, index * 30_000);
    return state.status;
  });
}

test('a new target is healthy as soon as one check has passed', () => {
  assert.deepEqual(statuses([pass]), ['healthy']);
  assert.deepEqual(statuses([refused, pass]), ['initial', 'healthy']);
});

test('a new target that fails as often as the threshold says is unhealthy, and then needs its passes in a row', () => {
  assert.deepEqual(statuses([refused, refused, pass, pass, pass]), [
    'initial',
    'unhealthy',
    'unhealthy',
    'unhealthy',
    'healthy',
  ]);
});

test('only results in a row count', () => {
  assert.deepEqual(statuses([pass, refused, pass, refused, refused]).at(-2), 'healthy');
  assert.deepEqual(statuses([pass, refused, pass, refused, refused]).at(-1), 'unhealthy');
  assert.equal(statuses([refused, refused, pass, pass, refused, pass, pass]).at(-1), 'unhealthy');
  assert.equal(statuses([refused, refused, pass, pass, refused, pass, pass, pass]).at(-1), 'healthy');
});

test('failures between two that AWS would have seen are not held against a new target', () => {
  let state = initialHealth(0);
  for (let nowMs = 0; nowMs < 30_000; nowMs += 250) state = judge(state, refused, healthCheck, nowMs);
  assert.equal(state.status, 'initial');
  assert.equal(judge(state, refused, healthCheck, 30_000).status, 'unhealthy');
});

test('the latest failure is the reason, and a healthy target has none', () => {
  let state = judge(judge(initialHealth(0), refused, healthCheck, 0), late, healthCheck, 30_000);
  assert.equal(state.failure?.reason, 'Target.Timeout');
  state = judge(state, refused, healthCheck, 60_000);
  assert.equal(state.failure?.reason, 'Target.FailedHealthChecks');
  for (let count = 0; count < 3; count++) state = judge(state, pass, healthCheck, 90_000);
  assert.equal(state.status, 'healthy');
  assert.equal(state.failure, undefined);
});

test('a new target is tried again soon, then less often, and never later than a failure would count', () => {
  let state = judge(initialHealth(0), refused, healthCheck, 0);
  assert.equal(nextCheckInMs(state, healthCheck, 0), 250);
  assert.equal(nextCheckInMs(state, healthCheck, 16_000), 2000);
  assert.equal(nextCheckInMs(state, healthCheck, 29_900), 100);
  state = judge(state, refused, healthCheck, 30_000);
  assert.equal(nextCheckInMs(state, healthCheck, 30_000), 30_000);
  assert.equal(nextCheckInMs(judge(initialHealth(0), pass, healthCheck, 0), healthCheck, 0), 30_000);
});

test('a changed check does not make a target unknown, but what was counted is void', () => {
  const oneFailure = judge(judge(initialHealth(0), pass, healthCheck, 0), refused, healthCheck, 30_000);
  const carried = carryOver(oneFailure, 40_000);
  assert.equal(carried.status, 'healthy');
  assert.equal(judge(carried, refused, healthCheck, 40_000).status, 'healthy');
});

test('a matcher is a list of codes and ranges', () => {
  assert.ok(matches(200, '200-399') && matches(399, '200-399') && !matches(400, '200-399'));
  assert.ok(matches(202, '200,202') && !matches(201, '200,202'));
  assert.ok(matches(301, '200-299, 301') && matches(204, '200-299,301') && !matches(302, '200-299,301'));
  assert.ok(!matches(200, '') && !matches(200, 'all'));
});

test('a status is read from a whole first line of HTTP and from nothing else', () => {
  assert.equal(parseStatus('HTTP/1.1 200 OK\r\nServer: nginx\r\n'), 200);
  assert.equal(parseStatus('HTTP/1.0 404\n'), 404);
  for (const text of [
    'HTTP/1.1 200 OK',
    'HTTP/2 200\r\n',
    'SSH-2.0-OpenSSH\r\n',
    'HTTP/1.1 2000 OK\r\n',
    '\r\n',
  ]) {
    assert.equal(parseStatus(text), undefined, text);
  }
});
