// Flow logs through the official SDK: shapes on the wire, pages, and the calls that Terraform's aws_flow_log makes.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createVpc, failure, startSdkCloud } from './sdk-cloud.ts';

const cloud = await startSdkCloud();
after(() => cloud.close());
const ours = cloud.ec2('111111111111');
cloud.store.change(({ buckets }) =>
  buckets.put({
    ...{ bucketName: 'flows', accountId: '111111111111', region: 'us-east-1' },
    creationDate: '2026-01-31T12:00:00.000Z',
  }),
);

// provider version 6: CreateFlowLogs with a client token, DescribeFlowLogs by id, tags by CreateTags and DeleteTags, DeleteFlowLogs.
test('Terraform’s aws_flow_log: create, read, tag, read, delete, read', async () => {
  const { vpcId } = await createVpc(ours, []);
  const logFormat = ['version', 'srcaddr', 'pkt-srcaddr', 'traffic-path']
    .map((name) => `\${${name}}`)
    .join(' ');
  const created = await ours.createFlowLogs({
    ...{ ClientToken: 'terraform-20260131120000000000000001', ResourceIds: [vpcId], ResourceType: 'VPC' },
    ...{ LogDestinationType: 's3', LogDestination: 'arn:aws:s3:::flows', TrafficType: 'ALL' },
    ...{ LogFormat: logFormat, MaxAggregationInterval: 60 },
    TagSpecifications: [{ ResourceType: 'vpc-flow-log', Tags: [{ Key: 'Name', Value: 'example' }] }],
    DestinationOptions: { FileFormat: 'plain-text', HiveCompatiblePartitions: false, PerHourPartition: true },
  });
  assert.deepEqual(created.Unsuccessful ?? [], []);
  const [FlowLogId] = created.FlowLogIds as [string];
  const read = async () => (await ours.describeFlowLogs({ FlowLogIds: [FlowLogId] })).FlowLogs!;
  const [shown] = await read();
  const { CreationTime, ...rest } = shown!;
  assert.ok(CreationTime instanceof Date);
  assert.deepEqual(rest, {
    ...{ FlowLogId, FlowLogStatus: 'ACTIVE', DeliverLogsStatus: 'SUCCESS', ResourceId: vpcId },
    ...{ TrafficType: 'ALL', LogDestinationType: 's3', LogDestination: 'arn:aws:s3:::flows' },
    ...{ LogFormat: logFormat, MaxAggregationInterval: 60, Tags: [{ Key: 'Name', Value: 'example' }] },
    DestinationOptions: { FileFormat: 'plain-text', HiveCompatiblePartitions: false, PerHourPartition: true },
  });
  await ours.createTags({ Resources: [FlowLogId], Tags: [{ Key: 'team', Value: 'net' }] });
  await ours.deleteTags({ Resources: [FlowLogId], Tags: [{ Key: 'Name' }] });
  assert.deepEqual((await read())[0]!.Tags, [{ Key: 'team', Value: 'net' }]);
  const deleted = await ours.deleteFlowLogs({ FlowLogIds: [FlowLogId] });
  assert.deepEqual(deleted.Unsuccessful ?? [], []);
  await assert.rejects(
    read(),
    failure(
      'InvalidFlowLogId.NotFound',
      `These flow log ids in the input list are not found: [TotalCount: 1] ${FlowLogId}`,
    ),
  );
});

test('what could not be made is said item by item', async () => {
  const { vpcId } = await createVpc(ours, []);
  const { FlowLogIds, Unsuccessful } = await ours.createFlowLogs({
    ...{ ResourceIds: [vpcId], ResourceType: 'VPC', TrafficType: 'ALL' },
    ...{ LogDestinationType: 's3', LogDestination: 'arn:aws:s3:::nobodys' },
  });
  assert.deepEqual(FlowLogIds ?? [], []);
  assert.deepEqual(Unsuccessful, [
    { ResourceId: vpcId, Error: { Code: '400', Message: 'LogDestination: nobodys does not exist' } },
  ]);
});
