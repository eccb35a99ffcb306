// What a transit gateway's route table knows: its static routes and what its attachments announce.
// AWS: a static route goes before an announced one to the same range, and of two that announce it the first stays.

import { type Cidr, cidrRange } from '../lib/cidr.ts';
import type { Cloud } from './cloud.ts';
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
  for (const route of [...staticRoutes(cloud, table), ...propagatedRoutes(cloud, table)])
    if (!routes.has(route.destinationCidrBlock)) routes.set(route.destinationCidrBlock, route);
  return [...routes.values()].sort(byPrefixThenAddress);
}

function staticRoutes(cloud: Cloud, { routes }: TransitGatewayRouteTable): TransitGatewayRoute[] {
  return routes.map(({ destinationCidrBlock, transitGatewayAttachmentId: id }) => {
    const route = { destinationCidrBlock, type: 'static' } as const;
    if (id === undefined) return { ...route, blackholeBecause: 'it was made as one' };
    const attachment = cloud.transitGatewayAttachments.find(id);
    if (!attachment) return { ...route, blackholeBecause: `${id} is gone` };
    return isAttachmentAlive(attachment)
      ? { ...route, attachment }
      : { ...route, attachment, blackholeBecause: `${id} is ${attachment.decision}` };
  });
}

function propagatedRoutes(
  cloud: Cloud,
  { transitGatewayRouteTableId }: TransitGatewayRouteTable,
): TransitGatewayRoute[] {
  return cloud.transitGatewayPropagations
    .where((propagation) => propagation.transitGatewayRouteTableId === transitGatewayRouteTableId)
    .flatMap(({ transitGatewayAttachmentId }) => {
      const attachment = cloud.transitGatewayAttachments.find(transitGatewayAttachmentId)!;
      return announcedRanges(cloud, attachment).map((destinationCidrBlock) => ({
        ...{ destinationCidrBlock, type: 'propagated' as const, attachment },
      }));
    });
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
