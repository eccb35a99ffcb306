// Tags of Resolver's resources, by ARN.

import { findArnTags, putArnTags, toTags, withoutTags } from '../arn-tag.ts';
import { type Input, listOf, readInput, requireMember, text, textOr } from '../json-input.ts';
import type { JsonContext } from '../json-service.ts';
import { endpointArn } from './endpoint-show.ts';
import { resourceNotFound } from './errors.ts';
import { checkTagCount, paging, readTags, showPage, tagList } from './input.ts';
import { ruleArn } from './rule.ts';

export function tagResource(input: Input, context: JsonContext): object {
  const about = { ResourceArn: text, Tags: tagList };
  const { ResourceArn, Tags } = readInput('route53resolver:TagResource', input, about);
  const arn = getArn(context, ResourceArn);
  const added = readTags(requireMember('tags', Tags));
  const tags = toTags([...Object.entries(findArnTags(context.cloud, arn)), ...Object.entries(added)]);
  checkTagCount(tags);
  putArnTags(context, arn, tags);
  return {};
}

export function untagResource(input: Input, context: JsonContext): object {
  const about = { ResourceArn: text, TagKeys: listOf(text) };
  const { ResourceArn, TagKeys } = readInput('route53resolver:UntagResource', input, about);
  const arn = getArn(context, ResourceArn);
  putArnTags(context, arn, withoutTags(findArnTags(context.cloud, arn), requireMember('tagKeys', TagKeys)));
  return {};
}

export function listTagsForResource(input: Input, context: JsonContext): object {
  const about = { ResourceArn: text, ...paging };
  const wanted = readInput('route53resolver:ListTagsForResource', input, about);
  const tags = Object.entries(findArnTags(context.cloud, getArn(context, wanted.ResourceArn)));
  const { page, rest } = showPage(tags, wanted, ([key]) => key);
  const { NextToken } = rest;
  return { Tags: page.map(([Key, Value]) => ({ Key, Value })), ...(NextToken && { NextToken }) };
}

export function taggedResource({ ResourceArn }: Input): string {
  return textOr(ResourceArn, '*');
}

/** The ARN of something of the caller; otherwise AWS's not-found. */
function getArn({ cloud, accountId, region }: JsonContext, arn: string | undefined): string {
  const named = requireMember('resourceArn', arn);
  const isOwn = (one: { accountId: string; region: string }) =>
    one.accountId === accountId && one.region === region;
  const isThere =
    cloud.resolverEndpoints.all().some((one) => isOwn(one) && endpointArn(one) === named) ||
    cloud.resolverRules.all().some((one) => isOwn(one) && ruleArn(one) === named);
  if (!isThere) throw resourceNotFound(named);
  return named;
}
