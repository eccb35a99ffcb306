// Which tables of a transit gateway an attachment takes part in: by one its packets go on, to any number it announces itself.

import type { Cloud } from './cloud.ts';
import type { TransitGatewayAttachmentId } from './id.ts';
import { propagationKey, type TransitGateway, type TransitGatewayAttachment } from './transit-gateway.ts';

/** AWS: an attachment is associated with the default table and announces itself to it as soon as it is accepted. */
export function joinDefaultTables(
  cloud: Cloud,
  transitGateway: TransitGateway,
  { transitGatewayAttachmentId }: TransitGatewayAttachment,
): void {
  const { associationDefaultRouteTableId, propagationDefaultRouteTableId } = transitGateway;
  if (associationDefaultRouteTableId)
    cloud.transitGatewayAssociations.put({
      transitGatewayAttachmentId,
      transitGatewayRouteTableId: associationDefaultRouteTableId,
    });
  if (propagationDefaultRouteTableId)
    cloud.transitGatewayPropagations.put({
      propagationKey: propagationKey(propagationDefaultRouteTableId, transitGatewayAttachmentId),
      transitGatewayAttachmentId,
      transitGatewayRouteTableId: propagationDefaultRouteTableId,
    });
}

/** Nothing is associated or announced any more. */
export function leaveTables(cloud: Cloud, id: TransitGatewayAttachmentId): void {
  cloud.transitGatewayAssociations.delete(id);
  for (const propagation of cloud.transitGatewayPropagations.where(
    (one) => one.transitGatewayAttachmentId === id,
  ))
    cloud.transitGatewayPropagations.delete(propagation.propagationKey);
}
