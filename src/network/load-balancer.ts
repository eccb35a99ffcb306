// A network load balancer as pools of targets. A node of zone z uses the targets of zone z alone, unless cross-zone is on;
// and when not one target of the group passes its checks, all of them are used: fail-open, as on AWS.

import type { Listener, LoadBalancer, Target, TargetGroup } from '../cloud/load-balancer.ts';
import type { Vpc } from '../cloud/vpc.ts';
import { cidrContains, type Ipv4 } from '../lib/cidr.ts';
import type { CloudIndex } from './cloud-index.ts';
import type {
  CompiledListener,
  HealthCheckTarget,
  LoadBalancerNodes,
  Observed,
  TargetPool,
} from './network.ts';

/** Where a registered target is: its address and its zone. `all`: outside the VPC, of no zone. */
export interface TargetPlace {
  target: Target;
  address: Ipv4;
  availabilityZoneId: string;
}

export function compileLoadBalancers(
  index: CloudIndex,
  observed: Observed,
  vpc: Vpc,
): { loadBalancers: LoadBalancerNodes[]; targetPools: TargetPool[] } {
  const pools = new Map<string, TargetPool>();
  const loadBalancers = (index.loadBalancersOf.get(vpc.vpcId) ?? []).map((loadBalancer) => ({
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
  const places = findTargetPlaces(index, targetGroup);
  const crossZone = isCrossZone(loadBalancer, targetGroup);
  return protocolsOf(listener).map((protocol) => {
    const poolIdByZone: Record<string, string> = {};
    for (const node of loadBalancer.nodes) {
      const zone = crossZone ? 'all' : node.availabilityZoneId;
      const poolId = `${targetGroup.targetGroupName}-${protocol}-${zone}`;
      poolIdByZone[node.availabilityZoneId] = poolId;
      if (!pools.has(poolId))
        pools.set(poolId, compilePool(observed, targetGroup, places, poolId, protocol, zone));
    }
    const { listenerArn, port, targetGroupArn } = listener;
    return { listenerArn, protocol, port, targetGroupArn, poolIdByZone };
  });
}

function compilePool(
  observed: Observed,
  targetGroup: TargetGroup,
  places: TargetPlace[],
  poolId: string,
  protocol: 'tcp' | 'udp',
  zone: string,
): TargetPool {
  const { targetGroupArn } = targetGroup;
  const isHealthy = ({ target }: TargetPlace) =>
    !targetGroup.healthCheck.enabled || observed.isHealthy(targetGroupArn, target.id, target.port);
  const failOpen = places.length > 0 && !places.some(isHealthy);
  const inZone = places.filter((place) => zone === 'all' || place.availabilityZoneId === zone);
  const used = failOpen ? inZone : inZone.filter(isHealthy);
  const endsFlows =
    targetGroup.attributes['target_health_state.unhealthy.connection_termination.enabled'] !== 'false';
  const lost = endsFlows ? inZone.filter((place) => !used.includes(place)) : [];
  return {
    poolId,
    targetGroupArn,
    protocol,
    targets: used.map(({ target, address }) => ({ address, port: target.port, targetId: target.id })),
    lostTargets: lost.map(({ target, address }) => ({ address, port: target.port })),
    failOpen,
    preserveClientIp: preservesClientIp(targetGroup),
    stickiness: targetGroup.attributes['stickiness.enabled'] === 'true' ? 'source_ip' : 'none',
  };
}

/** The targets that may get new flows: registered, not draining, with an address that is theirs. */
export function findTargetPlaces(index: CloudIndex, targetGroup: TargetGroup): TargetPlace[] {
  return targetGroup.targets
    .filter((target) => target.deregisteredAt === undefined)
    .flatMap((target) => {
      const place =
        targetGroup.targetType === 'instance'
          ? placeInstance(index, target)
          : placeAddress(index, targetGroup, target);
      return place ? [place] : [];
    });
}

function placeInstance(index: CloudIndex, target: Target): TargetPlace | undefined {
  const instance = index.cloud.instances.find(target.id);
  const networkInterface =
    instance && index.cloud.networkInterfaces.find(instance.networkInterfaceIds[0] ?? '');
  if (!networkInterface || instance.desiredState !== 'running') return undefined;
  return {
    target,
    address: networkInterface.privateIpAddress,
    availabilityZoneId: networkInterface.availabilityZoneId,
  };
}

function placeAddress(index: CloudIndex, targetGroup: TargetGroup, target: Target): TargetPlace {
  const subnet = (index.subnetsOf.get(targetGroup.vpcId) ?? []).find(({ cidrBlock }) =>
    cidrContains(cidrBlock, target.id),
  );
  return { target, address: target.id, availabilityZoneId: subnet?.availabilityZoneId ?? 'all' };
}

function isCrossZone(loadBalancer: LoadBalancer, targetGroup: TargetGroup): boolean {
  const key = 'load_balancing.cross_zone.enabled';
  const ofGroup = targetGroup.attributes[key] ?? 'use_load_balancer_configuration';
  return (ofGroup === 'use_load_balancer_configuration' ? loadBalancer.attributes[key] : ofGroup) === 'true';
}

/** AWS: on for instance targets and for UDP, off for addresses over TCP, unless the attribute says otherwise. */
function preservesClientIp(targetGroup: TargetGroup): boolean {
  const attribute = targetGroup.attributes['preserve_client_ip.enabled'];
  if (attribute !== undefined) return attribute === 'true';
  return targetGroup.targetType === 'instance' || targetGroup.protocol !== 'TCP';
}

function protocolsOf(listener: Listener): ('tcp' | 'udp')[] {
  if (listener.protocol === 'TCP_UDP') return ['tcp', 'udp'];
  return [listener.protocol === 'TCP' ? 'tcp' : 'udp'];
}

/** Who is asked, and by whom: targets of groups that a listener uses, in zones where the load balancer has a node. */
export function compileHealthChecks(index: CloudIndex): HealthCheckTarget[] {
  const askers = new Map<string, Ipv4[]>();
  for (const listener of index.cloud.listeners.all()) {
    const nodes = index.cloud.loadBalancers.find(listener.loadBalancerArn)?.nodes ?? [];
    askers.set(listener.targetGroupArn, [...new Set(nodes.map((node) => node.privateIpAddress))]);
  }
  return [...askers].flatMap(([targetGroupArn, fromAddresses]) => {
    const targetGroup = index.cloud.targetGroups.find(targetGroupArn);
    if (!targetGroup?.healthCheck.enabled) return [];
    const { vpcId, healthCheck } = targetGroup;
    return findTargetPlaces(index, targetGroup).map(({ target, address }) => ({
      ...{
        targetGroupArn,
        targetId: target.id,
        targetPort: target.port,
        vpcId,
        fromAddresses,
        address,
        healthCheck,
      },
      checkPort: healthCheck.port === 'traffic-port' ? target.port : Number(healthCheck.port),
    }));
  });
}
