// Attributes of load balancers, target groups and listeners: records hold what was changed, this file what AWS starts with.

import type { Listener, LoadBalancer, TargetGroup } from './load-balancer.ts';

export type Attributes = Record<string, string>;

export function loadBalancerAttributes(loadBalancer: LoadBalancer): Attributes {
  return { ...loadBalancerDefaults(loadBalancer), ...loadBalancer.attributes };
}

export function loadBalancerDefaults(loadBalancer: Pick<LoadBalancer, 'scheme'>): Attributes {
  return {
    'access_logs.s3.enabled': 'false',
    'access_logs.s3.bucket': '',
    'access_logs.s3.prefix': '',
    'deletion_protection.enabled': 'false',
    'dns_record.client_routing_policy': 'any_availability_zone',
    'ipv6.deny_all_igw_traffic': loadBalancer.scheme === 'internal' ? 'true' : 'false',
    // AWS: off for network load balancers, on for application load balancers.
    'load_balancing.cross_zone.enabled': 'false',
    'secondary_ips.auto_assigned.per_subnet': '0',
    'zonal_shift.config.enabled': 'false',
  };
}

export function targetGroupAttributes(targetGroup: TargetGroup): Attributes {
  return { ...targetGroupDefaults(targetGroup), ...targetGroup.attributes };
}

export function targetGroupDefaults(targetGroup: Pick<TargetGroup, 'protocol' | 'targetType'>): Attributes {
  const isUdp = targetGroup.protocol !== 'TCP';
  return {
    'deregistration_delay.connection_termination.enabled': isUdp ? 'true' : 'false',
    'deregistration_delay.timeout_seconds': '300',
    'load_balancing.cross_zone.enabled': 'use_load_balancer_configuration',
    'preserve_client_ip.enabled': isUdp || targetGroup.targetType === 'instance' ? 'true' : 'false',
    'proxy_protocol_v2.enabled': 'false',
    'stickiness.enabled': 'false',
    'stickiness.type': 'source_ip',
    'target_group_health.dns_failover.minimum_healthy_targets.count': '1',
    'target_group_health.dns_failover.minimum_healthy_targets.percentage': 'off',
    'target_group_health.unhealthy_state_routing.minimum_healthy_targets.count': '1',
    'target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage': 'off',
    'target_health_state.unhealthy.connection_termination.enabled': 'true',
    'target_health_state.unhealthy.draining_interval_seconds': '0',
  };
}

export function listenerAttributes(listener: Listener): Attributes {
  return { ...listenerDefaults(listener), ...listener.attributes };
}

export function listenerDefaults(listener: Pick<Listener, 'protocol'>): Attributes {
  return listener.protocol === 'UDP' ? {} : { 'tcp.idle_timeout.seconds': '350' };
}
