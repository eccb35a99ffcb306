// How route tables look to a caller: with the `local` routes that nobody wrote and those of gateway endpoints,
// and each route's state as its target is now.

import type {
  Route as RouteShape,
  RouteTableAssociationState,
  RouteTable as RouteTableShape,
} from '@aws-sdk/client-ec2';
import { whyBlackhole } from '../../cloud/route-target.ts';
import { type PropagatedRoute, propagatedRoutes } from '../../cloud/site-line.ts';
import type { Route, RouteTable, RouteTarget } from '../../cloud/vpc.ts';
import type { OperationContext } from '../operation.ts';
import { type EndpointRoute, endpointRoutes } from './endpoint-route.ts';
import type { FilterFields } from './filter.ts';
import { showTags } from './tag.ts';

export const routeTableFields: FilterFields<RouteTableShape> = {
  'association.gateway-id': () => undefined,
  'association.main': (table) => table.Associations!.map((association) => String(association.Main)),
  'association.route-table-association-id': (table) =>
    table.Associations!.map((a) => a.RouteTableAssociationId!),
  'association.route-table-id': (table) =>
    table.Associations!.map((association) => association.RouteTableId!),
  'association.subnet-id': (table) => present(table.Associations!.map((association) => association.SubnetId)),
  'owner-id': (table) => table.OwnerId,
  'route-table-id': (table) => table.RouteTableId,
  'route.destination-cidr-block': (table) =>
    present(table.Routes!.map((route) => route.DestinationCidrBlock)),
  'route.destination-ipv6-cidr-block': () => undefined,
  'route.destination-prefix-list-id': (table) =>
    present(table.Routes!.map((route) => route.DestinationPrefixListId)),
  'route.egress-only-internet-gateway-id': () => undefined,
  'route.gateway-id': (table) => present(table.Routes!.map((route) => route.GatewayId)),
  'route.instance-id': (table) => present(table.Routes!.map((route) => route.InstanceId)),
  'route.nat-gateway-id': (table) => present(table.Routes!.map((route) => route.NatGatewayId)),
  'route.origin': (table) => present(table.Routes!.map((route) => route.Origin)),
  'route.state': (table) => present(table.Routes!.map((route) => route.State)),
  'route.transit-gateway-id': (table) => present(table.Routes!.map((route) => route.TransitGatewayId)),
  'route.vpc-peering-connection-id': (table) =>
    present(table.Routes!.map((route) => route.VpcPeeringConnectionId)),
  'vpc-id': (table) => table.VpcId,
};

function present(texts: (string | undefined)[]): string[] {
  return texts.filter((text) => text !== undefined);
}

export function showRouteTables(context: OperationContext, tables: RouteTable[]): RouteTableShape[] {
  const toEndpoints = endpointRoutes(context.cloud);
  return tables.map((table) => show(context, table, toEndpoints.get(table.routeTableId) ?? []));
}

export function showRouteTable(context: OperationContext, table: RouteTable): RouteTableShape {
  return showRouteTables(context, [table])[0]!;
}

function show(context: OperationContext, table: RouteTable, toEndpoints: EndpointRoute[]): RouteTableShape {
  const blocks = context.cloud.vpcs.find(table.vpcId)?.cidrBlockAssociations ?? [];
  return {
    RouteTableId: table.routeTableId,
    VpcId: table.vpcId,
    OwnerId: table.accountId,
    Routes: [
      ...blocks
        .filter(({ cidrBlock }) => !table.routes.some((route) => route.destinationCidrBlock === cidrBlock))
        .map(({ cidrBlock }) => showLocalRoute(cidrBlock)),
      ...table.routes.map((route) => showRoute(context, table, route)),
      ...toEndpoints.map(showEndpointRoute),
      ...propagatedRoutes(context.cloud, table).map(showPropagatedRoute),
    ],
    Associations: table.associations.map(({ routeTableAssociationId, subnetId }) => ({
      Main: subnetId === undefined,
      RouteTableAssociationId: routeTableAssociationId,
      RouteTableId: table.routeTableId,
      ...(subnetId && { SubnetId: subnetId }),
      AssociationState: showAssociationState(context, table),
    })),
    PropagatingVgws: (table.propagatingVpnGatewayIds ?? []).map((GatewayId) => ({ GatewayId })),
    Tags: showTags(context.cloud, table.routeTableId),
  };
}

function showLocalRoute(cidrBlock: string): RouteShape {
  return { DestinationCidrBlock: cidrBlock, GatewayId: 'local', Origin: 'CreateRouteTable', State: 'active' };
}

/** AWS: says `CreateRoute` of these too, though that call is refused. */
function showEndpointRoute({ destinationPrefixListId, vpcEndpointId }: EndpointRoute): RouteShape {
  return {
    DestinationPrefixListId: destinationPrefixListId,
    GatewayId: vpcEndpointId,
    Origin: 'CreateRoute',
    State: 'active',
  };
}

function showPropagatedRoute({ destination, vpnGatewayId }: PropagatedRoute): RouteShape {
  return {
    DestinationCidrBlock: destination,
    GatewayId: vpnGatewayId,
    Origin: 'EnableVgwRoutePropagation',
    State: 'active',
  };
}

function showRoute(context: OperationContext, { vpcId }: RouteTable, route: Route): RouteShape {
  return {
    ...(route.destinationPrefixListId
      ? { DestinationPrefixListId: route.destinationPrefixListId }
      : { DestinationCidrBlock: route.destinationCidrBlock }),
    ...showTarget(context, route.target),
    Origin: 'CreateRoute',
    State: whyBlackhole(context.cloud, vpcId, route) ? 'blackhole' : 'active',
  };
}

function showTarget({ cloud }: OperationContext, target: RouteTarget): RouteShape {
  switch (target.kind) {
    case 'vpc-peering-connection':
      return { VpcPeeringConnectionId: target.vpcPeeringConnectionId };
    case 'internet-gateway':
      return { GatewayId: target.internetGatewayId };
    case 'nat-gateway':
      return { NatGatewayId: target.natGatewayId };
    case 'transit-gateway':
      return { TransitGatewayId: target.transitGatewayId };
    case 'vpn-gateway':
      return { GatewayId: target.vpnGatewayId };
    case 'network-interface': {
      const attachment = cloud.networkInterfaces.find(target.networkInterfaceId)?.attachment;
      return {
        NetworkInterfaceId: target.networkInterfaceId,
        ...(attachment?.instanceId && {
          InstanceId: attachment.instanceId,
          InstanceOwnerId: attachment.instanceOwnerId,
        }),
      };
    }
  }
}

export function showAssociationState(
  context: OperationContext,
  table: RouteTable,
): RouteTableAssociationState {
  return { State: context.world.isApplied(table.vpcId, table.generation) ? 'associated' : 'associating' };
}
