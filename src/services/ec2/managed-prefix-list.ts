// The caller's own prefix lists: made, changed, put back to an earlier version, deleted.
// AWS: a change names the version it starts from, so that of two people who change a list at once one is told.

import type {
  AddPrefixListEntry,
  CreateManagedPrefixListRequest,
  CreateManagedPrefixListResult,
  DeleteManagedPrefixListRequest,
  DeleteManagedPrefixListResult,
  ModifyManagedPrefixListRequest,
  ModifyManagedPrefixListResult,
  RestoreManagedPrefixListVersionRequest,
  RestoreManagedPrefixListVersionResult,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import {
  type ManagedPrefixList,
  type PrefixListEntry,
  prefixListVersionKey,
  usersOfPrefixList,
} from '../../cloud/prefix-list.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { invalidParameterCombination, invalidParameterValue, notYours, requireParameter } from './errors.ts';
import { idempotent } from './idempotency.ts';
import { readRuleCidr, readRuleCidrIpv6 } from './ip-permission.ts';
import { getPrefixList, getVersion, isAwsList, prefixListState, showManagedList } from './prefix-list.ts';
import { exceedsRuleQuota } from './security-group-quota.ts';
import { dropTags, putTags, tagsFromSpecifications } from './tag.ts';

const mostEntries = 1000;
const mostEntriesOfRequest = 100;
const mostVersions = 1000;

export function createManagedPrefixList(
  input: CreateManagedPrefixListRequest,
  context: OperationContext,
): CreateManagedPrefixListResult {
  const accepted = ['PrefixListName', 'Entries', 'MaxEntries', 'AddressFamily'] as const;
  acceptParameters('CreateManagedPrefixList', input, ...accepted, 'TagSpecifications');
  const prefixListName = readName(requireParameter('PrefixListName', input.PrefixListName));
  const addressFamily = readFamily(requireParameter('AddressFamily', input.AddressFamily));
  const maxEntries = readSize(requireParameter('MaxEntries', input.MaxEntries));
  const entries = readEntries(input.Entries ?? [], addressFamily);
  refuseTooMany(entries, maxEntries);
  const tags = tagsFromSpecifications(input.TagSpecifications, 'prefix-list');

  function create(): string[] {
    const prefixListId = context.newId('pl');
    const { accountId, region } = context;
    putVersion(context, {
      ...{ accountId, region, prefixListId, prefixListName, addressFamily, maxEntries },
      ...{ version: 1, entries, lastChange: 'create' },
    });
    putTags(context, prefixListId, 'prefix-list', tags);
    return [prefixListId];
  }
  const show = ([id]: string[]) => ({ PrefixList: showManagedList(context, getOwnList(context, id)) });
  return idempotent(context, 'CreateManagedPrefixList', input.ClientToken, input, create, show);
}

/** AWS: entries or size, not both at once; a new name makes no new version. */
export function modifyManagedPrefixList(
  input: ModifyManagedPrefixListRequest,
  context: OperationContext,
): ModifyManagedPrefixListResult {
  const { AddEntries: added = [], RemoveEntries: removed = [], CurrentVersion, MaxEntries } = input;
  const accepted = ['PrefixListId', 'CurrentVersion', 'PrefixListName', 'MaxEntries'] as const;
  acceptParameters('ModifyManagedPrefixList', input, ...accepted, 'AddEntries', 'RemoveEntries');
  const list = getOwnList(context, input.PrefixListId);
  const prefixListName =
    input.PrefixListName === undefined ? list.prefixListName : readName(input.PrefixListName);
  refuseInProgress(context, list);
  const changesEntries = added.length + removed.length > 0;
  if (changesEntries && MaxEntries !== undefined) {
    throw invalidParameterCombination(
      'You cannot modify the entries and the maximum entries for the prefix list in the same request.',
    );
  }
  const { failure: _failure, ...kept } = list;
  if (changesEntries) {
    checkVersion(list, requireParameter('CurrentVersion', CurrentVersion));
    const entries = changeEntries(list, added, removed);
    refuseTooMany(entries, list.maxEntries);
    const version = list.version + 1;
    const written = putVersion(context, { ...kept, prefixListName, entries, version, lastChange: 'modify' });
    return { PrefixList: showManagedList(context, written) };
  }
  if (CurrentVersion !== undefined) checkVersion(list, CurrentVersion);
  if (MaxEntries !== undefined) refuseTooMany(list.entries, readSize(MaxEntries));
  const resized = resize(context, { ...kept, prefixListName, lastChange: 'modify' }, MaxEntries);
  return { PrefixList: showManagedList(context, context.cloud.managedPrefixLists.put(resized)) };
}

/** AWS: what was, as a new version. */
export function restoreManagedPrefixListVersion(
  input: RestoreManagedPrefixListVersionRequest,
  context: OperationContext,
): RestoreManagedPrefixListVersionResult {
  const accepted = ['PrefixListId', 'PreviousVersion', 'CurrentVersion'] as const;
  acceptParameters('RestoreManagedPrefixListVersion', input, ...accepted);
  const list = getOwnList(context, input.PrefixListId);
  const previous = requireParameter('PreviousVersion', input.PreviousVersion);
  const current = requireParameter('CurrentVersion', input.CurrentVersion);
  refuseInProgress(context, list);
  checkVersion(list, current);
  const { entries } = getVersion(context, list, previous);
  refuseTooMany(entries, list.maxEntries);
  const { failure: _failure, ...kept } = list;
  const restored = putVersion(context, {
    ...kept,
    ...{ entries, version: list.version + 1, lastChange: 'restore' },
  });
  return { PrefixList: showManagedList(context, restored) };
}

/** AWS: a list in use is not refused at once: it answers `delete-in-progress`, and the list is found as `delete-failed`. */
export function deleteManagedPrefixList(
  input: DeleteManagedPrefixListRequest,
  context: OperationContext,
): DeleteManagedPrefixListResult {
  acceptParameters('DeleteManagedPrefixList', input, 'PrefixListId');
  const { cloud } = context;
  const list = getOwnList(context, input.PrefixListId);
  const { prefixListId } = list;
  refuseInProgress(context, list);
  const { failure: _failure, ...kept } = list;
  const answer = {
    PrefixList: { ...showManagedList(context, kept), State: 'delete-in-progress' as const },
  };
  const userIds = listUsers(context, prefixListId);
  if (userIds.length > 0) {
    const message = `The prefix list is referenced by other resources: ${userIds.slice(0, 10).join(', ')}`;
    cloud.managedPrefixLists.put({ ...kept, failure: { state: 'delete-failed', message } });
    return answer;
  }
  cloud.managedPrefixLists.delete(prefixListId);
  const versions = cloud.managedPrefixListVersions.where((version) => version.prefixListId === prefixListId);
  for (const { versionKey } of versions) cloud.managedPrefixListVersions.delete(versionKey);
  dropTags(cloud, prefixListId);
  return answer;
}

/** AWS: lists of its own cannot be changed. */
function getOwnList(context: OperationContext, id: string | undefined): ManagedPrefixList {
  const list = getPrefixList(context, requireParameter('PrefixListId', id));
  if (isAwsList(list)) throw notYours();
  return list;
}

function refuseInProgress(context: OperationContext, list: ManagedPrefixList): void {
  const state = prefixListState(context, list);
  if (!state.endsWith('-in-progress')) return;
  throw new AwsError(
    'IncorrectState',
    `The request cannot be completed while the prefix list (${list.prefixListId}) is in the current state (${state})`,
  );
}

function checkVersion(list: ManagedPrefixList, version: number): void {
  if (version === list.version) return;
  throw new AwsError('PrefixListVersionMismatch', 'The prefix list has the incorrect version number.');
}

function readName(name: string): string {
  if (/^com\.amazonaws/i.test(name)) {
    throw invalidParameterValue("Prefix list names can't begin with com.amazonaws.");
  }
  if (name.length > 255) {
    throw invalidParameterValue('Prefix list names must be 255 characters or fewer.');
  }
  return name;
}

function readFamily(text: string): 'IPv4' | 'IPv6' {
  if (text === 'IPv4' || text === 'IPv6') return text;
  throw invalidParameterValue(`Value (${text}) for parameter AddressFamily is invalid. Use IPv4 or IPv6.`);
}

function readSize(maxEntries: number): number {
  if (Number.isInteger(maxEntries) && maxEntries >= 1 && maxEntries <= mostEntries) return maxEntries;
  throw invalidParameterValue(`Must specify a max size between 1 and ${mostEntries}`);
}

function readEntries(entries: AddPrefixListEntry[], family: 'IPv4' | 'IPv6'): PrefixListEntry[] {
  if (entries.length > mostEntriesOfRequest) {
    throw invalidParameterValue(
      `The number of entries per request cannot exceeds limit (${mostEntriesOfRequest}).`,
    );
  }
  const read = entries.map(({ Cidr, Description: description }) => {
    if (description !== undefined && description.length > 255) {
      throw invalidParameterValue('Descriptions of entries must be 255 characters or fewer.');
    }
    return {
      cidr: readEntryCidr(Cidr, family),
      ...(description !== undefined && { description }),
    };
  });
  const seen = new Set<string>();
  for (const { cidr } of read) {
    if (seen.has(cidr)) throw invalidParameterValue(`Request cannot contain duplicate Cidr ${cidr}`);
    seen.add(cidr);
  }
  return read;
}

function readEntryCidr(text: string | undefined, family: 'IPv4' | 'IPv6'): string {
  const cidr = requireParameter('Cidr', text);
  return family === 'IPv4' ? readRuleCidr(cidr) : readRuleCidrIpv6(cidr);
}

function changeEntries(
  { entries, addressFamily }: ManagedPrefixList,
  add: AddPrefixListEntry[],
  remove: { Cidr: string | undefined }[],
): PrefixListEntry[] {
  const added = readEntries(add, addressFamily);
  const removed = readEntries(remove, addressFamily).map(({ cidr }) => cidr);
  for (const { cidr } of added) {
    if (removed.includes(cidr)) {
      throw invalidParameterValue(
        `Request cannot contain Cidr ${cidr} in both AddPrefixListEntries and RemovePrefixListEntries`,
      );
    }
    // AWS: also where only the description would differ: it is removed first, and added by another request.
    if (entries.some((entry) => entry.cidr === cidr)) {
      throw new AwsError('InvalidRequest', 'The request received was invalid.');
    }
  }
  for (const cidr of removed) {
    if (!entries.some((entry) => entry.cidr === cidr)) {
      throw new AwsError('InvalidPrefixListModification', `The entry ${cidr} does not exist.`);
    }
  }
  return [...entries.filter(({ cidr }) => !removed.includes(cidr)), ...added];
}

function refuseTooMany(entries: PrefixListEntry[], maxEntries: number): void {
  if (entries.length <= maxEntries) return;
  throw new AwsError(
    'PrefixListMaxEntriesExceeded',
    `The number of entries (${entries.length}) exceeds the maximum number of entries (${maxEntries}) of the prefix list.`,
  );
}

/** AWS: a size that a group's quota has no room for is not refused at once: the list is found as `modify-failed`, with whom it was too much for. */
function resize(
  { cloud }: OperationContext,
  list: Omit<ManagedPrefixList, 'failure'>,
  maxEntries = list.maxEntries,
): Omit<ManagedPrefixList, 'generation'> {
  const tooSmall = usersOfPrefixList(cloud, list.prefixListId).groups.filter(({ rules }) =>
    exceedsRuleQuota(cloud, rules, { [list.prefixListId]: maxEntries }),
  );
  if (tooSmall.length === 0) return { ...list, maxEntries };
  const ids = tooSmall.slice(0, 10).map(({ groupId }) => groupId);
  const message = `The following resources do not support the new maximum size: ${ids.join(', ')}`;
  return { ...list, failure: { state: 'modify-failed', message } };
}

function listUsers({ cloud }: OperationContext, prefixListId: string): string[] {
  const { routeTables, groups, transitTables } = usersOfPrefixList(cloud, prefixListId);
  return [
    ...routeTables.map(({ routeTableId }) => routeTableId),
    ...groups.map(({ groupId }) => groupId),
    ...transitTables.map(({ transitGatewayRouteTableId }) => transitGatewayRouteTableId),
  ];
}

/** AWS: keeps the last thousand. */
function putVersion(
  { cloud }: OperationContext,
  list: Omit<ManagedPrefixList, 'generation'>,
): ManagedPrefixList {
  const { accountId, region, prefixListId, version, entries } = list;
  const versionKey = prefixListVersionKey(prefixListId, version);
  cloud.managedPrefixListVersions.put({ accountId, region, versionKey, prefixListId, version, entries });
  cloud.managedPrefixListVersions.delete(prefixListVersionKey(prefixListId, version - mostVersions));
  return cloud.managedPrefixLists.put(list);
}
