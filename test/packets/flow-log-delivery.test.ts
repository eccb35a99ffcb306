// Flow logs through the whole cloud: made by the API, counted while the daemon is dead, read by `isthmus flow-logs` and, out of
// the bucket, by the AWS CLI; a bucket that does not take them loses none.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { EC2, waitUntilInstanceRunning } from '@aws-sdk/client-ec2';
import { S3 } from '@aws-sdk/client-s3';
import { removeCloud } from '../../src/daemon.ts';
import { dialTcp } from '../../src/dataplane/door.ts';
import { namespaceName, namespacePath } from '../../src/linux/link-name.ts';
import { run } from '../../src/linux/run.ts';
import { eventually, skipWithoutRoot } from './test-namespace.ts';

const program = fileURLToPath(new URL('./daemon-process.ts', import.meta.url));
const isthmus = fileURLToPath(new URL('../../isthmus', import.meta.url));
const accountId = '111111111111';

async function startProcess(dataFolder: string) {
  const child: ChildProcess = spawn(process.execPath, [program, dataFolder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  const endpoint = String(line).trim();
  const credentials = { accessKeyId: accountId, secretAccessKey: 'test' };
  const about = { endpoint, region: 'us-east-1', credentials };
  return { child, endpoint, ec2: new EC2(about), s3: new S3({ ...about, forcePathStyle: true }) };
}
type Running = Awaited<ReturnType<typeof startProcess>>;

async function kill({ child }: Running): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function makeDataFolder(t: TestContext): string {
  const dataFolder = mkdtempSync(join(tmpdir(), 'isthmus-flow-log-'));
  t.after(async () => {
    await removeCloud({ dataFolder });
    rmSync(dataFolder, { recursive: true });
  });
  return dataFolder;
}

const cli = ({ endpoint }: Running, ...args: string[]) => {
  const [command, ...rest] = args as [string, ...string[]];
  const port = new URL(endpoint).port;
  return run(isthmus, [command, '--port', port, ...rest], { doing: `isthmus ${args.join(' ')}` });
};

async function makeClient(ec2: EC2) {
  const { Vpc } = await ec2.createVpc({ CidrBlock: '10.0.0.0/16' });
  const { Subnet } = await ec2.createSubnet({ VpcId: Vpc!.VpcId!, CidrBlock: '10.0.1.0/24' });
  const { Images } = await ec2.describeImages({});
  const { Instances } = await ec2.runInstances({
    ...{ ImageId: Images![0]!.ImageId!, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
    ...{ SubnetId: Subnet!.SubnetId!, PrivateIpAddress: '10.0.1.10' },
  });
  const instanceId = Instances![0]!.InstanceId!;
  const limits = { client: ec2, maxWaitTime: 180, minDelay: 1, maxDelay: 1 };
  await waitUntilInstanceRunning(limits, { InstanceIds: [instanceId] });
  return { vpcId: Vpc!.VpcId!, instanceId };
}

async function objectsOf(running: Running): Promise<{ key: string; text: string }[]> {
  const listed = await cli(
    running,
    'aws',
    '--account',
    accountId,
    's3api',
    'list-objects-v2',
    '--bucket',
    'flows',
  );
  const { Contents = [] } = JSON.parse(listed) as { Contents?: { Key: string }[] };
  return Promise.all(
    Contents.map(async ({ Key }) => {
      const { Body } = await running.s3.getObject({ Bucket: 'flows', Key });
      return { key: Key, text: gunzipSync(await Body!.transformToByteArray()).toString() };
    }),
  );
}

test('a flow log lives through the death of the daemon and the refusal of its bucket', {
  skip: skipWithoutRoot,
}, async (t) => {
  const dataFolder = makeDataFolder(t);
  let running = await startProcess(dataFolder);
  const { vpcId, instanceId } = await makeClient(running.ec2);
  await running.s3.createBucket({ Bucket: 'flows' });
  const made = await running.ec2.createFlowLogs({
    ...{ ResourceType: 'VPC', ResourceIds: [vpcId], TrafficType: 'ALL', MaxAggregationInterval: 60 },
    ...{ LogDestinationType: 's3', LogDestination: 'arn:aws:s3:::flows/logs' },
  });
  const [flowLogId] = made.FlowLogIds as [string];
  const mark = readFileSync(join(dataFolder, 'mark'), 'utf8').trim();
  const reach = (port: number) =>
    dialTcp({
      namespacePath: namespacePath(namespaceName(mark, instanceId)),
      ...{ remoteAddress: '10.0.1.99', port, timeoutMs: 300 },
    }).then(
      () => assert.fail('nobody has this address'),
      () => undefined,
    );
  const records = () => cli(running, 'flow-logs', flowLogId);

  await eventually('it is counted', async () => {
    await reach(81);
    return / 10\.0\.1\.10 10\.0\.1\.99 \d+ 81 6 .* ACCEPT OK/.test(await records());
  });
  assert.match(await cli(running, 'flow-logs'), new RegExp(`${flowLogId}  ALL of ${vpcId}\n.*${dataFolder}`));

  await kill(running);
  await reach(82);
  running = await startProcess(dataFolder);
  await eventually('what was counted meanwhile is told', async () => / 82 6 .* OK/.test(await records()));
  assert.equal((await records()).match(/ 82 6 /g)!.length, 1);

  const objects = await objectsOf(running);
  const folder = `logs/AWSLogs/${accountId}/vpcflowlogs/us-east-1/\\d{4}/\\d\\d/\\d\\d`;
  const name = `${accountId}_vpcflowlogs_us-east-1_${flowLogId}_\\d{8}T\\d{4}Z_[0-9a-f]{8}\\.log\\.gz`;
  for (const { key, text } of objects) {
    assert.match(key, new RegExp(`^${folder}/${name}$`));
    assert.match(text, /^version account-id interface-id srcaddr .* action log-status\n2 111111111111 eni-/);
  }
  assert.ok(objects.some(({ text }) => / 82 6 /.test(text)));

  await running.s3.deleteBucketPolicy({ Bucket: 'flows' });
  await reach(83);
  await records();
  const see = async () => (await running.ec2.describeFlowLogs({ FlowLogIds: [flowLogId] })).FlowLogs![0]!;
  const { DeliverLogsStatus, DeliverLogsErrorMessage } = await see();
  assert.deepEqual([DeliverLogsStatus, DeliverLogsErrorMessage], ['FAILED', 'Access error']);
  const Statement = {
    ...{ Effect: 'Allow', Principal: { Service: 'delivery.logs.amazonaws.com' }, Action: 's3:PutObject' },
    Resource: 'arn:aws:s3:::flows/logs/AWSLogs/*',
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
  await running.s3.putBucketPolicy({ Bucket: 'flows', Policy });
  await records();
  assert.equal((await see()).DeliverLogsStatus, 'SUCCESS');
  const told = (await objectsOf(running)).filter(({ text }) => / 83 6 /.test(text));
  assert.equal(told.length, 1);
  await kill(running);
});
