// Builds every object once and wires them; the only file that sees everything. Nothing is decided here.

import { createHmac, randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdminHandler } from './admin-api.ts';
import { createHttpServer } from './aws/http-server.ts';
import { newIdFrom } from './aws/random-name.ts';
import { createSessionCredentials } from './aws/session-credential.ts';
import { type Cloud, keyFields, type TableName } from './cloud/cloud.ts';
import type { SandboxId, SiteHostId } from './cloud/id.ts';
import type { UpstreamChange } from './cloud/upstream.ts';
import { buildParts, stopParts, worldOf } from './cloud-parts.ts';
import {
  authorityPath,
  databasePath,
  ensureAuthority,
  ensureCloudMark,
  ensureSessionKey,
  findCloudMark,
  keepUpstreams,
} from './data-folder.ts';
import { createFindIdentity } from './identity.ts';
import { createInspection, describeStatus } from './inspection.ts';
import { createInstanceRuntime, type InstanceRuntime } from './instances/instance-runtime.ts';
import { createLog, type Log } from './lib/log.ts';
import { createMachine } from './linux/machine.ts';
import { settleHome } from './linux/namespace.ts';
import { buildFronts } from './service-fronts.ts';
import { createAuthorizationMessages } from './services/authorization-message.ts';
import { findEndingInstances, isEnding, recordEnd } from './services/ec2/instance-end.ts';
import { recordShutdown } from './services/ec2/instance-state.ts';
import { completeOlderCloud } from './services/ec2/older-cloud.ts';
import { createSiteActions } from './site-actions.ts';
import { recordHostEnd } from './sites.ts';
import { openStore, type Store } from './store.ts';

export interface DaemonOptions {
  dataFolder: string;
  /** 0: any free one. */
  port: number;
  /** Loopback unless told otherwise. */
  host?: string;
  log: 'pretty' | 'json' | 'silent';
  /** Servers of the user's own that stand for AWS's services, beside those kept in the data folder. */
  services?: readonly UpstreamChange[];
}

export interface Daemon {
  apiEndpoint: string;
  /** Settles when the kernel holds what the store holds. */
  ready: Promise<void>;
  /** @param keepRunning true: instances and packets go on without the daemon; false: nothing of it stays in the kernel */
  stop(options: { keepRunning: boolean }): Promise<void>;
}

export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const mark = ensureCloudMark(options.dataFolder);
  const log = createLog(options.log);
  const store = openStore(databasePath(options.dataFolder));
  store.change((cloud) => completeOlderCloud(cloud, newIdFrom(randomBytes)));
  const now = () => new Date();
  const { dataFolder, services = [] } = options;
  const upstreams = keepUpstreams(dataFolder, services);
  const sessionKey = ensureSessionKey(dataFolder);
  const sessions = createSessionCredentials(sessionKey);
  const parts = buildParts({
    ...{ dataFolder, mark, store, log, now },
    authority: ensureAuthority(dataFolder, now()),
    tokenKey: deriveKey(sessionKey, 'instance metadata'),
    issue: sessions.issue,
    // The fronts ask the parts how things are, so the parts are built first.
    handle: (request, response, arrival) => fronts.handle(request, response, arrival),
    putDelivered: (delivery) => fronts.putDelivered(delivery),
  });
  const { runtime, reconciler, image } = parts;
  const findIdentity = createFindIdentity(store.cloud, sessions, now);
  const fronts = buildFronts({
    ...{ dataFolder, store, findIdentity, log, now, upstreams, readMeters: parts.meter.read },
    ...{ world: worldOf(parts, store.cloud, upstreams), issueCredentials: sessions.issue },
    authorizationMessages: createAuthorizationMessages(deriveKey(sessionKey, 'authorization messages')),
  });
  const reset = async () => {
    // ORDER: at once with the records, so that nothing that is made from now on goes with the old.
    store.change(emptyCloud);
    const { generation } = store.cloud;
    await fronts.emptyItems();
    await reconciler.applied(generation);
    await parts.flowLogs.forgetAll();
    parts.archive.clear();
    await runtime.settled();
  };
  let apiEndpoint = '';
  const adminHandler = createAdminHandler({
    ...createInspection(parts, store.cloud, mark, upstreams),
    ...createSiteActions(store, runtime, newIdFrom(randomBytes)),
    status: () => ({
      ...describeStatus(parts, store.cloud),
      ...{ apiEndpoint, dataFolder, certificateAuthority: authorityPath(dataFolder) },
      services: fronts.upstreams(),
    }),
    reset,
    shutdown: (removeNetwork) => void stop({ keepRunning: !removeNetwork }).then(...endProcess(log)),
  });
  const onError = (error: Error) => log.error({ stack: error.stack }, `the API: ${error.message}`);
  const server = createHttpServer({
    handle: fronts.handle,
    adminHandler,
    boundAddress: options.host,
    onError,
  });
  apiEndpoint = await listen(server, options);
  // ORDER: after listening, which stays in the namespace it began in; and the image while Debian can still be reached.
  await settleHome(mark, () => image.ensure().catch((error) => log.error({}, String(error))));
  store.onChange(reconciler.request);
  recordShutdowns(runtime, store, now, log);
  runtime.adopt();
  recordEnds(runtime, store, log);
  reconciler.request();

  let stopping: Promise<void> | undefined;
  const stop: Daemon['stop'] = ({ keepRunning }) => {
    stopping ??= (async () => {
      server.close();
      server.closeAllConnections();
      await stopParts(parts, keepRunning);
      await fronts.close();
      store.close();
    })();
    return stopping;
  };
  return { apiEndpoint, ready: reconciler.settled(), stop };
}

/** What to do when everything has stopped, and when it would not. */
function endProcess(log: Log): [() => never, (error: Error) => never] {
  return [
    () => process.exit(0),
    (error) => {
      log.error({ stack: error.stack }, `stopping failed: ${error.message}`);
      process.exit(1);
    },
  ];
}

const isHost = (id: SandboxId): id is SiteHostId => id.startsWith('host-');

function recordShutdowns(runtime: InstanceRuntime, store: Store, now: () => Date, log: Log): void {
  runtime.onExit(({ instanceId, bootNumber, how }) => {
    try {
      store.change((cloud) =>
        isHost(instanceId)
          ? recordHostEnd(cloud, instanceId, bootNumber)
          : recordShutdown(cloud, instanceId, bootNumber, now(), how),
      );
    } catch (error) {
      // A full disk, say: told again to the next daemon. This one stays up.
      log.error({ instanceId }, `its end could not be written down: ${error}`);
    }
  });
}

/** What was terminated gives back its addresses as soon as its machine is gone; also when that was while nobody watched. */
function recordEnds(runtime: InstanceRuntime, store: Store, log: Log): void {
  const look = (instanceId: SandboxId) => {
    if (isHost(instanceId)) return;
    const instance = store.cloud.instances.find(instanceId);
    if (!instance || !isEnding(instance) || runtime.observe(instanceId).sandbox !== 'absent') return;
    try {
      store.change((cloud) => recordEnd(cloud, instanceId));
    } catch (error) {
      log.error({ instanceId }, `its end could not be written down: ${error}`);
    }
  };
  runtime.onChange(look);
  findEndingInstances(store.cloud).forEach(look);
}

const deriveKey = (key: Buffer, purpose: string) => createHmac('sha256', key).update(purpose).digest();

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
