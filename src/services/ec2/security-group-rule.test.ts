import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeVpc } from '../../../test/vpc-fixture.ts';
import { createSecurityGroup, deleteSecurityGroup, describeSecurityGroups } from './security-group.ts';
import {
  authorizeSecurityGroupEgress,
  authorizeSecurityGroupIngress,
  revokeSecurityGroupEgress,
  revokeSecurityGroupIngress,
} from './security-group-rule.ts';
import {
  modifySecurityGroupRules,
  updateSecurityGroupRuleDescriptionsEgress,
  updateSecurityGroupRuleDescriptionsIngress,
} from './security-group-rule-change.ts';
import { describeSecurityGroupRules } from './security-group-rule-show.ts';
import {
  acceptVpcPeeringConnection,
  createVpcPeeringConnection,
  deleteVpcPeeringConnection,
} from './vpc-peering-connection.ts';

function newCase() {
  const harness = newHarness();
  const { run } = harness;
  const { VpcId } = makeVpc(harness);
  const GroupId = run(createSecurityGroup, { VpcId, GroupName: 'web', Description: 'web' }).GroupId!;
  const allow = (...IpPermissions: object[]) =>
    run(authorizeSecurityGroupIngress, { GroupId, IpPermissions });
  const forbid = (...IpPermissions: object[]) => run(revokeSecurityGroupIngress, { GroupId, IpPermissions });
  const ingress = () =>
    run(describeSecurityGroupRules, {
      Filters: [{ Name: 'group-id', Values: [GroupId] }],
    }).SecurityGroupRules!.filter((rule) => !rule.IsEgress);
  const permissions = () =>
    run(describeSecurityGroups, { GroupIds: [GroupId] }).SecurityGroups![0]!.IpPermissions!;
  return { ...harness, harness, VpcId, GroupId, allow, forbid, ingress, permissions };
}

const http = { IpProtocol: 'tcp', FromPort: 80, ToPort: 80 };
const from = (CidrIp: string, more: object = {}) => ({ ...http, IpRanges: [{ CidrIp, ...more }] });

test('a permission of several sources becomes a rule for each', () => {
  const { allow, permissions, GroupId } = newCase();
  const { SecurityGroupRules } = allow({
    ...http,
    IpRanges: [{ CidrIp: '10.0.0.0/8' }, { CidrIp: '192.168.1.7/16' }],
  });
  assert.deepEqual(
    SecurityGroupRules!.map((rule) => rule.CidrIpv4),
    ['10.0.0.0/8', '192.168.0.0/16'],
  );
  const [first] = SecurityGroupRules!;
  assert.equal(first!.GroupId, GroupId);
  assert.equal(first!.FromPort, 80);
  assert.match(first!.SecurityGroupRuleArn!, /security-group-rule\/sgr-/);
  assert.equal(permissions().length, 1);
  assert.equal(permissions()[0]!.IpRanges!.length, 2);
});

test('the older flat form of a rule works', () => {
  const { run, GroupId, permissions } = newCase();
  const flat = { GroupId, ...http, CidrIp: '10.0.0.0/8' };
  run(authorizeSecurityGroupIngress, flat);
  assert.deepEqual(permissions()[0]!.IpRanges, [{ CidrIp: '10.0.0.0/8' }]);
  run(revokeSecurityGroupIngress, flat);
  assert.deepEqual(permissions(), []);
});

test('protocols are shown by name, and only those with ports have ports', () => {
  const { allow, permissions } = newCase();
  const IpRanges = [{ CidrIp: '0.0.0.0/0' }];
  allow(
    { IpProtocol: '6', FromPort: 1, ToPort: 2, IpRanges },
    { IpProtocol: '-1', FromPort: 1, ToPort: 2, IpRanges },
    { IpProtocol: 'icmp', FromPort: 8, ToPort: -1, IpRanges },
    { IpProtocol: '50', IpRanges },
  );
  assert.deepEqual(
    permissions().map(({ IpProtocol, FromPort, ToPort }) => [IpProtocol, FromPort, ToPort]),
    [
      ['tcp', 1, 2],
      ['-1', undefined, undefined],
      ['icmp', 8, -1],
      ['50', undefined, undefined],
    ],
  );
});

const malformed: [string, object, string][] = [
  ['an unknown protocol', { ...from('10.0.0.0/8'), IpProtocol: 'sctp?' }, 'InvalidParameterValue'],
  [
    'a protocol number that is too high',
    { ...from('10.0.0.0/8'), IpProtocol: '256' },
    'InvalidParameterValue',
  ],
  [
    'the name of a property every object has',
    { ...from('10.0.0.0/8'), IpProtocol: 'constructor' },
    'InvalidParameterValue',
  ],
  ['no protocol', { IpRanges: [{ CidrIp: '10.0.0.0/8' }] }, 'MissingParameter'],
  ['tcp without ports', { IpProtocol: 'tcp', IpRanges: [{ CidrIp: '10.0.0.0/8' }] }, 'InvalidParameterValue'],
  ['a port that is too high', { ...from('10.0.0.0/8'), ToPort: 65536 }, 'InvalidParameterValue'],
  ['a negative port', { ...from('10.0.0.0/8'), FromPort: -1 }, 'InvalidParameterValue'],
  ['a range that ends before it begins', { ...from('10.0.0.0/8'), FromPort: 81 }, 'InvalidParameterValue'],
  ['an address without a prefix', from('10.0.0.1'), 'InvalidParameterValue'],
  ['a wrong address', from('10.0.0.256/32'), 'InvalidParameterValue'],
  ['no source', http, 'InvalidPermission.Malformed'],
  ['a wrong IPv6 block', { ...http, Ipv6Ranges: [{ CidrIpv6: '::/129' }] }, 'InvalidParameterValue'],
  [
    'an ICMP code without a type',
    { ...from('10.0.0.0/8'), IpProtocol: 'icmp', FromPort: -1, ToPort: 1 },
    'InvalidParameterValue',
  ],
  ['a description with a line break', from('10.0.0.0/8', { Description: 'a\nb' }), 'InvalidParameterValue'],
  [
    'a prefix list that is not there',
    { ...http, PrefixListIds: [{ PrefixListId: 'pl-00000000' }] },
    'InvalidPrefixListID.NotFound',
  ],
  [
    'a group that is not there',
    { ...http, UserIdGroupPairs: [{ GroupId: 'sg-00000000' }] },
    'InvalidGroup.NotFound',
  ],
];
for (const [what, permission, code] of malformed) {
  test(`a rule with ${what} is refused and changes nothing`, () => {
    const { allow, permissions } = newCase();
    assert.throws(() => allow(from('192.168.0.0/16'), permission), refusal(code));
    assert.deepEqual(permissions(), []);
  });
}

test('a rule that is there already is refused in words AWS uses', () => {
  const { allow, GroupId } = newCase();
  allow(from('0.0.0.0/0'));
  const exists =
    'the specified rule "peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW" already exists';
  const again = from('0.0.0.0/0', { Description: 'other words' });
  assert.throws(() => allow(again), refusal('InvalidPermission.Duplicate', exists));
  const group = { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId }] };
  allow(group);
  const text = `the specified rule "peer: ${GroupId}, ALL, ALLOW" already exists`;
  assert.throws(() => allow(group), refusal('InvalidPermission.Duplicate', text));
  assert.throws(() => allow(from('10.0.0.0/8'), from('10.0.0.1/8')), refusal('InvalidParameterValue'));
});

test('ingress and egress do not know of each other', () => {
  const { run, allow, GroupId } = newCase();
  allow(from('10.0.0.0/8'));
  const IpPermissions = [from('10.0.0.0/8')];
  run(authorizeSecurityGroupEgress, { GroupId, IpPermissions });
  run(revokeSecurityGroupEgress, { GroupId, IpPermissions });
  const gone = refusal(
    'InvalidPermission.NotFound',
    'The specified rule does not exist in this security group.',
  );
  assert.throws(() => run(revokeSecurityGroupEgress, { GroupId, IpPermissions }), gone);
  run(revokeSecurityGroupIngress, { GroupId, IpPermissions });
});

test('rules are taken away by id, all or none', () => {
  const { run, allow, GroupId, ingress } = newCase();
  allow(from('10.0.0.0/8'), from('192.168.0.0/16'));
  const ids = ingress().map((rule) => rule.SecurityGroupRuleId!);
  const missing = { GroupId, SecurityGroupRuleIds: [ids[0]!, 'sgr-00000000'] };
  assert.throws(
    () => run(revokeSecurityGroupIngress, missing),
    refusal('InvalidSecurityGroupRuleId.NotFound'),
  );
  assert.equal(ingress().length, 2);
  const { RevokedSecurityGroupRules } = run(revokeSecurityGroupIngress, {
    GroupId,
    SecurityGroupRuleIds: [ids[0]!],
  });
  assert.equal(RevokedSecurityGroupRules![0]!.CidrIpv4, '10.0.0.0/8');
  const wrongWay = { GroupId, SecurityGroupRuleIds: [ids[1]!] };
  assert.throws(
    () => run(revokeSecurityGroupEgress, wrongWay),
    refusal('InvalidSecurityGroupRuleId.NotFound'),
  );
  assert.throws(() => run(revokeSecurityGroupIngress, { GroupId }), refusal('MissingParameter'));
});

test('rules are described by id and by group', () => {
  const { run, allow, ingress } = newCase();
  allow(from('10.0.0.0/8', { Description: 'office' }));
  const [rule] = ingress();
  const SecurityGroupRuleIds = [rule!.SecurityGroupRuleId!];
  assert.deepEqual(run(describeSecurityGroupRules, { SecurityGroupRuleIds }).SecurityGroupRules, [rule]);
  assert.equal(rule!.Description, 'office');
  const caller = { accountId: '222222222222' };
  const missing = refusal('InvalidSecurityGroupRuleId.NotFound');
  assert.throws(() => run(describeSecurityGroupRules, { SecurityGroupRuleIds }, caller), missing);
});

test('a rule is changed where it stands and keeps its id and kind', () => {
  const { run, allow, ingress, GroupId } = newCase();
  allow(from('10.0.0.0/8'), from('192.168.0.0/16'));
  const SecurityGroupRuleId = ingress()[0]!.SecurityGroupRuleId!;
  const change = (SecurityGroupRule: object) =>
    run(modifySecurityGroupRules, {
      GroupId,
      SecurityGroupRules: [{ SecurityGroupRuleId, SecurityGroupRule }],
    });
  change({ ...http, ToPort: 90, CidrIpv4: '172.16.0.0/12', Description: 'new' });
  const [changed] = ingress();
  assert.deepEqual(
    [changed!.SecurityGroupRuleId, changed!.ToPort, changed!.CidrIpv4, changed!.Description],
    [SecurityGroupRuleId, 90, '172.16.0.0/12', 'new'],
  );
  assert.throws(
    () => change({ ...http, CidrIpv4: '192.168.0.0/16' }),
    refusal('InvalidPermission.Duplicate'),
  );
  assert.throws(() => change({ ...http, ReferencedGroupId: GroupId }), refusal('InvalidParameterValue'));
  assert.throws(() => change(http), refusal('MissingParameter'));
});

test('what is written beside a rule is changed by what it says or by its id', () => {
  const { run, allow, ingress, GroupId } = newCase();
  allow(from('10.0.0.0/8', { Description: 'old' }));
  run(updateSecurityGroupRuleDescriptionsIngress, {
    GroupId,
    IpPermissions: [from('10.0.0.0/8', { Description: 'new' })],
  });
  assert.equal(ingress()[0]!.Description, 'new');
  const SecurityGroupRuleId = ingress()[0]!.SecurityGroupRuleId!;
  const SecurityGroupRuleDescriptions = [{ SecurityGroupRuleId, Description: '' }];
  run(updateSecurityGroupRuleDescriptionsIngress, { GroupId, SecurityGroupRuleDescriptions });
  assert.equal(ingress()[0]!.Description, undefined);
  const wrongWay = { GroupId, SecurityGroupRuleDescriptions };
  const missing = refusal('InvalidSecurityGroupRuleId.NotFound');
  assert.throws(() => run(updateSecurityGroupRuleDescriptionsEgress, wrongWay), missing);
});

test('a group of a peered VPC may be named, and its rule can be revoked when all of that is gone', () => {
  const { harness, run, allow, forbid, ingress, VpcId } = newCase();
  const peer = makeVpc(harness, 1);
  const theirs = run(createSecurityGroup, { VpcId: peer.VpcId, GroupName: 'x', Description: 'x' }).GroupId!;
  const rule = { ...http, UserIdGroupPairs: [{ GroupId: theirs }] };
  const foreign = 'You have specified two resources that belong to different networks.';
  assert.throws(() => allow(rule), refusal('InvalidGroup.NotFound', foreign));
  const input = { VpcId, PeerVpcId: peer.VpcId };
  const { VpcPeeringConnectionId } = run(createVpcPeeringConnection, input).VpcPeeringConnection!;
  assert.throws(() => allow(rule), refusal('InvalidGroup.NotFound', foreign));
  run(acceptVpcPeeringConnection, { VpcPeeringConnectionId });
  allow(rule);
  assert.equal(ingress()[0]!.ReferencedGroupInfo!.PeeringStatus, 'active');
  assert.equal(ingress()[0]!.ReferencedGroupInfo!.VpcId, peer.VpcId);
  run(deleteVpcPeeringConnection, { VpcPeeringConnectionId });
  run(deleteSecurityGroup, { GroupId: theirs });
  assert.equal(ingress()[0]!.ReferencedGroupInfo!.PeeringStatus, 'deleted');
  forbid(rule);
  assert.deepEqual(ingress(), []);
});

test("a stranger's group cannot be named, whatever account is claimed", () => {
  const { harness, run, allow } = newCase();
  const caller = { accountId: '222222222222' };
  const { VpcId } = makeVpc(harness, 1, caller);
  const theirs = run(createSecurityGroup, { VpcId, GroupName: 'x', Description: 'x' }, caller).GroupId!;
  for (const pair of [{ GroupId: theirs }, { GroupId: theirs, UserId: caller.accountId }]) {
    assert.throws(() => allow({ ...http, UserIdGroupPairs: [pair] }), refusal('InvalidGroup.NotFound'));
  }
});

test('IPv6 sources are kept as they are', () => {
  const { allow, ingress } = newCase();
  allow({ ...http, Ipv6Ranges: [{ CidrIpv6: '2001:DB8::/32' }] });
  assert.equal(ingress()[0]!.CidrIpv6, '2001:db8::/32');
});

test('tags of rules go with them', () => {
  const { run, GroupId, forbid, store } = newCase();
  const before = store.cloud.tagSets.size;
  const TagSpecifications = [
    { ResourceType: 'security-group-rule' as const, Tags: [{ Key: 'a', Value: 'b' }] },
  ];
  const input = { GroupId, IpPermissions: [from('10.0.0.0/8')], TagSpecifications };
  const { SecurityGroupRules } = run(authorizeSecurityGroupIngress, input);
  assert.deepEqual(SecurityGroupRules![0]!.Tags, [{ Key: 'a', Value: 'b' }]);
  forbid(from('10.0.0.0/8'));
  assert.equal(store.cloud.tagSets.size, before);
});
