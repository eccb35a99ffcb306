// How many calls a second the API answers, beside moto_server with the same resources, asked by the same client, in turns.
// Isthmus puts every endpoint into the kernel meanwhile; moto only remembers it.

import { EC2 } from '@aws-sdk/client-ec2';
import {
  consumerAccount,
  createBenchService,
  createBenchVpc,
  providerAccount,
  runInstance,
  startBenchCloud,
} from './bench-cloud.ts';
import { atLeast, formatNumber, type Line, median, printLines, printTitle } from './figure.ts';
import { startMotoServer } from './moto.ts';
import { type Scratch, until } from './scratch.ts';
import { createSignedClient, type SignedClient } from './signed-client.ts';
import { hasProgram } from './tool.ts';

const endpointCount = 10;
const workers = 4;

interface Side {
  name: string;
  client: SignedClient;
  /** What CreateVpcEndpoint is called with. */
  endpoint: Record<string, string>;
}

export async function benchApi(scratch: Scratch, { quick }: { quick: boolean }): Promise<void> {
  const rounds = quick ? 2 : 5;
  const seconds = quick ? 1 : 2;
  printTitle(`api: calls per second, ${workers} kept-open connections (${rounds} rounds of ${seconds} s)`);
  const sides = [await startIsthmus(scratch)];
  if (hasProgram('moto_server')) sides.push(await startMoto(scratch));
  else console.log('  without a comparison: moto_server is not installed (pip install "moto[server]")');
  for (const side of sides) for (let i = 0; i < endpointCount; i++) await createEndpoint(side);
  await compare('DescribeVpcEndpoints, 10 endpoints', sides, rounds, seconds, describe);
  await compare('CreateVpcEndpoint + DeleteVpcEndpoints (pairs)', sides, rounds, seconds, createAndDelete);
  for (const { client } of sides) client.close();
}

async function startIsthmus(scratch: Scratch): Promise<Side> {
  const cloud = await startBenchCloud(scratch);
  const provider = await createBenchVpc(cloud.ec2(providerAccount));
  const { instanceId } = await runInstance(cloud.ec2(providerAccount), provider);
  await until(
    'the instance runs',
    async () => (await fetch(`${cloud.apiEndpoint}/_isthmus/instances/${instanceId}`)).status === 200,
    180_000,
  );
  const service = await createBenchService(cloud, provider, instanceId);
  const consumer = await createBenchVpc(cloud.ec2(consumerAccount));
  await cloud.settle();
  return makeSide('isthmus', cloud.apiEndpoint, consumer, service.serviceName);
}

async function startMoto(scratch: Scratch): Promise<Side> {
  const apiEndpoint = await startMotoServer(scratch);
  const credentials = { accessKeyId: consumerAccount, secretAccessKey: 'bench' };
  const vpc = await createBenchVpc(new EC2({ endpoint: apiEndpoint, region: 'us-east-1', credentials }));
  // moto does not ask whether the service exists.
  return makeSide('moto_server', apiEndpoint, vpc, 'com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0');
}

function makeSide(
  name: string,
  apiEndpoint: string,
  vpc: { vpcId: string; subnetId: string; groupId: string },
  serviceName: string,
): Side {
  const place = { VpcId: vpc.vpcId, 'SubnetId.1': vpc.subnetId, 'SecurityGroupId.1': vpc.groupId };
  const endpoint = { VpcEndpointType: 'Interface', ServiceName: serviceName, ...place };
  return { name, client: createSignedClient(apiEndpoint, consumerAccount), endpoint };
}

async function createEndpoint({ client, endpoint }: Side): Promise<string> {
  return /<vpcEndpointId>([^<]+)</.exec(await client.post('CreateVpcEndpoint', endpoint))![1]!;
}

async function describe({ client, name }: Side): Promise<void> {
  const answer = await client.post('DescribeVpcEndpoints', {});
  const count = answer.split('<vpcEndpointId>').length - 1;
  if (count !== endpointCount) throw new Error(`${name} described ${count} endpoints`);
}

async function createAndDelete(side: Side): Promise<void> {
  const vpcEndpointId = await createEndpoint(side);
  await side.client.post('DeleteVpcEndpoints', { 'VpcEndpointId.1': vpcEndpointId });
}

async function compare(
  name: string,
  sides: Side[],
  rounds: number,
  seconds: number,
  call: (side: Side) => Promise<void>,
): Promise<void> {
  const rates = new Map<string, number[]>(sides.map((side) => [side.name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 === 0 ? sides : sides.toReversed())
      rates.get(side.name)!.push(await rate(() => call(side), seconds));
  }
  const [ours, theirs] = sides.map((side) => rates.get(side.name)!);
  const lines = sides.map(
    (side): Line => ({ name: side.name, measured: `${formatNumber(median(rates.get(side.name)!))} /s` }),
  );
  if (theirs) {
    const ratio = median(ours!.map((value, round) => value / theirs[round]!));
    Object.assign(lines[0]!, { name: `isthmus, ${name}`, value: ratio, unit: '×', aim: atLeast(10) });
  }
  console.log(`\n ${name}`);
  printLines(lines);
}

/** Calls a second, with every worker busy for the whole time. */
async function rate(call: () => Promise<void>, seconds: number): Promise<number> {
  const startMs = performance.now();
  const endMs = startMs + seconds * 1000;
  let done = 0;
  const work = async () => {
    while (performance.now() < endMs) {
      await call();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: workers }, work));
  return done / ((performance.now() - startMs) / 1000);
}
