// The lines between sites and AWS, whatever they are made of: each leads from a site's router to a gateway, and tells that
// gateway what is at the site. From them route propagation follows.

import { type Cidr, cidrCovers } from '../lib/cidr.ts';
import type { Cloud } from './cloud.ts';
import type { SiteId, VpnGatewayId } from './id.ts';
import type { RouteTable } from './vpc.ts';
import { attachedVpcId, destinationsOf, findSiteOf } from './vpn.ts';

export interface SiteLine {
  /** Its name at both ends: `vpn-…`. */
  attachmentId: string;
  siteId: SiteId;
  /** AWS's end: `vgw-…`. */
  gatewayId: string;
  /** Bytes per packet. */
  mtu: number;
  /** What the gateway knows to be at the site. */
  destinations: Cidr[];
  /** Of two lines that lead to the same, the smaller one is taken. */
  rank: number;
}

/**
 * AWS: what is left of 1,500 bytes with IPsec around it; TCP segments of 1,379.
 * DIFFERS: vpn-without-ipsec the line is plain, and as narrow as if it were not.
 */
const vpnMtu = 1419;

/** AWS: a static route is taken before one that BGP told. */
const rank = { staticVpn: 2, dynamicVpn: 3 };

/** Every line that has somebody at both ends, the best first. */
export function siteLines(cloud: Cloud): SiteLine[] {
  return vpnLines(cloud).sort((a, b) => a.rank - b.rank);
}

function vpnLines(cloud: Cloud): SiteLine[] {
  return cloud.vpnConnections
    .where(({ deleteTime }) => !deleteTime)
    .flatMap((connection) => {
      const { vpnConnectionId, vpnGatewayId, staticRoutesOnly } = connection;
      const site = findSiteOf(cloud, connection);
      if (!site || !vpnGatewayId) return [];
      return {
        attachmentId: vpnConnectionId,
        siteId: site.siteId,
        gatewayId: vpnGatewayId,
        mtu: vpnMtu,
        destinations: destinationsOf(cloud, connection),
        rank: staticRoutesOnly ? rank.staticVpn : rank.dynamicVpn,
      };
    });
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
  const lines = siteLines(cloud);
  return gatewayIds.flatMap((vpnGatewayId) => {
    const learned = lines
      .filter(({ gatewayId }) => gatewayId === vpnGatewayId)
      .flatMap(({ destinations }) => destinations)
      .filter((destination) => !own.some(({ cidrBlock }) => cidrCovers(cidrBlock, destination)));
    return [...new Set(learned).difference(taken)].map((destination) => ({ destination, vpnGatewayId }));
  });
}
