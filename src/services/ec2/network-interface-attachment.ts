// Attaching an interface to an instance and taking it off again. Device 0 is made with the instance and stays with it.

import type {
  AttachNetworkInterfaceRequest,
  AttachNetworkInterfaceResult,
  DetachNetworkInterfaceRequest,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { Instance, NetworkInterface } from '../../cloud/instance.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import {
  invalidParameterCombination,
  invalidParameterValue,
  operationNotPermitted,
  requireParameter,
} from './errors.ts';
import { getInstance } from './instance.ts';
import { interfacesOf } from './instance-show.ts';
import { incorrectInstanceState } from './instance-state.ts';
import { getInstanceType } from './instance-type.ts';
import { getOwnInterface } from './network-interface.ts';
import { isOwn } from './ownership.ts';

export function attachNetworkInterface(
  input: AttachNetworkInterfaceRequest,
  context: OperationContext,
): AttachNetworkInterfaceResult {
  acceptParameters(
    'AttachNetworkInterface',
    input,
    'NetworkInterfaceId',
    'InstanceId',
    'DeviceIndex',
    'NetworkCardIndex',
  );
  const interfaceId = requireParameter('networkInterfaceId', input.NetworkInterfaceId);
  const networkInterface = getOwnInterface(context, interfaceId);
  const instance = getInstance(context, requireParameter('instanceId', input.InstanceId));
  const deviceIndex = requireParameter('deviceIndex', input.DeviceIndex);
  if (input.NetworkCardIndex) throw notBuilt('instances with several network cards');
  checkFreeInterface(networkInterface);
  checkPlace(context, networkInterface, instance, deviceIndex);

  const attachmentId = putAttachment(context, networkInterface, instance, deviceIndex, false);
  const networkInterfaceIds = [...interfacesOf(context, instance), networkInterface]
    .map(({ networkInterfaceId }) => context.cloud.networkInterfaces.find(networkInterfaceId)!)
    .toSorted((a, b) => a.attachment!.deviceIndex - b.attachment!.deviceIndex)
    .map(({ networkInterfaceId }) => networkInterfaceId);
  context.cloud.instances.put({ ...instance, networkInterfaceIds });
  return { AttachmentId: attachmentId, NetworkCardIndex: 0 };
}

export function checkFreeInterface({ networkInterfaceId, attachment }: NetworkInterface): void {
  if (!attachment) return;
  throw new AwsError('InvalidNetworkInterface.InUse', `Interface: [${networkInterfaceId}] in use.`);
}

function checkPlace(
  context: OperationContext,
  networkInterface: NetworkInterface,
  instance: Instance,
  deviceIndex: number,
): void {
  const { instanceId, instanceType } = instance;
  const taken = interfacesOf(context, instance);
  if (instance.desiredState === 'terminated') {
    throw incorrectInstanceState(`Instance '${instanceId}' is not 'running' or 'stopped'.`);
  }
  if (taken[0]?.availabilityZoneId !== networkInterface.availabilityZoneId) {
    throw invalidParameterCombination(
      'You may not attach a network interface to an instance if they are not in the same availability zone',
    );
  }
  if (instance.vpcId !== networkInterface.vpcId)
    throw notBuilt('an instance with interfaces in several VPCs');
  if (deviceIndex < 0 || taken.some(({ attachment }) => attachment?.deviceIndex === deviceIndex)) {
    throw invalidParameterValue(
      `Instance '${instanceId}' already has an interface attached at device index '${deviceIndex}'.`,
    );
  }
  const most = getInstanceType(instanceType, networkInterface.availabilityZone).networkInterfaces;
  if (taken.length >= most) throw tooManyInterfaces(taken.length + 1, instanceType);
}

export function tooManyInterfaces(count: number, instanceType: string): AwsError {
  const message = `Interface count ${count} exceeds the limit for ${instanceType}`;
  return new AwsError('AttachmentLimitExceeded', message);
}

/** Writes the interface's half of an attachment and gives its id. */
export function putAttachment(
  context: OperationContext,
  networkInterface: NetworkInterface,
  instance: Pick<Instance, 'instanceId' | 'accountId'>,
  deviceIndex: number,
  deleteOnTermination: boolean,
): string {
  const attachmentId = context.newId('eni-attach');
  context.cloud.networkInterfaces.put({
    ...networkInterface,
    attachment: {
      attachmentId,
      instanceId: instance.instanceId,
      instanceOwnerId: instance.accountId,
      deviceIndex,
      attachTime: context.now.toISOString(),
      deleteOnTermination,
    },
  });
  return attachmentId;
}

export function detachNetworkInterface(
  input: DetachNetworkInterfaceRequest,
  context: OperationContext,
): object {
  acceptParameters('DetachNetworkInterface', input, 'AttachmentId', 'Force');
  const attachmentId = requireParameter('attachmentId', input.AttachmentId);
  const holder = context.cloud.networkInterfaces
    .all()
    .find((eni) => isOwn(context, eni) && eni.attachment?.attachmentId === attachmentId);
  if (!holder) {
    throw new AwsError('InvalidAttachmentID.NotFound', `The attachment ID '${attachmentId}' does not exist`);
  }
  if (holder.requesterManaged) {
    throw operationNotPermitted("You are not allowed to manage 'ela-attach' attachments.");
  }
  const { attachment, ...free } = getOwnInterface(context, holder.networkInterfaceId);
  if (attachment!.deviceIndex === 0) {
    throw operationNotPermitted('The network interface at device index 0 cannot be detached.');
  }
  const instance = context.cloud.instances.find(attachment!.instanceId!)!;
  context.cloud.networkInterfaces.put(free);
  context.cloud.instances.put({
    ...instance,
    networkInterfaceIds: instance.networkInterfaceIds.filter((id) => id !== holder.networkInterfaceId),
  });
  return {};
}
