// Prefix lists. Those that are here are AWS's own: the public ranges of the services that gateway endpoints lead to.
// AWS: DescribePrefixLists writes `PrefixListId` in its codes where the operations on managed lists write `PrefixListID`.

import type {
  DescribeManagedPrefixListsRequest,
  DescribeManagedPrefixListsResult,
  DescribePrefixListsRequest,
  DescribePrefixListsResult,
  GetManagedPrefixListAssociationsRequest,
  GetManagedPrefixListAssociationsResult,
  GetManagedPrefixListEntriesRequest,
  GetManagedPrefixListEntriesResult,
  ManagedPrefixList,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import { type AwsPrefixList, awsPrefixLists, findPrefixList } from '../../cloud/public-range.ts';
import { arnOf } from '../../lib/arn.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { endpointRoutes } from './endpoint-route.ts';
import { checkId, invalidParameterValue, prefixListNotFound, requireParameter } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { isOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';

export function describePrefixLists(
  input: DescribePrefixListsRequest,
  context: OperationContext,
): DescribePrefixListsResult {
  acceptParameters('DescribePrefixLists', input, 'PrefixListIds', 'Filters', 'MaxResults', 'NextToken');
  refuseIdsWithMaxResults('PrefixListIds', input.PrefixListIds, input.MaxResults);
  const ids = input.PrefixListIds ?? [];
  for (const id of ids) checkId('pl', id, 'InvalidPrefixListId.Malformed');
  const lists = selectLists(
    context,
    ids,
    (id) => new AwsError('InvalidPrefixListId.NotFound', prefixListNotFound(id).message),
  );
  const fields: FilterFields<AwsPrefixList> = {
    'prefix-list-id': (list) => list.prefixListId,
    'prefix-list-name': (list) => list.prefixListName,
  };
  const matching = applyFilters(lists, input.Filters, fields, () => ({}));
  const { page, nextToken } = paginate(matching, input, undefined, (list) => list.prefixListId);
  const PrefixLists = page.map(({ prefixListId, prefixListName, cidrBlocks }) => ({
    PrefixListId: prefixListId,
    PrefixListName: prefixListName,
    Cidrs: cidrBlocks,
  }));
  return { PrefixLists, ...(nextToken && { NextToken: nextToken }) };
}

export function describeManagedPrefixLists(
  input: DescribeManagedPrefixListsRequest,
  context: OperationContext,
): DescribeManagedPrefixListsResult {
  const accepted = ['PrefixListIds', 'Filters', 'MaxResults', 'NextToken'] as const;
  acceptParameters('DescribeManagedPrefixLists', input, ...accepted);
  refuseIdsWithMaxResults('PrefixListIds', input.PrefixListIds, input.MaxResults);
  const ids = input.PrefixListIds ?? [];
  for (const id of ids) checkId('pl', id, 'InvalidPrefixListID.Malformed');
  const fields: FilterFields<AwsPrefixList> = {
    'owner-id': () => ownerId,
    'prefix-list-id': (list) => list.prefixListId,
    'prefix-list-name': (list) => list.prefixListName,
  };
  const lists = selectLists(context, ids, prefixListNotFound);
  const matching = applyFilters(lists, input.Filters, fields, () => ({}));
  const limits = { minimum: 1, maximum: 100 };
  const { page, nextToken } = paginate(matching, input, limits, (list) => list.prefixListId);
  return { PrefixLists: page.map(showManaged), ...(nextToken && { NextToken: nextToken }) };
}

/** AWS: the word takes the place of an account id. */
const ownerId = 'AWS';

/** AWS: lists of its own have neither a version nor a size. */
function showManaged({ prefixListId, prefixListName, region }: AwsPrefixList): ManagedPrefixList {
  return {
    PrefixListId: prefixListId,
    AddressFamily: 'IPv4',
    State: 'create-complete',
    PrefixListArn: arnOf('ec2', region, 'aws', `prefix-list/${prefixListId}`),
    PrefixListName: prefixListName,
    Tags: [],
    OwnerId: ownerId,
  };
}

export function getManagedPrefixListEntries(
  input: GetManagedPrefixListEntriesRequest,
  context: OperationContext,
): GetManagedPrefixListEntriesResult {
  const accepted = ['PrefixListId', 'TargetVersion', 'MaxResults', 'NextToken'] as const;
  acceptParameters('GetManagedPrefixListEntries', input, ...accepted);
  const list = getPrefixList(context, requireParameter('PrefixListId', input.PrefixListId));
  if (input.TargetVersion !== undefined) {
    throw invalidParameterValue(`The prefix list ${list.prefixListId} has no versions.`);
  }
  const { page, nextToken } = paginate(list.cidrBlocks, input, { minimum: 1, maximum: 100 }, (cidr) => cidr);
  return { Entries: page.map((Cidr) => ({ Cidr })), ...(nextToken && { NextToken: nextToken }) };
}

/** The caller's route tables and security groups that name the list. */
export function getManagedPrefixListAssociations(
  input: GetManagedPrefixListAssociationsRequest,
  context: OperationContext,
): GetManagedPrefixListAssociationsResult {
  acceptParameters('GetManagedPrefixListAssociations', input, 'PrefixListId', 'MaxResults', 'NextToken');
  const { prefixListId } = getPrefixList(context, requireParameter('PrefixListId', input.PrefixListId));
  const { cloud } = context;
  const routes = endpointRoutes(cloud);
  const tables = cloud.routeTables.where(
    (table) =>
      isOwn(context, table) &&
      (routes.get(table.routeTableId) ?? []).some((route) => route.destinationPrefixListId === prefixListId),
  );
  const groups = cloud.securityGroups.where(
    (group) => isOwn(context, group) && group.rules.some((rule) => rule.prefixListId === prefixListId),
  );
  const ids: string[] = [
    ...tables.map((table) => table.routeTableId),
    ...groups.map((group) => group.groupId),
  ];
  const { page, nextToken } = paginate(ids, input, { minimum: 5, maximum: 255 }, (id) => id);
  return {
    PrefixListAssociations: page.map((ResourceId) => ({ ResourceId, ResourceOwner: context.accountId })),
    ...(nextToken && { NextToken: nextToken }),
  };
}

/** The list of the caller's region; otherwise AWS's not-found. */
export function getPrefixList(context: OperationContext, prefixListId: string): AwsPrefixList {
  checkId('pl', prefixListId, 'InvalidPrefixListID.Malformed');
  const list = findPrefixList(context.region, prefixListId);
  if (!list) throw prefixListNotFound(prefixListId);
  return list;
}

function selectLists(
  { region }: OperationContext,
  ids: string[],
  notFound: (id: string) => AwsError,
): AwsPrefixList[] {
  if (ids.length === 0) return awsPrefixLists.filter((list) => list.region === region);
  return [...new Set(ids)].map((id) => {
    const list = findPrefixList(region, id);
    if (!list) throw notFound(id);
    return list;
  });
}
