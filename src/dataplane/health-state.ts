// What a row of check results says about a target. Pure: the time is handed in, the checker does the checking.
//
// AWS: a new target is healthy as soon as one check has passed; after that it takes as many in a row
// as the group's thresholds say to change what is thought of it.

import type { HealthCheck } from '../cloud/load-balancer.ts';
import type { HealthCheckFailure, HealthCheckResult } from './health-check.ts';

export interface HealthState {
  /** `initial` until the first check has passed or enough have failed. */
  status: 'initial' | 'healthy' | 'unhealthy';
  /** Why the latest check that failed did; absent while healthy. */
  failure?: HealthCheckFailure;
  /** Results in a row that speak against `status`. */
  contrary: number;
  /** When the first check of this target was due. */
  startedAtMs: number;
  /** When a failure was last counted; absent before the first. */
  countedAtMs?: number;
}

const quickRetryMs = 250;

export function initialHealth(nowMs: number): HealthState {
  return { status: 'initial', contrary: 0, startedAtMs: nowMs };
}

/** The check has changed, the target has not: what is thought of it stays until the new check says otherwise. */
export function carryOver(state: HealthState, nowMs: number): HealthState {
  return { ...initialHealth(nowMs), status: state.status, failure: state.failure };
}

export function judge(
  state: HealthState,
  result: HealthCheckResult,
  healthCheck: HealthCheck,
  nowMs: number,
): HealthState {
  if (result.passed) return judgePass(state, healthCheck);
  return judgeFailure(state, result, healthCheck, nowMs);
}

function judgePass(state: HealthState, healthCheck: HealthCheck): HealthState {
  const { startedAtMs } = state;
  if (state.status === 'unhealthy' && state.contrary + 1 < healthCheck.healthyThresholdCount) {
    return { ...state, contrary: state.contrary + 1 };
  }
  return { status: 'healthy', contrary: 0, startedAtMs };
}

function judgeFailure(
  state: HealthState,
  failure: HealthCheckFailure,
  healthCheck: HealthCheck,
  nowMs: number,
): HealthState {
  if (state.status === 'unhealthy') return { ...state, contrary: 0, failure };
  if (state.status === 'initial' && isQuickRetry(state, healthCheck, nowMs)) return state;
  const contrary = state.contrary + 1;
  if (contrary < healthCheck.unhealthyThresholdCount) return { ...state, contrary, countedAtMs: nowMs };
  return { status: 'unhealthy', contrary: 0, startedAtMs: state.startedAtMs, failure };
}

/** A failure between two that AWS would have seen: it is not held against the target. */
function isQuickRetry(state: HealthState, healthCheck: HealthCheck, nowMs: number): boolean {
  return state.countedAtMs !== undefined && nowMs - state.countedAtMs < healthCheck.intervalSeconds * 1000;
}

/**
 * How long to wait for the next check.
 * DIFFERS: early-health-checks AWS waits a whole interval also before a new target's second check. Here an instance boots in
 * milliseconds, so while nothing is known of a target it is tried again after a quarter of a second, then less
 * and less often.
 */
export function nextCheckInMs(state: HealthState, healthCheck: HealthCheck, nowMs: number): number {
  const intervalMs = healthCheck.intervalSeconds * 1000;
  if (state.status !== 'initial') return intervalMs;
  const ageMs = nowMs - state.startedAtMs;
  const untilCounted = (state.countedAtMs ?? nowMs) + intervalMs - nowMs;
  return Math.max(1, Math.min(Math.max(quickRetryMs, ageMs / 8), untilCounted));
}
