// What is made with each VPC and goes with it: the main route table, the default security group, the default network ACL.

import type { Cloud } from '../../cloud/cloud.ts';
import type { VpcId } from '../../cloud/id.ts';
import type { NetworkAcl, NetworkAclEntry } from '../../cloud/network-acl.ts';
import type { SecurityGroupRule } from '../../cloud/vpc.ts';
import type { OperationContext } from '../operation.ts';
import { dropTags } from './tag.ts';

export const defaultGroupName = 'default';

export function putVpcCompanions(context: OperationContext, vpcId: VpcId): void {
  const owned = { accountId: context.accountId, region: context.region, vpcId };
  context.cloud.routeTables.put({
    ...owned,
    routeTableId: context.newId('rtb'),
    routes: [],
    associations: [{ routeTableAssociationId: context.newId('rtbassoc') }],
  });
  const groupId = context.newId('sg');
  const fromItself: SecurityGroupRule = {
    ...everything(context, false),
    referencedGroup: { groupId, userId: context.accountId },
  };
  context.cloud.securityGroups.put({
    ...owned,
    groupId,
    groupName: defaultGroupName,
    description: 'default VPC security group',
    rules: [fromItself, allowAllEgress(context)],
  });
  putDefaultNetworkAcl(context.cloud, { ...owned, networkAclId: context.newId('acl'), associations: [] });
}

export function putDefaultNetworkAcl(
  cloud: Cloud,
  acl: Omit<NetworkAcl, 'generation' | 'isDefault' | 'entries'>,
): void {
  cloud.networkAcls.put({ ...acl, isDefault: true, entries: [true, false].map(allowAllEntry) });
}

/** AWS: under number 100, in both directions. */
function allowAllEntry(isEgress: boolean): NetworkAclEntry {
  return { ruleNumber: 100, isEgress, action: 'allow', protocol: '-1', cidrBlock: '0.0.0.0/0' };
}

/** The rule every new group has: out to anywhere. */
export function allowAllEgress(context: OperationContext): SecurityGroupRule {
  return { ...everything(context, true), cidrIpv4: '0.0.0.0/0' };
}

function everything(context: OperationContext, isEgress: boolean): SecurityGroupRule {
  return { securityGroupRuleId: context.newId('sgr'), isEgress, ipProtocol: '-1', fromPort: -1, toPort: -1 };
}

/** For a VPC in which nothing else is left. */
export function deleteVpcCompanions({ cloud }: OperationContext, vpcId: VpcId): void {
  for (const { routeTableId } of cloud.routeTables.where((table) => table.vpcId === vpcId)) {
    cloud.routeTables.delete(routeTableId);
    dropTags(cloud, routeTableId);
  }
  for (const { groupId, rules } of cloud.securityGroups.where((group) => group.vpcId === vpcId)) {
    cloud.securityGroups.delete(groupId);
    for (const id of [groupId, ...rules.map((rule) => rule.securityGroupRuleId)]) dropTags(cloud, id);
  }
  for (const { networkAclId } of cloud.networkAcls.where((acl) => acl.vpcId === vpcId)) {
    cloud.networkAcls.delete(networkAclId);
    dropTags(cloud, networkAclId);
  }
  // AWS: a resolver rule does not hold the VPC.
  for (const { associationId } of cloud.resolverRuleAssociations.where((one) => one.vpcId === vpcId))
    cloud.resolverRuleAssociations.delete(associationId);
}
