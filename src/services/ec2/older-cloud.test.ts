import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness } from '../../../test/operation-harness.ts';
import { describeDhcpOptions } from './dhcp-options.ts';
import { describeNetworkAcls } from './network-acl.ts';
import { completeOlderCloud } from './older-cloud.ts';
import { createSubnet, describeSubnets } from './subnet.ts';
import { createVpc } from './vpc.ts';

test('a VPC of a version without records of ACLs and DHCP options gets its default ones, under the ids they were shown with', () => {
  const { run, store } = newHarness();
  const { Vpc } = run(createVpc, { CidrBlock: '10.0.0.0/16' });
  const { Subnet } = run(createSubnet, { VpcId: Vpc!.VpcId, CidrBlock: '10.0.1.0/24' });
  store.change((cloud) => {
    for (const { networkAclId } of [...cloud.networkAcls.all()]) cloud.networkAcls.delete(networkAclId);
    for (const { dhcpOptionsId } of [...cloud.dhcpOptions.all()]) cloud.dhcpOptions.delete(dhcpOptionsId);
    const vpc = cloud.vpcs.find(Vpc!.VpcId!)!;
    cloud.vpcs.put({ ...vpc, networkAclId: 'acl-0123456789abcdef0' } as typeof vpc);
  });
  const newId = <P extends string>(prefix: P) => `${prefix}-00000000000000001` as const;
  store.change((cloud) => completeOlderCloud(cloud, newId));
  const { NetworkAcls } = run(describeNetworkAcls, {});
  assert.deepEqual(
    NetworkAcls!.map(({ NetworkAclId, IsDefault, Associations }) => [
      NetworkAclId,
      IsDefault,
      Associations!.map(({ SubnetId }) => SubnetId),
    ]),
    [['acl-0123456789abcdef0', true, [Subnet!.SubnetId]]],
  );
  const { DhcpOptions } = run(describeDhcpOptions, {});
  assert.deepEqual(
    DhcpOptions!.map(({ DhcpOptionsId, DhcpConfigurations }) => [DhcpOptionsId, DhcpConfigurations!.length]),
    [[Vpc!.DhcpOptionsId, 2]],
  );
  run(createSubnet, { VpcId: Vpc!.VpcId, CidrBlock: '10.0.2.0/24' });
  const { generation } = store.cloud;
  store.change((cloud) => completeOlderCloud(cloud, newId));
  assert.equal(store.cloud.generation, generation, 'once is enough');
  assert.equal(run(describeSubnets, {}).Subnets!.length, 2);
});
