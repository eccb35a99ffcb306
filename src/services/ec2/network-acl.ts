// Network ACLs: made empty, so that they deny everything until entries are added. The default one of a VPC allows
// everything, and is there as long as the VPC is.

import type {
  CreateNetworkAclRequest,
  CreateNetworkAclResult,
  DeleteNetworkAclRequest,
  DescribeNetworkAclsRequest,
  DescribeNetworkAclsResult,
  NetworkAcl as NetworkAclShape,
} from '@aws-sdk/client-ec2';
import type { NetworkAcl } from '../../cloud/network-acl.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import {
  checkId,
  hasDependencies,
  invalidParameterValue,
  networkAclNotFound,
  requireParameter,
} from './errors.ts';
import { applyFilters } from './filter.ts';
import { idempotent } from './idempotency.ts';
import { networkAclFields, showNetworkAcl } from './network-acl-show.ts';
import { findOwn, selectOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { dropTags, findTags, putTags, tagsFromSpecifications } from './tag.ts';
import { getVpc } from './vpc.ts';

export function createNetworkAcl(
  input: CreateNetworkAclRequest,
  context: OperationContext,
): CreateNetworkAclResult {
  acceptParameters('CreateNetworkAcl', input, 'VpcId', 'TagSpecifications');
  const { vpcId } = getVpc(context, requireParameter('VpcId', input.VpcId));
  const tags = tagsFromSpecifications(input.TagSpecifications, 'network-acl');

  function create(): string[] {
    const networkAclId = context.newId('acl');
    const { accountId, region } = context;
    context.cloud.networkAcls.put({
      ...{ accountId, region, networkAclId, vpcId },
      ...{ isDefault: false, entries: [], associations: [] },
    });
    putTags(context, networkAclId, 'network-acl', tags);
    return [networkAclId];
  }
  function show([networkAclId]: string[]): CreateNetworkAclResult {
    const shown = showNetworkAcl(context, getNetworkAcl(context, networkAclId!));
    return { NetworkAcl: shown, ...(input.ClientToken && { ClientToken: input.ClientToken }) };
  }
  return idempotent(context, 'CreateNetworkAcl', input.ClientToken, input, create, show);
}

export function describeNetworkAcls(
  input: DescribeNetworkAclsRequest,
  context: OperationContext,
): DescribeNetworkAclsResult {
  acceptParameters('DescribeNetworkAcls', input, 'NetworkAclIds', 'Filters', 'MaxResults', 'NextToken');
  const ids = input.NetworkAclIds;
  refuseIdsWithMaxResults('NetworkAclIds', ids, input.MaxResults);
  const selected = selectOwn(
    context,
    ids,
    (id) => getNetworkAcl(context, id),
    () => context.cloud.networkAcls.all(),
  );
  const shown = selected.map((acl) => showNetworkAcl(context, acl));
  const tagsOf = (acl: NetworkAclShape) => findTags(context.cloud, acl.NetworkAclId!);
  const matching = applyFilters(shown, input.Filters, networkAclFields, tagsOf);
  const { page, nextToken } = paginate(matching, input, undefined, (acl) => acl.NetworkAclId!);
  return { NetworkAcls: page, ...(nextToken && { NextToken: nextToken }) };
}

export function deleteNetworkAcl(input: DeleteNetworkAclRequest, context: OperationContext): object {
  acceptParameters('DeleteNetworkAcl', input, 'NetworkAclId');
  const acl = getNetworkAcl(context, requireParameter('NetworkAclId', input.NetworkAclId));
  const { networkAclId } = acl;
  if (acl.isDefault) throw invalidParameterValue(`cannot delete default network ACL ${networkAclId}`);
  if (acl.associations.length > 0) throw hasDependencies('networkAcl', networkAclId);
  context.cloud.networkAcls.delete(networkAclId);
  dropTags(context.cloud, networkAclId);
  return {};
}

/** The caller's network ACL; otherwise AWS's not-found. */
export function getNetworkAcl(context: OperationContext, networkAclId: string): NetworkAcl {
  checkId('acl', networkAclId, 'InvalidNetworkAclID.Malformed');
  const acl = findOwn(context, context.cloud.networkAcls.find(networkAclId));
  if (!acl) throw networkAclNotFound(networkAclId);
  return acl;
}
