// Routes: where packets for a range go. The `local` route of the VPC's own block is implied; a route of the same range takes its place.
// AWS: inside the VPC's block a route may only catch one whole subnet, for an appliance to look at (middlebox routing).

import type {
  CreateRouteRequest,
  CreateRouteResult,
  DeleteRouteRequest,
  ReplaceRouteRequest,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import { linkLocalServices } from '../../cloud/route-target.ts';
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
import { readRuleCidrIpv6 } from './ip-permission.ts';
import { getPrefixList, isAwsList } from './prefix-list.ts';
import { getRouteTable } from './route-table.ts';
import { readRouteTarget, refuseTarget } from './route-target-parameter.ts';

const destinationParameters = [
  'DestinationCidrBlock',
  'DestinationPrefixListId',
  'DestinationIpv6CidrBlock',
] as const;
const parameters = [
  'RouteTableId',
  ...destinationParameters,
  'VpcPeeringConnectionId',
  'NetworkInterfaceId',
  'InstanceId',
  'VpcEndpointId',
  'GatewayId',
  'NatGatewayId',
  'TransitGatewayId',
] as const;

export function createRoute(input: CreateRouteRequest, context: OperationContext): CreateRouteResult {
  acceptParameters('CreateRoute', input, ...parameters);
  const table = getRouteTable(context, requireParameter('RouteTableId', input.RouteTableId));
  const destination = readDestination(input, context);
  const { destinationCidrBlock: cidr, destinationPrefixListId: prefixListId } = destination;
  if (prefixListId && input.VpcEndpointId) {
    throw invalidParameterCombination(
      'The parameter vpcEndpointId cannot be used with the parameter destinationPrefixListId',
    );
  }
  const target = readRouteTarget(input, context, table);
  if (prefixListId && findEndpointRoute(context.cloud, table, prefixListId)) {
    throw routeAlreadyExists(table.routeTableId, prefixListId);
  }
  if (findRoute(table, destination) || (cidr && vpcBlocks(context, table).includes(cidr))) {
    throw new AwsError(
      'RouteAlreadyExists',
      `The route identified by ${nameDestination(destination)} already exists`,
    );
  }
  if (cidr) checkCidr(context, table, cidr, target);
  putRoutes(context, table, [...table.routes, { ...destination, target }]);
  return { Return: true };
}

export function replaceRoute(input: ReplaceRouteRequest, context: OperationContext): object {
  acceptParameters('ReplaceRoute', input, ...parameters, 'LocalTarget');
  const table = getRouteTable(context, requireParameter('RouteTableId', input.RouteTableId));
  const destination = readDestination(input, context);
  const { destinationCidrBlock: cidr, destinationPrefixListId: prefixListId } = destination;
  if (prefixListId && findEndpointRoute(context.cloud, table, prefixListId)) {
    throw invalidParameterValue(`cannot replace VPC endpoint route ${prefixListId} in ${describe(table)}`);
  }
  const isLocal = cidr !== undefined && vpcBlocks(context, table).includes(cidr);
  if (input.LocalTarget) return restoreLocal(input, context, table, destination, isLocal);
  const replaced = findRoute(table, destination);
  if (!replaced && !isLocal) {
    throw invalidParameterValue(
      `There is no route defined for '${nameDestination(destination)}' in the route table. Use CreateRoute instead.`,
    );
  }
  const target = readRouteTarget(input, context, table);
  if (isLocal) checkLocalTarget(cidr, target);
  else if (cidr) checkCidr(context, table, cidr, target);
  const route = { ...destination, target };
  const routes = replaced
    ? table.routes.map((one) => (one === replaced ? route : one))
    : [...table.routes, route];
  putRoutes(context, table, routes);
  return {};
}

/** AWS: whatever took the place of the VPC's own route goes. */
function restoreLocal(
  input: ReplaceRouteRequest,
  context: OperationContext,
  table: RouteTable,
  destination: Destination,
  isLocal: boolean,
): object {
  refuseTarget(input);
  if (!isLocal) {
    throw invalidParameterValue(
      `The route ${nameDestination(destination)} in ${describe(table)} is not a local route, and cannot have the target local.`,
    );
  }
  putRoutes(
    context,
    table,
    table.routes.filter((route) => nameDestination(route) !== nameDestination(destination)),
  );
  return {};
}

export function deleteRoute(input: DeleteRouteRequest, context: OperationContext): object {
  const accepted = ['RouteTableId', ...destinationParameters] as const;
  acceptParameters('DeleteRoute', input, ...accepted);
  const table = getRouteTable(context, requireParameter('RouteTableId', input.RouteTableId));
  const destination = readDestination(input, context);
  const { destinationCidrBlock: cidr, destinationPrefixListId: prefixListId } = destination;
  if (prefixListId && findEndpointRoute(context.cloud, table, prefixListId)) {
    throw invalidParameterValue(`cannot remove VPC endpoint route ${prefixListId} in ${describe(table)}`);
  }
  if (cidr && vpcBlocks(context, table).includes(cidr)) {
    throw invalidParameterValue(`cannot remove local route ${cidr} in ${describe(table)}`);
  }
  const deleted = findRoute(table, destination);
  if (!deleted) {
    const kind = cidr ? 'cidr-block' : 'prefix-list-id';
    throw new AwsError(
      'InvalidRoute.NotFound',
      `no route with destination-${kind} ${nameDestination(destination)} in ${describe(table)}`,
    );
  }
  const kept = table.routes.filter((route) => route !== deleted);
  putRoutes(context, table, kept);
  return {};
}

function describe({ routeTableId }: RouteTable): string {
  return `route table ${routeTableId}`;
}

type Destination = Pick<Route, 'destinationCidrBlock' | 'destinationPrefixListId'>;

function nameDestination({ destinationCidrBlock, destinationPrefixListId }: Destination): string {
  return destinationCidrBlock ?? destinationPrefixListId!;
}

function findRoute({ routes }: RouteTable, destination: Destination): Route | undefined {
  return routes.find((route) => nameDestination(route) === nameDestination(destination));
}

/** Exactly one, in its canonical form. */
function readDestination(
  input: Pick<DeleteRouteRequest, (typeof destinationParameters)[number]>,
  context: OperationContext,
): Destination {
  const given = destinationParameters.filter((name) => input[name]);
  const [name] = given;
  if (!name) {
    throw new AwsError(
      'MissingParameter',
      `The request must contain exactly one of ${destinationParameters.join(', ')}`,
    );
  }
  if (given.length > 1) {
    const [first, second] = given.map((one) => `${one[0]!.toLowerCase()}${one.slice(1)}`);
    throw invalidParameterCombination(`The parameter ${second} cannot be used with the parameter ${first}`);
  }
  const text = input[name]!;
  if (name === 'DestinationIpv6CidrBlock') throw refuseIpv6(text);
  if (name === 'DestinationCidrBlock')
    return { destinationCidrBlock: readCidr('destinationCidrBlock', text) };
  const list = getPrefixList(context, text);
  if (!isAwsList(list) && list.addressFamily === 'IPv6')
    throw notBuilt('routes to prefix lists of IPv6 ranges');
  return { destinationPrefixListId: list.prefixListId };
}

/** AWS: the same services as in 169.254.168.0/22 are in fd00:ec2::/32. */
function refuseIpv6(text: string): AwsError {
  readRuleCidrIpv6(text);
  if (/^fd00:0?ec2(:|\/)/i.test(text)) return reservedDestination(text);
  return notBuilt('IPv6 routes');
}

function reservedDestination(destination: string): AwsError {
  return invalidParameterValue(
    `The destination CIDR block ${destination} is reserved for link-local services.`,
  );
}

function checkCidr(
  context: OperationContext,
  table: RouteTable,
  destination: Cidr,
  target: RouteTarget,
): void {
  if (cidrCovers(linkLocalServices, destination)) throw reservedDestination(destination);
  if (!vpcBlocks(context, table).some((block) => cidrCovers(block, destination))) return;
  checkLocalTarget(destination, target);
  const subnets = context.cloud.subnets.where((subnet) => subnet.vpcId === table.vpcId);
  if (!subnets.some((subnet) => subnet.cidrBlock === destination)) {
    throw invalidParameterValue(
      `${describeInner(destination)} It must match the CIDR block of a subnet in this VPC.`,
    );
  }
}

/** AWS: inside the VPC only an appliance may be asked first. */
function checkLocalTarget(destination: Cidr, target: RouteTarget): void {
  if (target.kind === 'network-interface' || target.kind === 'nat-gateway') return;
  throw invalidParameterValue(
    `${describeInner(destination)} This route can target only an interface, an instance or a NAT gateway.`,
  );
}

const describeInner = (destination: Cidr) =>
  `The destination CIDR block ${destination} is equal to or more specific than one of this VPC's CIDR blocks.`;

function vpcBlocks(context: OperationContext, table: RouteTable): Cidr[] {
  return context.cloud.vpcs.find(table.vpcId)!.cidrBlockAssociations.map((block) => block.cidrBlock);
}

function putRoutes(context: OperationContext, table: RouteTable, routes: Route[]): void {
  context.cloud.routeTables.put({ ...table, routes });
}
