// Network interfaces of a user's own. Those that a service made for itself are shown here too, and are not the user's to change.

import type {
  CreateNetworkInterfaceRequest,
  CreateNetworkInterfaceResult,
  DeleteNetworkInterfaceRequest,
  DescribeNetworkInterfacesRequest,
  DescribeNetworkInterfacesResult,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import { putNetworkInterface } from '../../cloud/address.ts';
import type { NetworkInterface } from '../../cloud/instance.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { checkId, networkInterfaceNotFound, operationNotPermitted, requireParameter } from './errors.ts';
import { applyFilters } from './filter.ts';
import { idempotent } from './idempotency.ts';
import {
  checkAddress,
  readDescription,
  readGroups,
  readWantedAddress,
  takeAddress,
} from './network-interface-parameter.ts';
import { networkInterfaceFields, showNetworkInterface } from './network-interface-show.ts';
import { findOwn, selectOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { dropElasticIpAssociation } from './public-address.ts';
import { getSubnet } from './subnet.ts';
import { dropTags, findTags, putTags, tagsFromSpecifications } from './tag.ts';

export function createNetworkInterface(
  input: CreateNetworkInterfaceRequest,
  context: OperationContext,
): CreateNetworkInterfaceResult {
  const about = ['SubnetId', 'Description', 'Groups', 'InterfaceType', 'TagSpecifications'] as const;
  acceptParameters('CreateNetworkInterface', input, ...about, 'PrivateIpAddress', 'PrivateIpAddresses');
  const { ClientToken: clientToken } = input;
  return idempotent(
    context,
    'CreateNetworkInterface',
    clientToken,
    input,
    () => [putFromRequest(input, context).networkInterfaceId],
    ([networkInterfaceId]) => ({
      NetworkInterface: showNetworkInterface(context, getNetworkInterface(context, networkInterfaceId!)),
      ...(clientToken && { ClientToken: clientToken }),
    }),
  );
}

function putFromRequest(input: CreateNetworkInterfaceRequest, context: OperationContext): NetworkInterface {
  const subnet = getSubnet(context, requireParameter('subnetId', input.SubnetId));
  if (input.InterfaceType) throw notBuilt(`network interfaces of the type ${input.InterfaceType}`);
  const groupIds = readGroups(context, input.Groups, subnet);
  const wanted = readWantedAddress(
    'CreateNetworkInterface',
    input.PrivateIpAddress,
    input.PrivateIpAddresses,
  );
  const privateIpAddress =
    wanted === undefined ? takeAddress(context, subnet) : checkAddress(context, subnet, wanted);
  const tags = tagsFromSpecifications(input.TagSpecifications, 'network-interface');
  const networkInterface = putNetworkInterface(context.cloud, context.newId, subnet, {
    accountId: context.accountId,
    description: readDescription(input.Description),
    groupIds,
    privateIpAddress,
    interfaceType: 'interface',
    requesterManaged: false,
  });
  putTags(context, networkInterface.networkInterfaceId, 'network-interface', tags);
  return networkInterface;
}

export function describeNetworkInterfaces(
  input: DescribeNetworkInterfacesRequest,
  context: OperationContext,
): DescribeNetworkInterfacesResult {
  const { cloud } = context;
  const { NetworkInterfaceIds: ids } = input;
  acceptParameters(
    'DescribeNetworkInterfaces',
    input,
    'NetworkInterfaceIds',
    'Filters',
    'MaxResults',
    'NextToken',
  );
  refuseIdsWithMaxResults('NetworkInterfaceIds', ids, input.MaxResults);
  const selected = selectOwn(
    context,
    ids,
    (id) => getNetworkInterface(context, id),
    () => cloud.networkInterfaces.all(),
  );
  const tagsOf = (eni: NetworkInterface) => findTags(cloud, eni.networkInterfaceId);
  const matching = applyFilters(selected, input.Filters, networkInterfaceFields(context), tagsOf);
  const { page, nextToken } = paginate(matching, input, undefined, (eni) => eni.networkInterfaceId);
  return {
    NetworkInterfaces: page.map((eni) => showNetworkInterface(context, eni)),
    ...(nextToken && { NextToken: nextToken }),
  };
}

export function deleteNetworkInterface(
  input: DeleteNetworkInterfaceRequest,
  context: OperationContext,
): object {
  acceptParameters('DeleteNetworkInterface', input, 'NetworkInterfaceId');
  const id = requireParameter('networkInterfaceId', input.NetworkInterfaceId);
  const { networkInterfaceId, attachment } = getOwnInterface(context, id);
  if (attachment) {
    const message = `Network interface '${networkInterfaceId}' is currently in use.`;
    throw new AwsError('InvalidNetworkInterface.InUse', message);
  }
  dropElasticIpAssociation(context.cloud, networkInterfaceId);
  context.cloud.networkInterfaces.delete(networkInterfaceId);
  dropTags(context.cloud, networkInterfaceId);
  return {};
}

/** The caller's interface; otherwise AWS's not-found. */
export function getNetworkInterface(context: OperationContext, networkInterfaceId: string): NetworkInterface {
  checkId('eni', networkInterfaceId, 'InvalidNetworkInterfaceId.Malformed');
  const networkInterface = findOwn(context, context.cloud.networkInterfaces.find(networkInterfaceId));
  if (!networkInterface) throw networkInterfaceNotFound(networkInterfaceId);
  return networkInterface;
}

/** The caller's interface, if it is his to change. */
export function getOwnInterface(context: OperationContext, networkInterfaceId: string): NetworkInterface {
  const networkInterface = getNetworkInterface(context, networkInterfaceId);
  if (networkInterface.requesterManaged) {
    throw operationNotPermitted('You do not have permission to access the specified resource.');
  }
  return networkInterface;
}
