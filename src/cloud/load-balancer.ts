// Network load balancers: a fixed address per zone, listeners on ports, target groups behind them.
// Health is observed, never stored.

import type { Ipv4 } from '../lib/cidr.ts';
import type { NetworkInterfaceId, SecurityGroupId, SubnetId, VpcId } from './id.ts';
import type { Owned } from './vpc.ts';

export interface LoadBalancer extends Owned {
  loadBalancerArn: string;
  loadBalancerName: string;
  scheme: 'internal' | 'internet-facing';
  vpcId: VpcId;
  /** `name-0123456789abcdef.elb.us-east-1.amazonaws.com` */
  dnsName: string;
  /** One node per zone, in the order the subnets were given. */
  nodes: LoadBalancerNode[];
  /** Empty: created without groups, and none can be added later. */
  securityGroupIds: SecurityGroupId[];
  enforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'on' | 'off';
  /** Only what differs from AWS's defaults. */
  attributes: Record<string, string>;
  createdTime: string;
}

export interface LoadBalancerNode {
  subnetId: SubnetId;
  availabilityZone: string;
  availabilityZoneId: string;
  networkInterfaceId: NetworkInterfaceId;
  privateIpAddress: Ipv4;
  /** The caller chose the address: only then AWS lists it. */
  addressChosen?: boolean;
}

export interface TargetGroup extends Owned {
  targetGroupArn: string;
  targetGroupName: string;
  protocol: 'TCP' | 'UDP' | 'TCP_UDP';
  port: number;
  vpcId: VpcId;
  targetType: 'instance' | 'ip';
  healthCheck: HealthCheck;
  /** Only what differs from AWS's defaults. */
  attributes: Record<string, string>;
  targets: Target[];
}

export interface HealthCheck {
  enabled: boolean;
  protocol: 'TCP' | 'HTTP' | 'HTTPS';
  /** A number as text, or `traffic-port`. */
  port: string;
  path?: string;
  /** `200-399` */
  matcher?: string;
  intervalSeconds: number;
  timeoutSeconds: number;
  healthyThresholdCount: number;
  unhealthyThresholdCount: number;
}

export interface Target {
  /** An instance id or an address, by the group's target type. */
  id: string;
  port: number;
  availabilityZone?: string;
  /** Set by DeregisterTargets: flows go on until the deregistration delay has passed. */
  deregisteredAt?: string;
}

export interface Listener extends Owned {
  listenerArn: string;
  loadBalancerArn: string;
  protocol: 'TCP' | 'UDP' | 'TCP_UDP';
  port: number;
  targetGroupArn: string;
  attributes: Record<string, string>;
}
