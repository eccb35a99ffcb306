// Builds every object once and wires them; the only file that sees everything. Nothing is decided here.

import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdminHandler } from './admin-api.ts';
import { createFrontDoor, type ServiceDefinition } from './aws/front-door.ts';
import { createHttpServer } from './aws/http-server.ts';
import { type Cloud, keyFields, type TableName } from './cloud/cloud.ts';
import type { InstanceId } from './cloud/id.ts';
import { isKnownRegion } from './cloud/region.ts';
import { databasePath, ensureCloudMark, findCloudMark } from './data-folder.ts';
import { createHealthChecker } from './dataplane/health-checker.ts';
import { createResolver } from './dataplane/resolver.ts';
import { type CloudParts, createInspection, describeStatus } from './inspection.ts';
import { createImageKeeper } from './instances/image-keeper.ts';
import { createInstanceRuntime } from './instances/instance-runtime.ts';
import { createLog, type Log } from './lib/log.ts';
import { namespaceName, namespacePath } from './linux/link-name.ts';
import { createMachine } from './linux/machine.ts';
import { settleHome } from './linux/namespace.ts';
import type { CloudMark } from './linux/namespace-state.ts';
import type { Network } from './network/network.ts';
import { createReconciler } from './reconcile.ts';
import { recordShutdown } from './services/ec2/instance-state.ts';
import { ec2Operations } from './services/ec2/operations.ts';
import { elbv2Operations } from './services/elbv2/operations.ts';
import type { OperationTable, World } from './services/operation.ts';
import { stsOperations } from './services/sts/operations.ts';
import { openStore, type Store } from './store.ts';
import { noteTroubles, type Trouble } from './trouble.ts';
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
  const parts = buildParts(options, mark, store, log);
  const { runtime, reconciler, image } = parts;
  const now = () => new Date();
  const frontDoor = createFrontDoor({
    services,
    store,
    world: worldOf(parts),
    isKnownRegion,
    now,
    randomBytes,
    log,
  });
  const reset = async () => {
    store.change(emptyCloud);
    reconciler.request();
    await reconciler.settled();
    await runtime.removeAll();
  };
  let apiEndpoint = '';
  const adminHandler = createAdminHandler({
    ...createInspection(parts, store.cloud, mark),
    status: () => ({ ...describeStatus(parts, store.cloud), apiEndpoint, dataFolder: options.dataFolder }),
    reset,
    shutdown: (removeNetwork) =>
      void stop({ keepRunning: !removeNetwork }).then(
        () => process.exit(0),
        (error: Error) => {
          log.error({ stack: error.stack }, `stopping failed: ${error.message}`);
          process.exit(1);
        },
      ),
  });
  const onError = (error: Error) => log.error({ stack: error.stack }, `the API: ${error.message}`);
  const server = createHttpServer({ frontDoor, adminHandler, boundAddress: options.host, onError });
  apiEndpoint = await listen(server, options);
  // ORDER: after listening, which stays in the namespace it began in; and the image while Debian can still be reached.
  await settleHome(mark, () => image.ensure().catch((error) => log.error({}, String(error))));
  store.onChange(reconciler.request);
  runtime.onExit(({ instanceId, bootNumber, how }) => {
    try {
      store.change((cloud) => recordShutdown(cloud, instanceId, bootNumber, now(), how));
    } catch (error) {
      // A full disk, say: told again to the next daemon. This one stays up.
      log.error({ instanceId }, `its end could not be written down: ${error}`);
    }
  });
  runtime.adopt();
  reconciler.request();

  let stopping: Promise<void> | undefined;
  const stop: Daemon['stop'] = ({ keepRunning }) => {
    stopping ??= (async () => {
      server.close();
      server.closeAllConnections();
      await stopParts(parts, keepRunning);
      store.close();
    })();
    return stopping;
  };
  return { apiEndpoint, ready: reconciler.settled(), stop };
}

/** Everything below the API, wired: the cloud's changes reach the kernel, and what lives in the network follows. */
function buildParts(options: DaemonOptions, mark: CloudMark, store: Store, log: Log): CloudParts {
  const pathOf = (id: string) => namespacePath(namespaceName(mark, id));
  const image = createImageKeeper();
  const runtime = createInstanceRuntime({ dataFolder: options.dataFolder, image: image.ensure });
  const onChange = () => reconciler.request();
  const healthChecker = createHealthChecker({ namespacePathOf: pathOf, onChange });
  const resolver = createResolver({ onError: (vpcId, error) => log.error({ vpcId }, error.message) });
  const machine = createMachine(mark);
  const instanceTroubles = new Map<string, Trouble>();

  const onApplied = (network: Network) => {
    resolver.set(network, pathOf);
    healthChecker.set(network.healthChecks);
    const isAlive = (instanceId: InstanceId) => runtime.observe(instanceId).sandbox !== 'absent';
    runtime.set(listWantedInstances(store.cloud, network, mark, isAlive)).then(
      ({ failed }) => noteTroubles(instanceTroubles, failed, log),
      (error: Error) => log.error({ stack: error.stack }, `instances could not be set: ${error.message}`),
    );
  };
  const reconciler = createReconciler({ store, kernel: machine, observed: healthChecker, onApplied, log });
  return { image, runtime, healthChecker, resolver, machine, reconciler, instanceTroubles };
}

function worldOf({ reconciler, runtime, healthChecker }: CloudParts): World {
  return {
    isApplied: reconciler.isApplied,
    observeInstance: (instanceId) => runtime.observe(instanceId),
    readConsole: (instanceId) => runtime.readConsole(instanceId),
    targetHealth: (targetGroupArn, targetId, port) => healthChecker.observe(targetGroupArn, targetId, port),
  };
}

function listen(server: Server, { port, host = '127.0.0.1' }: DaemonOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      const bound = server.address() as AddressInfo;
      resolve(`http://${bound.address}:${bound.port}`);
    });
  });
}

async function stopParts(parts: CloudParts, keepRunning: boolean): Promise<void> {
  const { reconciler, healthChecker, resolver, runtime, machine } = parts;
  await reconciler.stop();
  healthChecker.close();
  resolver.close();
  if (!keepRunning) {
    await runtime.stopAll();
    await machine.removeAll();
  }
  runtime.close();
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

function emptyCloud(cloud: Cloud): void {
  for (const [name, keyField] of Object.entries(keyFields)) {
    const table = cloud[name as TableName];
    // Marks and addresses that were given out stay given out.
    if (name === 'counters') continue;
    for (const record of [...table.all()])
      table.delete(String((record as unknown as Record<string, unknown>)[keyField]));
  }
}
