// A VPC and what is made with it: subnets, route tables, security groups, peering connections.
// States are not stored: they are derived from what the network engine has applied.

import type { Cidr } from '../lib/cidr.ts';
import type {
  AccountId,
  InternetGatewayId,
  NatGatewayId,
  NetworkInterfaceId,
  PrefixListId,
  Region,
  RouteTableId,
  SecurityGroupId,
  SecurityGroupRuleId,
  SubnetId,
  TransitGatewayId,
  VpcId,
  VpcPeeringConnectionId,
  VpnGatewayId,
} from './id.ts';

export interface Owned {
  accountId: AccountId;
  region: Region;
  /** The change that last wrote this record; stamped by the store. */
  generation: number;
}

export interface Vpc extends Owned {
  vpcId: VpcId;
  /** The primary block comes first. */
  cidrBlockAssociations: {
    associationId: string;
    cidrBlock: Cidr;
    /** Number of this block's own /16 of 240.0.0.0/4, 1 to 4095: how a provider's VPC tells equal ranges apart. */
    fabricNumber: number;
  }[];
  enableDnsSupport: boolean;
  enableDnsHostnames: boolean;
  enableNetworkAddressUsageMetrics: boolean;
  instanceTenancy: 'default' | 'dedicated';
  dhcpOptionsId: string;
}

export interface Subnet extends Owned {
  subnetId: SubnetId;
  vpcId: VpcId;
  cidrBlock: Cidr;
  /** `us-east-1a` */
  availabilityZone: string;
  /** `use1-az1`: what PrivateLink matches consumer and provider by. */
  availabilityZoneId: string;
  mapPublicIpOnLaunch: boolean;
}

/** Where a user's route points. The `local` route is implied by the VPC, that of a gateway endpoint by the endpoint; neither is stored. */
export type RouteTarget =
  | { kind: 'vpc-peering-connection'; vpcPeeringConnectionId: VpcPeeringConnectionId }
  | { kind: 'network-interface'; networkInterfaceId: NetworkInterfaceId; instanceId?: string }
  | { kind: 'internet-gateway'; internetGatewayId: InternetGatewayId }
  | { kind: 'nat-gateway'; natGatewayId: NatGatewayId }
  | { kind: 'transit-gateway'; transitGatewayId: TransitGatewayId }
  | { kind: 'vpn-gateway'; vpnGatewayId: VpnGatewayId };

/** Where to, by exactly one of the two. */
export interface Route {
  destinationCidrBlock?: Cidr;
  /** A customer's list, range by range. */
  destinationPrefixListId?: PrefixListId;
  target: RouteTarget;
}

export interface RouteTable extends Owned {
  routeTableId: RouteTableId;
  vpcId: VpcId;
  routes: Route[];
  /** The association without a subnet makes this the VPC's main table. */
  associations: { routeTableAssociationId: string; subnetId?: SubnetId }[];
  /** Whose routes appear here by themselves, as long as they are attached to this VPC. Absent: nobody's. */
  propagatingVpnGatewayIds?: VpnGatewayId[];
}

export interface SecurityGroupRule {
  securityGroupRuleId: SecurityGroupRuleId;
  isEgress: boolean;
  /** `-1` for all, `tcp`, `udp`, `icmp`, `icmpv6`, or a protocol number as text. */
  ipProtocol: string;
  /** Ports for tcp and udp; type and code for icmp; -1 is "any". */
  fromPort: number;
  toPort: number;
  /** Exactly one of the four. IPv6 is accepted and matches nothing while VPCs are IPv4 only. */
  cidrIpv4?: Cidr;
  cidrIpv6?: string;
  /** One of AWS's own lists, `pl-63a5400a`, or a customer's. */
  prefixListId?: PrefixListId;
  referencedGroup?: {
    groupId: SecurityGroupId;
    userId: AccountId;
    vpcPeeringConnectionId?: VpcPeeringConnectionId;
  };
  description?: string;
}

export interface SecurityGroup extends Owned {
  groupId: SecurityGroupId;
  groupName: string;
  description: string;
  vpcId: VpcId;
  rules: SecurityGroupRule[];
}

export interface PeeringSide {
  vpcId: VpcId;
  accountId: AccountId;
  region: Region;
  cidrBlocks: Cidr[];
  /** Absent: no. Whether questions from the other side for names of this side's instances get private addresses. */
  allowDnsResolutionFromRemoteVpc?: boolean;
}

export interface VpcPeeringConnection extends Owned {
  vpcPeeringConnectionId: VpcPeeringConnectionId;
  requester: PeeringSide;
  accepter: PeeringSide;
  /** The decision; `active` is shown as `provisioning` until both VPCs carry it. */
  status: 'pending-acceptance' | 'active' | 'rejected' | 'failed' | 'deleted';
  statusMessage: string;
  /** ISO 8601: a request nobody accepts is `expired` after this. */
  expirationTime: string;
  /** When it was rejected, deleted or failed: it stays to be seen for a while after. */
  endedAt?: string;
}
