// Looks up what a request names, and says under which ARN policies and tags know it. Other accounts' and regions' resources are
// not there for the caller; gateways are no region's.

import type {
  DirectConnectConnection,
  DirectConnectGateway,
  DirectConnectGatewayAssociation,
  VirtualInterface,
} from '../../cloud/direct-connect.ts';
import type { Owned } from '../../cloud/vpc.ts';
import { arnOf } from '../../lib/arn.ts';
import { type Input, textOr } from '../json-input.ts';
import type { JsonContext } from '../json-service.ts';
import { connectionNotFound, gatewayNotFound, virtualInterfaceNotFound } from './errors.ts';

type Place = Pick<JsonContext, 'accountId' | 'region'>;

const isOwn = (place: Place, record: Pick<Owned, 'accountId' | 'region'>): boolean =>
  record.accountId === place.accountId && record.region === place.region;

export function listConnections(context: JsonContext): DirectConnectConnection[] {
  return context.cloud.directConnectConnections.where((one) => isOwn(context, one));
}

export function getConnection(context: JsonContext, connectionId: string): DirectConnectConnection {
  const connection = context.cloud.directConnectConnections.find(connectionId);
  if (!connection || !isOwn(context, connection)) throw connectionNotFound(connectionId);
  return connection;
}

export function listVirtualInterfaces(context: JsonContext): VirtualInterface[] {
  return context.cloud.virtualInterfaces.where((one) => isOwn(context, one));
}

export function getVirtualInterface(context: JsonContext, virtualInterfaceId: string): VirtualInterface {
  const virtualInterface = context.cloud.virtualInterfaces.find(virtualInterfaceId);
  if (!virtualInterface || !isOwn(context, virtualInterface))
    throw virtualInterfaceNotFound(virtualInterfaceId);
  return virtualInterface;
}

export function listGateways({ cloud, accountId }: JsonContext): DirectConnectGateway[] {
  return cloud.directConnectGateways.where((one) => one.accountId === accountId);
}

export function getGateway(context: JsonContext, directConnectGatewayId: string): DirectConnectGateway {
  const gateway = context.cloud.directConnectGateways.find(directConnectGatewayId);
  if (gateway?.accountId !== context.accountId) throw gatewayNotFound(directConnectGatewayId);
  return gateway;
}

export function listAssociations({ cloud, accountId }: JsonContext): DirectConnectGatewayAssociation[] {
  return cloud.directConnectGatewayAssociations.where((one) => one.accountId === accountId);
}

export function connectionArn({ accountId, region }: Place, connectionId: string): string {
  return arnOf('directconnect', region, accountId, `dxcon/${connectionId}`);
}

export function virtualInterfaceArn({ accountId, region }: Place, virtualInterfaceId: string): string {
  return arnOf('directconnect', region, accountId, `dxvif/${virtualInterfaceId}`);
}

export function gatewayArn({ accountId }: Pick<Place, 'accountId'>, directConnectGatewayId: string): string {
  return arnOf('directconnect', '', accountId, `dx-gateway/${directConnectGatewayId}`);
}

/** What a member of the input names; `*` when it names nothing. */
function resourceOf(
  arnOf: (context: JsonContext, id: string) => string,
  context: JsonContext,
  id: unknown,
): string {
  return typeof id === 'string' ? arnOf(context, id) : '*';
}

export const connectionResource = ({ connectionId }: Input, context: JsonContext): string =>
  resourceOf(connectionArn, context, connectionId);

export const virtualInterfaceResource = ({ virtualInterfaceId }: Input, context: JsonContext): string =>
  resourceOf(virtualInterfaceArn, context, virtualInterfaceId);

export const gatewayResource = ({ directConnectGatewayId }: Input, context: JsonContext): string =>
  resourceOf(gatewayArn, context, directConnectGatewayId);

/** An association is its gateway's. */
export function associationResource(
  { associationId, directConnectGatewayId }: Input,
  context: JsonContext,
): string {
  const association = context.cloud.directConnectGatewayAssociations.find(textOr(associationId, ''));
  return resourceOf(gatewayArn, context, association?.directConnectGatewayId ?? directConnectGatewayId);
}

/** Whether the ARN is of something that the caller has. */
export function isOwnArn(context: JsonContext, arn: string): boolean {
  return (
    listConnections(context).some(({ connectionId }) => connectionArn(context, connectionId) === arn) ||
    listVirtualInterfaces(context).some(
      ({ virtualInterfaceId }) => virtualInterfaceArn(context, virtualInterfaceId) === arn,
    ) ||
    listGateways(context).some(
      ({ directConnectGatewayId }) => gatewayArn(context, directConnectGatewayId) === arn,
    )
  );
}
