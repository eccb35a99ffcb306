// The newer look of a group's rules: each by itself, with an id.

import type {
  DescribeSecurityGroupRulesRequest,
  DescribeSecurityGroupRulesResult,
  RevokedSecurityGroupRule,
  SecurityGroupRule as RuleShape,
} from '@aws-sdk/client-ec2';
import type { SecurityGroup, SecurityGroupRule } from '../../cloud/vpc.ts';
import { arnOf } from '../../lib/arn.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { checkId, securityGroupRuleNotFound } from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { showReferencedGroup } from './ip-permission-show.ts';
import { isOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { findTags, showTags } from './tag.ts';

/** A rule with the group it is in. */
interface GroupRule {
  group: SecurityGroup;
  rule: SecurityGroupRule;
}

const ruleFields: FilterFields<GroupRule> = {
  'group-id': ({ group }) => group.groupId,
  'security-group-rule-id': ({ rule }) => rule.securityGroupRuleId,
};

export function describeSecurityGroupRules(
  input: DescribeSecurityGroupRulesRequest,
  context: OperationContext,
): DescribeSecurityGroupRulesResult {
  const accepted = ['SecurityGroupRuleIds', 'Filters', 'MaxResults', 'NextToken'] as const;
  acceptParameters('DescribeSecurityGroupRules', input, ...accepted);
  const ids = input.SecurityGroupRuleIds ?? [];
  refuseIdsWithMaxResults('SecurityGroupRuleIds', ids, input.MaxResults);
  const all = context.cloud.securityGroups
    .all()
    .filter((group) => isOwn(context, group))
    .flatMap((group) => group.rules.map((rule) => ({ group, rule })))
    .toArray();
  const selected = ids.length > 0 ? selectRules(all, ids) : all;
  const tagsOf = ({ rule }: GroupRule) => findTags(context.cloud, rule.securityGroupRuleId);
  const matching = applyFilters(selected, input.Filters, ruleFields, tagsOf);
  const { page, nextToken } = paginate(matching, input, undefined, ({ rule }) => rule.securityGroupRuleId);
  const SecurityGroupRules = page.map(({ group, rule }) => showSecurityGroupRule(context, group, rule));
  return { SecurityGroupRules, ...(nextToken && { NextToken: nextToken }) };
}

function selectRules(all: GroupRule[], ids: string[]): GroupRule[] {
  const byId = new Map(all.map((found) => [found.rule.securityGroupRuleId as string, found]));
  return [...new Set(ids)].map((id) => {
    checkId('sgr', id, 'InvalidSecurityGroupRuleId.Malformed');
    const found = byId.get(id);
    if (!found) throw securityGroupRuleNotFound(id);
    return found;
  });
}

export function showSecurityGroupRule(
  context: OperationContext,
  group: SecurityGroup,
  rule: SecurityGroupRule,
): RuleShape {
  const { securityGroupRuleId, referencedGroup, description } = rule;
  return {
    SecurityGroupRuleId: securityGroupRuleId,
    GroupId: group.groupId,
    GroupOwnerId: group.accountId,
    IsEgress: rule.isEgress,
    IpProtocol: rule.ipProtocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    ...(rule.cidrIpv4 && { CidrIpv4: rule.cidrIpv4 }),
    ...(rule.cidrIpv6 && { CidrIpv6: rule.cidrIpv6 }),
    ...(rule.prefixListId && { PrefixListId: rule.prefixListId }),
    ...(referencedGroup && { ReferencedGroupInfo: showReferencedGroup(context.cloud, referencedGroup) }),
    ...(description !== undefined && { Description: description }),
    Tags: showTags(context.cloud, securityGroupRuleId),
    SecurityGroupRuleArn: arnOf(
      'ec2',
      group.region,
      group.accountId,
      `security-group-rule/${securityGroupRuleId}`,
    ),
  };
}

export function showRevokedRule(group: SecurityGroup, rule: SecurityGroupRule): RevokedSecurityGroupRule {
  return {
    SecurityGroupRuleId: rule.securityGroupRuleId,
    GroupId: group.groupId,
    IsEgress: rule.isEgress,
    IpProtocol: rule.ipProtocol,
    FromPort: rule.fromPort,
    ToPort: rule.toPort,
    ...(rule.cidrIpv4 && { CidrIpv4: rule.cidrIpv4 }),
    ...(rule.cidrIpv6 && { CidrIpv6: rule.cidrIpv6 }),
    ...(rule.prefixListId && { PrefixListId: rule.prefixListId }),
    ...(rule.referencedGroup && { ReferencedGroupId: rule.referencedGroup.groupId }),
    ...(rule.description !== undefined && { Description: rule.description }),
  };
}
