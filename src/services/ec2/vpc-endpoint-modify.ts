// ModifyVpcEndpoint. Of an interface endpoint: other subnets, other addresses, other security groups; of one to an AWS
// service its policy and private DNS, too. A subnet's interface is kept unless its address changes; then AWS replaces it.

import type { ModifyVpcEndpointRequest, ModifyVpcEndpointResult } from '@aws-sdk/client-ec2';
import type { SecurityGroupId } from '../../cloud/id.ts';
import {
  type AwsServiceVpcEndpoint,
  type EndpointPlace,
  type EndpointService,
  type InterfaceVpcEndpoint,
  isToAwsService,
  type ServiceVpcEndpoint,
} from '../../cloud/vpc-endpoint.ts';
import type { Ipv4 } from '../../lib/cidr.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { changeEndpointPolicy } from './endpoint-policy-parameter.ts';
import { invalidParameter, requireParameter, serviceNameNotFound } from './errors.ts';
import { modifyGatewayEndpoint } from './gateway-endpoint.ts';
import {
  checkAddressType,
  checkGroups,
  checkServiceOptions,
  routeTablesNotSupported,
} from './interface-endpoint.ts';
import { choosePrivateDns } from './private-dns.ts';
import { getVpcEndpoint } from './vpc-endpoint.ts';
import { bindPlaces, putLeg } from './vpc-endpoint-leg.ts';
import {
  chooseAddress,
  deletePlace,
  type PlannedPlace,
  parsePinnedAddresses,
  planPlaces,
  putPlace,
  setPlaceGroups,
} from './vpc-endpoint-place.ts';

export function modifyVpcEndpoint(
  input: ModifyVpcEndpointRequest,
  context: OperationContext,
): ModifyVpcEndpointResult {
  acceptParameters(
    'ModifyVpcEndpoint',
    input,
    'VpcEndpointId',
    'AddSubnetIds',
    'RemoveSubnetIds',
    'SubnetConfigurations',
    'AddSecurityGroupIds',
    'RemoveSecurityGroupIds',
    'AddRouteTableIds',
    'RemoveRouteTableIds',
    'PrivateDnsEnabled',
    'IpAddressType',
    'DnsOptions',
    'PolicyDocument',
    'ResetPolicy',
  );
  const endpoint = getVpcEndpoint(context, requireParameter('VpcEndpointId', input.VpcEndpointId));
  if (endpoint.vpcEndpointType === 'Gateway') modifyGatewayEndpoint(input, context, endpoint);
  else if (isToAwsService(endpoint)) modifyAwsServiceEndpoint(input, context, endpoint);
  else modifyServiceEndpoint(input, context, endpoint);
  return { Return: true };
}

function modifyAwsServiceEndpoint(
  input: ModifyVpcEndpointRequest,
  context: OperationContext,
  endpoint: AwsServiceVpcEndpoint,
): void {
  refuseRouteTables(input);
  checkAddressType(input.IpAddressType, endpoint.serviceName);
  const policyDocument = changeEndpointPolicy(input, endpoint.policyDocument);
  const groupIds = changeGroups(input, endpoint, context);
  const plan = planChange(input, endpoint, context);
  const { privateDnsOnlyForInboundResolverEndpoint: _before, ...rest } = endpoint;
  const privateDns = choosePrivateDns(input, context, endpoint, endpoint);

  for (const place of plan.removed) deletePlace(context, place);
  for (const { networkInterfaceId } of plan.kept) setPlaceGroups(context, networkInterfaceId, groupIds);
  const added = [...plan.moved.map(({ to }) => to), ...plan.added].map((place) =>
    putPlace(context, { ...endpoint, groupIds }, place),
  );
  const { privateDnsEnabled, privateDnsOnlyForInboundResolverEndpoint } = privateDns;
  context.cloud.vpcEndpoints.put({
    ...{ ...rest, policyDocument, groupIds, privateDnsEnabled, legs: [...plan.kept, ...added] },
    ...(privateDnsOnlyForInboundResolverEndpoint !== undefined && {
      privateDnsOnlyForInboundResolverEndpoint,
    }),
  });
}

function modifyServiceEndpoint(
  input: ModifyVpcEndpointRequest,
  context: OperationContext,
  endpoint: ServiceVpcEndpoint,
): void {
  refuseRouteTables(input);
  const PolicyDocument = input.PolicyDocument ?? (input.ResetPolicy ? '' : undefined);
  checkServiceOptions({ ...input, PolicyDocument }, endpoint.vpcId, endpoint.serviceName);
  const groupIds = changeGroups(input, endpoint, context);
  const plan = planChange(input, endpoint, context);
  const moved = plan.moved.map(({ from, to }) => ({ ...to, loadBalancerArn: from.loadBalancerArn }));
  const added = plan.added.length > 0 ? bindPlaces(context, getService(context, endpoint), plan.added) : [];

  for (const leg of plan.removed) deletePlace(context, leg);
  for (const { networkInterfaceId } of plan.kept) setPlaceGroups(context, networkInterfaceId, groupIds);
  const made = [...moved, ...added].map((leg) => putLeg(context, { ...endpoint, groupIds }, leg));
  context.cloud.vpcEndpoints.put({ ...endpoint, groupIds, legs: [...plan.kept, ...made] });
}

function refuseRouteTables({ AddRouteTableIds, RemoveRouteTableIds }: ModifyVpcEndpointRequest): void {
  if ((AddRouteTableIds?.length ?? 0) + (RemoveRouteTableIds?.length ?? 0) > 0)
    throw routeTablesNotSupported();
}

function changeGroups(
  input: ModifyVpcEndpointRequest,
  endpoint: InterfaceVpcEndpoint,
  context: OperationContext,
): SecurityGroupId[] {
  const added = checkGroups(context, endpoint.vpcId, input.AddSecurityGroupIds ?? []);
  const removed = new Set(input.RemoveSecurityGroupIds ?? []);
  for (const groupId of removed) {
    if (endpoint.groupIds.includes(groupId as SecurityGroupId)) continue;
    throw invalidParameter(
      `The security group ${groupId} is not associated with the VPC endpoint ${endpoint.vpcEndpointId}.`,
    );
  }
  const kept = endpoint.groupIds.filter((groupId) => !removed.has(groupId));
  const changed = [...new Set([...kept, ...added])];
  if (changed.length > 0) return changed;
  throw invalidParameter('At least one security group must be associated with an interface VPC endpoint.');
}

interface Plan<Place extends EndpointPlace> {
  kept: Place[];
  removed: Place[];
  /** Their interfaces are among the removed ones: another takes the address that is wanted now. */
  moved: { from: Place; to: PlannedPlace }[];
  added: PlannedPlace[];
}

/** Which places go, stay, move and come. Writes nothing. */
function planChange<Place extends EndpointPlace>(
  input: ModifyVpcEndpointRequest,
  endpoint: Pick<InterfaceVpcEndpoint, 'vpcId' | 'vpcEndpointId'> & { legs: Place[] },
  context: OperationContext,
): Plan<Place> {
  const { legs, vpcId, vpcEndpointId } = endpoint;
  const isUsed = (id: string) => legs.some((leg) => leg.subnetId === id);
  const addedIds = (input.AddSubnetIds ?? []).filter((id) => !isUsed(id));
  const removedIds = new Set(input.RemoveSubnetIds ?? []);
  for (const id of removedIds) {
    if (isUsed(id)) continue;
    throw invalidParameter(`The subnet ${id} is not associated with the VPC endpoint ${vpcEndpointId}.`);
  }
  const staying = legs.filter((leg) => !removedIds.has(leg.subnetId));
  const stayingIds = staying.map((leg) => leg.subnetId);
  const addresses = parsePinnedAddresses('ModifyVpcEndpoint', input.SubnetConfigurations, [
    ...stayingIds,
    ...addedIds,
  ]);
  const moving = staying.filter((leg) => isMoving(context, leg, addresses));
  const kept = staying.filter((leg) => !moving.includes(leg));
  return {
    kept,
    removed: legs.filter((leg) => !kept.includes(leg)),
    moved: moving.map((from) => ({ from, to: planMove(context, from, addresses.get(from.subnetId)!) })),
    added: planPlaces(context, vpcId, addedIds, addresses, stayingIds),
  };
}

function isMoving(context: OperationContext, leg: EndpointPlace, addresses: Map<string, Ipv4>): boolean {
  const wanted = addresses.get(leg.subnetId);
  const current = context.cloud.networkInterfaces.find(leg.networkInterfaceId)?.privateIpAddress;
  return wanted !== undefined && wanted !== current;
}

function planMove(context: OperationContext, leg: EndpointPlace, address: Ipv4): PlannedPlace {
  const subnet = context.cloud.subnets.find(leg.subnetId);
  if (!subnet) throw new Error(`${leg.subnetId} is gone while ${leg.networkInterfaceId} is in it`);
  return { subnet, privateIpAddress: chooseAddress(context, subnet, address) };
}

/** Gone when the provider deleted it after rejecting this endpoint. */
function getService(context: OperationContext, endpoint: ServiceVpcEndpoint): EndpointService {
  const service = context.cloud.endpointServices.find(endpoint.serviceId);
  if (!service) throw serviceNameNotFound(endpoint.serviceName);
  return service;
}
