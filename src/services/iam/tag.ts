// Tags of users, roles, managed policies and instance profiles. AWS: their keys are compared without regard to case.

import type {
  ListInstanceProfileTagsRequest,
  ListInstanceProfileTagsResponse,
  ListPolicyTagsRequest,
  ListPolicyTagsResponse,
  ListRoleTagsRequest,
  ListRoleTagsResponse,
  ListUserTagsRequest,
  ListUserTagsResponse,
  Tag,
  TagInstanceProfileRequest,
  TagPolicyRequest,
  TagRoleRequest,
  TagUserRequest,
  UntagInstanceProfileRequest,
  UntagPolicyRequest,
  UntagRoleRequest,
  UntagUserRequest,
} from '@aws-sdk/client-iam';
import { findManagedPolicy } from '../../policy/aws-managed-policy.ts';
import { checkConstraints } from '../constraint.ts';
import type { OperationContext } from '../operation.ts';
import { invalidInput, limitExceeded } from './errors.ts';
import {
  compareNames,
  getChangeablePolicy,
  getInstanceProfileRecord,
  getPolicyRecord,
  getRoleRecord,
  getUserRecord,
} from './lookup.ts';
import { type PageRequest, paginate } from './pagination.ts';
import { acceptInput } from './parameter.ts';

export type Tags = Record<string, string>;

const mostTags = 50;
const keyPattern = '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+';
const valuePattern = '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*';

/** The tags of a request, checked. */
export function parseTags(tags: Tag[] = []): Tags {
  const field = (index: number, name: string) => `tags.${index + 1}.member.${name}`;
  checkConstraints([
    { field: 'tags', value: tags.map(({ Key }) => Key), max: mostTags },
    ...tags.flatMap(({ Key, Value }, index) => [
      { field: field(index, 'key'), value: Key, min: 1, max: 128, pattern: keyPattern },
      { field: field(index, 'value'), value: Value, max: 256, pattern: valuePattern },
    ]),
  ]);
  const seen = new Set<string>();
  for (const { Key: key } of tags) {
    if (/^aws:/i.test(key!)) throw invalidInput(`Tag keys beginning with aws: are reserved: ${key}`);
    if (seen.has(key!.toLowerCase())) {
      throw invalidInput('Duplicate tag keys found. Please note that Tag keys are case insensitive.');
    }
    seen.add(key!.toLowerCase());
  }
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key!, Value!]));
}

export function showTags(tags: Tags): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** For a description of one: AWS leaves the element out when there are none. */
export function showTagsOf({ tags }: { tags: Tags }): { Tags?: Tag[] } {
  return Object.keys(tags).length === 0 ? {} : { Tags: showTags(tags) };
}

function addTags(tags: Tags, added: Tags): Tags {
  const merged = { ...removeTags(tags, Object.keys(added)), ...added };
  if (Object.keys(merged).length > mostTags) {
    throw limitExceeded(`The number of tags has reached the maximum limit.`);
  }
  return merged;
}

function removeTags(tags: Tags, keys: string[]): Tags {
  const removed = new Set(keys.map((key) => key.toLowerCase()));
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.has(key.toLowerCase())));
}

function listTags({ tags }: { tags: Tags }, input: PageRequest) {
  const sorted = showTags(tags).toSorted((a, b) => compareNames(a.Key!, b.Key!));
  const { page, rest } = paginate(sorted, input, ({ Key }) => Key!);
  return { Tags: page, ...rest };
}

export function tagUser(input: TagUserRequest, context: OperationContext): object {
  acceptInput('TagUser', input, 'UserName', 'Tags');
  const added = parseTags(input.Tags);
  const user = getUserRecord(context, input.UserName!);
  context.cloud.iamUsers.put({ ...user, tags: addTags(user.tags, added) });
  return {};
}

export function untagUser(input: UntagUserRequest, context: OperationContext): object {
  acceptInput('UntagUser', input, 'UserName', 'TagKeys');
  const user = getUserRecord(context, input.UserName!);
  context.cloud.iamUsers.put({ ...user, tags: removeTags(user.tags, input.TagKeys!) });
  return {};
}

export function listUserTags(input: ListUserTagsRequest, context: OperationContext): ListUserTagsResponse {
  acceptInput('ListUserTags', input, 'UserName', 'Marker', 'MaxItems');
  return listTags(getUserRecord(context, input.UserName!), input);
}

export function tagRole(input: TagRoleRequest, context: OperationContext): object {
  acceptInput('TagRole', input, 'RoleName', 'Tags');
  const added = parseTags(input.Tags);
  const role = getRoleRecord(context, input.RoleName!);
  context.cloud.iamRoles.put({ ...role, tags: addTags(role.tags, added) });
  return {};
}

export function untagRole(input: UntagRoleRequest, context: OperationContext): object {
  acceptInput('UntagRole', input, 'RoleName', 'TagKeys');
  const role = getRoleRecord(context, input.RoleName!);
  context.cloud.iamRoles.put({ ...role, tags: removeTags(role.tags, input.TagKeys!) });
  return {};
}

export function listRoleTags(input: ListRoleTagsRequest, context: OperationContext): ListRoleTagsResponse {
  acceptInput('ListRoleTags', input, 'RoleName', 'Marker', 'MaxItems');
  return listTags(getRoleRecord(context, input.RoleName!), input);
}

export function tagPolicy(input: TagPolicyRequest, context: OperationContext): object {
  acceptInput('TagPolicy', input, 'PolicyArn', 'Tags');
  const added = parseTags(input.Tags);
  const policy = getChangeablePolicy(context, 'iam:TagPolicy', input.PolicyArn!);
  context.cloud.iamPolicies.put({ ...policy, tags: addTags(policy.tags, added) });
  return {};
}

export function untagPolicy(input: UntagPolicyRequest, context: OperationContext): object {
  acceptInput('UntagPolicy', input, 'PolicyArn', 'TagKeys');
  const policy = getChangeablePolicy(context, 'iam:UntagPolicy', input.PolicyArn!);
  context.cloud.iamPolicies.put({ ...policy, tags: removeTags(policy.tags, input.TagKeys!) });
  return {};
}

export function listPolicyTags(
  input: ListPolicyTagsRequest,
  context: OperationContext,
): ListPolicyTagsResponse {
  acceptInput('ListPolicyTags', input, 'PolicyArn', 'Marker', 'MaxItems');
  const isAws = findManagedPolicy(input.PolicyArn!) !== undefined;
  return listTags(isAws ? { tags: {} } : getPolicyRecord(context, input.PolicyArn!), input);
}

export function tagInstanceProfile(input: TagInstanceProfileRequest, context: OperationContext): object {
  acceptInput('TagInstanceProfile', input, 'InstanceProfileName', 'Tags');
  const added = parseTags(input.Tags);
  const profile = getInstanceProfileRecord(context, input.InstanceProfileName!);
  context.cloud.iamInstanceProfiles.put({ ...profile, tags: addTags(profile.tags, added) });
  return {};
}

export function untagInstanceProfile(input: UntagInstanceProfileRequest, context: OperationContext): object {
  acceptInput('UntagInstanceProfile', input, 'InstanceProfileName', 'TagKeys');
  const profile = getInstanceProfileRecord(context, input.InstanceProfileName!);
  context.cloud.iamInstanceProfiles.put({ ...profile, tags: removeTags(profile.tags, input.TagKeys!) });
  return {};
}

export function listInstanceProfileTags(
  input: ListInstanceProfileTagsRequest,
  context: OperationContext,
): ListInstanceProfileTagsResponse {
  acceptInput('ListInstanceProfileTags', input, 'InstanceProfileName', 'Marker', 'MaxItems');
  return listTags(getInstanceProfileRecord(context, input.InstanceProfileName!), input);
}
