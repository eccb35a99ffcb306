// SearchTransitGatewayRoutes: what a transit gateway's route table knows, by where routes lead and by how they lie to a range.

import type {
  Filter,
  TransitGatewayRoute as RouteShape,
  SearchTransitGatewayRoutesRequest,
  SearchTransitGatewayRoutesResult,
} from '@aws-sdk/client-ec2';
import { listTransitGatewayRoutes } from '../../cloud/transit-gateway-route.ts';
import { type Cidr, cidrCovers } from '../../lib/cidr.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { readCidr } from './cidr-parameter.ts';
import { missingParameter, requireParameter } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { paginate } from './pagination.ts';
import { showTransitGatewayRoute } from './transit-gateway-route.ts';
import { getTransitGatewayRouteTable } from './transit-gateway-route-table.ts';

export function searchTransitGatewayRoutes(
  input: SearchTransitGatewayRoutesRequest,
  context: OperationContext,
): SearchTransitGatewayRoutesResult {
  const accepted = ['TransitGatewayRouteTableId', 'Filters', 'MaxResults', 'NextToken'] as const;
  acceptParameters('SearchTransitGatewayRoutes', input, ...accepted);
  const id = requireParameter('TransitGatewayRouteTableId', input.TransitGatewayRouteTableId);
  const filters = requireParameter('Filters', input.Filters);
  if (filters.length === 0) throw missingParameter('Filters');
  const routes = listTransitGatewayRoutes(context.cloud, getTransitGatewayRouteTable(context, id));
  const shown = routes.map(showTransitGatewayRoute);
  const isSearch = ({ Name }: Filter) => Name !== undefined && Object.hasOwn(searches, Name);
  const others = filters.filter((filter) => !isSearch(filter));
  const matching = filters.filter(isSearch).reduce(
    search,
    applyFilters(shown, others, fields, () => ({})),
  );
  const { page, nextToken } = paginate(matching, input, undefined, (one) => one.DestinationCidrBlock!);
  return {
    Routes: page,
    AdditionalRoutesAvailable: nextToken !== undefined,
    ...(nextToken && { NextToken: nextToken }),
  };
}

const fields: FilterFields<RouteShape> = {
  'attachment.resource-id': (route) => route.TransitGatewayAttachments?.[0]?.ResourceId,
  'attachment.resource-type': (route) => route.TransitGatewayAttachments?.[0]?.ResourceType,
  'attachment.transit-gateway-attachment-id': (route) =>
    route.TransitGatewayAttachments?.[0]?.TransitGatewayAttachmentId,
  'prefix-list-id': (route) => route.PrefixListId,
  state: (route) => route.State,
  type: (route) => route.Type,
};

/** Whether a route to `destination` is what was searched for. Routes come longest prefix first. */
const searches: Record<string, (destination: Cidr, range: Cidr) => boolean> = {
  'route-search.exact-match': (destination, range) => destination === range,
  'route-search.longest-prefix-match': (destination, range) => cidrCovers(destination, range),
  'route-search.subnet-of-match': (destination, range) => cidrCovers(range, destination),
  'route-search.supernet-of-match': (destination, range) => cidrCovers(destination, range),
};

function search(routes: RouteShape[], { Name: name, Values: values = [] }: Filter): RouteShape[] {
  if (values.length === 0) throw missingParameter('Filter.Value');
  const found = new Set(
    values.flatMap((value) => {
      const range = readCidr('filter', value.includes('/') ? value : `${value}/32`);
      const matching = routes.filter((route) => searches[name!]!(route.DestinationCidrBlock!, range));
      return name === 'route-search.longest-prefix-match' ? matching.slice(0, 1) : matching;
    }),
  );
  return routes.filter((route) => found.has(route));
}
