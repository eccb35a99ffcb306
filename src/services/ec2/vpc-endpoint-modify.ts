// ModifyVpcEndpoint. Of an interface endpoint: other subnets, other addresses, other security groups.
// A subnet's interface is kept unless its address changes; then AWS replaces it.

import type { ModifyVpcEndpointRequest, ModifyVpcEndpointResult } from '@aws-sdk/client-ec2';
import type { SecurityGroupId } from '../../cloud/id.ts';
import type { EndpointLeg, EndpointService, InterfaceVpcEndpoint } from '../../cloud/vpc-endpoint.ts';
import type { Ipv4 } from '../../lib/cidr.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { invalidParameter, requireParameter, serviceNameNotFound } from './errors.ts';
import { modifyGatewayEndpoint } from './gateway-endpoint.ts';
import { checkGroups, checkServiceOptions, routeTablesNotSupported } from './interface-endpoint.ts';
import { getVpcEndpoint } from './vpc-endpoint.ts';
import {
  chooseAddress,
  deleteLeg,
  type PlannedLeg,
  parsePinnedAddresses,
  planLegs,
  putLeg,
} from './vpc-endpoint-leg.ts';

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
  else modifyInterfaceEndpoint(input, context, endpoint);
  return { Return: true };
}

function modifyInterfaceEndpoint(
  input: ModifyVpcEndpointRequest,
  context: OperationContext,
  endpoint: InterfaceVpcEndpoint,
): void {
  checkRest(input, endpoint);
  const groupIds = changeGroups(input, endpoint, context);
  const plan = planChange(input, endpoint, context);

  for (const leg of plan.removed) deleteLeg(context, leg);
  for (const leg of plan.kept) setGroups(context, leg, groupIds);
  const added = plan.added.map((leg) => putLeg(context, { ...endpoint, groupIds }, leg));
  context.cloud.vpcEndpoints.put({ ...endpoint, groupIds, legs: [...plan.kept, ...added] });
}

function checkRest(input: ModifyVpcEndpointRequest, endpoint: InterfaceVpcEndpoint): void {
  if ((input.AddRouteTableIds?.length ?? 0) + (input.RemoveRouteTableIds?.length ?? 0) > 0) {
    throw routeTablesNotSupported();
  }
  const PolicyDocument = input.PolicyDocument ?? (input.ResetPolicy ? '' : undefined);
  checkServiceOptions({ ...input, PolicyDocument }, endpoint.serviceName);
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

function setGroups(context: OperationContext, leg: EndpointLeg, groupIds: SecurityGroupId[]): void {
  const networkInterface = context.cloud.networkInterfaces.find(leg.networkInterfaceId);
  if (networkInterface) context.cloud.networkInterfaces.put({ ...networkInterface, groupIds });
}

interface Plan {
  kept: EndpointLeg[];
  removed: EndpointLeg[];
  added: PlannedLeg[];
}

/** Which legs go, stay and come. Writes nothing. */
function planChange(
  input: ModifyVpcEndpointRequest,
  endpoint: InterfaceVpcEndpoint,
  context: OperationContext,
): Plan {
  const addedIds = (input.AddSubnetIds ?? []).filter(
    (id) => !endpoint.legs.some((leg) => leg.subnetId === id),
  );
  const removedIds = new Set(input.RemoveSubnetIds ?? []);
  for (const id of removedIds) {
    if (endpoint.legs.some((leg) => leg.subnetId === id)) continue;
    throw invalidParameter(
      `The subnet ${id} is not associated with the VPC endpoint ${endpoint.vpcEndpointId}.`,
    );
  }
  const staying = endpoint.legs.filter((leg) => !removedIds.has(leg.subnetId));
  const stayingIds = staying.map((leg) => leg.subnetId);
  const addresses = parsePinnedAddresses('ModifyVpcEndpoint', input.SubnetConfigurations, [
    ...stayingIds,
    ...addedIds,
  ]);
  const moving = staying.filter((leg) => isMoving(context, leg, addresses));
  const kept = staying.filter((leg) => !moving.includes(leg));
  const moved = moving.map((leg) => planMove(context, leg, addresses.get(leg.subnetId)!));
  const added =
    addedIds.length === 0
      ? []
      : planLegs(context, endpoint.vpcId, getService(context, endpoint), addedIds, addresses, stayingIds);
  return { kept, removed: endpoint.legs.filter((leg) => !kept.includes(leg)), added: [...moved, ...added] };
}

function isMoving(context: OperationContext, leg: EndpointLeg, addresses: Map<string, Ipv4>): boolean {
  const wanted = addresses.get(leg.subnetId);
  const current = context.cloud.networkInterfaces.find(leg.networkInterfaceId)?.privateIpAddress;
  return wanted !== undefined && wanted !== current;
}

function planMove(context: OperationContext, leg: EndpointLeg, address: Ipv4): PlannedLeg {
  const subnet = context.cloud.subnets.find(leg.subnetId);
  if (!subnet) throw new Error(`${leg.subnetId} is gone while ${leg.networkInterfaceId} is in it`);
  return {
    subnet,
    privateIpAddress: chooseAddress(context, subnet, address),
    loadBalancerArn: leg.loadBalancerArn,
  };
}

/** Gone when the provider deleted it after rejecting this endpoint. */
function getService(context: OperationContext, endpoint: InterfaceVpcEndpoint): EndpointService {
  const service = context.cloud.endpointServices.find(endpoint.serviceId);
  if (!service) throw serviceNameNotFound(endpoint.serviceName);
  return service;
}
