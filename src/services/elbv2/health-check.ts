// The health check of a target group: AWS's defaults and the ranges of each field.

import type {
  CreateTargetGroupInput,
  ModifyTargetGroupInput,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { HealthCheck } from '../../cloud/load-balancer.ts';
import { acceptParameters } from '../parameters.ts';
import { invalidConfiguration, requireRange, validationError } from './errors.ts';

/** What CreateTargetGroup and ModifyTargetGroup have in common. */
type HealthCheckInput = Pick<
  CreateTargetGroupInput & ModifyTargetGroupInput,
  (typeof healthCheckParameters)[number]
>;

export const healthCheckParameters = [
  'HealthCheckEnabled',
  'HealthCheckProtocol',
  'HealthCheckPort',
  'HealthCheckPath',
  'HealthCheckIntervalSeconds',
  'HealthCheckTimeoutSeconds',
  'HealthyThresholdCount',
  'UnhealthyThresholdCount',
  'Matcher',
] as const;

const defaultTimeoutSeconds = { TCP: 10, HTTP: 6, HTTPS: 10 };

/** The check that the input asks for. @param current what is kept where the input says nothing; absent: AWS's defaults */
export function parseHealthCheck(
  operation: string,
  input: HealthCheckInput,
  current?: HealthCheck,
): HealthCheck {
  const protocol = parseProtocol(input.HealthCheckProtocol ?? current?.protocol ?? 'TCP');
  const kept = current?.protocol === protocol ? current : undefined;
  const intervalSeconds = input.HealthCheckIntervalSeconds ?? current?.intervalSeconds ?? 30;
  const usualTimeoutSeconds = kept?.timeoutSeconds ?? defaultTimeoutSeconds[protocol];
  const check: HealthCheck = {
    enabled: parseEnabled(input.HealthCheckEnabled),
    protocol,
    port: parsePort(input.HealthCheckPort ?? current?.port ?? 'traffic-port'),
    intervalSeconds,
    // A shorter interval takes the timeout along, unless the caller says both.
    timeoutSeconds: input.HealthCheckTimeoutSeconds ?? Math.min(usualTimeoutSeconds, intervalSeconds),
    healthyThresholdCount: input.HealthyThresholdCount ?? current?.healthyThresholdCount ?? 5,
    unhealthyThresholdCount: input.UnhealthyThresholdCount ?? current?.unhealthyThresholdCount ?? 2,
    ...parseRequest(operation, protocol, input, kept),
  };
  checkNumbers(check);
  return check;
}

function parseProtocol(protocol: string): HealthCheck['protocol'] {
  if (protocol === 'TCP' || protocol === 'HTTP' || protocol === 'HTTPS') return protocol;
  throw validationError(`Health check protocol '${protocol}' must be one of 'HTTP, HTTPS, TCP'`);
}

/** AWS: only targets that are functions may go unchecked. */
function parseEnabled(enabled: boolean | undefined): true {
  if (enabled !== false) return true;
  throw invalidConfiguration(
    "Health check enabled must be true for target groups with target type 'instance' or 'ip'",
  );
}

function parsePort(port: string): string {
  if (port === 'traffic-port') return port;
  if (/^[1-9][0-9]{0,4}$/.test(port) && Number(port) <= 65_535) return port;
  throw validationError(`Health check port '${port}' must be in the range 1-65535 or 'traffic-port'`);
}

/** What an HTTP check asks for and takes for an answer; TCP checks have neither. */
function parseRequest(
  operation: string,
  protocol: HealthCheck['protocol'],
  input: HealthCheckInput,
  kept: HealthCheck | undefined,
): Pick<HealthCheck, 'path' | 'matcher'> {
  if (input.Matcher) acceptParameters(`Matcher of ${operation}`, input.Matcher, 'HttpCode');
  if (protocol === 'TCP') {
    if (input.HealthCheckPath !== undefined || input.Matcher !== undefined) {
      throw invalidConfiguration(
        "Health check path and matcher are not supported for health checks with protocol 'TCP'",
      );
    }
    return {};
  }
  return {
    path: parsePath(input.HealthCheckPath ?? kept?.path ?? '/'),
    matcher: parseMatcher(input.Matcher?.HttpCode ?? kept?.matcher ?? '200-399'),
  };
}

function parsePath(path: string): string {
  if (/^\/[!-~]*$/.test(path) && path.length <= 1024) return path;
  throw validationError(
    `Health check path '${path}' must start with '/' and be at most 1024 printable characters`,
  );
}

/** `200`, `200,302` or `200-399` */
function parseMatcher(matcher: string): string {
  if (!/^[2-5][0-9]{2}(-[2-5][0-9]{2})?(,[2-5][0-9]{2}(-[2-5][0-9]{2})?)*$/.test(matcher)) {
    throw validationError(`Health check matcher HTTP code '${matcher}' must be within '200-599'`);
  }
  return matcher;
}

function checkNumbers(check: HealthCheck): void {
  requireRange('HealthCheckIntervalSeconds', check.intervalSeconds, 5, 300);
  requireRange('HealthCheckTimeoutSeconds', check.timeoutSeconds, 2, 120);
  requireRange('HealthyThresholdCount', check.healthyThresholdCount, 2, 10);
  requireRange('UnhealthyThresholdCount', check.unhealthyThresholdCount, 2, 10);
  if (check.timeoutSeconds > check.intervalSeconds) {
    throw validationError('Health check interval must be greater than the timeout.');
  }
}
