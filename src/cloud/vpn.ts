// Site-to-site VPN: a virtual private gateway on AWS's side, a customer gateway that says where the other side is,
// and the connection between the two, of two tunnels. What is over stays to be seen for a while.

import type { Cidr, Ipv4 } from '../lib/cidr.ts';
import type { Cloud } from './cloud.ts';
import type { CustomerGatewayId, TransitGatewayId, VpcId, VpnConnectionId, VpnGatewayId } from './id.ts';
import { findSiteAt, type Site } from './site.ts';
import type { Owned } from './vpc.ts';

export interface CustomerGateway extends Owned {
  customerGatewayId: CustomerGatewayId;
  bgpAsn: number;
  /** The device's public address, by which the site is known. */
  ipAddress: Ipv4;
  deviceName?: string;
  deleteTime?: string;
}

export interface VpnGateway extends Owned {
  vpnGatewayId: VpnGatewayId;
  amazonSideAsn: number;
  availabilityZone?: string;
  /** One VPC per gateway, one gateway per VPC. With a detachTime: which it was. */
  attachment?: { vpcId: VpcId; detachTime?: string };
  deleteTime?: string;
}

export interface VpnTunnel {
  /** AWS's end, on the internet. */
  outsideIpAddress: Ipv4;
  /** A /30 of 169.254.0.0/16: the first address is AWS's, the second the customer gateway's. */
  tunnelInsideCidr: Cidr;
  preSharedKey: string;
  /** What else was asked for, as it is shown: nothing of it changes what packets do. */
  options: Record<string, unknown>;
}

export interface VpnConnection extends Owned {
  vpnConnectionId: VpnConnectionId;
  customerGatewayId: CustomerGatewayId;
  /** One of the two, or neither: then nothing is at AWS's end yet. */
  vpnGatewayId?: VpnGatewayId;
  transitGatewayId?: TransitGatewayId;
  /** False: routes are told by BGP. */
  staticRoutesOnly: boolean;
  tunnels: [VpnTunnel, VpnTunnel];
  /** Of a connection with static routes: what is on the other side. */
  staticRoutes: Cidr[];
  createTime: string;
  deleteTime?: string;
}

/** The VPC a gateway is attached to now. */
export function attachedVpcId({ attachment }: Pick<VpnGateway, 'attachment'>): VpcId | undefined {
  return attachment?.detachTime === undefined ? attachment?.vpcId : undefined;
}

export function findVpnGatewayOf(cloud: Cloud, vpcId: VpcId): VpnGateway | undefined {
  return cloud.vpnGateways.all().find((gateway) => attachedVpcId(gateway) === vpcId);
}

/** The site at the other end. Undefined: nobody answers there, the tunnels stay down. */
export function findSiteOf(cloud: Cloud, connection: VpnConnection): Site | undefined {
  return findSiteAt(cloud, cloud.customerGateways.find(connection.customerGatewayId)?.ipAddress);
}

/** What a connection leads to: told by BGP, or written down. Nothing as long as nobody is at the other end. */
export function destinationsOf(cloud: Cloud, connection: VpnConnection): Cidr[] {
  const site = findSiteOf(cloud, connection);
  if (!site || connection.deleteTime) return [];
  return connection.staticRoutesOnly ? connection.staticRoutes : site.cidrBlocks;
}
