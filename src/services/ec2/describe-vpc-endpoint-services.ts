// The services a consumer can make endpoints to: AWS's own, his own, and those whose providers permit him.

import type {
  DescribeVpcEndpointServicesRequest,
  DescribeVpcEndpointServicesResult,
  ServiceDetail,
} from '@aws-sdk/client-ec2';
import { baseEndpointName, serviceName } from '../../cloud/endpoint-name.ts';
import { isVisible, serviceZones } from '../../cloud/endpoint-service.ts';
import type { EndpointServiceId } from '../../cloud/id.ts';
import type { EndpointService } from '../../cloud/vpc-endpoint.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { awsEndpointServices, findAwsService, showAwsServices } from './aws-endpoint-service.ts';
import { serviceNameNotFound } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { isOwn } from './ownership.ts';
import { paginate } from './pagination.ts';
import { showTags } from './tag.ts';

/** The endpoint service of this name if the caller may see it. Throws the same whether it is hidden or not there at all. */
export function getVisibleService(context: OperationContext, name: string): EndpointService {
  const serviceId = name.slice(name.lastIndexOf('.') + 1) as EndpointServiceId;
  const service = context.cloud.endpointServices.find(serviceId);
  if (service && nameOf(service) === name && isVisibleHere(context, service)) return service;
  throw serviceNameNotFound(name);
}

function nameOf(service: EndpointService): string {
  return serviceName(service.serviceId, service.region);
}

function isVisibleHere(context: OperationContext, service: EndpointService): boolean {
  return service.region === context.region && isVisible(service, context.accountId, context.callerArn);
}

const fields: FilterFields<ServiceDetail> = {
  owner: (service) => service.Owner,
  'service-name': (service) => service.ServiceName,
  'service-region': (service) => service.ServiceRegion,
  'service-type': (service) => service.ServiceType!.map((type) => type.ServiceType!),
  'supported-ip-address-types': (service) => service.SupportedIpAddressTypes,
};

export function describeVpcEndpointServices(
  input: DescribeVpcEndpointServicesRequest,
  context: OperationContext,
): DescribeVpcEndpointServicesResult {
  acceptParameters(
    'DescribeVpcEndpointServices',
    input,
    'ServiceNames',
    'ServiceRegions',
    'Filters',
    'MaxResults',
    'NextToken',
  );
  if (input.ServiceRegions?.some((region) => region !== context.region)) {
    throw notBuilt('endpoint services of other regions');
  }
  const tagsOf = (service: ServiceDetail) =>
    Object.fromEntries(service.Tags!.map(({ Key, Value }) => [Key!, Value!]));
  const matching = applyFilters(select(input, context), input.Filters, fields, tagsOf);
  const { page, nextToken } = paginate(matching, input, undefined, (service) => service.ServiceName!);
  return {
    ServiceNames: page.map((service) => service.ServiceName!),
    ServiceDetails: page,
    ...(nextToken && { NextToken: nextToken }),
  };
}

function select(input: DescribeVpcEndpointServicesRequest, context: OperationContext): ServiceDetail[] {
  const ofAws = showAwsServices(awsEndpointServices(context.region, context.world));
  const names = [...new Set(input.ServiceNames ?? [])];
  if (names.length > 0) {
    return names.flatMap((name) => {
      const shown = ofAws.filter((service) => service.ServiceName === name);
      if (shown.length > 0) return shown;
      if (findAwsService(context.region, name, context.world))
        throw notBuilt(`VPC endpoints to the AWS service ${name}`);
      return [showService(getVisibleService(context, name), context)];
    });
  }
  const visible = context.cloud.endpointServices.where((service) => isVisibleHere(context, service));
  return [...ofAws, ...visible.map((service) => showService(service, context))];
}

/** As a consumer sees it: whose it is and where it is, not what is behind it. */
function showService(service: EndpointService, context: OperationContext): ServiceDetail {
  const zones = serviceZones(context.cloud, service);
  return {
    ServiceName: nameOf(service),
    ServiceId: service.serviceId,
    ServiceType: [{ ServiceType: 'Interface' }],
    ServiceRegion: service.region,
    AvailabilityZoneIds: zones.map((zone) => zone.availabilityZoneId),
    AvailabilityZones: zones.map((zone) => zone.availabilityZone),
    Owner: service.accountId,
    BaseEndpointDnsNames: [baseEndpointName(service.serviceId, service.region)],
    PrivateDnsNames: [],
    VpcEndpointPolicySupported: false,
    AcceptanceRequired: service.acceptanceRequired,
    ManagesVpcEndpoints: false,
    ...(service.payerResponsibility && { PayerResponsibility: service.payerResponsibility }),
    Tags: isOwn(context, service) ? showTags(context.cloud, service.serviceId) : [],
    SupportedIpAddressTypes: service.supportedIpAddressTypes,
  };
}
