// Network ACLs, prefix lists and a peering's options through the official SDK: their names on the wire are AWS's own.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createVpc, failure, startSdkCloud } from './sdk-cloud.ts';

const cloud = await startSdkCloud();
after(() => cloud.close());
const ours = cloud.ec2('111111111111');

test('a network ACL is filled, changed, given to a subnet, and found by what is in it', async () => {
  const { vpcId: VpcId } = await createVpc(ours, []);
  const { Subnet } = await ours.createSubnet({ VpcId, CidrBlock: '10.0.1.0/24' });
  const made = await ours.createNetworkAcl({
    VpcId,
    ClientToken: 'once',
    TagSpecifications: [{ ResourceType: 'network-acl', Tags: [{ Key: 'Name', Value: 'back' }] }],
  });
  assert.equal(made.ClientToken, 'once');
  const NetworkAclId = made.NetworkAcl!.NetworkAclId!;
  const web = {
    ...{ NetworkAclId, RuleNumber: 100, Egress: false, Protocol: '6', RuleAction: 'allow' as const },
    ...{ CidrBlock: '10.0.0.0/16', PortRange: { From: 80, To: 80 } },
  };
  await ours.createNetworkAclEntry(web);
  await assert.rejects(
    ours.createNetworkAclEntry(web),
    failure('NetworkAclEntryAlreadyExists', 'The network acl entry identified by 100 already exists.'),
  );
  const { PortRange: _, ...ping } = web;
  await ours.createNetworkAclEntry({
    ...ping,
    RuleNumber: 90,
    Protocol: '1',
    IcmpTypeCode: { Type: 8, Code: -1 },
  });
  await ours.replaceNetworkAclEntry({ ...web, RuleAction: 'deny' });
  const byType = { Filters: [{ Name: 'entry.icmp.type', Values: ['8'] }] };
  const [found] = (await ours.describeNetworkAcls(byType)).NetworkAcls!;
  const shown = found!.Entries!.filter(({ Egress, RuleNumber }) => !Egress && RuleNumber! < 32767);
  assert.deepEqual(shown, [
    {
      ...{ CidrBlock: '10.0.0.0/16', Egress: false, IcmpTypeCode: { Code: -1, Type: 8 } },
      ...{ Protocol: '1', RuleAction: 'allow', RuleNumber: 90 },
    },
    {
      ...{ CidrBlock: '10.0.0.0/16', Egress: false, PortRange: { From: 80, To: 80 } },
      ...{ Protocol: '6', RuleAction: 'deny', RuleNumber: 100 },
    },
  ]);
  const bySubnet = { Filters: [{ Name: 'association.subnet-id', Values: [Subnet!.SubnetId!] }] };
  const before = (await ours.describeNetworkAcls(bySubnet)).NetworkAcls![0]!;
  assert.equal(before.IsDefault, true);
  const AssociationId = before.Associations![0]!.NetworkAclAssociationId;
  const { NewAssociationId } = await ours.replaceNetworkAclAssociation({ AssociationId, NetworkAclId });
  const after = (await ours.describeNetworkAcls(bySubnet)).NetworkAcls![0]!;
  assert.deepEqual(after.Associations, [
    { NetworkAclAssociationId: NewAssociationId, NetworkAclId, SubnetId: Subnet!.SubnetId },
  ]);
  await ours.deleteNetworkAclEntry({ NetworkAclId, RuleNumber: 90, Egress: false });
  await assert.rejects(ours.deleteNetworkAcl({ NetworkAclId }), failure('DependencyViolation'));
});

test('a prefix list has its versions, and stands in a route', async () => {
  const { PrefixList } = await ours.createManagedPrefixList({
    ...{ PrefixListName: 'offices', AddressFamily: 'IPv4', MaxEntries: 5 },
    Entries: [{ Cidr: '198.51.100.0/24', Description: 'Bern' }],
  });
  const { PrefixListId, State, Version, MaxEntries } = PrefixList!;
  assert.deepEqual([State, Version, MaxEntries], ['create-complete', 1, 5]);
  await ours.modifyManagedPrefixList({
    ...{ PrefixListId, CurrentVersion: 1, AddEntries: [{ Cidr: '192.0.2.0/24' }] },
    RemoveEntries: [{ Cidr: '198.51.100.0/24' }],
  });
  const entries = await ours.getManagedPrefixListEntries({ PrefixListId, TargetVersion: 1 });
  assert.deepEqual(entries.Entries, [{ Cidr: '198.51.100.0/24', Description: 'Bern' }]);
  const restored = await ours.restoreManagedPrefixListVersion({
    ...{ PrefixListId, PreviousVersion: 1, CurrentVersion: 2 },
  });
  assert.equal(restored.PrefixList!.Version, 3);
  const { vpcId: VpcId } = await createVpc(ours, []);
  const { InternetGateway } = await ours.createInternetGateway({});
  const { InternetGatewayId } = InternetGateway!;
  await ours.attachInternetGateway({ InternetGatewayId, VpcId });
  const { RouteTable } = await ours.createRouteTable({ VpcId });
  const { RouteTableId } = RouteTable!;
  await ours.createRoute({
    RouteTableId,
    DestinationPrefixListId: PrefixListId,
    GatewayId: InternetGatewayId,
  });
  const { RouteTables } = await ours.describeRouteTables({ RouteTableIds: [RouteTableId!] });
  assert.equal(RouteTables![0]!.Routes![1]!.DestinationPrefixListId, PrefixListId);
  const users = await ours.getManagedPrefixListAssociations({ PrefixListId });
  assert.deepEqual(users.PrefixListAssociations, [
    { ResourceId: RouteTableId, ResourceOwner: '111111111111' },
  ]);
  assert.equal(
    (await ours.deleteManagedPrefixList({ PrefixListId })).PrefixList!.State,
    'delete-in-progress',
  );
  const { PrefixLists } = await ours.describeManagedPrefixLists({ PrefixListIds: [PrefixListId!] });
  assert.equal(PrefixLists![0]!.State, 'delete-failed');
});

test('a peering’s options, stale groups and references have their shapes', async () => {
  const [here, there] = [await createVpc(ours, []), await createVpc(ours, [], '10.1.0.0/16')];
  for (const { vpcId: VpcId } of [here, there])
    await ours.modifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } });
  const asked = await ours.createVpcPeeringConnection({ VpcId: here.vpcId, PeerVpcId: there.vpcId });
  const { VpcPeeringConnectionId } = asked.VpcPeeringConnection!;
  await ours.acceptVpcPeeringConnection({ VpcPeeringConnectionId });
  const options = await ours.modifyVpcPeeringConnectionOptions({
    VpcPeeringConnectionId,
    AccepterPeeringConnectionOptions: { AllowDnsResolutionFromRemoteVpc: true },
  });
  assert.equal(options.AccepterPeeringConnectionOptions!.AllowDnsResolutionFromRemoteVpc, true);
  const group = (VpcId: string) => ours.createSecurityGroup({ VpcId, GroupName: 'web', Description: 'web' });
  const [{ GroupId }, { GroupId: peer }] = [await group(here.vpcId), await group(there.vpcId)];
  await ours.authorizeSecurityGroupIngress({
    GroupId,
    IpPermissions: [{ IpProtocol: 'tcp', FromPort: 80, ToPort: 80, UserIdGroupPairs: [{ GroupId: peer }] }],
  });
  const references = await ours.describeSecurityGroupReferences({ GroupId: [peer!] });
  assert.deepEqual(references.SecurityGroupReferenceSet, [
    { GroupId: peer, ReferencingVpcId: here.vpcId, VpcPeeringConnectionId },
  ]);
  await ours.deleteVpcPeeringConnection({ VpcPeeringConnectionId });
  const { StaleSecurityGroupSet } = await ours.describeStaleSecurityGroups({ VpcId: here.vpcId });
  const [pair] = StaleSecurityGroupSet![0]!.StaleIpPermissions![0]!.UserIdGroupPairs!;
  assert.deepEqual(pair, {
    ...{ GroupId: peer, UserId: '111111111111', VpcId: there.vpcId },
    ...{ VpcPeeringConnectionId, PeeringStatus: 'deleted' },
  });
});
