// Static routes of a VPN connection: what is said to be on the other side, where no BGP tells it.

import type { CreateVpnConnectionRouteRequest, DeleteVpnConnectionRouteRequest } from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { Cidr } from '../../lib/cidr.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { readCidr } from './cidr-parameter.ts';
import { requireParameter } from './errors.ts';
import { getLiveVpnConnection } from './vpn-connection.ts';

/** One that is there already is no error. */
export function createVpnConnectionRoute(
  input: CreateVpnConnectionRouteRequest,
  context: OperationContext,
): object {
  acceptParameters('CreateVpnConnectionRoute', input, 'VpnConnectionId', 'DestinationCidrBlock');
  const connection = getLiveVpnConnection(context, input.VpnConnectionId);
  const destination = readDestination(input);
  if (!connection.staticRoutesOnly) {
    throw new AwsError(
      'InvalidVpnConnection.InvalidType',
      `The vpnConnection '${connection.vpnConnectionId}' does not support static routes.`,
    );
  }
  const staticRoutes = [...new Set([...connection.staticRoutes, destination])];
  context.cloud.vpnConnections.put({ ...connection, staticRoutes });
  return {};
}

export function deleteVpnConnectionRoute(
  input: DeleteVpnConnectionRouteRequest,
  context: OperationContext,
): object {
  acceptParameters('DeleteVpnConnectionRoute', input, 'VpnConnectionId', 'DestinationCidrBlock');
  const connection = getLiveVpnConnection(context, input.VpnConnectionId);
  const destination = readDestination(input);
  const staticRoutes = connection.staticRoutes.filter((route) => route !== destination);
  if (staticRoutes.length === connection.staticRoutes.length) {
    const text = `The specified route ${destination} does not exist in ${connection.vpnConnectionId}`;
    throw new AwsError('InvalidRoute.NotFound', text);
  }
  context.cloud.vpnConnections.put({ ...connection, staticRoutes });
  return {};
}

function readDestination(input: { DestinationCidrBlock?: string | undefined }): Cidr {
  const text = requireParameter('DestinationCidrBlock', input.DestinationCidrBlock);
  return readCidr('destinationCidrBlock', text);
}
