// Permissions of IAM's and STS's calls: users, roles, profiles and policies by their ARNs, which have their paths in them.

import type { Cloud } from '../../cloud/cloud.ts';
import type { PolicyHolder } from '../../cloud/iam.ts';
import type { Owned } from '../../cloud/vpc.ts';
import { type AccessCheck, type GuardedCall, requestTags, tagKeys, tagsOf } from './access-check.ts';

type Kind = 'user' | 'role' | 'instance-profile' | 'policy';
type IamRecord = Owned & { arn: string; tags: Record<string, string> } & Partial<PolicyHolder>;

/** The member that names what an action is on; the first that is given. AWS: a role is put into the profile, not the profile to the role. */
const subjects: [
  member: string,
  kind: Kind,
  find: (cloud: Cloud, isSame: IsSame) => IamRecord | undefined,
][] = [
  [
    'InstanceProfileName',
    'instance-profile',
    ({ iamInstanceProfiles }, isSame) =>
      iamInstanceProfiles.all().find((one) => isSame(one, one.instanceProfileName)),
  ],
  ['RoleName', 'role', ({ iamRoles }, isSame) => iamRoles.all().find((one) => isSame(one, one.roleName))],
  ['UserName', 'user', ({ iamUsers }, isSame) => iamUsers.all().find((one) => isSame(one, one.userName))],
];

type IsSame = (record: Owned, name: string) => boolean;

/** What a list is a list of, as AWS writes it in a refusal. */
const lists: Record<string, Kind> = {
  ListUsers: 'user',
  ListRoles: 'role',
  ListInstanceProfiles: 'instance-profile',
};

/** AWS: without a name these are about the caller. */
const isAboutCaller = /^(GetUser|(List|Create|Delete|Update)AccessKeys?)$/;

export function listIamChecks(call: GuardedCall): AccessCheck[] {
  const { operation, input } = call;
  const { resource, record } = findSubject(call);
  const newBoundary = textOf(input.PermissionsBoundary);
  const keys = Array.isArray(input.TagKeys) ? input.TagKeys.map(String) : undefined;
  const context: AccessCheck['context'] = {
    'iam:PolicyARN': textOf(input.PolicyArn),
    'iam:PermissionsBoundary': newBoundary ?? record?.permissionsBoundaryArn,
    ...(record && tagKeys('aws:ResourceTag', record.tags)),
    ...(record && tagKeys('iam:ResourceTag', record.tags)),
    ...requestTags(tagsOf(input.Tags)),
    ...(keys && { 'aws:TagKeys': keys }),
  };
  return [
    { action: `iam:${operation}`, resource, context },
    ...tagOnCreate(call, resource),
    ...passRole(call),
  ];
}

function findSubject(call: GuardedCall): { resource: string; record?: IamRecord } {
  const { operation, input, cloud, accountId, principal } = call;
  const path = textOf(input.Path) ?? '/';
  for (const [member, kind, find] of subjects) {
    const name = textOf(input[member]);
    if (name === undefined) continue;
    const record = find(
      cloud,
      (one, known) => one.accountId === accountId && known.toLowerCase() === name.toLowerCase(),
    );
    const isNew = operation === `Create${member.replace('Name', '')}`;
    if (record && !isNew) return { resource: record.arn, record };
    return { resource: `arn:aws:iam::${accountId}:${kind}${isNew ? path : '/'}${name}` };
  }
  const policyArn = textOf(input.PolicyArn) ?? textOf(input.PolicySourceArn);
  if (policyArn !== undefined) return withRecord(policyArn, cloud.iamPolicies.find(policyArn));
  const policyName = textOf(input.PolicyName);
  if (policyName !== undefined) return { resource: `arn:aws:iam::${accountId}:policy${path}${policyName}` };
  const accessKey = cloud.iamAccessKeys.find(textOf(input.AccessKeyId) ?? '');
  if (operation === 'GetAccessKeyLastUsed' && accessKey) return { resource: accessKey.userArn };
  if (isAboutCaller.test(operation) && principal.kind === 'user') {
    return withRecord(principal.arn, cloud.iamUsers.find(principal.arn));
  }
  if (Object.hasOwn(lists, operation)) {
    return { resource: `arn:aws:iam::${accountId}:${lists[operation]}${textOf(input.PathPrefix) ?? '/'}` };
  }
  return { resource: '*' };
}

const withRecord = (resource: string, record: IamRecord | undefined) => ({
  resource,
  ...(record && { record }),
});

/** AWS: tags given at creation need the permission to tag too. */
function tagOnCreate({ operation, input }: GuardedCall, resource: string): AccessCheck[] {
  const tags = tagsOf(input.Tags);
  const kind = /^Create(User|Role|Policy|InstanceProfile)$/.exec(operation)?.[1];
  if (!kind || tags.length === 0) return [];
  return [{ action: `iam:Tag${kind}`, resource, context: requestTags(tags) }];
}

/** AWS: who puts a role into an instance profile passes it. */
function passRole({ operation, input, cloud, accountId }: GuardedCall): AccessCheck[] {
  if (operation !== 'AddRoleToInstanceProfile') return [];
  const name = String(input.RoleName).toLowerCase();
  const role = cloud.iamRoles
    .all()
    .find((one) => one.accountId === accountId && one.roleName.toLowerCase() === name);
  if (!role) return [];
  const context = { 'iam:PassedToService': 'ec2.amazonaws.com' };
  return [{ action: 'iam:PassRole', resource: role.arn, context }];
}

/** AWS: asking who one is needs no permission, and no policy of the caller's can take it away. */
const free = ['sts:GetCallerIdentity', 'sts:GetSessionToken'];

export const isFreeAction = (action: string) => free.includes(action);

/** AssumeRole is decided in its operation, by the role's trust policy. */
export function listStsChecks({ operation }: GuardedCall): AccessCheck[] {
  if (operation === 'AssumeRole') return [];
  const check: AccessCheck = { action: `sts:${operation}`, resource: '*', context: {} };
  return [isFreeAction(check.action) ? { ...check, isFree: true } : check];
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined);
