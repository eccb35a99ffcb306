// A VPC's implicit router: which table each subnet uses and what its routes lead to.
// AWS: the longest prefix wins, `local` wins a tie, and a route whose target is gone drops (blackhole) without fallback.

import type { RouteTable, Subnet, Vpc } from '../cloud/vpc.ts';
import { cidrRange } from '../lib/cidr.ts';
import type { CloudIndex } from './cloud-index.ts';
import type { CompiledRoute, CompiledRouteTable, PeeringLink } from './network.ts';

export function compileRouteTables(index: CloudIndex, vpc: Vpc): CompiledRouteTable[] {
  const local: CompiledRoute[] = vpc.cidrBlockAssociations.map(({ cidrBlock }) => ({
    destination: cidrBlock,
    target: { kind: 'local' },
  }));
  return (index.routeTablesOf.get(vpc.vpcId) ?? []).map((routeTable) => ({
    routeTableId: routeTable.routeTableId,
    isMain: isMainTable(routeTable),
    routes: [...local, ...routeTable.routes.map((route) => compileRoute(index, vpc, route))].sort(
      (a, b) => cidrRange(b.destination).prefixLength - cidrRange(a.destination).prefixLength,
    ),
  }));
}

function compileRoute(index: CloudIndex, vpc: Vpc, route: RouteTable['routes'][number]): CompiledRoute {
  const destination = route.destinationCidrBlock;
  const target = route.target;
  if (target.kind === 'vpc-peering-connection') {
    const { vpcPeeringConnectionId } = target;
    const peerVpcId = findPeerings(index, vpc).find(
      (p) => p.vpcPeeringConnectionId === vpcPeeringConnectionId,
    )?.peerVpcId;
    if (!peerVpcId) return blackhole(destination, `${vpcPeeringConnectionId} is not active`);
    return { destination, target: { kind: 'vpc-peering-connection', vpcPeeringConnectionId, peerVpcId } };
  }
  const networkInterface = index.cloud.networkInterfaces.find(target.networkInterfaceId);
  if (!networkInterface) return blackhole(destination, `${target.networkInterfaceId} is gone`);
  if (!networkInterface.attachment)
    return blackhole(destination, `${target.networkInterfaceId} is not attached`);
  const { networkInterfaceId, privateIpAddress } = networkInterface;
  return { destination, target: { kind: 'network-interface', networkInterfaceId, privateIpAddress } };
}

function blackhole(destination: string, because: string): CompiledRoute {
  return { destination, target: { kind: 'blackhole', because } };
}

export function findPeerings(index: CloudIndex, vpc: Vpc): PeeringLink[] {
  return (index.peeringsOf.get(vpc.vpcId) ?? []).map((peering) => ({
    vpcPeeringConnectionId: peering.vpcPeeringConnectionId,
    peerVpcId: peering.requester.vpcId === vpc.vpcId ? peering.accepter.vpcId : peering.requester.vpcId,
  }));
}

/** The table a subnet uses: the one associated with it, else the VPC's main table. */
export function findRouteTable(index: CloudIndex, subnet: Subnet): RouteTable {
  const routeTables = index.routeTablesOf.get(subnet.vpcId) ?? [];
  const associated = routeTables.find((table) =>
    table.associations.some((a) => a.subnetId === subnet.subnetId),
  );
  const found = associated ?? routeTables.find(isMainTable);
  if (!found) throw new Error(`${subnet.vpcId} has no main route table`);
  return found;
}

function isMainTable(routeTable: RouteTable): boolean {
  return routeTable.associations.some((association) => association.subnetId === undefined);
}
