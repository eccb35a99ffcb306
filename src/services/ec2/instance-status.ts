// What is seen of running instances from outside: their status checks and their serial console.

import type {
  DescribeInstanceStatusRequest,
  DescribeInstanceStatusResult,
  GetConsoleOutputRequest,
  GetConsoleOutputResult,
  InstanceStatus,
  InstanceStatusSummary,
} from '@aws-sdk/client-ec2';
import type { Instance } from '../../cloud/instance.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { requireParameter } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { getInstance, selectInstances } from './instance.ts';
import { instanceStateOf, showState } from './instance-show.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { findTags } from './tag.ts';

export function describeInstanceStatus(
  input: DescribeInstanceStatusRequest,
  context: OperationContext,
): DescribeInstanceStatusResult {
  const { InstanceIds: ids, IncludeAllInstances: all } = input;
  const paging = ['MaxResults', 'NextToken'] as const;
  acceptParameters(
    'DescribeInstanceStatus',
    input,
    'InstanceIds',
    'Filters',
    'IncludeAllInstances',
    ...paging,
  );
  refuseIdsWithMaxResults('InstanceIds', ids, input.MaxResults);
  const selected = selectInstances(context, ids).filter(
    (instance) => all || instanceStateOf(context, instance) === 'running',
  );
  const tagsOf = (instance: Instance) => findTags(context.cloud, instance.instanceId);
  const matching = applyFilters(selected, input.Filters, statusFields(context), tagsOf);
  const { page, nextToken } = paginate(matching, input, undefined, (instance) => instance.instanceId);
  return {
    InstanceStatuses: page.map((instance) => showStatus(context, instance)),
    ...(nextToken && { NextToken: nextToken }),
  };
}

const statusFields = (context: OperationContext): FilterFields<Instance> => ({
  'availability-zone': (instance) => showStatus(context, instance).AvailabilityZone,
  'instance-state-code': (instance) => String(showStatus(context, instance).InstanceState!.Code),
  'instance-state-name': (instance) => instanceStateOf(context, instance),
  'instance-status.reachability': (instance) =>
    showStatus(context, instance).InstanceStatus!.Details?.[0]?.Status,
  'instance-status.status': (instance) => showStatus(context, instance).InstanceStatus!.Status,
  'system-status.reachability': (instance) =>
    showStatus(context, instance).SystemStatus!.Details?.[0]?.Status,
  'system-status.status': (instance) => showStatus(context, instance).SystemStatus!.Status,
});

/** Both checks see the same: whether PID 1 of the sandbox lives. */
function showStatus(context: OperationContext, instance: Instance): InstanceStatus {
  const zone = context.cloud.subnets.find(instance.subnetId)?.availabilityZone;
  const state = instanceStateOf(context, instance);
  const summary: InstanceStatusSummary =
    state === 'running'
      ? { Status: 'ok', Details: [{ Name: 'reachability', Status: 'passed' }] }
      : { Status: 'not-applicable' };
  return {
    ...(zone && { AvailabilityZone: zone }),
    InstanceId: instance.instanceId,
    InstanceState: showState(state),
    InstanceStatus: summary,
    SystemStatus: summary,
    Events: [],
  };
}

export function getConsoleOutput(
  input: GetConsoleOutputRequest,
  context: OperationContext,
): GetConsoleOutputResult {
  // AWS: without Latest the output is that of some minutes ago; ours is always the latest.
  acceptParameters('GetConsoleOutput', input, 'InstanceId', 'Latest');
  const { instanceId } = getInstance(context, requireParameter('InstanceId', input.InstanceId));
  const { text, timestamp } = context.world.readConsole(instanceId);
  const isEmpty = text === '';
  return {
    InstanceId: instanceId,
    Timestamp: isEmpty ? context.now : timestamp,
    ...(!isEmpty && { Output: Buffer.from(text).toString('base64') }),
  };
}
