// Instances: finding them. A terminated one stays visible for an hour, then it was never there.

import type { DescribeInstancesRequest, DescribeInstancesResult } from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { Instance } from '../../cloud/instance.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { checkId, instanceNotFound } from './errors.ts';
import { applyFilters } from './filter.ts';
import { isEnding, releaseInterfaces } from './instance-end.ts';
import { instanceFields } from './instance-filter.ts';
import { showReservations } from './instance-show.ts';
import { findOwn, selectOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { dropTags, findTags } from './tag.ts';

export function describeInstances(
  input: DescribeInstancesRequest,
  context: OperationContext,
): DescribeInstancesResult {
  acceptParameters('DescribeInstances', input, 'InstanceIds', 'Filters', 'MaxResults', 'NextToken');
  refuseIdsWithMaxResults('InstanceIds', input.InstanceIds, input.MaxResults);
  const matching = applyFilters(
    selectInstances(context, input.InstanceIds),
    input.Filters,
    instanceFields(context),
    (instance) => findTags(context.cloud, instance.instanceId),
  );
  const { page, nextToken } = paginate(matching, input, undefined, (instance) => instance.instanceId);
  return { Reservations: showReservations(context, page), ...(nextToken && { NextToken: nextToken }) };
}

/** What a Describe call is about before its filters. */
export function selectInstances(context: OperationContext, instanceIds: string[] | undefined): Instance[] {
  const { cloud, now } = context;
  if (instanceIds && instanceIds.length > 0) return getInstances(context, [...new Set(instanceIds)]);
  const all = selectOwn(
    context,
    undefined,
    (id) => getInstance(context, id),
    () => cloud.instances.all(),
  );
  return all.filter((instance) => !isForgotten(instance, now));
}

/** The caller's instance; otherwise AWS's not-found. */
export function getInstance(context: OperationContext, instanceId: string): Instance {
  checkId('i', instanceId, 'InvalidInstanceID.Malformed');
  const instance = findOwn(context, context.cloud.instances.find(instanceId));
  if (!instance || isForgotten(instance, context.now)) throw instanceNotFound(instanceId);
  return instance;
}

/** AWS: several that are missing are named in one refusal, in words of its own. */
export function getInstances(context: OperationContext, instanceIds: string[]): Instance[] {
  for (const instanceId of instanceIds) checkId('i', instanceId, 'InvalidInstanceID.Malformed');
  const found = instanceIds.map((id) => findOwn(context, context.cloud.instances.find(id)));
  const missing = instanceIds.filter((_id, index) => !found[index] || isForgotten(found[index], context.now));
  if (missing.length === 1) throw instanceNotFound(missing[0]!);
  if (missing.length > 1) {
    throw new AwsError('InvalidInstanceID.NotFound', `The instance IDs '${missing.join(', ')}' do not exist`);
  }
  return found as Instance[];
}

function isForgotten({ forgetAfter }: Instance, now: Date): boolean {
  return forgetAfter !== undefined && Date.parse(forgetAfter) <= now.getTime();
}

/** Takes away what is not shown any more. Called by operations that write anyway. */
export function forgetInstances({ cloud, now }: OperationContext): void {
  for (const instance of cloud.instances.where((instance) => isForgotten(instance, now))) {
    const { instanceId } = instance;
    if (isEnding(instance)) releaseInterfaces(cloud, instance);
    cloud.instances.delete(instanceId);
    dropTags(cloud, instanceId);
  }
}
