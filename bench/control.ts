// How long after a call the packets know it: each figure is from the beginning of the call, by the official SDK, to what a
// client in the consumer's instance sees. A new connection every millisecond is the watch, so one millisecond is the grain.

import type { EC2 } from '@aws-sdk/client-ec2';
import { ensureImage } from '../src/instances/image.ts';
import { run } from '../src/linux/run.ts';
import {
  type BenchCloud,
  type BenchService,
  type BenchVpc,
  consumerAccount,
  createBenchService,
  createBenchVpc,
  providerAccount,
  runInstance,
  startBenchCloud,
  webPermission,
} from './bench-cloud.ts';
import {
  type Aim,
  atMost,
  formatNumber,
  type Line,
  median,
  printLines,
  printTitle,
  quantile,
} from './figure.ts';
import { Probe } from './probe.ts';
import { benchRuleChange } from './rule-change.ts';
import { type Scratch, until } from './scratch.ts';
import { startWebServer, webPort } from './server.ts';
import { missingTools } from './tool.ts';

const endpointAddress = '10.0.0.200';

interface Stage {
  cloud: BenchCloud;
  consumerEc2: EC2;
  providerEc2: EC2;
  consumer: BenchVpc;
  service: BenchService;
  probe: Probe;
}

export async function benchControl(scratch: Scratch, { quick }: { quick: boolean }): Promise<void> {
  const rounds = quick ? 5 : 25;
  printTitle(`control: from an API call to its effect on packets (${rounds} rounds, p50 and p95 in ms)`);
  const missing = missingTools(['nginx', 'perl']);
  if (missing.length > 0) return console.log(`  skipped: ${missing.join(', ')} missing`);
  await ensureImage({ onProgress: (line) => console.log(`  ${line}`) });
  const cloud = await startBenchCloud(scratch);
  const stage = await setStage(scratch, cloud);
  printLines([
    tell(
      'AcceptVpcEndpointConnections → first byte',
      await repeat(rounds, () => timeAccept(stage)),
      atMost(50),
    ),
    tell('CreateVpcEndpoint → first byte', await repeat(rounds, () => timeCreate(stage))),
    ...(await timeGroupChange(stage, rounds)),
    ...(await timeLaunch(stage, quick ? 3 : 20)),
  ]);
  await benchRuleChange(scratch, quick ? 5 : 15);
}

async function setStage(scratch: Scratch, cloud: BenchCloud): Promise<Stage> {
  const providerEc2 = cloud.ec2(providerAccount);
  const consumerEc2 = cloud.ec2(consumerAccount);
  const provider = await createBenchVpc(providerEc2);
  const consumer = await createBenchVpc(consumerEc2);
  const server = await runInstance(providerEc2, provider);
  const client = await runInstance(consumerEc2, consumer);
  for (const { instanceId } of [server, client]) await waitUntilRunning(cloud, instanceId);
  const service = await createBenchService(cloud, provider, server.instanceId);
  await startWebServer(scratch, cloud.namespaceOf(server.instanceId));
  const probe = new Probe(scratch, cloud.namespaceOf(client.instanceId));
  return { cloud, consumerEc2, providerEc2, consumer, service, probe };
}

/** A figure that broke off says so and leaves the others alone. */
async function repeat(rounds: number, once: () => Promise<number>): Promise<number[] | Error> {
  const values: number[] = [];
  try {
    for (let round = 0; round < rounds; round++) values.push(await once());
    return values;
  } catch (error) {
    return error as Error;
  }
}

function tell(name: string, values: number[] | Error, aim?: Aim): Line {
  if (values instanceof Error)
    return {
      name,
      measured: `broke off: ${values.message}`,
      value: Number.NaN,
      unit: 'ms',
      ...(aim && { aim }),
    };
  const measured = `p95 ${formatNumber(quantile(values, 0.95))} ms`;
  return { name, measured, value: median(values), unit: 'ms', ...(aim && { aim }) };
}

async function createEndpoint({ consumerEc2, consumer, service }: Stage): Promise<string> {
  const { VpcEndpoint: endpoint } = await consumerEc2.createVpcEndpoint({
    ...{
      VpcEndpointType: 'Interface',
      VpcId: consumer.vpcId,
      ServiceName: service.serviceName,
      SubnetIds: [consumer.subnetId],
    },
    SecurityGroupIds: [consumer.groupId],
    SubnetConfigurations: [{ SubnetId: consumer.subnetId, Ipv4: endpointAddress }],
  });
  return endpoint!.VpcEndpointId!;
}

async function deleteEndpoint({ consumerEc2 }: Stage, vpcEndpointId: string): Promise<void> {
  await consumerEc2.deleteVpcEndpoints({ VpcEndpointIds: [vpcEndpointId] });
  await until('the endpoint is gone', async () => {
    const { VpcEndpoints: left } = await consumerEc2.describeVpcEndpoints({
      Filters: [{ Name: 'vpc-endpoint-id', Values: [vpcEndpointId] }],
    });
    return left!.length === 0;
  });
}

async function setAcceptance({ providerEc2, service }: Stage, isRequired: boolean): Promise<void> {
  await providerEc2.modifyVpcEndpointServiceConfiguration({
    ServiceId: service.serviceId,
    AcceptanceRequired: isRequired,
  });
}

async function waitForState({ consumerEc2 }: Stage, vpcEndpointId: string, state: string): Promise<void> {
  await until(`the endpoint is ${state}`, async () => {
    const { VpcEndpoints: [endpoint] = [] } = await consumerEc2.describeVpcEndpoints({
      VpcEndpointIds: [vpcEndpointId],
    });
    return endpoint?.State?.toLowerCase() === state.toLowerCase();
  });
}

async function timeAccept(stage: Stage): Promise<number> {
  await setAcceptance(stage, true);
  const vpcEndpointId = await createEndpoint(stage);
  await waitForState(stage, vpcEndpointId, 'pendingAcceptance');
  await stage.cloud.settle();
  const accept = { ServiceId: stage.service.serviceId, VpcEndpointIds: [vpcEndpointId] };
  const elapsedMs = await stage.probe.time('open', endpointAddress, webPort, () =>
    stage.providerEc2.acceptVpcEndpointConnections(accept),
  );
  await deleteEndpoint(stage, vpcEndpointId);
  return elapsedMs;
}

async function timeCreate(stage: Stage): Promise<number> {
  await setAcceptance(stage, false);
  await stage.cloud.settle();
  let vpcEndpointId = '';
  const elapsedMs = await stage.probe.time('open', endpointAddress, webPort, async () => {
    vpcEndpointId = await createEndpoint(stage);
  });
  await deleteEndpoint(stage, vpcEndpointId);
  return elapsedMs;
}

async function timeGroupChange(stage: Stage, rounds: number): Promise<Line[]> {
  const { cloud, consumerEc2, consumer, probe } = stage;
  await setAcceptance(stage, false);
  const vpcEndpointId = await createEndpoint(stage);
  await waitForState(stage, vpcEndpointId, 'available');
  await cloud.settle();
  const change = { GroupId: consumer.groupId, IpPermissions: [webPermission] };
  const authorizeMs: number[] = [];
  const revokeMs = await repeat(rounds, async () => {
    const shutMs = await probe.time('shut', endpointAddress, webPort, () =>
      consumerEc2.revokeSecurityGroupIngress(change),
    );
    await cloud.settle();
    authorizeMs.push(
      await probe.time('open', endpointAddress, webPort, () =>
        consumerEc2.authorizeSecurityGroupIngress(change),
      ),
    );
    await cloud.settle();
    return shutMs;
  });
  await deleteEndpoint(stage, vpcEndpointId);
  return [
    tell(
      'AuthorizeSecurityGroupIngress → first packet through',
      revokeMs instanceof Error ? revokeMs : authorizeMs,
      atMost(30),
    ),
    tell('RevokeSecurityGroupIngress → first packet refused', revokeMs, atMost(30)),
  ];
}

async function timeLaunch({ cloud, consumerEc2, consumer }: Stage, rounds: number): Promise<Line[]> {
  const answerMs: number[] = [];
  const commandMs = await repeat(rounds, async () => {
    const startMs = performance.now();
    const { instanceId } = await runInstance(consumerEc2, consumer);
    answerMs.push(performance.now() - startMs);
    const { program, args, env } = await waitUntilRunning(cloud, instanceId);
    await until('a command runs', () =>
      run(program, [...args, 'true'], { doing: 'running the first command', env }).then(
        () => true,
        () => false,
      ),
    );
    const elapsedMs = performance.now() - startMs;
    await consumerEc2.terminateInstances({ InstanceIds: [instanceId] });
    await cloud.settle();
    return elapsedMs;
  });
  return [
    tell('RunInstances → its answer', answerMs),
    tell('RunInstances → first command', commandMs, atMost(80)),
  ];
}

interface ExecPrefix {
  program: string;
  args: string[];
  env: Record<string, string>;
}

async function waitUntilRunning({ apiEndpoint }: BenchCloud, instanceId: string): Promise<ExecPrefix> {
  let exec: ExecPrefix | undefined;
  await until(`${instanceId} runs`, async () => {
    const answer = await fetch(`${apiEndpoint}/_isthmus/instances/${instanceId}`);
    exec = ((await answer.json()) as { exec?: ExecPrefix }).exec;
    return exec !== undefined;
  });
  return exec!;
}
