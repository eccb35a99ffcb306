// What CreateFlowLogs asks for, checked: whose packets, which of them, in which format, where to.

import type { CreateFlowLogsRequest } from '@aws-sdk/client-ec2';
import { type FlowLog, type FlowLogResource, readBucketArn } from '../../cloud/flow-log.ts';
import { defaultLogFormat, isKnownField, laterFields, readLogFormat } from '../../cloud/flow-log-field.ts';
import type { NetworkInterfaceId, SubnetId, VpcId } from '../../cloud/id.ts';
import type { OperationContext } from '../operation.ts';
import { notBuilt } from '../parameters.ts';
import { invalidParameter, invalidParameterValue, missingParameter, requireParameter } from './errors.ts';
import { getNetworkInterface } from './network-interface.ts';
import { getSubnet } from './subnet.ts';
import { getVpc } from './vpc.ts';

export type FlowLogSettings = Pick<
  FlowLog,
  'trafficType' | 'maxAggregationInterval' | 'logFormat' | 'logDestination' | 'destinationOptions'
>;

const mostResources = 300;
const trafficTypes = ['ACCEPT', 'REJECT', 'ALL'] as const;
/** Seconds. */
const intervals = [60, 600] as const;

export function readSettings(input: CreateFlowLogsRequest): FlowLogSettings {
  const trafficType = requireParameter('TrafficType', input.TrafficType);
  if (!trafficTypes.includes(trafficType))
    throw invalidParameterValue(`Value (${trafficType}) for parameter trafficType is invalid.`);
  const interval = intervals.find((seconds) => seconds === (input.MaxAggregationInterval ?? 600));
  if (interval === undefined) throw invalidParameter('Invalid Flow Log Max Aggregation Interval');
  const destinationOptions = readDestinationOptions(input);
  return {
    trafficType,
    maxAggregationInterval: interval,
    logFormat: readFormat(input.LogFormat),
    logDestination: readDestination(input),
    ...(destinationOptions && { destinationOptions }),
  };
}

function readDestination(input: CreateFlowLogsRequest): string {
  const { LogDestinationType: type = 'cloud-watch-logs', LogDestination: destination } = input;
  if (type === 'cloud-watch-logs')
    throw notBuilt('flow logs to CloudWatch Logs (give LogDestinationType s3 and the ARN of a bucket)');
  if (type === 'kinesis-data-firehose')
    throw notBuilt('flow logs to Firehose (give LogDestinationType s3 and the ARN of a bucket)');
  if (type !== 's3')
    throw invalidParameterValue(`Value (${type}) for parameter logDestinationType is invalid.`);
  for (const name of ['DeliverLogsPermissionArn', 'DeliverCrossAccountRole', 'LogGroupName'] as const)
    if (input[name]) throw invalidParameter(`${name} is not applicable for s3 delivery`);
  if (!destination) throw invalidParameter("LogDestination can't be empty if LogGroupName is not provided.");
  const bucket = readBucketArn(destination);
  // AWS: AWSLogs is the folder that it makes itself.
  if (!bucket || /(^|\/)AWSLogs\//.test(bucket.prefix))
    throw invalidParameter(`Invalid LogDestination: ${destination}`);
  return destination;
}

function readFormat(logFormat: string | undefined): string {
  if (logFormat === undefined) return defaultLogFormat;
  const names = readLogFormat(logFormat);
  if (!names)
    throw invalidParameterValue(
      `1 validation error detected: Value '${logFormat}' at 'logFormat' has an invalid format`,
    );
  const later = names.find((name) => laterFields.includes(name));
  if (later) throw notBuilt(`the field \${${later}} of flow logs, which came after version 5`);
  const unknown = names.filter((name) => !isKnownField(name));
  if (unknown.length > 0) throw invalidParameter(`Unknown fields provided: ${unknown.join(', ')}`);
  return logFormat;
}

function readDestinationOptions({ DestinationOptions: options }: CreateFlowLogsRequest) {
  if (!options) return undefined;
  const { FileFormat: format = 'plain-text' } = options;
  if (format === 'parquet') throw notBuilt('flow logs as Parquet files');
  if (format !== 'plain-text')
    throw invalidParameterValue(`Value (${format}) for parameter fileFormat is invalid.`);
  return {
    hiveCompatiblePartitions: options.HiveCompatiblePartitions ?? false,
    perHourPartition: options.PerHourPartition ?? false,
  };
}

/** The caller's own, each with the VPC that it is in. */
export function readResources(
  { ResourceType: type, ResourceIds: ids }: CreateFlowLogsRequest,
  context: OperationContext,
): { vpcId: VpcId; resource: FlowLogResource }[] {
  requireParameter('ResourceType', type);
  if (!ids || ids.length === 0) throw missingParameter('ResourceId');
  if (ids.length > mostResources)
    throw invalidParameterValue(`No more than ${mostResources} resources may be given.`);
  return [...new Set(ids)].map((resourceId) => {
    switch (type) {
      case 'VPC':
        return {
          vpcId: getVpc(context, resourceId).vpcId,
          resource: { resourceType: type, resourceId: resourceId as VpcId },
        };
      case 'Subnet':
        return {
          vpcId: getSubnet(context, resourceId).vpcId,
          resource: { resourceType: type, resourceId: resourceId as SubnetId },
        };
      case 'NetworkInterface':
        return {
          vpcId: getNetworkInterface(context, resourceId).vpcId,
          resource: { resourceType: type, resourceId: resourceId as NetworkInterfaceId },
        };
      case 'TransitGateway':
      case 'TransitGatewayAttachment':
      case 'RegionalNatGateway':
        throw notBuilt(`flow logs of a ${type}`);
      default:
        throw invalidParameterValue(`Value (${type}) for parameter resourceType is invalid.`);
    }
  });
}
