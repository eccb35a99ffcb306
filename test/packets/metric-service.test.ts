// Metrics through the whole cloud: an instance asks CloudWatch by an interface endpoint, whose policy decides what it may ask, and
// what it asked is itself in the metrics of the endpoint, by every wire and for Prometheus, as many bytes as its link has carried.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { EC2, waitUntilInstanceRunning } from '@aws-sdk/client-ec2';
import { IAM } from '@aws-sdk/client-iam';
import { AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols';
import { startDaemon } from '../../src/daemon.ts';
import { execPrefix } from '../../src/instances/exec.ts';
import type { LinuxError } from '../../src/linux/linux-error.ts';
import { run } from '../../src/linux/run.ts';
import { eventually, skipWithoutRoot } from './test-namespace.ts';

const accountId = '111111111111';

async function startCloud(t: TestContext) {
  const dataFolder = mkdtempSync(join(tmpdir(), 'isthmus-metric-'));
  const daemon = await startDaemon({ dataFolder, port: 0, log: 'silent' });
  const credentials = { accessKeyId: accountId, secretAccessKey: 'test' };
  const options = { endpoint: daemon.apiEndpoint, region: 'us-east-1', credentials };
  const [ec2, iam] = [new EC2(options), new IAM(options)];
  const cloudWatch = new CloudWatch({ ...options, protocol: AwsSmithyRpcV2CborProtocol });
  t.after(async () => {
    for (const client of [ec2, iam, cloudWatch]) client.destroy();
    await daemon.stop({ keepRunning: false });
    rmSync(dataFolder, { recursive: true, force: true });
  });
  await daemon.ready;
  const admin = async (path: string, body?: object) => {
    const about = body && { method: 'POST', headers: { 'x-isthmus': '1' }, body: JSON.stringify(body) };
    return fetch(`${daemon.apiEndpoint}/_isthmus/${path}`, about);
  };
  return { ec2, iam, cloudWatch, admin, apiEndpoint: daemon.apiEndpoint };
}

/** An instance in a VPC that leads nowhere, whose role may do everything, and an endpoint to CloudWatch there. */
async function makeInstance(t: TestContext) {
  const cloud = await startCloud(t);
  const { ec2, iam, admin } = cloud;
  const VpcId = (await ec2.createVpc({ CidrBlock: '10.0.0.0/16' })).Vpc!.VpcId!;
  await ec2.modifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } });
  const SubnetId = (await ec2.createSubnet({ VpcId, CidrBlock: '10.0.1.0/24' })).Subnet!.SubnetId!;
  const version = { Version: '2012-10-17' };
  const trust = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const mayAll = { ...version, Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
  await iam.createRole({
    RoleName: 'app',
    AssumeRolePolicyDocument: JSON.stringify({ ...version, Statement: trust }),
  });
  await iam.putRolePolicy({ RoleName: 'app', PolicyName: 'all', PolicyDocument: JSON.stringify(mayAll) });
  await iam.createInstanceProfile({ InstanceProfileName: 'app' });
  await iam.addRoleToInstanceProfile({ InstanceProfileName: 'app', RoleName: 'app' });
  const mayList = { Effect: 'Allow', Principal: '*', Action: 'cloudwatch:ListMetrics', Resource: '*' };
  const { VpcEndpoint } = await ec2.createVpcEndpoint({
    ...{ VpcEndpointType: 'Interface', VpcId, SubnetIds: [SubnetId] },
    ServiceName: 'com.amazonaws.us-east-1.monitoring',
    PolicyDocument: JSON.stringify({ ...version, Statement: mayList }),
  });
  const { Images } = await ec2.describeImages({});
  const { Instances } = await ec2.runInstances({
    ...{ ImageId: Images![0]!.ImageId!, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 },
    ...{ SubnetId, PrivateIpAddress: '10.0.1.10', IamInstanceProfile: { Name: 'app' } },
  });
  const instanceId = Instances![0]!.InstanceId!;
  const limits = { client: ec2, maxWaitTime: 180, minDelay: 1, maxDelay: 1 };
  await waitUntilInstanceRunning(limits, { InstanceIds: [instanceId] });
  const vpcEndpointId = VpcEndpoint!.VpcEndpointId!;
  await eventually('the endpoint is available', async () => {
    const { VpcEndpoints } = await ec2.describeVpcEndpoints({ VpcEndpointIds: [vpcEndpointId] });
    return String(VpcEndpoints![0]!.State) === 'available';
  });
  const inside = async (script: string) => {
    const { pid } = (await (await admin(`instances/${instanceId}`)).json()) as { pid: number };
    const { program, args } = execPrefix(pid);
    const doing = 'running a script in an instance';
    return run(program, [...args, 'sh', '-c', `export AWS_MAX_ATTEMPTS=1; ${script}`], {
      doing,
      timeoutMs: 60_000,
    });
  };
  return { ...cloud, VpcId, SubnetId, instanceId, vpcEndpointId, inside };
}

const window = () => ({ StartTime: new Date(Date.now() - 600_000), EndTime: new Date(Date.now() + 60_000) });

test('an instance asks CloudWatch by an endpoint, and the endpoint’s metrics say how much it asked', {
  skip: skipWithoutRoot,
  timeout: 300_000,
}, async (t) => {
  const made = await makeInstance(t);
  const { VpcId, SubnetId, vpcEndpointId, instanceId, inside, cloudWatch, admin, apiEndpoint } = made;
  const Dimensions = [
    { Name: 'Endpoint Type', Value: 'Interface' },
    { Name: 'Service Name', Value: 'com.amazonaws.us-east-1.monitoring' },
    { Name: 'VPC Endpoint Id', Value: vpcEndpointId },
    { Name: 'VPC Id', Value: VpcId },
  ];
  const about = { Namespace: 'AWS/PrivateLinkEndpoints', MetricName: 'BytesProcessed', Dimensions };
  assert.deepEqual((await cloudWatch.listMetrics({})).Metrics, [], 'an idle endpoint has no metrics');

  assert.match(await inside('aws cloudwatch list-metrics'), /"Metrics"/);
  const asked = `aws cloudwatch get-metric-statistics --namespace x --metric-name y --period 60 --statistics Sum \
    --start-time 2026-01-01T00:00:00Z --end-time 2026-01-01T00:10:00Z`;
  const refused = await inside(asked).then(assert.fail, (error: LinuxError) => error.stderr);
  assert.match(refused, /AccessDenied.*cloudwatch:GetMetricStatistics.*no VPC endpoint policy allows/s);
  const explained = (await (
    await admin('explain', {
      ...{ from: instanceId, to: 'monitoring.us-east-1.amazonaws.com:443' },
      action: 'cloudwatch:GetMetricStatistics',
    })
  ).json()) as { arrives: boolean; text: string };
  assert.equal(explained.arrives, false);
  assert.match(explained.text, /VPC endpoint policy/);

  const { MetricDataResults } = await cloudWatch.getMetricData({
    ...window(),
    MetricDataQueries: [
      { Id: 'bytes', MetricStat: { Metric: about, Period: 3600, Stat: 'Sum' } },
      {
        Id: 'opened',
        MetricStat: { Metric: { ...about, MetricName: 'NewConnections' }, Period: 3600, Stat: 'Sum' },
      },
    ],
  });
  const total = (id: string) =>
    MetricDataResults!.find(({ Id }) => Id === id)!.Values!.reduce((sum, value) => sum + value, 0);
  const { ways } = (await (await admin('ways')).json()) as { ways: Record<string, number | string>[] };
  const way = ways.find(({ id }) => id === vpcEndpointId)!;
  assert.equal(total('bytes'), Number(way.sentBytes) + Number(way.receivedBytes));
  assert.equal(total('opened'), 2);

  const { StartTime, EndTime } = window();
  const answer = await run(
    'aws',
    [
      ...['--endpoint-url', apiEndpoint, '--output', 'json', 'cloudwatch', 'get-metric-statistics'],
      ...['--namespace', about.Namespace, '--metric-name', 'BytesProcessed', '--statistics', 'Sum'],
      ...[
        '--dimensions',
        ...[...Dimensions, { Name: 'Subnet Id', Value: SubnetId }].map(
          ({ Name, Value }) => `Name=${Name},Value=${Value}`,
        ),
      ],
      ...['--start-time', StartTime.toISOString(), '--end-time', EndTime.toISOString(), '--period', '3600'],
    ],
    {
      doing: 'asking for metrics with the AWS CLI',
      env: {
        ...{ AWS_ACCESS_KEY_ID: accountId, AWS_SECRET_ACCESS_KEY: 'test', AWS_DEFAULT_REGION: 'us-east-1' },
        ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
      },
    },
  );
  const { Datapoints } = JSON.parse(answer) as { Datapoints: { Sum: number }[] };
  assert.equal(
    Datapoints.reduce((sum, { Sum }) => sum + Sum, 0),
    total('bytes'),
  );

  const page = await admin('metrics');
  assert.equal(page.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  const text = await page.text();
  const read = (family: string, ...labels: string[]) => {
    const line = text
      .split('\n')
      .find((one) => one.startsWith(`${family}{`) && labels.every((label) => one.includes(label)));
    return Number(line?.split(' ').at(-1));
  };
  const direction = (way: string) =>
    read('isthmus_endpoint_bytes_total', vpcEndpointId, `direction="${way}"`);
  assert.equal(direction('sent') + direction('received'), total('bytes'));
  assert.equal(read('isthmus_endpoint_connections_total', vpcEndpointId, 'protocol="tcp"'), 2);
  assert.equal(read('isthmus_way_bytes_total', vpcEndpointId, 'direction="sent"'), way.sentBytes);
  assert.equal(read('isthmus_build_info', 'version='), 1);
  assert.match(text, /^isthmus_vpcs 1$/m);
});
