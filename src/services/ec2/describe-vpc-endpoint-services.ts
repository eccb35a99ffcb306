// The services a consumer can make endpoints to: his own and those whose providers permit him.
// DIFFERS: aws-services-as-endpoints AWS's own services are not listed; endpoints to them are not built.

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
import { serviceNameNotFound } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { isOwn } from './ownership.ts';
import { paginate } from './pagination.ts';
import { findTags, showTags } from './tag.ts';

/** The service of this name if the caller may see it. Throws the same whether it is hidden or not there at all. */
export function getVisibleService(context: OperationContext, name: string): EndpointService {
  const serviceId = name.slice(name.lastIndexOf('.') + 1) as EndpointServiceId;
  const service = context.cloud.endpointServices.find(serviceId);
  if (service && nameOf(service) === name && isVisibleHere(context, service)) return service;
  if (isAwsService(context.region, name)) throw notBuilt(`VPC endpoints to the AWS service ${name}`);
  throw serviceNameNotFound(name);
}

function nameOf(service: EndpointService): string {
  return serviceName(service.serviceId, service.region);
}

function isVisibleHere(context: OperationContext, service: EndpointService): boolean {
  return service.region === context.region && isVisible(service, context.accountId, context.callerArn);
}

/** Some of the many; a name that is not among them is answered as AWS answers a name it does not know. */
const awsServices = new Set(
  `access-analyzer acm-pca application-autoscaling appmesh athena autoscaling backup batch bedrock bedrock-runtime
  cloudformation cloudtrail codebuild codecommit codedeploy codepipeline config dynamodb ebs ec2 ec2messages ecr.api ecr.dkr
  ecs ecs-agent ecs-telemetry eks eks-auth elasticache elasticfilesystem elasticloadbalancing elasticmapreduce email-smtp
  events execute-api firehose glue guardduty-data imagebuilder kinesis-firehose kinesis-streams kms lambda logs monitoring
  rds rds-data redshift redshift-data s3 s3express sagemaker.api sagemaker.runtime secretsmanager servicecatalog
  servicediscovery sns sqs ssm ssm-contacts ssm-incidents ssmmessages states storagegateway sts synthetics textract
  transcribe transfer xray`.split(/\s+/),
);

function isAwsService(region: string, name: string): boolean {
  const prefix = `com.amazonaws.${region}.`;
  return name.startsWith(prefix) && awsServices.has(name.slice(prefix.length));
}

const fields: FilterFields<EndpointService> = {
  owner: (service) => service.accountId,
  'service-name': nameOf,
  'service-region': (service) => service.region,
  'service-type': () => 'Interface',
  'supported-ip-address-types': (service) => service.supportedIpAddressTypes,
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
  const tagsOf = (service: EndpointService) =>
    isOwn(context, service) ? findTags(context.cloud, service.serviceId) : {};
  const matching = applyFilters(select(input, context), input.Filters, fields, tagsOf);
  const { page, nextToken } = paginate(matching, input, undefined, (service) => service.serviceId);
  return {
    ServiceNames: page.map(nameOf),
    ServiceDetails: page.map((service) => showService(service, context)),
    ...(nextToken && { NextToken: nextToken }),
  };
}

function select(input: DescribeVpcEndpointServicesRequest, context: OperationContext): EndpointService[] {
  const names = input.ServiceNames ?? [];
  if (names.length > 0) return [...new Set(names)].map((name) => getVisibleService(context, name));
  return context.cloud.endpointServices.where((service) => isVisibleHere(context, service));
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
