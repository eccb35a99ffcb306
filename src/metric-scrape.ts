// What one scrape of GET /_isthmus/metrics reads: the meter, the ways out of VPCs, what routers refused, and the daemon itself.

import packageFile from '../package.json' with { type: 'json' };
import type { Cloud } from './cloud/cloud.ts';
import type { Observation } from './cloud/metric.ts';
import type { CloudParts } from './inspection.ts';
import { inTurns } from './lib/in-turns.ts';
import { renderPrometheus } from './lib/prometheus.ts';
import type { Way } from './linux/way.ts';
import { dropTotal } from './meter.ts';
import type { MetricStore } from './metric-archive.ts';
import { type MetricPageOptions, makeMetricPage } from './metric-page.ts';
import type { VpcNetwork } from './network/network.ts';
import { listMeteredPlaces } from './services/cloudwatch/metered-place.ts';
import { publishState } from './services/cloudwatch/publish-state.ts';

type Drops = MetricPageOptions['drops'];

/** How many routers are read at once. */
const parallel = 2;

export function createScrape(parts: CloudParts, cloud: Cloud): () => Promise<string> {
  const { archive, healthChecker, meter } = parts;
  return async () => {
    await meter.read();
    const page = makeMetricPage({
      places: listMeteredPlaces(cloud).values(),
      totals: archive.totals(),
      movements: meter.movements(),
      targets: listTargets(publishState(cloud, { targetHealth: healthChecker.observe })),
      ways: await readWays(parts),
      drops: countOn(archive, await readDrops(parts)),
      daemon: describeDaemon(parts, cloud),
    });
    return renderPrometheus(page);
  };
}

/** Routers forget what they have not refused for a month; a counter for Prometheus only grows. */
function countOn(archive: MetricStore, drops: Drops): Drops {
  const counted = new Map<string, number>();
  const grown = new Map<string, number>();
  const nameOf = ({ routerId, reason }: Drops[number]) => `${dropTotal}${routerId} ${reason}`;
  for (const drop of drops) {
    const before = archive.counted(nameOf(drop));
    if (drop.packets === before) continue;
    counted.set(nameOf(drop), drop.packets);
    grown.set(nameOf(drop), Math.max(0, drop.packets - before));
  }
  archive.record({ minute: 0, observations: [], counted, grown });
  const totals = archive.totals();
  return drops.map((drop) => ({ ...drop, packets: totals.get(nameOf(drop)) ?? 0 }));
}

/** By zone: the totals are their sums. */
function listTargets(observations: Observation[]): MetricPageOptions['targets'] {
  return observations.flatMap(({ metric, value }) => {
    const dimensions = new Map(metric.dimensions);
    const [zone, loadBalancer] = [dimensions.get('AvailabilityZone'), dimensions.get('LoadBalancer')];
    const state = { HealthyHostCount: 'healthy', UnHealthyHostCount: 'unhealthy' }[metric.metricName];
    if (zone === undefined || loadBalancer === undefined || state === undefined) return [];
    const labels = {
      ...{ account: metric.accountId, region: metric.region, load_balancer: loadBalancer },
      ...{ target_group: dimensions.get('TargetGroup')!, zone, state },
    };
    return [{ labels, value }];
  });
}

const hasWays = (vpc: VpcNetwork) =>
  vpc.gatewayEndpoints.length + vpc.serviceInterfaces.length + vpc.natGateways.length > 0 ||
  vpc.internetGateway !== undefined;

async function readWays({ reconciler, machine }: CloudParts): Promise<(Way & { vpcId: string })[]> {
  const vpcs = [...reconciler.network().vpcs.values()].filter(
    (vpc) => hasWays(vpc) && reconciler.isApplied(vpc.vpcId, 0),
  );
  const ways = await inTurns(vpcs, parallel, async ({ vpcId }) =>
    (await machine.readWays(vpcId)).map((way) => ({ vpcId, ...way })),
  );
  return ways.flat();
}

async function readDrops({ reconciler, machine }: CloudParts): Promise<Drops> {
  const { vpcs, hubs } = reconciler.network();
  const isApplied = (routerId: string) => reconciler.isApplied(routerId, 0);
  const show = (routerId: string, drops: ReadonlyMap<string, number>) =>
    [...drops].map(([reason, packets]) => ({ routerId, reason, packets }));
  const ofVpcs = await inTurns(
    [...vpcs.values()].filter(({ vpcId }) => isApplied(vpcId)),
    parallel,
    async (vpc) => show(vpc.vpcId, (await machine.readTraffic(vpc)).drops),
  );
  const ofHubs = await inTurns([...hubs.keys()].filter(isApplied), parallel, async (hubId) => {
    const sums = new Map<string, number>();
    for (const { reason, packets } of await machine.readDrops(hubId))
      sums.set(reason, (sums.get(reason) ?? 0) + packets);
    return show(hubId, sums);
  });
  return [...ofVpcs, ...ofHubs].flat();
}

function describeDaemon(
  { reconciler, instanceTroubles }: CloudParts,
  cloud: Cloud,
): MetricPageOptions['daemon'] {
  const errors = reconciler.troubles().length + instanceTroubles.size;
  return [
    {
      name: 'build_info',
      help: 'The version that runs.',
      value: 1,
      labels: { version: packageFile.version },
    },
    { name: 'generation', help: 'Changes of the cloud so far.', value: cloud.generation },
    {
      ...{ name: 'applied_generation', help: 'The generation that the kernel holds.' },
      value: reconciler.appliedGeneration(),
    },
    { name: 'errors', help: 'What isthmus status shows as errors.', value: errors },
    { name: 'vpcs', help: 'VPCs of all accounts.', value: cloud.vpcs.size },
    { name: 'vpc_endpoints', help: 'VPC endpoints of all accounts.', value: cloud.vpcEndpoints.size },
    { name: 'instances', help: 'Instances of all accounts.', value: cloud.instances.size },
    { name: 'memory_bytes', help: 'Resident memory of the daemon.', value: process.memoryUsage.rss() },
  ];
}
