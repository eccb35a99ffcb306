// Inline policies: a document that belongs to one user or role and goes with it.

import type {
  DeleteRolePolicyRequest,
  DeleteUserPolicyRequest,
  GetRolePolicyRequest,
  GetRolePolicyResponse,
  GetUserPolicyRequest,
  GetUserPolicyResponse,
  ListRolePoliciesRequest,
  ListRolePoliciesResponse,
  ListUserPoliciesRequest,
  ListUserPoliciesResponse,
  PutRolePolicyRequest,
  PutUserPolicyRequest,
} from '@aws-sdk/client-iam';
import type { OperationContext } from '../operation.ts';
import { inlinePolicyNotFound } from './errors.ts';
import { compareNames, getRoleRecord, getUserRecord, type Holder, nounOf, putHolder } from './lookup.ts';
import { type PageRequest, paginate } from './pagination.ts';
import { acceptInput } from './parameter.ts';
import { encodeDocument, parseInlineDocument } from './policy-document.ts';

export function putUserPolicy(input: PutUserPolicyRequest, context: OperationContext): object {
  acceptInput('PutUserPolicy', input, 'UserName', 'PolicyName', 'PolicyDocument');
  return put(context, getUserRecord(context, input.UserName!), input.PolicyName!, input.PolicyDocument!);
}

export function putRolePolicy(input: PutRolePolicyRequest, context: OperationContext): object {
  acceptInput('PutRolePolicy', input, 'RoleName', 'PolicyName', 'PolicyDocument');
  return put(context, getRoleRecord(context, input.RoleName!), input.PolicyName!, input.PolicyDocument!);
}

function put({ cloud }: OperationContext, holder: Holder, policyName: string, document: string): object {
  const text = parseInlineDocument(holder, policyName, document);
  putHolder(cloud, holder, { inlinePolicies: { ...holder.inlinePolicies, [policyName]: text } });
  return {};
}

export function getUserPolicy(input: GetUserPolicyRequest, context: OperationContext): GetUserPolicyResponse {
  acceptInput('GetUserPolicy', input, 'UserName', 'PolicyName');
  const user = getUserRecord(context, input.UserName!);
  const PolicyDocument = encodeDocument(getDocument(user, input.PolicyName!));
  return { UserName: user.userName, PolicyName: input.PolicyName, PolicyDocument };
}

export function getRolePolicy(input: GetRolePolicyRequest, context: OperationContext): GetRolePolicyResponse {
  acceptInput('GetRolePolicy', input, 'RoleName', 'PolicyName');
  const role = getRoleRecord(context, input.RoleName!);
  const PolicyDocument = encodeDocument(getDocument(role, input.PolicyName!));
  return { RoleName: role.roleName, PolicyName: input.PolicyName, PolicyDocument };
}

function getDocument(holder: Holder, policyName: string): string {
  if (!Object.hasOwn(holder.inlinePolicies, policyName)) {
    throw inlinePolicyNotFound(nounOf(holder), policyName);
  }
  return holder.inlinePolicies[policyName]!;
}

export function deleteUserPolicy(input: DeleteUserPolicyRequest, context: OperationContext): object {
  acceptInput('DeleteUserPolicy', input, 'UserName', 'PolicyName');
  return remove(context, getUserRecord(context, input.UserName!), input.PolicyName!);
}

export function deleteRolePolicy(input: DeleteRolePolicyRequest, context: OperationContext): object {
  acceptInput('DeleteRolePolicy', input, 'RoleName', 'PolicyName');
  return remove(context, getRoleRecord(context, input.RoleName!), input.PolicyName!);
}

function remove({ cloud }: OperationContext, holder: Holder, policyName: string): object {
  getDocument(holder, policyName);
  const rest = Object.entries(holder.inlinePolicies).filter(([name]) => name !== policyName);
  putHolder(cloud, holder, { inlinePolicies: Object.fromEntries(rest) });
  return {};
}

export function listUserPolicies(
  input: ListUserPoliciesRequest,
  context: OperationContext,
): ListUserPoliciesResponse {
  acceptInput('ListUserPolicies', input, 'UserName', 'Marker', 'MaxItems');
  return list(getUserRecord(context, input.UserName!), input);
}

export function listRolePolicies(
  input: ListRolePoliciesRequest,
  context: OperationContext,
): ListRolePoliciesResponse {
  acceptInput('ListRolePolicies', input, 'RoleName', 'Marker', 'MaxItems');
  return list(getRoleRecord(context, input.RoleName!), input);
}

function list({ inlinePolicies }: Holder, input: PageRequest) {
  const { page, rest } = paginate(Object.keys(inlinePolicies).sort(compareNames), input, (name) => name);
  return { PolicyNames: page, ...rest };
}
