// A VPC and what is in it through the official SDK: what goes over the wire is what its types promise.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  waitUntilSubnetAvailable,
  waitUntilVpcAvailable,
  waitUntilVpcPeeringConnectionExists,
} from '@aws-sdk/client-ec2';
import { createVpc, failure, startSdkCloud } from './sdk-cloud.ts';

const cloud = await startSdkCloud();
after(() => cloud.close());
const ours = cloud.ec2('111111111111');
const theirs = cloud.ec2('222222222222');

const filter = (Name: string, ...Values: string[]) => ({ Filters: [{ Name, Values }] });

test('a VPC is made, waited for, changed, found and deleted', async () => {
  const { Vpc: vpc } = await ours.createVpc({
    CidrBlock: '10.0.0.0/16',
    TagSpecifications: [{ ResourceType: 'vpc', Tags: [{ Key: 'Name', Value: 'first <&> "quoted"' }] }],
  });
  const VpcId = vpc!.VpcId!;
  assert.match(VpcId, /^vpc-[0-9a-f]{17}$/);
  await waitUntilVpcAvailable({ client: ours, minDelay: 1, maxWaitTime: 10 }, { VpcIds: [VpcId] });
  await ours.modifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } });
  const attribute = await ours.describeVpcAttribute({ VpcId, Attribute: 'enableDnsHostnames' });
  assert.deepEqual(attribute.EnableDnsHostnames, { Value: true });
  const { Vpcs: found } = await ours.describeVpcs(filter('tag:Name', 'first*'));
  assert.deepEqual(
    found!.map((each) => each.VpcId),
    [VpcId],
  );
  assert.deepEqual(found![0]!.Tags, [{ Key: 'Name', Value: 'first <&> "quoted"' }]);
  assert.equal(found![0]!.IsDefault, false);
  await ours.deleteVpc({ VpcId });
  const missing = failure('InvalidVpcID.NotFound', `The vpc ID '${VpcId}' does not exist`);
  await assert.rejects(ours.describeVpcs({ VpcIds: [VpcId] }), missing);
});

test('what Terraform asks of a new VPC is there', async () => {
  const { vpcId } = await createVpc(ours, []);
  const byVpc = { Name: 'vpc-id', Values: [vpcId] };
  const tables = await ours.describeRouteTables({
    Filters: [byVpc, { Name: 'association.main', Values: ['true'] }],
  });
  assert.equal(tables.RouteTables!.length, 1);
  const groups = await ours.describeSecurityGroups({
    Filters: [byVpc, { Name: 'group-name', Values: ['default'] }],
  });
  assert.equal(groups.SecurityGroups!.length, 1);
  const acls = await ours.describeNetworkAcls({ Filters: [byVpc, { Name: 'default', Values: ['true'] }] });
  assert.equal(acls.NetworkAcls![0]!.Entries!.length, 4);
});

test('what Terraform asks of a new endpoint and a new instance is answered', async () => {
  const named = (Name: string) => ({ Filters: [{ Name, Values: ['x'] }] });
  assert.deepEqual((await ours.describePrefixLists(named('prefix-list-name'))).PrefixLists, []);
  assert.deepEqual((await ours.describeVolumes(named('attachment.instance-id'))).Volumes, []);
  const profiles = await ours.describeIamInstanceProfileAssociations(named('instance-id'));
  assert.deepEqual(profiles.IamInstanceProfileAssociations, []);
  const credits = await ours.describeInstanceCreditSpecifications({});
  assert.deepEqual(credits.InstanceCreditSpecifications, []);
  assert.deepEqual((await ours.describeKeyPairs({})).KeyPairs, []);
  const { AccountAttributes } = await ours.describeAccountAttributes({ AttributeNames: ['default-vpc'] });
  assert.deepEqual(AccountAttributes![0]!.AttributeValues, [{ AttributeValue: 'none' }]);
  await assert.rejects(
    ours.describePrefixLists({ PrefixListIds: ['pl-00000000'] }),
    failure('InvalidPrefixListId.NotFound', "The prefix list ID 'pl-00000000' does not exist"),
  );
});

test('a subnet is made in the zone that was asked for and waited for', async () => {
  const { vpcId: VpcId } = await createVpc(ours, []);
  const { Subnet: subnet } = await ours.createSubnet({
    VpcId,
    CidrBlock: '10.0.7.0/24',
    AvailabilityZoneId: 'use1-az2',
  });
  await waitUntilSubnetAvailable(
    { client: ours, minDelay: 1, maxWaitTime: 10 },
    { SubnetIds: [subnet!.SubnetId!] },
  );
  assert.equal(subnet!.AvailabilityZone, 'us-east-1b');
  assert.equal(subnet!.AvailableIpAddressCount, 251);
  const again = ours.createSubnet({ VpcId, CidrBlock: '10.0.7.128/25' });
  await assert.rejects(
    again,
    failure('InvalidSubnet.Conflict', "The CIDR '10.0.7.128/25' conflicts with another subnet"),
  );
});

test('a group with rules by range and by group is read back as it was written', async () => {
  const { vpcId: VpcId } = await createVpc(ours, []);
  const { GroupId } = await ours.createSecurityGroup({ VpcId, GroupName: 'web', Description: 'web servers' });
  const IpPermissions = [
    {
      IpProtocol: 'tcp',
      FromPort: 443,
      ToPort: 443,
      IpRanges: [{ CidrIp: '10.0.0.0/16', Description: 'the VPC' }],
      UserIdGroupPairs: [{ GroupId }],
    },
  ];
  const { SecurityGroupRules: rules } = await ours.authorizeSecurityGroupIngress({ GroupId, IpPermissions });
  assert.equal(rules!.length, 2);
  assert.equal(rules![1]!.ReferencedGroupInfo!.GroupId, GroupId);
  const { SecurityGroups: groups } = await ours.describeSecurityGroups({ GroupIds: [GroupId!] });
  assert.deepEqual(groups![0]!.IpPermissions![0]!.IpRanges, [
    { CidrIp: '10.0.0.0/16', Description: 'the VPC' },
  ]);
  const ids = rules!.map((rule) => rule.SecurityGroupRuleId!);
  await ours.revokeSecurityGroupIngress({ GroupId, SecurityGroupRuleIds: ids });
  const left = await ours.describeSecurityGroupRules(filter('group-id', GroupId!));
  assert.deepEqual(
    left.SecurityGroupRules!.map((rule) => rule.IsEgress),
    [true],
  );
});

test('a request nobody has built is refused, and a dry run changes nothing', async () => {
  await assert.rejects(
    ours.createVpc({ CidrBlock: '10.0.0.0/16', Ipv6Pool: 'x' }),
    failure('NotImplemented'),
  );
  const before = (await ours.describeVpcs({})).Vpcs!.length;
  await assert.rejects(
    ours.createVpc({ CidrBlock: '10.0.0.0/16', DryRun: true }),
    failure('DryRunOperation'),
  );
  assert.equal((await ours.describeVpcs({})).Vpcs!.length, before);
});

test('overlapping ranges cannot be peered, others can, and the routes follow', async () => {
  const [ourVpc, sameRange, otherRange] = [
    await createVpc(ours, ['a']),
    await createVpc(theirs, []),
    await createVpc(theirs, [], '10.1.0.0/16'),
  ];
  const ask = async (PeerVpcId: string) => {
    const input = { VpcId: ourVpc.vpcId, PeerVpcId, PeerOwnerId: '222222222222' };
    return (await ours.createVpcPeeringConnection(input)).VpcPeeringConnection!;
  };
  const failed = await ask(sameRange.vpcId);
  assert.equal(failed.Status!.Code, 'failed');

  const { VpcPeeringConnectionId, ExpirationTime } = await ask(otherRange.vpcId);
  assert.ok(ExpirationTime instanceof Date);
  const ids = { VpcPeeringConnectionIds: [VpcPeeringConnectionId!] };
  await waitUntilVpcPeeringConnectionExists({ client: theirs, minDelay: 1, maxWaitTime: 10 }, ids);
  await theirs.acceptVpcPeeringConnection({ VpcPeeringConnectionId });
  const { VpcPeeringConnections: seen } = await ours.describeVpcPeeringConnections(ids);
  assert.equal(seen![0]!.Status!.Code, 'active');

  const { RouteTable: table } = await ours.createRouteTable({ VpcId: ourVpc.vpcId });
  const RouteTableId = table!.RouteTableId!;
  await ours.associateRouteTable({ RouteTableId, SubnetId: ourVpc.subnetIds[0]! });
  await ours.createRoute({ RouteTableId, DestinationCidrBlock: '10.1.0.0/16', VpcPeeringConnectionId });
  await theirs.deleteVpcPeeringConnection({ VpcPeeringConnectionId });
  const { RouteTables: tables } = await ours.describeRouteTables({ RouteTableIds: [RouteTableId] });
  assert.deepEqual(
    tables![0]!.Routes!.map((route) => route.State),
    ['active', 'blackhole'],
  );
});

test('pages of a paginated call hold everything once', async () => {
  const elsewhere = cloud.ec2('444444444444', 'eu-west-1');
  for (let index = 0; index < 12; index++) await elsewhere.createVpc({ CidrBlock: `10.${index}.0.0/16` });
  const seen: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await elsewhere.describeVpcs({ MaxResults: 5, ...(NextToken && { NextToken }) });
    seen.push(...page.Vpcs!.map((vpc) => vpc.CidrBlock!));
    NextToken = page.NextToken;
  } while (NextToken && seen.length < 20);
  assert.deepEqual(
    seen,
    Array.from({ length: 12 }, (_, index) => `10.${index}.0.0/16`),
  );
});

test('regions and zones are described', async () => {
  const { Regions: regions } = await ours.describeRegions({});
  assert.ok(regions!.some((region) => region.RegionName === 'us-east-1'));
  const { AvailabilityZones: zones } = await cloud
    .ec2('111111111111', 'eu-central-1')
    .describeAvailabilityZones({});
  assert.deepEqual(
    zones!.map((zone) => zone.ZoneId),
    ['euc1-az1', 'euc1-az2', 'euc1-az3'],
  );
});
