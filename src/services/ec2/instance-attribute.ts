// One attribute of an instance at a time, shown or changed.

import type {
  DescribeInstanceAttributeRequest,
  InstanceAttribute,
  ModifyInstanceAttributeRequest,
} from '@aws-sdk/client-ec2';
import type { Instance, NetworkInterface } from '../../cloud/instance.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import {
  invalidParameterCombination,
  invalidParameterValue,
  missingParameter,
  operationNotPermitted,
  requireParameter,
} from './errors.ts';
import { getInstance } from './instance.ts';
import { checkUserData, readShutdownBehavior } from './instance-launch-parameter.ts';
import { instanceStateOf, interfacesOf } from './instance-show.ts';
import { incorrectInstanceState } from './instance-state.ts';
import { getInstanceType } from './instance-type.ts';
import { tooManyInterfaces } from './network-interface-attachment.ts';
import { readGroups } from './network-interface-parameter.ts';
import { showGroups } from './network-interface-show.ts';

export function describeInstanceAttribute(
  input: DescribeInstanceAttributeRequest,
  context: OperationContext,
): InstanceAttribute {
  acceptParameters('DescribeInstanceAttribute', input, 'InstanceId', 'Attribute');
  const instance = getInstance(context, requireParameter('instanceId', input.InstanceId));
  const attribute = requireParameter('attribute', input.Attribute);
  return { InstanceId: instance.instanceId, ...showAttribute(context, instance, attribute) };
}

function showAttribute(context: OperationContext, instance: Instance, attribute: string): InstanceAttribute {
  const primary = interfacesOf(context, instance)[0];
  switch (attribute) {
    case 'instanceType':
      return { InstanceType: { Value: instance.instanceType } };
    case 'userData':
      return { UserData: instance.userData === undefined ? {} : { Value: instance.userData } };
    case 'disableApiTermination':
      return { DisableApiTermination: { Value: instance.disableApiTermination } };
    case 'disableApiStop':
      return { DisableApiStop: { Value: false } };
    case 'instanceInitiatedShutdownBehavior':
      return { InstanceInitiatedShutdownBehavior: { Value: instance.shutdownBehavior } };
    case 'sourceDestCheck':
      return { SourceDestCheck: { Value: primary?.sourceDestCheck ?? true } };
    case 'groupSet':
      return { Groups: showGroups(context.cloud, primary?.groupIds ?? []) };
    case 'rootDeviceName':
      return { RootDeviceName: { Value: '/dev/xvda' } };
    case 'blockDeviceMapping':
      return { BlockDeviceMappings: [] };
    case 'productCodes':
      return { ProductCodes: [] };
    case 'ebsOptimized':
      return { EbsOptimized: { Value: false } };
    case 'kernel':
      return { KernelId: {} };
    case 'ramdisk':
      return { RamdiskId: {} };
    case 'enaSupport':
    case 'sriovNetSupport':
    case 'enclaveOptions':
      throw notBuilt(`the attribute ${attribute} of instances`);
    default:
      throw invalidParameterValue(
        `Value (${attribute}) for parameter attribute is invalid. Unknown attribute.`,
      );
  }
}

const ofInstance = [
  'DisableApiTermination',
  'InstanceInitiatedShutdownBehavior',
  'InstanceType',
  'UserData',
] as const;
const ofPrimaryInterface = ['Groups', 'SourceDestCheck'] as const;

export function modifyInstanceAttribute(
  input: ModifyInstanceAttributeRequest,
  context: OperationContext,
): object {
  const { cloud } = context;
  acceptParameters('ModifyInstanceAttribute', input, 'InstanceId', ...ofInstance, ...ofPrimaryInterface);
  const instance = getInstance(context, requireParameter('instanceId', input.InstanceId));
  const given = [...ofInstance, ...ofPrimaryInterface].filter((name) => input[name] !== undefined);
  if (given.length === 0) throw missingParameter('attribute');
  if (given.length > 1) {
    throw invalidParameterCombination('Fields for multiple attribute types specified: only one is allowed');
  }
  if (instance.desiredState === 'terminated') {
    throw incorrectInstanceState(`Instance '${instance.instanceId}' is terminated.`);
  }
  if (input.Groups || input.SourceDestCheck) {
    const primary = interfacesOf(context, instance)[0]!;
    cloud.networkInterfaces.put({ ...primary, ...readInterfaceChange(input, context, instance, primary) });
  } else cloud.instances.put({ ...instance, ...readInstanceChange(input, context, instance) });
  return {};
}

function readInterfaceChange(
  input: ModifyInstanceAttributeRequest,
  context: OperationContext,
  instance: Instance,
  primary: NetworkInterface,
): Partial<NetworkInterface> {
  if (instance.networkInterfaceIds.length > 1) {
    throw operationNotPermitted(
      `There are multiple interfaces attached to instance '${instance.instanceId}'. ` +
        'Please specify an interface ID for the operation instead.',
    );
  }
  if (input.Groups) {
    if (input.Groups.length === 0) throw missingParameter('GroupId');
    return { groupIds: readGroups(context, input.Groups, primary) };
  }
  return { sourceDestCheck: requireParameter('sourceDestCheck.value', input.SourceDestCheck!.Value) };
}

function readInstanceChange(
  input: ModifyInstanceAttributeRequest,
  context: OperationContext,
  instance: Instance,
): Partial<Instance> {
  if (input.DisableApiTermination) {
    const disableApiTermination = requireParameter(
      'disableApiTermination.value',
      input.DisableApiTermination.Value,
    );
    return { disableApiTermination };
  }
  if (input.InstanceInitiatedShutdownBehavior) {
    const { Value: text } = input.InstanceInitiatedShutdownBehavior;
    const name = 'instanceInitiatedShutdownBehavior.value';
    return { shutdownBehavior: readShutdownBehavior(requireParameter(name, text)) };
  }
  requireStopped(context, instance);
  if (input.UserData) return { userData: checkUserData(input.UserData.Value ?? new Uint8Array()) };
  const instanceType = requireParameter('instanceType.value', input.InstanceType!.Value);
  const [primary] = interfacesOf(context, instance);
  const { networkInterfaces: most } = getInstanceType(instanceType, primary!.availabilityZone);
  const count = instance.networkInterfaceIds.length;
  if (count > most) throw tooManyInterfaces(count, instanceType);
  return { instanceType };
}

function requireStopped(context: OperationContext, instance: Instance): void {
  if (instanceStateOf(context, instance) === 'stopped') return;
  throw incorrectInstanceState(`The instance '${instance.instanceId}' is not in the 'stopped' state.`);
}
