// CloudWatch by each wire that its clients speak: CBOR, JSON 1.0 and forms give the same answers and the same refusals.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  type CloudWatch,
  paginateGetMetricData,
  paginateListMetrics,
  type StandardUnit,
} from '@aws-sdk/client-cloudwatch';
import type { Metric, Observation } from '../../src/cloud/metric.ts';
import { minuteOf } from '../../src/cloud/metric.ts';
import { failure, startSdkCloud } from './sdk-cloud.ts';

const cloud = await startSdkCloud();
const origin = cloud.endpoint;
after(() => cloud.close());
const noon = new Date('2026-01-31T12:00:00.000Z');
cloud.clock.now = new Date('2026-01-31T12:10:30.000Z');

const metric: Metric = {
  ...{ accountId: '111111111111', region: 'us-east-1', namespace: 'AWS/PrivateLinkEndpoints' },
  metricName: 'BytesProcessed',
  dimensions: [
    ['Endpoint Type', 'Interface'],
    ['Service Name', 'com.amazonaws.vpce.us-east-1.vpce-svc-1'],
    ['VPC Endpoint Id', 'vpce-1'],
    ['VPC Id', 'vpc-1'],
  ],
  unit: 'Bytes',
};
const observe = (
  minutes: number,
  value: number,
  about: Partial<Metric> = {},
  kind: Observation['kind'] = 'sum',
) =>
  cloud.world.metrics.record({
    minute: minuteOf(noon) + minutes,
    observations: [{ metric: { ...metric, ...about }, kind, value }],
    ...{ counted: new Map(), grown: new Map() },
  });
observe(0, 100);
observe(1, 50);
observe(1, 20);
observe(5, 7);
observe(5, 1, { accountId: '222222222222' });
observe(1, 4, { metricName: 'ActiveConnections', unit: 'Count' }, 'level');
observe(1, 1, { metricName: 'ActiveConnections', unit: 'Count' }, 'level');

const many = Array.from({ length: 1001 }, (_, index) => `M${String(index).padStart(4, '0')}`);
for (const metricName of many) observe(0, 1, { metricName, namespace: 'Many', dimensions: [] });

const Dimensions = metric.dimensions.map(([Name, Value]) => ({ Name, Value }));
const about = { Namespace: metric.namespace, MetricName: 'BytesProcessed', Dimensions };
const range = { StartTime: noon, EndTime: new Date('2026-01-31T12:10:00.000Z') };
const stat = (Stat: string, Period = 60, MetricName = 'BytesProcessed', Unit?: StandardUnit) => ({
  MetricStat: { Metric: { ...about, MetricName }, Period, Stat, ...(Unit && { Unit }) },
});
const at = (minutes: number) => new Date(noon.getTime() + minutes * 60_000);

for (const wire of ['CBOR', 'JSON'] as const) {
  const cloudWatch = cloud.cloudWatch('111111111111', wire);

  test(`${wire}: GetMetricData gives each minute’s value, the newest first`, async () => {
    const { MetricDataResults } = await cloudWatch.getMetricData({
      ...range,
      MetricDataQueries: [
        { Id: 'bytes', ...stat('Sum') },
        { Id: 'average', ...stat('Average', 300), Label: 'mean' },
        { Id: 'active', ...stat('Maximum', 60, 'ActiveConnections') },
        { Id: 'hidden', ...stat('Sum'), ReturnData: false },
      ],
    });
    assert.deepEqual(MetricDataResults, [
      {
        Id: 'bytes',
        Label: 'BytesProcessed',
        Timestamps: [at(5), at(1), at(0)],
        Values: [7, 70, 100],
        StatusCode: 'Complete',
      },
      { Id: 'average', Label: 'mean', Timestamps: [at(5), at(0)], Values: [7, 85], StatusCode: 'Complete' },
      { Id: 'active', Label: 'ActiveConnections', Timestamps: [at(1)], Values: [4], StatusCode: 'Complete' },
    ]);
  });

  test(`${wire}: GetMetricData is cut into pages by datapoints, and its rest is told as partial`, async () => {
    const queries = [
      { Id: 'a', ...stat('Sum') },
      { Id: 'b', ...stat('Sum') },
    ];
    const pages = [];
    for await (const page of paginateGetMetricData(
      { client: cloudWatch },
      { ...range, MetricDataQueries: queries, MaxDatapoints: 2, ScanBy: 'TimestampAscending' },
    ))
      pages.push(page.MetricDataResults!.map(({ Id, Values, StatusCode }) => [Id, Values, StatusCode]));
    assert.deepEqual(pages, [
      [
        ['a', [100, 70], 'PartialData'],
        ['b', [], 'PartialData'],
      ],
      [
        ['a', [7], 'Complete'],
        ['b', [100], 'PartialData'],
      ],
      [['b', [70, 7], 'Complete']],
    ]);
  });

  test(`${wire}: GetMetricStatistics gives several statistics of one metric`, async () => {
    const { Label, Datapoints } = await cloudWatch.getMetricStatistics({
      ...{ ...about, ...range, Period: 300, MetricName: 'ActiveConnections' },
      Statistics: ['Average', 'Minimum', 'SampleCount'],
    });
    assert.equal(Label, 'ActiveConnections');
    assert.deepEqual(Datapoints, [
      { Timestamp: noon, Average: 2.5, Minimum: 1, SampleCount: 2, Unit: 'Count' },
    ]);
  });

  test(`${wire}: dimensions name a metric wholly: fewer name another one`, async () => {
    const [query] = [stat('Sum')];
    const { MetricDataResults } = await cloudWatch.getMetricData({
      ...range,
      MetricDataQueries: [
        {
          Id: 'a',
          MetricStat: { ...query!.MetricStat, Metric: { ...about, Dimensions: Dimensions.slice(1) } },
        },
        {
          Id: 'b',
          MetricStat: { ...query!.MetricStat, Metric: { ...about, Dimensions: Dimensions.toReversed() } },
        },
        { Id: 'c', ...stat('Sum', 60, 'BytesProcessed', 'Count') },
      ],
    });
    assert.deepEqual(
      MetricDataResults!.map(({ Values }) => Values),
      [[], [7, 70, 100], []],
    );
  });

  test(`${wire}: ListMetrics has those that had values, of the caller’s account`, async () => {
    const { Metrics } = await cloudWatch.listMetrics({ Namespace: 'AWS/PrivateLinkEndpoints' });
    assert.deepEqual(
      Metrics!.map(({ MetricName }) => MetricName),
      ['ActiveConnections', 'BytesProcessed'],
    );
    assert.deepEqual(Metrics![0]!.Dimensions, Dimensions);
    const count = async (input: Parameters<CloudWatch['listMetrics']>[0]) =>
      (await cloudWatch.listMetrics(input as object)).Metrics!.length;
    assert.equal(await count({ Dimensions: [{ Name: 'VPC Endpoint Id' }] } as never), 2);
    assert.equal(await count({ Dimensions: [{ Name: 'VPC Endpoint Id', Value: 'vpce-2' }] } as never), 0);
    assert.equal(await count({ MetricName: 'BytesProcessed', RecentlyActive: 'PT3H' } as never), 1);
    assert.equal(await count({ Namespace: 'AWS/EC2' } as never), 0);
    assert.equal((await cloud.cloudWatch('333333333333').listMetrics({})).Metrics!.length, 0);
    cloud.clock.now = new Date('2026-01-31T15:30:00.000Z');
    assert.equal(await count({ RecentlyActive: 'PT3H' } as never), 0);
    cloud.clock.now = new Date('2026-01-31T12:10:30.000Z');
  });

  test(`${wire}: ListMetrics goes on where its last page ended`, async () => {
    const seen = [];
    for await (const { Metrics } of paginateListMetrics({ client: cloudWatch }, { Namespace: 'Many' }))
      seen.push(...Metrics!.map(({ MetricName }) => MetricName));
    assert.deepEqual(seen, many);
  });

  test(`${wire}: what AWS refuses is refused in its words`, async () => {
    const ask = (query: object, more: object = {}) =>
      cloudWatch.getMetricData({ ...range, MetricDataQueries: [{ Id: 'a', ...query }], ...more });
    const refused = failure(
      'ValidationException',
      'The parameter StartTime must not equal parameter EndTime.',
    );
    await assert.rejects(ask(stat('Sum'), { EndTime: noon }), refused);
    await assert.rejects(ask(stat('Sum'), { EndTime: at(-1) }), /must be greater than StartTime/);
    await assert.rejects(
      ask({ ...stat('Sum'), Id: 'Bytes' }),
      /MetricDataQueries\.member\.1\.Id is not matching/,
    );
    await assert.rejects(ask(stat('Sum', 61)), /must be a multiple of 60/);
    await assert.rejects(ask(stat('Middle')), /member\.1\.MetricStat\.Stat is not a valid statistic/);
    await assert.rejects(ask(stat('p99')), failure('NotImplemented'));
    await assert.rejects(ask({ Expression: 'SUM(METRICS())' }), failure('NotImplemented'));
    await assert.rejects(ask(stat('Sum'), { NextToken: 'x' }), failure('InvalidNextToken'));
    const statistics = { ...about, ...range, Period: 60, Statistics: ['Sum' as const] };
    await assert.rejects(
      cloudWatch.getMetricStatistics({ ...statistics, StartTime: at(-3000) }),
      failure(
        'InvalidParameterCombinationException',
        /You have requested up to 3010 datapoints, which exceeds the limit of 1440/,
      ),
    );
    await assert.rejects(
      cloudWatch.getMetricStatistics({ ...statistics, Statistics: [] }),
      failure('InvalidParameterCombinationException'),
    );
    await assert.rejects(
      cloudWatch.putMetricData({ Namespace: 'x', MetricData: [] }),
      failure('NotImplemented', /monitoring:PutMetricData/),
    );
  });
}

const authorization =
  'AWS4-HMAC-SHA256 Credential=111111111111/20260131/us-east-1/monitoring/aws4_request, SignedHeaders=host, Signature=00';
const signed = { authorization, 'x-amz-date': '20260131T121000Z' };

const json = (operation: string, body: object, headers: Record<string, string> = signed) =>
  fetch(origin, {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `GraniteServiceVersion20100801.${operation}`,
    },
    body: JSON.stringify(body),
  });
const form = (fields: Record<string, string>, headers: Record<string, string> = signed) =>
  fetch(origin, { method: 'POST', headers, body: new URLSearchParams({ ...fields, Version: '2010-08-01' }) });

test('JSON 1.0 clients are answered in theirs, with times in seconds', async () => {
  const response = await json('GetMetricData', {
    ...{ StartTime: noon.getTime() / 1000, EndTime: at(2).getTime() / 1000 },
    MetricDataQueries: [{ Id: 'a', ...stat('Sum') }],
  });
  assert.equal(response.headers.get('content-type'), 'application/x-amz-json-1.0');
  assert.deepEqual(await response.json(), {
    MetricDataResults: [
      {
        ...{ Id: 'a', Label: 'BytesProcessed', StatusCode: 'Complete' },
        ...{ Timestamps: [at(1).getTime() / 1000, noon.getTime() / 1000], Values: [70, 100] },
      },
    ],
    Messages: [],
  });
});

test('the query protocol has its members and its refusals', async () => {
  const dimensions = Object.fromEntries(
    Dimensions.flatMap(({ Name, Value }, index) => [
      [`Dimensions.member.${index + 1}.Name`, Name],
      [`Dimensions.member.${index + 1}.Value`, Value],
    ]),
  );
  const request = {
    ...{ Action: 'GetMetricStatistics', Namespace: metric.namespace, MetricName: 'BytesProcessed' },
    ...{ StartTime: '2026-01-31T12:00:00Z', EndTime: '2026-01-31T12:01:00Z', Period: '60' },
    ...{ 'Statistics.member.1': 'Sum', ...dimensions },
  };
  const answer = await (await form(request)).text();
  assert.match(
    answer,
    /<GetMetricStatisticsResponse xmlns="http:\/\/monitoring.amazonaws.com\/doc\/2010-08-01\/">/,
  );
  assert.match(
    answer,
    /<member><Timestamp>2026-01-31T12:00:00.000Z<\/Timestamp><Sum>100<\/Sum><Unit>Bytes<\/Unit>/,
  );
  const refused = await form({ ...request, Period: '59' });
  assert.equal(refused.status, 400);
  assert.match(await refused.text(), /<Code>InvalidParameterValue<\/Code>/);
});

test('a refusal has one code in all wires', async () => {
  const missing = await json('GetMetricData', { StartTime: 1, EndTime: 2 });
  assert.equal(missing.status, 400);
  assert.equal(missing.headers.get('x-amzn-query-error'), 'ValidationError;Sender');
  const asForm = await form({ Action: 'GetMetricData', StartTime: '2026-01-31', EndTime: '2026-02-01' });
  const { message } = (await missing.json()) as { message: string };
  assert.match(await asForm.text(), new RegExp(message.replace(/'/g, '&apos;')));

  const unsigned = await json('ListMetrics', {}, {});
  assert.equal(unsigned.status, 403);
  assert.equal(unsigned.headers.get('x-amzn-query-error'), 'MissingAuthenticationToken;Sender');
  assert.match(await (await form({ Action: 'ListMetrics' }, {})).text(), /MissingAuthenticationToken/);

  const unknown = await json('ListMertics', {});
  assert.equal(unknown.headers.get('x-amzn-query-error'), 'InvalidAction;Sender');
  const other = await json('ListMetrics', { Namespace: 7 });
  assert.match(JSON.stringify(await other.json()), /SerializationException/);
  const garbage = await fetch(`${origin}/service/GraniteServiceVersion20100801/operation/ListMetrics`, {
    method: 'POST',
    headers: { ...signed, 'smithy-protocol': 'rpc-v2-cbor', 'content-type': 'application/cbor' },
    body: new Uint8Array(100_000).fill(0x81),
  });
  assert.equal(garbage.status, 400);
  assert.equal(garbage.headers.get('smithy-protocol'), 'rpc-v2-cbor');
});

test('users need permission, by the actions of cloudwatch, which know no resources', async () => {
  const iam = cloud.iam('111111111111');
  await iam.createUser({ UserName: 'watcher' });
  const { AccessKey } = await iam.createAccessKey({ UserName: 'watcher' });
  const allow = (Resource: string) =>
    iam.putUserPolicy({
      ...{ UserName: 'watcher', PolicyName: 'p' },
      PolicyDocument: JSON.stringify({
        Version: '2012-10-17',
        Statement: { Effect: 'Allow', Action: 'cloudwatch:ListMetrics', Resource },
      }),
    });
  const caller = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  cloud.clock.now = new Date();
  for (const wire of ['CBOR', 'JSON'] as const) {
    const asUser = cloud.cloudWatch(caller, wire);
    await allow('arn:aws:cloudwatch:us-east-1:111111111111:*');
    await assert.rejects(
      asUser.listMetrics({}),
      failure(
        'AccessDenied',
        /user\/watcher is not authorized to perform: cloudwatch:ListMetrics on resource: \* because no identity-based policy allows/,
      ),
    );
    await allow('*');
    await asUser.listMetrics({});
    await assert.rejects(
      asUser.getMetricData({ ...range, MetricDataQueries: [{ Id: 'a', ...stat('Sum') }] }),
      failure('AccessDenied', /cloudwatch:GetMetricData/),
    );
    const forged = cloud.cloudWatch({ ...caller, secretAccessKey: 'wrong' }, wire);
    await assert.rejects(forged.listMetrics({}), failure('SignatureDoesNotMatch'));
    const unknown = cloud.cloudWatch({ ...caller, accessKeyId: 'AKIAUNKNOWN000000000' }, wire);
    await assert.rejects(unknown.listMetrics({}), failure('InvalidClientTokenId'));
  }
});
