// Which managed policies a user or a role has, and which users and roles have a managed policy.

import type {
  AttachedPolicy,
  AttachRolePolicyRequest,
  AttachUserPolicyRequest,
  DetachRolePolicyRequest,
  DetachUserPolicyRequest,
  ListAttachedRolePoliciesRequest,
  ListAttachedRolePoliciesResponse,
  ListAttachedUserPoliciesRequest,
  ListAttachedUserPoliciesResponse,
  ListEntitiesForPolicyRequest,
  ListEntitiesForPolicyResponse,
} from '@aws-sdk/client-iam';
import { findManagedPolicy } from '../../policy/aws-managed-policy.ts';
import type { OperationContext } from '../operation.ts';
import { checkQuota, policyNotAttachable, policyNotFound } from './errors.ts';
import {
  compareNames,
  findPolicy,
  getPolicyRecord,
  getRoleRecord,
  getUserRecord,
  type Holder,
  listHolders,
  nameOf,
  nounOf,
  putHolder,
} from './lookup.ts';
import { type PageRequest, paginate } from './pagination.ts';
import { acceptInput, checkPolicyArn } from './parameter.ts';

export const policiesPerHolder = 10;

export function attachUserPolicy(input: AttachUserPolicyRequest, context: OperationContext): object {
  acceptInput('AttachUserPolicy', input, 'UserName', 'PolicyArn');
  return attach(context, getUserRecord(context, input.UserName!), input.PolicyArn!);
}

export function attachRolePolicy(input: AttachRolePolicyRequest, context: OperationContext): object {
  acceptInput('AttachRolePolicy', input, 'RoleName', 'PolicyArn');
  return attach(context, getRoleRecord(context, input.RoleName!), input.PolicyArn!);
}

/** AWS: attaching what is attached changes nothing and is no mistake; detaching what is not is one. */
function attach(context: OperationContext, holder: Holder, policyArn: string): object {
  checkPolicyArn(policyArn);
  if (!findManagedPolicy(policyArn) && !findPolicy(context, policyArn)) throw policyNotAttachable(policyArn);
  const { attachedPolicyArns } = holder;
  if (attachedPolicyArns.includes(policyArn)) return {};
  const quota = nounOf(holder) === 'user' ? 'PoliciesPerUser' : 'PoliciesPerRole';
  checkQuota(quota, policiesPerHolder, attachedPolicyArns.length + 1);
  putHolder(context.cloud, holder, { attachedPolicyArns: [...attachedPolicyArns, policyArn] });
  return {};
}

export function detachUserPolicy(input: DetachUserPolicyRequest, context: OperationContext): object {
  acceptInput('DetachUserPolicy', input, 'UserName', 'PolicyArn');
  return detach(context, getUserRecord(context, input.UserName!), input.PolicyArn!);
}

export function detachRolePolicy(input: DetachRolePolicyRequest, context: OperationContext): object {
  acceptInput('DetachRolePolicy', input, 'RoleName', 'PolicyArn');
  return detach(context, getRoleRecord(context, input.RoleName!), input.PolicyArn!);
}

function detach({ cloud }: OperationContext, holder: Holder, policyArn: string): object {
  checkPolicyArn(policyArn);
  const { attachedPolicyArns } = holder;
  if (!attachedPolicyArns.includes(policyArn)) throw policyNotFound(policyArn);
  putHolder(cloud, holder, { attachedPolicyArns: attachedPolicyArns.filter((arn) => arn !== policyArn) });
  return {};
}

export function listAttachedUserPolicies(
  input: ListAttachedUserPoliciesRequest,
  context: OperationContext,
): ListAttachedUserPoliciesResponse {
  acceptInput('ListAttachedUserPolicies', input, 'UserName', 'PathPrefix', 'Marker', 'MaxItems');
  return listAttached(getUserRecord(context, input.UserName!), input);
}

export function listAttachedRolePolicies(
  input: ListAttachedRolePoliciesRequest,
  context: OperationContext,
): ListAttachedRolePoliciesResponse {
  acceptInput('ListAttachedRolePolicies', input, 'RoleName', 'PathPrefix', 'Marker', 'MaxItems');
  return listAttached(getRoleRecord(context, input.RoleName!), input);
}

function listAttached(holder: Holder, input: PageRequest & { PathPrefix?: string | undefined }) {
  const policies = holder.attachedPolicyArns.filter((arn) => pathOf(arn).startsWith(input.PathPrefix ?? '/'));
  const { page, rest } = paginate(policies, input, (arn) => arn);
  return { AttachedPolicies: page.map(showAttachedPolicy), ...rest };
}

/** `/a/b/` of `arn:aws:iam::111111111111:policy/a/b/name` */
function pathOf(arn: string): string {
  return arn.slice(arn.indexOf('/'), arn.lastIndexOf('/') + 1);
}

export function showAttachedPolicy(arn: string): AttachedPolicy {
  return { PolicyName: arn.slice(arn.lastIndexOf('/') + 1), PolicyArn: arn };
}

export function listEntitiesForPolicy(
  input: ListEntitiesForPolicyRequest,
  context: OperationContext,
): ListEntitiesForPolicyResponse {
  acceptInput(
    'ListEntitiesForPolicy',
    input,
    'PolicyArn',
    'EntityFilter',
    'PathPrefix',
    'PolicyUsageFilter',
    'Marker',
    'MaxItems',
  );
  const { PolicyArn: arn, EntityFilter: entity, PolicyUsageFilter: usage, PathPrefix: prefix = '/' } = input;
  checkPolicyArn(arn!);
  if (!findManagedPolicy(arn!)) getPolicyRecord(context, arn!);
  const isListed = (holder: Holder) =>
    ((usage !== 'PermissionsBoundary' && holder.attachedPolicyArns.includes(arn!)) ||
      (usage !== 'PermissionsPolicy' && holder.permissionsBoundaryArn === arn)) &&
    (entity === undefined || entity.toLowerCase() === nounOf(holder)) &&
    holder.path.startsWith(prefix);
  const keyOf = (holder: Holder) => `${nounOf(holder)} ${nameOf(holder)}`;
  const holders = listHolders(context)
    .filter(isListed)
    .sort((a, b) => compareNames(nameOf(a), nameOf(b)));
  const { page, rest } = paginate(holders, input, keyOf);
  return {
    PolicyGroups: [],
    PolicyUsers: page.flatMap((holder) =>
      'userName' in holder ? [{ UserName: holder.userName, UserId: holder.userId }] : [],
    ),
    PolicyRoles: page.flatMap((holder) =>
      'roleName' in holder ? [{ RoleName: holder.roleName, RoleId: holder.roleId }] : [],
    ),
    ...rest,
  };
}
