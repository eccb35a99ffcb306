// Resolver's table of contents: each operation, and what its policies are asked about. What AWS has and we do not is
// known by name, so that it is refused as not built and not as unknown.

import type { JsonOperation } from '../json-service.ts';
import {
  associateResolverEndpointIpAddress,
  createResolverEndpoint,
  deleteResolverEndpoint,
  disassociateResolverEndpointIpAddress,
  endpointResource,
  getResolverEndpoint,
  listResolverEndpointIpAddresses,
  listResolverEndpoints,
  updateResolverEndpoint,
} from './endpoint.ts';
import { listTagsForResource, taggedResource, tagResource, untagResource } from './tag.ts';

export const route53ResolverOperations: Record<string, JsonOperation> = {
  AssociateResolverEndpointIpAddress: {
    run: associateResolverEndpointIpAddress,
    resourceArn: endpointResource,
  },
  CreateResolverEndpoint: { run: createResolverEndpoint, resourceArn: endpointResource },
  DeleteResolverEndpoint: { run: deleteResolverEndpoint, resourceArn: endpointResource },
  DisassociateResolverEndpointIpAddress: {
    run: disassociateResolverEndpointIpAddress,
    resourceArn: endpointResource,
  },
  GetResolverEndpoint: { run: getResolverEndpoint, resourceArn: endpointResource },
  ListResolverEndpointIpAddresses: { run: listResolverEndpointIpAddresses, resourceArn: endpointResource },
  ListResolverEndpoints: { run: listResolverEndpoints },
  ListTagsForResource: { run: listTagsForResource, resourceArn: taggedResource },
  TagResource: { run: tagResource, resourceArn: taggedResource },
  UntagResource: { run: untagResource, resourceArn: taggedResource },
  UpdateResolverEndpoint: { run: updateResolverEndpoint, resourceArn: endpointResource },
};

export const route53ResolverNotBuilt = new Set(
  `AssociateFirewallRuleGroup AssociateResolverQueryLogConfig AssociateResolverRule CreateFirewallDomainList
  CreateFirewallRule CreateFirewallRuleGroup CreateOutpostResolver CreateResolverQueryLogConfig CreateResolverRule
  DeleteFirewallDomainList DeleteFirewallRule DeleteFirewallRuleGroup DeleteOutpostResolver DeleteResolverQueryLogConfig
  DeleteResolverRule DisassociateFirewallRuleGroup DisassociateResolverQueryLogConfig DisassociateResolverRule
  GetFirewallConfig GetFirewallDomainList GetFirewallRuleGroup GetFirewallRuleGroupAssociation
  GetFirewallRuleGroupPolicy GetOutpostResolver GetResolverConfig GetResolverDnssecConfig GetResolverQueryLogConfig
  GetResolverQueryLogConfigAssociation GetResolverQueryLogConfigPolicy GetResolverRule GetResolverRuleAssociation
  GetResolverRulePolicy ImportFirewallDomains ListFirewallConfigs ListFirewallDomainLists ListFirewallDomains
  ListFirewallRuleGroupAssociations ListFirewallRuleGroups ListFirewallRules ListOutpostResolvers ListResolverConfigs
  ListResolverDnssecConfigs ListResolverQueryLogConfigAssociations ListResolverQueryLogConfigs
  ListResolverRuleAssociations ListResolverRules PutFirewallRuleGroupPolicy PutResolverQueryLogConfigPolicy
  PutResolverRulePolicy UpdateFirewallConfig UpdateFirewallDomains UpdateFirewallRule
  UpdateFirewallRuleGroupAssociation UpdateOutpostResolver UpdateResolverConfig UpdateResolverDnssecConfig
  UpdateResolverRule`.split(/\s+/),
);
