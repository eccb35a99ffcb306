// Interface endpoints to endpoint services: create, describe, delete. Changing one is vpc-endpoint-modify.ts.

import type {
  CreateVpcEndpointRequest,
  CreateVpcEndpointResult,
  DeleteVpcEndpointsRequest,
  DeleteVpcEndpointsResult,
  DescribeVpcEndpointsRequest,
  DescribeVpcEndpointsResult,
  DnsOptionsSpecification,
  UnsuccessfulItem,
} from '@aws-sdk/client-ec2';
import type { AwsError } from '../../aws/aws-error.ts';
import type { SecurityGroupId, VpcEndpointId, VpcId } from '../../cloud/id.ts';
import type { EndpointService, VpcEndpoint } from '../../cloud/vpc-endpoint.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { getVisibleService } from './describe-vpc-endpoint-services.ts';
import {
  checkId,
  invalidParameter,
  invalidParameterValue,
  requireParameter,
  vpcEndpointNotFound,
} from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { idempotent } from './idempotency.ts';
import { findOwn, selectOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { getSecurityGroup } from './security-group.ts';
import { dropTags, findTags, putTags, tagsFromSpecifications } from './tag.ts';
import { getVpc } from './vpc.ts';
import { deleteLeg, parsePinnedAddresses, planLegs, putLeg } from './vpc-endpoint-leg.ts';
import { showVpcEndpoint, vpcEndpointState } from './vpc-endpoint-show.ts';

const types = ['Interface', 'Gateway', 'GatewayLoadBalancer', 'Resource', 'ServiceNetwork'];
const base36 = '0123456789abcdefghijklmnopqrstuvwxyz';

export function createVpcEndpoint(
  input: CreateVpcEndpointRequest,
  context: OperationContext,
): CreateVpcEndpointResult {
  acceptParameters(
    'CreateVpcEndpoint',
    input,
    'VpcEndpointType',
    'VpcId',
    'ServiceName',
    'ServiceRegion',
    'SubnetIds',
    'SubnetConfigurations',
    'SecurityGroupIds',
    'RouteTableIds',
    'PrivateDnsEnabled',
    'IpAddressType',
    'DnsOptions',
    'PolicyDocument',
    'TagSpecifications',
  );
  return idempotent(
    context,
    'CreateVpcEndpoint',
    input.ClientToken,
    input,
    () => [putVpcEndpoint(input, context).vpcEndpointId],
    ([vpcEndpointId]) => ({
      VpcEndpoint: showVpcEndpoint(getVpcEndpoint(context, vpcEndpointId!), context),
      ...(input.ClientToken && { ClientToken: input.ClientToken }),
    }),
  );
}

function putVpcEndpoint(input: CreateVpcEndpointRequest, context: OperationContext): VpcEndpoint {
  const { vpcId } = getVpc(context, requireParameter('VpcId', input.VpcId));
  const service = getEndpointTarget(input, context);
  checkServiceOptions(input, input.ServiceName!);
  const subnetIds = input.SubnetIds ?? [];
  const addresses = parsePinnedAddresses('CreateVpcEndpoint', input.SubnetConfigurations, subnetIds);
  const planned = planLegs(context, vpcId, service, subnetIds, addresses);
  const groupIds = checkGroups(context, vpcId, input.SecurityGroupIds ?? []);
  const tags = tagsFromSpecifications(input.TagSpecifications, 'vpc-endpoint');

  const owner = {
    vpcEndpointId: context.newId('vpce'),
    groupIds: groupIds.length > 0 ? groupIds : [defaultGroupOf(context, vpcId)],
  };
  const { accountId, region } = context;
  putTags(context, owner.vpcEndpointId, 'vpc-endpoint', tags);
  return context.cloud.vpcEndpoints.put({
    ...owner,
    accountId,
    region,
    vpcEndpointType: 'Interface',
    vpcId,
    serviceName: input.ServiceName!,
    serviceId: service.serviceId,
    legs: planned.map((leg) => putLeg(context, owner, leg)),
    privateDnsEnabled: false,
    dnsSuffix: context.randomText(8, base36),
    decision: service.acceptanceRequired ? 'pendingAcceptance' : 'accepted',
    vpcEndpointConnectionId: context.newId('vpce-con'),
    creationTimestamp: context.now.toISOString(),
    ...(input.ClientToken && { clientToken: input.ClientToken }),
  });
}

/** The service the endpoint is for. AWS: the type is Gateway unless the caller says otherwise. */
function getEndpointTarget(input: CreateVpcEndpointRequest, context: OperationContext): EndpointService {
  const { VpcEndpointType: type = 'Gateway', ServiceRegion: serviceRegion = context.region } = input;
  if (!types.includes(type)) {
    throw invalidParameterValue(`Value (${type}) for parameter vpcEndpointType is invalid.`);
  }
  if (type === 'Resource' || type === 'ServiceNetwork') throw notBuilt(`VPC endpoints of type ${type}`);
  if (serviceRegion !== context.region) throw notBuilt('VPC endpoints to services of other regions');
  const service = getVisibleService(context, requireParameter('ServiceName', input.ServiceName));
  if (type !== 'Interface') {
    throw invalidParameter(`Endpoint type (${type}) does not match service type (Interface).`);
  }
  if (input.RouteTableIds && input.RouteTableIds.length > 0) {
    throw invalidParameter('Route table IDs are only supported for Gateway type VPC Endpoint.');
  }
  return service;
}

/** Refuses what an endpoint service does not offer to its endpoints. */
export function checkServiceOptions(
  input: Pick<
    CreateVpcEndpointRequest,
    'PolicyDocument' | 'PrivateDnsEnabled' | 'IpAddressType' | 'DnsOptions'
  >,
  serviceName: string,
): void {
  if (input.PolicyDocument !== undefined) {
    throw invalidParameter(`The VPC endpoint service ${serviceName} does not support endpoint policies.`);
  }
  if (input.PrivateDnsEnabled) {
    throw invalidParameter(
      `Private DNS can't be enabled because the service ${serviceName} does not provide a private DNS name.`,
    );
  }
  const { IpAddressType: ipAddressType = 'ipv4' } = input;
  if (ipAddressType !== 'ipv4') {
    throw invalidParameter(
      `The VPC endpoint service ${serviceName} does not support the IP address type ${ipAddressType}.`,
    );
  }
  checkDnsOptions(input.DnsOptions);
}

function checkDnsOptions(options: DnsOptionsSpecification | undefined): void {
  if (!options) return;
  acceptParameters('DnsOptions', options, 'DnsRecordIpType');
  const { DnsRecordIpType: recordType = 'ipv4' } = options;
  if (recordType !== 'ipv4') {
    throw invalidParameter(
      `The DNS record IP type ${recordType} is not supported for endpoints of IP address type ipv4.`,
    );
  }
}

export function checkGroups(context: OperationContext, vpcId: VpcId, groupIds: string[]): SecurityGroupId[] {
  return [...new Set(groupIds)].map((groupId) => {
    const group = getSecurityGroup(context, groupId);
    if (group.vpcId !== vpcId) {
      throw invalidParameter(`The security group ${groupId} does not belong to the VPC ${vpcId}.`);
    }
    return group.groupId;
  });
}

function defaultGroupOf(context: OperationContext, vpcId: VpcId): SecurityGroupId {
  const group = context.cloud.securityGroups
    .all()
    .find((candidate) => candidate.vpcId === vpcId && candidate.groupName === 'default');
  if (!group) throw new Error(`${vpcId} has no default security group`);
  return group.groupId;
}

const fields = (context: OperationContext): FilterFields<VpcEndpoint> => ({
  'ip-address-type': () => 'ipv4',
  'service-name': (endpoint) => endpoint.serviceName,
  'service-region': (endpoint) => endpoint.region,
  'vpc-endpoint-id': (endpoint) => endpoint.vpcEndpointId,
  'vpc-endpoint-state': (endpoint) => vpcEndpointState(endpoint, context),
  'vpc-endpoint-type': (endpoint) => endpoint.vpcEndpointType,
  'vpc-id': (endpoint) => endpoint.vpcId,
});

const largestPage = 1000;

export function describeVpcEndpoints(
  input: DescribeVpcEndpointsRequest,
  context: OperationContext,
): DescribeVpcEndpointsResult {
  acceptParameters('DescribeVpcEndpoints', input, 'VpcEndpointIds', 'Filters', 'MaxResults', 'NextToken');
  refuseIdsWithMaxResults('VpcEndpointIds', input.VpcEndpointIds, input.MaxResults);
  const { cloud } = context;
  const selected = selectOwn(
    context,
    input.VpcEndpointIds,
    (id) => getVpcEndpoint(context, id),
    () => cloud.vpcEndpoints.all(),
  );
  const tagsOf = (endpoint: VpcEndpoint) => findTags(cloud, endpoint.vpcEndpointId);
  const matching = applyFilters(selected, input.Filters, fields(context), tagsOf);
  // AWS: a page that is too long is no error here.
  const MaxResults = input.MaxResults === undefined ? undefined : Math.min(input.MaxResults, largestPage);
  const limits = { minimum: 1, maximum: largestPage };
  const { page, nextToken } = paginate(
    matching,
    { MaxResults, NextToken: input.NextToken },
    limits,
    (endpoint) => endpoint.vpcEndpointId,
  );
  return {
    VpcEndpoints: page.map((endpoint) => showVpcEndpoint(endpoint, context)),
    ...(nextToken && { NextToken: nextToken }),
  };
}

/** Answers with what could not be deleted; only an id that is none fails the whole call. */
export function deleteVpcEndpoints(
  input: DeleteVpcEndpointsRequest,
  context: OperationContext,
): DeleteVpcEndpointsResult {
  acceptParameters('DeleteVpcEndpoints', input, 'VpcEndpointIds');
  const ids = requireParameter('VpcEndpointId', input.VpcEndpointIds);
  ids.forEach(checkVpcEndpointId);
  const unsuccessful: UnsuccessfulItem[] = [];
  for (const id of new Set(ids)) {
    const endpoint = findOwn(context, context.cloud.vpcEndpoints.find(id));
    if (endpoint) deleteVpcEndpoint(endpoint, context);
    else unsuccessful.push(showUnsuccessful(id, vpcEndpointNotFound(id)));
  }
  return { Unsuccessful: unsuccessful };
}

function deleteVpcEndpoint(endpoint: VpcEndpoint, context: OperationContext): void {
  for (const leg of endpoint.legs) deleteLeg(context, leg);
  context.cloud.vpcEndpoints.delete(endpoint.vpcEndpointId);
  dropTags(context.cloud, endpoint.vpcEndpointId);
  dropTags(context.cloud, endpoint.vpcEndpointConnectionId);
}

export function showUnsuccessful(resourceId: string, { code, message }: AwsError): UnsuccessfulItem {
  return { Error: { Code: code, Message: message }, ResourceId: resourceId };
}

export function checkVpcEndpointId(vpcEndpointId: string): void {
  checkId('vpce', vpcEndpointId, 'InvalidVpcEndpointId.Malformed');
}

export function getVpcEndpoint(context: OperationContext, vpcEndpointId: string): VpcEndpoint {
  checkVpcEndpointId(vpcEndpointId);
  const endpoint = findOwn(context, context.cloud.vpcEndpoints.find(vpcEndpointId as VpcEndpointId));
  if (!endpoint) throw vpcEndpointNotFound(vpcEndpointId);
  return endpoint;
}
