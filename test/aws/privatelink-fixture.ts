// A provider and a consumer with the same range, and services and endpoints between them with one line each.
// Importing it starts a cloud of the test file's own.

import { after } from 'node:test';
import type { CreateVpcEndpointCommandInput } from '@aws-sdk/client-ec2';
import { type EndpointLeg, isToEndpointService } from '../../src/cloud/vpc-endpoint.ts';
import { createVpc, startSdkCloud } from './sdk-cloud.ts';

export const cloud = await startSdkCloud();
after(() => cloud.close());
export const providerId = '111111111111';
export const consumerId = '222222222222';
export const provider = cloud.ec2(providerId);
export const consumer = cloud.ec2(consumerId);
export const elbv2 = cloud.elbv2(providerId);
export const providerVpc = await createVpc(provider, ['a', 'b']);
/** The same range as the provider's, and a zone more. */
export const consumerVpc = await createVpc(consumer, ['a', 'b', 'c']);
export const [subnetA, subnetB, subnetC] = consumerVpc.subnetIds as [string, string, string];

let named = 0;

export async function createLoadBalancer(subnetIds = providerVpc.subnetIds): Promise<string> {
  const input = { Name: `nlb-${++named}`, Type: 'network', Scheme: 'internal', Subnets: subnetIds } as const;
  return (await elbv2.createLoadBalancer(input)).LoadBalancers![0]!.LoadBalancerArn!;
}

export interface Service {
  serviceId: string;
  serviceName: string;
  arns: string[];
}

export async function createService(acceptanceRequired = true, arns?: string[]): Promise<Service> {
  const networkLoadBalancerArns = arns ?? [await createLoadBalancer()];
  const { ServiceConfiguration: made } = await provider.createVpcEndpointServiceConfiguration({
    AcceptanceRequired: acceptanceRequired,
    NetworkLoadBalancerArns: networkLoadBalancerArns,
  });
  const [serviceId, serviceName] = [made!.ServiceId!, made!.ServiceName!];
  await permit(serviceId, `arn:aws:iam::${consumerId}:root`);
  return { serviceId, serviceName, arns: networkLoadBalancerArns };
}

export const permit = (serviceId: string, ...principals: string[]) =>
  provider.modifyVpcEndpointServicePermissions({ ServiceId: serviceId, AddAllowedPrincipals: principals });

export async function createEndpoint(
  serviceName: string,
  input: Partial<CreateVpcEndpointCommandInput> = {},
) {
  const { VpcEndpoint: made } = await consumer.createVpcEndpoint({
    VpcEndpointType: 'Interface',
    VpcId: consumerVpc.vpcId,
    ServiceName: serviceName,
    SubnetIds: [subnetA],
    ...input,
  });
  return made!;
}

export async function stateOf(vpcEndpointId: string): Promise<string> {
  const { VpcEndpoints: found } = await consumer.describeVpcEndpoints({ VpcEndpointIds: [vpcEndpointId] });
  return found![0]!.State!;
}

/** Of an interface endpoint, as they are kept. */
export function legsOf(vpcEndpointId: string): EndpointLeg[] {
  const endpoint = cloud.store.cloud.vpcEndpoints.find(vpcEndpointId);
  return endpoint && isToEndpointService(endpoint) ? endpoint.legs : [];
}

export const facesOf = (vpcEndpointId: string) =>
  cloud.store.cloud.networkInterfaces.where(
    (face) => face.description === `VPC Endpoint Interface ${vpcEndpointId}`,
  );
