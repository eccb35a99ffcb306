// Route 53 Resolver endpoints: addresses in a VPC by which questions from outside come to its resolver (inbound), or from which
// VPCs' resolvers ask others (outbound). Whether one is operational is derived from what the network engine has applied.

import type { Cloud } from './cloud.ts';
import type {
  NetworkInterfaceId,
  OutboundEndpointId,
  ResolverEndpointId,
  SecurityGroupId,
  SubnetId,
  VpcId,
} from './id.ts';
import type { Owned } from './vpc.ts';

export interface ResolverEndpoint extends Owned {
  resolverEndpointId: ResolverEndpointId | OutboundEndpointId;
  direction: 'INBOUND' | 'OUTBOUND';
  /** What the caller calls the request: no second endpoint is made for it. */
  creatorRequestId: string;
  name?: string;
  vpcId: VpcId;
  groupIds: SecurityGroupId[];
  addresses: ResolverEndpointAddress[];
  creationTime: string;
  /** Of the last change of the endpoint; its creation, if there was none. */
  modificationTime: string;
}

export type InboundEndpoint = ResolverEndpoint & { resolverEndpointId: ResolverEndpointId };
export type OutboundEndpoint = ResolverEndpoint & { resolverEndpointId: OutboundEndpointId };

export function isInbound(endpoint: ResolverEndpoint): endpoint is InboundEndpoint {
  return endpoint.direction === 'INBOUND';
}

export function isOutbound(endpoint: ResolverEndpoint): endpoint is OutboundEndpoint {
  return endpoint.direction === 'OUTBOUND';
}

export interface ResolverEndpointAddress {
  ipId: `rni-${string}`;
  subnetId: SubnetId;
  /** It has the address itself. */
  networkInterfaceId: NetworkInterfaceId;
  creationTime: string;
}

export function addressOf(cloud: Cloud, { networkInterfaceId }: ResolverEndpointAddress): string {
  return cloud.networkInterfaces.find(networkInterfaceId)?.privateIpAddress ?? '';
}
