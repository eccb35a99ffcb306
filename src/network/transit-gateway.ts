// Transit gateways as hubs: a port per attachment, with the table that it is associated with; and a VPC's end of each.

import { type Line, linesTo } from '../cloud/site-line.ts';
import type { TransitGateway, TransitGatewayAttachment } from '../cloud/transit-gateway.ts';
import { listTransitGatewayRoutes, type TransitGatewayRoute } from '../cloud/transit-gateway-route.ts';
import type { Vpc } from '../cloud/vpc.ts';
import type { CloudIndex } from './cloud-index.ts';
import { transitGatewayMtu } from './mtu.ts';
import type { Hub, HubAttachment, HubPort, HubRoute } from './network.ts';
import { findRouteTable } from './router.ts';

export function compileTransitGateways(index: CloudIndex): Map<string, Hub> {
  const hubs = index.cloud.transitGateways
    .where(({ endedAt }) => endedAt === undefined)
    .map((transitGateway) => compileTransitGateway(index, transitGateway));
  return new Map(hubs.map((hub) => [hub.hubId, hub]));
}

function compileTransitGateway(index: CloudIndex, { transitGatewayId, accountId }: TransitGateway): Hub {
  const { cloud } = index;
  const attachments = index.attachmentsOfTransitGateway.get(transitGatewayId) ?? [];
  const lines = linesTo(cloud, new Set([transitGatewayId]));
  const ports = attachments.flatMap((attachment) => compilePort(index, attachment, lines) ?? []);
  const tables = cloud.transitGatewayRouteTables.where(
    (table) => table.transitGatewayId === transitGatewayId && table.endedAt === undefined,
  );
  return {
    hubId: transitGatewayId,
    kind: 'transit-gateway',
    accountId,
    ports,
    tables: tables.map((table) => ({
      tableId: table.transitGatewayRouteTableId,
      routes: listTransitGatewayRoutes(cloud, table).map((route) => compileRoute(route, ports)),
    })),
  };
}

/** Undefined: nobody is at its other end. @param lines to this transit gateway */
function compilePort(
  { cloud }: CloudIndex,
  attachment: TransitGatewayAttachment,
  lines: Line[],
): HubPort | undefined {
  const attachmentId = attachment.transitGatewayAttachmentId;
  const association = cloud.transitGatewayAssociations.find(attachmentId);
  const table = association ? { tableId: association.transitGatewayRouteTableId } : {};
  switch (attachment.resourceType) {
    case 'vpc':
      return {
        attachmentId,
        leadsTo: { kind: 'vpc', vpcId: attachment.vpcId },
        mtu: transitGatewayMtu,
        ...table,
      };
    case 'vpn':
    case 'direct-connect-gateway': {
      const line = lines.find((one) => one.attachmentId === attachmentId);
      return line && { attachmentId, leadsTo: { kind: 'hub', hubId: line.farId }, mtu: line.mtu, ...table };
    }
  }
}

function compileRoute(
  { destinationCidrBlock: destination, attachment, blackholeBecause }: TransitGatewayRoute,
  ports: HubPort[],
): HubRoute {
  if (blackholeBecause !== undefined)
    return { destination, target: { kind: 'blackhole', because: blackholeBecause } };
  const { transitGatewayAttachmentId: attachmentId } = attachment!;
  if (ports.some((port) => port.attachmentId === attachmentId))
    return { destination, target: { kind: 'port', attachmentId } };
  return { destination, target: { kind: 'blackhole', because: `${attachmentId} leads to nobody` } };
}

/** DIFFERS: transit-gateway-zones all packets are handed over in the first of the attachment's subnets, and go on by its route table. */
export function compileTransitGatewayAttachments(index: CloudIndex, { vpcId }: Vpc): HubAttachment[] {
  return (index.transitGatewayAttachmentsOf.get(vpcId) ?? []).map((attachment) => {
    const subnets = attachment.subnets.map(({ subnetId }) => index.cloud.subnets.find(subnetId)!);
    return {
      hubId: attachment.transitGatewayId,
      attachmentId: attachment.transitGatewayAttachmentId,
      routeTableId: findRouteTable(index, subnets[0]!).routeTableId,
      subnetId: subnets[0]!.subnetId,
      mtu: transitGatewayMtu,
      availabilityZoneIds: subnets.map(({ availabilityZoneId }) => availabilityZoneId),
    };
  });
}
