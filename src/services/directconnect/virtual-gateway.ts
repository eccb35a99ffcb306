// Virtual private gateways as Direct Connect knows them. They are EC2's; this lists them and finds the caller's.

import type { VpnGateway } from '../../cloud/vpn.ts';
import { type Input, readInput } from '../json-input.ts';
import type { JsonContext } from '../json-service.ts';
import { virtualGatewayNotFound } from './errors.ts';

export function describeVirtualGateways(input: Input, context: JsonContext): object {
  readInput('directconnect:DescribeVirtualGateways', input, {});
  const virtualGateways = context.cloud.vpnGateways
    .where((gateway) => isOwn(context, gateway))
    .map(({ vpnGatewayId, deleteTime }) => ({
      virtualGatewayId: vpnGatewayId,
      virtualGatewayState: deleteTime ? 'deleted' : 'available',
    }));
  return { virtualGateways };
}

/** The caller's, and not deleted. */
export function getVpnGateway(context: JsonContext, gatewayId: string): VpnGateway {
  const gateway = context.cloud.vpnGateways.find(gatewayId);
  if (!gateway || !isOwn(context, gateway) || gateway.deleteTime) throw virtualGatewayNotFound(gatewayId);
  return gateway;
}

function isOwn({ accountId, region }: JsonContext, gateway: VpnGateway): boolean {
  return gateway.accountId === accountId && gateway.region === region;
}
