// References between security groups of peered VPCs, seen from either end: who names my groups, and which rules of mine
// name what is no longer there. AWS: such a rule stays when the peering or the other group goes; it is stale.

import type {
  DescribeSecurityGroupReferencesRequest,
  DescribeSecurityGroupReferencesResult,
  DescribeStaleSecurityGroupsRequest,
  DescribeStaleSecurityGroupsResult,
  StaleIpPermission,
  StaleSecurityGroup,
} from '@aws-sdk/client-ec2';
import type { Cloud } from '../../cloud/cloud.ts';
import type { SecurityGroup, SecurityGroupRule } from '../../cloud/vpc.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { requireParameter } from './errors.ts';
import { showIpPermissions } from './ip-permission-show.ts';
import { isOwn } from './ownership.ts';
import { paginate } from './pagination.ts';
import { getSecurityGroup } from './security-group.ts';
import { getVpc } from './vpc.ts';

/** The VPCs on the other sides whose groups name the given ones. */
export function describeSecurityGroupReferences(
  input: DescribeSecurityGroupReferencesRequest,
  context: OperationContext,
): DescribeSecurityGroupReferencesResult {
  acceptParameters('DescribeSecurityGroupReferences', input, 'GroupId');
  const ids = requireParameter('GroupId', input.GroupId);
  const groups = [...new Set(ids)].map((id) => getSecurityGroup(context, id));
  const SecurityGroupReferenceSet = groups.flatMap(({ groupId, vpcId }) => {
    const found = new Map<string, object>();
    for (const other of context.cloud.securityGroups.all()) {
      if (other.vpcId === vpcId) continue;
      for (const { referencedGroup } of other.rules) {
        if (referencedGroup?.groupId !== groupId) continue;
        const { vpcPeeringConnectionId } = referencedGroup;
        found.set(`${other.vpcId} ${vpcPeeringConnectionId}`, {
          GroupId: groupId,
          ReferencingVpcId: other.vpcId,
          VpcPeeringConnectionId: vpcPeeringConnectionId,
        });
      }
    }
    return [...found.values()];
  });
  return { SecurityGroupReferenceSet };
}

export function describeStaleSecurityGroups(
  input: DescribeStaleSecurityGroupsRequest,
  context: OperationContext,
): DescribeStaleSecurityGroupsResult {
  acceptParameters('DescribeStaleSecurityGroups', input, 'VpcId', 'MaxResults', 'NextToken');
  const { vpcId } = getVpc(context, requireParameter('VpcId', input.VpcId));
  const { cloud } = context;
  const stale = cloud.securityGroups
    .where((group) => isOwn(context, group) && group.vpcId === vpcId)
    .map((group) => ({ ...group, rules: group.rules.filter((rule) => isStale(cloud, rule)) }))
    .filter(({ rules }) => rules.length > 0);
  const limits = { minimum: 5, maximum: 255 };
  const { page, nextToken } = paginate(stale, input, limits, (group) => group.groupId);
  return {
    StaleSecurityGroupSet: page.map((group) => showStale(cloud, group)),
    ...(nextToken && { NextToken: nextToken }),
  };
}

function isStale(cloud: Cloud, { referencedGroup }: SecurityGroupRule): boolean {
  if (!referencedGroup) return false;
  const { groupId, vpcPeeringConnectionId } = referencedGroup;
  if (!cloud.securityGroups.has(groupId)) return true;
  return (
    vpcPeeringConnectionId !== undefined &&
    cloud.vpcPeeringConnections.find(vpcPeeringConnectionId)?.status !== 'active'
  );
}

/** @param group with its stale rules alone */
function showStale(cloud: Cloud, group: SecurityGroup): StaleSecurityGroup {
  const permissions = (isEgress: boolean): StaleIpPermission[] =>
    showIpPermissions(cloud, group, isEgress).map(({ IpProtocol, FromPort, ToPort, UserIdGroupPairs }) => ({
      IpProtocol,
      ...(FromPort !== undefined && { FromPort }),
      ...(ToPort !== undefined && { ToPort }),
      IpRanges: [],
      PrefixListIds: [],
      UserIdGroupPairs: UserIdGroupPairs ?? [],
    }));
  return {
    GroupId: group.groupId,
    GroupName: group.groupName,
    Description: group.description,
    VpcId: group.vpcId,
    StaleIpPermissions: permissions(false),
    StaleIpPermissionsEgress: permissions(true),
  };
}
