// Transit gateways as hubs: a port per attachment, with the table that it is associated with; and a VPC's end of each.

import type { TransitGateway, TransitGatewayAttachment } from '../cloud/transit-gateway.ts';
import { listTransitGatewayRoutes, type TransitGatewayRoute } from '../cloud/transit-gateway-route.ts';
import type { Vpc } from '../cloud/vpc.ts';
import type { CloudIndex } from './cloud-index.ts';
import type { Hub, HubAttachment, HubPort, HubRoute } from './network.ts';
import { findRouteTable } from './router.ts';

/** AWS: bytes per packet between VPCs; larger ones are dropped, and segments are made to fit. */
const vpcMtu = 8500;

export function compileTransitGateways(index: CloudIndex): Map<string, Hub> {
  const hubs = index.cloud.transitGateways
    .where(({ endedAt }) => endedAt === undefined)
    .map((transitGateway) => compileTransitGateway(index, transitGateway));
  return new Map(hubs.map((hub) => [hub.hubId, hub]));
}

function compileTransitGateway(index: CloudIndex, { transitGatewayId, accountId }: TransitGateway): Hub {
  const { cloud } = index;
  const attachments = index.attachmentsOfTransitGateway.get(transitGatewayId) ?? [];
  const tables = cloud.transitGatewayRouteTables.where(
    (table) => table.transitGatewayId === transitGatewayId && table.endedAt === undefined,
  );
  return {
    hubId: transitGatewayId,
    kind: 'transit-gateway',
    accountId,
    ports: attachments.map((attachment) => compilePort(index, attachment)),
    tables: tables.map((table) => ({
      tableId: table.transitGatewayRouteTableId,
      routes: listTransitGatewayRoutes(cloud, table).map(compileRoute),
    })),
  };
}

function compilePort({ cloud }: CloudIndex, attachment: TransitGatewayAttachment): HubPort {
  const attachmentId = attachment.transitGatewayAttachmentId;
  const association = cloud.transitGatewayAssociations.find(attachmentId);
  const table = association ? { tableId: association.transitGatewayRouteTableId } : {};
  switch (attachment.resourceType) {
    case 'vpc':
      return { attachmentId, leadsTo: { kind: 'vpc', vpcId: attachment.vpcId }, mtu: vpcMtu, ...table };
  }
}

function compileRoute({ destinationCidrBlock, attachment, blackholeBecause }: TransitGatewayRoute): HubRoute {
  return {
    destination: destinationCidrBlock,
    target:
      blackholeBecause === undefined
        ? { kind: 'port', attachmentId: attachment!.transitGatewayAttachmentId }
        : { kind: 'blackhole', because: blackholeBecause },
  };
}

/** DIFFERS: transit-gateway-zones all packets are handed over in the first of the attachment's subnets, and go on by its route table. */
export function compileTransitGatewayAttachments(index: CloudIndex, { vpcId }: Vpc): HubAttachment[] {
  return (index.transitGatewayAttachmentsOf.get(vpcId) ?? []).map((attachment) => {
    const subnets = attachment.subnets.map(({ subnetId }) => index.cloud.subnets.find(subnetId)!);
    return {
      hubId: attachment.transitGatewayId,
      attachmentId: attachment.transitGatewayAttachmentId,
      routeTableId: findRouteTable(index, subnets[0]!).routeTableId,
      availabilityZoneIds: subnets.map(({ availabilityZoneId }) => availabilityZoneId),
    };
  });
}
