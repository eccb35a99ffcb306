// Prefix lists, to be looked at: AWS's own (the public ranges of the services that gateway endpoints lead to) and the caller's.
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
  ManagedPrefixList as ManagedPrefixListShape,
  PrefixListState,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import {
  type ManagedPrefixList,
  type ManagedPrefixListVersion,
  type PrefixListEntry,
  prefixListVersionKey,
  routersOfPrefixList,
  usersOfPrefixList,
} from '../../cloud/prefix-list.ts';
import { type AwsPrefixList, awsPrefixLists, findPrefixList } from '../../cloud/public-range.ts';
import { arnOf } from '../../lib/arn.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { endpointRoutes } from './endpoint-route.ts';
import { checkId, invalidParameterValue, prefixListNotFound, requireParameter } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { findOwn, isOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { findTags, showTags } from './tag.ts';

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
  const fields: FilterFields<PrefixList> = {
    'owner-id': (list) => (isAwsList(list) ? awsOwnerId : list.accountId),
    'prefix-list-id': (list) => list.prefixListId,
    'prefix-list-name': (list) => list.prefixListName,
  };
  const own = context.cloud.managedPrefixLists.where((list) => isOwn(context, list));
  const all: PrefixList[] = [...awsPrefixLists.filter((list) => list.region === context.region), ...own];
  const lists = ids.length > 0 ? [...new Set(ids)].map((id) => getPrefixList(context, id)) : all;
  const tagsOf = (list: PrefixList) => findTags(context.cloud, list.prefixListId);
  const matching = applyFilters(lists, input.Filters, fields, tagsOf);
  const limits = { minimum: 1, maximum: 100 };
  const { page, nextToken } = paginate(matching, input, limits, (list) => list.prefixListId);
  return {
    PrefixLists: page.map((list) => (isAwsList(list) ? showAwsList(list) : showManagedList(context, list))),
    ...(nextToken && { NextToken: nextToken }),
  };
}

/** AWS: the word takes the place of an account id. */
const awsOwnerId = 'AWS';

/** AWS: lists of its own have neither a version nor a size. */
function showAwsList({ prefixListId, prefixListName, region }: AwsPrefixList): ManagedPrefixListShape {
  return {
    PrefixListId: prefixListId,
    AddressFamily: 'IPv4',
    State: 'create-complete',
    PrefixListArn: arnOf('ec2', region, 'aws', `prefix-list/${prefixListId}`),
    PrefixListName: prefixListName,
    Tags: [],
    OwnerId: awsOwnerId,
  };
}

export function showManagedList(context: OperationContext, list: ManagedPrefixList): ManagedPrefixListShape {
  const { prefixListId, prefixListName, accountId, region } = list;
  return {
    PrefixListId: prefixListId,
    AddressFamily: list.addressFamily,
    State: prefixListState(context, list),
    ...(list.failure && { StateMessage: list.failure.message }),
    PrefixListArn: arnOf('ec2', region, accountId, `prefix-list/${prefixListId}`),
    PrefixListName: prefixListName,
    MaxEntries: list.maxEntries,
    Version: list.version,
    Tags: showTags(context.cloud, prefixListId),
    OwnerId: accountId,
  };
}

/** In progress until every VPC and transit gateway that uses the list carries it as it is now. */
export function prefixListState(context: OperationContext, list: ManagedPrefixList): PrefixListState {
  if (list.failure) return list.failure.state;
  const routerIds = [...routersOfPrefixList(context.cloud, list.prefixListId)];
  const isCarried = routerIds.every((id) => context.world.isApplied(id, list.generation));
  return `${list.lastChange}-${isCarried ? 'complete' : 'in-progress'}`;
}

export function getManagedPrefixListEntries(
  input: GetManagedPrefixListEntriesRequest,
  context: OperationContext,
): GetManagedPrefixListEntriesResult {
  const accepted = ['PrefixListId', 'TargetVersion', 'MaxResults', 'NextToken'] as const;
  acceptParameters('GetManagedPrefixListEntries', input, ...accepted);
  const list = getPrefixList(context, requireParameter('PrefixListId', input.PrefixListId));
  const entries = isAwsList(list)
    ? awsEntries(list, input.TargetVersion)
    : getVersion(context, list, input.TargetVersion ?? list.version).entries;
  const { page, nextToken } = paginate(entries, input, { minimum: 1, maximum: 100 }, ({ cidr }) => cidr);
  const Entries = page.map(({ cidr, description }) => ({
    Cidr: cidr,
    ...(description !== undefined && { Description: description }),
  }));
  return { Entries, ...(nextToken && { NextToken: nextToken }) };
}

function awsEntries({ prefixListId, cidrBlocks }: AwsPrefixList, version?: number): PrefixListEntry[] {
  if (version !== undefined) {
    throw invalidParameterValue(`The prefix list ${prefixListId} has no versions.`);
  }
  return cidrBlocks.map((cidr) => ({ cidr }));
}

/** The list's entries as they were in that version; otherwise a refusal. */
export function getVersion(
  { cloud }: OperationContext,
  { prefixListId }: ManagedPrefixList,
  version: number,
): ManagedPrefixListVersion {
  const found = cloud.managedPrefixListVersions.find(prefixListVersionKey(prefixListId, version));
  if (found) return found;
  throw invalidParameterValue(`The prefix list ${prefixListId} has no version ${version}.`);
}

/** The caller's route tables, of VPCs and of transit gateways, and security groups that name the list. */
export function getManagedPrefixListAssociations(
  input: GetManagedPrefixListAssociationsRequest,
  context: OperationContext,
): GetManagedPrefixListAssociationsResult {
  acceptParameters('GetManagedPrefixListAssociations', input, 'PrefixListId', 'MaxResults', 'NextToken');
  const { prefixListId } = getPrefixList(context, requireParameter('PrefixListId', input.PrefixListId));
  const { cloud } = context;
  const routes = endpointRoutes(cloud);
  const users = usersOfPrefixList(cloud, prefixListId);
  const tables = cloud.routeTables.where(
    (table) =>
      isOwn(context, table) &&
      (users.routeTables.includes(table) ||
        (routes.get(table.routeTableId) ?? []).some(
          (route) => route.destinationPrefixListId === prefixListId,
        )),
  );
  const groups = users.groups.filter((group) => isOwn(context, group));
  const transitTables = users.transitTables.filter((table) => isOwn(context, table));
  const ids: string[] = [
    ...tables.map((table) => table.routeTableId),
    ...groups.map((group) => group.groupId),
    ...transitTables.map((table) => table.transitGatewayRouteTableId),
  ];
  const { page, nextToken } = paginate(ids, input, { minimum: 5, maximum: 255 }, (id) => id);
  return {
    PrefixListAssociations: page.map((ResourceId) => ({ ResourceId, ResourceOwner: context.accountId })),
    ...(nextToken && { NextToken: nextToken }),
  };
}

export type PrefixList = AwsPrefixList | ManagedPrefixList;

export const isAwsList = (list: PrefixList): list is AwsPrefixList => 'service' in list;

/** AWS's list of the caller's region, or the caller's own; otherwise AWS's not-found. */
export function getPrefixList(context: OperationContext, prefixListId: string): PrefixList {
  checkId('pl', prefixListId, 'InvalidPrefixListID.Malformed');
  const list =
    findPrefixList(context.region, prefixListId) ??
    findOwn(context, context.cloud.managedPrefixLists.find(prefixListId));
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
