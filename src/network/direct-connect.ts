// A Direct Connect gateway as a hub: virtual interfaces on one side, gateways of VPCs on the other.
// AWS: it leads between the two sides and never from one site to another or from one VPC to another.

import type { Cloud } from '../cloud/cloud.ts';
import {
  associationsOf,
  type DirectConnectGateway,
  type DirectConnectGatewayAssociation,
  gatewayIdOfAssociation,
} from '../cloud/direct-connect.ts';
import { type Line, linesTo } from '../cloud/site-line.ts';
import { attachedVpcId } from '../cloud/vpn.ts';
import { type Cidr, cidrCovers } from '../lib/cidr.ts';
import { routesInOrder, toPort } from './hub-table.ts';
import type { Hub } from './network.ts';
import { linePort } from './vpn-gateway.ts';

export function compileDirectConnectGateways(cloud: Cloud): Hub[] {
  return [...cloud.directConnectGateways.all()].map((gateway) => compileGateway(cloud, gateway));
}

function compileGateway(
  cloud: Cloud,
  { directConnectGatewayId: hubId, accountId }: DirectConnectGateway,
): Hub {
  const fromSites = linesTo(cloud, new Set([hubId]));
  const associations = associationsOf(cloud, hubId);
  const gatewayIds = new Set(associations.map(gatewayIdOfAssociation));
  const toGateways = linesTo(cloud, gatewayIds).filter(({ farId }) => farId === hubId);
  // Two tables, so that there is no way from a side to itself.
  const [ofGateways, ofSites] = [hubId, `sites.${hubId}`];
  return {
    ...{ hubId, kind: 'direct-connect-gateway', accountId },
    ports: [
      ...fromSites.map((line) => linePort(line, line.farId, ofGateways)),
      ...toGateways.map((line) => linePort(line, line.gatewayId, ofSites)),
    ],
    tables: [
      {
        tableId: ofGateways,
        routes: routesInOrder(
          associations.flatMap((association) => routesTo(cloud, association, toGateways)),
        ),
      },
      {
        tableId: ofSites,
        routes: routesInOrder(
          fromSites.flatMap(({ destinations, attachmentId }) =>
            destinations.map((destination) => toPort(destination, attachmentId)),
          ),
        ),
      },
    ],
  };
}

function routesTo(cloud: Cloud, association: DirectConnectGatewayAssociation, lines: Line[]) {
  const gatewayId = gatewayIdOfAssociation(association);
  const line = lines.find((one) => one.gatewayId === gatewayId);
  return line ? announced(cloud, association).map((prefix) => toPort(prefix, line.attachmentId)) : [];
}

/**
 * What sites are told of an associated gateway.
 * AWS: of a virtual private gateway its VPC's ranges, as far as they are inside an allowed prefix; of a transit gateway the
 * allowed prefixes, whatever is there.
 */
function announced(cloud: Cloud, { gateway, allowedPrefixes }: DirectConnectGatewayAssociation): Cidr[] {
  if (gateway.kind === 'transit-gateway') return allowedPrefixes;
  const vpnGateway = cloud.vpnGateways.find(gateway.vpnGatewayId);
  const vpc = vpnGateway && cloud.vpcs.find(attachedVpcId(vpnGateway) ?? '');
  return (vpc?.cidrBlockAssociations ?? [])
    .map(({ cidrBlock }) => cidrBlock)
    .filter((cidrBlock) => allowedPrefixes.some((prefix) => cidrCovers(prefix, cidrBlock)));
}
