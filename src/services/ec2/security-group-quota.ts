// How many rules a group holds. AWS: sixty in and sixty out, IPv4 and IPv6 apart; a rule that names a customer's prefix list
// counts with the list's size, however little is in it.

import { AwsError } from '../../aws/aws-error.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import { weightOfPrefixList } from '../../cloud/prefix-list.ts';
import type { SecurityGroupRule } from '../../cloud/vpc.ts';

const mostRules = 60;

type Rule = Omit<SecurityGroupRule, 'securityGroupRuleId'>;

export function refuseTooManyRules(cloud: Cloud, rules: Rule[]): void {
  if (!exceedsRuleQuota(cloud, rules)) return;
  throw new AwsError(
    'RulesPerSecurityGroupLimitExceeded',
    'The maximum number of rules per security group has been reached.',
  );
}

/** @param sizes of prefix lists that are about to get another one, by id */
export function exceedsRuleQuota(cloud: Cloud, rules: Rule[], sizes: Record<string, number> = {}): boolean {
  const weigh = (rule: Rule) =>
    rule.prefixListId === undefined
      ? 1
      : (sizes[rule.prefixListId] ?? weightOfPrefixList(cloud, rule.prefixListId));
  return [false, true].some((isEgress) =>
    (['IPv4', 'IPv6'] as const).some((family) => {
      const counted = rules.filter((rule) => rule.isEgress === isEgress && isOf(cloud, rule, family));
      return counted.reduce((sum, rule) => sum + weigh(rule), 0) > mostRules;
    }),
  );
}

/** AWS: a rule that names a group is of both families. */
function isOf(cloud: Cloud, rule: Rule, family: 'IPv4' | 'IPv6'): boolean {
  if (rule.cidrIpv4 !== undefined) return family === 'IPv4';
  if (rule.cidrIpv6 !== undefined) return family === 'IPv6';
  if (rule.prefixListId === undefined) return true;
  return (cloud.managedPrefixLists.find(rule.prefixListId)?.addressFamily ?? 'IPv4') === family;
}
