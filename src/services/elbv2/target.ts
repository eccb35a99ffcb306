// Registering targets with a target group and taking them out again.

import type {
  DeregisterTargetsInput,
  DeregisterTargetsOutput,
  RegisterTargetsInput,
  RegisterTargetsOutput,
  TargetDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { type InstanceId, isIdOf } from '../../cloud/id.ts';
import type { Target, TargetGroup } from '../../cloud/load-balancer.ts';
import { currentTargets } from '../../cloud/target.ts';
import { cidrContains, isPrivateAddress, parseAddress } from '../../lib/cidr.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { invalidTarget, limitExceeded, requireParameter, requireRange, validationError } from './errors.ts';
import { findOwn, getTargetGroup, listenersTo } from './lookup.ts';

const mostTargets = 1000;

export function registerTargets(
  input: RegisterTargetsInput,
  context: OperationContext,
): RegisterTargetsOutput {
  acceptParameters('RegisterTargets', input, 'TargetGroupArn', 'Targets');
  const targetGroup = getTargetGroup(context, input.TargetGroupArn);
  const descriptions = requireParameter('Targets', input.Targets);
  const added = descriptions.map((description) => parseTarget('RegisterTargets', targetGroup, description));
  checkTargets(targetGroup, added, context);

  const targets = [...currentTargets(context.cloud, targetGroup, context.now)];
  for (const target of added) {
    const index = targets.findIndex((other) => isSameTarget(other, target));
    if (index < 0) targets.push(target);
    else if (targets[index]!.deregisteredAt !== undefined) targets[index] = target;
  }
  if (targets.length > mostTargets) {
    throw limitExceeded('TooManyTargets', `The maximum number of targets per target group is ${mostTargets}`);
  }
  context.cloud.targetGroups.put({ ...targetGroup, targets });
  return {};
}

export function deregisterTargets(
  input: DeregisterTargetsInput,
  context: OperationContext,
): DeregisterTargetsOutput {
  acceptParameters('DeregisterTargets', input, 'TargetGroupArn', 'Targets');
  const targetGroup = getTargetGroup(context, input.TargetGroupArn);
  const descriptions = requireParameter('Targets', input.Targets);
  const removed = descriptions.map((description) =>
    parseTarget('DeregisterTargets', targetGroup, description),
  );

  const isInUse = listenersTo(context, targetGroup.targetGroupArn).length > 0;
  const deregisteredAt = context.now.toISOString();
  const targets = currentTargets(context.cloud, targetGroup, context.now).flatMap((target): Target[] => {
    // AWS: taking out what is not there succeeds.
    if (!removed.some((other) => isSameTarget(other, target))) return [target];
    // AWS: a target that no listener uses has no flows to wait for.
    return isInUse ? [{ ...target, deregisteredAt: target.deregisteredAt ?? deregisteredAt }] : [];
  });
  const changed = { ...targetGroup, targets };
  context.cloud.targetGroups.put({
    ...changed,
    targets: currentTargets(context.cloud, changed, context.now),
  });
  return {};
}

export function isSameTarget(left: Target, right: Target): boolean {
  return left.id === right.id && left.port === right.port;
}

/** The target a request speaks of: without a port it is the group's. */
export function parseTarget(
  operation: string,
  targetGroup: TargetGroup,
  description: TargetDescription,
): Target {
  acceptParameters(`Targets of ${operation}`, description, 'Id', 'Port', 'AvailabilityZone');
  const id = requireParameter('Id', description.Id);
  if (targetGroup.targetType === 'instance' && !isIdOf('i', id)) {
    throw validationError(`Instance ID '${id}' is not valid`);
  }
  if (targetGroup.targetType === 'ip' && parseAddress(id) === undefined) {
    throw validationError(`The IP address '${id}' is not a valid IPv4 address`);
  }
  const port = requireRange('Port', description.Port ?? targetGroup.port, 1, 65_535);
  const zone = description.AvailabilityZone;
  return { id, port, ...(zone !== undefined && { availabilityZone: zone }) };
}

function checkTargets(targetGroup: TargetGroup, targets: Target[], context: OperationContext): void {
  if (targetGroup.targetType === 'instance') checkInstances(targetGroup, targets, context);
  else for (const target of targets) checkAddress(targetGroup, target, context);
}

function checkInstances(targetGroup: TargetGroup, targets: Target[], context: OperationContext): void {
  if (targets.some(({ availabilityZone }) => availabilityZone !== undefined)) {
    throw validationError("You cannot specify an Availability Zone for targets of target type 'instance'");
  }
  const ids = [...new Set(targets.map(({ id }) => id as InstanceId))];
  const find = (id: InstanceId) => findOwn(context, context.cloud.instances.find(id));
  const list = (some: InstanceId[]) => some.map((id) => `'${id}'`).join(', ');

  const elsewhere = ids.filter((id) => find(id)?.vpcId !== targetGroup.vpcId);
  if (elsewhere.length > 0) {
    throw invalidTarget(
      `The following targets are not in the target group VPC '${targetGroup.vpcId}': ${list(elsewhere)}`,
    );
  }
  const idle = ids.filter((id) => !isRunning(id, context));
  if (idle.length > 0) {
    throw invalidTarget(
      `The following targets are not in a running state and cannot be registered: ${list(idle)}`,
    );
  }
}

/** Asked to run, and its sandbox does. */
export function isRunning(instanceId: InstanceId, context: OperationContext): boolean {
  return (
    context.cloud.instances.find(instanceId)?.desiredState === 'running' &&
    context.world.observeInstance(instanceId).sandbox === 'running'
  );
}

/** AWS: addresses of the VPC's subnets, or private ones beyond it that are then said to be in zone `all`. */
function checkAddress(targetGroup: TargetGroup, target: Target, context: OperationContext): void {
  const { id, availabilityZone } = target;
  const vpc = context.cloud.vpcs.find(targetGroup.vpcId);
  const isInside = vpc?.cidrBlockAssociations.some(({ cidrBlock }) => cidrContains(cidrBlock, id)) ?? false;
  if (isInside) {
    if (availabilityZone === undefined) return;
    throw validationError(
      `You cannot specify an Availability Zone for the target '${id}' because it is in the VPC '${targetGroup.vpcId}'`,
    );
  }
  // AWS: targets outside the VPC must be in one of the private ranges.
  if (!isPrivateAddress(id)) {
    throw validationError(
      `The IP address '${id}' is not within a valid IP address range for the target group`,
    );
  }
  if (availabilityZone !== 'all') {
    throw validationError(
      `You must specify the Availability Zone 'all' for the target '${id}' because it is outside the VPC '${targetGroup.vpcId}'`,
    );
  }
  throw notBuilt(`targets outside the target group's VPC, such as '${id}'`);
}
