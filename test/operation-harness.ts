// Runs operations as the front door does, on a cloud in memory and a world that is what the test says it is.

import assert from 'node:assert/strict';
import { AwsError } from '../src/aws/aws-error.ts';
import { createSessionCredentials } from '../src/aws/session-credential.ts';
import type { Cloud } from '../src/cloud/cloud.ts';
import type { FlowLogId, InstanceId, NewId, VpcEndpointId, VpcId } from '../src/cloud/id.ts';
import type { ReachabilityFinding, ReachabilityQuestion } from '../src/cloud/network-insights.ts';
import { endpointServices } from '../src/cloud/service-name.ts';
import { openMetricArchive } from '../src/metric-archive.ts';
import { compileNetwork } from '../src/network/compile.ts';
import { analyzeReachability } from '../src/reachability.ts';
import { createAuthorizationMessages } from '../src/services/authorization-message.ts';
import type {
  InstanceObservation,
  Operation,
  OperationContext,
  TargetHealthObservation,
  World,
} from '../src/services/operation.ts';
import { openStore, type Store } from '../src/store.ts';

/** The defaults: everything is applied, no instance runs, no target has been checked. */
export class FakeWorld implements World {
  endpointServices: readonly string[] = endpointServices;
  /** Endpoints behind which nobody listens. */
  readonly unserved = new Set<VpcEndpointId>();
  /** True: every VPC is applied. A generation: everything up to it is. */
  applied: boolean | number = true;
  readonly instances = new Map<InstanceId, InstanceObservation>();
  readonly consoles = new Map<InstanceId, { text: string; timestamp: Date }>();
  readonly deliveryErrors = new Map<FlowLogId, string>();
  /** By `targetGroupArn targetId:port`. */
  readonly targets = new Map<string, TargetHealthObservation>();

  isApplied(_vpcId: VpcId, generation: number): boolean {
    return typeof this.applied === 'number' ? generation <= this.applied : this.applied;
  }

  isServed(vpcEndpointId: VpcEndpointId): boolean {
    return !this.unserved.has(vpcEndpointId);
  }

  observeInstance(instanceId: InstanceId): InstanceObservation {
    return this.instances.get(instanceId) ?? { sandbox: 'absent' };
  }

  readConsole(instanceId: InstanceId): { text: string; timestamp: Date } {
    return this.consoles.get(instanceId) ?? { text: '', timestamp: new Date(0) };
  }

  readonly metrics = openMetricArchive(':memory:');

  deliveryError(flowLogId: FlowLogId): string | undefined {
    return this.deliveryErrors.get(flowLogId);
  }

  /** What has a network sets it to that; by itself it knows none. */
  analyzeReachability(_question: ReachabilityQuestion): ReachabilityFinding {
    return { status: 'failed', message: 'there is no network here' };
  }

  targetHealth(targetGroupArn: string, targetId: string, port: number): TargetHealthObservation {
    return this.targets.get(`${targetGroupArn} ${targetId}:${port}`) ?? { state: 'unknown' };
  }
}

/** The real analysis, of a network whose targets are all healthy. */
export function analyzerOf(cloud: Cloud): World['analyzeReachability'] {
  return (question) => analyzeReachability(cloud, compileNetwork(cloud, { isHealthy: () => true }), question);
}

export interface Caller {
  accountId?: string;
  region?: string;
}

export interface Harness {
  /** One request from its beginning to its end, by default of account 111111111111 in us-east-1. */
  run<I, O>(operation: Operation<I, O>, input: NoInfer<I>, caller?: Caller): O;
  store: Store;
  world: FakeWorld;
  /** Set it to move the time. */
  clock: { now: Date };
}

export function newHarness(): Harness {
  const store = openStore(':memory:');
  const world = new FakeWorld();
  world.analyzeReachability = analyzerOf(store.cloud);
  const clock = { now: new Date('2026-01-31T12:00:00.000Z') };
  const sessions = createSessionCredentials(Buffer.alloc(32, 1));
  let made = 0;
  const newId: NewId = (prefix) => `${prefix}-${(++made).toString(16).padStart(17, '0')}`;

  function contextOf({
    accountId = '111111111111',
    region = 'us-east-1',
  }: Caller): Omit<OperationContext, 'cloud'> {
    return {
      accountId,
      region,
      callerArn: `arn:aws:iam::${accountId}:root`,
      principal: { kind: 'root', accountId, arn: `arn:aws:iam::${accountId}:root`, userId: accountId },
      arrival: { sourceAddress: '127.0.0.1', isSecure: false },
      issueCredentials: sessions.issue,
      authorizationMessages: createAuthorizationMessages(Buffer.alloc(32, 1)),
      now: clock.now,
      newId,
      randomText: (length, alphabet) =>
        Array.from({ length }, (_, index) => alphabet[(++made + index) % alphabet.length]).join(''),
      world,
    };
  }

  return {
    run: (operation, input, caller = {}) =>
      store.change((cloud) => operation(input, { cloud, ...contextOf(caller) })),
    store,
    world,
    clock,
  };
}

/** For assert.throws: AWS's code and, where the promise is about it, AWS's text. */
export function refusal(code: string, message?: string | RegExp): (error: unknown) => true {
  return (error) => {
    assert.ok(error instanceof AwsError, `not an AwsError: ${error}`);
    assert.equal(error.code, code, error.message);
    if (typeof message === 'string') assert.equal(error.message, message);
    else if (message) assert.match(error.message, message);
    return true;
  };
}
