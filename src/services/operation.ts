// What every operation is given and what it is: a function from the SDK's input type to the SDK's output type,
// run to its end inside one store.change. It checks first, writes last, and throws an AwsError before it has written.

import type { Arrival } from '../aws/arrival.ts';
import type { IssueCredentials } from '../aws/identity.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { AccountId, FlowLogId, InstanceId, NewId, Region, VpcEndpointId } from '../cloud/id.ts';
import type { MetricArchive } from '../cloud/metric.ts';
import type { ReachabilityFinding, ReachabilityQuestion } from '../cloud/network-insights.ts';
import type { Principal } from '../policy/principal.ts';
import type { AuthorizationMessages } from './authorization-message.ts';

export interface OperationContext {
  cloud: Cloud;
  accountId: AccountId;
  region: Region;
  /** Who calls: `arn:aws:iam::111111111111:root`. */
  callerArn: string;
  principal: Exclude<Principal, { kind: 'anonymous' }>;
  /** By which way the call came. */
  arrival: Arrival;
  issueCredentials: IssueCredentials;
  authorizationMessages: AuthorizationMessages;
  now: Date;
  newId: NewId;
  /** Random characters of the given alphabet: for names that are not ids (`dnsSuffix`, ARN tails). */
  randomText: (length: number, alphabet: string) => string;
  world: World;
}

/** What is so, as opposed to what was asked for: observed of the kernel and the sandboxes. */
export interface World {
  /** AWS's services that somebody answers for here, as their endpoint services are named: `ec2`, `ecr.api`. */
  readonly endpointServices: readonly string[];
  /** True when the network engine has applied everything this VPC or hub (`tgw-…`) was as of `generation`. */
  isApplied(routerId: string, generation: number): boolean;
  /** True when somebody listens behind this endpoint to an AWS service. */
  isServed(vpcEndpointId: VpcEndpointId): boolean;
  /** What the sandbox of an instance does right now. */
  observeInstance(instanceId: InstanceId): InstanceObservation;
  /** The serial console so far, at most its last 64 KiB. */
  readConsole(instanceId: InstanceId): { text: string; timestamp: Date };
  /** Why nothing of a flow log could be delivered last time; undefined: it could. */
  deliveryError(flowLogId: FlowLogId): string | undefined;
  targetHealth(targetGroupArn: string, targetId: string, port: number): TargetHealthObservation;
  /** What has been counted of the packets. */
  readonly metrics: MetricArchive;
  /** Whether packets get there, in the network as the cloud has it now; asked before anything is written. */
  analyzeReachability(question: ReachabilityQuestion): ReachabilityFinding;
}

export interface InstanceObservation {
  /** `absent`: no process; `booting`: started, its init has not reported yet. */
  sandbox: 'absent' | 'booting' | 'running';
}

export interface TargetHealthObservation {
  /** `unknown`: no check has passed yet, and not enough have failed. */
  state: 'unknown' | 'healthy' | 'unhealthy';
  /** AWS's reason code, such as `Target.FailedHealthChecks`; absent when healthy. */
  reason?: string;
  description?: string;
}

export type Operation<Input, Output> = (input: Input, context: OperationContext) => Output;

/** The table of contents of a service: AWS's operation name to the function of the same name. */
export type OperationTable = Record<string, Operation<never, object>>;
