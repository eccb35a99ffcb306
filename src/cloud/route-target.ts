// Whether a route leads anywhere. AWS: a route outlives its target; it turns into a blackhole that drops what matches,
// and no shorter prefix is tried.

import type { Cidr } from '../lib/cidr.ts';
import type { Cloud } from './cloud.ts';
import type { VpcId } from './id.ts';
import { findVpcAttachment } from './transit-gateway.ts';
import type { Route } from './vpc.ts';
import { attachedVpcId } from './vpn.ts';

/** No route may catch these: they belong to the services beside every instance (resolver, metadata, time). */
export const linkLocalServices: Cidr = '169.254.168.0/22';

/** Why packets of this route are dropped, or undefined when it is active. @param vpcId the VPC of the route's table */
export function whyBlackhole(cloud: Cloud, vpcId: VpcId, { target }: Route): string | undefined {
  switch (target.kind) {
    case 'vpc-peering-connection': {
      const connection = cloud.vpcPeeringConnections.find(target.vpcPeeringConnectionId);
      return connection?.status === 'active' ? undefined : `${target.vpcPeeringConnectionId} is not active`;
    }
    case 'internet-gateway': {
      const gateway = cloud.internetGateways.find(target.internetGatewayId);
      return gateway?.vpcId === vpcId ? undefined : `${target.internetGatewayId} is not attached to ${vpcId}`;
    }
    case 'nat-gateway': {
      const gateway = cloud.natGateways.find(target.natGatewayId);
      if (!gateway || gateway.deleteTime) return `${target.natGatewayId} is gone`;
      return gateway.failure ? `${target.natGatewayId} has failed: ${gateway.failure.message}` : undefined;
    }
    case 'transit-gateway':
      return findVpcAttachment(cloud, vpcId, target.transitGatewayId)
        ? undefined
        : `${vpcId} is not attached to ${target.transitGatewayId}`;
    case 'vpn-gateway': {
      const gateway = cloud.vpnGateways.find(target.vpnGatewayId);
      return gateway && attachedVpcId(gateway) === vpcId
        ? undefined
        : `${target.vpnGatewayId} is not attached to ${vpcId}`;
    }
    case 'network-interface': {
      const networkInterface = cloud.networkInterfaces.find(target.networkInterfaceId);
      if (!networkInterface) return `${target.networkInterfaceId} is gone`;
      // Interfaces that a service holds for itself, such as an endpoint's, have nobody behind them who forwards.
      const instanceId = networkInterface.attachment?.instanceId;
      if (!instanceId) return `${target.networkInterfaceId} is not attached to an instance`;
      const instance = cloud.instances.find(instanceId);
      return instance && instance.desiredState !== 'running'
        ? `${instanceId} is ${instance.desiredState}`
        : undefined;
    }
  }
}
