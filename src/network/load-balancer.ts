// A network load balancer as pools of targets. A node of zone z uses the targets of zone z alone, unless cross-zone is on;
// and when not one target of the group passes its checks, all of them are used: fail-open, as on AWS.

import type { InstanceId, VpcId } from '../cloud/id.ts';
import type {
  Listener,
  LoadBalancer,
  LoadBalancerNode,
  Target,
  TargetGroup,
} from '../cloud/load-balancer.ts';
import { loadBalancerAttributes, targetGroupAttributes } from '../cloud/load-balancer-attribute.ts';
import { findTargetPlace, type TargetPlace } from '../cloud/target.ts';
import type { CloudIndex } from './cloud-index.ts';
import type { Balancing, Sources } from './compile-memory.ts';
import type { CompiledListener, HealthCheckTarget, Observed, TargetPool } from './network.ts';

/** A registered target that may get new flows, and where it is. */
interface UsableTarget extends TargetPlace {
  target: Target;
}

export function compileLoadBalancers({ index, observed }: Sources, vpcId: VpcId): Balancing {
  const pools = new Map<string, TargetPool>();
  const loadBalancers = (index.loadBalancersOf.get(vpcId) ?? []).map((loadBalancer) => ({
    loadBalancerArn: loadBalancer.loadBalancerArn,
    loadBalancerName: loadBalancer.loadBalancerName,
    nodes: loadBalancer.nodes.map(({ availabilityZoneId, privateIpAddress, networkInterfaceId }) => ({
      availabilityZoneId,
      privateIpAddress,
      networkInterfaceId,
    })),
    listeners: (index.listenersOf.get(loadBalancer.loadBalancerArn) ?? []).flatMap((listener) =>
      compileListener(index, observed, loadBalancer, listener, pools),
    ),
    groupIds: loadBalancer.securityGroupIds,
  }));
  return { loadBalancers, targetPools: [...pools.values()] };
}

function compileListener(
  index: CloudIndex,
  observed: Observed,
  loadBalancer: LoadBalancer,
  listener: Listener,
  pools: Map<string, TargetPool>,
): CompiledListener[] {
  const targetGroup = index.cloud.targetGroups.find(listener.targetGroupArn);
  if (!targetGroup) return [];
  const usable = findUsableTargets(index, targetGroup, loadBalancer.nodes);
  const crossZone = isCrossZone(loadBalancer, targetGroup);
  return protocolsOf(listener).map((protocol) => {
    const poolIdByZone: Record<string, string> = {};
    for (const node of loadBalancer.nodes) {
      const zone = crossZone ? 'all' : node.availabilityZoneId;
      const poolId = `${targetGroup.targetGroupName}-${protocol}-${zone}`;
      poolIdByZone[node.availabilityZoneId] = poolId;
      if (!pools.has(poolId))
        pools.set(poolId, compilePool(observed, targetGroup, usable, poolId, protocol, zone));
    }
    const { listenerArn, port, targetGroupArn } = listener;
    return { listenerArn, protocol, port, targetGroupArn, poolIdByZone };
  });
}

function compilePool(
  observed: Observed,
  targetGroup: TargetGroup,
  usable: UsableTarget[],
  poolId: string,
  protocol: 'tcp' | 'udp',
  zone: string,
): TargetPool {
  const { targetGroupArn } = targetGroup;
  const attributes = targetGroupAttributes(targetGroup);
  const isHealthy = ({ target }: UsableTarget) =>
    !targetGroup.healthCheck.enabled || observed.isHealthy(targetGroupArn, target.id, target.port);
  const failOpen = usable.length > 0 && !usable.some(isHealthy);
  const inZone = usable.filter(
    ({ availabilityZoneId = zone }) => zone === 'all' || availabilityZoneId === zone,
  );
  const used = failOpen ? inZone : inZone.filter(isHealthy);
  const endsFlows = attributes['target_health_state.unhealthy.connection_termination.enabled'] === 'true';
  const lost = endsFlows ? inZone.filter((target) => !used.includes(target)) : [];
  return {
    poolId,
    targetGroupArn,
    protocol,
    targets: used.map(({ target, address }) => ({ address, port: target.port, targetId: target.id })),
    lostTargets: lost.map(({ target, address }) => ({ address, port: target.port })),
    failOpen,
    preserveClientIp: attributes['preserve_client_ip.enabled'] === 'true',
    stickiness: attributes['stickiness.enabled'] === 'true' ? 'source_ip' : 'none',
  };
}

/**
 * The targets that may get new flows: registered, not draining, running.
 * AWS: in zones in which the load balancer has a node, also with cross-zone.
 */
function findUsableTargets(
  index: CloudIndex,
  targetGroup: TargetGroup,
  nodes: LoadBalancerNode[],
): UsableTarget[] {
  const zones = new Set(nodes.map(({ availabilityZoneId }) => availabilityZoneId));
  const subnets = index.subnetsOf.get(targetGroup.vpcId) ?? [];
  return targetGroup.targets.flatMap((target) => {
    if (target.deregisteredAt !== undefined || !isStarted(index, targetGroup, target)) return [];
    const place = findTargetPlace(index.cloud, targetGroup, target, subnets);
    if (!place || (place.availabilityZoneId && !zones.has(place.availabilityZoneId))) return [];
    return [{ ...place, target }];
  });
}

function isStarted({ cloud }: CloudIndex, { targetType }: TargetGroup, { id }: Target): boolean {
  return targetType === 'ip' || cloud.instances.find(id as InstanceId)?.desiredState === 'running';
}

function isCrossZone(loadBalancer: LoadBalancer, targetGroup: TargetGroup): boolean {
  const key = 'load_balancing.cross_zone.enabled';
  const ofGroup = targetGroupAttributes(targetGroup)[key];
  if (ofGroup !== 'use_load_balancer_configuration') return ofGroup === 'true';
  return loadBalancerAttributes(loadBalancer)[key] === 'true';
}

function protocolsOf(listener: Listener): ('tcp' | 'udp')[] {
  if (listener.protocol === 'TCP_UDP') return ['tcp', 'udp'];
  return [listener.protocol === 'TCP' ? 'tcp' : 'udp'];
}

/** Who is asked, and by whom: targets of groups that a listener uses, in zones where the load balancer has a node. */
export function compileHealthChecks(index: CloudIndex): HealthCheckTarget[] {
  const nodesOf = new Map<string, LoadBalancerNode[]>();
  for (const { loadBalancerArn, targetGroupArn } of index.cloud.listeners.all()) {
    nodesOf.set(targetGroupArn, index.cloud.loadBalancers.find(loadBalancerArn)?.nodes ?? []);
  }
  return [...nodesOf].flatMap(([targetGroupArn, nodes]) => {
    const targetGroup = index.cloud.targetGroups.find(targetGroupArn);
    if (!targetGroup?.healthCheck.enabled) return [];
    const { vpcId, healthCheck } = targetGroup;
    const fromAddresses = nodes.map(({ privateIpAddress }) => privateIpAddress);
    return findUsableTargets(index, targetGroup, nodes).map(({ target, address }) => ({
      ...{ targetGroupArn, targetId: target.id, targetPort: target.port },
      ...{ vpcId, fromAddresses, address, healthCheck },
      checkPort: healthCheck.port === 'traffic-port' ? target.port : Number(healthCheck.port),
    }));
  });
}
