// How VPN connections look to a caller: state and telemetry are derived from who is at the other end and what is applied.

import type {
  TunnelOption,
  VgwTelemetry,
  VpnConnection as VpnConnectionShape,
  VpnTunnelOptionsSpecification,
} from '@aws-sdk/client-ec2';
import { destinationsOf, findSiteOf, type VpnConnection } from '../../cloud/vpn.ts';
import type { OperationContext } from '../operation.ts';
import type { FilterFields } from './filter.ts';
import { showTags } from './tag.ts';
import { renderCustomerGatewayConfiguration } from './vpn-configuration.ts';

export function vpnConnectionFields(context: OperationContext): FilterFields<VpnConnection> {
  const { cloud } = context;
  return {
    'bgp-asn': ({ customerGatewayId }) => String(cloud.customerGateways.find(customerGatewayId)?.bgpAsn),
    'customer-gateway-configuration': (connection) =>
      renderCustomerGatewayConfiguration(context.cloud, connection),
    'customer-gateway-id': ({ customerGatewayId }) => customerGatewayId,
    'option.static-routes-only': ({ staticRoutesOnly }) => String(staticRoutesOnly),
    'route.destination-cidr-block': ({ staticRoutes }) => staticRoutes,
    state: (connection) => stateOf(context, connection),
    'transit-gateway-id': ({ transitGatewayId }) => transitGatewayId,
    type: () => 'ipsec.1',
    'vpn-connection-id': ({ vpnConnectionId }) => vpnConnectionId,
    'vpn-gateway-id': ({ vpnGatewayId }) => vpnGatewayId,
  };
}

function stateOf({ world }: OperationContext, connection: VpnConnection) {
  if (connection.deleteTime) return 'deleted';
  const gatewayId = gatewayIdOf(connection);
  return world.isApplied(gatewayId, connection.generation) ? 'available' : 'pending';
}

const gatewayIdOf = ({ vpnGatewayId, transitGatewayId }: VpnConnection) =>
  vpnGatewayId ?? transitGatewayId ?? '';

export function showVpnConnection(context: OperationContext, connection: VpnConnection): VpnConnectionShape {
  const { vpnConnectionId, customerGatewayId, vpnGatewayId, transitGatewayId, deleteTime } = connection;
  const shape: VpnConnectionShape = {
    VpnConnectionId: vpnConnectionId,
    CustomerGatewayId: customerGatewayId,
    ...(vpnGatewayId && { VpnGatewayId: vpnGatewayId }),
    ...(transitGatewayId && { TransitGatewayId: transitGatewayId }),
    State: stateOf(context, connection),
    Type: 'ipsec.1',
    Category: 'VPN',
    GatewayAssociationState: 'associated',
    Tags: showTags(context.cloud, vpnConnectionId),
  };
  if (deleteTime) return shape;
  return {
    ...shape,
    CustomerGatewayConfiguration: renderCustomerGatewayConfiguration(context.cloud, connection),
    Options: {
      EnableAcceleration: false,
      StaticRoutesOnly: connection.staticRoutesOnly,
      LocalIpv4NetworkCidr: '0.0.0.0/0',
      RemoteIpv4NetworkCidr: '0.0.0.0/0',
      OutsideIpAddressType: 'PublicIpv4',
      TunnelInsideIpVersion: 'ipv4',
      TunnelOptions: connection.tunnels.map(showTunnel),
    },
    Routes: connection.staticRoutes.map((DestinationCidrBlock) => ({
      DestinationCidrBlock,
      State: 'available',
    })),
    VgwTelemetry: showTelemetry(context, connection),
  };
}

function showTunnel(tunnel: VpnConnection['tunnels'][number]): TunnelOption {
  // AWS: two names differ in the case of letters between what is asked and what is shown.
  const {
    DPDTimeoutSeconds,
    DPDTimeoutAction,
    IKEVersions,
    LogOptions: _log,
    EnableTunnelLifecycleControl: _control,
    ...same
  } = tunnel.options as VpnTunnelOptionsSpecification;
  return {
    ...same,
    ...(DPDTimeoutSeconds === undefined ? {} : { DpdTimeoutSeconds: DPDTimeoutSeconds }),
    ...(DPDTimeoutAction === undefined ? {} : { DpdTimeoutAction: DPDTimeoutAction }),
    ...(IKEVersions === undefined ? {} : { IkeVersions: IKEVersions }),
    OutsideIpAddress: tunnel.outsideIpAddress,
    TunnelInsideCidr: tunnel.tunnelInsideCidr,
    PreSharedKey: tunnel.preSharedKey,
  };
}

/** A tunnel is up when packets pass it: somebody is at the other end, and both ends are applied. */
function showTelemetry({ cloud, world }: OperationContext, connection: VpnConnection): VgwTelemetry[] {
  const { staticRoutesOnly, generation, createTime } = connection;
  const site = findSiteOf(cloud, connection);
  const isUp =
    site !== undefined &&
    [site.siteId, gatewayIdOf(connection)].every((routerId) => world.isApplied(routerId, generation));
  const routes = isUp && !staticRoutesOnly ? destinationsOf(cloud, connection).length : 0;
  const whyDown = site ? 'IPSEC IS DOWN' : 'IPSEC IS DOWN: no site has the address of the customer gateway';
  return connection.tunnels.map(({ outsideIpAddress }) => ({
    OutsideIpAddress: outsideIpAddress,
    Status: isUp ? 'UP' : 'DOWN',
    StatusMessage: isUp ? (staticRoutesOnly ? '' : `${routes} BGP ROUTES`) : whyDown,
    AcceptedRouteCount: routes,
    LastStatusChange: new Date(createTime),
  }));
}
