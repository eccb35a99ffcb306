// Permissions of IAM's and STS's calls: users, roles, profiles and policies by their ARNs, which have their paths in them.

import type { AccessCheck, GuardedCall } from './access-check.ts';

export function listIamChecks(call: GuardedCall): AccessCheck[] {
  const { operation, input } = call;
  const policyArn = typeof input.PolicyArn === 'string' ? input.PolicyArn : undefined;
  const boundary = typeof input.PermissionsBoundary === 'string' ? input.PermissionsBoundary : undefined;
  const context = { 'iam:PolicyARN': policyArn, 'iam:PermissionsBoundary': boundary };
  const action = `iam:${operation}`;
  const resources = findResources(call, policyArn);
  const checks = resources.map((resource) => ({ action, resource, context }));
  return [...checks, ...passRole(call)];
}

function findResources(call: GuardedCall, policyArn: string | undefined): string[] {
  const { operation, input, cloud, accountId, principal } = call;
  const own = <R extends { accountId: string }>(record: R) => record.accountId === accountId;
  const isSame = (left: string, right: unknown) => left.toLowerCase() === String(right).toLowerCase();
  const make = (type: string, name: unknown) =>
    `arn:aws:iam::${accountId}:${type}${typeof input.Path === 'string' ? input.Path : '/'}${String(name)}`;
  if (
    input.RoleName !== undefined &&
    operation !== 'AddRoleToInstanceProfile' &&
    operation !== 'RemoveRoleFromInstanceProfile'
  ) {
    const role = cloud.iamRoles.all().find((one) => own(one) && isSame(one.roleName, input.RoleName));
    return [role?.arn ?? make('role', input.RoleName)];
  }
  if (input.InstanceProfileName !== undefined) {
    const profile = cloud.iamInstanceProfiles
      .all()
      .find((one) => own(one) && isSame(one.instanceProfileName, input.InstanceProfileName));
    return [profile?.arn ?? make('instance-profile', input.InstanceProfileName)];
  }
  if (input.UserName !== undefined) {
    const user = cloud.iamUsers.all().find((one) => own(one) && isSame(one.userName, input.UserName));
    return [user?.arn ?? make('user', input.UserName)];
  }
  if (policyArn !== undefined) return [policyArn];
  if (input.PolicyName !== undefined) return [make('policy', input.PolicyName)];
  if (input.PolicySourceArn !== undefined) return [String(input.PolicySourceArn)];
  // AWS: without a name these are about the caller.
  const isAboutCaller = /^(GetUser|ListAccessKeys|CreateAccessKey|DeleteAccessKey|UpdateAccessKey)$/.test(
    operation,
  );
  return [isAboutCaller && principal.kind === 'user' ? principal.arn : '*'];
}

/** AWS: who puts a role into an instance profile passes it. */
function passRole({ operation, input, cloud, accountId }: GuardedCall): AccessCheck[] {
  if (operation !== 'AddRoleToInstanceProfile') return [];
  const roleName = String(input.RoleName).toLowerCase();
  const role = cloud.iamRoles
    .all()
    // As the operation finds it: else another spelling would get by without the permission.
    .find((one) => one.accountId === accountId && one.roleName.toLowerCase() === roleName);
  if (!role) return [];
  return [
    { action: 'iam:PassRole', resource: role.arn, context: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
  ];
}

/** AssumeRole is decided in its operation, by the role's trust policy; these two need no permission. */
export function listStsChecks({ operation }: GuardedCall): AccessCheck[] {
  if (['GetCallerIdentity', 'AssumeRole', 'GetAccessKeyInfo'].includes(operation)) return [];
  return [{ action: `sts:${operation}`, resource: '*', context: {} }];
}
