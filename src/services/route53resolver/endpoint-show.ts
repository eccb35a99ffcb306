// Resolver endpoints and their addresses as AWS shows them. How they are is what the network engine has applied.

import {
  addressOf,
  type ResolverEndpoint,
  type ResolverEndpointAddress,
} from '../../cloud/resolver-endpoint.ts';
import { arnOf } from '../../lib/arn.ts';
import type { JsonContext } from '../json-service.ts';

export function endpointArn({
  accountId,
  region,
  resolverEndpointId,
}: Pick<ResolverEndpoint, 'accountId' | 'region'> & { resolverEndpointId: string }): string {
  return arnOf('route53resolver', region, accountId, `resolver-endpoint/${resolverEndpointId}`);
}

export function statusOf(
  { vpcId, generation, creationTime, modificationTime }: ResolverEndpoint,
  { world }: JsonContext,
): 'CREATING' | 'UPDATING' | 'OPERATIONAL' {
  if (world.isApplied(vpcId, generation)) return 'OPERATIONAL';
  return creationTime === modificationTime ? 'CREATING' : 'UPDATING';
}

const messages = {
  CREATING: 'Creating the Resolver Endpoint.',
  UPDATING: 'Updating this Resolver Endpoint.',
  OPERATIONAL: 'This Resolver Endpoint is operational.',
};

export function showEndpoint(endpoint: ResolverEndpoint, context: JsonContext): object {
  const status = statusOf(endpoint, context);
  return {
    Id: endpoint.resolverEndpointId,
    CreatorRequestId: endpoint.creatorRequestId,
    Arn: endpointArn(endpoint),
    ...(endpoint.name !== undefined && { Name: endpoint.name }),
    SecurityGroupIds: endpoint.groupIds,
    Direction: endpoint.direction,
    IpAddressCount: endpoint.addresses.length,
    HostVPCId: endpoint.vpcId,
    Status: status,
    StatusMessage: messages[status],
    CreationTime: endpoint.creationTime,
    ModificationTime: endpoint.modificationTime,
    ResolverEndpointType: 'IPV4',
    Protocols: ['Do53'],
  };
}

export function showAddress(
  address: ResolverEndpointAddress,
  endpoint: ResolverEndpoint,
  { cloud, world }: JsonContext,
): object {
  const isAttached =
    address.creationTime !== endpoint.modificationTime ||
    world.isApplied(endpoint.vpcId, endpoint.generation);
  return {
    IpId: address.ipId,
    SubnetId: address.subnetId,
    Ip: addressOf(cloud, address),
    Status: isAttached ? 'ATTACHED' : 'CREATING',
    StatusMessage: isAttached ? 'This IP address is operational.' : 'Creating this IP address.',
    CreationTime: address.creationTime,
    ModificationTime: address.creationTime,
  };
}
