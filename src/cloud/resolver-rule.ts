// Route 53 Resolver rules: for which names a VPC's resolver asks others (FORWARD), or answers itself all the same (SYSTEM).
// A rule holds in the VPCs that it is associated with.

import type { Ipv4 } from '../lib/cidr.ts';
import type { OutboundEndpointId, ResolverRuleId, VpcId } from './id.ts';
import type { Owned } from './vpc.ts';

export interface ResolverRule extends Owned {
  resolverRuleId: ResolverRuleId;
  /** What the caller calls the request: no second rule is made for it. */
  creatorRequestId: string;
  name?: string;
  /** As it came, with its last dot; `.` is every name. */
  domainName: string;
  behaviour: ForwardBehaviour | { ruleType: 'SYSTEM' };
  creationTime: string;
  modificationTime: string;
}

export interface ForwardBehaviour {
  ruleType: 'FORWARD';
  /** Which endpoint's addresses ask. */
  resolverEndpointId: OutboundEndpointId;
  targets: { ip: Ipv4; port: number }[];
}

export interface ResolverRuleAssociation extends Owned {
  associationId: `rslvr-rrassoc-${string}`;
  resolverRuleId: ResolverRuleId;
  vpcId: VpcId;
  name?: string;
}
