// VPC endpoints of either kind: create, describe, delete. What is each kind's own is in interface-endpoint.ts and gateway-endpoint.ts.

import type {
  CreateVpcEndpointRequest,
  CreateVpcEndpointResult,
  DeleteVpcEndpointsRequest,
  DeleteVpcEndpointsResult,
  DescribeVpcEndpointsRequest,
  DescribeVpcEndpointsResult,
  UnsuccessfulItem,
} from '@aws-sdk/client-ec2';
import type { AwsError } from '../../aws/aws-error.ts';
import type { VpcEndpointId } from '../../cloud/id.ts';
import { isToAwsService, isToEndpointService, type VpcEndpoint } from '../../cloud/vpc-endpoint.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { findAwsService } from './aws-endpoint-service.ts';
import { putAwsServiceEndpoint } from './aws-service-endpoint.ts';
import { getVisibleService } from './describe-vpc-endpoint-services.ts';
import {
  checkId,
  invalidParameter,
  invalidParameterValue,
  requireParameter,
  vpcEndpointNotFound,
} from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { putGatewayEndpoint } from './gateway-endpoint.ts';
import { idempotent } from './idempotency.ts';
import { putServiceEndpoint } from './interface-endpoint.ts';
import { findOwn, selectOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { dropTags, findTags } from './tag.ts';
import { deletePlace } from './vpc-endpoint-place.ts';
import { showVpcEndpoint, vpcEndpointState } from './vpc-endpoint-show.ts';

const types = ['Interface', 'Gateway', 'GatewayLoadBalancer', 'Resource', 'ServiceNetwork'];

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

/** AWS: the type is Gateway unless the caller says otherwise. */
function putVpcEndpoint(input: CreateVpcEndpointRequest, context: OperationContext): VpcEndpoint {
  const vpcId = requireParameter('VpcId', input.VpcId);
  const { VpcEndpointType: type = 'Gateway', ServiceRegion: serviceRegion = context.region } = input;
  if (!types.includes(type)) {
    throw invalidParameterValue(`Value (${type}) for parameter vpcEndpointType is invalid.`);
  }
  if (type === 'Resource' || type === 'ServiceNetwork') throw notBuilt(`VPC endpoints of type ${type}`);
  if (serviceRegion !== context.region) throw notBuilt('VPC endpoints to services of other regions');
  const name = requireParameter('ServiceName', input.ServiceName);
  const awsService = findAwsService(context.region, name, context.world);
  const service = awsService ?? getVisibleService(context, name);
  const offered: string[] = awsService?.endpointTypes ?? ['Interface'];
  if (!offered.includes(type)) {
    throw invalidParameter(
      `Endpoint type (${type}) does not match available service types ([${offered.join(', ')}]).`,
    );
  }
  if (!('endpointTypes' in service)) return putServiceEndpoint(input, context, vpcId, service);
  if (type === 'Gateway' && service.gatewayService)
    return putGatewayEndpoint(input, context, vpcId, service.gatewayService);
  if (type === 'Interface' && service.isServed) return putAwsServiceEndpoint(input, context, vpcId, service);
  throw notBuilt(`VPC endpoints of type ${type} to the AWS service ${name}`);
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
    const refusal = endpoint ? whyNotDeletable(endpoint, context) : vpcEndpointNotFound(id);
    if (refusal) unsuccessful.push(showUnsuccessful(id, refusal));
    else deleteVpcEndpoint(endpoint!, context);
  }
  return { Unsuccessful: unsuccessful };
}

/** AWS: private DNS for those alone who ask from outside leaves those inside to a gateway endpoint, which must stay. */
function whyNotDeletable(endpoint: VpcEndpoint, { cloud }: OperationContext): AwsError | undefined {
  if (endpoint.vpcEndpointType !== 'Gateway') return undefined;
  const { vpcId, gatewayService, vpcEndpointId } = endpoint;
  const hasOther = cloud.vpcEndpoints
    .all()
    .some(
      (other) =>
        other.vpcEndpointType === 'Gateway' &&
        other.vpcEndpointId !== vpcEndpointId &&
        other.vpcId === vpcId &&
        other.gatewayService === gatewayService,
    );
  const needing = cloud.vpcEndpoints
    .all()
    .filter(isToAwsService)
    .find(
      (other) =>
        other.vpcId === vpcId &&
        other.awsService === gatewayService &&
        other.privateDnsOnlyForInboundResolverEndpoint,
    );
  if (hasOther || !needing) return undefined;
  return invalidParameter(
    `Gateway endpoint cannot be deleted while Interface endpoint ${needing.vpcEndpointId} for the service has PrivateDnsOnlyForInboundResolverEndpoint set to true.`,
  );
}

function deleteVpcEndpoint(endpoint: VpcEndpoint, context: OperationContext): void {
  context.cloud.vpcEndpoints.delete(endpoint.vpcEndpointId);
  dropTags(context.cloud, endpoint.vpcEndpointId);
  if (endpoint.vpcEndpointType === 'Gateway') return;
  for (const place of endpoint.legs) deletePlace(context, place);
  if (isToEndpointService(endpoint)) dropTags(context.cloud, endpoint.vpcEndpointConnectionId);
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
