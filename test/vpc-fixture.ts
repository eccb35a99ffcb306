// A VPC to start a test from, and interfaces in it that no operation had to make.

import { findFreeAddress, putNetworkInterface } from '../src/cloud/address.ts';
import type { InstanceId, NetworkInterfaceId, SecurityGroupId } from '../src/cloud/id.ts';
import type { NetworkInterface } from '../src/cloud/instance.ts';
import { createSubnet } from '../src/services/ec2/subnet.ts';
import { createVpc } from '../src/services/ec2/vpc.ts';
import type { OperationContext } from '../src/services/operation.ts';
import type { Caller, Harness } from './operation-harness.ts';

/** A VPC `10.<second>.0.0/16` with one subnet `10.<second>.1.0/24`. */
export function makeVpc(harness: Harness, second = 0, caller: Caller = {}) {
  const VpcId = harness.run(createVpc, { CidrBlock: `10.${second}.0.0/16` }, caller).Vpc!.VpcId!;
  const subnet = harness.run(createSubnet, { VpcId, CidrBlock: `10.${second}.1.0/24` }, caller).Subnet!;
  return { VpcId, SubnetId: subnet.SubnetId! };
}

/** An interface as CreateNetworkInterface would leave it, or attached as RunInstances would. */
export function makeInterface(
  harness: Harness,
  subnetId: string,
  options: { groupIds?: string[]; instanceId?: string } = {},
): NetworkInterface {
  const put = (_input: object, context: OperationContext): NetworkInterface => {
    const subnet = context.cloud.subnets.find(subnetId)!;
    const groupIds = (options.groupIds ?? []) as SecurityGroupId[];
    return putNetworkInterface(context.cloud, context.newId, subnet, {
      accountId: subnet.accountId,
      description: '',
      groupIds,
      interfaceType: 'interface',
      requesterManaged: false,
      privateIpAddress: findFreeAddress(context.cloud, subnet)!,
      ...(options.instanceId && { attachment: attachmentTo(context, options.instanceId) }),
    });
  };
  return harness.run(put, {});
}

function attachmentTo(
  context: OperationContext,
  instanceId: string,
): NonNullable<NetworkInterface['attachment']> {
  return {
    attachmentId: context.newId('eni-attach'),
    instanceId: instanceId as InstanceId,
    instanceOwnerId: context.accountId,
    deviceIndex: 0,
    attachTime: context.now.toISOString(),
    deleteOnTermination: true,
  };
}

export function detach(harness: Harness, networkInterfaceId: NetworkInterfaceId): void {
  harness.store.change((cloud) => {
    const { attachment: _attachment, ...rest } = cloud.networkInterfaces.find(networkInterfaceId)!;
    cloud.networkInterfaces.put(rest);
  });
}
