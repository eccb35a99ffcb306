// The routes that gateway endpoints put into route tables. They are derived: an endpoint knows its tables, a table not its endpoints.

import type { Cloud } from '../../cloud/cloud.ts';
import type { PrefixListId, RouteTableId, VpcEndpointId } from '../../cloud/id.ts';
import { prefixListOf } from '../../cloud/public-range.ts';
import type { RouteTable } from '../../cloud/vpc.ts';
import type { GatewayVpcEndpoint } from '../../cloud/vpc-endpoint.ts';

export interface EndpointRoute {
  destinationPrefixListId: PrefixListId;
  vpcEndpointId: VpcEndpointId;
}

/** Every table's routes to endpoints, found in one pass. */
export function endpointRoutes(cloud: Cloud): Map<RouteTableId, EndpointRoute[]> {
  const routes = new Map<RouteTableId, EndpointRoute[]>();
  for (const endpoint of gatewayEndpoints(cloud)) {
    const { vpcEndpointId, region, gatewayService } = endpoint;
    const destinationPrefixListId = prefixListOf(region, gatewayService).prefixListId;
    for (const routeTableId of endpoint.routeTableIds) {
      const known = routes.get(routeTableId) ?? [];
      routes.set(routeTableId, [...known, { destinationPrefixListId, vpcEndpointId }]);
    }
  }
  return routes;
}

export function findEndpointRoute(
  cloud: Cloud,
  { routeTableId }: Pick<RouteTable, 'routeTableId'>,
  prefixListId: string,
): EndpointRoute | undefined {
  const routes = endpointRoutes(cloud).get(routeTableId) ?? [];
  return routes.find((route) => route.destinationPrefixListId === prefixListId);
}

/** AWS: a table that is deleted is forgotten by the endpoints that had a route in it. */
export function dropEndpointRoutes(cloud: Cloud, routeTableId: RouteTableId): void {
  for (const endpoint of gatewayEndpoints(cloud).toArray()) {
    if (!endpoint.routeTableIds.includes(routeTableId)) continue;
    const routeTableIds = endpoint.routeTableIds.filter((id) => id !== routeTableId);
    cloud.vpcEndpoints.put({ ...endpoint, routeTableIds });
  }
}

function gatewayEndpoints(cloud: Cloud): IteratorObject<GatewayVpcEndpoint> {
  return cloud.vpcEndpoints.all().filter((endpoint) => endpoint.vpcEndpointType === 'Gateway');
}
