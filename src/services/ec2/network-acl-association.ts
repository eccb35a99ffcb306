// Which network ACL a subnet has: the VPC's default one from the beginning, another when it is replaced, never none.

import type {
  ReplaceNetworkAclAssociationRequest,
  ReplaceNetworkAclAssociationResult,
} from '@aws-sdk/client-ec2';
import type { Cloud } from '../../cloud/cloud.ts';
import type { SubnetId } from '../../cloud/id.ts';
import type { NetworkAcl } from '../../cloud/network-acl.ts';
import type { Subnet } from '../../cloud/vpc.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { associationNotFound, checkId, invalidParameterValue, requireParameter } from './errors.ts';
import { getNetworkAcl } from './network-acl.ts';
import { isOwn } from './ownership.ts';

/** AWS: the association gets a new id. */
export function replaceNetworkAclAssociation(
  input: ReplaceNetworkAclAssociationRequest,
  context: OperationContext,
): ReplaceNetworkAclAssociationResult {
  acceptParameters('ReplaceNetworkAclAssociation', input, 'AssociationId', 'NetworkAclId');
  const associationId = requireParameter('AssociationId', input.AssociationId);
  checkId('aclassoc', associationId, 'InvalidAssociationID.Malformed');
  const { networkAclId, vpcId } = getNetworkAcl(
    context,
    requireParameter('NetworkAclId', input.NetworkAclId),
  );
  const found = context.cloud.networkAcls
    .all()
    .filter((acl) => isOwn(context, acl))
    .flatMap((acl) => acl.associations.map((association) => ({ acl, ...association })))
    .find((association) => association.networkAclAssociationId === associationId);
  if (!found) throw associationNotFound(associationId);
  const { acl, subnetId } = found;
  if (acl.vpcId !== vpcId) {
    throw invalidParameterValue(
      `network ACL ${networkAclId} and subnet ${subnetId} belong to different networks`,
    );
  }
  removeAssociation(context.cloud, acl, subnetId);
  const NewAssociationId = addAssociation(context, getNetworkAcl(context, networkAclId), subnetId);
  return { NewAssociationId };
}

/** For a subnet that has just been made. */
export function associateDefaultNetworkAcl(
  context: OperationContext,
  { subnetId, vpcId }: Pick<Subnet, 'subnetId' | 'vpcId'>,
): void {
  const acl = context.cloud.networkAcls.all().find((one) => one.vpcId === vpcId && one.isDefault);
  if (!acl) throw new Error(`${vpcId} has no default network ACL`);
  addAssociation(context, acl, subnetId);
}

/** For a subnet that goes away. */
export function dropNetworkAclAssociation({ cloud }: OperationContext, subnetId: SubnetId): void {
  const acl = cloud.networkAcls
    .all()
    .find(({ associations }) => associations.some((one) => one.subnetId === subnetId));
  if (acl) removeAssociation(cloud, acl, subnetId);
}

function addAssociation(context: OperationContext, acl: NetworkAcl, subnetId: SubnetId): string {
  const networkAclAssociationId = context.newId('aclassoc');
  const associations = [...acl.associations, { networkAclAssociationId, subnetId }];
  context.cloud.networkAcls.put({ ...acl, associations });
  return networkAclAssociationId;
}

function removeAssociation(cloud: Cloud, acl: NetworkAcl, subnetId: SubnetId): void {
  const associations = acl.associations.filter((association) => association.subnetId !== subnetId);
  cloud.networkAcls.put({ ...acl, associations });
}
