// Direct Connect: a line from a site (its location) to AWS, virtual interfaces on it, each a VLAN with a BGP session, and the
// gateways that these lead to. Only what was asked for is here; whether a session is up is what the network carries.

import type { Cidr } from '../lib/cidr.ts';
import type { Cloud } from './cloud.ts';
import type {
  AccountId,
  DirectConnectConnectionId,
  DirectConnectGatewayId,
  Region,
  SiteId,
  TransitGatewayId,
  VirtualInterfaceId,
  VpnGatewayId,
} from './id.ts';
import type { Site } from './site.ts';
import type { Owned } from './vpc.ts';

export interface DirectConnectConnection extends Owned {
  connectionId: DirectConnectConnectionId;
  connectionName: string;
  /** The site's name as it was then: the code of the location. */
  location: string;
  siteId: SiteId;
  /** `1Gbps` */
  bandwidth: string;
  providerName?: string;
}

export interface VirtualInterface extends Owned {
  virtualInterfaceId: VirtualInterfaceId;
  connectionId: DirectConnectConnectionId;
  virtualInterfaceName: string;
  vlan: number;
  /** Of the site. */
  asn: number;
  authKey: string;
  /** The two ends, with the length of the prefix they share: `169.254.192.1/30`. */
  amazonAddress: string;
  customerAddress: string;
  mtu: number;
  /** A BGP peer has an id of its own. */
  bgpPeerId: string;
  leadsTo:
    | { kind: 'private'; vpnGatewayId: VpnGatewayId }
    | { kind: 'private' | 'transit'; directConnectGatewayId: DirectConnectGatewayId }
    /** To AWS's public addresses: what the site announces there, so that answers find it. */
    | { kind: 'public'; routeFilterPrefixes: Cidr[] };
}

/** It is no region's. */
export interface DirectConnectGateway {
  directConnectGatewayId: DirectConnectGatewayId;
  accountId: AccountId;
  directConnectGatewayName: string;
  amazonSideAsn: number;
  generation: number;
}

export interface DirectConnectGatewayAssociation {
  associationId: string;
  directConnectGatewayId: DirectConnectGatewayId;
  gateway:
    | { kind: 'virtual-private-gateway'; vpnGatewayId: VpnGatewayId }
    | { kind: 'transit-gateway'; transitGatewayId: TransitGatewayId };
  /** Of the gateway, and of the association: both ends have one owner. */
  accountId: AccountId;
  /** The gateway's. */
  region: Region;
  /**
   * What may be announced to sites. Of a virtual private gateway: its VPC's ranges, as far as they are inside one of these;
   * of a transit gateway: these, as they are.
   */
  allowedPrefixes: Cidr[];
  /** They are others than it was made with. */
  isChanged?: true;
  generation: number;
}

/** DIFFERS: direct-connect-locations AWS has buildings of each region. Here each site is a location, of every region. */
export function listLocations(cloud: Cloud): Site[] {
  return cloud.sites.all().toArray();
}

/** Undefined: the site is gone, and the line with it. */
export function findSiteOfConnection(
  cloud: Cloud,
  { siteId }: Pick<DirectConnectConnection, 'siteId'>,
): Site | undefined {
  return cloud.sites.find(siteId);
}

/** Where a virtual interface begins. Undefined: the site is gone, and its line with it. */
export function findSiteOfInterface(cloud: Cloud, { connectionId }: VirtualInterface): Site | undefined {
  const connection = cloud.directConnectConnections.find(connectionId);
  return connection && findSiteOfConnection(cloud, connection);
}

export function virtualInterfacesOf(
  { virtualInterfaces }: Cloud,
  directConnectGatewayId: DirectConnectGatewayId,
): VirtualInterface[] {
  return virtualInterfaces.where(
    ({ leadsTo }) =>
      'directConnectGatewayId' in leadsTo && leadsTo.directConnectGatewayId === directConnectGatewayId,
  );
}

export function associationsOf(
  { directConnectGatewayAssociations }: Cloud,
  directConnectGatewayId: DirectConnectGatewayId,
): DirectConnectGatewayAssociation[] {
  return directConnectGatewayAssociations.where(
    (one) => one.directConnectGatewayId === directConnectGatewayId,
  );
}

export function gatewayIdOfAssociation({
  gateway,
}: DirectConnectGatewayAssociation): VpnGatewayId | TransitGatewayId {
  return gateway.kind === 'virtual-private-gateway' ? gateway.vpnGatewayId : gateway.transitGatewayId;
}
