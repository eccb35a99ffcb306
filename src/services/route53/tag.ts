// Tags of hosted zones. Health checks are not built, so that none is found.

import type { XmlContent } from '../../aws/rest-xml.ts';
import { hostedZoneArn } from '../../cloud/hosted-zone.ts';
import { accessDenied, invalidInput, noSuchHealthCheck, noSuchHostedZone } from './errors.ts';
import { listOf, readBody, requireOneOf, structure, text } from './input.ts';
import type { RequestedAccess, Route53Answer, Route53Context, Route53Request } from './operation.ts';

const mostTags = 50;

const readChange = structure({
  AddTags: listOf('Tag', structure({ Key: text, Value: text }, ['Key'])),
  RemoveTagKeys: listOf('Key', text),
});

export function changeTagsForResource(request: Route53Request, context: Route53Context): Route53Answer {
  const { cloud, accountId } = context;
  const { AddTags = [], RemoveTagKeys = [] } = readBody(
    request.body,
    'ChangeTagsForResourceRequest',
    readChange,
  );
  const resourceId = getResourceId(request, request.path.ResourceId!, context);
  if (AddTags.length + RemoveTagKeys.length === 0)
    throw invalidInput('You must specify at least one tag to add or one tag key to remove.');
  const tags = { ...cloud.tagSets.find(resourceId)?.tags };
  for (const key of RemoveTagKeys) delete tags[key];
  for (const { Key = '', Value = '' } of AddTags) {
    checkTag(Key, Value);
    tags[Key] = Value;
  }
  if (Object.keys(tags).length > mostTags)
    throw invalidInput(`A resource can have no more than ${mostTags} tags.`);
  if (Object.keys(tags).length === 0) cloud.tagSets.delete(resourceId);
  else cloud.tagSets.put({ resourceId, accountId, region: 'us-east-1', resourceType: '', tags });
  return { content: {} };
}

function checkTag(key: string, value: string): void {
  if (key === '' || key.length > 128) throw invalidInput('A tag key has 1 to 128 characters.');
  if (value.length > 256) throw invalidInput('A tag value has at most 256 characters.');
  if (/^aws:/i.test(key)) throw invalidInput('Tag keys that begin with aws: are reserved.');
}

export function listTagsForResource(request: Route53Request, context: Route53Context): Route53Answer {
  const resourceId = getResourceId(request, request.path.ResourceId!, context);
  return { content: { ResourceTagSet: showTagSet(resourceId, context) } };
}

const readList = structure({ ResourceIds: listOf('ResourceId', text) }, ['ResourceIds']);

export function listTagsForResources(request: Route53Request, context: Route53Context): Route53Answer {
  const { ResourceIds = [] } = readBody(request.body, 'ListTagsForResourcesRequest', readList);
  const ids = ResourceIds.map((id) => getResourceId(request, id, context));
  return { content: { ResourceTagSets: { ResourceTagSet: ids.map((id) => showTagSet(id, context)) } } };
}

/** @throws AwsError for what is not there, or another account's */
function getResourceId(
  { path }: Route53Request,
  resourceId: string,
  { cloud, accountId, callerArn }: Route53Context,
): string {
  const type = requireOneOf('resourceType', path.ResourceType ?? '', ['healthcheck', 'hostedzone']);
  if (type === 'healthcheck') throw noSuchHealthCheck(resourceId);
  const zone = cloud.hostedZones.find(resourceId);
  if (!zone) throw noSuchHostedZone(resourceId);
  if (zone.accountId !== accountId) throw accessDenied(callerArn);
  return zone.hostedZoneId;
}

function showTagSet(resourceId: string, { cloud }: Route53Context): XmlContent {
  const tags = Object.entries(cloud.tagSets.find(resourceId)?.tags ?? {});
  return {
    ResourceType: 'hostedzone',
    ResourceId: resourceId,
    Tags: { Tag: tags.map(([Key, Value]) => ({ Key, Value })) },
  };
}

export function tagAccess({ path }: Route53Request): RequestedAccess {
  const { ResourceType: type, ResourceId: id } = path;
  if (!id) return {};
  return { resource: type === 'healthcheck' ? `arn:aws:route53:::healthcheck/${id}` : hostedZoneArn(id) };
}
