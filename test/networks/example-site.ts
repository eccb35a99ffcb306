// On-premises sites and their lines to an example VPC as plain records.

import type { Cloud } from '../../src/cloud/cloud.ts';
import { findFreeHostAddress, findFreeSitePublicAddress, type Site } from '../../src/cloud/site.ts';
import type { VpnConnection } from '../../src/cloud/vpn.ts';
import { type ExampleVpc, exampleId, nextNumber } from './example-cloud.ts';

const time = '2026-01-31T12:34:56.000Z';

/** A site with one host at the tenth address. */
export function putSite(cloud: Cloud, name: string, cidrBlock: string, fields: Partial<Site> = {}): Site {
  const site: Site = {
    ...{ siteId: exampleId('site', nextNumber()), name, cidrBlocks: [cidrBlock] },
    ...{ publicAddress: findFreeSitePublicAddress(cloud)!, hasInternet: true },
    ...{ hosts: [], forwards: [], routes: [], generation: 0 },
    ...fields,
  };
  const host = {
    hostId: exampleId('host', nextNumber()),
    name: 'desk',
    address: findFreeHostAddress(site)!,
    bootNumber: 1,
  };
  return cloud.sites.put({ ...site, hosts: [host] });
}

/** A virtual private gateway, attached. */
export function putVpnGateway(cloud: Cloud, { vpcId }: ExampleVpc) {
  const { accountId, region } = cloud.vpcs.find(vpcId)!;
  const vpnGatewayId = exampleId('vgw', nextNumber());
  return cloud.vpnGateways.put({
    ...{ accountId, region, vpnGatewayId, amazonSideAsn: 64512, attachment: { vpcId } },
  });
}

/** @param staticRoutes absent: BGP tells what is at the site */
export function putVpn(
  cloud: Cloud,
  { vpnGatewayId }: { vpnGatewayId: `vgw-${string}` },
  { publicAddress }: Site,
  staticRoutes?: string[],
): VpnConnection {
  const { accountId, region } = cloud.vpnGateways.find(vpnGatewayId)!;
  const customerGatewayId = exampleId('cgw', nextNumber());
  cloud.customerGateways.put({
    ...{ accountId, region, customerGatewayId, bgpAsn: 65000, ipAddress: publicAddress },
  });
  const tunnel = { outsideIpAddress: '3.128.0.99', tunnelInsideCidr: '169.254.9.0/30', options: {} };
  const tunnels: VpnConnection['tunnels'] = [
    { ...tunnel, preSharedKey: 'secret' },
    { ...tunnel, preSharedKey: 'secret' },
  ];
  return cloud.vpnConnections.put({
    ...{ accountId, region, vpnConnectionId: exampleId('vpn', nextNumber()), customerGatewayId },
    ...{ vpnGatewayId, staticRoutesOnly: staticRoutes !== undefined, staticRoutes: staticRoutes ?? [] },
    ...{ tunnels, createTime: time },
  });
}

export function propagateInto(
  cloud: Cloud,
  routeTableId: string,
  { vpnGatewayId }: { vpnGatewayId: `vgw-${string}` },
): void {
  const table = cloud.routeTables.find(routeTableId)!;
  cloud.routeTables.put({ ...table, propagatingVpnGatewayIds: [vpnGatewayId] });
}
