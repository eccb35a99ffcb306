// What one changed security-group rule costs when a VPC has many endpoints: compile the whole cloud, put the difference into
// the kernel. Measured without the API, stage by stage, so that it shows what grows.

import type { Cloud } from '../src/cloud/cloud.ts';
import type { Kernel } from '../src/linux/kernel.ts';
import { namespaceName } from '../src/linux/link-name.ts';
import { compileNetwork } from '../src/network/compile.ts';
import type { Network } from '../src/network/network.ts';
import { openStore } from '../src/store.ts';
import {
  everywhere,
  putEndpoint,
  putEndpointService,
  putInstance,
  putVpc,
} from '../test/networks/example-cloud.ts';
import { atMost, formatNumber, type Line, median, printLines, quantile } from './figure.ts';
import { Probe } from './probe.ts';
import type { Scratch } from './scratch.ts';
import { startWebServer, webPort } from './server.ts';

const aimAt = 1000;
const healthy = { isHealthy: () => true };

export async function benchRuleChange(scratch: Scratch, rounds: number): Promise<void> {
  console.log(
    `\n one rule changed in a VPC with many endpoints (${rounds} rounds; from the changed record to the packets)`,
  );
  printLines([
    await timeChange(scratch, 1, rounds),
    await timeChange(scratch, 100, rounds),
    await timeChange(scratch, aimAt, rounds),
  ]);
}

async function timeChange(scratch: Scratch, count: number, rounds: number): Promise<Line> {
  const store = openStore(':memory:');
  const { groupId, clientId, targetId } = store.change((cloud) => putEndpoints(cloud, count));
  const { mark, machine } = scratch.makeMachine();
  const wholeMs = await timeMs(() => set(machine, compileNetwork(store.cloud, healthy)));
  await startWebServer(scratch, namespaceName(mark, targetId));
  const probe = new Probe(scratch, namespaceName(mark, clientId));
  const effectMs: number[] = [];
  const compileMs: number[] = [];
  const doneMs: number[] = [];
  const change = async () => {
    const startMs = performance.now();
    store.change((cloud) => toggleRule(cloud, groupId));
    const network = compileNetwork(store.cloud, healthy);
    compileMs.push(performance.now() - startMs);
    await set(machine, network);
    doneMs.push(performance.now() - startMs);
  };
  for (let round = 0; round < rounds; round++) {
    effectMs.push(await probe.time('shut', endpointAddress, webPort, change));
    effectMs.push(await probe.time('open', endpointAddress, webPort, change));
  }
  await machine.removeAll();
  store.close();
  return {
    name: `rule change → packets, ${count.toLocaleString('en-US')} ${count === 1 ? 'endpoint' : 'endpoints'}`,
    measured: `p95 ${formatNumber(quantile(effectMs, 0.95))} ms`,
    ...{ value: median(effectMs), unit: 'ms' },
    ...(count === aimAt && { aim: atMost(20) }),
    note: `compile ${formatNumber(median(compileMs))} ms, kernel done ${formatNumber(median(doneMs))} ms; whole cloud from nothing ${formatNumber(wholeMs)} ms`,
  };
}

const endpointAddress = '10.0.16.10';

function putEndpoints(cloud: Cloud, count: number) {
  const provider = putVpc(cloud, '111111111111');
  const target = putInstance(cloud, provider, 0, '10.0.1.10');
  const service = putEndpointService(cloud, provider, webPort, [target.instanceId]);
  const consumer = putVpc(cloud, '222222222222');
  const client = putInstance(cloud, consumer, 1, '10.0.2.5');
  const subnet = cloud.subnets.find(consumer.subnetIds[0]!)!;
  cloud.subnets.put({ ...subnet, cidrBlock: '10.0.16.0/20' });
  for (let index = 0; index < count; index++) {
    const host = 16 * 256 + 10 + index;
    putEndpoint(cloud, consumer, service, `10.0.${Math.floor(host / 256)}.${host % 256}`);
  }
  return { groupId: consumer.groupId, clientId: client.instanceId, targetId: target.instanceId };
}

/** Takes the rule that lets packets in out, or puts it back. */
function toggleRule(cloud: Cloud, groupId: string): void {
  const group = cloud.securityGroups.find(groupId)!;
  const without = group.rules.filter(({ isEgress }) => isEgress);
  const rules = without.length < group.rules.length ? without : [...group.rules, everywhere(false)];
  cloud.securityGroups.put({ ...group, rules });
}

async function set(machine: Kernel, network: Network): Promise<void> {
  const { failed } = await machine.set(network);
  for (const error of failed.values()) throw error;
}

async function timeMs(work: () => Promise<void>): Promise<number> {
  const startMs = performance.now();
  await work();
  return performance.now() - startMs;
}
