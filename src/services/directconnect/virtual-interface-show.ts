// Virtual interfaces as AWS shows them. Whether one is available is not kept: it is what the network carries.

import type { Cloud } from '../../cloud/cloud.ts';
import { findSiteOfInterface, type VirtualInterface } from '../../cloud/direct-connect.ts';
import { findArnTags } from '../arn-tag.ts';
import type { JsonContext } from '../json-service.ts';
import { awsDevice } from './connection.ts';
import { showPrefixes } from './input.ts';
import { virtualInterfaceArn } from './resource.ts';
import { showTags } from './tag.ts';

/** AWS's own number in its public network. */
const amazonPublicAsn = 7224;
/** What fits into the member `asn`. */
const largestAsn = 2_147_483_646;

export function showVirtualInterface(virtualInterface: VirtualInterface, context: JsonContext): object {
  const { virtualInterfaceId, connectionId, leadsTo, asn } = virtualInterface;
  const { cloud } = context;
  const connection = cloud.directConnectConnections.find(connectionId)!;
  const { amazonAddress, customerAddress, authKey } = virtualInterface;
  const session = { ...showAsn(asn), authKey, amazonAddress, customerAddress, addressFamily: 'ipv4' };
  const device = { awsDeviceV2: awsDevice(connection), awsLogicalDeviceId: awsDevice(connection) };
  const isUp = isSessionUp(virtualInterface, context);
  return {
    ownerAccount: virtualInterface.accountId,
    virtualInterfaceId,
    location: connection.location,
    connectionId,
    virtualInterfaceType: leadsTo.kind,
    virtualInterfaceName: virtualInterface.virtualInterfaceName,
    vlan: virtualInterface.vlan,
    ...session,
    amazonSideAsn: amazonSideAsn(cloud, leadsTo),
    virtualInterfaceState: stateOf(virtualInterface, context),
    customerRouterConfig: renderRouterConfig(cloud, virtualInterface),
    mtu: virtualInterface.mtu,
    jumboFrameCapable: leadsTo.kind !== 'public',
    ...('vpnGatewayId' in leadsTo && { virtualGatewayId: leadsTo.vpnGatewayId }),
    ...('directConnectGatewayId' in leadsTo && { directConnectGatewayId: leadsTo.directConnectGatewayId }),
    routeFilterPrefixes: leadsTo.kind === 'public' ? showPrefixes(leadsTo.routeFilterPrefixes) : [],
    bgpPeers: [
      {
        bgpPeerId: virtualInterface.bgpPeerId,
        ...session,
        bgpPeerState: 'available',
        bgpStatus: isUp ? 'up' : 'down',
        ...device,
      },
    ],
    region: virtualInterface.region,
    ...device,
    siteLinkEnabled: false,
    ...showTags(findArnTags(cloud, virtualInterfaceArn(virtualInterface, virtualInterfaceId))),
  };
}

/** A session is up when somebody is at the other end and both ends' routers have it. */
export function isSessionUp(virtualInterface: VirtualInterface, { cloud, world }: JsonContext): boolean {
  const { leadsTo, generation } = virtualInterface;
  const site = findSiteOfInterface(cloud, virtualInterface);
  if (!site) return false;
  const gatewayIds =
    'vpnGatewayId' in leadsTo
      ? [leadsTo.vpnGatewayId]
      : 'directConnectGatewayId' in leadsTo
        ? [leadsTo.directConnectGatewayId]
        : [];
  return [site.siteId, ...gatewayIds].every((routerId) => world.isApplied(routerId, generation));
}

function stateOf(virtualInterface: VirtualInterface, context: JsonContext): 'pending' | 'available' | 'down' {
  const { cloud, world } = context;
  if (isSessionUp(virtualInterface, context)) return 'available';
  const site = findSiteOfInterface(cloud, virtualInterface);
  return site && !world.isApplied(site.siteId, virtualInterface.generation) ? 'pending' : 'down';
}

const showAsn = (asn: number) => (asn > largestAsn ? { asnLong: asn } : { asn, asnLong: asn });

function amazonSideAsn(cloud: Cloud, leadsTo: VirtualInterface['leadsTo']): number {
  if (leadsTo.kind === 'public') return amazonPublicAsn;
  const gateway =
    'vpnGatewayId' in leadsTo
      ? cloud.vpnGateways.find(leadsTo.vpnGatewayId)
      : cloud.directConnectGateways.find(leadsTo.directConnectGatewayId);
  return gateway?.amazonSideAsn ?? amazonPublicAsn;
}

/** What the site's router is to be told. */
function renderRouterConfig(cloud: Cloud, virtualInterface: VirtualInterface): string {
  const { virtualInterfaceId, vlan, customerAddress, amazonAddress, asn, authKey, leadsTo } =
    virtualInterface;
  const members = {
    vlan,
    customer_address: customerAddress,
    amazon_address: amazonAddress,
    bgp_asn: asn,
    bgp_auth_key: authKey,
    amazon_bgp_asn: amazonSideAsn(cloud, leadsTo),
    connection_type: leadsTo.kind,
  };
  const lines = Object.entries(members).map(([name, value]) => `  <${name}>${escapeText(value)}</${name}>\n`);
  return `<?xml version="1.0" encoding="UTF-8"?>\n<logical_connection id="${virtualInterfaceId}">\n${lines.join('')}</logical_connection>\n`;
}

/** A key may have any character. */
function escapeText(value: string | number): string {
  return String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
