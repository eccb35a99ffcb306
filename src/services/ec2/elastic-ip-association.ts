// Attaching an Elastic IP to an interface's private address and taking it off again.
// AWS: an address that is attached elsewhere moves, unless the caller says that it must not.

import type {
  AssociateAddressRequest,
  AssociateAddressResult,
  DisassociateAddressRequest,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import type { NetworkInterface } from '../../cloud/instance.ts';
import type { ElasticIp } from '../../cloud/internet.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { getElasticIpByAddress, getNamedElasticIp } from './elastic-ip.ts';
import {
  alreadyAssociated,
  associationNotFound,
  checkId,
  gatewayNotAttached,
  invalidParameterCombination,
  invalidParameterValue,
  missingParameter,
  notYours,
} from './errors.ts';
import { getInstance } from './instance.ts';
import { instanceStateOf } from './instance-show.ts';
import { findGatewayOf } from './internet-gateway.ts';
import { getOwnInterface } from './network-interface.ts';
import { isOwn } from './ownership.ts';
import { assignPublicAddress, findElasticIpOf, withoutPublicAddress } from './public-address.ts';

export function associateAddress(
  input: AssociateAddressRequest,
  context: OperationContext,
): AssociateAddressResult {
  const place = ['InstanceId', 'NetworkInterfaceId', 'PrivateIpAddress', 'AllowReassociation'] as const;
  acceptParameters('AssociateAddress', input, 'AllocationId', 'PublicIp', ...place);
  const elasticIp = getNamedElasticIp(context, input);
  const networkInterface = readInterface(input, context);
  const { networkInterfaceId, privateIpAddress, vpcId } = networkInterface;
  const { PrivateIpAddress: wanted = privateIpAddress } = input;
  if (wanted !== privateIpAddress) {
    throw invalidParameterValue(`Address ${wanted} is not assigned to interface ${networkInterfaceId}`);
  }
  if (!findGatewayOf(context, vpcId)) {
    throw gatewayNotAttached(`Network ${vpcId} is not attached to any internet gateway`);
  }
  const current = elasticIp.association;
  // AWS: asking for what is so already is no mistake.
  if (current?.networkInterfaceId === networkInterfaceId) return { AssociationId: current.associationId };
  const occupant = findElasticIpOf(context.cloud, networkInterfaceId);
  if (input.AllowReassociation === false) {
    const taken = current ? elasticIp : occupant;
    if (taken) throw isAssociated(taken);
  }
  if (current) free(context, elasticIp);
  if (occupant) free(context, occupant);
  return { AssociationId: putAssociation(context, elasticIp, networkInterfaceId) };
}

function isAssociated({ allocationId, association }: ElasticIp): AwsError {
  const associationId = association!.associationId;
  return alreadyAssociated(
    `resource ${allocationId} is already associated with associate-id ${associationId}`,
  );
}

/** Writes the association and gives its id. AWS: an address that was given automatically is lost to it. */
export function putAssociation(
  { cloud, newId }: Pick<OperationContext, 'cloud' | 'newId'>,
  { allocationId, accountId, region, publicIp }: ElasticIp,
  networkInterfaceId: NetworkInterface['networkInterfaceId'],
): string {
  const networkInterface = cloud.networkInterfaces.find(networkInterfaceId)!;
  if (networkInterface.autoAssignedPublicIp) {
    cloud.networkInterfaces.put(withoutPublicAddress(networkInterface));
  }
  const { privateIpAddress } = networkInterface;
  const association = { associationId: newId('eipassoc'), networkInterfaceId, privateIpAddress };
  cloud.elasticIps.put({ allocationId, accountId, region, publicIp, association });
  return association.associationId;
}

function readInterface(input: AssociateAddressRequest, context: OperationContext): NetworkInterface {
  const { InstanceId: instanceId, NetworkInterfaceId: networkInterfaceId } = input;
  if (instanceId && networkInterfaceId) {
    throw invalidParameterCombination('You may specify instance ID or network interface ID, but not both');
  }
  if (networkInterfaceId) return getOwnInterface(context, networkInterfaceId);
  if (!instanceId) throw missingParameter('instanceId or networkInterfaceId');
  const instance = getInstance(context, instanceId);
  const state = instanceStateOf(context, instance);
  if (!['running', 'stopping', 'stopped'].includes(state)) {
    throw new AwsError(
      'InvalidInstanceID',
      `The ${state} instance '${instanceId}' is not in a valid state for this operation.`,
    );
  }
  const [primaryId, ...others] = instance.networkInterfaceIds;
  if (others.length > 0) {
    throw new AwsError(
      'InvalidInstanceID',
      `There are multiple interfaces attached to instance '${instanceId}'. Please specify an interface ID for the operation instead.`,
    );
  }
  return getOwnInterface(context, primaryId!);
}

export function disassociateAddress(input: DisassociateAddressRequest, context: OperationContext): object {
  acceptParameters('DisassociateAddress', input, 'AssociationId', 'PublicIp');
  const { AssociationId: associationId, PublicIp: publicIp } = input;
  if (associationId && publicIp) {
    throw invalidParameterCombination(
      'You may specify public IP or association id, but not both in the same call',
    );
  }
  if (!associationId && !publicIp) throw missingParameter('associationId');
  const elasticIp = publicIp
    ? getElasticIpByAddress(context, publicIp)
    : getElasticIpByAssociation(context, associationId!);
  if (elasticIp.association) free(context, elasticIp);
  return {};
}

function getElasticIpByAssociation(context: OperationContext, associationId: string): ElasticIp {
  checkId('eipassoc', associationId, 'InvalidAssociationID.Malformed');
  const elasticIp = context.cloud.elasticIps
    .all()
    .find((candidate) => isOwn(context, candidate) && candidate.association?.associationId === associationId);
  if (!elasticIp) throw associationNotFound(associationId);
  return elasticIp;
}

/** Takes an address off. AWS: a NAT gateway's stays until the gateway is deleted. */
function free({ cloud }: OperationContext, elasticIp: ElasticIp): void {
  const { association, ...rest } = elasticIp;
  const holder = cloud.networkInterfaces.find(association!.networkInterfaceId);
  if (holder?.requesterManaged) throw notYours();
  cloud.elasticIps.put(rest);
  if (holder) giveBack(cloud, holder);
}

/** AWS: an instance that was launched with a public address gets one again when its Elastic IP goes. */
function giveBack(cloud: Cloud, { attachment }: NetworkInterface): void {
  const instance = attachment?.instanceId && cloud.instances.find(attachment.instanceId);
  if (instance && instance.desiredState === 'running') assignPublicAddress(cloud, instance);
}
