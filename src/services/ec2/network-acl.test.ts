import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeVpc } from '../../../test/vpc-fixture.ts';
import { createNetworkAcl, deleteNetworkAcl, describeNetworkAcls } from './network-acl.ts';
import { replaceNetworkAclAssociation } from './network-acl-association.ts';
import { createNetworkAclEntry, deleteNetworkAclEntry, replaceNetworkAclEntry } from './network-acl-entry.ts';
import { deleteSubnet } from './subnet.ts';
import { createTags } from './tag.ts';
import { deleteVpc } from './vpc.ts';

const them = { accountId: '222222222222' };
const last = (Egress: boolean) => ({
  ...{ Egress, RuleNumber: 32767, RuleAction: 'deny', Protocol: '-1', CidrBlock: '0.0.0.0/0' },
});

function newCase() {
  const harness = newHarness();
  const { run } = harness;
  const { VpcId, SubnetId } = makeVpc(harness);
  const acl = run(createNetworkAcl, { VpcId }).NetworkAcl!;
  const NetworkAclId = acl.NetworkAclId!;
  const find = (Name: string, ...Values: string[]) =>
    run(describeNetworkAcls, { Filters: [{ Name, Values }] }).NetworkAcls!;
  const see = () => run(describeNetworkAcls, { NetworkAclIds: [NetworkAclId] }).NetworkAcls![0]!;
  const web = {
    ...{ NetworkAclId, RuleNumber: 100, Egress: false, Protocol: 'tcp', RuleAction: 'allow' as const },
    ...{ CidrBlock: '10.0.0.9/16', PortRange: { From: 80, To: 443 } },
  };
  const add = (fields: object) => run(createNetworkAclEntry, { ...web, ...fields });
  return { ...harness, harness, VpcId, SubnetId, NetworkAclId, acl, find, see, web, add };
}

test('every subnet has its VPC’s default one, which lets everything through', () => {
  const { find, VpcId, SubnetId } = newCase();
  const [acl, ...others] = find('default', 'true');
  assert.equal(others.length, 0);
  const { Entries, Associations, IsDefault, OwnerId } = acl!;
  assert.deepEqual([IsDefault, OwnerId, acl!.VpcId], [true, '111111111111', VpcId]);
  const everything = (Egress: boolean) => ({ ...last(Egress), RuleNumber: 100, RuleAction: 'allow' });
  assert.deepEqual(Entries, [everything(true), last(true), everything(false), last(false)]);
  assert.equal(Associations!.length, 1);
  assert.equal(Associations![0]!.SubnetId, SubnetId);
  assert.match(Associations![0]!.NetworkAclAssociationId!, /^aclassoc-[0-9a-f]{17}$/);
});

test('a new one denies everything and belongs to nobody else', () => {
  const { run, acl, NetworkAclId, VpcId } = newCase();
  assert.deepEqual(acl, {
    ...{ NetworkAclId, VpcId, OwnerId: '111111111111', IsDefault: false },
    ...{ Entries: [last(true), last(false)], Associations: [], Tags: [] },
  });
  const input = { NetworkAclIds: [NetworkAclId] };
  const notFound = refusal(
    'InvalidNetworkAclID.NotFound',
    `The networkAcl ID '${NetworkAclId}' does not exist`,
  );
  assert.throws(() => run(describeNetworkAcls, input, them), notFound);
  assert.throws(() => run(deleteNetworkAcl, { NetworkAclId }, them), notFound);
  assert.throws(
    () => run(describeNetworkAcls, { NetworkAclIds: ['acl-nonsense'] }),
    refusal('InvalidNetworkAclID.Malformed'),
  );
});

test('the same token makes one', () => {
  const { run, VpcId } = newCase();
  const create = () => run(createNetworkAcl, { VpcId, ClientToken: 'once' });
  const first = create();
  assert.equal(first.ClientToken, 'once');
  assert.equal(first.NetworkAcl!.NetworkAclId, create().NetworkAcl!.NetworkAclId);
});

test('entries are shown by number, out first, protocols as numbers', () => {
  const { add, see, find, NetworkAclId } = newCase();
  add({ RuleNumber: 200 });
  add({ RuleNumber: 100, Protocol: 'ICMP', IcmpTypeCode: { Type: 8, Code: -1 }, PortRange: undefined });
  add({ RuleNumber: 50, Egress: true, Protocol: '-1', RuleAction: 'deny', CidrBlock: '0.0.0.0/0' });
  add({ RuleNumber: 60, Egress: true, Protocol: '50', CidrBlock: undefined, Ipv6CidrBlock: '2001:DB8::/32' });
  assert.deepEqual(see().Entries, [
    { Egress: true, RuleNumber: 50, RuleAction: 'deny', Protocol: '-1', CidrBlock: '0.0.0.0/0' },
    { Egress: true, RuleNumber: 60, RuleAction: 'allow', Protocol: '50', Ipv6CidrBlock: '2001:db8::/32' },
    last(true),
    {
      ...{ Egress: false, RuleNumber: 100, RuleAction: 'allow', Protocol: '1', CidrBlock: '10.0.0.0/16' },
      IcmpTypeCode: { Type: 8, Code: -1 },
    },
    {
      ...{ Egress: false, RuleNumber: 200, RuleAction: 'allow', Protocol: '6', CidrBlock: '10.0.0.0/16' },
      PortRange: { From: 80, To: 443 },
    },
    last(false),
  ]);
  const filters: [string, string][] = [
    ['entry.cidr', '10.0.0.0/16'],
    ['entry.ipv6-cidr', '2001:db8::/32'],
    ['entry.icmp.type', '8'],
    ['entry.icmp.code', '-1'],
    ['entry.port-range.from', '80'],
    ['entry.port-range.to', '443'],
    ['entry.protocol', 'tcp'],
    ['entry.protocol', '50'],
    ['entry.rule-number', '60'],
  ];
  for (const [name, value] of filters)
    assert.deepEqual(
      find(name, value).map((acl) => acl.NetworkAclId),
      [NetworkAclId],
      name,
    );
  assert.equal(find('entry.rule-action', 'deny').length, 2);
  assert.equal(find('entry.egress', 'true').length, 2);
  assert.equal(find('network-acl-id', NetworkAclId).length, 1);
});

test('a number is free in each direction by itself, and taken once', () => {
  const { run, add, see, web, NetworkAclId } = newCase();
  add({});
  add({ Egress: true });
  assert.throws(
    () => add({ Protocol: '17' }),
    refusal('NetworkAclEntryAlreadyExists', 'The network acl entry identified by 100 already exists.'),
  );
  run(replaceNetworkAclEntry, { ...web, RuleAction: 'deny' });
  const actions = () => see().Entries!.map(({ RuleAction }) => RuleAction);
  assert.deepEqual(actions(), ['allow', 'deny', 'deny', 'deny']);
  const key = { NetworkAclId, RuleNumber: 100, Egress: false };
  run(deleteNetworkAclEntry, key);
  assert.deepEqual(actions(), ['allow', 'deny', 'deny']);
  const gone = refusal('InvalidNetworkAclEntry.NotFound', 'no ingress entry with number 100');
  assert.throws(() => run(deleteNetworkAclEntry, key), gone);
  assert.throws(() => run(replaceNetworkAclEntry, web), gone);
  assert.throws(
    () => run(deleteNetworkAclEntry, { ...key, Egress: true, RuleNumber: 9 }),
    refusal('InvalidNetworkAclEntry.NotFound', 'no egress entry with number 9'),
  );
});

test('what makes no entry is refused', () => {
  const { add } = newCase();
  const refused: [object, string, RegExp][] = [
    [{ RuleNumber: 0 }, 'InvalidParameterValue', /ruleNumber/],
    [{ RuleNumber: 32767 }, 'InvalidParameterValue', /from 1 to 32766/],
    [{ RuleNumber: undefined }, 'MissingParameter', /RuleNumber/],
    [{ Egress: undefined }, 'MissingParameter', /Egress/],
    [{ RuleAction: 'maybe' }, 'InvalidParameterValue', /maybe/],
    [{ Protocol: 'quic' }, 'InvalidParameterValue', /Unknown protocol/],
    [{ Protocol: '256' }, 'InvalidParameterValue', /Unknown protocol/],
    [{ PortRange: undefined }, 'MissingParameter', /PortRange/],
    [{ PortRange: { From: 80 } }, 'MissingParameter', /PortRange.To/],
    [{ PortRange: { From: 80, To: 65536 } }, 'InvalidParameterValue', /out of range/],
    [{ PortRange: { From: 81, To: 80 } }, 'InvalidParameterValue', /\(81:80\)/],
    [{ Protocol: 'icmp' }, 'MissingParameter', /IcmpTypeCode/],
    [{ Protocol: '1', IcmpTypeCode: { Type: 256, Code: 0 } }, 'InvalidParameterValue', /out of range/],
    [{ Protocol: '1', IcmpTypeCode: { Type: -1, Code: 3 } }, 'InvalidParameterValue', /without a type/],
    [{ CidrBlock: undefined }, 'MissingParameter', /CidrBlock/],
    [{ CidrBlock: '10.0.0.0/33' }, 'InvalidParameterValue', /not a valid CIDR/],
    [{ Ipv6CidrBlock: '::/0' }, 'InvalidParameterCombination', /ipv6CidrBlock/],
    [{ NetworkAclId: 'acl-00000000' }, 'InvalidNetworkAclID.NotFound', /acl-00000000/],
  ];
  for (const [fields, code, text] of refused)
    assert.throws(() => add(fields), refusal(code, text), JSON.stringify(fields));
});

test('a subnet moves to another one under a new association, and never has none', () => {
  const { run, harness, find, see, NetworkAclId, SubnetId } = newCase();
  const before = find('default', 'true')[0]!.Associations![0]!.NetworkAclAssociationId!;
  const replace = (AssociationId: string) =>
    run(replaceNetworkAclAssociation, { AssociationId, NetworkAclId });
  const { NewAssociationId } = replace(before);
  assert.notEqual(NewAssociationId, before);
  assert.deepEqual(see().Associations, [
    { NetworkAclAssociationId: NewAssociationId, NetworkAclId, SubnetId },
  ]);
  assert.deepEqual(find('default', 'true')[0]!.Associations, []);
  assert.equal(find('association.subnet-id', SubnetId)[0]!.NetworkAclId, NetworkAclId);
  assert.equal(find('association.association-id', NewAssociationId!).length, 1);
  assert.throws(() => replace(before), refusal('InvalidAssociationID.NotFound'));
  assert.throws(() => replace('nonsense'), refusal('InvalidAssociationID.Malformed'));
  const other = makeVpc(harness, 1);
  const [theirs] = find('association.subnet-id', other.SubnetId);
  assert.throws(
    () => replace(theirs!.Associations![0]!.NetworkAclAssociationId!),
    refusal(
      'InvalidParameterValue',
      `network ACL ${NetworkAclId} and subnet ${other.SubnetId} belong to different networks`,
    ),
  );
  run(deleteSubnet, { SubnetId });
  assert.deepEqual(see().Associations, []);
});

test('the default one and one in use stay; others can be deleted, and hold their VPC', () => {
  const { run, find, NetworkAclId, VpcId, SubnetId, store } = newCase();
  const { NetworkAclId: defaultId, Associations } = find('default', 'true')[0]!;
  run(createTags, { Resources: [NetworkAclId, defaultId!], Tags: [{ Key: 'Name', Value: 'x' }] });
  assert.equal(find('tag:Name', 'x').length, 2);
  assert.throws(
    () => run(deleteNetworkAcl, { NetworkAclId: defaultId }),
    refusal('InvalidParameterValue', `cannot delete default network ACL ${defaultId}`),
  );
  const AssociationId = Associations![0]!.NetworkAclAssociationId!;
  run(replaceNetworkAclAssociation, { AssociationId, NetworkAclId });
  assert.throws(
    () => run(deleteNetworkAcl, { NetworkAclId }),
    refusal(
      'DependencyViolation',
      `The networkAcl '${NetworkAclId}' has dependencies and cannot be deleted.`,
    ),
  );
  run(deleteSubnet, { SubnetId });
  assert.throws(() => run(deleteVpc, { VpcId }), refusal('DependencyViolation'));
  run(deleteNetworkAcl, { NetworkAclId });
  run(deleteVpc, { VpcId });
  assert.deepEqual([store.cloud.networkAcls.size, store.cloud.tagSets.size], [0, 0]);
});
