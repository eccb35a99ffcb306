// The ways out of a VPC: internet gateways, NAT gateways and the public addresses they translate to.
// AWS: an internet gateway translates one private address to one public address and keeps no state.

import type { Ipv4 } from '../lib/cidr.ts';
import type {
  ElasticIpAllocationId,
  InternetGatewayId,
  NatGatewayId,
  NetworkInterfaceId,
  SubnetId,
  VpcId,
} from './id.ts';
import type { Owned } from './vpc.ts';

export interface InternetGateway extends Owned {
  internetGatewayId: InternetGatewayId;
  /** Absent: attached to nothing. One gateway per VPC, one VPC per gateway. */
  vpcId?: VpcId;
}

export interface NatGateway extends Owned {
  natGatewayId: NatGatewayId;
  vpcId: VpcId;
  subnetId: SubnetId;
  connectivityType: 'public' | 'private';
  /** Its place in the subnet, whose route table says where translated packets go. Gone once it is deleted. */
  networkInterfaceId: NetworkInterfaceId;
  privateIpAddress: Ipv4;
  /** Public ones only. */
  allocationId?: ElasticIpAllocationId;
  publicIp?: Ipv4;
  createTime: string;
  clientToken?: string;
  /** Set: it is over, and stays to be seen for a while. */
  deleteTime?: string;
  /** Set: it never worked. */
  failure?: { code: string; message: string };
}

/** An Elastic IP address. */
export interface ElasticIp extends Owned {
  allocationId: ElasticIpAllocationId;
  publicIp: Ipv4;
  /** Absent: allocated and attached to nothing. */
  association?: {
    associationId: `eipassoc-${string}`;
    networkInterfaceId: NetworkInterfaceId;
    privateIpAddress: Ipv4;
  };
}
