// How soon `isthmus up` answers and what it keeps in memory: with nothing, with a cloud whose network is still in the kernel
// (the daemon alone was ended), and with one whose network has to be made again.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { removeCloud } from '../src/daemon.ts';
import {
  type BenchCloud,
  consumerAccount,
  createBenchService,
  createBenchVpc,
  providerAccount,
  reachCloud,
  runInstance,
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
import { findFreePort } from './moto.ts';
import { type Scratch, until } from './scratch.ts';

const command = fileURLToPath(new URL('../isthmus', import.meta.url));
const idleMs = 5_000;
const endpointCount = 10;

interface Start {
  cloud: BenchCloud;
  healthyMs: number;
  /** Until the kernel holds what the store holds. */
  settledMs: number;
  idleMib(): Promise<number>;
  /** SIGTERM ends the daemon alone, SIGINT takes its network away too. */
  stop(signal: 'SIGTERM' | 'SIGINT'): Promise<void>;
}

export async function benchStartUp(scratch: Scratch, { quick }: { quick: boolean }): Promise<void> {
  const rounds = quick ? 3 : 11;
  printTitle(
    `daemon: isthmus up until it answers, and its resident memory after ${idleMs / 1000} idle seconds (${rounds} starts)`,
  );
  const port = await findFreePort();
  const empty: number[] = [];
  let folder = '';
  let memoryMib = 0;
  for (let round = 0; round < rounds; round++) {
    folder = join(scratch.folder, `up-${round}`);
    const dataFolder = folder;
    scratch.defer(() => removeCloud({ dataFolder }));
    const start = await startUp(scratch, folder, port);
    empty.push(start.healthyMs);
    if (round === rounds - 1) {
      memoryMib = await start.idleMib();
      await fill(start.cloud);
    }
    await start.stop('SIGTERM');
  }
  const again = await restart(scratch, folder, port, rounds, 'SIGTERM');
  const anew = await restart(scratch, folder, port, Math.min(rounds, 5), 'SIGINT');
  const cloudText = `2 VPCs, 2 instances, ${endpointCount} endpoints`;
  printLines([
    tell('ready, empty', empty, atMost(500)),
    { name: 'idle memory, empty', measured: '', value: memoryMib, unit: 'MiB', aim: atMost(120) },
    {
      ...tell('ready, cloud in the kernel', again.healthyMs, atMost(500)),
      note: `${cloudText}; kernel followed after ${formatNumber(median(again.settledMs))} ms`,
    },
    {
      ...tell('ready, cloud to be made again', anew.healthyMs, atMost(500)),
      note: `kernel followed after ${formatNumber(median(anew.settledMs))} ms`,
    },
    {
      name: 'idle memory, with a cloud',
      measured: '',
      value: again.memoryMib,
      unit: 'MiB',
      aim: atMost(120),
    },
  ]);
}

async function restart(
  scratch: Scratch,
  folder: string,
  port: number,
  rounds: number,
  signal: 'SIGTERM' | 'SIGINT',
) {
  const healthyMs: number[] = [];
  const settledMs: number[] = [];
  let memoryMib = 0;
  for (let round = 0; round < rounds; round++) {
    const start = await startUp(scratch, folder, port);
    // The first one finds what the round before this series has left.
    if (round > 0 || signal === 'SIGTERM') {
      healthyMs.push(start.healthyMs);
      settledMs.push(start.settledMs);
    }
    if (round === rounds - 1 && signal === 'SIGTERM') memoryMib = await start.idleMib();
    await start.stop(signal);
  }
  return { healthyMs, settledMs, memoryMib };
}

async function startUp(scratch: Scratch, folder: string, port: number): Promise<Start> {
  const apiEndpoint = `http://127.0.0.1:${port}`;
  const startMs = performance.now();
  let isStopping = false;
  const args = ['up', '--data', folder, '--port', String(port), '--json'];
  const child = scratch.start(command, args, {}, () => isStopping);
  const answers = () =>
    fetch(`${apiEndpoint}/_isthmus/health`).then(
      (answer) => answer.ok,
      () => false,
    );
  await until('isthmus up answers', answers);
  const healthyMs = performance.now() - startMs;
  const cloud = reachCloud(apiEndpoint, folder);
  await cloud.settle();
  const settledMs = performance.now() - startMs;
  return {
    cloud,
    healthyMs,
    settledMs,
    async idleMib() {
      await wait(idleMs);
      return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1024;
    },
    async stop(signal) {
      isStopping = true;
      child.kill(signal);
      await until('isthmus up has ended', () => child.exitCode !== null || child.signalCode !== null);
    },
  };
}

async function fill(cloud: BenchCloud): Promise<void> {
  const provider = await createBenchVpc(cloud.ec2(providerAccount));
  const consumer = await createBenchVpc(cloud.ec2(consumerAccount));
  const { instanceId } = await runInstance(cloud.ec2(providerAccount), provider);
  await runInstance(cloud.ec2(consumerAccount), consumer);
  await until(
    'the instance runs',
    async () => (await fetch(`${cloud.apiEndpoint}/_isthmus/instances/${instanceId}`)).status === 200,
    180_000,
  );
  const { serviceName } = await createBenchService(cloud, provider, instanceId);
  const place = {
    VpcId: consumer.vpcId,
    SubnetIds: [consumer.subnetId],
    SecurityGroupIds: [consumer.groupId],
  };
  const endpoint = { VpcEndpointType: 'Interface' as const, ServiceName: serviceName, ...place };
  for (let index = 0; index < endpointCount; index++)
    await cloud.ec2(consumerAccount).createVpcEndpoint(endpoint);
  await cloud.settle();
}

function tell(name: string, values: number[], aim: Aim): Line {
  const measured = `p95 ${formatNumber(quantile(values, 0.95))} ms`;
  return { name, measured, value: median(values), unit: 'ms', aim };
}
