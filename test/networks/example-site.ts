// On-premises sites and their lines to an example VPC as plain records.

import type { Cloud } from '../../src/cloud/cloud.ts';
import type {
  DirectConnectGateway,
  DirectConnectGatewayAssociation,
  VirtualInterface,
} from '../../src/cloud/direct-connect.ts';
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
  gateway: { vpnGatewayId: `vgw-${string}` } | { transitGatewayId: `tgw-${string}` },
  { publicAddress }: Site,
  staticRoutes?: string[],
): VpnConnection {
  const owner = { accountId: '111111111111', region: 'us-east-1' };
  const customerGatewayId = exampleId('cgw', nextNumber());
  cloud.customerGateways.put({ ...owner, customerGatewayId, bgpAsn: 65000, ipAddress: publicAddress });
  const tunnel = { outsideIpAddress: '3.128.0.99', tunnelInsideCidr: '169.254.9.0/30', options: {} };
  const tunnels: VpnConnection['tunnels'] = [
    { ...tunnel, preSharedKey: 'secret' },
    { ...tunnel, preSharedKey: 'secret' },
  ];
  const vpnConnectionId = exampleId('vpn', nextNumber());
  if ('transitGatewayId' in gateway)
    cloud.transitGatewayAttachments.put({
      ...{ ...owner, transitGatewayAttachmentId: exampleId('tgw-attach', nextNumber()), ...gateway },
      ...{ transitGatewayOwnerId: owner.accountId, creationTime: time, decision: 'accepted' },
      ...{ resourceType: 'vpn', vpnConnectionId },
    });
  return cloud.vpnConnections.put({
    ...{ ...owner, vpnConnectionId, customerGatewayId, ...gateway, tunnels, createTime: time },
    ...{ staticRoutesOnly: staticRoutes !== undefined, staticRoutes: staticRoutes ?? [] },
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

/** A private or transit virtual interface from a site. */
export function putVirtualInterface(
  cloud: Cloud,
  { siteId, name }: Site,
  leadsTo: VirtualInterface['leadsTo'],
): VirtualInterface {
  const connectionId = exampleId('dxcon', nextNumber());
  const owner = { accountId: '111111111111', region: 'us-east-1' };
  cloud.directConnectConnections.put({
    ...{ ...owner, connectionId, connectionName: name, location: name, siteId, bandwidth: '1Gbps' },
  });
  const number = nextNumber();
  return cloud.virtualInterfaces.put({
    ...{ ...owner, connectionId, virtualInterfaceId: `dxvif-${number.toString(36).padStart(8, '0')}` },
    ...{ virtualInterfaceName: name, vlan: 101, asn: 65000, authKey: 'secret', mtu: 1500, leadsTo },
    ...{ amazonAddress: '169.254.192.1/30', customerAddress: '169.254.192.2/30' },
    bgpPeerId: `dxpeer-${number.toString(36).padStart(8, '0')}`,
  });
}

const exampleUuid = () => `0f0e0d0c-0000-4000-8000-${nextNumber().toString(16).padStart(12, '0')}`;

export function putDirectConnectGateway(cloud: Cloud): DirectConnectGateway {
  const directConnectGatewayId = exampleUuid();
  return cloud.directConnectGateways.put({
    ...{ directConnectGatewayId, accountId: '111111111111', directConnectGatewayName: 'hub' },
    amazonSideAsn: 64513,
  });
}

/** With a transit gateway comes its attachment, which has no table until it is associated. */
export function putDirectConnectAssociation(
  cloud: Cloud,
  { directConnectGatewayId }: DirectConnectGateway,
  gateway: DirectConnectGatewayAssociation['gateway'],
  allowedPrefixes: string[],
): DirectConnectGatewayAssociation {
  const owner = { accountId: '111111111111', region: 'us-east-1' };
  const associationId = exampleUuid();
  if (gateway.kind === 'transit-gateway') {
    const { transitGatewayId } = gateway;
    cloud.transitGatewayAttachments.put({
      ...{ ...owner, transitGatewayAttachmentId: exampleId('tgw-attach', nextNumber()), transitGatewayId },
      ...{ transitGatewayOwnerId: owner.accountId, creationTime: time, decision: 'accepted' },
      ...{ resourceType: 'direct-connect-gateway', directConnectGatewayId, associationId },
    });
  }
  return cloud.directConnectGatewayAssociations.put({
    ...{ ...owner, associationId, directConnectGatewayId, gateway, allowedPrefixes },
  });
}
