// DHCP options, to be looked at only: the set that every VPC of an account and region shares.

import type { DescribeDhcpOptionsRequest, DescribeDhcpOptionsResult, DhcpOptions } from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import { privateDomain } from '../../cloud/private-name.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { checkId } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { isOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { findTags, showTags } from './tag.ts';

const fields: FilterFields<DhcpOptions> = {
  'dhcp-options-id': (options) => options.DhcpOptionsId,
  key: (options) => options.DhcpConfigurations!.map(({ Key }) => Key!),
  'owner-id': (options) => options.OwnerId,
  value: (options) => options.DhcpConfigurations!.flatMap(({ Values }) => Values!.map(({ Value }) => Value!)),
};

export function describeDhcpOptions(
  input: DescribeDhcpOptionsRequest,
  context: OperationContext,
): DescribeDhcpOptionsResult {
  acceptParameters('DescribeDhcpOptions', input, 'DhcpOptionsIds', 'Filters', 'MaxResults', 'NextToken');
  const { DhcpOptionsIds: ids = [] } = input;
  refuseIdsWithMaxResults('DhcpOptionsIds', ids, input.MaxResults);
  const known = new Set(
    context.cloud.vpcs.where((vpc) => isOwn(context, vpc)).map(({ dhcpOptionsId }) => dhcpOptionsId),
  );
  for (const id of ids) {
    checkId('dopt', id, 'InvalidDhcpOptionsId.Malformed');
    if (!known.has(id)) throw dhcpOptionsNotFound(id);
  }
  const shown = [...(ids.length > 0 ? new Set(ids) : known)].map((id) => showDefaultSet(context, id));
  const tagsOf = ({ DhcpOptionsId }: DhcpOptions) => findTags(context.cloud, DhcpOptionsId!);
  const matching = applyFilters(shown, input.Filters, fields, tagsOf);
  const { page, nextToken } = paginate(matching, input, undefined, (options) => options.DhcpOptionsId!);
  return { DhcpOptions: page, ...(nextToken && { NextToken: nextToken }) };
}

function showDefaultSet({ cloud, accountId, region }: OperationContext, dhcpOptionsId: string): DhcpOptions {
  return {
    DhcpOptionsId: dhcpOptionsId,
    OwnerId: accountId,
    DhcpConfigurations: [
      { Key: 'domain-name', Values: [{ Value: privateDomain(region) }] },
      { Key: 'domain-name-servers', Values: [{ Value: 'AmazonProvidedDNS' }] },
    ],
    Tags: showTags(cloud, dhcpOptionsId),
  };
}

function dhcpOptionsNotFound(dhcpOptionsId: string): AwsError {
  return new AwsError('InvalidDhcpOptionID.NotFound', `The dhcpOption ID '${dhcpOptionsId}' does not exist`);
}
