// Rules of a security group, added and taken away. AWS: a rule is known by its id or by what it says;
// adding one that says the same again is refused, so is taking away one that is not there.

import type {
  AuthorizeSecurityGroupEgressRequest,
  AuthorizeSecurityGroupEgressResult,
  AuthorizeSecurityGroupIngressRequest,
  AuthorizeSecurityGroupIngressResult,
  IpPermission,
  RevokeSecurityGroupEgressRequest,
  RevokeSecurityGroupEgressResult,
  RevokeSecurityGroupIngressRequest,
  RevokeSecurityGroupIngressResult,
  TagSpecification,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { SecurityGroup, SecurityGroupRule } from '../../cloud/vpc.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import {
  checkId,
  invalidParameterCombination,
  missingParameter,
  requireParameter,
  securityGroupRuleNotFound,
} from './errors.ts';
import {
  describeRule,
  type RuleSpecification,
  readExistingPermissions,
  readIpPermissions,
  ruleKey,
} from './ip-permission.ts';
import { getSecurityGroup, getSecurityGroupOf } from './security-group.ts';
import { refuseTooManyRules } from './security-group-quota.ts';
import { showRevokedRule, showSecurityGroupRule } from './security-group-rule-show.ts';
import { dropTags, putTags, tagsFromSpecifications } from './tag.ts';

const flatParameters = ['IpProtocol', 'FromPort', 'ToPort', 'CidrIp'] as const;

export function authorizeSecurityGroupIngress(
  input: AuthorizeSecurityGroupIngressRequest,
  context: OperationContext,
): AuthorizeSecurityGroupIngressResult {
  const accepted = ['GroupId', 'GroupName', 'IpPermissions', 'TagSpecifications', ...flatParameters] as const;
  acceptParameters('AuthorizeSecurityGroupIngress', input, ...accepted);
  const group = getSecurityGroupOf(context, input);
  return authorize(context, group, ingressPermissions(input), input.TagSpecifications, false);
}

export function authorizeSecurityGroupEgress(
  input: AuthorizeSecurityGroupEgressRequest,
  context: OperationContext,
): AuthorizeSecurityGroupEgressResult {
  acceptParameters('AuthorizeSecurityGroupEgress', input, 'GroupId', 'IpPermissions', 'TagSpecifications');
  const group = getSecurityGroup(context, requireParameter('GroupId', input.GroupId));
  return authorize(context, group, input.IpPermissions, input.TagSpecifications, true);
}

/** The older way to say it: one range, flat in the request. */
function ingressPermissions(input: AuthorizeSecurityGroupIngressRequest): IpPermission[] | undefined {
  const isFlat = flatParameters.some((name) => input[name] !== undefined);
  if (!isFlat) return input.IpPermissions;
  if (input.IpPermissions?.length) {
    throw invalidParameterCombination(
      'The parameter ipPermissions cannot be used with the parameter ipProtocol',
    );
  }
  const { IpProtocol, FromPort, ToPort } = input;
  const CidrIp = requireParameter('CidrIp', input.CidrIp);
  return [
    {
      IpProtocol,
      ...(FromPort !== undefined && { FromPort }),
      ...(ToPort !== undefined && { ToPort }),
      IpRanges: [{ CidrIp }],
    },
  ];
}

function authorize(
  context: OperationContext,
  group: SecurityGroup,
  permissions: IpPermission[] | undefined,
  tagSpecifications: TagSpecification[] | undefined,
  isEgress: boolean,
): AuthorizeSecurityGroupIngressResult {
  if (!permissions || permissions.length === 0) throw missingParameter('ipPermissions');
  const specifications = readIpPermissions(context, group, permissions, isEgress);
  const tags = tagsFromSpecifications(tagSpecifications, 'security-group-rule');
  for (const specification of specifications) refuseDuplicate(group.rules, specification);
  refuseTooManyRules(context.cloud, [...group.rules, ...specifications]);

  const added = specifications.map((rule) => ({ securityGroupRuleId: context.newId('sgr'), ...rule }));
  const written = context.cloud.securityGroups.put({ ...group, rules: [...group.rules, ...added] });
  for (const { securityGroupRuleId } of added)
    putTags(context, securityGroupRuleId, 'security-group-rule', tags);
  return {
    Return: true,
    SecurityGroupRules: added.map((rule) => showSecurityGroupRule(context, written, rule)),
  };
}

export function refuseDuplicate(rules: SecurityGroupRule[], specification: RuleSpecification): void {
  if (!rules.some((rule) => ruleKey(rule) === ruleKey(specification))) return;
  throw new AwsError(
    'InvalidPermission.Duplicate',
    `the specified rule "${describeRule(specification)}" already exists`,
  );
}

export function revokeSecurityGroupIngress(
  input: RevokeSecurityGroupIngressRequest,
  context: OperationContext,
): RevokeSecurityGroupIngressResult {
  const accepted = [
    'GroupId',
    'GroupName',
    'IpPermissions',
    'SecurityGroupRuleIds',
    ...flatParameters,
  ] as const;
  acceptParameters('RevokeSecurityGroupIngress', input, ...accepted);
  const group = getSecurityGroupOf(context, input);
  return revoke(context, group, ingressPermissions(input), input.SecurityGroupRuleIds, false);
}

export function revokeSecurityGroupEgress(
  input: RevokeSecurityGroupEgressRequest,
  context: OperationContext,
): RevokeSecurityGroupEgressResult {
  acceptParameters('RevokeSecurityGroupEgress', input, 'GroupId', 'IpPermissions', 'SecurityGroupRuleIds');
  const group = getSecurityGroup(context, requireParameter('GroupId', input.GroupId));
  return revoke(context, group, input.IpPermissions, input.SecurityGroupRuleIds, true);
}

function revoke(
  context: OperationContext,
  group: SecurityGroup,
  permissions: IpPermission[] = [],
  ruleIds: string[] = [],
  isEgress: boolean,
): RevokeSecurityGroupIngressResult {
  if (permissions.length === 0 && ruleIds.length === 0) {
    throw new AwsError(
      'MissingParameter',
      "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.",
    );
  }
  const revoked = new Set([
    ...ruleIds.map((id) => getRule(group, id, isEgress)),
    ...readExistingPermissions(context, permissions, isEgress).map((wanted) => getEqualRule(group, wanted)),
  ]);
  const rules = group.rules.filter((rule) => !revoked.has(rule));
  context.cloud.securityGroups.put({ ...group, rules });
  for (const rule of revoked) dropTags(context.cloud, rule.securityGroupRuleId);
  return {
    Return: true,
    UnknownIpPermissions: [],
    RevokedSecurityGroupRules: [...revoked].map((rule) => showRevokedRule(group, rule)),
  };
}

/** The group's rule of this id and direction; otherwise AWS's not-found. */
export function getRule(group: SecurityGroup, id: string, isEgress?: boolean): SecurityGroupRule {
  checkId('sgr', id, 'InvalidSecurityGroupRuleId.Malformed');
  const rule = group.rules.find((rule) => rule.securityGroupRuleId === id);
  if (!rule || (isEgress !== undefined && rule.isEgress !== isEgress)) throw securityGroupRuleNotFound(id);
  return rule;
}

/** The group's rule that says the same; otherwise AWS's not-found. */
export function getEqualRule(group: SecurityGroup, wanted: RuleSpecification): SecurityGroupRule {
  const found = group.rules.find((rule) => ruleKey(rule) === ruleKey(wanted));
  if (found) return found;
  throw new AwsError(
    'InvalidPermission.NotFound',
    'The specified rule does not exist in this security group.',
  );
}
