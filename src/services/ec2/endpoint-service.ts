// Endpoint services, the provider's half of PrivateLink: load balancers under a name that others may ask for.

import type {
  CreateVpcEndpointServiceConfigurationRequest,
  CreateVpcEndpointServiceConfigurationResult,
  DeleteVpcEndpointServiceConfigurationsRequest,
  DeleteVpcEndpointServiceConfigurationsResult,
  DescribeVpcEndpointServiceConfigurationsRequest,
  DescribeVpcEndpointServiceConfigurationsResult,
  ModifyVpcEndpointServiceConfigurationRequest,
  ModifyVpcEndpointServiceConfigurationResult,
  ModifyVpcEndpointServicePayerResponsibilityRequest,
  ModifyVpcEndpointServicePayerResponsibilityResult,
  ServiceConfiguration,
  UnsuccessfulItem,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import { baseEndpointName, serviceName } from '../../cloud/endpoint-name.ts';
import { endpointsOf, serviceZones } from '../../cloud/endpoint-service.ts';
import type { EndpointServiceId } from '../../cloud/id.ts';
import type { EndpointService } from '../../cloud/vpc-endpoint.ts';
import { parseArn } from '../../lib/arn.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import {
  checkId,
  endpointServiceNotFound,
  invalidParameter,
  invalidParameterValue,
  requireParameter,
} from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { idempotent } from './idempotency.ts';
import { findOwn, selectOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { dropTags, findTags, putTags, showTags, tagsFromSpecifications } from './tag.ts';
import { showUnsuccessful } from './vpc-endpoint.ts';

export function createVpcEndpointServiceConfiguration(
  input: CreateVpcEndpointServiceConfigurationRequest,
  context: OperationContext,
): CreateVpcEndpointServiceConfigurationResult {
  acceptParameters(
    'CreateVpcEndpointServiceConfiguration',
    input,
    'AcceptanceRequired',
    'NetworkLoadBalancerArns',
    'GatewayLoadBalancerArns',
    'SupportedIpAddressTypes',
    'SupportedRegions',
    'TagSpecifications',
  );
  return idempotent(
    context,
    'CreateVpcEndpointServiceConfiguration',
    input.ClientToken,
    input,
    () => [putEndpointService(input, context).serviceId],
    ([serviceId]) => ({
      ServiceConfiguration: showConfiguration(getEndpointService(context, serviceId), context),
      ...(input.ClientToken && { ClientToken: input.ClientToken }),
    }),
  );
}

function putEndpointService(
  input: CreateVpcEndpointServiceConfigurationRequest,
  context: OperationContext,
): EndpointService {
  const { NetworkLoadBalancerArns: arns = [], GatewayLoadBalancerArns: gatewayArns = [] } = input;
  if (arns.length > 0 === gatewayArns.length > 0) {
    throw invalidParameter(
      'exactly one of network_load_balancer_arn or gateway_load_balancer_arn is a required member',
    );
  }
  if (gatewayArns.length > 0) throw notBuilt('endpoint services of gateway load balancers');
  if (input.SupportedRegions?.some((region) => region !== context.region)) {
    throw notBuilt('endpoint services for other regions');
  }
  for (const type of input.SupportedIpAddressTypes ?? []) {
    if (type === 'ipv6') throw notBuilt('endpoint services of IP address type ipv6');
    if (type !== 'ipv4') throw invalidParameter(`Invalid supported IP address type: ${type}`);
  }
  const networkLoadBalancerArns = [...new Set(arns)];
  for (const arn of networkLoadBalancerArns) checkLoadBalancer(context, arn, undefined);
  const tags = tagsFromSpecifications(input.TagSpecifications, 'vpc-endpoint-service');

  const serviceId = context.newId('vpce-svc');
  putTags(context, serviceId, 'vpc-endpoint-service', tags);
  return context.cloud.endpointServices.put({
    serviceId,
    accountId: context.accountId,
    region: context.region,
    acceptanceRequired: input.AcceptanceRequired ?? true,
    networkLoadBalancerArns,
    supportedIpAddressTypes: ['ipv4'],
    allowedPrincipals: [],
    ...(input.ClientToken && { clientToken: input.ClientToken }),
  });
}

/** The caller's own network load balancer, which is no other service's. @param serviceId the service that asks */
function checkLoadBalancer(
  context: OperationContext,
  arn: string,
  serviceId: EndpointServiceId | undefined,
): void {
  const parsed = parseArn(arn);
  const shape = /^loadbalancer\/(net|app|gwy)\/[A-Za-z0-9-]+\/[0-9a-f]{16}$/.exec(parsed?.resource ?? '');
  if (parsed?.service !== 'elasticloadbalancing' || !shape) {
    throw new AwsError(
      'InvalidNetworkLoadBalancerArn.Malformed',
      `The network load balancer ARN '${arn}' is malformed`,
    );
  }
  if (shape[1] !== 'net') throw invalidParameter(`The load balancer '${arn}' is not a network load balancer`);
  if (!findOwn(context, context.cloud.loadBalancers.find(arn))) {
    throw new AwsError(
      'InvalidNetworkLoadBalancerArn.NotFound',
      `The network load balancer '${arn}' does not exist`,
    );
  }
  const owner = context.cloud.endpointServices
    .all()
    .find((service) => service.networkLoadBalancerArns.includes(arn) && service.serviceId !== serviceId);
  if (owner) {
    throw invalidParameter(
      `The network load balancer '${arn}' is already associated with another VPC endpoint service`,
    );
  }
}

export function modifyVpcEndpointServiceConfiguration(
  input: ModifyVpcEndpointServiceConfigurationRequest,
  context: OperationContext,
): ModifyVpcEndpointServiceConfigurationResult {
  acceptParameters(
    'ModifyVpcEndpointServiceConfiguration',
    input,
    'ServiceId',
    'AcceptanceRequired',
    'AddNetworkLoadBalancerArns',
    'RemoveNetworkLoadBalancerArns',
  );
  const service = getEndpointService(context, input.ServiceId);
  const { AcceptanceRequired: acceptanceRequired = service.acceptanceRequired } = input;
  const networkLoadBalancerArns = changeLoadBalancers(input, service, context);
  // AWS: endpoints that were accepted or wait stay what they are.
  context.cloud.endpointServices.put({ ...service, acceptanceRequired, networkLoadBalancerArns });
  return { Return: true };
}

function changeLoadBalancers(
  input: ModifyVpcEndpointServiceConfigurationRequest,
  service: EndpointService,
  context: OperationContext,
): string[] {
  const added = input.AddNetworkLoadBalancerArns ?? [];
  const removed = new Set(input.RemoveNetworkLoadBalancerArns ?? []);
  for (const arn of added) checkLoadBalancer(context, arn, service.serviceId);
  for (const arn of removed) checkRemovable(arn, service, context);
  const kept = service.networkLoadBalancerArns.filter((arn) => !removed.has(arn));
  const changed = [...new Set([...kept, ...added])];
  if (changed.length > 0) return changed;
  throw invalidParameter('A VPC endpoint service must have at least one network load balancer');
}

function checkRemovable(arn: string, service: EndpointService, context: OperationContext): void {
  if (!service.networkLoadBalancerArns.includes(arn)) {
    throw invalidParameter(
      `The network load balancer '${arn}' is not associated with the service ${service.serviceId}`,
    );
  }
  const carried = activeEndpointsOf(service, context).find(({ legs }) =>
    legs.some((leg) => leg.loadBalancerArn === arn),
  );
  if (carried) {
    throw invalidParameter(
      `The network load balancer '${arn}' cannot be removed because it is in use by the VPC endpoint ${carried.vpcEndpointId}`,
    );
  }
}

function activeEndpointsOf(service: EndpointService, context: OperationContext) {
  return endpointsOf(context.cloud, service.serviceId).filter(({ decision }) => decision !== 'rejected');
}

export function modifyVpcEndpointServicePayerResponsibility(
  input: ModifyVpcEndpointServicePayerResponsibilityRequest,
  context: OperationContext,
): ModifyVpcEndpointServicePayerResponsibilityResult {
  acceptParameters('ModifyVpcEndpointServicePayerResponsibility', input, 'ServiceId', 'PayerResponsibility');
  const service = getEndpointService(context, input.ServiceId);
  const payerResponsibility = requireParameter('PayerResponsibility', input.PayerResponsibility);
  if (payerResponsibility !== 'ServiceOwner') {
    throw invalidParameterValue(
      `Value (${payerResponsibility}) for parameter payerResponsibility is invalid.`,
    );
  }
  context.cloud.endpointServices.put({ ...service, payerResponsibility });
  return { ReturnValue: true };
}

const fields: FilterFields<EndpointService> = {
  'service-id': (service) => service.serviceId,
  'service-name': (service) => serviceName(service.serviceId, service.region),
  'service-state': () => 'Available',
  'supported-ip-address-types': (service) => service.supportedIpAddressTypes,
};

export function describeVpcEndpointServiceConfigurations(
  input: DescribeVpcEndpointServiceConfigurationsRequest,
  context: OperationContext,
): DescribeVpcEndpointServiceConfigurationsResult {
  acceptParameters(
    'DescribeVpcEndpointServiceConfigurations',
    input,
    'ServiceIds',
    'Filters',
    'MaxResults',
    'NextToken',
  );
  refuseIdsWithMaxResults('ServiceIds', input.ServiceIds, input.MaxResults);
  const { cloud } = context;
  const selected = selectOwn(
    context,
    input.ServiceIds,
    (id) => getEndpointService(context, id),
    () => cloud.endpointServices.all(),
  );
  const matching = applyFilters(selected, input.Filters, fields, ({ serviceId }) =>
    findTags(cloud, serviceId),
  );
  const { page, nextToken } = paginate(matching, input, undefined, ({ serviceId }) => serviceId);
  return {
    ServiceConfigurations: page.map((service) => showConfiguration(service, context)),
    ...(nextToken && { NextToken: nextToken }),
  };
}

/** Answers with what could not be deleted; only an id that is none fails the whole call. */
export function deleteVpcEndpointServiceConfigurations(
  input: DeleteVpcEndpointServiceConfigurationsRequest,
  context: OperationContext,
): DeleteVpcEndpointServiceConfigurationsResult {
  acceptParameters('DeleteVpcEndpointServiceConfigurations', input, 'ServiceIds');
  const ids = requireParameter('ServiceId', input.ServiceIds);
  ids.forEach(checkServiceId);
  const unsuccessful: UnsuccessfulItem[] = [];
  for (const id of new Set(ids)) {
    const obstacle = tryDelete(id, context);
    if (obstacle) unsuccessful.push(showUnsuccessful(id, obstacle));
  }
  return { Unsuccessful: unsuccessful };
}

/** What stood in the way; undefined when the service is gone now. Rejected endpoints stay with their owners. */
function tryDelete(serviceId: string, context: OperationContext): AwsError | undefined {
  const service = findOwn(context, context.cloud.endpointServices.find(serviceId));
  if (!service) return endpointServiceNotFound(serviceId);
  if (activeEndpointsOf(service, context).length > 0) {
    return new AwsError(
      'ExistingVpcEndpointConnections',
      'Service has existing active VPC Endpoint connections!',
    );
  }
  context.cloud.endpointServices.delete(serviceId);
  dropTags(context.cloud, serviceId);
  return undefined;
}

function checkServiceId(serviceId: string): void {
  checkId('vpce-svc', serviceId, 'InvalidVpcEndpointServiceId.Malformed');
}

export function getEndpointService(
  context: OperationContext,
  serviceId: string | undefined,
): EndpointService {
  checkServiceId(requireParameter('ServiceId', serviceId));
  const service = findOwn(context, context.cloud.endpointServices.find(serviceId!));
  if (!service) throw endpointServiceNotFound(serviceId!);
  return service;
}

/** As its provider sees it. */
function showConfiguration(service: EndpointService, context: OperationContext): ServiceConfiguration {
  const zones = serviceZones(context.cloud, service);
  return {
    ServiceType: [{ ServiceType: 'Interface' }],
    ServiceId: service.serviceId,
    ServiceName: serviceName(service.serviceId, service.region),
    // AWS: a service is there at once; whether its targets answer is the load balancer's business.
    ServiceState: 'Available',
    AvailabilityZoneIds: zones.map((zone) => zone.availabilityZoneId),
    AvailabilityZones: zones.map((zone) => zone.availabilityZone),
    AcceptanceRequired: service.acceptanceRequired,
    ManagesVpcEndpoints: false,
    NetworkLoadBalancerArns: service.networkLoadBalancerArns,
    SupportedIpAddressTypes: service.supportedIpAddressTypes,
    BaseEndpointDnsNames: [baseEndpointName(service.serviceId, service.region)],
    ...(service.payerResponsibility && { PayerResponsibility: service.payerResponsibility }),
    Tags: showTags(context.cloud, service.serviceId),
    RemoteAccessEnabled: false,
  };
}
