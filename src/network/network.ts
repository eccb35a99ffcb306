// What the cloud means here: one plain description of every VPC's network, read by the kernel's renderer,
// by the resolver, by the health checker and by explain. It names no veth, no table number, no nft set.

import type {
  AccountId,
  EndpointServiceId,
  InstanceId,
  InternetGatewayId,
  NatGatewayId,
  NetworkAclId,
  NetworkInterfaceId,
  OutboundEndpointId,
  PrefixListId,
  Region,
  ResolverEndpointId,
  RouteTableId,
  SecurityGroupId,
  SecurityGroupRuleId,
  SubnetId,
  VpcEndpointId,
  VpcId,
  VpcPeeringConnectionId,
  VpnGatewayId,
} from '../cloud/id.ts';
import type { GatewayService } from '../cloud/vpc-endpoint.ts';
import type { Cidr, Ipv4 } from '../lib/cidr.ts';
import type { HealthCheckTarget, LoadBalancerNodes, TargetPool } from './balancing.ts';
import type { Listener } from './listener.ts';
import type { NameTable, PrivateZone } from './name-table.ts';
import type { OutboundResolverNode } from './resolver-endpoint.ts';
import type { CompiledResolverRule } from './resolver-rule.ts';

export type { CompiledListener, HealthCheckTarget, LoadBalancerNodes, TargetPool } from './balancing.ts';
export type { AliasRecord, NameRecord, NameTable, PrivateZone, RecordSet } from './name-table.ts';

export interface Network {
  /** The cloud's generation this was compiled from. */
  generation: number;
  vpcs: Map<VpcId, VpcNetwork>;
  internet: Internet;
  /** What connects VPCs with each other and with sites, by id. */
  hubs: Map<string, Hub>;
  healthChecks: HealthCheckTarget[];
  /** Names every VPC's resolver knows: endpoint names, load balancer names. Lower case, no trailing dot. */
  publicNames: NameTable;
  /** Public hosted zones, for every VPC's resolver. */
  publicZones: PrivateZone[];
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
  /** Those that may refuse something. A subnet that none of them names lets everything pass its border. */
  networkAcls: CompiledNetworkAcl[];
  /** The others, which nobody asks; it is only said that packets have passed them. */
  openNetworkAcls: CompiledNetworkAcl[];
  loggedInterfaceIds: NetworkInterfaceId[]; // those that a flow log covers
  peerings: PeeringLink[];
  gatewayEndpoints: GatewayEndpointNode[];
  /** Absent: no way to the internet. */
  internetGateway?: InternetGatewayNode;
  natGateways: NatGatewayNode[];
  /** Consumer side: every leg of this VPC's interface endpoints. */
  endpointLegs: EndpointLegNode[];
  /** Interfaces of this VPC behind which a service of ours answers. Their ENIs are among `interfaces`. */
  serviceInterfaces: ServiceInterfaceNode[];
  /** Interfaces from which resolvers of VPCs ask others. Their ENIs are among `interfaces`. */
  outboundResolvers: OutboundResolverNode[];
  /** For which names the VPC's resolver does as it is told, the longest domain first. */
  resolverRules: CompiledResolverRule[];
  /** Transit gateways and a virtual private gateway that this VPC is attached to. */
  hubAttachments: HubAttachment[];
  /** Provider side: load balancers of this VPC and who may come in by them. */
  loadBalancers: LoadBalancerNodes[];
  targetPools: TargetPool[];
  connections: Connection[];
  /** Names of this VPC alone: `ip-10-0-1-5.ec2.internal`. */
  privateNames: NameTable;
  /** Private hosted zones associated with this VPC, and the hidden ones of endpoints with private DNS. */
  privateZones: PrivateZone[];
}

export interface Resolver {
  /** False when enableDnsSupport is off: nobody answers. */
  enabled: boolean;
  /** The primary block's base + 2, and 169.254.169.253. */
  addresses: Ipv4[];
  /** What the VPC's DHCP options tell instances to ask in its place; may be nobody. Absent: they ask the resolver. */
  instead?: { dhcpOptionsId: string; servers: Ipv4[] };
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
    | { kind: 'service'; ownerId: ServiceInterfaceNode['ownerId'] }
    | { kind: 'outbound-resolver'; resolverEndpointId: OutboundEndpointId }
    /** `stopped`: the instance it is attached to, which does not run. */
    | { kind: 'nothing'; stopped?: { instanceId: InstanceId; deviceIndex: number } };
}

export interface CompiledRouteTable {
  routeTableId: RouteTableId;
  isMain: boolean;
  /** Longest prefix first; with equal prefixes `local`, a route by CIDR, a route by prefix list, a propagated one. */
  routes: CompiledRoute[];
}

export interface CompiledRoute {
  destination: Cidr;
  /** Set when this is one of a prefix list's ranges. */
  prefixListId?: PrefixListId;
  /** Set when nobody wrote it: the gateway that did. */
  propagatedBy?: VpnGatewayId;
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
    /** A transit gateway or a virtual private gateway. */
    | { kind: 'hub'; hubId: string; attachmentId: string }
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

export interface CompiledNetworkAcl {
  networkAclId: NetworkAclId;
  subnetIds: SubnetId[];
  /** Lowest number first; the last one takes everything. */
  ingress: CompiledAclEntry[];
  egress: CompiledAclEntry[];
}

export interface CompiledAclEntry {
  ruleNumber: number;
  action: 'allow' | 'deny';
  protocol: CompiledRule['protocol'];
  /** As in a CompiledRule. */
  ports?: { from: number; to: number };
  icmp?: { type: number; code?: number };
  /** Where from (ingress) or to (egress). */
  cidrBlock: Cidr;
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
  /** A site's public address → the port of its router that leads here. */
  siteAddresses: Map<Ipv4, { hubId: string; attachmentId: string }>;
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

/**
 * A door on an address of the VPC: whoever may reach the address reaches the service, from peered VPCs and from sites too,
 * and the service sees the client's own address. Each owner has a door namespace of its own, with all its addresses.
 */
export interface ServiceInterfaceNode {
  /** Whose door it is: the interface endpoint, or the resolver's inbound endpoint. */
  ownerId: VpcEndpointId | ResolverEndpointId;
  networkInterfaceId: NetworkInterfaceId;
  privateIpAddress: Ipv4;
  /** The router lets nothing else through to it; no ping either, as on AWS. */
  listeners: readonly Listener[];
  /** `ec2`, or a service that an upstream stands for; or the VPC's resolver, for questions from outside the VPC. */
  behind:
    | {
        kind: 'aws-service';
        service: string;
        region: Region;
        /** What the door's certificate vouches for: the service's names and the endpoint's, wildcards as `*.…`. */
        names: string[];
      }
    | { kind: 'inbound-resolver' };
}

/** A VPC's end of a transit gateway attachment, or of the attachment of its virtual private gateway. */
export interface HubAttachment {
  hubId: string;
  /** The link's id, as in the hub's port: `tgw-attach-…`, or the virtual private gateway's own id. */
  attachmentId: string;
  /**
   * AWS: what comes from a transit gateway goes on by the route table of the attachment's subnet.
   * Absent (a virtual private gateway): it may go to the VPC's own addresses and no further.
   */
  routeTableId?: RouteTableId;
  /** AWS: the attachment is an interface of this subnet, so that packets cross its border too. Absent: it is in none. */
  subnetId?: SubnetId;
  /** Bytes per packet, as at the hub's port. */
  mtu: number;
  /** AWS: only what is in a zone where the attachment has a subnet gets out by it. Absent: from every zone. */
  availabilityZoneIds?: string[];
}

/**
 * A router outside of VPCs: it knows routes and nothing else, so that all of them are one thing here.
 * Every port has a table by which goes on what came in there.
 */
export interface Hub {
  /** `tgw-…`, `vgw-…`, `site-…`, or a Direct Connect gateway's id. */
  hubId: string;
  kind: 'transit-gateway' | 'virtual-private-gateway' | 'direct-connect-gateway' | 'site';
  accountId: AccountId;
  ports: HubPort[];
  tables: HubTable[];
  /** Of a site: what its router does besides. */
  site?: SiteServices;
}

/** What the hosts of a site find at their router. */
export interface SiteServices {
  /** `.1` of each of its blocks: its hosts' gateway, and where they ask for names. */
  routerAddresses: Ipv4[];
  /** `desk.berlin.internal` */
  names: NameTable;
  /** Whom it asks for names at and below a domain; everything else it knows from the public names. */
  forwards: { domain: string; addresses: Ipv4[] }[];
}

export interface HubPort {
  /** `tgw-attach-…`, `vpn-…`, `dxvif-…`, a host's id: the link's name at both ends. */
  attachmentId: string;
  leadsTo:
    | { kind: 'vpc'; vpcId: VpcId }
    | { kind: 'hub'; hubId: string }
    /** Somebody in a site; the address is its own. Its wire is new at every boot, as an instance's. */
    | { kind: 'host'; address: Ipv4; cidrBlock: Cidr; bootNumber: number }
    /** Under this address, which hides who is behind; answers get in and nobody else. */
    | { kind: 'internet'; publicAddress: Ipv4 };
  /** Bytes per packet on the link. AWS: 8,500 through a transit gateway, 1,500 over a VPN. */
  mtu: number;
  /** By which table goes on what comes in here. Absent: it is dropped, as at an attachment without an association. */
  tableId?: string;
}

export interface HubTable {
  /** `tgw-rtb-…`; of hubs with one table the hub's own id. */
  tableId: string;
  /** Longest prefix first; no two with the same destination. */
  routes: HubRoute[];
}

export interface HubRoute {
  destination: Cidr;
  target:
    | { kind: 'port'; attachmentId: string }
    /** An address of the router itself. */
    | { kind: 'self' }
    | { kind: 'blackhole'; because: string };
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

/** What has been seen and is needed to compile: which targets pass their checks. */
export interface Observed {
  isHealthy(targetGroupArn: string, targetId: string, port: number): boolean;
}
