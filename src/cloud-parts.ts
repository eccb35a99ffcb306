// Everything below the API, wired: the cloud's changes reach the kernel, and what lives in the network follows.

import { randomBytes } from 'node:crypto';
import type { ServiceHandler } from './aws/arrival.ts';
import type { Authority } from './aws/certificate.ts';
import { createCertificates } from './aws/certificates.ts';
import type { IssueCredentials } from './aws/identity.ts';
import type { Cloud } from './cloud/cloud.ts';
import type { SandboxId } from './cloud/id.ts';
import { endpointServices } from './cloud/service-name.ts';
import type { Upstream } from './cloud/upstream.ts';
import { flowLogFolder, metricsPath } from './data-folder.ts';
import { createHealthChecker } from './dataplane/health-checker.ts';
import { createMetadata } from './dataplane/metadata.ts';
import { createMetadataTokens } from './dataplane/metadata-token.ts';
import { createResolver } from './dataplane/resolver.ts';
import { createServiceDoors } from './dataplane/service-door.ts';
import { createSiteResolver } from './dataplane/site-resolver.ts';
import type { PutDelivered } from './flow-log-delivery.ts';
import { createFlowLogFiles } from './flow-log-file.ts';
import { FlowLogWriter } from './flow-logs.ts';
import type { CloudParts } from './inspection.ts';
import { createFindInstanceRole } from './instance-role.ts';
import { createImageKeeper } from './instances/image-keeper.ts';
import { createInstanceRuntime } from './instances/instance-runtime.ts';
import type { Log } from './lib/log.ts';
import { namespaceName, namespacePath } from './linux/link-name.ts';
import { createMachine } from './linux/machine.ts';
import type { CloudMark } from './linux/namespace-state.ts';
import { createMeter } from './meter.ts';
import { openMetricArchive } from './metric-archive.ts';
import type { Network } from './network/network.ts';
import { analyzeReachability } from './reachability.ts';
import { createReconciler } from './reconcile.ts';
import type { World } from './services/operation.ts';
import type { Store } from './store.ts';
import { noteTroubles, type Trouble } from './trouble.ts';
import { listWantedInstances } from './wanted-instances.ts';

export interface PartsOptions {
  dataFolder: string;
  mark: CloudMark;
  store: Store;
  log: Log;
  now: () => Date;
  authority: Authority;
  /** What the tokens of instance metadata are proved with. */
  tokenKey: Buffer;
  issue: IssueCredentials;
  /** Where flow logs go. */
  putDelivered: PutDelivered;
  /** Answers what comes in at the services' front ends. */
  handle: ServiceHandler;
}

export function buildParts(options: PartsOptions): CloudParts {
  const { dataFolder, mark, store, log, now } = options;
  const pathOf = (id: string) => namespacePath(namespaceName(mark, id));
  const image = createImageKeeper();
  const runtime = createInstanceRuntime({ dataFolder, image: image.ensure });
  const onChange = () => reconciler.request();
  const healthChecker = createHealthChecker({ namespacePathOf: pathOf, onChange });
  const doors = buildDoors(options);
  const machine = createMachine(mark, (network) => doors.serviceDoors.set(network, pathOf));
  const flowLogs = new FlowLogWriter({
    ...{ cloud: store.cloud, kernel: machine, putDelivered: options.putDelivered, now: options.now, log },
    files: createFlowLogFiles(flowLogFolder(dataFolder)),
  });
  const instanceTroubles = new Map<string, Trouble>();
  const surroundings = {
    mark,
    certificateAuthority: options.authority.certificate,
    isAlive: (instanceId: SandboxId) => runtime.observe(instanceId).sandbox !== 'absent',
    isApplied: (routerId: string, generation: number) => reconciler.isApplied(routerId, generation),
  };

  const onApplied = (network: Network) => {
    for (const door of Object.values(doors)) door.set(network, pathOf);
    flowLogs.set(network);
    healthChecker.set(network.healthChecks);
    runtime.set(listWantedInstances(store.cloud, network, surroundings)).then(
      ({ failed }) => noteTroubles(instanceTroubles, failed, log),
      (error: Error) => log.error({ stack: error.stack }, `instances could not be set: ${error.message}`),
    );
  };
  const reconciler = createReconciler({ store, kernel: machine, observed: healthChecker, onApplied, log });
  const archive = openMetricArchive(metricsPath(dataFolder));
  const world = { isApplied: reconciler.isApplied, targetHealth: healthChecker.observe };
  const meter = createMeter({
    ...{ cloud: store.cloud, kernel: machine, network: reconciler.network, world, archive, now, log },
  });
  return {
    image,
    runtime,
    healthChecker,
    ...doors,
    flowLogs,
    machine,
    reconciler,
    instanceTroubles,
    meter,
    archive,
  };
}

/** What is met at addresses inside the VPCs and on the internet. */
function buildDoors({ store, log, now, authority, tokenKey, issue, handle }: PartsOptions) {
  const { cloud } = store;
  const onError = (id: string, error: NodeJS.ErrnoException) => {
    // Its namespace is not made yet, or could not be, which the reconciler tells; the round that makes it comes here again.
    if (error.code === 'ENOENT') return;
    log.error({ id, stack: error.stack }, error.message);
  };
  const certificates = createCertificates({ authority, now, randomBytes });
  return {
    resolver: createResolver({ onError }),
    siteResolver: createSiteResolver({ onError }),
    metadata: createMetadata({
      cloud,
      tokens: createMetadataTokens(tokenKey, now, randomBytes),
      findRole: createFindInstanceRole({ cloud, issue, now }),
      onError,
    }),
    serviceDoors: createServiceDoors({ handle, certificates, onError }),
  };
}

export function worldOf(
  { reconciler, runtime, healthChecker, serviceDoors, flowLogs, archive }: CloudParts,
  cloud: Cloud,
  upstreams: readonly Upstream[],
): World {
  return {
    endpointServices: [...endpointServices, ...upstreams.map(({ service }) => service)],
    isApplied: reconciler.isApplied,
    isServed: serviceDoors.isOpen,
    observeInstance: (instanceId) => runtime.observe(instanceId),
    readConsole: (instanceId) => runtime.readConsole(instanceId),
    deliveryError: (flowLogId) => flowLogs.deliveryError(flowLogId),
    targetHealth: (targetGroupArn, targetId, port) => healthChecker.observe(targetGroupArn, targetId, port),
    metrics: archive,
    analyzeReachability: (question) => analyzeReachability(cloud, reconciler.compile(), question),
  };
}

export async function stopParts(parts: CloudParts, keepRunning: boolean): Promise<void> {
  const { reconciler, healthChecker, resolver, siteResolver, metadata, serviceDoors, runtime, machine } =
    parts;
  await parts.meter.stop();
  parts.archive.close();
  await reconciler.stop();
  await parts.flowLogs.close(!keepRunning);
  healthChecker.close();
  for (const door of [resolver, siteResolver, metadata, serviceDoors]) door.close();
  if (!keepRunning) {
    await runtime.stopAll();
    await machine.removeAll();
  }
  runtime.close();
}
