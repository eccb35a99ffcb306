// Further interfaces of instances: an address and groups of their own, perhaps in another subnet, and taken away later.

import { addressAt, cidrRange } from '../../src/lib/cidr.ts';
import { type DraftHost, type DraftSubnet, type DraftWorld, regionOf } from './draft-world.ts';
import { ref } from './step.ts';

/** The next free address of a subnet, as long as there are some. */
export function takeAddress(subnet: DraftSubnet): string {
  const last = 2 ** (32 - cidrRange(subnet.block).prefixLength) - 2;
  return addressAt(subnet.block, Math.min(subnet.nextOffset++, last));
}

/** AWS: in the zone of the instance, whatever the subnet. */
export function drawFurtherInterface(world: DraftWorld, { name: instance, vpc, subnet }: DraftHost): void {
  const { draft, random, hosts, targets, changes } = world;
  const where = regionOf(vpc!);
  const name = draft.name('interface');
  const chosen = random.choose(vpc!.subnets.filter(({ zone }) => zone === subnet!.zone));
  const address = takeAddress(chosen);
  const input = {
    ...{ SubnetId: ref(chosen.name), PrivateIpAddress: address },
    Groups: [ref(random.choose(vpc!.groups))],
  };
  draft.call(where, 'ec2:CreateNetworkInterface', input, { [name]: 'NetworkInterface.NetworkInterfaceId' });
  const attachment = { InstanceId: ref(instance), NetworkInterfaceId: ref(name), DeviceIndex: 1 };
  draft.call(where, 'ec2:AttachNetworkInterface', attachment, { [`${name}_attachment`]: 'AttachmentId' });
  hosts.push({ name, address, vpc: vpc!, subnet: chosen, furtherOf: instance, hasRole: false });
  targets.push({ host: ref(name), address }, { host: address });
  changes.push(() =>
    draft.call(where, 'ec2:DetachNetworkInterface', { AttachmentId: ref(`${name}_attachment`), Force: true }),
  );
}
