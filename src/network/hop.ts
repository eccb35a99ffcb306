// One step of a packet's way: the sentence for people, and what it is about as data, for those who read it by program.

import type { VpcId } from '../cloud/id.ts';
import type { Cidr, Ipv4 } from '../lib/cidr.ts';
import type { CompiledAclEntry, CompiledRoute, CompiledRule, HubRoute } from './network.ts';
import type { StopCode } from './stop-code.ts';

export type Hop = {
  /** The id of what decides here: a group, a route table, an endpoint. */
  at: string;
  text: string;
  /** Set on the way back. */
  isAnswer?: true;
  /** Absent: there is nothing to say but the sentence. */
  about?: HopFacts;
} & ({ verdict: 'pass'; code?: never } | { verdict: 'stop'; code: StopCode });

export interface Header {
  from: Ipv4;
  to: Ipv4;
  protocol: string;
  /** The destination's. Absent: a ping. */
  port?: number;
}

export interface HopFacts {
  /** The VPC it happens in. */
  vpcId?: VpcId;
  networkInterfaceId?: string;
  /** What the interface is attached to. */
  instanceId?: string;
  subnetId?: string;
  availabilityZone?: string;
  /** Into or out of the interface or the subnet. */
  direction?: 'ingress' | 'egress';
  /** Every group that was asked. */
  groupIds?: string[];
  /** Of the group `at`: what lets it through. */
  rule?: CompiledRule;
  /** Of the network ACL `at`: what decides. */
  entry?: CompiledAclEntry;
  /** Of the route table `at`: what it takes. */
  route?: CompiledRoute;
  /** What a gateway's table says. */
  hub?: { hubId: string; cameBy: string; route?: HubRoute };
  /** The VPC that a peering leads into. */
  peerVpcId?: VpcId;
  listener?: { loadBalancerArn: string; port: number; targetGroupArn: string };
  /** The VPC's own range that the address is in. */
  cidrBlocks?: Cidr[];
  /** `pendingAcceptance`: what keeps it from working. */
  state?: string;
  /** As it comes here. */
  inbound?: Header;
  /** As it goes on. */
  outbound?: Header;
}
