import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CreateFlowLogsRequest } from '@aws-sdk/client-ec2';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeInterface, makeVpc } from '../../../test/vpc-fixture.ts';
import { createFlowLogs, deleteFlowLogs, describeFlowLogs } from './flow-log.ts';
import { createTags } from './tag.ts';

const them = { accountId: '222222222222' };
/** `format('srcaddr')` is `${srcaddr}`. */
const format = (...names: string[]) => names.map((name) => `\${${name}}`).join(' ');
const version2 = format(
  ...['version', 'account-id', 'interface-id', 'srcaddr', 'dstaddr', 'srcport', 'dstport', 'protocol'],
  ...['packets', 'bytes', 'start', 'end', 'action', 'log-status'],
);

function newCase() {
  const harness = newHarness();
  const { run, store } = harness;
  const { VpcId, SubnetId } = makeVpc(harness);
  const putBucket = (bucketName: string, accountId = '111111111111', policy?: object) =>
    store.change(({ buckets }) =>
      buckets.put({
        ...{ bucketName, accountId, region: 'us-east-1', creationDate: '2026-01-31T12:00:00.000Z' },
        ...(policy && { policy: JSON.stringify(policy) }),
      }),
    );
  putBucket('flows');
  const wanted: CreateFlowLogsRequest = {
    ...{ ResourceType: 'VPC', ResourceIds: [VpcId], TrafficType: 'ALL' },
    ...{ LogDestinationType: 's3', LogDestination: 'arn:aws:s3:::flows' },
  };
  const create = (fields: Partial<CreateFlowLogsRequest> = {}) =>
    run(createFlowLogs, { ...wanted, ...fields });
  const see = (id: string) => run(describeFlowLogs, { FlowLogIds: [id] }).FlowLogs![0]!;
  const policyOf = (bucketName: string) => store.cloud.buckets.find(bucketName)!.policy;
  return { ...harness, harness, VpcId, SubnetId, putBucket, wanted, create, see, policyOf };
}

test('a flow log is described as it was asked for, with AWS’s defaults', () => {
  const { create, see, VpcId } = newCase();
  const { FlowLogIds, Unsuccessful } = create();
  assert.deepEqual(Unsuccessful, []);
  assert.match(FlowLogIds![0]!, /^fl-[0-9a-f]{17}$/);
  assert.deepEqual(see(FlowLogIds![0]!), {
    ...{ FlowLogId: FlowLogIds![0], FlowLogStatus: 'ACTIVE', DeliverLogsStatus: 'SUCCESS' },
    ...{ CreationTime: new Date('2026-01-31T12:00:00.000Z'), ResourceId: VpcId, TrafficType: 'ALL' },
    ...{ LogDestinationType: 's3', LogDestination: 'arn:aws:s3:::flows', LogFormat: version2 },
    ...{ MaxAggregationInterval: 600, Tags: [] },
  });
});

test('each resource gets a flow log of its own; subnets and interfaces too', () => {
  const { create, harness, run, SubnetId } = newCase();
  const second = makeVpc(harness, 1).SubnetId;
  const both = create({ ResourceType: 'Subnet', ResourceIds: [SubnetId, second], TrafficType: 'REJECT' });
  assert.equal(both.FlowLogIds!.length, 2);
  const { networkInterfaceId } = makeInterface(harness, SubnetId);
  create({ ResourceType: 'NetworkInterface', ResourceIds: [networkInterfaceId], TrafficType: 'ACCEPT' });
  const find = (Name: string, ...Values: string[]) =>
    run(describeFlowLogs, { Filter: [{ Name, Values }] }).FlowLogs!.map(({ ResourceId }) => ResourceId);
  assert.deepEqual(find('traffic-type', 'REJECT'), [SubnetId, second]);
  assert.deepEqual(find('resource-id', networkInterfaceId), [networkInterfaceId]);
  assert.deepEqual(find('flow-log-id', both.FlowLogIds![1]!), [second]);
  assert.deepEqual(find('log-destination-type', 'cloud-watch-logs'), []);
  assert.equal(find('deliver-log-status', 'SUCCESS').length, 3);
  assert.deepEqual(find('log-group-name', '*'), []);
});

test('what cannot be delivered is said by AWS’s codes', () => {
  const { create, world, see } = newCase();
  const id = create().FlowLogIds![0]! as `fl-${string}`;
  world.deliveryErrors.set(id, 'Access error');
  const { DeliverLogsStatus, DeliverLogsErrorMessage } = see(id);
  assert.deepEqual([DeliverLogsStatus, DeliverLogsErrorMessage], ['FAILED', 'Access error']);
});

test('the same once more is refused; with the same token it is the same', () => {
  const { create } = newCase();
  const first = create({ ClientToken: 'once' });
  assert.deepEqual(create({ ClientToken: 'once' }), first);
  assert.equal(first.ClientToken, 'once');
  assert.throws(
    () => create({ LogDestination: 'arn:aws:s3:::flows/' }),
    refusal(
      'FlowLogAlreadyExists',
      'Error. There is an existing Flow Log with the same configuration and log destination.',
    ),
  );
  create({ LogDestination: 'arn:aws:s3:::flows/elsewhere' });
  create({ TrafficType: 'REJECT' });
  assert.throws(
    () => create({ TrafficType: 'REJECT', ClientToken: 'once' }),
    refusal('IdempotentParameterMismatch'),
  );
});

test('a bucket that is not there, or not open to log delivery, is told of each resource', () => {
  const { create, putBucket, run, VpcId } = newCase();
  putBucket('theirs', '222222222222');
  const failure = (Message: string) => [{ ResourceId: VpcId, Error: { Code: '400', Message } }];
  const missing = create({ LogDestination: 'arn:aws:s3:::nobodys' });
  assert.deepEqual(missing.Unsuccessful, failure('LogDestination: nobodys does not exist'));
  assert.deepEqual(missing.FlowLogIds, []);
  const closed = create({ LogDestination: 'arn:aws:s3:::theirs' });
  assert.deepEqual(
    closed.Unsuccessful,
    failure('Access Denied for LogDestination: theirs. Please check LogDestination permission'),
  );
  assert.deepEqual(run(describeFlowLogs, {}).FlowLogs, []);
});

test('a bucket of the same account is opened for log delivery, once and beside what is there', () => {
  const { create, policyOf, putBucket } = newCase();
  create();
  const opened = policyOf('flows');
  const sids = (policy: string | undefined) =>
    JSON.parse(policy!).Statement.map(({ Sid }: { Sid: string }) => Sid);
  assert.deepEqual(sids(opened), ['AWSLogDeliveryWrite', 'AWSLogDeliveryAclCheck']);
  create({ TrafficType: 'REJECT' });
  assert.equal(policyOf('flows'), opened);
  const own = {
    Sid: 'Own',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:DeleteBucket',
    Resource: 'arn:aws:s3:::mine',
  };
  putBucket('mine', '111111111111', { Version: '2012-10-17', Statement: own });
  create({ LogDestination: 'arn:aws:s3:::mine/a' });
  create({ LogDestination: 'arn:aws:s3:::mine/b' });
  assert.deepEqual(sids(policyOf('mine')), [
    ...['Own', 'AWSLogDeliveryWrite', 'AWSLogDeliveryAclCheck'],
    ...['AWSLogDeliveryWrite2', 'AWSLogDeliveryAclCheck2'],
  ]);
});

test('a bucket of another account takes logs when its policy lets delivery.logs.amazonaws.com put them', () => {
  const { create, putBucket, policyOf } = newCase();
  const write = {
    ...{ Effect: 'Allow', Principal: { Service: 'delivery.logs.amazonaws.com' }, Action: 's3:PutObject' },
    Resource: 'arn:aws:s3:::theirs/AWSLogs/*',
    Condition: {
      StringEquals: { 's3:x-amz-acl': 'bucket-owner-full-control', 'aws:SourceAccount': '111111111111' },
    },
  };
  const policy = { Version: '2012-10-17', Statement: [write] };
  putBucket('theirs', '222222222222', policy);
  assert.equal(create({ LogDestination: 'arn:aws:s3:::theirs' }).FlowLogIds!.length, 1);
  assert.equal(policyOf('theirs'), JSON.stringify(policy));
  assert.equal(create({ LogDestination: 'arn:aws:s3:::theirs/x' }).Unsuccessful!.length, 1);
});

test('formats: fields of version 2 to 5, and what is none', () => {
  const { create, see } = newCase();
  const LogFormat = format('srcaddr', 'traffic-path', 'az-id');
  assert.equal(see(create({ LogFormat }).FlowLogIds![0]!).LogFormat, LogFormat);
  for (const wrong of [
    'srcaddr',
    '',
    format('a', 'b').replace(' ', '  '),
    `${format('srcaddr')} `,
    `${format('a')},`,
  ])
    assert.throws(
      () => create({ LogFormat: wrong }),
      refusal(
        'InvalidParameterValue',
        `1 validation error detected: Value '${wrong}' at 'logFormat' has an invalid format`,
      ),
    );
  assert.throws(
    () => create({ LogFormat: format('srcaddr', 'colour') }),
    refusal('InvalidParameter', /colour/),
  );
  assert.throws(() => create({ LogFormat: format('reject-reason') }), refusal('NotImplemented', /version 5/));
});

test('where to: a bucket alone, as plain text', () => {
  const { create, see } = newCase();
  const options = { HiveCompatiblePartitions: true, PerHourPartition: true };
  const made = create({ DestinationOptions: options, MaxAggregationInterval: 60 });
  assert.deepEqual(see(made.FlowLogIds![0]!).DestinationOptions, { FileFormat: 'plain-text', ...options });
  const refused: [Partial<CreateFlowLogsRequest>, string, RegExp][] = [
    [{ LogDestinationType: undefined }, 'NotImplemented', /CloudWatch Logs/],
    [{ LogDestinationType: 'kinesis-data-firehose' }, 'NotImplemented', /Firehose/],
    [{ DestinationOptions: { FileFormat: 'parquet' } }, 'NotImplemented', /Parquet/],
    [{ LogDestination: undefined }, 'InvalidParameter', /can't be empty/],
    [{ LogDestination: 'flows' }, 'InvalidParameter', /LogDestination/],
    [{ LogDestination: 'arn:aws:s3:::flows/AWSLogs/' }, 'InvalidParameter', /LogDestination/],
    [
      { DeliverLogsPermissionArn: 'arn:aws:iam::111111111111:role/logs' },
      'InvalidParameter',
      /^DeliverLogsPermissionArn is not applicable for s3 delivery$/,
    ],
    [{ MaxAggregationInterval: 120 }, 'InvalidParameter', /Max Aggregation Interval/],
    [{ TrafficType: undefined }, 'MissingParameter', /TrafficType/],
    [{ ResourceIds: [] }, 'MissingParameter', /ResourceId/],
    [{ ResourceType: 'TransitGateway', ResourceIds: ['tgw-00000000'] }, 'NotImplemented', /TransitGateway/],
    [{ ResourceIds: ['vpc-0123456789abcdef0'] }, 'InvalidVpcID.NotFound', /does not exist/],
  ];
  for (const [fields, code, text] of refused) assert.throws(() => create(fields), refusal(code, text));
});

test('a flow log is its owner’s alone, and gone once it is deleted', () => {
  const { create, run, wanted } = newCase();
  const id = create().FlowLogIds![0]!;
  const notFound = refusal(
    'InvalidFlowLogId.NotFound',
    `These flow log ids in the input list are not found: [TotalCount: 1] ${id}`,
  );
  assert.throws(() => run(describeFlowLogs, { FlowLogIds: [id] }, them), notFound);
  assert.throws(() => run(deleteFlowLogs, { FlowLogIds: [id] }, them), notFound);
  assert.throws(() => run(createFlowLogs, wanted, them), refusal('InvalidVpcID.NotFound'));
  assert.deepEqual(run(describeFlowLogs, {}, them).FlowLogs, []);
  assert.deepEqual(run(deleteFlowLogs, { FlowLogIds: [id] }), { Unsuccessful: [] });
  assert.throws(() => run(deleteFlowLogs, { FlowLogIds: [id] }), notFound);
  assert.throws(() => run(deleteFlowLogs, { FlowLogIds: ['fl-x'] }), refusal('InvalidFlowLogId.Malformed'));
});

test('tags: at creation and later, as filters', () => {
  const { create, run, see } = newCase();
  const TagSpecifications = [
    { ResourceType: 'vpc-flow-log' as const, Tags: [{ Key: 'Name', Value: 'all' }] },
  ];
  const id = create({ TagSpecifications }).FlowLogIds![0]!;
  run(createTags, { Resources: [id], Tags: [{ Key: 'team', Value: 'net' }] });
  assert.deepEqual(see(id).Tags, [
    { Key: 'Name', Value: 'all' },
    { Key: 'team', Value: 'net' },
  ]);
  const found = run(describeFlowLogs, { Filter: [{ Name: 'tag:team', Values: ['net'] }] }).FlowLogs!;
  assert.equal(found.length, 1);
  assert.throws(
    () => create({ TagSpecifications: [{ ResourceType: 'vpc', Tags: [] }] }),
    refusal('InvalidParameterValue'),
  );
});

test('many are shown page by page', () => {
  const { create, run } = newCase();
  for (let i = 0; i < 7; i++) create({ LogDestination: `arn:aws:s3:::flows/${i}` });
  const first = run(describeFlowLogs, { MaxResults: 5 });
  const rest = run(describeFlowLogs, { MaxResults: 5, NextToken: first.NextToken });
  assert.deepEqual([first.FlowLogs!.length, rest.FlowLogs!.length, rest.NextToken], [5, 2, undefined]);
});
