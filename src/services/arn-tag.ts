// Tags of resources that are known by their ARN, kept in a table of their own so that tagging changes nothing else.

import type { Cloud } from '../cloud/cloud.ts';
import { type AccessCheck, requestTags, tagKeys } from './access/access-check.ts';
import { textOr } from './json-input.ts';
import type { OperationContext } from './operation.ts';

export type Tags = Record<string, string>;

export function findArnTags(cloud: Cloud, arn: string): Tags {
  return cloud.tagSets.find(arn)?.tags ?? {};
}

/** Sets all tags of a resource. An empty set leaves no record. */
export function putArnTags(
  { cloud, accountId, region }: Pick<OperationContext, 'cloud' | 'accountId' | 'region'>,
  arn: string,
  tags: Tags,
): void {
  if (Object.keys(tags).length === 0) cloud.tagSets.delete(arn);
  else cloud.tagSets.put({ resourceId: arn, accountId, region, resourceType: '', tags });
}

/** A key may be any text, `__proto__` among them. */
export function toTags(pairs: Iterable<readonly [key: string, value: string]>): Tags {
  const tags: Tags = {};
  for (const [key, value] of pairs)
    Object.defineProperty(tags, key, { value, enumerable: true, configurable: true, writable: true });
  return tags;
}

export function withoutTags(tags: Tags, keys: readonly string[]): Tags {
  return toTags(Object.entries(tags).filter(([key]) => !keys.includes(key)));
}

/**
 * The condition keys of tags: those that the resource has, and those that a request brings or takes away.
 * @param brought as it came and not checked yet: a list of tags, whose members may begin with small letters, or of keys
 */
export function tagConditions(cloud: Cloud, resourceArn: string, brought: unknown): AccessCheck['context'] {
  const tags = (Array.isArray(brought) ? brought : []).map((one) => {
    const { Key, key = Key, Value, value = Value } = Object(one);
    if (typeof one === 'string') return { Key: one };
    return { Key: textOr(key, ''), Value: textOr(value, '') };
  });
  return { ...requestTags(tags), ...tagKeys('aws:ResourceTag', findArnTags(cloud, resourceArn)) };
}
