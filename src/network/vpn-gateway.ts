// A virtual private gateway as a hub: the VPC on one side, sites on the other, and between the sites as well (CloudHub).

import type { Cloud } from '../cloud/cloud.ts';
import type { SiteLine } from '../cloud/site-line.ts';
import type { Vpc } from '../cloud/vpc.ts';
import { attachedVpcId, type VpnGateway } from '../cloud/vpn.ts';
import type { CloudIndex } from './cloud-index.ts';
import { routesInOrder } from './hub-table.ts';
import type { Hub, HubAttachment, HubRoute } from './network.ts';

/** What the link to the VPC carries; the lines to sites are narrower. */
const vpcMtu = 9001;

export function compileVpnGateways(cloud: Cloud, lines: SiteLine[]): Hub[] {
  return cloud.vpnGateways
    .where(({ deleteTime }) => !deleteTime)
    .map((gateway) => {
      const own = lines.filter(({ gatewayId }) => gatewayId === gateway.vpnGatewayId);
      return compileVpnGateway(cloud, gateway, own);
    });
}

function compileVpnGateway(cloud: Cloud, gateway: VpnGateway, lines: SiteLine[]): Hub {
  const { vpnGatewayId: hubId, accountId } = gateway;
  const tableId = hubId;
  const vpc = cloud.vpcs.find(attachedVpcId(gateway) ?? '');
  const toVpc = (vpc?.cidrBlockAssociations ?? []).map(({ cidrBlock }) => toPort(cidrBlock, hubId));
  const toSites = lines.flatMap(({ destinations, attachmentId }) =>
    destinations.map((destination) => toPort(destination, attachmentId)),
  );
  return {
    ...{ hubId, kind: 'virtual-private-gateway', accountId },
    ports: [
      ...(vpc
        ? [
            {
              ...{ attachmentId: hubId, mtu: vpcMtu, tableId },
              leadsTo: { kind: 'vpc' as const, vpcId: vpc.vpcId },
            },
          ]
        : []),
      ...lines.map(({ attachmentId, siteId, mtu }) => ({
        ...{ attachmentId, mtu, tableId },
        leadsTo: { kind: 'hub' as const, hubId: siteId },
      })),
    ],
    tables: [{ tableId, routes: routesInOrder([...toVpc, ...toSites]) }],
  };
}

const toPort = (destination: string, attachmentId: string): HubRoute => ({
  destination,
  target: { kind: 'port', attachmentId },
});

/** AWS: what comes from there reaches the VPC's own addresses and nothing beyond. */
export function compileVpnAttachment(index: CloudIndex, { vpcId }: Vpc): HubAttachment[] {
  const gateway = index.vpnGatewayOf.get(vpcId);
  if (!gateway) return [];
  const { vpnGatewayId } = gateway;
  return [{ hubId: vpnGatewayId, attachmentId: vpnGatewayId }];
}
