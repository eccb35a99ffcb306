// Internet gateways: made by themselves, then attached to one VPC. Routes name them; public addresses work through them.

import type {
  AttachInternetGatewayRequest,
  CreateInternetGatewayRequest,
  CreateInternetGatewayResult,
  DeleteInternetGatewayRequest,
  DescribeInternetGatewaysRequest,
  DescribeInternetGatewaysResult,
  DetachInternetGatewayRequest,
  InternetGateway as InternetGatewayShape,
} from '@aws-sdk/client-ec2';
import type { VpcId } from '../../cloud/id.ts';
import type { InternetGateway } from '../../cloud/internet.ts';
import { publicAddresses } from '../../cloud/public-address.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import {
  alreadyAssociated,
  checkId,
  dependencyViolation,
  gatewayNotAttached,
  hasDependencies,
  internetGatewayNotFound,
  invalidParameterValue,
  requireParameter,
} from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { findOwn, selectOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { dropTags, findTags, putTags, showTags, tagsFromSpecifications } from './tag.ts';
import { getVpc } from './vpc.ts';

export function createInternetGateway(
  input: CreateInternetGatewayRequest,
  context: OperationContext,
): CreateInternetGatewayResult {
  acceptParameters('CreateInternetGateway', input, 'TagSpecifications');
  const tags = tagsFromSpecifications(input.TagSpecifications, 'internet-gateway');
  const { accountId, region } = context;
  const internetGatewayId = context.newId('igw');
  const gateway = context.cloud.internetGateways.put({ internetGatewayId, accountId, region });
  putTags(context, internetGatewayId, 'internet-gateway', tags);
  return { InternetGateway: showInternetGateway(context, gateway) };
}

export function describeInternetGateways(
  input: DescribeInternetGatewaysRequest,
  context: OperationContext,
): DescribeInternetGatewaysResult {
  const { InternetGatewayIds: ids } = input;
  const accepted = ['InternetGatewayIds', 'Filters', 'MaxResults', 'NextToken'] as const;
  acceptParameters('DescribeInternetGateways', input, ...accepted);
  refuseIdsWithMaxResults('InternetGatewayIds', ids, input.MaxResults);
  const selected = selectOwn(
    context,
    ids,
    (id) => getInternetGateway(context, id),
    () => context.cloud.internetGateways.all(),
  );
  const fields: FilterFields<InternetGateway> = {
    'attachment.state': (gateway) => findAttachmentState(context, gateway),
    'attachment.vpc-id': (gateway) => gateway.vpcId,
    'internet-gateway-id': (gateway) => gateway.internetGatewayId,
    'owner-id': (gateway) => gateway.accountId,
  };
  const tagsOf = (gateway: InternetGateway) => findTags(context.cloud, gateway.internetGatewayId);
  const matching = applyFilters(selected, input.Filters, fields, tagsOf);
  const { page, nextToken } = paginate(matching, input, undefined, (gateway) => gateway.internetGatewayId);
  return {
    InternetGateways: page.map((gateway) => showInternetGateway(context, gateway)),
    ...(nextToken && { NextToken: nextToken }),
  };
}

export function deleteInternetGateway(
  input: DeleteInternetGatewayRequest,
  context: OperationContext,
): object {
  acceptParameters('DeleteInternetGateway', input, 'InternetGatewayId');
  const id = requireParameter('internetGatewayId', input.InternetGatewayId);
  const { internetGatewayId, vpcId } = getInternetGateway(context, id);
  if (vpcId) throw hasDependencies('internetGateway', internetGatewayId);
  context.cloud.internetGateways.delete(internetGatewayId);
  dropTags(context.cloud, internetGatewayId);
  return {};
}

/** AWS: two refusals for the two sides of "one gateway per VPC, one VPC per gateway". */
export function attachInternetGateway(
  input: AttachInternetGatewayRequest,
  context: OperationContext,
): object {
  acceptParameters('AttachInternetGateway', input, 'InternetGatewayId', 'VpcId');
  const { cloud } = context;
  const id = requireParameter('internetGatewayId', input.InternetGatewayId);
  const gateway = getInternetGateway(context, id);
  const { vpcId } = getVpc(context, requireParameter('vpcId', input.VpcId));
  if (gateway.vpcId)
    throw alreadyAssociated(`resource ${id} is already attached to network ${gateway.vpcId}`);
  if (findGatewayOf(context, vpcId)) {
    throw invalidParameterValue(`Network ${vpcId} already has an internet gateway attached`);
  }
  cloud.internetGateways.put({ ...gateway, vpcId });
  return {};
}

export function detachInternetGateway(
  input: DetachInternetGatewayRequest,
  context: OperationContext,
): object {
  acceptParameters('DetachInternetGateway', input, 'InternetGatewayId', 'VpcId');
  const { cloud } = context;
  const id = requireParameter('internetGatewayId', input.InternetGatewayId);
  const { vpcId: attachedId, ...gateway } = getInternetGateway(context, id);
  const { vpcId } = getVpc(context, requireParameter('vpcId', input.VpcId));
  if (attachedId !== vpcId) throw gatewayNotAttached(`resource ${id} is not attached to network ${vpcId}`);
  const mapped = publicAddresses(cloud);
  if (
    cloud.networkInterfaces.all().some((eni) => eni.vpcId === vpcId && mapped.has(eni.networkInterfaceId))
  ) {
    throw dependencyViolation(
      `Network ${vpcId} has some mapped public address(es). ` +
        'Please unmap those public address(es) before detaching the gateway.',
    );
  }
  cloud.internetGateways.put(gateway);
  return {};
}

/** The caller's gateway; otherwise AWS's not-found. */
function getInternetGateway(context: OperationContext, internetGatewayId: string): InternetGateway {
  checkId('igw', internetGatewayId, 'InvalidInternetGatewayId.Malformed');
  const gateway = findOwn(context, context.cloud.internetGateways.find(internetGatewayId));
  if (!gateway) throw internetGatewayNotFound(internetGatewayId);
  return gateway;
}

export function findGatewayOf({ cloud }: OperationContext, vpcId: VpcId): InternetGateway | undefined {
  return cloud.internetGateways.all().find((gateway) => gateway.vpcId === vpcId);
}

/** AWS: says `available` where the type says `attached`. Absent: not attached. */
function findAttachmentState(
  { world }: OperationContext,
  { vpcId, generation }: InternetGateway,
): 'available' | 'attaching' | undefined {
  if (!vpcId) return undefined;
  return world.isApplied(vpcId, generation) ? 'available' : 'attaching';
}

function showInternetGateway(context: OperationContext, gateway: InternetGateway): InternetGatewayShape {
  const state = findAttachmentState(context, gateway) as 'attached' | undefined;
  return {
    InternetGatewayId: gateway.internetGatewayId,
    OwnerId: gateway.accountId,
    Attachments: state && gateway.vpcId ? [{ State: state, VpcId: gateway.vpcId }] : [],
    Tags: showTags(context.cloud, gateway.internetGatewayId),
  };
}
