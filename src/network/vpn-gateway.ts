// A virtual private gateway as a hub: the VPC on one side, sites and Direct Connect gateways on the other, and between the
// sites as well (CloudHub).

import type { Cloud } from '../cloud/cloud.ts';
import { type Line, linesTo } from '../cloud/site-line.ts';
import type { Vpc } from '../cloud/vpc.ts';
import { attachedVpcId, type VpnGateway } from '../cloud/vpn.ts';
import type { CloudIndex } from './cloud-index.ts';
import { routesInOrder, toPort } from './hub-table.ts';
import type { Hub, HubAttachment, HubPort } from './network.ts';

/** What the link to the VPC carries; the lines to sites are narrower. */
const vpcMtu = 9001;

export function compileVpnGateways(cloud: Cloud): Hub[] {
  const gateways = cloud.vpnGateways.where(({ deleteTime }) => !deleteTime);
  const lines = linesTo(cloud, new Set(gateways.map(({ vpnGatewayId }) => vpnGatewayId)));
  return gateways.map((gateway) => {
    const own = lines.filter(({ gatewayId }) => gatewayId === gateway.vpnGatewayId);
    return compileVpnGateway(cloud, gateway, own);
  });
}

function compileVpnGateway(cloud: Cloud, gateway: VpnGateway, lines: Line[]): Hub {
  const { vpnGatewayId: hubId, accountId } = gateway;
  const tableId = hubId;
  const vpc = cloud.vpcs.find(attachedVpcId(gateway) ?? '');
  const toVpc: HubPort[] = vpc
    ? [{ attachmentId: hubId, leadsTo: { kind: 'vpc', vpcId: vpc.vpcId }, mtu: vpcMtu, tableId }]
    : [];
  const own = (vpc?.cidrBlockAssociations ?? []).map(({ cidrBlock }) => toPort(cidrBlock, hubId));
  const learned = lines.flatMap(({ destinations, attachmentId }) =>
    destinations.map((destination) => toPort(destination, attachmentId)),
  );
  return {
    ...{ hubId, kind: 'virtual-private-gateway', accountId },
    ports: [...toVpc, ...lines.map((line) => linePort(line, line.farId, tableId))],
    tables: [{ tableId, routes: routesInOrder([...own, ...learned]) }],
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
  return [{ hubId: vpnGatewayId, attachmentId: vpnGatewayId }];
}
