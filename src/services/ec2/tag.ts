// Tags: a set of keys and values beside each resource, kept in a table of their own so that tagging changes nothing else.
// A peering connection has two owners, and each has tags of his own on it.

import type {
  CreateTagsRequest,
  DeleteTagsRequest,
  DescribeTagsRequest,
  DescribeTagsResult,
  Tag,
  TagDescription,
  TagSpecification,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { invalidParameterValue, requireParameter } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { isOwn } from './ownership.ts';
import { paginate } from './pagination.ts';
import { getTaggable } from './taggable.ts';

const mostTags = 50;
const longestKey = 128;
const longestValue = 256;

/** The tags a create call asks for, checked. `tagsFromSpecifications(input.TagSpecifications, 'vpc')` */
export function tagsFromSpecifications(
  specifications: TagSpecification[] | undefined,
  resourceType: string,
): Record<string, string> {
  const tags: Tag[] = [];
  for (const specification of specifications ?? []) {
    if (!specification.ResourceType) {
      throw invalidParameterValue('Tag specification resource type must have a value');
    }
    if (specification.ResourceType !== resourceType) {
      throw invalidParameterValue(
        `'${specification.ResourceType}' is not a valid taggable resource type for this operation.`,
      );
    }
    tags.push(...(specification.Tags ?? []));
  }
  return checkTags(tags);
}

/** Tags that break no rule, by key. */
export function checkTags(tags: Tag[]): Record<string, string> {
  const checked: Record<string, string> = {};
  for (const { Key: key, Value: value = '' } of tags) {
    if (!key) throw invalidParameterValue('Tag key cannot be empty.');
    checkKey(key);
    if (value.length > longestValue) {
      throw invalidParameterValue(`Tag value exceeds the maximum length of ${longestValue} characters`);
    }
    if (Object.hasOwn(checked, key)) throw invalidParameterValue(`Duplicate tag key '${key}' specified.`);
    setTag(checked, key, value);
  }
  refuseTooMany(checked);
  return checked;
}

function checkKey(key: string): void {
  if (key.length > longestKey) {
    throw invalidParameterValue(`Tag key exceeds the maximum length of ${longestKey} characters`);
  }
  if (/^aws:/i.test(key))
    throw invalidParameterValue("Tag keys starting with 'aws:' are reserved for internal use");
}

/** A key may be any text, `__proto__` among them. */
function setTag(tags: Record<string, string>, key: string, value: string): void {
  Object.defineProperty(tags, key, { value, enumerable: true, configurable: true, writable: true });
}

function refuseTooMany(tags: Record<string, string>): void {
  if (Object.keys(tags).length <= mostTags) return;
  throw new AwsError('TagLimitExceeded', 'The maximum number of Tags for a resource has been reached.');
}

/** Sets all tags of a resource of the caller. An empty set leaves no record. */
export function putTags(
  context: OperationContext,
  resourceId: string,
  resourceType: string,
  tags: Record<string, string>,
): void {
  if (Object.keys(tags).length === 0) {
    context.cloud.tagSets.delete(resourceId);
    return;
  }
  const { accountId, region } = context;
  context.cloud.tagSets.put({ resourceId, accountId, region, resourceType, tags });
}

export function findTags(cloud: Cloud, resourceId: string): Record<string, string> {
  return cloud.tagSets.find(resourceId)?.tags ?? {};
}

export function showTags(cloud: Cloud, resourceId: string): Tag[] {
  return Object.entries(findTags(cloud, resourceId)).map(([Key, Value]) => ({ Key, Value }));
}

export function dropTags(cloud: Cloud, resourceId: string): void {
  cloud.tagSets.delete(resourceId);
}

export function createTags(input: CreateTagsRequest, context: OperationContext): object {
  acceptParameters('CreateTags', input, 'Resources', 'Tags');
  const resources = requireParameter('ResourceId', input.Resources).map((id) => getTaggable(context, id));
  const added = checkTags(requireParameter('Tag', input.Tags));
  const merged = resources.map(({ tagKey }) => ({ ...findTags(context.cloud, tagKey), ...added }));
  merged.forEach(refuseTooMany);
  resources.forEach(({ tagKey, resourceType }, index) => {
    putTags(context, tagKey, resourceType, merged[index]!);
  });
  return {};
}

export function deleteTags(input: DeleteTagsRequest, context: OperationContext): object {
  acceptParameters('DeleteTags', input, 'Resources', 'Tags');
  const resources = requireParameter('ResourceId', input.Resources).map((id) => getTaggable(context, id));
  for (const { Key: key } of input.Tags ?? []) checkKey(key ?? '');
  for (const { tagKey, resourceType } of resources) {
    const rest = Object.entries(findTags(context.cloud, tagKey)).filter(
      ([key, value]) => !isNamed(input, key, value),
    );
    const kept: Record<string, string> = {};
    for (const [key, value] of rest) setTag(kept, key, value);
    putTags(context, tagKey, resourceType, kept);
  }
  return {};
}

/** AWS: without any tag all are meant; a tag without a value is meant whatever its value is. */
function isNamed(input: DeleteTagsRequest, key: string, value: string): boolean {
  if (!input.Tags || input.Tags.length === 0) return true;
  return input.Tags.some((tag) => tag.Key === key && (tag.Value === undefined || tag.Value === value));
}

const tagFields: FilterFields<TagDescription> = {
  key: (tag) => tag.Key,
  'resource-id': (tag) => tag.ResourceId,
  'resource-type': (tag) => tag.ResourceType,
  value: (tag) => tag.Value,
};

export function describeTags(input: DescribeTagsRequest, context: OperationContext): DescribeTagsResult {
  acceptParameters('DescribeTags', input, 'Filters', 'MaxResults', 'NextToken');
  const descriptions = context.cloud.tagSets
    .all()
    .filter((tagSet) => tagSet.resourceType !== '' && isOwn(context, tagSet))
    .flatMap((tagSet) =>
      Object.entries(tagSet.tags).map(([Key, Value]) => ({
        Key,
        Value,
        ResourceId: tagSet.resourceId.split(':')[0]!,
        ResourceType: tagSet.resourceType as NonNullable<TagDescription['ResourceType']>,
      })),
    )
    .toArray();
  const matching = applyFilters<TagDescription>(descriptions, input.Filters, tagFields, (tag) => ({
    [tag.Key!]: tag.Value!,
  }));
  const { page, nextToken } = paginate(matching, input, undefined, (tag) => `${tag.ResourceId} ${tag.Key}`);
  return { Tags: page, ...(nextToken && { NextToken: nextToken }) };
}
