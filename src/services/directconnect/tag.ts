// Tags of Direct Connect's resources, by ARN.

import { findArnTags, putArnTags, type Tags, toTags, withoutTags } from '../arn-tag.ts';
import { type Input, listOf, readInput, text, textOr } from '../json-input.ts';
import type { JsonContext } from '../json-service.ts';
import { clientError } from './errors.ts';
import { checkTagCount, readTags, required, tagList } from './input.ts';
import { isOwnArn } from './resource.ts';

export function tagResource(input: Input, context: JsonContext): object {
  const about = { resourceArn: text, tags: tagList };
  const wanted = readInput('directconnect:TagResource', input, about);
  const arn = getArn(context, required('resourceArn', wanted.resourceArn));
  const added = readTags(required('tags', wanted.tags));
  const tags = toTags([...Object.entries(findArnTags(context.cloud, arn)), ...Object.entries(added)]);
  checkTagCount(tags);
  putArnTags(context, arn, tags);
  return {};
}

export function untagResource(input: Input, context: JsonContext): object {
  const about = { resourceArn: text, tagKeys: listOf(text) };
  const wanted = readInput('directconnect:UntagResource', input, about);
  const arn = getArn(context, required('resourceArn', wanted.resourceArn));
  const keys = required('tagKeys', wanted.tagKeys);
  putArnTags(context, arn, withoutTags(findArnTags(context.cloud, arn), keys));
  return {};
}

export function describeTags(input: Input, context: JsonContext): object {
  const wanted = readInput('directconnect:DescribeTags', input, { resourceArns: listOf(text) });
  const arns = required('resourceArns', wanted.resourceArns).map((arn) => getArn(context, arn));
  const showOne = (resourceArn: string) => ({
    resourceArn,
    tags: pairsOf(findArnTags(context.cloud, resourceArn)),
  });
  return { resourceTags: arns.map(showOne) };
}

/** AWS: a resource without tags shows none. */
export function showTags(tags: Tags): { tags?: object[] } {
  const pairs = pairsOf(tags);
  return pairs.length > 0 ? { tags: pairs } : {};
}

export const taggedResource = ({ resourceArn }: Input): string => textOr(resourceArn, '*');

export const describedResources = ({ resourceArns }: Input): string[] =>
  Array.isArray(resourceArns) ? resourceArns.map((arn) => textOr(arn, '*')) : ['*'];

const pairsOf = (tags: Tags) => Object.entries(tags).map(([key, value]) => ({ key, value }));

function getArn(context: JsonContext, arn: string): string {
  if (!isOwnArn(context, arn)) throw clientError(`The resource ${arn} does not exist.`);
  return arn;
}
