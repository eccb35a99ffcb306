// The compiled network's part about load balancers: their nodes and listeners, the targets behind, whom to ask about their health.

import type { NetworkInterfaceId, SecurityGroupId, VpcId } from '../cloud/id.ts';
import type { HealthCheck } from '../cloud/load-balancer.ts';
import type { Ipv4 } from '../lib/cidr.ts';

export interface LoadBalancerNodes {
  loadBalancerArn: string;
  loadBalancerName: string;
  nodes: { availabilityZoneId: string; privateIpAddress: Ipv4; networkInterfaceId: NetworkInterfaceId }[];
  listeners: CompiledListener[];
  groupIds: SecurityGroupId[];
}

export interface CompiledListener {
  listenerArn: string;
  protocol: 'tcp' | 'udp';
  port: number;
  targetGroupArn: string;
  /** Which pool each zone's node uses: `poolId` by availabilityZoneId. */
  poolIdByZone: Record<string, string>;
}

/** The targets one node of a load balancer spreads new flows over. */
export interface TargetPool {
  /** Target group name, protocol and zone, or `all` with cross-zone: `web-tcp-use1-az1`. Unique in its VPC. */
  poolId: string;
  targetGroupArn: string;
  protocol: 'tcp' | 'udp';
  /** Empty: connects get no answer. */
  targets: { address: Ipv4; port: number; targetId: string }[];
  /** Targets that turned unhealthy and whose open flows end with that. */
  lostTargets: { address: Ipv4; port: number }[];
  /** Every target is unhealthy, so all of them are used. */
  failOpen: boolean;
  /** Clients of the provider's own network keep their address; PrivateLink clients never do. */
  preserveClientIp: boolean;
  stickiness: 'none' | 'source_ip';
}

/** One target to ask whether it is well, and who asks: the load balancer's nodes, from their own addresses. */
export interface HealthCheckTarget {
  targetGroupArn: string;
  targetId: string;
  /** The port it is registered with, by which it is known; what is checked is `checkPort`. */
  targetPort: number;
  vpcId: VpcId;
  fromAddresses: Ipv4[];
  address: Ipv4;
  checkPort: number;
  healthCheck: HealthCheck;
}

export function findLoadBalancer(
  { loadBalancers }: { loadBalancers: LoadBalancerNodes[] },
  loadBalancerArn: string,
): LoadBalancerNodes | undefined {
  return loadBalancers.find((one) => one.loadBalancerArn === loadBalancerArn);
}

/** The load balancer that has a node with this interface. */
export function findLoadBalancerAt(
  { loadBalancers }: { loadBalancers: LoadBalancerNodes[] },
  networkInterfaceId: string,
): LoadBalancerNodes | undefined {
  return loadBalancers.find(({ nodes }) =>
    nodes.some((node) => node.networkInterfaceId === networkInterfaceId),
  );
}

export function findListener(
  { listeners }: LoadBalancerNodes,
  flow: { protocol: string; port?: number },
): CompiledListener | undefined {
  return listeners.find(({ protocol, port }) => protocol === flow.protocol && port === flow.port);
}

/** What the listener's node in a zone spreads flows over. Undefined: there is no node in the zone. */
export function findPool(
  { targetPools }: { targetPools: TargetPool[] },
  { poolIdByZone }: CompiledListener,
  availabilityZoneId: string,
): TargetPool | undefined {
  return targetPools.find(({ poolId }) => poolId === poolIdByZone[availabilityZoneId]);
}
