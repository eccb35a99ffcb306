// Flow logs to S3: what has been written to a flow log's file since the last delivery becomes an object.
// AWS: gathers for five minutes; here it goes as soon as it is written (DIFFERS: flow-log-timing).

import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type FlowLog, readBucketArn } from './cloud/flow-log.ts';
import type { FlowLogFiles } from './flow-log-file.ts';
import { createLineWriter } from './network/flow-log-format.ts';
import type { S3Front } from './services/s3/s3.ts';

/** Puts an object as AWS's log delivery does. @throws when the bucket is gone or its policy does not allow it */
export type PutDelivered = S3Front['putDelivered'];

/** AWS: a file is closed when it has 75 MB. */
const longestObjectBytes = 75 * 1024 * 1024;

export async function deliver(
  flowLog: FlowLog,
  files: FlowLogFiles,
  putDelivered: PutDelivered,
  now: Date,
): Promise<void> {
  const { flowLogId } = flowLog;
  const { bucketName, prefix } = readBucketArn(flowLog.logDestination)!;
  for (;;) {
    const offset = files.deliveredUpTo(flowLogId);
    const { text, next } = await files.read(flowLogId, offset, longestObjectBytes);
    if (next === offset) return;
    const lines = `${createLineWriter(flowLog).header}\n${text}`;
    const key = prefix + objectKey(flowLog, now, randomBytes(4).toString('hex'));
    const body = await promisify(gzip)(lines);
    await putDelivered({ source: flowLog, bucketName, key, body });
    // ORDER: a crash before this delivers the same records again; the other way round they would be lost.
    files.noteDelivered(flowLogId, next);
  }
}

/** `AWSLogs/111111111111/vpcflowlogs/us-east-1/2026/01/31/111111111111_vpcflowlogs_us-east-1_fl-…_20260131T1205Z_1a2b3c4d.log.gz` */
export function objectKey(flowLog: FlowLog, now: Date, hash: string): string {
  const { accountId, region, flowLogId, destinationOptions } = flowLog;
  const [year, month, day, hour, minute] = now.toISOString().split(/[-T:]/) as [
    string,
    string,
    string,
    string,
    string,
  ];
  const isHive = destinationOptions?.hiveCompatiblePartitions === true;
  const named = (name: string, value: string) => (isHive ? `${name}=${value}` : value);
  const folders = [
    'AWSLogs',
    named('aws-account-id', accountId),
    named('aws-service', 'vpcflowlogs'),
    named('aws-region', region),
    named('year', year),
    named('month', month),
    named('day', day),
    ...(destinationOptions?.perHourPartition ? [named('hour', hour)] : []),
  ];
  const time = `${year}${month}${day}T${hour}${minute}Z`;
  return `${folders.join('/')}/${accountId}_vpcflowlogs_${region}_${flowLogId}_${time}_${hash}.log.gz`;
}
