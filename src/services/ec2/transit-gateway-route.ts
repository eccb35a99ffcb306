// Routes of transit gateways: static ones, to an attachment or to nowhere (a blackhole), beside those that attachments announce.

import type {
  CreateTransitGatewayRouteRequest,
  CreateTransitGatewayRouteResult,
  DeleteTransitGatewayRouteRequest,
  DeleteTransitGatewayRouteResult,
  ReplaceTransitGatewayRouteRequest,
  ReplaceTransitGatewayRouteResult,
  TransitGatewayRoute as RouteShape,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import {
  attachedResourceId,
  type TransitGatewayRouteTable,
  type TransitGatewayStaticRoute,
} from '../../cloud/transit-gateway.ts';
import { listTransitGatewayRoutes, type TransitGatewayRoute } from '../../cloud/transit-gateway-route.ts';
import type { Cidr } from '../../lib/cidr.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { readCidr } from './cidr-parameter.ts';
import { invalidParameterCombination, missingParameter, requireParameter } from './errors.ts';
import { getUsableAttachment } from './transit-gateway-attachment.ts';
import { getTransitGatewayRouteTable } from './transit-gateway-route-table.ts';

const parameters = [
  'TransitGatewayRouteTableId',
  'DestinationCidrBlock',
  'TransitGatewayAttachmentId',
  'Blackhole',
] as const;

type Destination = Pick<
  CreateTransitGatewayRouteRequest,
  'TransitGatewayRouteTableId' | 'DestinationCidrBlock'
>;

export function createTransitGatewayRoute(
  input: CreateTransitGatewayRouteRequest,
  context: OperationContext,
): CreateTransitGatewayRouteResult {
  acceptParameters('CreateTransitGatewayRoute', input, ...parameters);
  const { table, destination } = readDestination(input, context);
  const route = readRoute(input, context, table, destination);
  if (hasRoute(table, destination)) {
    const text = `Route ${destination} already exists in ${name(table)}.`;
    throw new AwsError('RouteAlreadyExists', text);
  }
  return { Route: putRoutes(context, table, [...table.routes, route], destination) };
}

export function replaceTransitGatewayRoute(
  input: ReplaceTransitGatewayRouteRequest,
  context: OperationContext,
): ReplaceTransitGatewayRouteResult {
  acceptParameters('ReplaceTransitGatewayRoute', input, ...parameters);
  const { table, destination } = readDestination(input, context);
  const route = readRoute(input, context, table, destination);
  if (!hasRoute(table, destination)) throw noRoute(table, destination);
  const routes = table.routes.map((one) => (one.destinationCidrBlock === destination ? route : one));
  return { Route: putRoutes(context, table, routes, destination) };
}

/** AWS: what is announced cannot be deleted; only its propagation can be ended. */
export function deleteTransitGatewayRoute(
  input: DeleteTransitGatewayRouteRequest,
  context: OperationContext,
): DeleteTransitGatewayRouteResult {
  acceptParameters('DeleteTransitGatewayRoute', input, 'TransitGatewayRouteTableId', 'DestinationCidrBlock');
  const { table, destination } = readDestination(input, context);
  if (!hasRoute(table, destination)) throw noRoute(table, destination);
  const routes = table.routes.filter((one) => one.destinationCidrBlock !== destination);
  const deleted = findRoute(context, table, destination);
  context.cloud.transitGatewayRouteTables.put({ ...table, routes });
  return { Route: { ...showTransitGatewayRoute(deleted), State: 'deleted' } };
}

function readDestination(input: Destination, context: OperationContext) {
  const id = requireParameter('TransitGatewayRouteTableId', input.TransitGatewayRouteTableId);
  const table = getTransitGatewayRouteTable(context, id);
  const text = requireParameter('DestinationCidrBlock', input.DestinationCidrBlock);
  return { table, destination: readCidr('destinationCidrBlock', text) };
}

function readRoute(
  input: CreateTransitGatewayRouteRequest,
  context: OperationContext,
  table: TransitGatewayRouteTable,
  destinationCidrBlock: Cidr,
): TransitGatewayStaticRoute {
  return { destinationCidrBlock, ...readTransitTarget(input, context, table) };
}

type Target = Pick<CreateTransitGatewayRouteRequest, 'TransitGatewayAttachmentId' | 'Blackhole'>;

/** An attachment that works, or none: then it is a blackhole. */
export function readTransitTarget(
  { TransitGatewayAttachmentId: attachmentId, Blackhole: isBlackhole }: Target,
  context: OperationContext,
  { transitGatewayId }: TransitGatewayRouteTable,
): Pick<TransitGatewayStaticRoute, 'transitGatewayAttachmentId'> {
  if (isBlackhole && attachmentId) {
    throw invalidParameterCombination(
      'The parameter TransitGatewayAttachmentId cannot be used with the parameter Blackhole',
    );
  }
  if (isBlackhole) return {};
  if (!attachmentId) throw missingParameter('TransitGatewayAttachmentId');
  const { transitGatewayAttachmentId } = getUsableAttachment(context, attachmentId, transitGatewayId);
  return { transitGatewayAttachmentId };
}

function hasRoute({ routes }: TransitGatewayRouteTable, destination: Cidr): boolean {
  return routes.some(({ destinationCidrBlock }) => destinationCidrBlock === destination);
}

function noRoute(table: TransitGatewayRouteTable, destination: Cidr): AwsError {
  return new AwsError('InvalidRoute.NotFound', `Route ${destination} does not exist in ${name(table)}.`);
}

const name = ({ transitGatewayRouteTableId }: TransitGatewayRouteTable) =>
  `Transit Gateway Route Table ${transitGatewayRouteTableId}`;

function putRoutes(
  context: OperationContext,
  table: TransitGatewayRouteTable,
  routes: TransitGatewayStaticRoute[],
  destination: Cidr,
): RouteShape {
  const written = context.cloud.transitGatewayRouteTables.put({ ...table, routes });
  return showTransitGatewayRoute(findRoute(context, written, destination));
}

function findRoute(
  { cloud }: OperationContext,
  table: TransitGatewayRouteTable,
  destination: Cidr,
): TransitGatewayRoute {
  return listTransitGatewayRoutes(cloud, table).find((one) => one.destinationCidrBlock === destination)!;
}

export function showTransitGatewayRoute(route: TransitGatewayRoute): RouteShape {
  const { destinationCidrBlock, type, prefixListId, attachment, blackholeBecause } = route;
  return {
    DestinationCidrBlock: destinationCidrBlock,
    ...(prefixListId && { PrefixListId: prefixListId }),
    ...(attachment && {
      TransitGatewayAttachments: [
        {
          TransitGatewayAttachmentId: attachment.transitGatewayAttachmentId,
          ResourceId: attachedResourceId(attachment),
          ResourceType: attachment.resourceType,
        },
      ],
    }),
    Type: type,
    State: blackholeBecause === undefined ? 'active' : 'blackhole',
  };
}
