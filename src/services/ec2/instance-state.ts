// Starting, stopping, rebooting and terminating. Only the decision is written; the sandboxes follow and are then observed.

import type {
  InstanceStateChange,
  RebootInstancesRequest,
  StartInstancesRequest,
  StartInstancesResult,
  StopInstancesRequest,
  StopInstancesResult,
  TerminateInstancesRequest,
  TerminateInstancesResult,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import type { InstanceId } from '../../cloud/id.ts';
import type { Instance } from '../../cloud/instance.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { operationNotPermitted, requireParameter } from './errors.ts';
import { forgetInstances, getInstances } from './instance.ts';
import { releaseInterfaces } from './instance-end.ts';
import { type InstanceStateName, instanceStateOf, showState } from './instance-show.ts';
import { assignPublicAddress, releasePublicAddress } from './public-address.ts';

/** AWS: "a short while, usually less than one hour". */
const forgetAfterMs = 60 * 60 * 1000;

export function startInstances(
  input: StartInstancesRequest,
  context: OperationContext,
): StartInstancesResult {
  acceptParameters('StartInstances', input, 'InstanceIds');
  const instances = selectForChange(context, input.InstanceIds);
  for (const instance of instances) {
    const isStartable = ['stopped', 'pending', 'running'].includes(instanceStateOf(context, instance));
    if (!isStartable) {
      throw incorrectInstanceState(
        `The instance '${instance.instanceId}' is not in a state from which it can be started.`,
      );
    }
  }
  return { StartingInstances: change(context, instances, (instance) => startInstance(context, instance)) };
}

function startInstance({ cloud, now }: OperationContext, instance: Instance): void {
  if (instance.desiredState === 'running') return;
  const { stateReason: _ended, ...rest } = instance;
  assignPublicAddress(cloud, instance);
  cloud.instances.put({
    ...rest,
    desiredState: 'running',
    bootNumber: instance.bootNumber + 1,
    launchTime: now.toISOString(),
    stateTransitionReason: '',
  });
}

export function stopInstances(input: StopInstancesRequest, context: OperationContext): StopInstancesResult {
  // An instance that does not power off by itself is switched off after ten seconds, with Force or without.
  acceptParameters('StopInstances', input, 'InstanceIds', 'Force', 'Hibernate', 'SkipOsShutdown');
  if (input.Hibernate) throw notBuilt('hibernation');
  if (input.SkipOsShutdown) throw notBuilt('the parameter SkipOsShutdown of StopInstances');
  const instances = selectForChange(context, input.InstanceIds);
  for (const instance of instances) {
    if (instance.desiredState !== 'terminated') continue;
    throw incorrectInstanceState(
      `This instance '${instance.instanceId}' is not in a state from which it can be stopped.`,
    );
  }
  return { StoppingInstances: change(context, instances, (instance) => stopInstance(context, instance)) };
}

function stopInstance({ cloud, now }: OperationContext, instance: Instance): void {
  if (instance.desiredState === 'stopped') return;
  releasePublicAddress(cloud, instance);
  cloud.instances.put({ ...instance, desiredState: 'stopped', ...endedByUser(now) });
}

export function rebootInstances(input: RebootInstancesRequest, context: OperationContext): object {
  acceptParameters('RebootInstances', input, 'InstanceIds');
  const instances = selectForChange(context, input.InstanceIds);
  for (const { instanceId, desiredState } of instances) {
    if (desiredState === 'running') continue;
    throw incorrectInstanceState(
      `The instance '${instanceId}' is not in a state from which it can be rebooted.`,
    );
  }
  for (const instance of instances) {
    context.cloud.instances.put({ ...instance, bootNumber: instance.bootNumber + 1 });
  }
  return {};
}

export function terminateInstances(
  input: TerminateInstancesRequest,
  context: OperationContext,
): TerminateInstancesResult {
  acceptParameters('TerminateInstances', input, 'InstanceIds', 'Force', 'SkipOsShutdown');
  if (input.SkipOsShutdown) throw notBuilt('the parameter SkipOsShutdown of TerminateInstances');
  const instances = selectForChange(context, input.InstanceIds);
  for (const { instanceId, disableApiTermination, desiredState } of instances) {
    if (!disableApiTermination || desiredState === 'terminated') continue;
    throw operationNotPermitted(
      `The instance '${instanceId}' may not be terminated. ` +
        "Modify its 'disableApiTermination' instance attribute and try again.",
    );
  }
  const terminate = (instance: Instance) => {
    const isGone = context.world.observeInstance(instance.instanceId).sandbox === 'absent';
    terminateInstance(context.cloud, instance, context.now, endedByUser(context.now), isGone);
  };
  return { TerminatingInstances: change(context, instances, terminate) };
}

type Ending = Pick<Instance, 'stateTransitionReason' | 'stateReason'>;

/** @param isGone whether its machine runs no more; else its interfaces wait for that (`recordEnd`) */
function terminateInstance(cloud: Cloud, before: Instance, now: Date, ending: Ending, isGone: boolean): void {
  if (before.desiredState === 'terminated') return;
  releasePublicAddress(cloud, before);
  const { iamInstanceProfile: _ended, ...rest } = before;
  const instance = cloud.instances.put({
    ...rest,
    ...ending,
    desiredState: 'terminated',
    forgetAfter: new Date(now.getTime() + forgetAfterMs).toISOString(),
  });
  if (isGone) releaseInterfaces(cloud, instance);
}

/**
 * Writes down that a machine ended by itself: somebody inside powered it off, or it broke.
 * @param bootNumber the boot that ended; nothing is written when a newer one has been asked for
 */
export function recordShutdown(
  cloud: Cloud,
  instanceId: InstanceId,
  bootNumber: number,
  now: Date,
  how: 'poweroff' | 'crash' = 'poweroff',
): void {
  const instance = cloud.instances.find(instanceId);
  if (instance?.desiredState !== 'running' || instance.bootNumber !== bootNumber) return;
  const stateReason =
    how === 'poweroff'
      ? reason('Client.InstanceInitiatedShutdown', 'Instance initiated shutdown')
      : reason('Server.InternalError', 'Internal error on launch');
  const ending = { stateTransitionReason: '', stateReason };
  if (how === 'poweroff' && instance.shutdownBehavior === 'terminate') {
    terminateInstance(cloud, instance, now, ending, true);
    return;
  }
  releasePublicAddress(cloud, instance);
  cloud.instances.put({ ...instance, ...ending, desiredState: 'stopped' });
}

function endedByUser(now: Date): Ending {
  const time = now.toISOString().replace('T', ' ').slice(0, 19);
  return {
    stateTransitionReason: `User initiated (${time} GMT)`,
    stateReason: reason('Client.UserInitiatedShutdown', 'User initiated shutdown'),
  };
}

function reason(code: string, text: string): { code: string; message: string } {
  return { code, message: `${code}: ${text}` };
}

function selectForChange(context: OperationContext, instanceIds: string[] | undefined): Instance[] {
  return getInstances(context, [...new Set(requireParameter('InstanceId', instanceIds))]);
}

/** Applies a decision to each and tells what each was before and is now. */
function change(
  context: OperationContext,
  instances: Instance[],
  decide: (instance: Instance) => void,
): InstanceStateChange[] {
  forgetInstances(context);
  return instances.map((instance) => {
    const { instanceId } = instance;
    const before: InstanceStateName = instanceStateOf(context, instance);
    decide(instance);
    const after = instanceStateOf(context, context.cloud.instances.find(instanceId)!);
    return { InstanceId: instanceId, CurrentState: showState(after), PreviousState: showState(before) };
  });
}

export function incorrectInstanceState(text: string): AwsError {
  return new AwsError('IncorrectInstanceState', text);
}
