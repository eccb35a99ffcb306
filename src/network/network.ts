// What the cloud means here: one plain description of every VPC's network, read by the kernel's renderer,
// by the resolver, by the health checker and by explain. It names no veth, no table number, no nft set.

import type {
  AccountId,
  EndpointServiceId,
  InstanceId,
  InternetGatewayId,
  NatGatewayId,
  NetworkInterfaceId,
  PrefixListId,
  Region,
  RouteTableId,
  SecurityGroupId,
  SecurityGroupRuleId,
  SubnetId,
  VpcEndpointId,
  VpcId,
  VpcPeeringConnectionId,
} from '../cloud/id.ts';
import type { HealthCheck } from '../cloud/load-balancer.ts';
import type { GatewayService } from '../cloud/vpc-endpoint.ts';
import type { Cidr, Ipv4 } from '../lib/cidr.ts';

export interface Network {
  /** The cloud's generation this was compiled from. */
  generation: number;
  vpcs: Map<VpcId, VpcNetwork>;
  internet: Internet;
  healthChecks: HealthCheckTarget[];
  /** Names every VPC's resolver knows: endpoint names, load balancer names. Lower case, no trailing dot. */
  publicNames: NameTable;
}

export interface VpcNetwork {
  vpcId: VpcId;
  accountId: AccountId;
  region: Region;
  /** Each block with the /16-aligned range that stands for it inside a provider's VPC: `10.0.0.0/16` → `240.7.0.0/16`. */
  cidrBlocks: { cidrBlock: Cidr; fabricBlock: Cidr }[];
  /** `.1` of every subnet: answers ARP, nothing else. */
  routerAddresses: Ipv4[];
  resolver: Resolver;
  interfaces: NetworkInterfaceNode[];
  routeTables: CompiledRouteTable[];
  securityGroups: CompiledSecurityGroup[];
  peerings: PeeringLink[];
  gatewayEndpoints: GatewayEndpointNode[];
  /** Absent: no way to the internet. */
  internetGateway?: InternetGatewayNode;
  natGateways: NatGatewayNode[];
  /** Consumer side: every leg of this VPC's interface endpoints. */
  endpointLegs: EndpointLegNode[];
  /** Provider side: load balancers of this VPC and who may come in by them. */
  loadBalancers: LoadBalancerNodes[];
  targetPools: TargetPool[];
  connections: Connection[];
  /** Names of this VPC alone: `ip-10-0-1-5.ec2.internal`, private DNS. */
  privateNames: NameTable;
}

export interface Resolver {
  /** False when enableDnsSupport is off: nobody answers. */
  enabled: boolean;
  /** The primary block's base + 2, and 169.254.169.253. */
  addresses: Ipv4[];
}

/** An ENI as a place in the VPC: its address, who may talk to it, what is behind it. */
export interface NetworkInterfaceNode {
  networkInterfaceId: NetworkInterfaceId;
  subnetId: SubnetId;
  /** `10.0.1.0/24` */
  subnetCidrBlock: Cidr;
  availabilityZone: string;
  availabilityZoneId: string;
  routeTableId: RouteTableId;
  privateIpAddress: Ipv4;
  macAddress: string;
  groupIds: SecurityGroupId[];
  sourceDestCheck: boolean;
  behind: /** `bootNumber`: its wire is new at every boot, whatever was done to the old one inside. */
    | { kind: 'instance'; instanceId: InstanceId; deviceIndex: number; bootNumber: number }
    | { kind: 'vpc-endpoint'; vpcEndpointId: VpcEndpointId }
    | { kind: 'network-load-balancer'; loadBalancerArn: string }
    | { kind: 'nat-gateway'; natGatewayId: NatGatewayId }
    /** `stopped`: the instance it is attached to, which does not run. */
    | { kind: 'nothing'; stopped?: { instanceId: InstanceId; deviceIndex: number } };
}

export interface CompiledRouteTable {
  routeTableId: RouteTableId;
  isMain: boolean;
  /** Longest prefix first; with equal prefixes `local` before a route by CIDR before a route by prefix list. */
  routes: CompiledRoute[];
}

export interface CompiledRoute {
  destination: Cidr;
  /** Set when this is one of a prefix list's ranges. */
  prefixListId?: PrefixListId;
  target:
    | { kind: 'local' }
    /** AWS: only for packets that come from an ENI of this VPC. */
    | { kind: 'gateway-endpoint'; vpcEndpointId: VpcEndpointId }
    | { kind: 'internet-gateway'; internetGatewayId: InternetGatewayId }
    | {
        kind: 'nat-gateway';
        natGatewayId: NatGatewayId;
        networkInterfaceId: NetworkInterfaceId;
        privateIpAddress: Ipv4;
      }
    | { kind: 'vpc-peering-connection'; vpcPeeringConnectionId: VpcPeeringConnectionId; peerVpcId: VpcId }
    | { kind: 'network-interface'; networkInterfaceId: NetworkInterfaceId; privateIpAddress: Ipv4 }
    /** The target is gone or not active: packets are dropped, no shorter prefix is tried. */
    | { kind: 'blackhole'; because: string };
}

export interface CompiledSecurityGroup {
  groupId: SecurityGroupId;
  groupName: string;
  ingress: CompiledRule[];
  egress: CompiledRule[];
}

export interface CompiledRule {
  securityGroupRuleId: SecurityGroupRuleId;
  protocol: 'all' | 'tcp' | 'udp' | 'icmp' | number;
  /** tcp and udp only; absent means every port. */
  ports?: { from: number; to: number };
  /** icmp only; absent means every type; a type without a code means every code. */
  icmp?: { type: number; code?: number };
  /** Where from (ingress) or to (egress). A group reference is the /32s of its members' ENIs. Empty matches nothing. */
  peers: Cidr[];
  /** Set when the peers came from a group reference. */
  referencedGroupId?: SecurityGroupId;
}

export interface PeeringLink {
  vpcPeeringConnectionId: VpcPeeringConnectionId;
  peerVpcId: VpcId;
}

/**
 * A gateway endpoint: a door to a service's front end, behind which the service sees the client's private address.
 * The door is a place of its own per endpoint, so that whatever comes in there is known to have come by this endpoint.
 */
export interface GatewayEndpointNode {
  vpcEndpointId: VpcEndpointId;
  service: GatewayService;
  region: Region;
  prefixListId: PrefixListId;
  /** Every address in these is the service's front end. */
  cidrBlocks: Cidr[];
  routeTableIds: RouteTableId[];
}

/** Translates one private address to one public address, both ways, and keeps no state. */
export interface InternetGatewayNode {
  internetGatewayId: InternetGatewayId;
  /** Interfaces without a public address are not here: their packets are dropped. */
  publicAddresses: {
    networkInterfaceId: NetworkInterfaceId;
    privateIpAddress: Ipv4;
    publicIpAddress: Ipv4;
  }[];
}

/** Makes its own private address the source of what is routed to it, and sends it on by the route table of its subnet. */
export interface NatGatewayNode {
  natGatewayId: NatGatewayId;
  networkInterfaceId: NetworkInterfaceId;
  privateIpAddress: Ipv4;
  subnetCidrBlock: Cidr;
}

/** What every VPC with an internet gateway is attached to. It has AWS's public front ends and leads nowhere else. */
export interface Internet {
  /** Public address → the VPC it leads into. */
  publicAddresses: Map<Ipv4, VpcId>;
  /** Ranges that are served here: the front ends of all regions. */
  serviceRanges: readonly Cidr[];
}

/** A leg of an interface endpoint, seen from the consumer's VPC. Its ENI is among `interfaces`. */
export interface EndpointLegNode {
  vpcEndpointId: VpcEndpointId;
  serviceId: EndpointServiceId;
  networkInterfaceId: NetworkInterfaceId;
  privateIpAddress: Ipv4;
  /** Where the wire leads. Absent when the service or its load balancer is gone. */
  providerVpcId?: VpcId;
  /** The state that keeps the leg shut, such as `pendingAcceptance`. Absent: packets may pass. */
  closedBecause?: string;
  /** The load balancer's own groups, checked after the endpoint's against the same client. Empty: it has none, or does not enforce them. */
  loadBalancerGroups: CompiledSecurityGroup[];
}

/** A connected leg seen from the provider's VPC. */
export interface Connection {
  vpcEndpointId: VpcEndpointId;
  consumerVpcId: VpcId;
  /** In the consumer's range, which may be the provider's own range too. */
  endpointAddress: Ipv4;
  loadBalancerArn: string;
  /** The load balancer's address in the leg's zone: what targets see as the client. */
  nodeAddress: Ipv4;
  availabilityZoneId: string;
  flowMark: number;
}

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

export type NameTable = Map<string, NameRecord>;

export type NameRecord =
  /** Several addresses rotate. */
  { type: 'A'; addresses: Ipv4[]; ttlSeconds: number };

/** What has been seen and is needed to compile: which targets pass their checks. */
export interface Observed {
  isHealthy(targetGroupArn: string, targetId: string, port: number): boolean;
}
