// Metrics of what is, whether packets move or not: how many targets are healthy, how many endpoints are connected.

import type { Cloud } from '../../cloud/cloud.ts';
import type { Listener, Target, TargetGroup } from '../../cloud/load-balancer.ts';
import type { Dimension, Observation } from '../../cloud/metric.ts';
import { findTargetPlace } from '../../cloud/target.ts';
import { isToEndpointService } from '../../cloud/vpc-endpoint.ts';
import type { World } from '../operation.ts';
import { loadBalancerDimension } from './publish.ts';

type Health = Pick<World, 'targetHealth'>;

export function publishState(cloud: Cloud, world: Health): Observation[] {
  return [...publishHealth(cloud, world), ...publishEndpointCounts(cloud)];
}

/** AWS: reported as long as targets are registered, in total and by their zones. */
function publishHealth(cloud: Cloud, world: Health): Observation[] {
  const used = new Map<string, Listener>();
  for (const listener of cloud.listeners.all())
    used.set(`${listener.loadBalancerArn} ${listener.targetGroupArn}`, listener);
  return [...used.values()].flatMap((listener) => publishGroup(cloud, world, listener));
}

function publishGroup(cloud: Cloud, world: Health, listener: Listener): Observation[] {
  const { loadBalancerArn, targetGroupArn, accountId, region } = listener;
  const targetGroup = cloud.targetGroups.find(targetGroupArn);
  const loadBalancer = cloud.loadBalancers.find(loadBalancerArn);
  const targets = targetGroup?.targets.filter(({ deregisteredAt }) => deregisteredAt === undefined) ?? [];
  if (!targetGroup || !loadBalancer || targets.length === 0) return [];
  const names: Dimension[] = [
    loadBalancerDimension(loadBalancerArn),
    // `targetgroup/orders/73e2d6bc24d8a067`
    ['TargetGroup', targetGroupArn.split(':').at(-1)!],
  ];
  const seen = targets.map((target) => ({
    zone: findTargetPlace(cloud, targetGroup, target)?.availabilityZone,
    state: stateOf(world, targetGroup, target),
  }));
  const zones = loadBalancer.nodes.map(({ availabilityZone }) => availabilityZone);
  return [undefined, ...zones].flatMap((zone) => {
    const dimensions: Dimension[] = zone === undefined ? names : [['AvailabilityZone', zone], ...names];
    const count = (state: string) =>
      seen.filter((one) => one.state === state && (zone === undefined || one.zone === zone)).length;
    const about = { accountId, region, namespace: 'AWS/NetworkELB', dimensions, unit: 'Count' } as const;
    return [
      { metric: { ...about, metricName: 'HealthyHostCount' }, kind: 'level', value: count('healthy') },
      { metric: { ...about, metricName: 'UnHealthyHostCount' }, kind: 'level', value: count('unhealthy') },
    ] satisfies Observation[];
  });
}

function stateOf(world: Health, { targetGroupArn, healthCheck }: TargetGroup, { id, port }: Target): string {
  return healthCheck.enabled ? world.targetHealth(targetGroupArn, id, port).state : 'healthy';
}

/** AWS: every five minutes, for services to which endpoints are connected. */
function publishEndpointCounts(cloud: Cloud): Observation[] {
  const counts = new Map<string, number>();
  for (const endpoint of cloud.vpcEndpoints.all())
    if (isToEndpointService(endpoint) && endpoint.decision === 'accepted')
      counts.set(endpoint.serviceId, (counts.get(endpoint.serviceId) ?? 0) + 1);
  return [...counts].flatMap(([serviceId, value]) => {
    const service = cloud.endpointServices.find(serviceId);
    if (!service) return [];
    const { accountId, region } = service;
    const dimensions: Dimension[] = [['Service Id', serviceId]];
    const names = { namespace: 'AWS/PrivateLinkServices', metricName: 'EndpointsCount' };
    const metric = { accountId, region, ...names, dimensions, unit: 'Count' } as const;
    return [{ metric, kind: 'level', value, periodMinutes: 5 }] satisfies Observation[];
  });
}
