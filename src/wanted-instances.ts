// Cloud and network → what the sandbox runtime is asked for. An instance is asked for once its wire is there.

import type { Cloud } from './cloud/cloud.ts';
import type { Instance } from './cloud/instance.ts';
import { privateDomain, privateHostName } from './cloud/private-name.ts';
import type { WantedInstance } from './instances/wanted-instance.ts';
import { namespaceName, namespacePath, userNamespacePath } from './linux/link-name.ts';
import type { CloudMark } from './linux/namespace-state.ts';
import type { Network } from './network/network.ts';

export function listWantedInstances(cloud: Cloud, network: Network, mark: CloudMark): WantedInstance[] {
  return cloud.instances
    .all()
    .flatMap((instance) => wantInstance(cloud, network, mark, instance) ?? [])
    .toArray();
}

function wantInstance(cloud: Cloud, network: Network, mark: CloudMark, instance: Instance): WantedInstance | undefined {
  const { instanceId, desiredState, bootNumber, region, userData } = instance;
  const vpc = network.vpcs.get(instance.vpcId);
  const address = cloud.networkInterfaces.find(instance.networkInterfaceIds[0] ?? '')?.privateIpAddress;
  const hasWire = vpc?.interfaces.some(({ behind }) => behind.kind === 'instance' && behind.instanceId === instanceId);
  if (desiredState === 'running' && (!hasWire || !address)) return undefined;
  const name = namespaceName(mark, instanceId);
  return {
    ...{ instanceId, desiredState, bootNumber, region },
    hostname: address ? privateHostName(address) : instanceId,
    domain: privateDomain(region),
    resolver: vpc?.resolver.addresses[0] ?? '169.254.169.253',
    networkNamespacePath: namespacePath(name),
    userNamespacePath: userNamespacePath(name),
    ...(userData === undefined ? {} : { userData }),
  };
}
