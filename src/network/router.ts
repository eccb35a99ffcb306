// A VPC's implicit router: which table each subnet uses and what its routes lead to.
// AWS: the longest prefix wins, `local` wins a tie, and a route whose target is gone drops (blackhole) without fallback.

import { isMainRouteTable } from '../cloud/dependents.ts';
import { whyBlackhole } from '../cloud/route-target.ts';
import type { Route, RouteTable, Subnet, Vpc, VpcPeeringConnection } from '../cloud/vpc.ts';
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
    isMain: isMainRouteTable(routeTable),
    routes: [...local, ...routeTable.routes.map((route) => compileRoute(index, vpc, route))].sort(
      (a, b) => cidrRange(b.destination).prefixLength - cidrRange(a.destination).prefixLength,
    ),
  }));
}

function compileRoute(index: CloudIndex, vpc: Vpc, route: Route): CompiledRoute {
  const { destinationCidrBlock: destination, target } = route;
  const because = whyBlackhole(index.cloud, route);
  if (because) return blackhole(destination, because);
  if (target.kind === 'vpc-peering-connection') {
    const peering = index.cloud.vpcPeeringConnections.find(target.vpcPeeringConnectionId)!;
    return { destination, target: { kind: 'vpc-peering-connection', ...describeLink(vpc, peering) } };
  }
  const { networkInterfaceId, privateIpAddress } = index.cloud.networkInterfaces.find(
    target.networkInterfaceId,
  )!;
  return { destination, target: { kind: 'network-interface', networkInterfaceId, privateIpAddress } };
}

function blackhole(destination: string, because: string): CompiledRoute {
  return { destination, target: { kind: 'blackhole', because } };
}

export function findPeerings(index: CloudIndex, vpc: Vpc): PeeringLink[] {
  return (index.peeringsOf.get(vpc.vpcId) ?? []).map((peering) => describeLink(vpc, peering));
}

function describeLink({ vpcId }: Vpc, peering: VpcPeeringConnection): PeeringLink {
  const { vpcPeeringConnectionId, requester, accepter } = peering;
  return { vpcPeeringConnectionId, peerVpcId: requester.vpcId === vpcId ? accepter.vpcId : requester.vpcId };
}

/** The table a subnet uses: the one associated with it, else the VPC's main table. */
export function findRouteTable(index: CloudIndex, subnet: Subnet): RouteTable {
  const routeTables = index.routeTablesOf.get(subnet.vpcId) ?? [];
  const associated = routeTables.find((table) =>
    table.associations.some((a) => a.subnetId === subnet.subnetId),
  );
  const found = associated ?? routeTables.find(isMainRouteTable);
  if (!found) throw new Error(`${subnet.vpcId} has no main route table`);
  return found;
}
