// Security groups: named sets of rules in a VPC. The group named `default` is the VPC's own and cannot be deleted.

import type {
  CreateSecurityGroupRequest,
  CreateSecurityGroupResult,
  DeleteSecurityGroupRequest,
  DeleteSecurityGroupResult,
  DescribeSecurityGroupsRequest,
  DescribeSecurityGroupsResult,
  SecurityGroup as SecurityGroupShape,
} from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import { securityGroupDependents } from '../../cloud/dependents.ts';
import type { VpcId } from '../../cloud/id.ts';
import type { SecurityGroup } from '../../cloud/vpc.ts';
import { arnOf } from '../../lib/arn.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import {
  checkId,
  groupNotFound,
  hasDependentObject,
  invalidParameterValue,
  missingParameter,
  requireParameter,
} from './errors.ts';
import { applyFilters, type FilterFields } from './filter.ts';
import { permissionFields, showIpPermissions } from './ip-permission-show.ts';
import { findOwn, selectOwn } from './ownership.ts';
import { paginate, refuseIdsWithMaxResults } from './pagination.ts';
import { dropTags, findTags, putTags, showTags, tagsFromSpecifications } from './tag.ts';
import { getVpc } from './vpc.ts';
import { allowAllEgress, defaultGroupName } from './vpc-companion.ts';

const textPattern = /^[a-zA-Z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/;

export function createSecurityGroup(
  input: CreateSecurityGroupRequest,
  context: OperationContext,
): CreateSecurityGroupResult {
  acceptParameters('CreateSecurityGroup', input, 'GroupName', 'Description', 'VpcId', 'TagSpecifications');
  const groupName = requireParameter('GroupName', input.GroupName);
  // AWS: the wire calls it GroupDescription.
  const description = requireParameter('GroupDescription', input.Description);
  const { vpcId } = getVpc(context, requireVpcId(input.VpcId));
  checkGroupName(context.cloud, groupName, vpcId);
  if (!textPattern.test(description)) {
    throw invalidParameterValue(`Value (${description}) for parameter GroupDescription is invalid.`);
  }
  const tags = tagsFromSpecifications(input.TagSpecifications, 'security-group');

  const group = context.cloud.securityGroups.put({
    groupId: context.newId('sg'),
    accountId: context.accountId,
    region: context.region,
    groupName,
    description,
    vpcId,
    rules: [allowAllEgress(context)],
  });
  putTags(context, group.groupId, 'security-group', tags);
  return {
    GroupId: group.groupId,
    SecurityGroupArn: securityGroupArn(group),
    Tags: showTags(context.cloud, group.groupId),
  };
}

/** DIFFERS: default-vpc no account has a default VPC, so that a group's VPC must be named. */
function requireVpcId(vpcId: string | undefined): string {
  if (!vpcId) throw new AwsError('VPCIdNotSpecified', 'No default VPC for this user');
  return vpcId;
}

function checkGroupName(cloud: Cloud, groupName: string, vpcId: VpcId): void {
  const text = `Value (${groupName}) for parameter GroupName is invalid.`;
  if (!textPattern.test(groupName)) throw invalidParameterValue(text);
  if (groupName.startsWith('sg-')) {
    throw invalidParameterValue(`${text} Group names may not be in the format sg-*.`);
  }
  if (groupName === defaultGroupName) {
    throw new AwsError('InvalidGroup.Reserved', `Cannot use reserved security group name: ${groupName}`);
  }
  if (cloud.securityGroups.all().some((group) => group.vpcId === vpcId && group.groupName === groupName)) {
    const message = `The security group '${groupName}' already exists for VPC '${vpcId}'`;
    throw new AwsError('InvalidGroup.Duplicate', message);
  }
}

const securityGroupFields = (cloud: Cloud): FilterFields<SecurityGroup> => ({
  description: (group) => group.description,
  'group-id': (group) => group.groupId,
  'group-name': (group) => group.groupName,
  'owner-id': (group) => group.accountId,
  'vpc-id': (group) => group.vpcId,
  ...permissionFields(cloud, 'ip-permission', false),
  ...permissionFields(cloud, 'egress.ip-permission', true),
});

export function describeSecurityGroups(
  input: DescribeSecurityGroupsRequest,
  context: OperationContext,
): DescribeSecurityGroupsResult {
  acceptParameters(
    'DescribeSecurityGroups',
    input,
    'GroupIds',
    'GroupNames',
    'Filters',
    'MaxResults',
    'NextToken',
  );
  refuseIdsWithMaxResults('GroupIds', input.GroupIds, input.MaxResults);
  refuseGroupNames(input.GroupNames);
  const { cloud } = context;
  const ids = input.GroupIds;
  const selected = selectOwn(
    context,
    ids,
    (id) => getSecurityGroup(context, id),
    () => cloud.securityGroups.all(),
  );
  const tagsOf = (group: SecurityGroup) => findTags(cloud, group.groupId);
  const matching = applyFilters(selected, input.Filters, securityGroupFields(cloud), tagsOf);
  const { page, nextToken } = paginate(matching, input, undefined, (group) => group.groupId);
  const SecurityGroups = page.map((group) => showSecurityGroup(context, group));
  return { SecurityGroups, ...(nextToken && { NextToken: nextToken }) };
}

/** AWS: groups are found by name in the default VPC alone; there is none. */
function refuseGroupNames(groupNames: string[] | undefined): void {
  if (!groupNames || groupNames.length === 0) return;
  const message = `The security group '${groupNames[0]}' does not exist in default VPC 'none'`;
  throw new AwsError('InvalidGroup.NotFound', message);
}

export function deleteSecurityGroup(
  input: DeleteSecurityGroupRequest,
  context: OperationContext,
): DeleteSecurityGroupResult {
  acceptParameters('DeleteSecurityGroup', input, 'GroupId', 'GroupName');
  const { groupId, groupName, rules } = getSecurityGroupOf(context, input);
  if (groupName === defaultGroupName) {
    throw new AwsError(
      'CannotDelete',
      `the specified group: "${groupId}" name: "${groupName}" cannot be deleted by a user`,
    );
  }
  if (securityGroupDependents(context.cloud, groupId).length > 0) throw hasDependentObject(groupId);
  context.cloud.securityGroups.delete(groupId);
  for (const id of [groupId, ...rules.map((rule) => rule.securityGroupRuleId)]) dropTags(context.cloud, id);
  return { Return: true, GroupId: groupId };
}

/** The group an operation is about, which takes `GroupId` or, in a default VPC, `GroupName`. */
export function getSecurityGroupOf(
  context: OperationContext,
  input: { GroupId?: string | undefined; GroupName?: string | undefined },
): SecurityGroup {
  if (input.GroupId) return getSecurityGroup(context, input.GroupId);
  refuseGroupNames(input.GroupName ? [input.GroupName] : undefined);
  throw missingParameter('groupName or groupId');
}

/** The caller's security group; otherwise AWS's not-found. */
export function getSecurityGroup(context: OperationContext, groupId: string): SecurityGroup {
  checkId('sg', groupId, 'InvalidGroupId.Malformed');
  const group = findOwn(context, context.cloud.securityGroups.find(groupId));
  if (!group) throw groupNotFound(groupId);
  return group;
}

function securityGroupArn(group: SecurityGroup): string {
  return arnOf('ec2', group.region, group.accountId, `security-group/${group.groupId}`);
}

function showSecurityGroup(context: OperationContext, group: SecurityGroup): SecurityGroupShape {
  return {
    GroupId: group.groupId,
    GroupName: group.groupName,
    Description: group.description,
    VpcId: group.vpcId,
    OwnerId: group.accountId,
    SecurityGroupArn: securityGroupArn(group),
    IpPermissions: showIpPermissions(context.cloud, group, false),
    IpPermissionsEgress: showIpPermissions(context.cloud, group, true),
    Tags: showTags(context.cloud, group.groupId),
  };
}
