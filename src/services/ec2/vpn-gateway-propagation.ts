// Route propagation: a virtual private gateway writes what it has learned into a route table, as long as it is attached to the VPC.

import type { EnableVgwRoutePropagationRequest } from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import { attachedVpcId, type VpnGateway } from '../../cloud/vpn.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { checkId, gatewayNotAttached, requireParameter } from './errors.ts';
import { findOwn } from './ownership.ts';
import { getRouteTable } from './route-table.ts';

export function enableVgwRoutePropagation(
  input: EnableVgwRoutePropagationRequest,
  context: OperationContext,
): object {
  acceptParameters('EnableVgwRoutePropagation', input, 'RouteTableId', 'GatewayId');
  const table = getRouteTable(context, requireParameter('RouteTableId', input.RouteTableId));
  const gateway = getGateway(context, input.GatewayId);
  if (attachedVpcId(gateway) !== table.vpcId) {
    throw gatewayNotAttached(`resource ${gateway.vpnGatewayId} is not attached to network ${table.vpcId}`);
  }
  const { propagatingVpnGatewayIds: before = [] } = table;
  const propagatingVpnGatewayIds = [...new Set([...before, gateway.vpnGatewayId])];
  context.cloud.routeTables.put({ ...table, propagatingVpnGatewayIds });
  return {};
}

/** One that does not propagate is no error. */
export function disableVgwRoutePropagation(
  input: EnableVgwRoutePropagationRequest,
  context: OperationContext,
): object {
  acceptParameters('DisableVgwRoutePropagation', input, 'RouteTableId', 'GatewayId');
  const table = getRouteTable(context, requireParameter('RouteTableId', input.RouteTableId));
  const { vpnGatewayId } = getGateway(context, input.GatewayId);
  const { propagatingVpnGatewayIds: before = [], ...rest } = table;
  const kept = before.filter((id) => id !== vpnGatewayId);
  context.cloud.routeTables.put(kept.length > 0 ? { ...rest, propagatingVpnGatewayIds: kept } : rest);
  return {};
}

/** AWS: these two operations call it a gateway, and have its words for one that is not there. */
function getGateway(context: OperationContext, gatewayId: string | undefined): VpnGateway {
  const id = requireParameter('GatewayId', gatewayId);
  checkId('vgw', id, 'InvalidGatewayID.Malformed');
  const gateway = findOwn(context, context.cloud.vpnGateways.find(id));
  if (gateway && !gateway.deleteTime) return gateway;
  throw new AwsError('InvalidGatewayID.NotFound', `The gateway ID '${id}' does not exist`);
}
