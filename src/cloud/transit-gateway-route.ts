// What a transit gateway's route table knows: its static routes and what its attachments announce.
// AWS: to the same range a static route goes before one of a prefix list, that before what is announced; VPCs are heard before
// Direct Connect gateways, these before VPN connections, and of two of a kind the first stays.

import { type Cidr, cidrRange } from '../lib/cidr.ts';
import type { Cloud } from './cloud.ts';
import type { PrefixListId, TransitGatewayAttachmentId } from './id.ts';
import { rangesOfPrefixList } from './prefix-list.ts';
import { rangesBehind } from './site-line.ts';
import {
  attachedResourceId,
  isAttachmentAlive,
  type TransitGatewayAttachment,
  type TransitGatewayRouteTable,
} from './transit-gateway.ts';
import { destinationsOf } from './vpn.ts';

export interface TransitGatewayRoute {
  destinationCidrBlock: Cidr;
  type: 'static' | 'propagated';
  /** Set when this is one of a prefix list's ranges. */
  prefixListId?: PrefixListId;
  /** Absent: a blackhole, or an attachment of which nothing is known any more. */
  attachment?: TransitGatewayAttachment;
  /** Set: what matches is dropped, and no shorter prefix is tried. */
  blackholeBecause?: string;
}

/** Longest prefix first; no two with the same destination. */
export function listTransitGatewayRoutes(
  cloud: Cloud,
  table: TransitGatewayRouteTable,
): TransitGatewayRoute[] {
  const routes = new Map<Cidr, TransitGatewayRoute>();
  const inOrder = [
    ...staticRoutes(cloud, table),
    ...prefixListRoutes(cloud, table),
    ...propagatedRoutes(cloud, table),
  ];
  for (const route of inOrder)
    if (!routes.has(route.destinationCidrBlock)) routes.set(route.destinationCidrBlock, route);
  return [...routes.values()].sort(byPrefixThenAddress);
}

function staticRoutes(cloud: Cloud, { routes }: TransitGatewayRouteTable): TransitGatewayRoute[] {
  return routes.map(({ destinationCidrBlock, transitGatewayAttachmentId }) => ({
    ...{ destinationCidrBlock, type: 'static' as const },
    ...findTarget(cloud, transitGatewayAttachmentId),
  }));
}

function prefixListRoutes(
  cloud: Cloud,
  { region, prefixListReferences = [] }: TransitGatewayRouteTable,
): TransitGatewayRoute[] {
  return prefixListReferences.flatMap(({ prefixListId, transitGatewayAttachmentId }) =>
    rangesOfPrefixList(cloud, region, prefixListId).map((destinationCidrBlock) => ({
      ...{ destinationCidrBlock, type: 'static' as const, prefixListId },
      ...findTarget(cloud, transitGatewayAttachmentId),
    })),
  );
}

function findTarget(
  cloud: Cloud,
  id: TransitGatewayAttachmentId | undefined,
): Pick<TransitGatewayRoute, 'attachment' | 'blackholeBecause'> {
  if (id === undefined) return { blackholeBecause: 'it was made as one' };
  const attachment = cloud.transitGatewayAttachments.find(id);
  if (!attachment) return { blackholeBecause: `${id} is gone` };
  return isAttachmentAlive(attachment)
    ? { attachment }
    : { attachment, blackholeBecause: `${id} is ${attachment.decision}` };
}

const heardFirst: TransitGatewayAttachment['resourceType'][] = ['vpc', 'direct-connect-gateway', 'vpn'];

function propagatedRoutes(
  cloud: Cloud,
  { transitGatewayRouteTableId }: TransitGatewayRouteTable,
): TransitGatewayRoute[] {
  return cloud.transitGatewayPropagations
    .where((propagation) => propagation.transitGatewayRouteTableId === transitGatewayRouteTableId)
    .map((propagation) => cloud.transitGatewayAttachments.find(propagation.transitGatewayAttachmentId)!)
    .sort((a, b) => heardFirst.indexOf(a.resourceType) - heardFirst.indexOf(b.resourceType))
    .flatMap((attachment) =>
      announcedRanges(cloud, attachment).map((destinationCidrBlock) => ({
        ...{ destinationCidrBlock, type: 'propagated' as const, attachment },
      })),
    );
}

/** What is behind an attachment, by its own account. */
function announcedRanges(cloud: Cloud, attachment: TransitGatewayAttachment): Cidr[] {
  switch (attachment.resourceType) {
    case 'vpc': {
      const vpc = cloud.vpcs.find(attachedResourceId(attachment));
      return (vpc?.cidrBlockAssociations ?? []).map(({ cidrBlock }) => cidrBlock);
    }
    case 'vpn': {
      const connection = cloud.vpnConnections.find(attachment.vpnConnectionId);
      return connection ? destinationsOf(cloud, connection) : [];
    }
    case 'direct-connect-gateway':
      return rangesBehind(cloud, attachment.directConnectGatewayId);
  }
}

function byPrefixThenAddress(a: TransitGatewayRoute, b: TransitGatewayRoute): number {
  const [left, right] = [cidrRange(a.destinationCidrBlock), cidrRange(b.destinationCidrBlock)];
  return right.prefixLength - left.prefixLength || left.first - right.first;
}
