// The permissions boundary of a user or a role: a managed policy that bounds what its other policies can allow.

import type {
  AttachedPermissionsBoundary,
  DeleteRolePermissionsBoundaryRequest,
  DeleteUserPermissionsBoundaryRequest,
  PutRolePermissionsBoundaryRequest,
  PutUserPermissionsBoundaryRequest,
} from '@aws-sdk/client-iam';
import type { PolicyHolder } from '../../cloud/iam.ts';
import { findManagedPolicy } from '../../policy/aws-managed-policy.ts';
import type { OperationContext } from '../operation.ts';
import { boundaryNotAttachable } from './errors.ts';
import { findPolicy, getRoleRecord, getUserRecord } from './lookup.ts';
import { acceptInput, checkPolicyArn } from './parameter.ts';

export function parseBoundary(
  context: OperationContext,
  arn: string | undefined,
): Pick<PolicyHolder, 'permissionsBoundaryArn'> {
  if (arn === undefined) return {};
  checkPolicyArn(arn);
  if (!findManagedPolicy(arn) && !findPolicy(context, arn)) throw boundaryNotAttachable(arn);
  return { permissionsBoundaryArn: arn };
}

/** AWS: the API reference allows `Policy` alone as the type and IAM answers so, though the SDK's own list has another word. */
const boundaryType = 'Policy' as AttachedPermissionsBoundary['PermissionsBoundaryType'];

export function showBoundary({ permissionsBoundaryArn: arn }: PolicyHolder): {
  PermissionsBoundary?: AttachedPermissionsBoundary;
} {
  if (arn === undefined) return {};
  return { PermissionsBoundary: { PermissionsBoundaryType: boundaryType, PermissionsBoundaryArn: arn } };
}

export function putUserPermissionsBoundary(
  input: PutUserPermissionsBoundaryRequest,
  context: OperationContext,
): object {
  acceptInput('PutUserPermissionsBoundary', input, 'UserName', 'PermissionsBoundary');
  const user = getUserRecord(context, input.UserName!);
  context.cloud.iamUsers.put({ ...user, ...parseBoundary(context, input.PermissionsBoundary) });
  return {};
}

export function putRolePermissionsBoundary(
  input: PutRolePermissionsBoundaryRequest,
  context: OperationContext,
): object {
  acceptInput('PutRolePermissionsBoundary', input, 'RoleName', 'PermissionsBoundary');
  const role = getRoleRecord(context, input.RoleName!);
  context.cloud.iamRoles.put({ ...role, ...parseBoundary(context, input.PermissionsBoundary) });
  return {};
}

export function deleteUserPermissionsBoundary(
  input: DeleteUserPermissionsBoundaryRequest,
  context: OperationContext,
): object {
  acceptInput('DeleteUserPermissionsBoundary', input, 'UserName');
  const { permissionsBoundaryArn: _gone, ...user } = getUserRecord(context, input.UserName!);
  context.cloud.iamUsers.put(user);
  return {};
}

export function deleteRolePermissionsBoundary(
  input: DeleteRolePermissionsBoundaryRequest,
  context: OperationContext,
): object {
  acceptInput('DeleteRolePermissionsBoundary', input, 'RoleName');
  const { permissionsBoundaryArn: _gone, ...role } = getRoleRecord(context, input.RoleName!);
  context.cloud.iamRoles.put(role);
  return {};
}
