// Interface endpoints: an address in the consumer's subnets that leads to an endpoint service.

import type { CreateVpcEndpointRequest, DnsOptionsSpecification } from '@aws-sdk/client-ec2';
import type { SecurityGroupId, VpcId } from '../../cloud/id.ts';
import type { EndpointService, VpcEndpoint } from '../../cloud/vpc-endpoint.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { invalidParameter } from './errors.ts';
import { getSecurityGroup } from './security-group.ts';
import { putTags, tagsFromSpecifications } from './tag.ts';
import { getVpc } from './vpc.ts';
import { parsePinnedAddresses, planLegs, putLeg } from './vpc-endpoint-leg.ts';

const base36 = '0123456789abcdefghijklmnopqrstuvwxyz';

export function putInterfaceEndpoint(
  input: CreateVpcEndpointRequest,
  context: OperationContext,
  wantedVpcId: string,
  service: EndpointService,
): VpcEndpoint {
  const { vpcId } = getVpc(context, wantedVpcId);
  if (input.RouteTableIds && input.RouteTableIds.length > 0) throw routeTablesNotSupported();
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

export function routeTablesNotSupported(): Error {
  return invalidParameter('Route table IDs are only supported for Gateway type VPC Endpoint.');
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
