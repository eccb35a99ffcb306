// Interface endpoints to AWS's own services: a policy on what may pass, private DNS, and nobody who has to accept them.

import type { CreateVpcEndpointRequest } from '@aws-sdk/client-ec2';
import type { VpcEndpoint } from '../../cloud/vpc-endpoint.ts';
import type { OperationContext } from '../operation.ts';
import type { AwsEndpointService } from './aws-endpoint-service.ts';
import { readEndpointPolicy } from './endpoint-policy-parameter.ts';
import { beginEndpoint, checkAddressType, planInterfaceEndpoint } from './interface-endpoint.ts';
import { choosePrivateDns } from './private-dns.ts';
import { putPlace } from './vpc-endpoint-place.ts';

export function putAwsServiceEndpoint(
  input: CreateVpcEndpointRequest,
  context: OperationContext,
  wantedVpcId: string,
  { service: awsService, serviceName, region }: AwsEndpointService,
): VpcEndpoint {
  checkAddressType(input.IpAddressType, serviceName);
  const policyDocument = readEndpointPolicy(input.PolicyDocument);
  const planned = planInterfaceEndpoint(input, context, wantedVpcId);
  const whose = { vpcId: planned.vpcId, awsService, serviceName, region };
  const privateDns = choosePrivateDns(input, context, whose);

  const common = beginEndpoint(input, context, planned);
  return context.cloud.vpcEndpoints.put({
    ...common,
    ...{ awsService, policyDocument },
    ...privateDns,
    legs: planned.places.map((place) => putPlace(context, common, place)),
  });
}
