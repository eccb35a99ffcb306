// One attribute of a network interface at a time, shown or changed.

import type {
  DescribeNetworkInterfaceAttributeRequest,
  DescribeNetworkInterfaceAttributeResult,
  ModifyNetworkInterfaceAttributeRequest,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { NetworkInterface } from '../../cloud/instance.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import {
  invalidParameterCombination,
  invalidParameterValue,
  missingParameter,
  requireParameter,
} from './errors.ts';
import { getNetworkInterface, getOwnInterface } from './network-interface.ts';
import { readDescription, readGroups } from './network-interface-parameter.ts';
import { showNetworkInterface } from './network-interface-show.ts';

const changeable = ['Description', 'Groups', 'SourceDestCheck', 'Attachment'] as const;

export function describeNetworkInterfaceAttribute(
  input: DescribeNetworkInterfaceAttributeRequest,
  context: OperationContext,
): DescribeNetworkInterfaceAttributeResult {
  acceptParameters('DescribeNetworkInterfaceAttribute', input, 'NetworkInterfaceId', 'Attribute');
  const networkInterface = getNetworkInterface(
    context,
    requireParameter('networkInterfaceId', input.NetworkInterfaceId),
  );
  const shown = showNetworkInterface(context, networkInterface);
  const NetworkInterfaceId = networkInterface.networkInterfaceId;
  const attribute: string = requireParameter('attribute', input.Attribute);
  switch (attribute) {
    case 'description':
      return { NetworkInterfaceId, Description: { Value: networkInterface.description } };
    case 'groupSet':
      return { NetworkInterfaceId, Groups: shown.Groups ?? [] };
    case 'sourceDestCheck':
      return { NetworkInterfaceId, SourceDestCheck: { Value: networkInterface.sourceDestCheck } };
    case 'attachment':
      return { NetworkInterfaceId, ...(shown.Attachment && { Attachment: shown.Attachment }) };
    case 'associatePublicIpAddress':
      throw notBuilt('public addresses');
    default:
      throw invalidParameterValue(`Value (${attribute}) for parameter attribute is invalid.`);
  }
}

export function modifyNetworkInterfaceAttribute(
  input: ModifyNetworkInterfaceAttributeRequest,
  context: OperationContext,
): object {
  acceptParameters('ModifyNetworkInterfaceAttribute', input, 'NetworkInterfaceId', ...changeable);
  const id = requireParameter('networkInterfaceId', input.NetworkInterfaceId);
  const networkInterface = getOwnInterface(context, id);
  const given = changeable.filter((name) => input[name] !== undefined);
  if (given.length === 0) throw missingParameter('attribute');
  if (given.length > 1) {
    throw invalidParameterCombination('Fields for multiple attribute types specified: only one is allowed');
  }
  context.cloud.networkInterfaces.put({
    ...networkInterface,
    ...readChange(input, context, networkInterface),
  });
  return {};
}

function readChange(
  input: ModifyNetworkInterfaceAttributeRequest,
  context: OperationContext,
  networkInterface: NetworkInterface,
): Partial<NetworkInterface> {
  if (input.Groups) {
    if (input.Groups.length === 0) throw missingParameter('SecurityGroupId');
    return { groupIds: readGroups(context, input.Groups, networkInterface) };
  }
  if (input.Description) return { description: readDescription(input.Description.Value) };
  if (input.SourceDestCheck) {
    return { sourceDestCheck: requireParameter('sourceDestCheck.value', input.SourceDestCheck.Value) };
  }
  const { attachment } = networkInterface;
  const { AttachmentId: attachmentId, DeleteOnTermination: deleteOnTermination } = input.Attachment!;
  acceptParameters(
    'the attachment of ModifyNetworkInterfaceAttribute',
    input.Attachment!,
    'AttachmentId',
    'DeleteOnTermination',
  );
  if (!attachment || attachment.attachmentId !== attachmentId) {
    throw new AwsError('InvalidAttachmentID.NotFound', `The attachment ID '${attachmentId}' does not exist`);
  }
  const wanted = requireParameter('attachment.deleteOnTermination', deleteOnTermination);
  return { attachment: { ...attachment, deleteOnTermination: wanted } };
}
