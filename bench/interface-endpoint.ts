// The EC2 API through an interface endpoint with a policy, from inside an instance and over TLS, beside the same API on loopback;
// how soon a new endpoint carries its first byte (that of S3, which has plain HTTP too).

import { readFileSync } from 'node:fs';
import { IAM } from '@aws-sdk/client-iam';
import { ensureImage } from '../src/instances/image.ts';
import {
  type BenchCloud,
  type BenchVpc,
  consumerAccount,
  createBenchVpc,
  runInstance,
  startBenchCloud,
} from './bench-cloud.ts';
import { formatNumber, median, printLines, printTitle, quantile } from './figure.ts';
import { Probe } from './probe.ts';
import { type Scratch, until } from './scratch.ts';
import { missingTools } from './tool.ts';
import { compareWays, type Way, WayClient } from './way.ts';

const endpointAddress = '10.0.0.100';
const aim = 0.8;

const endpointPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 'ec2:Describe*', Resource: '*' }],
});

interface Stage {
  cloud: BenchCloud;
  vpc: BenchVpc;
  namespace: string;
}

export async function benchInterfaceEndpoint(scratch: Scratch, { quick }: { quick: boolean }): Promise<void> {
  const rounds = quick ? 5 : 20;
  const seconds = quick ? 0.2 : 0.35;
  printTitle(
    `interface-endpoint: the EC2 API through an interface endpoint (${rounds} rounds of ${seconds} s)`,
  );
  const missing = missingTools(['perl']);
  if (missing.length > 0) return console.log(`  skipped: ${missing.join(', ')} missing`);
  await ensureImage({ onProgress: (line) => console.log(`  ${line}`) });
  const stage = await setStage(await startBenchCloud(scratch));
  await timeFirstByte(scratch, stage, quick ? 5 : 25);
  await createEndpoint(stage, 'ec2', endpointPolicy);
  await stage.cloud.settle();
  const clients = (await listWays(stage)).map((way) => new WayClient(scratch, way));
  for (const action of ['DescribeVpcEndpoints', 'DescribeInstances']) {
    const body = `Action=${action}&Version=2016-11-15`;
    const load = { kind: 'form', path: '/', body, seconds, connections: 4 } as const;
    await compareWays(`${action}, 4 connections`, clients, rounds, load, aim);
  }
  for (const client of clients) client.end();
}

async function setStage(cloud: BenchCloud): Promise<Stage> {
  const ec2 = cloud.ec2(consumerAccount);
  const vpc = await createBenchVpc(ec2);
  const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, IpRanges: [{ CidrIp: '10.0.0.0/16' }] };
  await ec2.authorizeSecurityGroupIngress({ GroupId: vpc.groupId, IpPermissions: [https] });
  const { instanceId } = await runInstance(ec2, vpc);
  await until('the instance runs', async () => {
    return (await fetch(`${cloud.apiEndpoint}/_isthmus/instances/${instanceId}`)).status === 200;
  });
  return { cloud, vpc, namespace: cloud.namespaceOf(instanceId) };
}

async function createEndpoint(
  { cloud, vpc: { vpcId, subnetId, groupId } }: Stage,
  service: string,
  policy?: string,
): Promise<string> {
  const { VpcEndpoint: endpoint } = await cloud.ec2(consumerAccount).createVpcEndpoint({
    ...{ VpcEndpointType: 'Interface', VpcId: vpcId, ServiceName: `com.amazonaws.us-east-1.${service}` },
    ...{ SubnetIds: [subnetId], SubnetConfigurations: [{ SubnetId: subnetId, Ipv4: endpointAddress }] },
    ...{ SecurityGroupIds: [groupId], PrivateDnsEnabled: false },
    ...(policy === undefined ? {} : { PolicyDocument: policy }),
  });
  return endpoint!.VpcEndpointId!;
}

async function timeFirstByte(scratch: Scratch, stage: Stage, rounds: number): Promise<void> {
  const probe = new Probe(scratch, stage.namespace);
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) {
    let vpcEndpointId = '';
    const elapsedMs = await probe.time('open', endpointAddress, 80, async () => {
      vpcEndpointId = await createEndpoint(stage, 's3');
    });
    values.push(elapsedMs);
    await stage.cloud.ec2(consumerAccount).deleteVpcEndpoints({ VpcEndpointIds: [vpcEndpointId] });
    await stage.cloud.settle();
  }
  const name = 'CreateVpcEndpoint (interface) → first byte of S3';
  const measured = `p50 ${formatNumber(median(values))} ms, p95 ${formatNumber(quantile(values, 0.95))} ms`;
  printLines([{ name, measured }]);
}

/** A user's key, so that signatures are verified and an identity policy has its say. */
async function createKey({ apiEndpoint }: BenchCloud): Promise<Way['key']> {
  const credentials = { accessKeyId: consumerAccount, secretAccessKey: 'bench' };
  const iam = new IAM({ endpoint: apiEndpoint, region: 'us-east-1', credentials });
  await iam.createUser({ UserName: 'bench' });
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'ec2:*', Resource: '*' }],
  });
  await iam.putUserPolicy({ UserName: 'bench', PolicyName: 'all', PolicyDocument });
  const { AccessKey: key } = await iam.createAccessKey({ UserName: 'bench' });
  return { accessKeyId: key!.AccessKeyId!, secretAccessKey: key!.SecretAccessKey! };
}

/** The API itself comes first; then the endpoint, whose aim it is. */
async function listWays({ cloud, namespace }: Stage): Promise<Way[]> {
  const { apiEndpoint } = cloud;
  const key = await createKey(cloud);
  const status = (await (await fetch(`${apiEndpoint}/_isthmus/status`)).json()) as {
    certificateAuthority: string;
    pid: number;
  };
  const daemonPid = status.pid;
  const authority = readFileSync(status.certificateAuthority, 'utf8');
  const base = `https://${endpointAddress}`;
  return [
    { name: 'loopback', base: apiEndpoint, host: new URL(apiEndpoint).host, key, daemonPid },
    {
      ...{ name: 'interface endpoint, TLS', base, host: 'ec2.us-east-1.amazonaws.com' },
      ...{ namespace, authority, key, daemonPid },
    },
  ];
}
