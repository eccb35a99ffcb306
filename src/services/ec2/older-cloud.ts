// A data folder of an earlier version holds what that version knew. What has become a record since is put there once, at the start.

import type { Cloud } from '../../cloud/cloud.ts';
import { type DhcpOptionsId, defaultConfigurations, noDhcpOptions } from '../../cloud/dhcp-options.ts';
import type { NetworkAclId, NewId } from '../../cloud/id.ts';
import type { Vpc } from '../../cloud/vpc.ts';
import { putDefaultNetworkAcl } from './vpc-companion.ts';

export function completeOlderCloud(cloud: Cloud, newId: NewId): void {
  addNetworkAcls(cloud, newId);
  addDhcpOptions(cloud);
}

/** Default DHCP options were an id that VPCs of an account and region shared. */
function addDhcpOptions(cloud: Cloud): void {
  for (const { accountId, region, dhcpOptionsId } of cloud.vpcs.all().toArray()) {
    if (dhcpOptionsId === noDhcpOptions || cloud.dhcpOptions.has(dhcpOptionsId)) continue;
    cloud.dhcpOptions.put({
      ...{ dhcpOptionsId: dhcpOptionsId as DhcpOptionsId, accountId, region },
      ...{ isDefault: true, configurations: defaultConfigurations(region) },
    });
  }
}

/** A VPC's default network ACL was its own field and no record. */
function addNetworkAcls(cloud: Cloud, newId: NewId): void {
  const complete = new Set(cloud.networkAcls.all().map(({ vpcId }) => vpcId));
  for (const vpc of cloud.vpcs.where(({ vpcId }) => !complete.has(vpcId))) {
    const { accountId, region, vpcId } = vpc;
    const { networkAclId = newId('acl') } = vpc as Vpc & { networkAclId?: NetworkAclId };
    const subnets = cloud.subnets.where((subnet) => subnet.vpcId === vpcId);
    const associations = subnets.map(({ subnetId }) => ({
      networkAclAssociationId: newId('aclassoc'),
      subnetId,
    }));
    putDefaultNetworkAcl(cloud, { accountId, region, vpcId, networkAclId, associations });
  }
}
