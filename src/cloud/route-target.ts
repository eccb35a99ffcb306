// Whether a route leads anywhere. AWS: a route outlives its target; it turns into a blackhole that drops what matches,
// and no shorter prefix is tried.

import type { Cloud } from './cloud.ts';
import type { Route } from './vpc.ts';

/** Why packets of this route are dropped, or undefined when it is active. */
export function whyBlackhole(cloud: Cloud, { target }: Route): string | undefined {
  if (target.kind === 'vpc-peering-connection') {
    const connection = cloud.vpcPeeringConnections.find(target.vpcPeeringConnectionId);
    return connection?.status === 'active' ? undefined : `${target.vpcPeeringConnectionId} is not active`;
  }
  const networkInterface = cloud.networkInterfaces.find(target.networkInterfaceId);
  if (!networkInterface) return `${target.networkInterfaceId} is gone`;
  return networkInterface.attachment ? undefined : `${target.networkInterfaceId} is not attached`;
}
