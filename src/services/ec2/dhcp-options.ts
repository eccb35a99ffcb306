// DHCP options sets. They do not change: a VPC is associated with another set, with the one AWS made, or with none.

import type {
  AssociateDhcpOptionsRequest,
  CreateDhcpOptionsRequest,
  CreateDhcpOptionsResult,
  DeleteDhcpOptionsRequest,
  DescribeDhcpOptionsRequest,
  DescribeDhcpOptionsResult,
  DhcpOptions as DhcpOptionsShape,
} from '@aws-sdk/client-ec2';
import { dhcpOptionsDependents } from '../../cloud/dependents.ts';
import {
  type DhcpOptions,
  type DhcpOptionsId,
  defaultConfigurations,
  findDefaultDhcpOptions,
  noDhcpOptions,
} from '../../cloud/dhcp-options.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { readDhcpConfigurations } from './dhcp-options-parameter.ts';
import { checkId, dhcpOptionsNotFound, hasDependencies, requireParameter, vpcNotFound } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { findOwn, isOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { dropTags, findTags, putTags, showTags, tagsFromSpecifications } from './tag.ts';

export function createDhcpOptions(
  input: CreateDhcpOptionsRequest,
  context: OperationContext,
): CreateDhcpOptionsResult {
  acceptParameters('CreateDhcpOptions', input, 'DhcpConfigurations', 'TagSpecifications');
  const configurations = readDhcpConfigurations(input.DhcpConfigurations);
  const tags = tagsFromSpecifications(input.TagSpecifications, 'dhcp-options');
  const { accountId, region } = context;
  const options = context.cloud.dhcpOptions.put({
    ...{ dhcpOptionsId: context.newId('dopt'), accountId, region },
    ...{ isDefault: false, configurations },
  });
  putTags(context, options.dhcpOptionsId, 'dhcp-options', tags);
  return { DhcpOptions: showDhcpOptions(context, options) };
}

/** AWS: instances that run take it over when they ask again. */
export function associateDhcpOptions(input: AssociateDhcpOptionsRequest, context: OperationContext): object {
  acceptParameters('AssociateDhcpOptions', input, 'DhcpOptionsId', 'VpcId');
  const dhcpOptionsId = requireParameter('DhcpOptionsId', input.DhcpOptionsId);
  const vpcId = requireParameter('VpcId', input.VpcId);
  checkId('vpc', vpcId, 'InvalidVpcID.Malformed');
  const vpc = findOwn(context, context.cloud.vpcs.find(vpcId));
  if (!vpc) throw vpcNotFound(vpcId);
  if (dhcpOptionsId !== noDhcpOptions) getDhcpOptions(context, dhcpOptionsId);
  context.cloud.vpcs.put({ ...vpc, dhcpOptionsId });
  return {};
}

export function deleteDhcpOptions(input: DeleteDhcpOptionsRequest, context: OperationContext): object {
  acceptParameters('DeleteDhcpOptions', input, 'DhcpOptionsId');
  const { dhcpOptionsId } = getDhcpOptions(context, requireParameter('DhcpOptionsId', input.DhcpOptionsId));
  if (dhcpOptionsDependents(context.cloud, dhcpOptionsId).length > 0)
    throw hasDependencies('dhcpOptions', dhcpOptionsId);
  context.cloud.dhcpOptions.delete(dhcpOptionsId);
  dropTags(context.cloud, dhcpOptionsId);
  return {};
}

/** AWS: made with an account's first VPC of a region, and again when it was deleted. */
export function ensureDefaultDhcpOptions(context: OperationContext): DhcpOptionsId {
  const { cloud, accountId, region } = context;
  const known = findDefaultDhcpOptions(cloud, accountId, region);
  if (known) return known.dhcpOptionsId;
  const { dhcpOptionsId } = cloud.dhcpOptions.put({
    ...{ dhcpOptionsId: context.newId('dopt'), accountId, region },
    ...{ isDefault: true, configurations: defaultConfigurations(region) },
  });
  return dhcpOptionsId;
}

const fields: FilterFields<DhcpOptions> = {
  'dhcp-options-id': (options) => options.dhcpOptionsId,
  key: ({ configurations }) => configurations.map(({ key }) => key),
  'owner-id': (options) => options.accountId,
  value: ({ configurations }) => configurations.flatMap(({ values }) => values),
};

export function describeDhcpOptions(
  input: DescribeDhcpOptionsRequest,
  context: OperationContext,
): DescribeDhcpOptionsResult {
  acceptParameters('DescribeDhcpOptions', input, 'DhcpOptionsIds', 'Filters', 'MaxResults', 'NextToken');
  const { DhcpOptionsIds: ids = [] } = input;
  refuseIdsWithMaxResults('DhcpOptionsIds', ids, input.MaxResults);
  const own =
    ids.length > 0
      ? [...new Set(ids)].map((id) => getDhcpOptions(context, id))
      : context.cloud.dhcpOptions.where((options) => isOwn(context, options));
  const tagsOf = ({ dhcpOptionsId }: DhcpOptions) => findTags(context.cloud, dhcpOptionsId);
  const matching = applyFilters(own, input.Filters, fields, tagsOf);
  const { page, nextToken } = paginate(matching, input, undefined, (options) => options.dhcpOptionsId);
  return {
    DhcpOptions: page.map((options) => showDhcpOptions(context, options)),
    ...(nextToken && { NextToken: nextToken }),
  };
}

function getDhcpOptions(context: OperationContext, dhcpOptionsId: string): DhcpOptions {
  checkId('dopt', dhcpOptionsId, 'InvalidDhcpOptionsId.Malformed');
  const options = findOwn(context, context.cloud.dhcpOptions.find(dhcpOptionsId));
  if (!options) throw dhcpOptionsNotFound(dhcpOptionsId);
  return options;
}

function showDhcpOptions(
  { cloud }: OperationContext,
  { dhcpOptionsId, accountId, configurations }: DhcpOptions,
): DhcpOptionsShape {
  return {
    DhcpOptionsId: dhcpOptionsId,
    OwnerId: accountId,
    DhcpConfigurations: configurations.map(({ key, values }) => ({
      Key: key,
      Values: values.map((Value) => ({ Value })),
    })),
    Tags: showTags(cloud, dhcpOptionsId),
  };
}
