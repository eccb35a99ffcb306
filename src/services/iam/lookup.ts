// From the names of a request to the caller's own records. AWS compares names without regard to case.

import type { Cloud } from '../../cloud/cloud.ts';
import type { IamInstanceProfile, IamPolicy, IamRole, IamUser, PolicyHolder } from '../../cloud/iam.ts';
import { findManagedPolicy } from '../../policy/aws-managed-policy.ts';
import type { OperationContext } from '../operation.ts';
import {
  accessDenied,
  instanceProfileNotFound,
  policyNotFound,
  roleNotFound,
  userNotFound,
  validationError,
} from './errors.ts';
import { checkPolicyArn } from './parameter.ts';

/** IAM's records are in no region. */
export const globalRegion = 'aws-global';

/** A user or a role: what policies can be attached to. */
export type Holder = IamUser | IamRole;

const isUser = (holder: Holder): holder is IamUser => 'userName' in holder;

export const nounOf = (holder: Holder): 'user' | 'role' => (isUser(holder) ? 'user' : 'role');

export const nameOf = (holder: Holder): string => (isUser(holder) ? holder.userName : holder.roleName);

export function putHolder(cloud: Cloud, holder: Holder, change: Partial<PolicyHolder>): void {
  if (isUser(holder)) cloud.iamUsers.put({ ...holder, ...change });
  else cloud.iamRoles.put({ ...holder, ...change });
}

export const isSameName = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();

export const compareNames = (a: string, b: string) => {
  const [lowerA, lowerB] = [a.toLowerCase(), b.toLowerCase()];
  return lowerA < lowerB ? -1 : lowerA > lowerB ? 1 : 0;
};

export function findUser({ cloud, accountId }: OperationContext, userName: string): IamUser | undefined {
  return cloud.iamUsers
    .all()
    .find((user) => user.accountId === accountId && isSameName(user.userName, userName));
}

export function getUserRecord(context: OperationContext, userName: string): IamUser {
  const user = findUser(context, userName);
  if (!user) throw userNotFound(userName);
  return user;
}

/** AWS: without a name the user who calls is meant. Undefined: it is the account's root user. */
export function getNamedOrCallingUser(
  context: OperationContext,
  userName: string | undefined,
): IamUser | undefined {
  if (userName !== undefined) return getUserRecord(context, userName);
  const { principal } = context;
  if (principal.kind === 'root') return undefined;
  if (principal.kind === 'user') return getUserRecord(context, principal.userName);
  throw validationError('Must specify userName when calling with non-User credentials');
}

export function findRole({ cloud, accountId }: OperationContext, roleName: string): IamRole | undefined {
  return cloud.iamRoles
    .all()
    .find((role) => role.accountId === accountId && isSameName(role.roleName, roleName));
}

export function getRoleRecord(context: OperationContext, roleName: string): IamRole {
  const role = findRole(context, roleName);
  if (!role) throw roleNotFound(roleName);
  return role;
}

export function findInstanceProfile(
  { cloud, accountId }: OperationContext,
  instanceProfileName: string,
): IamInstanceProfile | undefined {
  return cloud.iamInstanceProfiles
    .all()
    .find(
      (profile) =>
        profile.accountId === accountId && isSameName(profile.instanceProfileName, instanceProfileName),
    );
}

export function getInstanceProfileRecord(
  context: OperationContext,
  instanceProfileName: string,
): IamInstanceProfile {
  const profile = findInstanceProfile(context, instanceProfileName);
  if (!profile) throw instanceProfileNotFound(instanceProfileName);
  return profile;
}

/** A customer managed policy of the caller's account. */
export function findPolicy({ cloud, accountId }: OperationContext, arn: string): IamPolicy | undefined {
  const policy = cloud.iamPolicies.find(arn);
  return policy?.accountId === accountId ? policy : undefined;
}

export function getPolicyRecord(context: OperationContext, arn: string): IamPolicy {
  checkPolicyArn(arn);
  const policy = findPolicy(context, arn);
  if (!policy) throw policyNotFound(arn);
  return policy;
}

/** AWS's own policies belong to AWS: whatever a caller may do in the account, it may not do there. @param action `iam:TagPolicy` */
export function getChangeablePolicy(context: OperationContext, action: string, arn: string): IamPolicy {
  checkPolicyArn(arn);
  if (!findManagedPolicy(arn)) return getPolicyRecord(context, arn);
  throw accessDenied(
    `User: ${context.callerArn} is not authorized to perform: ${action} on resource: policy ${arn}`,
  );
}

/** Every user and role of the account. */
export function listHolders({ cloud, accountId }: OperationContext): Holder[] {
  const isOwn = (holder: Holder) => holder.accountId === accountId;
  return [...cloud.iamUsers.where(isOwn), ...cloud.iamRoles.where(isOwn)];
}

const idAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** `newUniqueId(context, 'AIDA')`: 21 characters; access keys have 20. */
export function newUniqueId({ randomText }: OperationContext, prefix: string, length = 17): string {
  return `${prefix}${randomText(length, idAlphabet)}`;
}

/** `iamArn(accountId, 'user', '/path/', 'name')` */
export function iamArn(accountId: string, noun: string, path: string, name: string): string {
  return `arn:aws:iam::${accountId}:${noun}${path}${name}`;
}
