// A data folder of an earlier version holds what that version knew. What has become a record since is put there once, at the start.

import type { Cloud } from '../../cloud/cloud.ts';
import type { NetworkAclId, NewId } from '../../cloud/id.ts';
import type { Vpc } from '../../cloud/vpc.ts';
import { putDefaultNetworkAcl } from './vpc-companion.ts';

/** VPCs whose default network ACL was their own field and no record. */
export function completeOlderCloud(cloud: Cloud, newId: NewId): void {
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
