// The account as a whole: how much is in it and how much could be, its aliases, and everything at once.

import type {
  GetAccountAuthorizationDetailsRequest,
  GetAccountAuthorizationDetailsResponse,
  GetAccountSummaryResponse,
  ListAccountAliasesRequest,
  ListAccountAliasesResponse,
  ManagedPolicyDetail,
  PolicyDetail,
  RoleDetail,
  UserDetail,
} from '@aws-sdk/client-iam';
import type { IamPolicy, IamRole, IamUser, PolicyHolder } from '../../cloud/iam.ts';
import { findManagedPolicy, type ManagedPolicy } from '../../policy/aws-managed-policy.ts';
import { policySizeLimits } from '../../policy/policy-size.ts';
import { checkConstraints } from '../constraint.ts';
import type { OperationContext } from '../operation.ts';
import { keysPerUser } from './access-key.ts';
import { policiesPerHolder, showAttachedPolicy } from './attached-policy.ts';
import { instanceProfilesPerAccount, showInstanceProfile } from './instance-profile.ts';
import { countUses, policiesPerAccount, showAwsPolicy, showPolicy } from './managed-policy.ts';
import { paginate } from './pagination.ts';
import { acceptInput } from './parameter.ts';
import { showBoundary } from './permissions-boundary.ts';
import { encodeDocument } from './policy-document.ts';
import { awsVersion, showVersion, versionsPerPolicy } from './policy-version.ts';
import { rolesPerAccount, showRole } from './role.ts';
import { showTags } from './tag.ts';
import { showUser, usersPerAccount } from './user.ts';

/** Of what AWS counts, what is here or can be said not to be here; quotas are those that every account begins with. */
export function getAccountSummary(_input: object, context: OperationContext): GetAccountSummaryResponse {
  const { cloud, accountId } = context;
  const isOwn = (record: { accountId: string }) => record.accountId === accountId;
  const policies = cloud.iamPolicies.where(isOwn);
  const rootKeys = cloud.iamAccessKeys.where(({ userArn }) => userArn === `arn:aws:iam::${accountId}:root`);
  const summary: Record<string, number> = {
    AccessKeysPerUserQuota: keysPerUser,
    AccountAccessKeysPresent: rootKeys.length > 0 ? 1 : 0,
    AccountMFAEnabled: 0,
    AccountPasswordPresent: 0,
    AccountSigningCertificatesPresent: 0,
    AssumeRolePolicySizeQuota: policySizeLimits.trust,
    AttachedPoliciesPerRoleQuota: policiesPerHolder,
    AttachedPoliciesPerUserQuota: policiesPerHolder,
    Groups: 0,
    InstanceProfiles: cloud.iamInstanceProfiles.where(isOwn).length,
    InstanceProfilesQuota: instanceProfilesPerAccount,
    MFADevices: 0,
    MFADevicesInUse: 0,
    Policies: policies.length,
    PoliciesQuota: policiesPerAccount,
    PolicySizeQuota: policySizeLimits.managed,
    PolicyVersionsInUse: policies.reduce((sum, { versions }) => sum + versions.length, 0),
    Providers: 0,
    RolePolicySizeQuota: policySizeLimits.inlineOfRole,
    Roles: cloud.iamRoles.where(isOwn).length,
    RolesQuota: rolesPerAccount,
    ServerCertificates: 0,
    UserPolicySizeQuota: policySizeLimits.inlineOfUser,
    Users: cloud.iamUsers.where(isOwn).length,
    UsersQuota: usersPerAccount,
    VersionsPerPolicyQuota: versionsPerPolicy,
  };
  return { SummaryMap: summary };
}

/** None can be made here. */
export function listAccountAliases(
  input: ListAccountAliasesRequest,
  _context: OperationContext,
): ListAccountAliasesResponse {
  acceptInput('ListAccountAliases', input, 'Marker', 'MaxItems');
  return { AccountAliases: [], IsTruncated: false };
}

type Entity =
  | { kind: 'User'; name: string; record: IamUser }
  | { kind: 'Role'; name: string; record: IamRole }
  | { kind: 'LocalManagedPolicy'; name: string; record: IamPolicy }
  | { kind: 'AWSManagedPolicy'; name: string; record: ManagedPolicy };

const entityKinds = ['User', 'Role', 'Group', 'LocalManagedPolicy', 'AWSManagedPolicy'];

export function getAccountAuthorizationDetails(
  input: GetAccountAuthorizationDetailsRequest,
  context: OperationContext,
): GetAccountAuthorizationDetailsResponse {
  acceptInput('GetAccountAuthorizationDetails', input, 'Filter', 'Marker', 'MaxItems');
  checkConstraints(
    (input.Filter ?? []).map((value, index) => ({
      field: `filter.${index + 1}.member`,
      value,
      values: entityKinds,
    })),
  );
  const isWanted = ({ kind }: Entity) => !input.Filter?.length || input.Filter.includes(kind);
  const keyOf = ({ kind, name }: Entity) => `${kind} ${name}`;
  const { page, rest } = paginate(listEntities(context).filter(isWanted), input, keyOf);
  const uses = countUses(context);
  return {
    UserDetailList: page.flatMap((entity) => (entity.kind === 'User' ? [detailUser(entity.record)] : [])),
    GroupDetailList: [],
    RoleDetailList: page.flatMap((entity) =>
      entity.kind === 'Role' ? [detailRole(entity.record, context)] : [],
    ),
    Policies: page.flatMap((entity): ManagedPolicyDetail[] => {
      if (entity.kind === 'LocalManagedPolicy') {
        const { record } = entity;
        return [{ ...showPolicy(record, uses), PolicyVersionList: record.versions.map(detailVersion) }];
      }
      if (entity.kind !== 'AWSManagedPolicy') return [];
      const version = detailVersion(awsVersion(entity.record));
      return [{ ...showAwsPolicy(entity.record, uses), PolicyVersionList: [version] }];
    }),
    ...rest,
  };
}

/** AWS: of its own policies, those that the account uses. */
function listEntities(context: OperationContext): Entity[] {
  const { cloud, accountId } = context;
  const isOwn = (record: { accountId: string }) => record.accountId === accountId;
  return [
    ...cloud.iamUsers.where(isOwn).map((record): Entity => ({ kind: 'User', name: record.userName, record })),
    ...cloud.iamRoles.where(isOwn).map((record): Entity => ({ kind: 'Role', name: record.roleName, record })),
    ...cloud.iamPolicies
      .where(isOwn)
      .map((record): Entity => ({ kind: 'LocalManagedPolicy', name: record.policyName, record })),
    ...[...countUses(context).keys()].flatMap((arn): Entity[] => {
      const record = findManagedPolicy(arn);
      return record ? [{ kind: 'AWSManagedPolicy', name: record.policyName, record }] : [];
    }),
  ];
}

function detailUser(user: IamUser): UserDetail {
  return {
    ...showUser(user),
    UserPolicyList: detailInline(user),
    GroupList: [],
    AttachedManagedPolicies: user.attachedPolicyArns.map(showAttachedPolicy),
    ...showBoundary(user),
    Tags: showTags(user.tags),
  };
}

function detailRole(role: IamRole, { cloud }: OperationContext): RoleDetail {
  const { Description: _description, MaxSessionDuration: _duration, ...shown } = showRole(role);
  const profiles = cloud.iamInstanceProfiles.where(({ roleArn }) => roleArn === role.arn);
  return {
    ...shown,
    InstanceProfileList: profiles.map((profile) => showInstanceProfile(cloud, profile)),
    RolePolicyList: detailInline(role),
    AttachedManagedPolicies: role.attachedPolicyArns.map(showAttachedPolicy),
    ...showBoundary(role),
    Tags: showTags(role.tags),
  };
}

function detailInline({ inlinePolicies }: PolicyHolder): PolicyDetail[] {
  return Object.entries(inlinePolicies).map(([PolicyName, text]) => ({
    PolicyName,
    PolicyDocument: encodeDocument(text),
  }));
}

function detailVersion(version: IamPolicy['versions'][number]) {
  return { ...showVersion(version), Document: encodeDocument(version.document) };
}
