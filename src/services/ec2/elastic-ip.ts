// Elastic IP addresses: allocated to an account until it releases them. Attaching one is elastic-ip-association.ts.

import type {
  AddressAttribute,
  Address as AddressShape,
  AllocateAddressRequest,
  AllocateAddressResult,
  DescribeAddressesAttributeRequest,
  DescribeAddressesAttributeResult,
  DescribeAddressesRequest,
  DescribeAddressesResult,
  ReleaseAddressRequest,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { ElasticIp } from '../../cloud/internet.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import {
  allocationNotFound,
  checkId,
  invalidParameterCombination,
  invalidParameterValue,
  limitExceeded,
  missingParameter,
  requireParameter,
} from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { findOwn, isOwn, selectOwn } from './ownership.ts';
import { paginate } from './pagination.ts';
import { takeAddressOf } from './public-address.ts';
import { dropTags, findTags, putTags, showTags, tagsFromSpecifications } from './tag.ts';

/** AWS's quota for an account in a region. */
export const mostElasticIps = 5;

export function allocateAddress(
  input: AllocateAddressRequest,
  context: OperationContext,
): AllocateAddressResult {
  acceptParameters(
    'AllocateAddress',
    input,
    'Domain',
    'NetworkBorderGroup',
    'PublicIpv4Pool',
    'TagSpecifications',
  );
  const { cloud, accountId, region } = context;
  checkPlace(input, region);
  const tags = tagsFromSpecifications(input.TagSpecifications, 'elastic-ip');
  if (cloud.elasticIps.where((elasticIp) => isOwn(context, elasticIp)).length >= mostElasticIps) {
    throw limitExceeded('AddressLimitExceeded', 'The maximum number of addresses has been reached.');
  }
  const allocationId = context.newId('eipalloc');
  const publicIp = takeAddressOf(cloud, region);
  cloud.elasticIps.put({ allocationId, accountId, region, publicIp });
  putTags(context, allocationId, 'elastic-ip', tags);
  return {
    AllocationId: allocationId,
    PublicIp: publicIp,
    PublicIpv4Pool: 'amazon',
    NetworkBorderGroup: region,
    Domain: 'vpc',
  };
}

function checkPlace(
  {
    Domain: domain = 'vpc',
    NetworkBorderGroup: border,
    PublicIpv4Pool: pool = 'amazon',
  }: AllocateAddressRequest,
  region: string,
): void {
  if (domain !== 'vpc') throw invalidParameterValue(`Invalid value '${domain}' for domain.`);
  if (border !== undefined && border !== region) throw notBuilt(`the network border group ${border}`);
  if (pool !== 'amazon') throw notBuilt('pools of addresses of your own');
}

export function releaseAddress(input: ReleaseAddressRequest, context: OperationContext): object {
  acceptParameters('ReleaseAddress', input, 'AllocationId', 'PublicIp', 'NetworkBorderGroup');
  if (input.NetworkBorderGroup !== undefined) checkPlace(input, context.region);
  const { allocationId, publicIp, association } = getNamedElasticIp(context, input);
  if (association) throw new AwsError('InvalidIPAddress.InUse', `Address ${publicIp} is in use.`);
  context.cloud.elasticIps.delete(allocationId);
  dropTags(context.cloud, allocationId);
  return {};
}

/** AWS: this list has no pages. */
export function describeAddresses(
  input: DescribeAddressesRequest,
  context: OperationContext,
): DescribeAddressesResult {
  acceptParameters('DescribeAddresses', input, 'AllocationIds', 'PublicIps', 'Filters');
  const { cloud } = context;
  const byAddress = new Set(input.PublicIps ?? []);
  for (const publicIp of byAddress) getElasticIpByAddress(context, publicIp);
  const selected = selectOwn(
    context,
    input.AllocationIds,
    (id) => getElasticIp(context, id),
    () => cloud.elasticIps.all(),
  ).filter(({ publicIp }) => byAddress.size === 0 || byAddress.has(publicIp));
  const tagsOf = (elasticIp: ElasticIp) => findTags(cloud, elasticIp.allocationId);
  const matching = applyFilters(selected, input.Filters, fields(context), tagsOf);
  return { Addresses: matching.map((elasticIp) => showElasticIp(context, elasticIp)) };
}

const fields = (context: OperationContext): FilterFields<ElasticIp> => {
  const shown = (pick: (address: AddressShape) => string | undefined) => (elasticIp: ElasticIp) =>
    pick(showElasticIp(context, elasticIp));
  return {
    'allocation-id': (elasticIp) => elasticIp.allocationId,
    'association-id': (elasticIp) => elasticIp.association?.associationId,
    domain: () => 'vpc',
    'instance-id': shown((address) => address.InstanceId),
    'network-border-group': (elasticIp) => elasticIp.region,
    'network-interface-id': (elasticIp) => elasticIp.association?.networkInterfaceId,
    'network-interface-owner-id': shown((address) => address.NetworkInterfaceOwnerId),
    'private-ip-address': (elasticIp) => elasticIp.association?.privateIpAddress,
    'public-ip': (elasticIp) => elasticIp.publicIp,
  };
};

/** The name that a reverse lookup of an address would give: nobody can set one here, so that none has any. */
export function describeAddressesAttribute(
  input: DescribeAddressesAttributeRequest,
  context: OperationContext,
): DescribeAddressesAttributeResult {
  const accepted = ['AllocationIds', 'Attribute', 'MaxResults', 'NextToken'] as const;
  acceptParameters('DescribeAddressesAttribute', input, ...accepted);
  const { Attribute: attribute = 'domain-name' } = input;
  if (attribute !== 'domain-name') {
    throw invalidParameterValue(`Value (${attribute}) for parameter attribute is invalid.`);
  }
  const selected = selectOwn(
    context,
    input.AllocationIds,
    (id) => getElasticIp(context, id),
    () => context.cloud.elasticIps.all(),
  );
  const limits = { minimum: 1, maximum: 1000 };
  const { page, nextToken } = paginate(selected, input, limits, ({ allocationId }) => allocationId);
  const Addresses: AddressAttribute[] = page.map(({ allocationId, publicIp }) => ({
    AllocationId: allocationId,
    PublicIp: publicIp,
  }));
  return { Addresses, ...(nextToken && { NextToken: nextToken }) };
}

/** The caller's address; otherwise AWS's not-found. */
export function getElasticIp(context: OperationContext, allocationId: string): ElasticIp {
  checkId('eipalloc', allocationId, 'InvalidAllocationID.Malformed');
  const elasticIp = findOwn(context, context.cloud.elasticIps.find(allocationId));
  if (!elasticIp) throw allocationNotFound(allocationId);
  return elasticIp;
}

export function getElasticIpByAddress(context: OperationContext, publicIp: string): ElasticIp {
  const elasticIp = context.cloud.elasticIps
    .all()
    .find((candidate) => candidate.publicIp === publicIp && isOwn(context, candidate));
  if (!elasticIp) throw new AwsError('InvalidAddress.NotFound', `Address '${publicIp}' not found.`);
  return elasticIp;
}

/** AWS: names an address by its allocation, or by itself as in the days before VPCs; not by both. */
export function getNamedElasticIp(
  context: OperationContext,
  { AllocationId, PublicIp }: { AllocationId?: string | undefined; PublicIp?: string | undefined },
): ElasticIp {
  if (AllocationId && PublicIp) {
    throw invalidParameterCombination(
      'You may specify public IP or allocation id, but not both in the same call',
    );
  }
  if (PublicIp) return getElasticIpByAddress(context, PublicIp);
  if (!AllocationId) throw missingParameter('allocationId');
  return getElasticIp(context, requireParameter('allocationId', AllocationId));
}

function showElasticIp({ cloud }: OperationContext, elasticIp: ElasticIp): AddressShape {
  const { allocationId, publicIp, association, region } = elasticIp;
  const networkInterface = association && cloud.networkInterfaces.find(association.networkInterfaceId);
  const instanceId = networkInterface?.attachment?.instanceId;
  return {
    PublicIp: publicIp,
    AllocationId: allocationId,
    Domain: 'vpc',
    PublicIpv4Pool: 'amazon',
    NetworkBorderGroup: region,
    ...(association && {
      AssociationId: association.associationId,
      NetworkInterfaceId: association.networkInterfaceId,
      PrivateIpAddress: association.privateIpAddress,
    }),
    ...(networkInterface && { NetworkInterfaceOwnerId: networkInterface.accountId }),
    ...(instanceId && { InstanceId: instanceId }),
    Tags: showTags(cloud, allocationId),
  };
}
