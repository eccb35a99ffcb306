// Instance profiles: what is handed to an instance, with at most one role inside. The instance reads its credentials
// at 169.254.169.254.

import type {
  AddRoleToInstanceProfileRequest,
  CreateInstanceProfileRequest,
  CreateInstanceProfileResponse,
  DeleteInstanceProfileRequest,
  GetInstanceProfileRequest,
  GetInstanceProfileResponse,
  InstanceProfile,
  ListInstanceProfilesForRoleRequest,
  ListInstanceProfilesForRoleResponse,
  ListInstanceProfilesRequest,
  ListInstanceProfilesResponse,
  RemoveRoleFromInstanceProfileRequest,
} from '@aws-sdk/client-iam';
import type { Cloud } from '../../cloud/cloud.ts';
import type { IamInstanceProfile } from '../../cloud/iam.ts';
import type { OperationContext } from '../operation.ts';
import { checkQuota, deleteConflict, instanceProfileExists, roleNotFound } from './errors.ts';
import {
  compareNames,
  findInstanceProfile,
  getInstanceProfileRecord,
  getRoleRecord,
  globalRegion,
  iamArn,
  newUniqueId,
} from './lookup.ts';
import { paginate } from './pagination.ts';
import { acceptInput } from './parameter.ts';
import { showRole } from './role.ts';
import { parseTags, showTagsOf } from './tag.ts';

export const instanceProfilesPerAccount = 1000;

export function createInstanceProfile(
  input: CreateInstanceProfileRequest,
  context: OperationContext,
): CreateInstanceProfileResponse {
  acceptInput('CreateInstanceProfile', input, 'InstanceProfileName', 'Path', 'Tags');
  const { Path: path = '/', InstanceProfileName: name } = input;
  const tags = parseTags(input.Tags);
  const { accountId, cloud, now } = context;
  if (findInstanceProfile(context, name!)) throw instanceProfileExists(name!);
  const count = cloud.iamInstanceProfiles.where((profile) => profile.accountId === accountId).length;
  checkQuota('InstanceProfilesPerAccount', instanceProfilesPerAccount, count + 1);
  const profile = cloud.iamInstanceProfiles.put({
    accountId,
    region: globalRegion,
    arn: iamArn(accountId, 'instance-profile', path, name!),
    instanceProfileName: name!,
    instanceProfileId: newUniqueId(context, 'AIPA'),
    path,
    createDate: now.toISOString(),
    tags,
  });
  return { InstanceProfile: describeInstanceProfile(cloud, profile) };
}

export function getInstanceProfile(
  input: GetInstanceProfileRequest,
  context: OperationContext,
): GetInstanceProfileResponse {
  acceptInput('GetInstanceProfile', input, 'InstanceProfileName');
  const profile = getInstanceProfileRecord(context, input.InstanceProfileName!);
  return { InstanceProfile: describeInstanceProfile(context.cloud, profile) };
}

export function listInstanceProfiles(
  input: ListInstanceProfilesRequest,
  context: OperationContext,
): ListInstanceProfilesResponse {
  acceptInput('ListInstanceProfiles', input, 'PathPrefix', 'Marker', 'MaxItems');
  const { cloud, accountId } = context;
  const profiles = cloud.iamInstanceProfiles.where(
    (profile) => profile.accountId === accountId && profile.path.startsWith(input.PathPrefix ?? '/'),
  );
  return listPage(cloud, profiles, input);
}

export function listInstanceProfilesForRole(
  input: ListInstanceProfilesForRoleRequest,
  context: OperationContext,
): ListInstanceProfilesForRoleResponse {
  acceptInput('ListInstanceProfilesForRole', input, 'RoleName', 'Marker', 'MaxItems');
  const { arn } = getRoleRecord(context, input.RoleName!);
  const profiles = context.cloud.iamInstanceProfiles.where(({ roleArn }) => roleArn === arn);
  return listPage(context.cloud, profiles, input);
}

function listPage(cloud: Cloud, profiles: IamInstanceProfile[], input: ListInstanceProfilesRequest) {
  const sorted = profiles.toSorted((a, b) => compareNames(a.instanceProfileName, b.instanceProfileName));
  const { page, rest } = paginate(sorted, input, ({ instanceProfileName }) => instanceProfileName);
  return { InstanceProfiles: page.map((profile) => showInstanceProfile(cloud, profile)), ...rest };
}

/** AWS: also when instances still have the profile; they find out when they next ask for credentials. */
export function deleteInstanceProfile(
  input: DeleteInstanceProfileRequest,
  context: OperationContext,
): object {
  acceptInput('DeleteInstanceProfile', input, 'InstanceProfileName');
  const profile = getInstanceProfileRecord(context, input.InstanceProfileName!);
  if (profile.roleArn !== undefined) {
    throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.');
  }
  context.cloud.iamInstanceProfiles.delete(profile.arn);
  return {};
}

export function addRoleToInstanceProfile(
  input: AddRoleToInstanceProfileRequest,
  context: OperationContext,
): object {
  acceptInput('AddRoleToInstanceProfile', input, 'InstanceProfileName', 'RoleName');
  const profile = getInstanceProfileRecord(context, input.InstanceProfileName!);
  const role = getRoleRecord(context, input.RoleName!);
  checkQuota('InstanceSessionsPerInstanceProfile', 1, profile.roleArn === undefined ? 1 : 2);
  context.cloud.iamInstanceProfiles.put({ ...profile, roleArn: role.arn });
  return {};
}

export function removeRoleFromInstanceProfile(
  input: RemoveRoleFromInstanceProfileRequest,
  context: OperationContext,
): object {
  acceptInput('RemoveRoleFromInstanceProfile', input, 'InstanceProfileName', 'RoleName');
  const { roleArn, ...profile } = getInstanceProfileRecord(context, input.InstanceProfileName!);
  const role = getRoleRecord(context, input.RoleName!);
  if (roleArn !== role.arn) throw roleNotFound(input.RoleName!);
  context.cloud.iamInstanceProfiles.put(profile);
  return {};
}

export function showInstanceProfile(cloud: Cloud, profile: IamInstanceProfile): InstanceProfile {
  const role = profile.roleArn === undefined ? undefined : cloud.iamRoles.find(profile.roleArn);
  return {
    Path: profile.path,
    InstanceProfileName: profile.instanceProfileName,
    InstanceProfileId: profile.instanceProfileId,
    Arn: profile.arn,
    CreateDate: new Date(profile.createDate),
    Roles: role ? [showRole(role)] : [],
  };
}

function describeInstanceProfile(cloud: Cloud, profile: IamInstanceProfile): InstanceProfile {
  return { ...showInstanceProfile(cloud, profile), ...showTagsOf(profile) };
}
