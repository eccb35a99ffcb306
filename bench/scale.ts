// What a change and a question cost in a cloud of 1,000 VPCs, 10,000 instances and 10,000 endpoints: compiling it, compiling
// and rendering it again after one change, a question to explain; and, as root, one change put into a kernel that holds few
// VPCs and one that holds many.

import type { Cloud } from '../src/cloud/cloud.ts';
import { createRenderer, type States } from '../src/linux/render-network.ts';
import { compileNetwork } from '../src/network/compile.ts';
import { type CompileMemory, createCompileMemory } from '../src/network/compile-memory.ts';
import { explain } from '../src/network/explain.ts';
import type { Network } from '../src/network/network.ts';
import { openStore, type Store } from '../src/store.ts';
import { everywhere, putInstance, putVpc } from '../test/networks/example-cloud.ts';
import { mainRouteTableId, putRoute } from '../test/networks/example-gateway.ts';
import { atMost, formatNumber, type Line, median, printLines, printTitle, quantile } from './figure.ts';
import { type LargeCloud, type LargeConsumer, putLargeCloud } from './large-cloud.ts';
import type { Scratch } from './scratch.ts';

const size = { vpcs: 1_000, instances: 10_000, endpoints: 10_000 };

interface Stage {
  store: Store;
  large: LargeCloud;
  memory: CompileMemory;
  /** A target that has failed its checks. */
  unhealthy: Set<string>;
  network: Network;
}

export async function benchScale(scratch: Scratch, { quick }: { quick: boolean }): Promise<void> {
  const text = [size.vpcs, size.instances, size.endpoints].map((number) => number.toLocaleString('en-US'));
  printTitle(`scale: a cloud of ${text[0]} VPCs, ${text[1]} instances and ${text[2]} endpoints`);
  const store = openStore(':memory:');
  const large = store.change((cloud) => putLargeCloud(cloud, size));
  const wholeRounds = quick ? 3 : 7;
  const beginMs = processorMs();
  const wholeMs = Array.from({ length: wholeRounds }, () =>
    timeMs(() => compile({ store, memory: createCompileMemory(), unhealthy: new Set() })),
  );
  const wholeNote = tellProcessor((processorMs() - beginMs) / wholeRounds);
  const stage: Stage = {
    ...{ store, large, memory: createCompileMemory(), unhealthy: new Set<string>() },
    network: compileNetwork(store.cloud, { isHealthy: () => true }),
  };
  stage.network = compile(stage);
  printLines([
    tell('compile from nothing', wholeMs, atMost(1_000), wholeNote),
    ...timeQuestions(stage, quick ? 2_000 : 20_000),
    ...timeChanges(stage, quick ? 20 : 50),
  ]);
  store.close();
  if (process.getuid?.() !== 0) return console.log('  without root no change is put into a kernel');
  await timeKernels(scratch, quick);
}

function compile({ store, memory, unhealthy }: Pick<Stage, 'store' | 'memory' | 'unhealthy'>): Network {
  return compileNetwork(store.cloud, { isHealthy: (_group, id) => !unhealthy.has(id) }, memory);
}

function tell(name: string, values: number[], aim?: Line['aim'], note?: string): Line {
  const measured = `p95 ${formatNumber(quantile(values, 0.95))} ms`;
  return { name, measured, value: median(values), unit: 'ms', ...(aim && { aim }), ...(note && { note }) };
}

const changes: Record<string, (stage: Stage, round: number) => void> = {
  'a rule of a group': ({ store, large }, round) =>
    store.change((cloud) => addRule(cloud, large.consumers[round % large.consumers.length]!.vpc.groupId)),
  'a route': ({ store, large }, round) =>
    store.change((cloud) => {
      const [gateway] = cloud.internetGateways.all();
      const { internetGatewayId } = gateway!;
      const table = mainRouteTableId(cloud, large.consumers[0]!.vpc);
      putRoute(cloud, table, `172.20.${round}.0/24`, { kind: 'internet-gateway', internetGatewayId });
    }),
  'a new instance': ({ store, large }, round) =>
    store.change((cloud) => putInstance(cloud, large.consumers[30 + round]!.vpc, 0, '10.0.1.200')),
  'an endpoint rejected': ({ store, large }, round) =>
    store.change((cloud) => {
      const endpoint = cloud.vpcEndpoints.find(large.consumers[40 + round]!.serviceEndpointIds[0]!);
      if (endpoint?.vpcEndpointType === 'Interface' && endpoint.serviceId)
        cloud.vpcEndpoints.put({ ...endpoint, decision: 'rejected' });
    }),
  'a target unhealthy': ({ store, unhealthy }, round) => {
    const groups = store.cloud.targetGroups.all().toArray();
    unhealthy.add(groups[round % groups.length]!.targets[0]!.id);
  },
  'a new VPC': ({ store }) => store.change((cloud) => putVpc(cloud, '333333333333')),
};

function addRule(cloud: Cloud, groupId: string): void {
  const group = cloud.securityGroups.find(groupId)!;
  cloud.securityGroups.put({ ...group, rules: [...group.rules, everywhere(false, 'tcp', 22)] });
}

function timeChanges(stage: Stage, rounds: number): Line[] {
  const render = createRenderer('0000');
  let states = new Map() as States;
  const wholeMs = timeMs(() => (states = render(stage.network)));
  const renderMs: number[] = [];
  const lines = Object.entries(changes).map(([name, change]) => {
    const touched: number[] = [];
    let usedMs = 0;
    const compileMs = Array.from({ length: rounds }, (_, round) => {
      change(stage, round);
      usedMs -= processorMs();
      const elapsedMs = timeMs(() => (stage.network = compile(stage)));
      usedMs += processorMs();
      const before = states;
      renderMs.push(timeMs(() => (states = render(stage.network))));
      touched.push([...states.values()].filter((state) => before.get(state.name) !== state).length);
      return elapsedMs;
    });
    const note = `${tellProcessor(usedMs / rounds)}; ${median(touched)} of ${states.size.toLocaleString('en-US')} namespaces rendered again`;
    return tell(`compile again after ${name}`, compileMs, atMost(20), note);
  });
  const whole = `from nothing ${formatNumber(wholeMs)} ms`;
  return [...lines, tell('render again after any of these', renderMs, undefined, whole)];
}

/** Kinds of question: some arrive, some stop at a group, a route, a name or an id. */
const questions: ((large: LargeCloud, consumer: LargeConsumer) => [string, string])[] = [
  (_large, { instances: [one, , other] }) => [one!.instanceId, `${other!.instanceId}:80`],
  (_large, { instances: [one, other] }) => [one!.instanceId, `${other!.instanceId}:80`],
  (_large, { instances: [one, , other] }) => [one!.instanceId, other!.address],
  (_large, { instances: [one], serviceEndpointIds: [id] }) => [one!.instanceId, `${id}:443`],
  (_large, { instances: [one], serviceEndpointIds: [id] }) => [one!.instanceId, `${id}:80`],
  (_large, { instances: [one], ec2EndpointId }) => [one!.instanceId, `${ec2EndpointId}:443`],
  (_large, { instances: [one] }) => [one!.instanceId, 'ec2.us-east-1.amazonaws.com:443'],
  (_large, { instances: [one] }) => [one!.instanceId, 's3.us-east-1.amazonaws.com:443'],
  (_large, { instances: [one] }) => [one!.instanceId, 'nowhere.example.com:443'],
  (_large, { instances: [one] }) => [one!.instanceId, 'vpce-0ffffffffffffffff:443'],
  (large, { instances: [one] }) => [one!.instanceId, `${large.consumers[3]!.instances[0]!.instanceId}:443`],
  (large) => [
    large.consumers[0]!.instances[0]!.instanceId,
    `${large.consumers[1]!.instances[0]!.instanceId}:443`,
  ],
  (large) => [
    large.consumers[5]!.instances[0]!.instanceId,
    `${large.consumers[9]!.instances[0]!.instanceId}:443`,
  ],
  (large) => [large.hostId, `${large.consumers[0]!.instances[0]!.instanceId}:443`],
];

function timeQuestions({ network, large }: Stage, count: number): Line[] {
  const kinds: number[][] = questions.map(() => []);
  const ask = (number: number) => {
    const kind = number % questions.length;
    const consumer = large.consumers[(number * 7919) % large.consumers.length]!;
    const [from, to] = questions[kind]!(large, consumer);
    const elapsedMs = timeMs(() => explain(network, from, to));
    kinds[kind]!.push(elapsedMs);
    return elapsedMs;
  };
  const firstMs = ask(0);
  const beginMs = processorMs();
  const all = Array.from({ length: count }, (_, number) => ask(number + 1));
  const used = tellProcessor((processorMs() - beginMs) / count);
  const slowest = Math.max(...kinds.map(median));
  return [
    {
      name: `explain, ${questions.length} kinds of question`,
      measured: `p50 ${formatNumber(median(all))} ms, p99`,
      ...{ value: quantile(all, 0.99), unit: 'ms', aim: atMost(5) },
      note: `${used}; the slowest kind p50 ${formatNumber(slowest)} ms; the very first question, before V8 has compiled anything, ${formatNumber(firstMs)} ms`,
    },
  ];
}

async function timeKernels(scratch: Scratch, quick: boolean): Promise<void> {
  const sizes = [10, quick ? 100 : size.vpcs];
  const rounds = quick ? 10 : 25;
  console.log(`\n one rule changed, put into a kernel that holds so many VPCs (${rounds} rounds, in turns)`);
  const kernels: { name: string; wholeMs: number; changeMs: number[]; change: () => Promise<void> }[] = [];
  for (const vpcs of sizes) kernels.push({ ...(await fillKernel(scratch, vpcs)), changeMs: [] });
  for (let round = 0; round < rounds; round++)
    for (const { changeMs, change } of kernels) {
      const startMs = performance.now();
      await change();
      changeMs.push(performance.now() - startMs);
    }
  const [few, many] = kernels as [(typeof kernels)[0], (typeof kernels)[0]];
  const whole = ({ wholeMs }: typeof few) => `all of it from nothing ${formatNumber(wholeMs)} ms`;
  const ratios = many.changeMs.map((elapsedMs, round) => elapsedMs / few.changeMs[round]!);
  printLines([
    tell(few.name, few.changeMs, undefined, whole(few)),
    tell(many.name, many.changeMs, undefined, whole(many)),
    { name: 'many beside few', measured: '', value: median(ratios), unit: '×', aim: atMost(2) },
  ]);
}

/** A VPC is a router and an instance. */
async function fillKernel(scratch: Scratch, vpcs: number) {
  const store = openStore(':memory:');
  scratch.defer(() => store.close());
  const groupIds = store.change((cloud) =>
    Array.from({ length: vpcs }, () => {
      const vpc = putVpc(cloud, '111111111111');
      putInstance(cloud, vpc, 0, '10.0.1.10');
      return vpc.groupId;
    }),
  );
  const { machine } = scratch.makeMachine();
  const stage = { store, memory: createCompileMemory(), unhealthy: new Set<string>() };
  const set = async () => {
    for (let unfinished = 1; unfinished > 0; ) {
      const report = await machine.set(compile(stage));
      for (const error of report.failed.values()) throw error;
      unfinished = report.unfinished.size;
    }
  };
  const startMs = performance.now();
  await set();
  let round = 0;
  const change = () => {
    store.change((cloud) => addRule(cloud, groupIds[(round++ * 7) % vpcs]!));
    return set();
  };
  const name = `kernel done, ${vpcs.toLocaleString('en-US')} VPCs`;
  return { name, wholeMs: performance.now() - startMs, change };
}

/** Of this process, which depends least on what else the machine does. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const tellProcessor = (ms: number) => `${formatNumber(ms)} ms CPU`;

function timeMs(work: () => unknown): number {
  const startMs = performance.now();
  work();
  return performance.now() - startMs;
}
