// Builds every object once and wires them; the only file that sees everything. Nothing is decided here.

import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import packageFile from '../package.json' with { type: 'json' };
import { createAdminHandler } from './admin-api.ts';
import { createFrontDoor, type ServiceDefinition } from './aws/front-door.ts';
import { createHttpServer } from './aws/http-server.ts';
import { type Cloud, keyFields, type TableName } from './cloud/cloud.ts';
import type { InstanceId } from './cloud/id.ts';
import { databasePath, ensureCloudMark, findCloudMark } from './data-folder.ts';
import { createHealthChecker } from './dataplane/health-checker.ts';
import { createResolver } from './dataplane/resolver.ts';
import { execPrefix } from './instances/exec.ts';
import { createImageKeeper } from './instances/image-keeper.ts';
import { createInstanceRuntime } from './instances/instance-runtime.ts';
import { createLog } from './lib/log.ts';
import {
  interfaceLink,
  namespaceName,
  namespacePath,
  serviceLink,
  userNamespacePath,
} from './linux/link-name.ts';
import type { LinuxError } from './linux/linux-error.ts';
import { createMachine } from './linux/machine.ts';
import { settleHome } from './linux/namespace.ts';
import { nameDrop } from './network/drop.ts';
import { explain } from './network/explain.ts';
import type { Network } from './network/network.ts';
import { createReconciler } from './reconcile.ts';
import { recordShutdown } from './services/ec2/instance-state.ts';
import { ec2Operations } from './services/ec2/operations.ts';
import { isKnownRegion } from './services/ec2/region.ts';
import { elbv2Operations } from './services/elbv2/operations.ts';
import type { OperationTable, World } from './services/operation.ts';
import { stsOperations } from './services/sts/operations.ts';
import { openStore } from './store.ts';
import { listWantedInstances } from './wanted-instances.ts';

export interface DaemonOptions {
  dataFolder: string;
  /** 0: any free one. */
  port: number;
  /** Loopback unless told otherwise. */
  host?: string;
  log: 'pretty' | 'json' | 'silent';
}

export interface Daemon {
  apiEndpoint: string;
  /** Settles when the kernel holds what the store holds. */
  ready: Promise<void>;
  /** @param keepRunning true: instances and packets go on without the daemon; false: nothing of it stays in the kernel */
  stop(options: { keepRunning: boolean }): Promise<void>;
}

const services: ServiceDefinition[] = [
  describeService('ec2', 'ec2', '2016-11-15', 'http://ec2.amazonaws.com/doc/2016-11-15/', ec2Operations),
  describeService(
    'elasticloadbalancing',
    'query',
    '2015-12-01',
    'http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/',
    elbv2Operations,
  ),
  describeService('sts', 'query', '2011-06-15', 'https://sts.amazonaws.com/doc/2011-06-15/', stsOperations),
];

function describeService(
  name: ServiceDefinition['name'],
  protocol: ServiceDefinition['protocol'],
  version: string,
  xmlNamespace: string,
  operations: object,
): ServiceDefinition {
  return { name, protocol, version, xmlNamespace, operations: operations as OperationTable };
}

export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const mark = ensureCloudMark(options.dataFolder);
  const log = createLog(options.log);
  const store = openStore(databasePath(options.dataFolder));
  const { cloud } = store;
  const pathOf = (id: string) => namespacePath(namespaceName(mark, id));

  const image = createImageKeeper();
  const runtime = createInstanceRuntime({ dataFolder: options.dataFolder, image: image.ensure });
  const healthChecker = createHealthChecker({
    namespacePathOf: pathOf,
    onChange: () => reconciler.request(),
  });
  const resolver = createResolver({ onError: (vpcId, error) => log.error({ vpcId }, error.message) });
  const machine = createMachine(mark);
  const reconciler = createReconciler({
    store,
    kernel: machine,
    observed: healthChecker,
    onApplied: follow,
    log,
  });

  const instanceTroubles = new Map<string, LinuxError>();

  /** Those who live in the network follow it: names, health checks, instances. */
  function follow(network: Network): void {
    resolver.set(network, pathOf);
    healthChecker.set(network.healthChecks);
    const isAlive = (instanceId: InstanceId) => runtime.observe(instanceId).sandbox !== 'absent';
    void runtime.set(listWantedInstances(cloud, network, mark, isAlive)).then(({ failed }) => {
      instanceTroubles.clear();
      for (const [instanceId, error] of failed) {
        instanceTroubles.set(instanceId, error);
        log.error({ instanceId, hint: error.hint }, error.message);
      }
    });
  }

  const world: World = {
    isApplied: reconciler.isApplied,
    observeInstance: (instanceId) => runtime.observe(instanceId),
    readConsole: (instanceId) => runtime.readConsole(instanceId),
    targetHealth: (targetGroupArn, targetId, port) => healthChecker.observe(targetGroupArn, targetId, port),
  };
  const frontDoor = createFrontDoor({
    services,
    store,
    world,
    isKnownRegion,
    now: () => new Date(),
    randomBytes,
    log,
  });
  const adminHandler = createAdminHandler({
    status: () => ({
      ...{
        pid: process.pid,
        version: packageFile.version,
        dataFolder: options.dataFolder,
        apiEndpoint,
        generation: cloud.generation,
      },
      ...{ appliedGeneration: reconciler.appliedGeneration(), counts: countRecords(cloud) },
      errors: [...reconciler.troubles(), ...[...instanceTroubles].map(describeTrouble)],
      image: image.status(),
    }),
    async reset() {
      store.change(emptyCloud);
      reconciler.request();
      await reconciler.settled();
      await runtime.removeAll();
    },
    shutdown: (removeNetwork) => void stop({ keepRunning: !removeNetwork }).then(() => process.exit(0)),
    explain: (from, to) => describeExplanation(reconciler.network(), from, to),
    drops: () => readDrops(reconciler.network()),
    instance: describeInstance,
    console: (instanceId) =>
      cloud.instances.has(instanceId) ? runtime.readConsole(instanceId).text : undefined,
    capture: (id) => findWire(reconciler.network(), id, pathOf),
  });

  async function readDrops(network: Network) {
    const vpcs = [...network.vpcs.values()].filter(({ vpcId }) => reconciler.isApplied(vpcId, 0));
    return (
      await Promise.all(
        vpcs.map(async (vpc) => (await machine.readDrops(vpc.vpcId)).map((drop) => nameDrop(vpc, drop))),
      )
    ).flat();
  }

  function describeInstance(instanceId: InstanceId) {
    const pid = runtime.pidOf(instanceId);
    if (pid === undefined) return undefined;
    const userPath = userNamespacePath(namespaceName(mark, instanceId));
    return { instanceId, pid, userNamespacePath: userPath, exec: execPrefix(pid) };
  }

  const server = createHttpServer({ frontDoor, adminHandler, boundAddress: options.host });
  const apiEndpoint = await new Promise<string>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host ?? '127.0.0.1', () => {
      const { address, port } = server.address() as AddressInfo;
      resolve(`http://${address}:${port}`);
    });
  });
  await settleHome(mark); // ORDER: after listening, which stays in the namespace it began in
  store.onChange(reconciler.request);
  runtime.onExit(({ instanceId, bootNumber, how }) => {
    store.change(() => recordShutdown(cloud, instanceId, bootNumber, new Date(), how));
  });
  runtime.adopt();
  reconciler.request();

  let stopping: Promise<void> | undefined;
  function stop({ keepRunning }: { keepRunning: boolean }): Promise<void> {
    stopping ??= (async () => {
      server.close();
      server.closeAllConnections();
      await reconciler.stop();
      healthChecker.close();
      resolver.close();
      if (!keepRunning) {
        await runtime.stopAll();
        await machine.removeAll();
      }
      runtime.close();
      store.close();
    })();
    return stopping;
  }
  return { apiEndpoint, ready: reconciler.settled(), stop };
}

/** Takes away what a daemon that died has left in the kernel. The data stays. */
export async function removeCloud({ dataFolder }: { dataFolder: string }): Promise<void> {
  const mark = findCloudMark(dataFolder);
  if (mark === undefined) return;
  const noImage = () => Promise.reject(new Error('nothing is started while a cloud is removed'));
  const runtime = createInstanceRuntime({ dataFolder, image: noImage });
  runtime.adopt();
  await runtime.stopAll();
  await createMachine(mark).removeAll();
}

function describeTrouble([about, { doing, stderr, hint }]: [string, LinuxError]) {
  return { about, doing, stderr, hint };
}

function emptyCloud(cloud: Cloud): void {
  for (const [name, keyField] of Object.entries(keyFields)) {
    const table = cloud[name as TableName];
    // Marks and addresses that were given out stay given out.
    if (name === 'counters') continue;
    for (const record of [...table.all()])
      table.delete(String((record as unknown as Record<string, unknown>)[keyField]));
  }
}

function countRecords(cloud: Cloud): Record<string, number> {
  const names = Object.keys(keyFields).filter(
    (name) => !['tagSets', 'idempotencyTokens', 'counters'].includes(name),
  );
  return Object.fromEntries(names.map((name) => [name, cloud[name as TableName].size]));
}

function describeExplanation(network: Network, from: string, to: string) {
  const answer = explain(network, from, to);
  if ('error' in answer) return answer;
  const lines = answer.hops.map(
    ({ at, verdict, text }) => `${verdict === 'pass' ? '✓' : '✗'} ${at}  ${text}`,
  );
  const last = answer.arrives
    ? `${from} reaches ${to}.`
    : `${from} does not reach ${to}: ${answer.hops.at(-1)!.text}.`;
  return { ...answer, text: [...lines, last].join('\n') };
}

/** Where `tcpdump` sees the packets of an instance, an interface or an endpoint. */
function findWire(network: Network, id: string, pathOf: (id: string) => string) {
  for (const vpc of network.vpcs.values()) {
    for (const { networkInterfaceId, privateIpAddress, behind } of vpc.interfaces) {
      if (behind.kind === 'instance' && (networkInterfaceId === id || behind.instanceId === id)) {
        return {
          namespacePath: pathOf(vpc.vpcId),
          interfaceName: interfaceLink(networkInterfaceId),
          filter: '',
        };
      }
      const leg = vpc.endpointLegs.find((candidate) => candidate.networkInterfaceId === networkInterfaceId);
      if (!leg?.providerVpcId || (leg.vpcEndpointId !== id && networkInterfaceId !== id)) continue;
      const interfaceName = serviceLink(leg.providerVpcId);
      return { namespacePath: pathOf(vpc.vpcId), interfaceName, filter: `host ${privateIpAddress}` };
    }
  }
  return undefined;
}
