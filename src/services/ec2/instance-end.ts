// The end of an instance. AWS: its interfaces, their addresses and groups are held until it is `terminated`, so that nobody
// else has them while it shuts down; then they go with it or become free, as each was told.

import type { Cloud } from '../../cloud/cloud.ts';
import type { InstanceId } from '../../cloud/id.ts';
import type { Instance } from '../../cloud/instance.ts';
import { dropElasticIpAssociation, withoutPublicAddress } from './public-address.ts';
import { dropTags } from './tag.ts';

/** Those that were terminated and still hold their interfaces: for whoever sees them go. */
export function findEndingInstances(cloud: Cloud): InstanceId[] {
  return cloud.instances.where(isEnding).map(({ instanceId }) => instanceId);
}

/** Writes down that the machine of a terminated instance is gone. Nothing happens for any other. */
export function recordEnd(cloud: Cloud, instanceId: InstanceId): void {
  const instance = cloud.instances.find(instanceId);
  if (instance && isEnding(instance)) releaseInterfaces(cloud, instance);
}

export function isEnding({ desiredState, networkInterfaceIds }: Instance): boolean {
  return desiredState === 'terminated' && networkInterfaceIds.length > 0;
}

export function releaseInterfaces(cloud: Cloud, instance: Instance): void {
  for (const networkInterfaceId of instance.networkInterfaceIds) {
    const networkInterface = cloud.networkInterfaces.find(networkInterfaceId);
    if (!networkInterface) continue;
    const { attachment, associatesPublicIp: _over, ...free } = withoutPublicAddress(networkInterface);
    if (attachment?.deleteOnTermination) {
      dropElasticIpAssociation(cloud, networkInterfaceId);
      cloud.networkInterfaces.delete(networkInterfaceId);
      dropTags(cloud, networkInterfaceId);
    } else cloud.networkInterfaces.put(free);
  }
  cloud.instances.put({ ...instance, networkInterfaceIds: [] });
}
