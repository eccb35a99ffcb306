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
import { acceptParameters } from '../parameters.ts';
import { readCidr } from './cidr-parameter.ts';
import { invalidParameterValue, requireParameter } from './errors.ts';
import { getRouteTable } from './route-table.ts';
import { readRouteTarget } from './route-target-parameter.ts';

const parameters = [
  'RouteTableId',
  'DestinationCidrBlock',
  'VpcPeeringConnectionId',
  'NetworkInterfaceId',
  'InstanceId',
  'VpcEndpointId',
  'GatewayId',
] as const;

/** No route may catch these: they belong to the services beside every instance (resolver, metadata, time). */
const linkLocalServices: Cidr = '169.254.168.0/22';

export function createRoute(input: CreateRouteRequest, context: OperationContext): CreateRouteResult {
  acceptParameters('CreateRoute', input, ...parameters);
  const table = getRouteTable(context, requireParameter('RouteTableId', input.RouteTableId));
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
  const destination = readDestination(input);
  const target = readRouteTarget(input, context, table);
  if (!table.routes.some((route) => route.destinationCidrBlock === destination)) {
    throw invalidParameterValue(
      `There is no route defined for '${destination}' in the route table. Use CreateRoute instead.`,
    );
  }
  checkDestination(context, table, destination, target);
  const replaced = table.routes.map((route) =>
    route.destinationCidrBlock === destination ? { destinationCidrBlock: destination, target } : route,
  );
  putRoutes(context, table, replaced);
  return {};
}

export function deleteRoute(input: DeleteRouteRequest, context: OperationContext): object {
  acceptParameters('DeleteRoute', input, 'RouteTableId', 'DestinationCidrBlock');
  const table = getRouteTable(context, requireParameter('RouteTableId', input.RouteTableId));
  const destination = readDestination(input);
  if (vpcBlocks(context, table).includes(destination)) {
    throw invalidParameterValue(
      `cannot remove local route ${destination} in route table ${table.routeTableId}`,
    );
  }
  const kept = table.routes.filter((route) => route.destinationCidrBlock !== destination);
  if (kept.length === table.routes.length) {
    throw new AwsError(
      'InvalidRoute.NotFound',
      `no route with destination-cidr-block ${destination} in route table ${table.routeTableId}`,
    );
  }
  putRoutes(context, table, kept);
  return {};
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
  if (target.kind !== 'network-interface') {
    throw invalidParameterValue(`${text} This route can target only an interface or an instance.`);
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
