// A VPC's implicit router: which table each subnet uses and what its routes lead to.
// AWS: the longest prefix wins, `local` wins a tie, and a route whose target is gone drops (blackhole) without fallback.

import { isMainRouteTable } from '../cloud/dependents.ts';
import { rangesOfPrefixList } from '../cloud/prefix-list.ts';
import { prefixListOf } from '../cloud/public-range.ts';
import { linkLocalServices, whyBlackhole } from '../cloud/route-target.ts';
import { findVpcAttachment } from '../cloud/transit-gateway.ts';
import type { Route, RouteTable, Subnet, Vpc, VpcPeeringConnection } from '../cloud/vpc.ts';
import { type Cidr, cidrCovers, cidrRange } from '../lib/cidr.ts';
import type { CloudIndex } from './cloud-index.ts';
import type { CompiledRoute, CompiledRouteTable, PeeringLink } from './network.ts';

export function compileRouteTables(index: CloudIndex, vpc: Vpc): CompiledRouteTable[] {
  const blocks = vpc.cidrBlockAssociations.map(({ cidrBlock }) => cidrBlock);
  return (index.routeTablesOf.get(vpc.vpcId) ?? []).map((routeTable) => ({
    routeTableId: routeTable.routeTableId,
    isMain: isMainRouteTable(routeTable),
    // AWS: a route by CIDR can take the place of `local`. ORDER: among equal prefixes `local` wins, then a route by CIDR, one by prefix list, a propagated one; sorting keeps that.
    routes: [
      ...blocks
        .filter((block) => !routeTable.routes.some((route) => route.destinationCidrBlock === block))
        .map((destination): CompiledRoute => ({ destination, target: { kind: 'local' } })),
      ...routeTable.routes.flatMap((route) => compileRoute(index, vpc, route)),
      ...routeTable.routes.flatMap((route) => compilePrefixListRoute(index, vpc, route)),
      ...compileEndpointRoutes(index, blocks, routeTable),
      ...compilePropagatedRoutes(index, vpc, routeTable),
    ].sort((a, b) => cidrRange(b.destination).prefixLength - cidrRange(a.destination).prefixLength),
  }));
}

/** A gateway endpoint's prefix list, range by range. DIFFERS: prefix-lists as with other lists, no range inside the VPC's own leads away. */
function compileEndpointRoutes(
  index: CloudIndex,
  ownBlocks: Cidr[],
  { vpcId, routeTableId }: RouteTable,
): CompiledRoute[] {
  return (index.gatewayEndpointsOf.get(vpcId) ?? [])
    .filter(({ routeTableIds }) => routeTableIds.includes(routeTableId))
    .flatMap(({ vpcEndpointId, region, gatewayService }) => {
      const { prefixListId, cidrBlocks } = prefixListOf(region, gatewayService);
      const target = { kind: 'gateway-endpoint', vpcEndpointId } as const;
      return cidrBlocks
        .filter((range) => !ownBlocks.some((block) => cidrCovers(block, range)))
        .map((destination) => ({ destination, prefixListId, target }));
    });
}

/** AWS: `local` goes before a propagated route also where that one is longer. */
function compilePropagatedRoutes(index: CloudIndex, vpc: Vpc, { routeTableId }: RouteTable): CompiledRoute[] {
  return (index.propagatedRoutesOf.get(routeTableId) ?? [])
    .filter(({ destination }) => !isWithin(vpc, destination))
    .map(({ destination, vpnGatewayId }) => ({
      destination,
      propagatedBy: vpnGatewayId,
      target: { kind: 'hub', hubId: vpnGatewayId, attachmentId: vpnGatewayId },
    }));
}

function isWithin({ cidrBlockAssociations }: Vpc, range: Cidr): boolean {
  return cidrBlockAssociations.some(({ cidrBlock }) => cidrCovers(cidrBlock, range));
}

function compileRoute(index: CloudIndex, vpc: Vpc, route: Route): CompiledRoute[] {
  const { destinationCidrBlock: destination } = route;
  return destination === undefined ? [] : [{ destination, target: compileTarget(index, vpc, route) }];
}

/** DIFFERS: prefix-lists a range inside the VPC's own does not lead away from there: only a route by CIDR can. */
function compilePrefixListRoute(index: CloudIndex, vpc: Vpc, route: Route): CompiledRoute[] {
  const { destinationPrefixListId: prefixListId } = route;
  if (prefixListId === undefined) return [];
  const target = compileTarget(index, vpc, route);
  return rangesOfPrefixList(index.cloud, vpc.region, prefixListId)
    .filter((range) => !isWithin(vpc, range) && !cidrCovers(linkLocalServices, range))
    .map((destination) => ({ destination, prefixListId, target }));
}

function compileTarget(index: CloudIndex, vpc: Vpc, route: Route): CompiledRoute['target'] {
  const { target } = route;
  const because = whyBlackhole(index.cloud, vpc.vpcId, route);
  if (because) return { kind: 'blackhole', because };
  switch (target.kind) {
    case 'vpc-peering-connection': {
      const peering = index.cloud.vpcPeeringConnections.find(target.vpcPeeringConnectionId)!;
      return { kind: target.kind, ...describeLink(vpc, peering) };
    }
    case 'internet-gateway':
      return target;
    case 'nat-gateway': {
      const gateway = index.cloud.natGateways.find(target.natGatewayId)!;
      const { natGatewayId, networkInterfaceId, privateIpAddress } = gateway;
      return { kind: target.kind, natGatewayId, networkInterfaceId, privateIpAddress };
    }
    case 'transit-gateway': {
      const { transitGatewayId: hubId } = target;
      const attachment = findVpcAttachment(index.cloud, vpc.vpcId, hubId)!;
      return { kind: 'hub', hubId, attachmentId: attachment.transitGatewayAttachmentId };
    }
    case 'vpn-gateway': {
      const { vpnGatewayId } = target;
      return { kind: 'hub', hubId: vpnGatewayId, attachmentId: vpnGatewayId };
    }
    case 'network-interface': {
      const { networkInterfaceId } = target;
      const { privateIpAddress } = index.cloud.networkInterfaces.find(networkInterfaceId)!;
      return { kind: target.kind, networkInterfaceId, privateIpAddress };
    }
  }
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
