// Interface endpoints: addresses in the consumer's subnets that lead to a service. What both kinds have in common, and those
// to endpoint services; those to AWS's own services are in aws-service-endpoint.ts.

import type { CreateVpcEndpointRequest } from '@aws-sdk/client-ec2';
import type { SecurityGroupId, VpcEndpointId, VpcId } from '../../cloud/id.ts';
import type { EndpointService, InterfaceVpcEndpoint, VpcEndpoint } from '../../cloud/vpc-endpoint.ts';
import type { OperationContext } from '../operation.ts';
import { invalidParameter, invalidParameterValue } from './errors.ts';
import { noPrivateName, readDnsOptions, refuseOnlyForInboundResolver } from './private-dns.ts';
import { getSecurityGroup } from './security-group.ts';
import { putTags, tagsFromSpecifications } from './tag.ts';
import { getVpc } from './vpc.ts';
import { bindPlaces, putLeg } from './vpc-endpoint-leg.ts';
import { type PlannedPlace, parsePinnedAddresses, planPlaces } from './vpc-endpoint-place.ts';

const base36 = '0123456789abcdefghijklmnopqrstuvwxyz';

/** An interface endpoint that has been checked, as far as its service does not matter, and not yet been made. */
export interface PlannedEndpoint {
  vpcId: VpcId;
  places: PlannedPlace[];
  /** AWS: the VPC's default group when none was named. */
  groupIds: SecurityGroupId[];
  tags: Record<string, string>;
}

export function planInterfaceEndpoint(
  input: CreateVpcEndpointRequest,
  context: OperationContext,
  wantedVpcId: string,
): PlannedEndpoint {
  const { vpcId } = getVpc(context, wantedVpcId);
  if (input.RouteTableIds && input.RouteTableIds.length > 0) throw routeTablesNotSupported();
  const subnetIds = input.SubnetIds ?? [];
  const addresses = parsePinnedAddresses('CreateVpcEndpoint', input.SubnetConfigurations, subnetIds);
  const places = planPlaces(context, vpcId, subnetIds, addresses);
  const named = checkGroups(context, vpcId, input.SecurityGroupIds ?? []);
  const groupIds = named.length > 0 ? named : [defaultGroupOf(context, vpcId)];
  const tags = tagsFromSpecifications(input.TagSpecifications, 'vpc-endpoint');
  return { vpcId, places, groupIds, tags };
}

type CommonName =
  | 'vpcEndpointId'
  | 'vpcId'
  | 'groupIds'
  | 'accountId'
  | 'region'
  | 'vpcEndpointType'
  | 'serviceName'
  | 'dnsSuffix'
  | 'creationTimestamp'
  | 'clientToken';

/** The fields of a new endpoint that are the same for either kind. Writes its tags. */
export function beginEndpoint(
  input: CreateVpcEndpointRequest,
  context: OperationContext,
  { vpcId, groupIds, tags }: PlannedEndpoint,
): Pick<InterfaceVpcEndpoint, CommonName> & { vpcEndpointId: VpcEndpointId } {
  const vpcEndpointId = context.newId('vpce');
  const { accountId, region } = context;
  putTags(context, vpcEndpointId, 'vpc-endpoint', tags);
  return {
    ...{ vpcEndpointId, vpcId, groupIds, accountId, region },
    vpcEndpointType: 'Interface',
    serviceName: input.ServiceName!,
    dnsSuffix: context.randomText(8, base36),
    creationTimestamp: context.now.toISOString(),
    ...(input.ClientToken && { clientToken: input.ClientToken }),
  };
}

export function putServiceEndpoint(
  input: CreateVpcEndpointRequest,
  context: OperationContext,
  wantedVpcId: string,
  service: EndpointService,
): VpcEndpoint {
  checkServiceOptions(input, getVpc(context, wantedVpcId).vpcId, input.ServiceName!);
  const planned = planInterfaceEndpoint(input, context, wantedVpcId);
  const legs = bindPlaces(context, service, planned.places);

  const common = beginEndpoint(input, context, planned);
  return context.cloud.vpcEndpoints.put({
    ...common,
    serviceId: service.serviceId,
    legs: legs.map((leg) => putLeg(context, common, leg)),
    privateDnsEnabled: false,
    decision: service.acceptanceRequired ? 'pendingAcceptance' : 'accepted',
    vpcEndpointConnectionId: context.newId('vpce-con'),
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
  vpcId: string,
  serviceName: string,
): void {
  if (input.PolicyDocument !== undefined) {
    throw invalidParameter(`The VPC endpoint service ${serviceName} does not support endpoint policies.`);
  }
  if (input.PrivateDnsEnabled) throw noPrivateName(serviceName);
  checkAddressType(input.IpAddressType, serviceName);
  if (readDnsOptions(input.DnsOptions).isOnlyForInboundResolver) throw refuseOnlyForInboundResolver(vpcId);
}

const addressTypes = ['ipv4', 'dualstack', 'ipv6'];

/** Every service is of IPv4 alone. */
export function checkAddressType(ipAddressType: string | undefined, serviceName: string): void {
  if (ipAddressType === undefined || ipAddressType === 'ipv4') return;
  if (!addressTypes.includes(ipAddressType)) {
    throw invalidParameterValue(`Value (${ipAddressType}) for parameter ipAddressType is invalid.`);
  }
  throw invalidParameter(
    `The VPC endpoint service ${serviceName} does not support the IP address type ${ipAddressType}.`,
  );
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
