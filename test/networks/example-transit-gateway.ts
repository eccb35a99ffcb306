// Transit gateways of an example cloud as plain records, with attachments, route tables and routes.

import type { Cloud } from '../../src/cloud/cloud.ts';
import type {
  TransitGatewayAttachmentId,
  TransitGatewayId,
  TransitGatewayRouteTableId,
} from '../../src/cloud/id.ts';
import { propagationKey } from '../../src/cloud/transit-gateway.ts';
import { type ExampleVpc, exampleId, nextNumber, putInterface } from './example-cloud.ts';
import { mainRouteTableId, putRoute } from './example-gateway.ts';

const creationTime = '2026-01-31T12:34:56.000Z';
const owner = { accountId: '111111111111', region: 'us-east-1' };

/** A transit gateway and one route table of it. */
export function putTransitGateway(cloud: Cloud) {
  const transitGatewayId: TransitGatewayId = exampleId('tgw', nextNumber());
  cloud.transitGateways.put({
    ...{ ...owner, transitGatewayId, description: '', creationTime, amazonSideAsn: 64512 },
    ...{ autoAcceptSharedAttachments: false, dnsSupport: true, vpnEcmpSupport: true },
  });
  return { transitGatewayId, tableId: putTransitTable(cloud, transitGatewayId) };
}

export function putTransitTable(cloud: Cloud, transitGatewayId: TransitGatewayId) {
  const transitGatewayRouteTableId: TransitGatewayRouteTableId = exampleId('tgw-rtb', nextNumber());
  cloud.transitGatewayRouteTables.put({
    ...{ ...owner, transitGatewayRouteTableId, transitGatewayId, creationTime, routes: [] },
  });
  return transitGatewayRouteTableId;
}

/** An attachment with an interface in each of the zones (0, 1); what it brings has no table until it is associated. */
export function putAttachment(
  cloud: Cloud,
  transitGatewayId: TransitGatewayId,
  vpc: ExampleVpc,
  zones: readonly number[] = [0, 1],
): TransitGatewayAttachmentId {
  const transitGatewayAttachmentId: TransitGatewayAttachmentId = exampleId('tgw-attach', nextNumber());
  const { accountId, region, cidrBlockAssociations } = cloud.vpcs.find(vpc.vpcId)!;
  const prefix = cidrBlockAssociations[0]!.cidrBlock.split('.').slice(0, 2).join('.');
  const taken = cloud.transitGatewayAttachments.where(
    (one) => one.resourceType === 'vpc' && one.vpcId === vpc.vpcId,
  ).length;
  const subnets = zones.map((zone) => {
    const { subnetId, networkInterfaceId } = putInterface(
      cloud,
      vpc,
      zone,
      `${prefix}.${zone + 1}.${240 + taken}`,
      {
        ...{ interfaceType: 'transit_gateway', requesterManaged: true, groupIds: [] },
      },
    );
    return { subnetId, networkInterfaceId };
  });
  cloud.transitGatewayAttachments.put({
    ...{ transitGatewayAttachmentId, transitGatewayId, transitGatewayOwnerId: owner.accountId },
    ...{ accountId, region, creationTime, resourceType: 'vpc', vpcId: vpc.vpcId, subnets },
    ...{ dnsSupport: true, securityGroupReferencingSupport: true, applianceModeSupport: false },
    decision: 'accepted',
  });
  return transitGatewayAttachmentId;
}

export function associate(
  cloud: Cloud,
  transitGatewayAttachmentId: TransitGatewayAttachmentId,
  transitGatewayRouteTableId: TransitGatewayRouteTableId,
): void {
  cloud.transitGatewayAssociations.put({ transitGatewayAttachmentId, transitGatewayRouteTableId });
}

export function propagate(
  cloud: Cloud,
  transitGatewayAttachmentId: TransitGatewayAttachmentId,
  transitGatewayRouteTableId: TransitGatewayRouteTableId,
): void {
  const key = propagationKey(transitGatewayRouteTableId, transitGatewayAttachmentId);
  cloud.transitGatewayPropagations.put({
    ...{ propagationKey: key, transitGatewayAttachmentId, transitGatewayRouteTableId },
  });
}

/** Adds a static route, or replaces the one with this destination. Without an attachment it is a blackhole. */
export function putTransitRoute(
  cloud: Cloud,
  tableId: TransitGatewayRouteTableId,
  destinationCidrBlock: string,
  transitGatewayAttachmentId?: TransitGatewayAttachmentId,
): void {
  const table = cloud.transitGatewayRouteTables.find(tableId)!;
  const others = table.routes.filter((route) => route.destinationCidrBlock !== destinationCidrBlock);
  const added = { destinationCidrBlock, ...(transitGatewayAttachmentId && { transitGatewayAttachmentId }) };
  cloud.transitGatewayRouteTables.put({ ...table, routes: [...others, added] });
}

/** Attached, associated with the table and announced to it; the VPC's main table leads 10.0.0.0/8 there. */
export function joinTransitGateway(
  cloud: Cloud,
  { transitGatewayId, tableId }: { transitGatewayId: TransitGatewayId; tableId: TransitGatewayRouteTableId },
  vpc: ExampleVpc,
  zones?: readonly number[],
): TransitGatewayAttachmentId {
  const attachmentId = putAttachment(cloud, transitGatewayId, vpc, zones);
  associate(cloud, attachmentId, tableId);
  propagate(cloud, attachmentId, tableId);
  putRoute(cloud, mainRouteTableId(cloud, vpc), '10.0.0.0/8', { kind: 'transit-gateway', transitGatewayId });
  return attachmentId;
}
