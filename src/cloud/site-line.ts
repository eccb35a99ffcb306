// The lines between AWS's gateways and what is beyond them, whatever they are made of: VPNs and virtual interfaces from sites, and
// associations of Direct Connect gateways. Each tells a gateway what is behind it; from that, route propagation follows.

import { type Cidr, cidrCovers } from '../lib/cidr.ts';
import type { Cloud } from './cloud.ts';
import {
  associationsOf,
  findSiteOfInterface,
  gatewayIdOfAssociation,
  virtualInterfacesOf,
} from './direct-connect.ts';
import type { DirectConnectGatewayId, VpnGatewayId } from './id.ts';
import { attachmentOfAssociation, attachmentOfVpn } from './transit-gateway.ts';
import type { RouteTable } from './vpc.ts';
import { attachedVpcId, destinationsOf, findSiteOf } from './vpn.ts';

export interface Line {
  /** Its name at both ends: `vpn-…`, `dxvif-…`, an association's id, at a transit gateway `tgw-attach-…`. */
  attachmentId: string;
  /** The end that learns what is behind the line: `vgw-…`, `tgw-…`, a Direct Connect gateway's id. */
  gatewayId: string;
  /** The other end: a site, or a Direct Connect gateway with sites behind it. */
  farId: string;
  /** Bytes per packet. */
  mtu: number;
  /** What is behind it. */
  destinations: Cidr[];
  /** Of two lines that lead to the same, the smaller one is taken. */
  rank: number;
}

/**
 * AWS: what is left of 1,500 bytes with IPsec around it; TCP segments of 1,379.
 * DIFFERS: vpn-without-ipsec the line is plain, and as narrow as if it were not.
 */
const vpnMtu = 1419;
/** Between two gateways of AWS's: the virtual interfaces behind are what is narrow. */
const associationMtu = 9001;

/** AWS: Direct Connect is taken before a VPN, and of VPNs a static route before one that BGP told. */
const rank = { directConnect: 0, staticVpn: 1, dynamicVpn: 2 };

/** Those that begin in a site and have somebody at both ends, the best first. */
export function siteLines(cloud: Cloud): Line[] {
  return [...virtualInterfaceLines(cloud), ...vpnLines(cloud)].sort((a, b) => a.rank - b.rank);
}

/** Every line that leads to one of the gateways, the best first. */
export function linesTo(cloud: Cloud, gatewayIds: ReadonlySet<string>): Line[] {
  const lines = [...siteLines(cloud), ...associationLines(cloud)];
  return lines.filter(({ gatewayId }) => gatewayIds.has(gatewayId)).sort((a, b) => a.rank - b.rank);
}

function vpnLines(cloud: Cloud): Line[] {
  return cloud.vpnConnections
    .where(({ deleteTime }) => !deleteTime)
    .flatMap((connection) => {
      const { vpnConnectionId, vpnGatewayId, transitGatewayId, staticRoutesOnly } = connection;
      const site = findSiteOf(cloud, connection);
      const gatewayId = vpnGatewayId ?? transitGatewayId;
      const attachmentId = transitGatewayId
        ? attachmentOfVpn(cloud, vpnConnectionId)?.transitGatewayAttachmentId
        : vpnConnectionId;
      if (!site || !gatewayId || !attachmentId) return [];
      return {
        ...{ attachmentId, gatewayId, farId: site.siteId, mtu: vpnMtu },
        destinations: destinationsOf(cloud, connection),
        rank: staticRoutesOnly ? rank.staticVpn : rank.dynamicVpn,
      };
    });
}

function virtualInterfaceLines(cloud: Cloud): Line[] {
  return [...cloud.virtualInterfaces.all()].flatMap((virtualInterface) => {
    const { virtualInterfaceId: attachmentId, leadsTo, mtu } = virtualInterface;
    const site = findSiteOfInterface(cloud, virtualInterface);
    if (!site || leadsTo.kind === 'public') return [];
    const gatewayId = 'vpnGatewayId' in leadsTo ? leadsTo.vpnGatewayId : leadsTo.directConnectGatewayId;
    return {
      ...{ attachmentId, gatewayId, farId: site.siteId, mtu },
      ...{ destinations: site.cidrBlocks, rank: rank.directConnect },
    };
  });
}

/** A Direct Connect gateway tells the gateways associated with it what its virtual interfaces lead to. */
function associationLines(cloud: Cloud): Line[] {
  return [...cloud.directConnectGateways.all()].flatMap(({ directConnectGatewayId }) => {
    const destinations = rangesBehind(cloud, directConnectGatewayId);
    return associationsOf(cloud, directConnectGatewayId).map((association) => {
      const { associationId } = association;
      const attachment = attachmentOfAssociation(cloud, associationId);
      return {
        attachmentId: attachment?.transitGatewayAttachmentId ?? associationId,
        gatewayId: gatewayIdOfAssociation(association),
        ...{ farId: directConnectGatewayId, mtu: associationMtu, destinations, rank: rank.directConnect },
      };
    });
  });
}

/** Of all sites that have a virtual interface to a Direct Connect gateway. */
export function rangesBehind(cloud: Cloud, directConnectGatewayId: DirectConnectGatewayId): Cidr[] {
  const ranges = virtualInterfacesOf(cloud, directConnectGatewayId).flatMap(
    (virtualInterface) => findSiteOfInterface(cloud, virtualInterface)?.cidrBlocks ?? [],
  );
  return [...new Set(ranges)];
}

export interface PropagatedRoute {
  destination: Cidr;
  vpnGatewayId: VpnGatewayId;
}

/**
 * What gateways write into a route table by themselves.
 * AWS: never over what somebody wrote there, and nothing inside the VPC's own ranges.
 */
export function propagatedRoutes(cloud: Cloud, table: RouteTable): PropagatedRoute[] {
  const gatewayIds = (table.propagatingVpnGatewayIds ?? []).filter((id) => {
    const gateway = cloud.vpnGateways.find(id);
    return gateway !== undefined && attachedVpcId(gateway) === table.vpcId;
  });
  if (gatewayIds.length === 0) return [];
  const own = cloud.vpcs.find(table.vpcId)?.cidrBlockAssociations ?? [];
  const taken = new Set(table.routes.map(({ destinationCidrBlock }) => destinationCidrBlock));
  const lines = linesTo(cloud, new Set(gatewayIds));
  return gatewayIds.flatMap((vpnGatewayId) => {
    const learned = lines
      .filter(({ gatewayId }) => gatewayId === vpnGatewayId)
      .flatMap(({ destinations }) => destinations)
      .filter((destination) => !own.some(({ cidrBlock }) => cidrCovers(cidrBlock, destination)));
    return [...new Set(learned).difference(taken)].map((destination) => ({ destination, vpnGatewayId }));
  });
}
