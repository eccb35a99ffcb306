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
import {
  createResolverRule,
  deleteResolverRule,
  getResolverRule,
  listResolverRules,
  ruleResource,
  updateResolverRule,
} from './rule.ts';
import {
  associateResolverRule,
  associationResource,
  disassociateResolverRule,
  getResolverRuleAssociation,
  listResolverRuleAssociations,
} from './rule-association.ts';
import { listTagsForResource, taggedResource, tagResource, untagResource } from './tag.ts';

export const route53ResolverOperations: Record<string, JsonOperation> = {
  AssociateResolverEndpointIpAddress: {
    run: associateResolverEndpointIpAddress,
    resourceArn: endpointResource,
  },
  AssociateResolverRule: { run: associateResolverRule, resourceArn: ruleResource },
  CreateResolverEndpoint: { run: createResolverEndpoint, resourceArn: endpointResource },
  CreateResolverRule: { run: createResolverRule, resourceArn: ruleResource },
  DeleteResolverEndpoint: { run: deleteResolverEndpoint, resourceArn: endpointResource },
  DeleteResolverRule: { run: deleteResolverRule, resourceArn: ruleResource },
  DisassociateResolverEndpointIpAddress: {
    run: disassociateResolverEndpointIpAddress,
    resourceArn: endpointResource,
  },
  DisassociateResolverRule: { run: disassociateResolverRule, resourceArn: ruleResource },
  GetResolverEndpoint: { run: getResolverEndpoint, resourceArn: endpointResource },
  GetResolverRule: { run: getResolverRule, resourceArn: ruleResource },
  GetResolverRuleAssociation: { run: getResolverRuleAssociation, resourceArn: associationResource },
  ListResolverEndpointIpAddresses: { run: listResolverEndpointIpAddresses, resourceArn: endpointResource },
  ListResolverEndpoints: { run: listResolverEndpoints },
  ListResolverRuleAssociations: { run: listResolverRuleAssociations },
  ListResolverRules: { run: listResolverRules },
  ListTagsForResource: { run: listTagsForResource, resourceArn: taggedResource },
  TagResource: { run: tagResource, resourceArn: taggedResource },
  UntagResource: { run: untagResource, resourceArn: taggedResource },
  UpdateResolverEndpoint: { run: updateResolverEndpoint, resourceArn: endpointResource },
  UpdateResolverRule: { run: updateResolverRule, resourceArn: ruleResource },
};

export const route53ResolverNotBuilt = new Set(
  `AssociateFirewallRuleGroup AssociateResolverQueryLogConfig CreateFirewallDomainList CreateFirewallRule
  CreateFirewallRuleGroup CreateOutpostResolver CreateResolverQueryLogConfig DeleteFirewallDomainList
  DeleteFirewallRule DeleteFirewallRuleGroup DeleteOutpostResolver DeleteResolverQueryLogConfig
  DisassociateFirewallRuleGroup DisassociateResolverQueryLogConfig GetFirewallConfig GetFirewallDomainList
  GetFirewallRuleGroup GetFirewallRuleGroupAssociation GetFirewallRuleGroupPolicy GetOutpostResolver
  GetResolverConfig GetResolverDnssecConfig GetResolverQueryLogConfig GetResolverQueryLogConfigAssociation
  GetResolverQueryLogConfigPolicy GetResolverRulePolicy ImportFirewallDomains ListFirewallConfigs
  ListFirewallDomainLists ListFirewallDomains ListFirewallRuleGroupAssociations ListFirewallRuleGroups
  ListFirewallRules ListOutpostResolvers ListResolverConfigs ListResolverDnssecConfigs
  ListResolverQueryLogConfigAssociations ListResolverQueryLogConfigs PutFirewallRuleGroupPolicy
  PutResolverQueryLogConfigPolicy PutResolverRulePolicy UpdateFirewallConfig UpdateFirewallDomains
  UpdateFirewallRule UpdateFirewallRuleGroupAssociation UpdateOutpostResolver UpdateResolverConfig
  UpdateResolverDnssecConfig`.split(/\s+/),
);
