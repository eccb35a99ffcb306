import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { exampleId, putInstance, putVpc } from '../test/networks/example-cloud.ts';
import type { FlowLog } from './cloud/flow-log.ts';
import { defaultLogFormat } from './cloud/flow-log-field.ts';
import { objectKey } from './flow-log-delivery.ts';
import { createFlowLogFiles } from './flow-log-file.ts';
import { FlowLogWriter } from './flow-logs.ts';
import { numberInterfaces } from './linux/render-flow-log.ts';
import { compileNetwork } from './network/compile.ts';
import type { FlowCount } from './network/flow-record.ts';
import { openStore } from './store.ts';

const flowLogId = exampleId('fl', 1);

/** A VPC with an instance and a flow log, and a kernel that has counted what the test says. */
function newCase(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-flow-logs-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const store = openStore(':memory:');
  const clock = { now: new Date('2026-01-31T12:00:00.000Z') };
  const { vpc, eni } = store.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    const { networkInterface } = putInstance(cloud, vpc, 0, '10.0.1.10');
    cloud.flowLogs.put({
      ...{ accountId: '111111111111', region: 'us-east-1', flowLogId, vpcId: vpc.vpcId, trafficType: 'ALL' },
      ...{ resource: { resourceType: 'VPC', resourceId: vpc.vpcId }, maxAggregationInterval: 600 },
      ...{
        logFormat: defaultLogFormat,
        logDestination: 'arn:aws:s3:::flows',
        creationTime: clock.now.toISOString(),
      },
    });
    return { vpc, eni: networkInterface.networkInterfaceId };
  });
  const network = () => compileNetwork(store.cloud, { isHealthy: () => true });
  const number = numberInterfaces(network().vpcs.get(vpc.vpcId)!).get(eni)!;
  const counted: FlowCount[] = [];
  const kernel = {
    async readFlows() {
      const counts = [...counted];
      return { counts, skipped: [], forget: async () => void counted.splice(0, counts.length) };
    },
  };
  const bucket = { refuses: false, objects: [] as string[] };
  const log = { info: () => {}, error: () => {} };
  const putDelivered = async ({ body }: { body: Buffer }) => {
    if (bucket.refuses) throw new Error('closed');
    bucket.objects.push(gunzipSync(body).toString());
  };
  const start = () => {
    const files = createFlowLogFiles(folder);
    const about = { cloud: store.cloud, kernel, files, putDelivered, now: () => clock.now, log };
    const writer = new FlowLogWriter(about);
    t.after(() => writer.close(false));
    writer.set(network());
    return writer;
  };
  const count = (destinationPort: number) =>
    counted.push({
      ...{ interfaceNumber: number, direction: 'egress', isRefused: false, protocol: 6, tcpFlags: 2 },
      ...{ sourceAddress: '10.0.1.10', destinationAddress: '10.0.2.20', sourcePort: 40000, destinationPort },
      ...{ packets: 1, bytes: 60 },
    });
  const after = (seconds: number) => {
    clock.now = new Date(clock.now.getTime() + seconds * 1000);
  };
  const lines = () =>
    readFileSync(join(folder, `${flowLogId}.log`), 'utf8')
      .trimEnd()
      .split('\n');
  return { store, clock, network, start, count, after, lines, bucket, folder, eni, vpc, counted };
}

test('an interval is told once, from its beginning to its end, and delivered with a header', async (t) => {
  const { start, count, after, lines, bucket, eni } = newCase(t);
  const writer = start();
  count(80);
  after(60);
  await writer.flush();
  const line = `2 111111111111 ${eni} 10.0.1.10 10.0.2.20 40000 80 6 1 60 1769860800 1769860860 ACCEPT OK`;
  assert.deepEqual(lines(), [line]);
  assert.match(bucket.objects[0]!, /^version .*\n2 111111111111 .* OK\n$/);
  after(60);
  await writer.flush();
  assert.equal(lines().length, 2);
  assert.match(lines()[1]!, /1769860860 1769860920 - NODATA$/);
});

test('the next daemon goes on where the last one stopped', async (t) => {
  const { start, count, after, lines, bucket } = newCase(t);
  const first = start();
  after(60);
  await first.flush();
  await first.close(false);
  after(300);
  count(81);
  const second = start();
  after(30);
  await second.flush();
  assert.match(lines().at(-1)!, / 81 .* 1769860860 1769861190 ACCEPT OK$/);
  assert.equal(bucket.objects.join('').match(/ 81 /g)!.length, 1);
});

test('what a bucket refuses is delivered when it takes it again', async (t) => {
  const { start, count, after, bucket } = newCase(t);
  const writer = start();
  bucket.refuses = true;
  for (const port of [81, 82]) {
    count(port);
    after(60);
    await writer.flush();
  }
  assert.equal(writer.deliveryError(flowLogId), 'Access error');
  bucket.refuses = false;
  after(60);
  await writer.flush();
  assert.equal(writer.deliveryError(flowLogId), undefined);
  assert.equal(bucket.objects.length, 1);
  assert.match(bucket.objects[0]!, / 81 .*\n.* 82 /);
});

test('a flow log that comes or goes begins and ends there; an interface that has gone is still told of', async (t) => {
  const { start, count, after, lines, store, network, eni, vpc, folder } = newCase(t);
  const writer = start();
  count(80);
  after(10);
  const second: FlowLog = { ...store.cloud.flowLogs.find(flowLogId)!, flowLogId: exampleId('fl', 2) };
  store.change(({ flowLogs }) => flowLogs.put({ ...second, creationTime: '2026-01-31T12:00:10.000Z' }));
  writer.set(network());
  await writer.settled();
  assert.equal(lines().length, 1);
  count(81);
  store.change(({ instances, networkInterfaces }) => {
    for (const { instanceId } of [...instances.all()]) instances.delete(instanceId);
    networkInterfaces.delete(eni);
  });
  writer.set(network());
  after(50);
  await writer.flush();
  const ofSecond = readFileSync(join(folder, `${second.flowLogId}.log`), 'utf8')
    .trimEnd()
    .split('\n');
  assert.equal(ofSecond.length, 1);
  assert.match(ofSecond[0]!, / 81 .* 1769860810 1769860860 /);
  after(60);
  await writer.flush();
  assert.equal(lines().length, 2, 'who is gone has no NODATA');
  store.change(({ flowLogs, vpcs }) => {
    for (const { flowLogId: id } of [...flowLogs.all()]) flowLogs.delete(id);
    vpcs.delete(vpc.vpcId);
  });
  writer.set(network());
  await writer.settled();
  await writer.forgetAll();
  assert.throws(() => readdirSync(folder));
});

test('Hive-compatible and hourly folders', () => {
  const about = { accountId: '111111111111', region: 'eu-west-1', flowLogId } as FlowLog;
  const now = new Date('2026-01-31T23:05:59.000Z');
  const file = `111111111111_vpcflowlogs_eu-west-1_${flowLogId}_20260131T2305Z_1a2b3c4d.log.gz`;
  const key = (hiveCompatiblePartitions: boolean, perHourPartition: boolean) =>
    objectKey(
      { ...about, destinationOptions: { hiveCompatiblePartitions, perHourPartition } },
      now,
      '1a2b3c4d',
    );
  assert.equal(
    objectKey(about, now, '1a2b3c4d'),
    `AWSLogs/111111111111/vpcflowlogs/eu-west-1/2026/01/31/${file}`,
  );
  assert.equal(key(false, true), `AWSLogs/111111111111/vpcflowlogs/eu-west-1/2026/01/31/23/${file}`);
  assert.equal(
    key(true, true),
    `AWSLogs/aws-account-id=111111111111/aws-service=vpcflowlogs/aws-region=eu-west-1/year=2026/month=01/day=31/hour=23/${file}`,
  );
});
