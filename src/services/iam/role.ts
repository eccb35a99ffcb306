// Roles: policies without a key. Whom the trust policy lets in may become the role for a while (sts:AssumeRole).

import type {
  CreateRoleRequest,
  CreateRoleResponse,
  DeleteRoleRequest,
  GetRoleRequest,
  GetRoleResponse,
  ListRolesRequest,
  ListRolesResponse,
  Role,
  UpdateAssumeRolePolicyRequest,
  UpdateRoleDescriptionRequest,
  UpdateRoleDescriptionResponse,
  UpdateRoleRequest,
} from '@aws-sdk/client-iam';
import type { IamRole } from '../../cloud/iam.ts';
import type { OperationContext } from '../operation.ts';
import { checkQuota, deleteConflict, roleExists } from './errors.ts';
import { compareNames, findRole, getRoleRecord, globalRegion, iamArn, newUniqueId } from './lookup.ts';
import { paginate } from './pagination.ts';
import { acceptInput } from './parameter.ts';
import { parseBoundary, showBoundary } from './permissions-boundary.ts';
import { encodeDocument, parseTrustDocument } from './policy-document.ts';
import { replacePrincipal } from './principal-reference.ts';
import { parseTags, showTagsOf } from './tag.ts';

export const rolesPerAccount = 1000;

export function createRole(input: CreateRoleRequest, context: OperationContext): CreateRoleResponse {
  acceptInput(
    'CreateRole',
    input,
    'Path',
    'RoleName',
    'AssumeRolePolicyDocument',
    'Description',
    'MaxSessionDuration',
    'PermissionsBoundary',
    'Tags',
  );
  const { Path: path = '/', RoleName: roleName, Description: description } = input;
  const tags = parseTags(input.Tags);
  const { accountId, cloud, now } = context;
  const assumeRolePolicyDocument = parseTrustDocument(cloud, input.AssumeRolePolicyDocument!);
  if (findRole(context, roleName!)) throw roleExists(roleName!);
  const boundary = parseBoundary(context, input.PermissionsBoundary);
  const count = cloud.iamRoles.where((role) => role.accountId === accountId).length;
  checkQuota('RolesPerAccount', rolesPerAccount, count + 1);
  const role = cloud.iamRoles.put({
    accountId,
    region: globalRegion,
    arn: iamArn(accountId, 'role', path, roleName!),
    roleName: roleName!,
    roleId: newUniqueId(context, 'AROA'),
    path,
    createDate: now.toISOString(),
    assumeRolePolicyDocument,
    ...(description === undefined ? {} : { description }),
    maxSessionDurationSeconds: input.MaxSessionDuration ?? 3600,
    inlinePolicies: {},
    attachedPolicyArns: [],
    ...boundary,
    tags,
  });
  return { Role: describeRole(role) };
}

export function getRole(input: GetRoleRequest, context: OperationContext): GetRoleResponse {
  acceptInput('GetRole', input, 'RoleName');
  return { Role: describeRole(getRoleRecord(context, input.RoleName!)) };
}

export function listRoles(input: ListRolesRequest, context: OperationContext): ListRolesResponse {
  acceptInput('ListRoles', input, 'PathPrefix', 'Marker', 'MaxItems');
  const { cloud, accountId } = context;
  const roles = cloud.iamRoles
    .where((role) => role.accountId === accountId && role.path.startsWith(input.PathPrefix ?? '/'))
    .sort((a, b) => compareNames(a.roleName, b.roleName));
  const { page, rest } = paginate(roles, input, ({ roleName }) => roleName);
  return { Roles: page.map(showRole), ...rest };
}

export function updateRole(input: UpdateRoleRequest, context: OperationContext): object {
  acceptInput('UpdateRole', input, 'RoleName', 'Description', 'MaxSessionDuration');
  const role = getRoleRecord(context, input.RoleName!);
  context.cloud.iamRoles.put({
    ...role,
    ...(input.Description === undefined ? {} : { description: input.Description }),
    maxSessionDurationSeconds: input.MaxSessionDuration ?? role.maxSessionDurationSeconds,
  });
  return {};
}

export function updateRoleDescription(
  input: UpdateRoleDescriptionRequest,
  context: OperationContext,
): UpdateRoleDescriptionResponse {
  acceptInput('UpdateRoleDescription', input, 'RoleName', 'Description');
  const role = getRoleRecord(context, input.RoleName!);
  return { Role: describeRole(context.cloud.iamRoles.put({ ...role, description: input.Description! })) };
}

export function updateAssumeRolePolicy(
  input: UpdateAssumeRolePolicyRequest,
  context: OperationContext,
): object {
  acceptInput('UpdateAssumeRolePolicy', input, 'RoleName', 'PolicyDocument');
  const role = getRoleRecord(context, input.RoleName!);
  const assumeRolePolicyDocument = parseTrustDocument(context.cloud, input.PolicyDocument!);
  context.cloud.iamRoles.put({ ...role, assumeRolePolicyDocument });
  return {};
}

export function deleteRole(input: DeleteRoleRequest, context: OperationContext): object {
  acceptInput('DeleteRole', input, 'RoleName');
  const { cloud } = context;
  const role = getRoleRecord(context, input.RoleName!);
  if (cloud.iamInstanceProfiles.all().some(({ roleArn }) => roleArn === role.arn)) {
    throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
  }
  if (role.attachedPolicyArns.length > 0) {
    throw deleteConflict('Cannot delete entity, must detach all policies first.');
  }
  if (Object.keys(role.inlinePolicies).length > 0) {
    throw deleteConflict('Cannot delete entity, must delete policies first.');
  }
  cloud.iamRoles.delete(role.arn);
  replacePrincipal(cloud, role.arn, role.roleId);
  return {};
}

/** As in lists and in instance profiles, where AWS shows neither tags nor the boundary. */
export function showRole(role: IamRole): Role {
  return {
    Path: role.path,
    RoleName: role.roleName,
    RoleId: role.roleId,
    Arn: role.arn,
    CreateDate: new Date(role.createDate),
    AssumeRolePolicyDocument: encodeDocument(role.assumeRolePolicyDocument),
    ...(role.description === undefined ? {} : { Description: role.description }),
    MaxSessionDuration: role.maxSessionDurationSeconds,
  };
}

export function describeRole(role: IamRole): Role {
  return { ...showRole(role), ...showBoundary(role), ...showTagsOf(role) };
}
