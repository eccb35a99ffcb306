// Rules of a security group, changed where they stand: what they say, or only what is written beside them.

import type {
  ModifySecurityGroupRulesRequest,
  ModifySecurityGroupRulesResult,
  SecurityGroupRuleRequest,
  SecurityGroupRuleUpdate,
  UpdateSecurityGroupRuleDescriptionsEgressRequest,
  UpdateSecurityGroupRuleDescriptionsEgressResult,
  UpdateSecurityGroupRuleDescriptionsIngressRequest,
  UpdateSecurityGroupRuleDescriptionsIngressResult,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { SecurityGroup, SecurityGroupRule } from '../../cloud/vpc.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import {
  invalidParameterCombination,
  invalidParameterValue,
  missingParameter,
  requireParameter,
} from './errors.ts';
import {
  checkDescription,
  type Peer,
  readExistingPermissions,
  readPorts,
  readPrefixListId,
  readReferencedGroup,
  readRuleCidr,
  readRuleCidrIpv6,
} from './ip-permission.ts';
import { getSecurityGroup, getSecurityGroupOf } from './security-group.ts';
import { refuseTooManyRules } from './security-group-quota.ts';
import { getEqualRule, getRule, refuseDuplicate } from './security-group-rule.ts';

export function modifySecurityGroupRules(
  input: ModifySecurityGroupRulesRequest,
  context: OperationContext,
): ModifySecurityGroupRulesResult {
  acceptParameters('ModifySecurityGroupRules', input, 'GroupId', 'SecurityGroupRules');
  const group = getSecurityGroup(context, requireParameter('GroupId', input.GroupId));
  const updates = requireParameter('SecurityGroupRule', input.SecurityGroupRules);
  let rules = group.rules;
  for (const update of updates) {
    const changed = readUpdate(context, group, update);
    const others = rules.filter((rule) => rule.securityGroupRuleId !== changed.securityGroupRuleId);
    refuseDuplicate(others, changed);
    rules = rules.map((rule) => (rule.securityGroupRuleId === changed.securityGroupRuleId ? changed : rule));
  }
  refuseTooManyRules(context.cloud, rules);
  context.cloud.securityGroups.put({ ...group, rules });
  return { Return: true };
}

function readUpdate(
  context: OperationContext,
  group: SecurityGroup,
  update: SecurityGroupRuleUpdate,
): SecurityGroupRule {
  const rule = getRule(group, requireParameter('SecurityGroupRuleId', update.SecurityGroupRuleId));
  const request = requireParameter('SecurityGroupRule', update.SecurityGroupRule);
  const peer = readPeer(context, group, request);
  // AWS: a rule keeps its kind: a range stays a range, a group a group.
  if (Object.keys(peer).some((kind) => rule[kind as keyof SecurityGroupRule] === undefined)) {
    throw invalidParameterValue(`The source type of the rule ${rule.securityGroupRuleId} cannot be changed`);
  }
  return {
    securityGroupRuleId: rule.securityGroupRuleId,
    isEgress: rule.isEgress,
    ...readPorts(request.IpProtocol, request.FromPort, request.ToPort),
    ...peer,
    ...(request.Description && { description: checkDescription(request.Description) }),
  };
}

function readPeer(context: OperationContext, group: SecurityGroup, request: SecurityGroupRuleRequest): Peer {
  const { CidrIpv4: cidrIpv4, CidrIpv6: cidrIpv6, ReferencedGroupId: groupId, PrefixListId } = request;
  const given = [cidrIpv4, cidrIpv6, PrefixListId, groupId].filter((source) => source !== undefined);
  if (given.length > 1) {
    throw invalidParameterCombination(
      'Only one of CidrIpv4, CidrIpv6, PrefixListId and ReferencedGroupId may be given',
    );
  }
  if (cidrIpv4 !== undefined) return { cidrIpv4: readRuleCidr(cidrIpv4) };
  if (cidrIpv6 !== undefined) return { cidrIpv6: readRuleCidrIpv6(cidrIpv6) };
  if (PrefixListId !== undefined) return { prefixListId: readPrefixListId(context, PrefixListId) };
  if (groupId === undefined) throw missingParameter('CidrIpv4, CidrIpv6, PrefixListId or ReferencedGroupId');
  const UserId = context.cloud.securityGroups.find(groupId)?.accountId ?? context.accountId;
  return { referencedGroup: readReferencedGroup(context, group, { GroupId: groupId, UserId }) };
}

export function updateSecurityGroupRuleDescriptionsIngress(
  input: UpdateSecurityGroupRuleDescriptionsIngressRequest,
  context: OperationContext,
): UpdateSecurityGroupRuleDescriptionsIngressResult {
  return updateDescriptions('UpdateSecurityGroupRuleDescriptionsIngress', input, context, false);
}

export function updateSecurityGroupRuleDescriptionsEgress(
  input: UpdateSecurityGroupRuleDescriptionsEgressRequest,
  context: OperationContext,
): UpdateSecurityGroupRuleDescriptionsEgressResult {
  return updateDescriptions('UpdateSecurityGroupRuleDescriptionsEgress', input, context, true);
}

function updateDescriptions(
  operation: string,
  input: UpdateSecurityGroupRuleDescriptionsIngressRequest,
  context: OperationContext,
  isEgress: boolean,
): { Return: true } {
  acceptParameters(
    operation,
    input,
    'GroupId',
    'GroupName',
    'IpPermissions',
    'SecurityGroupRuleDescriptions',
  );
  const group = getSecurityGroupOf(context, input);
  const wanted = new Map<string, string | undefined>();
  for (const specification of readExistingPermissions(context, input.IpPermissions ?? [], isEgress)) {
    wanted.set(getEqualRule(group, specification).securityGroupRuleId, specification.description);
  }
  for (const { SecurityGroupRuleId: id, Description: text } of input.SecurityGroupRuleDescriptions ?? []) {
    const rule = getRule(group, requireParameter('SecurityGroupRuleId', id), isEgress);
    wanted.set(rule.securityGroupRuleId, text && checkDescription(text));
  }
  if (wanted.size === 0) {
    const message = "Either 'ipPermissions' or 'securityGroupRuleDescriptions' should be provided.";
    throw new AwsError('MissingParameter', message);
  }
  const rules = group.rules.map((rule) => {
    if (!wanted.has(rule.securityGroupRuleId)) return rule;
    const { description: _before, ...rest } = rule;
    const description = wanted.get(rule.securityGroupRuleId);
    return description ? { ...rest, description } : rest;
  });
  context.cloud.securityGroups.put({ ...group, rules });
  return { Return: true };
}
