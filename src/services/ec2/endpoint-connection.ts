// Connections: the endpoints of a service as its provider sees them, and what he says to each.
// He sees whose an endpoint is, not which VPC it is in.

import type {
  AcceptVpcEndpointConnectionsRequest,
  AcceptVpcEndpointConnectionsResult,
  DescribeVpcEndpointConnectionsRequest,
  DescribeVpcEndpointConnectionsResult,
  RejectVpcEndpointConnectionsRequest,
  RejectVpcEndpointConnectionsResult,
  State,
  UnsuccessfulItem,
  VpcEndpointConnection,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import { loadBalancersInZone } from '../../cloud/endpoint-service.ts';
import {
  type EndpointLeg,
  type EndpointService,
  isToEndpointService,
  type ServiceVpcEndpoint,
} from '../../cloud/vpc-endpoint.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { getEndpointService } from './endpoint-service.ts';
import { invalidState, requireParameter, vpcEndpointNotFound } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { findOwn } from './ownership.ts';
import { paginate } from './pagination.ts';
import { findTags, showTags } from './tag.ts';
import { checkVpcEndpointId, showUnsuccessful } from './vpc-endpoint.ts';
import { chooseLoadBalancer } from './vpc-endpoint-leg.ts';
import { showDnsEntries, vpcEndpointState } from './vpc-endpoint-show.ts';

const fields = (context: OperationContext): FilterFields<ServiceVpcEndpoint> => ({
  'ip-address-type': () => 'ipv4',
  'service-id': (endpoint) => endpoint.serviceId,
  'vpc-endpoint-id': (endpoint) => endpoint.vpcEndpointId,
  'vpc-endpoint-owner': (endpoint) => endpoint.accountId,
  'vpc-endpoint-region': (endpoint) => endpoint.region,
  'vpc-endpoint-state': (endpoint) => vpcEndpointState(endpoint, context),
});

export function describeVpcEndpointConnections(
  input: DescribeVpcEndpointConnectionsRequest,
  context: OperationContext,
): DescribeVpcEndpointConnectionsResult {
  acceptParameters('DescribeVpcEndpointConnections', input, 'Filters', 'MaxResults', 'NextToken');
  const { cloud } = context;
  const toOwnServices = cloud.vpcEndpoints
    .all()
    .filter(isToEndpointService)
    .filter((endpoint) => findService(context, endpoint) !== undefined)
    .toArray();
  const matching = applyFilters(toOwnServices, input.Filters, fields(context), (endpoint) =>
    findTags(cloud, endpoint.vpcEndpointConnectionId),
  );
  const { page, nextToken } = paginate(matching, input, undefined, (endpoint) => endpoint.vpcEndpointId);
  return {
    VpcEndpointConnections: page.map((endpoint) => showConnection(endpoint, context)),
    ...(nextToken && { NextToken: nextToken }),
  };
}

function findService(context: OperationContext, endpoint: ServiceVpcEndpoint): EndpointService | undefined {
  return findOwn(context, context.cloud.endpointServices.find(endpoint.serviceId));
}

function showConnection(endpoint: ServiceVpcEndpoint, context: OperationContext): VpcEndpointConnection {
  return {
    ServiceId: endpoint.serviceId,
    VpcEndpointId: endpoint.vpcEndpointId,
    VpcEndpointOwner: endpoint.accountId,
    VpcEndpointState: vpcEndpointState(endpoint, context) as State,
    CreationTimestamp: new Date(endpoint.creationTimestamp),
    DnsEntries: showDnsEntries(endpoint, context),
    NetworkLoadBalancerArns: findService(context, endpoint)?.networkLoadBalancerArns,
    IpAddressType: 'ipv4',
    VpcEndpointConnectionId: endpoint.vpcEndpointConnectionId,
    Tags: showTags(context.cloud, endpoint.vpcEndpointConnectionId),
    VpcEndpointRegion: endpoint.region,
  };
}

export function acceptVpcEndpointConnections(
  input: AcceptVpcEndpointConnectionsRequest,
  context: OperationContext,
): AcceptVpcEndpointConnectionsResult {
  acceptParameters('AcceptVpcEndpointConnections', input, 'ServiceId', 'VpcEndpointIds');
  return decideAll(input, context, (endpoint, service) => {
    if (endpoint.decision === 'accepted') throw wrongState(endpoint, context, 'accepted');
    const legs = endpoint.legs.map((leg) => rebind(leg, service, context));
    return { ...endpoint, legs, decision: 'accepted' };
  });
}

export function rejectVpcEndpointConnections(
  input: RejectVpcEndpointConnectionsRequest,
  context: OperationContext,
): RejectVpcEndpointConnectionsResult {
  acceptParameters('RejectVpcEndpointConnections', input, 'ServiceId', 'VpcEndpointIds');
  return decideAll(input, context, (endpoint) => {
    if (endpoint.decision === 'rejected') throw wrongState(endpoint, context, 'rejected');
    return { ...endpoint, decision: 'rejected' };
  });
}

function wrongState(endpoint: ServiceVpcEndpoint, context: OperationContext, wanted: string): AwsError {
  const state = vpcEndpointState(endpoint, context);
  return invalidState(`The Vpc Endpoint '${endpoint.vpcEndpointId}' is ${state} and cannot be ${wanted}`);
}

/** While an endpoint was rejected, the load balancer of a leg may have left the service: then the leg gets another. */
function rebind(leg: EndpointLeg, service: EndpointService, context: OperationContext): EndpointLeg {
  const subnet = context.cloud.subnets.find(leg.subnetId);
  if (!subnet) throw new Error(`${leg.subnetId} is gone while ${leg.networkInterfaceId} is in it`);
  const candidates = loadBalancersInZone(context.cloud, service, subnet.availabilityZoneId);
  if (candidates.some(({ loadBalancerArn }) => loadBalancerArn === leg.loadBalancerArn)) return leg;
  return { ...leg, loadBalancerArn: chooseLoadBalancer(context, service, subnet).loadBalancerArn };
}

type Decide = (endpoint: ServiceVpcEndpoint, service: EndpointService) => ServiceVpcEndpoint;

/** Decides each endpoint by itself; what could not be decided is told one by one. */
function decideAll(
  input: AcceptVpcEndpointConnectionsRequest,
  context: OperationContext,
  decide: Decide,
): { Unsuccessful: UnsuccessfulItem[] } {
  const service = getEndpointService(context, input.ServiceId);
  const ids = requireParameter('VpcEndpointId', input.VpcEndpointIds);
  ids.forEach(checkVpcEndpointId);
  const unsuccessful: UnsuccessfulItem[] = [];
  for (const id of new Set(ids)) {
    try {
      context.cloud.vpcEndpoints.put(decide(getConnection(context, service, id), service));
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      unsuccessful.push(showUnsuccessful(id, error));
    }
  }
  return { Unsuccessful: unsuccessful };
}

/** An endpoint of any account, as long as it is one of this service. */
function getConnection(
  context: OperationContext,
  service: EndpointService,
  vpcEndpointId: string,
): ServiceVpcEndpoint {
  const endpoint = context.cloud.vpcEndpoints.find(vpcEndpointId);
  const isToService = endpoint && isToEndpointService(endpoint) && endpoint.serviceId === service.serviceId;
  if (!isToService) throw vpcEndpointNotFound(vpcEndpointId);
  return endpoint;
}
