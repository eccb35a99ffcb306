// Tags of load balancers, target groups and listeners, by ARN.

import type {
  AddTagsInput,
  AddTagsOutput,
  DescribeTagsInput,
  DescribeTagsOutput,
  RemoveTagsInput,
  RemoveTagsOutput,
  Tag,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import { AwsError } from '../../aws/aws-error.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { limitExceeded, requireParameter, validationError } from './errors.ts';
import { findArnNoun, getListener, getLoadBalancer, getTargetGroup } from './lookup.ts';

const mostTags = 50;
const longestKey = 128;
const longestValue = 256;
const mostDescribed = 20;

export function addTags(input: AddTagsInput, context: OperationContext): AddTagsOutput {
  acceptParameters('AddTags', input, 'ResourceArns', 'Tags');
  const arns = requireParameter('ResourceArns', input.ResourceArns);
  const tags = parseTags(requireParameter('Tags', input.Tags));
  for (const arn of arns) checkResource(context, arn);
  for (const arn of arns) checkTagCount({ ...findTags(context.cloud, arn), ...tags });
  for (const arn of arns) putTags(context, arn, { ...findTags(context.cloud, arn), ...tags });
  return {};
}

export function removeTags(input: RemoveTagsInput, context: OperationContext): RemoveTagsOutput {
  acceptParameters('RemoveTags', input, 'ResourceArns', 'TagKeys');
  const arns = requireParameter('ResourceArns', input.ResourceArns);
  const keys = new Set(requireParameter('TagKeys', input.TagKeys));
  for (const arn of arns) checkResource(context, arn);
  for (const arn of arns) {
    const rest = Object.entries(findTags(context.cloud, arn)).filter(([key]) => !keys.has(key));
    putTags(context, arn, Object.fromEntries(rest));
  }
  return {};
}

export function describeTags(input: DescribeTagsInput, context: OperationContext): DescribeTagsOutput {
  acceptParameters('DescribeTags', input, 'ResourceArns');
  const arns = requireParameter('ResourceArns', input.ResourceArns);
  if (arns.length > mostDescribed) {
    throw validationError(`The number of resource ARNs cannot exceed ${mostDescribed}`);
  }
  for (const arn of arns) checkResource(context, arn);
  const showOne = (arn: string) => ({ ResourceArn: arn, Tags: showTags(findTags(context.cloud, arn)) });
  return { TagDescriptions: arns.map(showOne) };
}

/** Throws unless the ARN names something of the caller. */
function checkResource(context: OperationContext, arn: string): void {
  const noun = findArnNoun(arn);
  if (noun === 'load balancer') getLoadBalancer(context, arn);
  else if (noun === 'target group') getTargetGroup(context, arn);
  else if (noun === 'listener') getListener(context, arn);
  else throw validationError(`'${arn}' is not a valid ARN`);
}

/** The tags of a request, checked. */
export function parseTags(tags: Tag[] | undefined): Record<string, string> {
  const parsed = new Map<string, string>();
  for (const { Key: key, Value: value = '' } of tags ?? []) {
    requireParameter('Key', key);
    if (parsed.has(key!)) {
      throw new AwsError('DuplicateTagKeys', `The tag key '${key}' is specified more than once`);
    }
    checkTag(key!, value);
    parsed.set(key!, value);
  }
  const record = Object.fromEntries(parsed);
  checkTagCount(record);
  return record;
}

function checkTag(key: string, value: string): void {
  if (key.toLowerCase().startsWith('aws:'))
    throw validationError(`The tag key '${key}' cannot begin with 'aws:'`);
  if (key.length > longestKey)
    throw validationError(`The tag key cannot be longer than ${longestKey} characters`);
  if (value.length > longestValue)
    throw validationError(`The tag value cannot be longer than ${longestValue} characters`);
}

function checkTagCount(tags: Record<string, string>): void {
  if (Object.keys(tags).length <= mostTags) return;
  throw limitExceeded('TooManyTags', `The maximum number of tags per resource is ${mostTags}`);
}

export function putTags(context: OperationContext, arn: string, tags: Record<string, string>): void {
  const { accountId, region } = context;
  if (Object.keys(tags).length === 0) dropTags(context.cloud, arn);
  else context.cloud.tagSets.put({ resourceId: arn, accountId, region, resourceType: '', tags });
}

export function findTags(cloud: Cloud, arn: string): Record<string, string> {
  return cloud.tagSets.find(arn)?.tags ?? {};
}

export function dropTags(cloud: Cloud, arn: string): void {
  cloud.tagSets.delete(arn);
}

function showTags(tags: Record<string, string>): Tag[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
