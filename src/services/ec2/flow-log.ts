// Flow logs: who wants which packets written down. The records come from real packets alone; `flow-logs.ts` forms and delivers them.

import type {
  CreateFlowLogsRequest,
  CreateFlowLogsResult,
  DeleteFlowLogsRequest,
  DeleteFlowLogsResult,
  DescribeFlowLogsRequest,
  DescribeFlowLogsResult,
  FlowLog as FlowLogShape,
  UnsuccessfulItem,
} from '@aws-sdk/client-ec2';
import type { Bucket } from '../../cloud/bucket.ts';
import { type FlowLog, readBucketArn } from '../../cloud/flow-log.ts';
import { takesLogs, withLogDelivery } from '../log-delivery.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { checkId, flowLogAlreadyExists, flowLogsNotFound, requireParameter } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { type FlowLogSettings, readResources, readSettings } from './flow-log-parameter.ts';
import { idempotent } from './idempotency.ts';
import { findOwn, isOwn, selectOwn } from './ownership.ts';
import { paginate } from './pagination.ts';
import { dropTags, findTags, putTags, showTags, tagsFromSpecifications } from './tag.ts';

export function createFlowLogs(
  input: CreateFlowLogsRequest,
  context: OperationContext,
): CreateFlowLogsResult {
  const target = [
    'ResourceType',
    'ResourceIds',
    'TrafficType',
    'MaxAggregationInterval',
    'LogFormat',
  ] as const;
  const destination = ['LogDestinationType', 'LogDestination', 'DestinationOptions', 'LogGroupName'] as const;
  const roles = ['DeliverLogsPermissionArn', 'DeliverCrossAccountRole'] as const;
  acceptParameters('CreateFlowLogs', input, ...target, ...destination, ...roles, 'TagSpecifications');
  const { accountId, region, cloud, now } = context;
  const settings = readSettings(input);
  const resources = readResources(input, context);
  const tags = tagsFromSpecifications(input.TagSpecifications, 'vpc-flow-log');
  const token = input.ClientToken && { ClientToken: input.ClientToken };
  const obstacle = findObstacle(settings, context);
  if (obstacle) {
    const failed = resources.map(({ resource }) => refuseFor(resource.resourceId, obstacle));
    return { ...token, FlowLogIds: [], Unsuccessful: failed };
  }

  function create(): string[] {
    for (const { resource } of resources)
      if (findSame(context, { ...settings, resource })) throw flowLogAlreadyExists();
    openBucket(settings, context);
    return resources.map(({ vpcId, resource }) => {
      const flowLogId = context.newId('fl');
      const creationTime = now.toISOString();
      cloud.flowLogs.put({ flowLogId, accountId, region, vpcId, creationTime, resource, ...settings });
      putTags(context, flowLogId, 'vpc-flow-log', tags);
      return flowLogId;
    });
  }
  const show = (ids: string[]): CreateFlowLogsResult => ({ ...token, FlowLogIds: ids, Unsuccessful: [] });
  return idempotent(context, 'CreateFlowLogs', input.ClientToken, input, create, show);
}

/** Why nothing can be delivered there. AWS: it is told of each resource; the request itself succeeds. */
function findObstacle({ logDestination }: FlowLogSettings, context: OperationContext): string | undefined {
  const { bucketName, prefix } = readBucketArn(logDestination)!;
  const bucket = context.cloud.buckets.find(bucketName);
  if (!bucket) return `LogDestination: ${bucketName} does not exist`;
  if (bucket.accountId === context.accountId || takesLogs(bucket, context, `${prefix}AWSLogs/x`))
    return undefined;
  return `Access Denied for LogDestination: ${bucketName}. Please check LogDestination permission`;
}

const refuseFor = (resourceId: string, message: string): UnsuccessfulItem => ({
  ResourceId: resourceId,
  Error: { Code: '400', Message: message },
});

function findSame(
  context: OperationContext,
  wanted: FlowLogSettings & Pick<FlowLog, 'resource'>,
): FlowLog | undefined {
  const { resource, trafficType, logFormat } = wanted;
  const destination = nameDestination(wanted);
  return context.cloud.flowLogs
    .all()
    .find(
      (one) =>
        isOwn(context, one) &&
        one.resource.resourceId === resource.resourceId &&
        nameDestination(one) === destination &&
        one.trafficType === trafficType &&
        one.logFormat === logFormat,
    );
}

function nameDestination({ logDestination }: Pick<FlowLog, 'logDestination'>): string {
  const { bucketName, prefix } = readBucketArn(logDestination)!;
  return `${bucketName}/${prefix}`;
}

/** AWS: a bucket of the same account is opened for log delivery where it is not open yet. */
function openBucket({ logDestination }: FlowLogSettings, context: OperationContext): void {
  const { bucketName, prefix } = readBucketArn(logDestination)!;
  const bucket: Bucket = context.cloud.buckets.find(bucketName)!;
  if (takesLogs(bucket, context, `${prefix}AWSLogs/x`)) return;
  context.cloud.buckets.put({ ...bucket, policy: withLogDelivery(bucket, context, prefix) });
}

export function describeFlowLogs(
  input: DescribeFlowLogsRequest,
  context: OperationContext,
): DescribeFlowLogsResult {
  acceptParameters('DescribeFlowLogs', input, 'FlowLogIds', 'Filter', 'MaxResults', 'NextToken');
  const { cloud } = context;
  const selected = selectOwn(
    context,
    input.FlowLogIds,
    (id) => getFlowLogs(context, [id])[0]!,
    () => cloud.flowLogs.all(),
  );
  const shown = selected.map((flowLog) => showFlowLog(context, flowLog));
  const tagsOf = ({ FlowLogId: id }: FlowLogShape) => findTags(cloud, id!);
  const matching = applyFilters(shown, input.Filter, filterFields, tagsOf);
  const { page, nextToken } = paginate(matching, input, undefined, ({ FlowLogId: id }) => id!);
  return { FlowLogs: page, ...(nextToken && { NextToken: nextToken }) };
}

const filterFields: FilterFields<FlowLogShape> = {
  'deliver-log-status': ({ DeliverLogsStatus: status }) => status,
  'flow-log-id': ({ FlowLogId: id }) => id,
  'log-destination-type': ({ LogDestinationType: type }) => type,
  'log-group-name': () => undefined,
  'resource-id': ({ ResourceId: id }) => id,
  'traffic-type': ({ TrafficType: type }) => type,
};

export function deleteFlowLogs(
  input: DeleteFlowLogsRequest,
  context: OperationContext,
): DeleteFlowLogsResult {
  acceptParameters('DeleteFlowLogs', input, 'FlowLogIds');
  const ids = requireParameter('FlowLogId', input.FlowLogIds);
  for (const { flowLogId } of getFlowLogs(context, ids)) {
    context.cloud.flowLogs.delete(flowLogId);
    dropTags(context.cloud, flowLogId);
  }
  return { Unsuccessful: [] };
}

function getFlowLogs(context: OperationContext, ids: string[]): FlowLog[] {
  for (const id of ids) checkId('fl', id, 'InvalidFlowLogId.Malformed');
  const found = ids.map((id) => findOwn(context, context.cloud.flowLogs.find(id)));
  const missing = ids.filter((_id, index) => !found[index]);
  if (missing.length > 0) throw flowLogsNotFound(missing);
  return found as FlowLog[];
}

function showFlowLog({ cloud, world }: OperationContext, flowLog: FlowLog): FlowLogShape {
  const { flowLogId, resource, destinationOptions } = flowLog;
  const error = world.deliveryError(flowLogId);
  return {
    FlowLogId: flowLogId,
    FlowLogStatus: 'ACTIVE',
    CreationTime: new Date(flowLog.creationTime),
    ResourceId: resource.resourceId,
    TrafficType: flowLog.trafficType,
    LogDestinationType: 's3',
    LogDestination: flowLog.logDestination,
    LogFormat: flowLog.logFormat,
    MaxAggregationInterval: flowLog.maxAggregationInterval,
    DeliverLogsStatus: error === undefined ? 'SUCCESS' : 'FAILED',
    ...(error !== undefined && { DeliverLogsErrorMessage: error }),
    ...(destinationOptions && {
      DestinationOptions: {
        FileFormat: 'plain-text',
        HiveCompatiblePartitions: destinationOptions.hiveCompatiblePartitions,
        PerHourPartition: destinationOptions.perHourPartition,
      },
    }),
    Tags: showTags(cloud, flowLogId),
  };
}
