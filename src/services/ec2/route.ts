// Routes: where packets for a range go. The `local` route of the VPC's own block is implied and cannot be touched.
// AWS: inside the VPC's block a route may only catch one whole subnet, for an appliance to look at (middlebox routing).

import type {
  CreateRouteRequest,
  CreateRouteResult,
  DeleteRouteRequest,
  ReplaceRouteRequest,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { Route, RouteTable, RouteTarget } from '../../cloud/vpc.ts';
import { type Cidr, cidrCovers } from '../../lib/cidr.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { readCidr } from './cidr-parameter.ts';
import { findEndpointRoute } from './endpoint-route.ts';
import {
  invalidParameterCombination,
  invalidParameterValue,
  requireParameter,
  routeAlreadyExists,
} from './errors.ts';
import { getPrefixList } from './prefix-list.ts';
import { getRouteTable } from './route-table.ts';
import { readRouteTarget } from './route-target-parameter.ts';

const parameters = [
  'RouteTableId',
  'DestinationCidrBlock',
  'DestinationPrefixListId',
  'VpcPeeringConnectionId',
  'NetworkInterfaceId',
  'InstanceId',
  'VpcEndpointId',
  'GatewayId',
  'NatGatewayId',
] as const;

/** No route may catch these: they belong to the services beside every instance (resolver, metadata, time). */
const linkLocalServices: Cidr = '169.254.168.0/22';

export function createRoute(input: CreateRouteRequest, context: OperationContext): CreateRouteResult {
  acceptParameters('CreateRoute', input, ...parameters);
  const table = getRouteTable(context, requireParameter('RouteTableId', input.RouteTableId));
  if (input.DestinationPrefixListId) throw refusePrefixListRoute(input, context, table);
  const destination = readDestination(input);
  const target = readRouteTarget(input, context, table);
  const taken = [...vpcBlocks(context, table), ...table.routes.map((route) => route.destinationCidrBlock)];
  if (taken.includes(destination)) {
    throw new AwsError('RouteAlreadyExists', `The route identified by ${destination} already exists`);
  }
  checkDestination(context, table, destination, target);
  putRoutes(context, table, [...table.routes, { destinationCidrBlock: destination, target }]);
  return { Return: true };
}

export function replaceRoute(input: ReplaceRouteRequest, context: OperationContext): object {
  acceptParameters('ReplaceRoute', input, ...parameters);
  const table = getRouteTable(context, requireParameter('RouteTableId', input.RouteTableId));
  if (input.DestinationPrefixListId) {
    const destination = readPrefixListDestination(input, context);
    if (findEndpointRoute(context.cloud, table, destination))
      throw invalidParameterValue(`cannot replace VPC endpoint route ${destination} in ${describe(table)}`);
    throw noRouteToReplace(destination);
  }
  const destination = readDestination(input);
  const target = readRouteTarget(input, context, table);
  if (vpcBlocks(context, table).includes(destination)) throw notBuilt('other targets of the local route');
  if (!table.routes.some((route) => route.destinationCidrBlock === destination)) {
    throw noRouteToReplace(destination);
  }
  checkDestination(context, table, destination, target);
  const replaced = table.routes.map((route) =>
    route.destinationCidrBlock === destination ? { destinationCidrBlock: destination, target } : route,
  );
  putRoutes(context, table, replaced);
  return {};
}

export function deleteRoute(input: DeleteRouteRequest, context: OperationContext): object {
  acceptParameters('DeleteRoute', input, 'RouteTableId', 'DestinationCidrBlock', 'DestinationPrefixListId');
  const table = getRouteTable(context, requireParameter('RouteTableId', input.RouteTableId));
  if (input.DestinationPrefixListId) {
    const destination = readPrefixListDestination(input, context);
    if (findEndpointRoute(context.cloud, table, destination))
      throw invalidParameterValue(`cannot remove VPC endpoint route ${destination} in ${describe(table)}`);
    throw noRoute('prefix-list-id', destination, table);
  }
  const destination = readDestination(input);
  if (vpcBlocks(context, table).includes(destination)) {
    throw invalidParameterValue(`cannot remove local route ${destination} in ${describe(table)}`);
  }
  const kept = table.routes.filter((route) => route.destinationCidrBlock !== destination);
  if (kept.length === table.routes.length) {
    throw noRoute('cidr-block', destination, table);
  }
  putRoutes(context, table, kept);
  return {};
}

function describe({ routeTableId }: RouteTable): string {
  return `route table ${routeTableId}`;
}

function noRoute(kind: 'cidr-block' | 'prefix-list-id', destination: string, table: RouteTable): AwsError {
  const message = `no route with destination-${kind} ${destination} in ${describe(table)}`;
  return new AwsError('InvalidRoute.NotFound', message);
}

function noRouteToReplace(destination: string): AwsError {
  return invalidParameterValue(
    `There is no route defined for '${destination}' in the route table. Use CreateRoute instead.`,
  );
}

type Destination = Pick<DeleteRouteRequest, 'DestinationCidrBlock' | 'DestinationPrefixListId'>;

/** One of AWS's own lists: there are no others here. */
function readPrefixListDestination(input: Destination, context: OperationContext): string {
  if (input.DestinationCidrBlock) {
    throw invalidParameterCombination(
      'The parameter destinationPrefixListId cannot be used with the parameter destinationCidrBlock',
    );
  }
  return getPrefixList(context, requireParameter('DestinationPrefixListId', input.DestinationPrefixListId))
    .prefixListId;
}

/** AWS: a route to a list of its own comes and goes with a gateway endpoint, and in no other way to such an endpoint. */
function refusePrefixListRoute(
  input: CreateRouteRequest,
  context: OperationContext,
  table: RouteTable,
): AwsError {
  const destination = readPrefixListDestination(input, context);
  if (input.VpcEndpointId) {
    return invalidParameterCombination(
      'The parameter vpcEndpointId cannot be used with the parameter destinationPrefixListId',
    );
  }
  readRouteTarget(input, context, table);
  if (findEndpointRoute(context.cloud, table, destination)) {
    return routeAlreadyExists(table.routeTableId, destination);
  }
  return notBuilt('routes to a prefix list that are not those of a gateway endpoint');
}

function readDestination(input: { DestinationCidrBlock?: string | undefined }): Cidr {
  const text = requireParameter('DestinationCidrBlock', input.DestinationCidrBlock);
  return readCidr('destinationCidrBlock', text);
}

function checkDestination(
  context: OperationContext,
  table: RouteTable,
  destination: Cidr,
  target: RouteTarget,
): void {
  if (cidrCovers(linkLocalServices, destination)) {
    throw invalidParameterValue(
      `The destination CIDR block ${destination} is reserved for link-local services.`,
    );
  }
  if (!vpcBlocks(context, table).some((block) => cidrCovers(block, destination))) return;
  const text = `The destination CIDR block ${destination} is equal to or more specific than one of this VPC's CIDR blocks.`;
  if (target.kind !== 'network-interface' && target.kind !== 'nat-gateway') {
    throw invalidParameterValue(
      `${text} This route can target only an interface, an instance or a NAT gateway.`,
    );
  }
  const subnets = context.cloud.subnets.where((subnet) => subnet.vpcId === table.vpcId);
  if (!subnets.some((subnet) => subnet.cidrBlock === destination)) {
    throw invalidParameterValue(`${text} It must match the CIDR block of a subnet in this VPC.`);
  }
}

function vpcBlocks(context: OperationContext, table: RouteTable): Cidr[] {
  return context.cloud.vpcs.find(table.vpcId)!.cidrBlockAssociations.map((block) => block.cidrBlock);
}

function putRoutes(context: OperationContext, table: RouteTable, routes: Route[]): void {
  context.cloud.routeTables.put({ ...table, routes });
}
