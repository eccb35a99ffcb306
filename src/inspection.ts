// What a person asks a running cloud: how it does, why a packet stops, what was refused, where to look inside.

import packageFile from '../package.json' with { type: 'json' };
import type { AdminActions, ExplainQuestion } from './admin-api.ts';
import { type Cloud, keyFields, type TableName } from './cloud/cloud.ts';
import type { Upstream } from './cloud/upstream.ts';
import type { HealthChecker } from './dataplane/health-checker.ts';
import type { Metadata } from './dataplane/metadata.ts';
import type { VpcResolver } from './dataplane/resolver.ts';
import type { ServiceDoors } from './dataplane/service-door.ts';
import type { SiteResolver } from './dataplane/site-resolver.ts';
import { explainAccess } from './explain-access.ts';
import type { FlowLogWriter } from './flow-logs.ts';
import { execPrefix } from './instances/exec.ts';
import type { ImageKeeper } from './instances/image-keeper.ts';
import type { InstanceRuntime } from './instances/instance-runtime.ts';
import { inTurns } from './lib/in-turns.ts';
import type { Kernel } from './linux/kernel.ts';
import {
  gatewayEndpointLink,
  hubLink,
  interfaceLink,
  internetGatewayLink,
  namespaceName,
  namespacePath,
  serviceDoorLink,
  serviceLink,
  userNamespacePath,
} from './linux/link-name.ts';
import type { CloudMark } from './linux/namespace-state.ts';
import { drawMatrix } from './matrix.ts';
import { nameTagOf } from './matrix-name.ts';
import type { Meter } from './meter.ts';
import type { MetricStore } from './metric-archive.ts';
import { createScrape } from './metric-scrape.ts';
import { nameDrop } from './network/drop.ts';
import { explain } from './network/explain.ts';
import { nameHubDrop } from './network/hub-drop.ts';
import type { Network, VpcNetwork } from './network/network.ts';
import { type FlowEnd, type NamedFlow, nameFlow, nameHubFlow } from './network/open-flow.ts';
import type { Reconciler } from './reconcile.ts';
import type { SiteActions } from './site-api.ts';
import { findSiteHost } from './sites.ts';
import type { Trouble } from './trouble.ts';

/** Reading a router is a program, and there may be a thousand of them. */
const programsAtOnce = 8;

/** The living parts of a cloud, as the daemon built them. */
export interface CloudParts {
  image: ImageKeeper;
  runtime: InstanceRuntime;
  healthChecker: HealthChecker;
  resolver: VpcResolver;
  siteResolver: SiteResolver;
  metadata: Metadata;
  serviceDoors: ServiceDoors;
  flowLogs: FlowLogWriter;
  machine: Kernel;
  reconciler: Reconciler;
  instanceTroubles: Map<string, Trouble>;
  meter: Meter;
  /** Closed when the parts are stopped. */
  archive: MetricStore;
}

export function createInspection(
  parts: CloudParts,
  cloud: Cloud,
  mark: CloudMark,
  upstreams: readonly Upstream[],
): Omit<AdminActions, 'status' | 'reset' | 'shutdown' | keyof SiteActions> {
  const { image, machine, reconciler, runtime, flowLogs } = parts;
  const isApplied = (id: string) => reconciler.isApplied(id, 0);
  async function ofEachVpc<T>(read: (vpc: VpcNetwork) => Promise<T[]>): Promise<T[]> {
    const vpcs = [...reconciler.network().vpcs.values()].filter(({ vpcId }) => isApplied(vpcId));
    return (await inTurns(vpcs, programsAtOnce, read)).flat();
  }
  return {
    explain: (question) => describeExplanation(cloud, reconciler.network(), upstreams, question),
    matrix: (request) =>
      drawMatrix(cloud, reconciler.network, (id) => namespacePath(namespaceName(mark, id)), request),
    async drops(id) {
      const isMeant = (routerId: string) =>
        id === undefined || !/^(vpc|tgw|site)-/.test(id) || id === routerId;
      const hubs = [...reconciler.network().hubs.values()].filter(({ hubId }) => isApplied(hubId));
      const ofVpcs = await ofEachVpc(async (vpc) =>
        isMeant(vpc.vpcId) ? (await machine.readDrops(vpc.vpcId)).map((drop) => nameDrop(vpc, drop)) : [],
      );
      const ofHubs = await inTurns(hubs, programsAtOnce, async (hub) =>
        isMeant(hub.hubId) ? (await machine.readDrops(hub.hubId)).map((drop) => nameHubDrop(hub, drop)) : [],
      );
      const all = [...ofVpcs, ...ofHubs.flat()];
      return id === undefined ? all : all.filter(({ concerns }) => concerns.includes(id));
    },
    async flows(name) {
      const id = name === undefined ? undefined : nameHost(cloud, name, true);
      const { hubs } = reconciler.network();
      const ofVpcs = await ofEachVpc((vpc) => readFlowsOf(machine, reconciler.network(), vpc));
      const sites = [...hubs.values()].filter(({ hubId, kind }) => kind === 'site' && isApplied(hubId));
      const ofSites = await inTurns(sites, programsAtOnce, async (hub) =>
        (await machine.readOpenFlows(hub.hubId)).map((flow) => nameHubFlow(hub, flow)),
      );
      return [...ofVpcs, ...ofSites.flat()]
        .filter(({ concerns }) => id === undefined || concerns.includes(id))
        .map((flow) => withNames(cloud, flow));
    },
    ways: () =>
      ofEachVpc(async ({ vpcId }) => (await machine.readWays(vpcId)).map((way) => ({ vpcId, ...way }))),
    metrics: createScrape(parts, cloud),
    instance(instanceId) {
      const pid = runtime.pidOf(instanceId);
      if (pid === undefined) return undefined;
      const userPath = userNamespacePath(namespaceName(mark, instanceId));
      return { instanceId, pid, userNamespacePath: userPath, exec: execPrefix(pid) };
    },
    flowLogs: () => flowLogs.list(),
    flowLogRecords: (flowLogId, offset) => flowLogs.records(flowLogId, offset),
    flushFlowLogs: () => flowLogs.flush(),
    // How it fails is in `status`.
    buildImage: () => void image.ensure().catch(() => undefined),
    console: (instanceId) =>
      cloud.instances.has(instanceId) ? runtime.readConsole(instanceId).text : undefined,
    capture: (id) =>
      findWire(reconciler.network(), nameHost(cloud, id, false), (vpcId) =>
        namespacePath(namespaceName(mark, vpcId)),
      ),
  };
}

/** In the VPC's router, and in each of its NAT gateways. */
async function readFlowsOf(machine: Kernel, network: Network, vpc: VpcNetwork): Promise<NamedFlow[]> {
  const places = [vpc.vpcId, ...vpc.natGateways.map(({ natGatewayId }) => natGatewayId)];
  const flows = places.map(async (placeId) =>
    (await machine.readOpenFlows(placeId)).map((flow) => nameFlow(network, vpc, placeId, flow)),
  );
  return (await Promise.all(flows)).flat();
}

/** With the Name tag of everybody who has one. */
function withNames(cloud: Cloud, flow: NamedFlow) {
  const named = (end: FlowEnd) => {
    const name = end.id === undefined ? undefined : nameTagOf(cloud, end.id);
    return name === undefined ? end : { ...end, name };
  };
  return { ...flow, client: named(flow.client), target: named(flow.target), server: named(flow.server) };
}

export function describeStatus({ image, reconciler, instanceTroubles }: CloudParts, cloud: Cloud) {
  return {
    pid: process.pid,
    version: packageFile.version,
    generation: cloud.generation,
    appliedGeneration: reconciler.appliedGeneration(),
    counts: countRecords(cloud),
    errors: [...reconciler.troubles(), ...instanceTroubles.values()],
    image: image.status(),
  };
}

function countRecords(cloud: Cloud): Record<string, number> {
  const names = Object.keys(keyFields).filter(
    (name) => !['tagSets', 'idempotencyTokens', 'counters'].includes(name),
  );
  return Object.fromEntries(names.map((name) => [name, cloud[name as TableName].size]));
}

function describeExplanation(
  cloud: Cloud,
  network: Network,
  upstreams: readonly Upstream[],
  { from, to, action, resource }: ExplainQuestion,
) {
  const packets = explain(network, nameHost(cloud, from, true), nameHost(cloud, to, false));
  if ('error' in packets) return packets;
  if (action === undefined && resource !== undefined)
    return { error: 'a resource needs an action: --action s3:GetObject' };
  if (action !== undefined && !/^[a-z0-9-]+:[A-Za-z]+$/.test(action))
    return { error: `cannot read the action '${action}': expected one such as s3:GetObject` };
  if (resource !== undefined && resource !== '*' && !resource.startsWith('arn:'))
    return {
      error: `cannot read the resource '${resource}': expected an ARN, such as arn:aws:s3:::bucket/key`,
    };
  const isSecure = !/:80(\/tcp)?$/.test(to);
  const access = { from, isSecure, upstreams, ...(resource === undefined ? {} : { resource }) };
  const answer =
    action === undefined ? packets : explainAccess(cloud, packets, { ...access, action }, new Date());
  const lines = answer.hops.map(
    ({ at, verdict, code, text }) =>
      `${verdict === 'pass' ? '✓' : '✗'} ${at}  ${text}${code === undefined ? '' : ` [${code}]`}`,
  );
  const what = action === undefined || !packets.arrives ? `reach ${to}` : `${action} at ${to}`;
  const last = answer.arrives
    ? `${from} ${action === undefined ? `reaches ${to}` : `may ${what}`}.`
    : `${from} ${packets.arrives ? 'may not' : 'does not'} ${what}: ${answer.hops.at(-1)!.text}.`;
  return { ...answer, text: [...lines, last].join('\n') };
}

/**
 * `berlin/desk:80` means a host of a site, which the network knows by its id.
 * @param isBare whether the site's name alone means its first host; elsewhere it may be any name
 */
function nameHost(cloud: Cloud, text: string, isBare: boolean): string {
  const match = /^[a-z0-9-]+\/[a-z0-9-]+(?=$|[:/])/.exec(text) ?? (isBare ? /^[a-z0-9-]+$/.exec(text) : null);
  const host = match && findSiteHost(cloud, match[0]);
  return host ? host.hostId + text.slice(match[0].length) : text;
}

/** Where `tcpdump` sees the packets of an instance, an interface, an endpoint or a gateway. */
function findWire(network: Network, id: string, pathOf: (id: string) => string) {
  for (const vpc of network.vpcs.values()) {
    const wire = findLink(vpc, id);
    if (wire) return { namespacePath: pathOf(vpc.vpcId), ...wire };
  }
  for (const { hubId, ports } of network.hubs.values())
    if (ports.some(({ attachmentId }) => attachmentId === id))
      return { namespacePath: pathOf(hubId), interfaceName: hubLink(id), filter: '' };
  return undefined;
}

function findLink(vpc: VpcNetwork, id: string): { interfaceName: string; filter: string } | undefined {
  if (vpc.gatewayEndpoints.some(({ vpcEndpointId }) => vpcEndpointId === id))
    return { interfaceName: gatewayEndpointLink(id), filter: '' };
  if (vpc.internetGateway?.internetGatewayId === id)
    return { interfaceName: internetGatewayLink(id), filter: '' };
  for (const { networkInterfaceId, privateIpAddress, behind } of vpc.interfaces) {
    const ids: string[] = [networkInterfaceId];
    if (behind.kind === 'instance') ids.push(behind.instanceId);
    if (behind.kind === 'nat-gateway') ids.push(behind.natGatewayId);
    if (behind.kind === 'vpc-endpoint') ids.push(behind.vpcEndpointId);
    if (behind.kind === 'service') ids.push(behind.ownerId);
    if (behind.kind === 'outbound-resolver') ids.push(behind.resolverEndpointId);
    if (!ids.includes(id)) continue;
    if (['instance', 'nat-gateway', 'outbound-resolver'].includes(behind.kind))
      return { interfaceName: interfaceLink(networkInterfaceId), filter: '' };
    if (behind.kind === 'service') {
      const filter = id === networkInterfaceId ? `host ${privateIpAddress}` : '';
      return { interfaceName: serviceDoorLink(behind.ownerId), filter };
    }
    const leg = vpc.endpointLegs.find((candidate) => candidate.networkInterfaceId === networkInterfaceId);
    if (leg?.providerVpcId)
      return { interfaceName: serviceLink(leg.providerVpcId), filter: `host ${privateIpAddress}` };
  }
  return undefined;
}
