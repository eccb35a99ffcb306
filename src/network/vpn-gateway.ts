// A virtual private gateway as a hub: the VPC on one side, sites and Direct Connect gateways on the other, and between the
// sites as well (CloudHub).

import type { Cloud } from '../cloud/cloud.ts';
import { type Line, linesTo } from '../cloud/site-line.ts';
import type { Vpc } from '../cloud/vpc.ts';
import { attachedVpcId, type VpnGateway } from '../cloud/vpn.ts';
import type { CloudIndex } from './cloud-index.ts';
import { routesInOrder, toPort } from './hub-table.ts';
import { vpcMtu } from './mtu.ts';
import type { Hub, HubAttachment, HubPort } from './network.ts';

export function compileVpnGateways(cloud: Cloud): Hub[] {
  const gateways = cloud.vpnGateways.where(({ deleteTime }) => !deleteTime);
  const lines = linesTo(cloud, new Set(gateways.map(({ vpnGatewayId }) => vpnGatewayId)));
  return gateways.map((gateway) => {
    const own = lines.filter(({ gatewayId }) => gatewayId === gateway.vpnGatewayId);
    return compileVpnGateway(cloud, gateway, own);
  });
}

/**
 * AWS: sites of one gateway reach each other, whatever their lines are made of; but what comes from a Direct Connect gateway
 * gets to the VPC alone, and no other line leads there. So by which table a packet goes on depends on where it came from.
 */
function compileVpnGateway(cloud: Cloud, gateway: VpnGateway, lines: Line[]): Hub {
  const { vpnGatewayId: hubId, accountId } = gateway;
  const [ofVpc, ofSites, ofHubs] = [hubId, `sites.${hubId}`, `associations.${hubId}`];
  const vpc = cloud.vpcs.find(attachedVpcId(gateway) ?? '');
  const toVpc: HubPort[] = vpc
    ? [{ attachmentId: hubId, leadsTo: { kind: 'vpc', vpcId: vpc.vpcId }, mtu: vpcMtu, tableId: ofVpc }]
    : [];
  const own = (vpc?.cidrBlockAssociations ?? []).map(({ cidrBlock }) => toPort(cidrBlock, hubId));
  const learned = (from: Line[]) =>
    from.flatMap(({ destinations, attachmentId }) =>
      destinations.map((destination) => toPort(destination, attachmentId)),
    );
  const isFromHub = ({ farId }: Line) => cloud.directConnectGateways.has(farId);
  const fromSites = lines.filter((line) => !isFromHub(line));
  return {
    ...{ hubId, kind: 'virtual-private-gateway', accountId },
    ports: [...toVpc, ...lines.map((line) => linePort(line, line.farId, isFromHub(line) ? ofHubs : ofSites))],
    tables: [
      { tableId: ofVpc, routes: routesInOrder([...own, ...learned(lines)]) },
      { tableId: ofSites, routes: routesInOrder([...own, ...learned(fromSites)]) },
      { tableId: ofHubs, routes: routesInOrder(own) },
    ],
  };
}

/** The port at which a line ends. @param hubId who is at its other end @param tableId by which table goes on what comes by it */
export function linePort({ attachmentId, mtu }: Line, hubId: string, tableId: string): HubPort {
  return { attachmentId, leadsTo: { kind: 'hub', hubId }, mtu, tableId };
}

/** AWS: what comes from there reaches the VPC's own addresses and nothing beyond. */
export function compileVpnAttachment(index: CloudIndex, { vpcId }: Vpc): HubAttachment[] {
  const gateway = index.vpnGatewayOf.get(vpcId);
  if (!gateway) return [];
  const { vpnGatewayId } = gateway;
  return [{ hubId: vpnGatewayId, attachmentId: vpnGatewayId, mtu: vpcMtu }];
}
