// NAT gateways: an interface of AWS's own in a subnet, through which others reach further than their own addresses can.
// AWS: what stands in the way of a new one is not refused but makes it `failed`, with the reason beside it.

import type {
  CreateNatGatewayRequest,
  CreateNatGatewayResult,
  DeleteNatGatewayRequest,
  DeleteNatGatewayResult,
  DescribeNatGatewaysRequest,
  DescribeNatGatewaysResult,
} from '@aws-sdk/client-ec2';
import { findFreeAddress, putNetworkInterface } from '../../cloud/address.ts';
import type { NatGatewayId } from '../../cloud/id.ts';
import type { ElasticIp, NatGateway } from '../../cloud/internet.ts';
import type { Subnet } from '../../cloud/vpc.ts';
import type { Ipv4 } from '../../lib/cidr.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { getElasticIp } from './elastic-ip.ts';
import { putAssociation } from './elastic-ip-association.ts';
import {
  checkId,
  invalidParameterCombination,
  invalidParameterValue,
  missingParameter,
  natGatewayNotFound,
  requireParameter,
} from './errors.ts';
import { applyFilters } from './filter.ts';
import { idempotent } from './idempotency.ts';
import { findGatewayOf } from './internet-gateway.ts';
import { natGatewayFields, showNatGateway } from './nat-gateway-show.ts';
import { checkAddress } from './network-interface-parameter.ts';
import { findOwn, selectOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { dropElasticIpAssociation } from './public-address.ts';
import { getSubnet } from './subnet.ts';
import { dropTags, findTags, putTags, tagsFromSpecifications } from './tag.ts';

/** AWS: "a short while, about an hour", for deleted and for failed ones. */
const forgetAfterMs = 60 * 60 * 1000;

export function createNatGateway(
  input: CreateNatGatewayRequest,
  context: OperationContext,
): CreateNatGatewayResult {
  const place = ['SubnetId', 'ConnectivityType', 'AllocationId', 'PrivateIpAddress'] as const;
  acceptParameters('CreateNatGateway', input, ...place, 'AvailabilityMode', 'TagSpecifications');
  const { ClientToken: clientToken } = input;
  return idempotent(
    context,
    'CreateNatGateway',
    clientToken,
    input,
    () => [putFromRequest(input, context)],
    ([natGatewayId]) => ({
      NatGateway: showNatGateway(context, getNatGateway(context, natGatewayId!)),
      ...(clientToken && { ClientToken: clientToken }),
    }),
  );
}

interface Plan {
  subnet: Subnet;
  connectivityType: NatGateway['connectivityType'];
  privateIpAddress: Ipv4 | undefined;
  elasticIp: ElasticIp | undefined;
}

function readPlan(input: CreateNatGatewayRequest, context: OperationContext): Plan {
  const { AvailabilityMode: mode = 'zonal', ConnectivityType: connectivityType = 'public' } = input;
  if (mode !== 'zonal') throw notBuilt(`NAT gateways of the availability mode ${mode}`);
  if (connectivityType !== 'public' && connectivityType !== 'private') {
    throw invalidParameterValue(`Value (${connectivityType}) for parameter connectivityType is invalid.`);
  }
  const subnet = getSubnet(context, requireParameter('SubnetId', input.SubnetId));
  const { AllocationId: allocationId, PrivateIpAddress: wanted } = input;
  if (connectivityType === 'public' && !allocationId) throw missingParameter('AllocationId');
  if (connectivityType === 'private' && allocationId) {
    throw invalidParameterCombination(
      'The parameter AllocationId cannot be used with the connectivity type private',
    );
  }
  return {
    subnet,
    connectivityType,
    privateIpAddress: wanted ? checkAddress(context, subnet, wanted) : findFreeAddress(context.cloud, subnet),
    elasticIp: allocationId ? getElasticIp(context, allocationId) : undefined,
  };
}

function putFromRequest(input: CreateNatGatewayRequest, context: OperationContext): NatGatewayId {
  const plan = readPlan(input, context);
  const tags = tagsFromSpecifications(input.TagSpecifications, 'natgateway');
  forgetNatGateways(context);
  const { subnet, connectivityType, elasticIp } = plan;
  const { accountId, region, now, cloud } = context;
  const natGatewayId = context.newId('nat');
  const failure = findFailure(context, plan);
  const networkInterfaceId = context.newId('eni');
  const privateIpAddress = plan.privateIpAddress ?? '';
  if (!failure) {
    putInterface(context, subnet, { natGatewayId, networkInterfaceId, privateIpAddress });
    if (elasticIp) putAssociation(context, elasticIp, networkInterfaceId);
  }
  const { vpcId, subnetId } = subnet;
  cloud.natGateways.put({
    ...{ natGatewayId, accountId, region, vpcId, subnetId, connectivityType },
    ...{ networkInterfaceId, privateIpAddress },
    ...(elasticIp && { allocationId: elasticIp.allocationId, publicIp: elasticIp.publicIp }),
    createTime: now.toISOString(),
    ...(input.ClientToken && { clientToken: input.ClientToken }),
    ...(failure && { failure }),
  });
  putTags(context, natGatewayId, 'natgateway', tags);
  return natGatewayId;
}

function findFailure(context: OperationContext, plan: Plan): NatGateway['failure'] {
  const { subnet, elasticIp, privateIpAddress } = plan;
  if (elasticIp?.association) {
    const message = `Elastic IP address [${elasticIp.allocationId}] is already associated`;
    return { code: 'Resource.AlreadyAssociated', message };
  }
  if (elasticIp && !findGatewayOf(context, subnet.vpcId)) {
    const message = `Network ${subnet.vpcId} has no Internet gateway attached`;
    return { code: 'Gateway.NotAttached', message };
  }
  if (privateIpAddress !== undefined) return undefined;
  const message = 'Subnet has insufficient free addresses to create this NAT gateway';
  return { code: 'InsufficientFreeAddressesInSubnet', message };
}

/** AWS: it has no groups, and forwards what is not its own. */
function putInterface(
  context: OperationContext,
  subnet: Subnet,
  gateway: Pick<NatGateway, 'natGatewayId' | 'networkInterfaceId' | 'privateIpAddress'>,
): void {
  putNetworkInterface(context.cloud, context.newId, subnet, {
    accountId: context.accountId,
    networkInterfaceId: gateway.networkInterfaceId,
    privateIpAddress: gateway.privateIpAddress,
    description: `Interface for NAT Gateway ${gateway.natGatewayId}`,
    groupIds: [],
    interfaceType: 'nat_gateway',
    requesterManaged: true,
    sourceDestCheck: false,
    attachment: {
      attachmentId: context.newId('ela-attach'),
      instanceOwnerId: 'amazon-aws',
      deviceIndex: 1,
      attachTime: context.now.toISOString(),
      deleteOnTermination: false,
    },
  });
}

export function describeNatGateways(
  input: DescribeNatGatewaysRequest,
  context: OperationContext,
): DescribeNatGatewaysResult {
  acceptParameters('DescribeNatGateways', input, 'NatGatewayIds', 'Filter', 'MaxResults', 'NextToken');
  const { NatGatewayIds: ids } = input;
  refuseIdsWithMaxResults('NatGatewayIds', ids, input.MaxResults);
  const { cloud } = context;
  const selected = selectOwn(
    context,
    ids,
    (id) => getNatGateway(context, id),
    () => cloud.natGateways.all(),
  ).filter((gateway) => !isForgotten(gateway, context.now));
  const tagsOf = (gateway: NatGateway) => findTags(cloud, gateway.natGatewayId);
  const matching = applyFilters(selected, input.Filter, natGatewayFields(context), tagsOf);
  const { page, nextToken } = paginate(matching, input, undefined, (gateway) => gateway.natGatewayId);
  return {
    NatGateways: page.map((gateway) => showNatGateway(context, gateway)),
    ...(nextToken && { NextToken: nextToken }),
  };
}

/** Its interface goes at once, its address is free again, and routes to it drop what they match. */
export function deleteNatGateway(
  input: DeleteNatGatewayRequest,
  context: OperationContext,
): DeleteNatGatewayResult {
  acceptParameters('DeleteNatGateway', input, 'NatGatewayId');
  const { cloud, now } = context;
  const gateway = getNatGateway(context, requireParameter('NatGatewayId', input.NatGatewayId));
  const { natGatewayId, networkInterfaceId } = gateway;
  forgetNatGateways(context);
  if (gateway.deleteTime === undefined) {
    dropElasticIpAssociation(cloud, networkInterfaceId);
    cloud.networkInterfaces.delete(networkInterfaceId);
    dropTags(cloud, networkInterfaceId);
    cloud.natGateways.put({ ...gateway, deleteTime: now.toISOString() });
  }
  return { NatGatewayId: natGatewayId };
}

/** The caller's gateway, also for a while after its end; otherwise AWS's not-found. */
function getNatGateway(context: OperationContext, natGatewayId: string): NatGateway {
  checkId('nat', natGatewayId, 'NatGatewayMalformed');
  const gateway = findOwn(context, context.cloud.natGateways.find(natGatewayId));
  if (!gateway || isForgotten(gateway, context.now)) throw natGatewayNotFound(natGatewayId);
  return gateway;
}

function isForgotten({ deleteTime, failure, createTime }: NatGateway, now: Date): boolean {
  const endedAt = deleteTime ?? (failure && createTime);
  return endedAt !== undefined && Date.parse(endedAt) + forgetAfterMs <= now.getTime();
}

/** Takes away what is not shown any more. Called by operations that write anyway. */
function forgetNatGateways({ cloud, now }: OperationContext): void {
  for (const { natGatewayId } of cloud.natGateways.where((gateway) => isForgotten(gateway, now))) {
    cloud.natGateways.delete(natGatewayId);
    dropTags(cloud, natGatewayId);
  }
}
