import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refusal } from '../../../test/operation-harness.ts';
import { parseHealthCheck } from './health-check.ts';

const parse = (
  input: Parameters<typeof parseHealthCheck>[1],
  current?: Parameters<typeof parseHealthCheck>[2],
) => parseHealthCheck('CreateTargetGroup', input, current);

test('each protocol has its own timeout to start with', () => {
  const timeouts = (['TCP', 'HTTP', 'HTTPS'] as const).map(
    (protocol) => parse({ HealthCheckProtocol: protocol }).timeoutSeconds,
  );
  assert.deepEqual(timeouts, [10, 6, 10]);
});

test('a short interval takes the timeout along, unless the caller says one', () => {
  assert.equal(parse({ HealthCheckIntervalSeconds: 5 }).timeoutSeconds, 5);
  assert.throws(
    () => parse({ HealthCheckIntervalSeconds: 5, HealthCheckTimeoutSeconds: 6 }),
    refusal('ValidationError', 'Health check interval must be greater than the timeout.'),
  );
});

test('a change keeps what it does not name, and another protocol starts anew', () => {
  const http = parse({ HealthCheckProtocol: 'HTTP', HealthCheckPath: '/up', HealthCheckIntervalSeconds: 20 });
  assert.deepEqual(parse({ HealthyThresholdCount: 3 }, http), { ...http, healthyThresholdCount: 3 });
  const tcp = parse({ HealthCheckProtocol: 'TCP' }, http);
  assert.deepEqual(
    [tcp.path, tcp.matcher, tcp.timeoutSeconds, tcp.intervalSeconds],
    [undefined, undefined, 10, 20],
  );
});

test('what no check can be is refused', () => {
  const refused: [Parameters<typeof parseHealthCheck>[1], string][] = [
    [{ HealthCheckProtocol: 'UDP' }, 'ValidationError'],
    [{ HealthCheckEnabled: false }, 'InvalidConfigurationRequest'],
    [{ HealthCheckPort: '0' }, 'ValidationError'],
    [{ HealthCheckPort: '65536' }, 'ValidationError'],
    [{ HealthCheckPort: 'http' }, 'ValidationError'],
    [{ HealthCheckPath: '/' }, 'InvalidConfigurationRequest'],
    [{ HealthCheckProtocol: 'HTTP', HealthCheckPath: 'up' }, 'ValidationError'],
    [{ HealthCheckProtocol: 'HTTP', HealthCheckPath: '/a\r\nHost: b' }, 'ValidationError'],
    [{ HealthCheckProtocol: 'HTTP', Matcher: { HttpCode: '600' } }, 'ValidationError'],
    [{ HealthCheckProtocol: 'HTTP', Matcher: { GrpcCode: '0' } }, 'NotImplemented'],
    [{ HealthCheckTimeoutSeconds: 1 }, 'ValidationError'],
    [{ UnhealthyThresholdCount: 1 }, 'ValidationError'],
    [{ HealthCheckIntervalSeconds: 5.5 }, 'ValidationError'],
  ];
  for (const [input, code] of refused)
    assert.throws(() => parse(input), refusal(code), JSON.stringify(input));
});
