import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeVpc } from '../../../test/vpc-fixture.ts';
import {
  describeManagedPrefixLists,
  describePrefixLists,
  getManagedPrefixListAssociations,
  getManagedPrefixListEntries,
} from './prefix-list.ts';
import { createRouteTable } from './route-table.ts';
import { createSecurityGroup, describeSecurityGroups } from './security-group.ts';
import {
  authorizeSecurityGroupEgress,
  authorizeSecurityGroupIngress,
  revokeSecurityGroupEgress,
} from './security-group-rule.ts';
import { modifySecurityGroupRules } from './security-group-rule-change.ts';
import { describeSecurityGroupRules } from './security-group-rule-show.ts';
import { createVpcEndpoint } from './vpc-endpoint.ts';

const s3List = 'pl-63a5400a';
const s3Cidrs = ['52.216.0.0/15', '54.231.0.0/16'];
const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 };

test('AWS’s own lists are those of the caller’s region, in either look', () => {
  const { run } = newHarness();
  const names = (region: string) =>
    run(describePrefixLists, {}, { region }).PrefixLists!.map((list) => list.PrefixListName);
  assert.deepEqual(names('us-east-1'), ['com.amazonaws.us-east-1.s3', 'com.amazonaws.us-east-1.dynamodb']);
  assert.deepEqual(names('ap-south-2'), ['com.amazonaws.ap-south-2.s3', 'com.amazonaws.ap-south-2.dynamodb']);
  const Filters = [{ Name: 'prefix-list-name', Values: ['*.s3'] }];
  assert.deepEqual(run(describePrefixLists, { Filters }).PrefixLists, [
    { PrefixListId: s3List, PrefixListName: 'com.amazonaws.us-east-1.s3', Cidrs: s3Cidrs },
  ]);
  assert.deepEqual(run(describeManagedPrefixLists, { Filters }).PrefixLists, [
    {
      PrefixListId: s3List,
      AddressFamily: 'IPv4',
      State: 'create-complete',
      PrefixListArn: `arn:aws:ec2:us-east-1:aws:prefix-list/${s3List}`,
      PrefixListName: 'com.amazonaws.us-east-1.s3',
      Tags: [],
      OwnerId: 'AWS',
    },
  ]);
  const mine = { Filters: [{ Name: 'owner-id', Values: ['111111111111'] }] };
  assert.deepEqual(run(describeManagedPrefixLists, mine).PrefixLists, []);
});

test('a list’s entries come in pages', () => {
  const { run } = newHarness();
  const PrefixListId = s3List;
  const { Entries, NextToken } = run(getManagedPrefixListEntries, { PrefixListId, MaxResults: 1 });
  assert.deepEqual(Entries, [{ Cidr: s3Cidrs[0] }]);
  const rest = run(getManagedPrefixListEntries, { PrefixListId, MaxResults: 1, NextToken: NextToken! });
  assert.deepEqual(rest, { Entries: [{ Cidr: s3Cidrs[1] }] });
});

test('a list that is not there is told from an id that is none, in each operation’s own code', () => {
  const { run } = newHarness();
  const old = (id: string) => run(describePrefixLists, { PrefixListIds: [id] });
  assert.throws(() => old('pl-00000000'), refusal('InvalidPrefixListId.NotFound', /'pl-00000000'/));
  assert.throws(() => old('pl-s3'), refusal('InvalidPrefixListId.Malformed'));
  const managed = (id: string) => run(describeManagedPrefixLists, { PrefixListIds: [id] });
  assert.throws(() => managed('pl-00000000'), refusal('InvalidPrefixListID.NotFound'));
  assert.throws(() => managed('pl-s3'), refusal('InvalidPrefixListID.Malformed'));
  assert.throws(
    () => run(getManagedPrefixListEntries, { PrefixListId: s3List }, { region: 'eu-west-1' }),
    refusal('InvalidPrefixListID.NotFound'),
  );
});

test('a rule names a list, and is found, changed and revoked by it', () => {
  const harness = newHarness();
  const { run } = harness;
  const { VpcId } = makeVpc(harness);
  const GroupId = run(createSecurityGroup, { GroupName: 'a', Description: 'a', VpcId }).GroupId!;
  const IpPermissions = [{ ...https, PrefixListIds: [{ PrefixListId: s3List, Description: 'to S3' }] }];
  const { SecurityGroupRules } = run(authorizeSecurityGroupEgress, { GroupId, IpPermissions });
  const [made] = SecurityGroupRules!;
  assert.equal(made!.PrefixListId, s3List);
  assert.throws(
    () => run(authorizeSecurityGroupEgress, { GroupId, IpPermissions }),
    refusal(
      'InvalidPermission.Duplicate',
      `the specified rule "peer: ${s3List}, TCP, from port: 443, to port: 443, ALLOW" already exists`,
    ),
  );
  run(authorizeSecurityGroupIngress, { GroupId, IpPermissions });
  const byList = (Name: string) =>
    run(describeSecurityGroups, { Filters: [{ Name, Values: [s3List] }] }).SecurityGroups!;
  const [group] = byList('egress.ip-permission.prefix-list-id');
  assert.deepEqual(group!.IpPermissions![0]!.PrefixListIds, IpPermissions[0]!.PrefixListIds);
  assert.equal(byList('ip-permission.prefix-list-id').length, 1);

  const SecurityGroupRuleId = made!.SecurityGroupRuleId!;
  const PrefixListId = 'pl-02cd2c6b';
  const change = { SecurityGroupRuleId, SecurityGroupRule: { ...https, PrefixListId } };
  run(modifySecurityGroupRules, { GroupId, SecurityGroupRules: [change] });
  const rule = () =>
    run(describeSecurityGroupRules, { SecurityGroupRuleIds: [SecurityGroupRuleId] }).SecurityGroupRules![0]!;
  assert.equal(rule().PrefixListId, PrefixListId);
  const toRange = { SecurityGroupRuleId, SecurityGroupRule: { ...https, CidrIpv4: '10.0.0.0/8' } };
  assert.throws(
    () => run(modifySecurityGroupRules, { GroupId, SecurityGroupRules: [toRange] }),
    refusal('InvalidParameterValue'),
  );
  const revoked = run(revokeSecurityGroupEgress, {
    GroupId,
    IpPermissions: [{ ...https, PrefixListIds: [{ PrefixListId }] }],
  });
  assert.equal(revoked.RevokedSecurityGroupRules![0]!.PrefixListId, PrefixListId);
  assert.throws(rule, refusal('InvalidSecurityGroupRuleId.NotFound'));
});

test('a list’s users are the caller’s tables and groups', () => {
  const harness = newHarness();
  const { run } = harness;
  const { VpcId } = makeVpc(harness);
  const GroupId = run(createSecurityGroup, { GroupName: 'a', Description: 'a', VpcId }).GroupId!;
  const IpPermissions = [{ ...https, PrefixListIds: [{ PrefixListId: s3List }] }];
  run(authorizeSecurityGroupEgress, { GroupId, IpPermissions });
  const { RouteTableId } = run(createRouteTable, { VpcId }).RouteTable!;
  const ServiceName = 'com.amazonaws.us-east-1.s3';
  run(createVpcEndpoint, { VpcId, ServiceName, RouteTableIds: [RouteTableId!] });
  const users = (accountId: string) =>
    run(getManagedPrefixListAssociations, { PrefixListId: s3List }, { accountId }).PrefixListAssociations;
  assert.deepEqual(users('111111111111'), [
    { ResourceId: RouteTableId, ResourceOwner: '111111111111' },
    { ResourceId: GroupId, ResourceOwner: '111111111111' },
  ]);
  assert.deepEqual(users('222222222222'), []);
});
