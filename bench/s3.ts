// S3 and DynamoDB through a gateway endpoint with a policy, from inside an instance, beside the same store reached directly on
// loopback, beside moto; how fast policies are evaluated; how soon a new endpoint carries its first byte.

import { readFileSync } from 'node:fs';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { prefixListOf } from '../src/cloud/public-range.ts';
import { ensureImage } from '../src/instances/image.ts';
import { addressAt } from '../src/lib/cidr.ts';
import type { AccessRequest, ApplicablePolicies } from '../src/policy/access.ts';
import { readPolicy } from '../src/policy/document.ts';
import { evaluate } from '../src/policy/evaluate.ts';
import {
  type BenchCloud,
  consumerAccount,
  createBenchVpc,
  runInstance,
  startBenchCloud,
} from './bench-cloud.ts';
import {
  atLeast,
  atMost,
  formatNumber,
  type Line,
  median,
  printLines,
  printTitle,
  quantile,
} from './figure.ts';
import { startMotoServer } from './moto.ts';
import { Probe } from './probe.ts';
import { type Scratch, until } from './scratch.ts';
import { hasProgram, missingTools } from './tool.ts';
import { compareWays, type Way, WayClient } from './way.ts';

const bucket = 'bench-objects';
const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;
/** The addresses of S3 and DynamoDB in us-east-1 that the bench speaks to. */
const s3Address = addressAt(prefixListOf('us-east-1', 's3').cidrBlocks[0]!, 10);
const dynamoAddress = addressAt(prefixListOf('us-east-1', 'dynamodb').cidrBlocks[0]!, 10);

const endpointPolicy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: '*',
      Action: ['s3:GetObject', 's3:List*', 's3:PutObject'],
      Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
    },
  ],
});

interface Stage {
  cloud: BenchCloud;
  namespace: string;
  vpcId: string;
  routeTableId: string;
  key: { accessKeyId: string; secretAccessKey: string };
}

export async function benchS3(scratch: Scratch, { quick }: { quick: boolean }): Promise<void> {
  const rounds = quick ? 5 : 20;
  const seconds = quick ? 0.2 : 0.35;
  printTitle(`s3: objects and items through a gateway endpoint (${rounds} rounds of ${seconds} s)`);
  const missing = missingTools(['perl']);
  if (missing.length > 0) return console.log(`  skipped: ${missing.join(', ')} missing`);
  await ensureImage({ onProgress: (line) => console.log(`  ${line}`) });
  const stage = await setStage(await startBenchCloud(scratch));
  printLines([await timeFirstByte(scratch, stage, quick ? 5 : 25)]);
  await createEndpoint(stage, 's3', endpointPolicy);
  await createEndpoint(stage, 'dynamodb');
  await stage.cloud.settle();
  await compareObjects(scratch, stage, rounds, seconds);
  await compareItems(scratch, stage, rounds, seconds);
  console.log();
  printLines([timeEvaluations(quick ? 0.5 : 2)]);
}

async function setStage(cloud: BenchCloud): Promise<Stage> {
  const ec2 = cloud.ec2(consumerAccount);
  const vpc = await createBenchVpc(ec2);
  const { instanceId } = await runInstance(ec2, vpc);
  const { RouteTables: [routeTable] = [] } = await ec2.describeRouteTables({
    Filters: [{ Name: 'vpc-id', Values: [vpc.vpcId] }],
  });
  await until('the instance runs', async () => {
    return (await fetch(`${cloud.apiEndpoint}/_isthmus/instances/${instanceId}`)).status === 200;
  });
  const place = { vpcId: vpc.vpcId, routeTableId: routeTable!.RouteTableId! };
  return { cloud, namespace: cloud.namespaceOf(instanceId), ...place, key: await createKey(cloud) };
}

const rootOptions = (endpoint: string) => ({
  ...{ endpoint, region: 'us-east-1', maxAttempts: 1, forcePathStyle: true },
  credentials: { accessKeyId: consumerAccount, secretAccessKey: 'bench' },
});

/** A user's key, so that signatures are verified and an identity policy has its say. */
async function createKey({ apiEndpoint }: BenchCloud): Promise<Stage['key']> {
  const iam = new IAM(rootOptions(apiEndpoint));
  await iam.createUser({ UserName: 'bench' });
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: ['s3:*', 'dynamodb:*'], Resource: '*' }],
  });
  await iam.putUserPolicy({ UserName: 'bench', PolicyName: 'all', PolicyDocument });
  const { AccessKey: key } = await iam.createAccessKey({ UserName: 'bench' });
  return { accessKeyId: key!.AccessKeyId!, secretAccessKey: key!.SecretAccessKey! };
}

async function createEndpoint(stage: Stage, service: string, policy?: string): Promise<string> {
  const { VpcEndpoint: endpoint } = await stage.cloud.ec2(consumerAccount).createVpcEndpoint({
    VpcId: stage.vpcId,
    ServiceName: `com.amazonaws.us-east-1.${service}`,
    RouteTableIds: [stage.routeTableId],
    ...(policy === undefined ? {} : { PolicyDocument: policy }),
  });
  return endpoint!.VpcEndpointId!;
}

async function timeFirstByte(scratch: Scratch, stage: Stage, rounds: number): Promise<Line> {
  const probe = new Probe(scratch, stage.namespace);
  const values: number[] = [];
  for (let round = 0; round < rounds; round++) {
    let vpcEndpointId = '';
    const elapsedMs = await probe.time('open', s3Address, 80, async () => {
      vpcEndpointId = await createEndpoint(stage, 's3');
    });
    values.push(elapsedMs);
    await stage.cloud.ec2(consumerAccount).deleteVpcEndpoints({ VpcEndpointIds: [vpcEndpointId] });
    await stage.cloud.settle();
  }
  const measured = `p95 ${formatNumber(quantile(values, 0.95))} ms`;
  const name = 'CreateVpcEndpoint (gateway) → first byte of S3';
  return { name, measured, value: median(values), unit: 'ms', aim: atMost(40) };
}

async function compareObjects(
  scratch: Scratch,
  stage: Stage,
  rounds: number,
  seconds: number,
): Promise<void> {
  const ways = await listWays(scratch, stage);
  const clients = ways.map((way) => new WayClient(scratch, way));
  for (const [size, label, connections] of [
    [kibibyte, '1 KiB', 4],
    [64 * mebibyte, '64 MiB', 1],
  ] as const) {
    const name = `/${bucket}/${label.replace(' ', '')}-`;
    const load = { size, seconds, connections };
    const title = `${label}, ${connections} connection${connections === 1 ? '' : 's'}`;
    await compareWays(`PUT ${title}`, clients, rounds, { ...load, kind: 'put', path: name });
    await compareWays(`GET ${title}`, clients, rounds, { ...load, kind: 'get', path: `${name}0-0` });
  }
  for (const client of clients) client.end();
}

/** The store itself comes first; then the endpoint, whose aim it is. */
async function listWays(scratch: Scratch, { cloud, namespace, key }: Stage): Promise<Way[]> {
  const { apiEndpoint } = cloud;
  await new S3(rootOptions(apiEndpoint)).createBucket({ Bucket: bucket });
  const { certificateAuthority, pid: daemonPid } = await readStatus(apiEndpoint);
  const authority = readFileSync(certificateAuthority, 'utf8');
  const inVpc = { namespace, host: 's3.us-east-1.amazonaws.com', key, daemonPid };
  const ways: Way[] = [
    { ...loopback(apiEndpoint, key), daemonPid },
    { ...inVpc, name: 'endpoint with policy', base: `http://${s3Address}` },
    { ...inVpc, name: 'endpoint with policy, TLS', base: `https://${s3Address}`, authority },
  ];
  if (!hasProgram('moto_server')) {
    console.log('  without a comparison: moto_server is not installed (pip install "moto[server]")');
    return ways;
  }
  const base = await startMotoServer(scratch);
  await new S3(rootOptions(base)).createBucket({ Bucket: bucket });
  const motoKey = { accessKeyId: 'test', secretAccessKey: 'test' };
  return [...ways, { ...loopback(base, motoKey), name: 'moto_server, loopback' }];
}

function loopback(base: string, key: Stage['key']): Way {
  return { name: 'loopback', base, host: new URL(base).host, key };
}

async function compareItems(
  scratch: Scratch,
  { cloud, namespace, key }: Stage,
  rounds: number,
  seconds: number,
): Promise<void> {
  const { apiEndpoint } = cloud;
  const dynamoDb = new DynamoDB(rootOptions(apiEndpoint));
  await dynamoDb.createTable({
    TableName: 'bench',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
  });
  await dynamoDb.putItem({ TableName: 'bench', Item: { id: { S: 'a' }, text: { S: 'x'.repeat(100) } } });
  const host = 'dynamodb.us-east-1.amazonaws.com';
  const { pid: daemonPid } = await readStatus(apiEndpoint);
  const ways: Way[] = [
    { ...loopback(apiEndpoint, key), daemonPid },
    { name: 'endpoint', base: `http://${dynamoAddress}`, host, namespace, key, daemonPid },
  ];
  const clients = ways.map((way) => new WayClient(scratch, way));
  const body = JSON.stringify({ TableName: 'bench', Key: { id: { S: 'a' } } });
  const load = { kind: 'getItem', path: '/', body, seconds, connections: 4 } as const;
  await compareWays('GetItem, 4 connections', clients, rounds, load);
  for (const client of clients) client.end();
}

async function readStatus(apiEndpoint: string): Promise<{ certificateAuthority: string; pid: number }> {
  const answer = await fetch(`${apiEndpoint}/_isthmus/status`);
  return (await answer.json()) as { certificateAuthority: string; pid: number };
}

/** What a GetObject by an endpoint with a policy asks: three documents, four statements, two conditions. */
function timeEvaluations(seconds: number): Line {
  const document = (statement: object) =>
    readPolicy(JSON.stringify({ Version: '2012-10-17', Statement: statement }));
  const policies: ApplicablePolicies = {
    identity: [
      {
        name: 'identity',
        document: document([
          { Effect: 'Allow', Action: ['s3:Get*', 's3:List*'], Resource: `arn:aws:s3:::${bucket}/*` },
          {
            Effect: 'Deny',
            Action: 's3:*',
            Resource: '*',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          },
        ]),
      },
    ],
    session: [],
    resource: {
      name: 'bucket',
      document: document([
        {
          ...{ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: `arn:aws:s3:::${bucket}/*` },
          Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-0123456789abcdef0' } },
        },
      ]),
    },
    endpoint: { name: 'endpoint', document: readPolicy(endpointPolicy), endpointType: 'gateway' },
  };
  const arn = `arn:aws:iam::${consumerAccount}:user/bench`;
  const request: AccessRequest = {
    principal: { kind: 'user', accountId: consumerAccount, arn, userId: 'AIDA', userName: 'bench', tags: {} },
    action: 's3:GetObject',
    resource: `arn:aws:s3:::${bucket}/a/b.txt`,
    context: new Map([
      ['aws:sourcevpce', ['vpce-0123456789abcdef0']],
      ['aws:securetransport', ['true']],
    ]),
  };
  const endMs = performance.now() + seconds * 1000;
  let done = 0;
  while (performance.now() < endMs)
    for (let turn = 0; turn < 1000; turn++, done++)
      if (!evaluate(request, policies).allow) throw new Error('the request of the bench is refused');
  const perSecond = done / seconds;
  const value = perSecond / 200_000;
  return {
    name: 'policy evaluations',
    measured: `${formatNumber(perSecond)} /s`,
    value,
    unit: '×',
    aim: atLeast(1),
    note: 'of 200,000 /s',
  };
}
