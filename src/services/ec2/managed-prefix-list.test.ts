import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeInterface, makeVpc } from '../../../test/vpc-fixture.ts';
import {
  createManagedPrefixList,
  deleteManagedPrefixList,
  modifyManagedPrefixList,
  restoreManagedPrefixListVersion,
} from './managed-prefix-list.ts';
import {
  describeManagedPrefixLists,
  describePrefixLists,
  getManagedPrefixListAssociations,
  getManagedPrefixListEntries,
} from './prefix-list.ts';
import { createRoute, deleteRoute, replaceRoute } from './route.ts';
import { createRouteTable, describeRouteTables } from './route-table.ts';
import { createSecurityGroup } from './security-group.ts';
import { authorizeSecurityGroupIngress, revokeSecurityGroupIngress } from './security-group-rule.ts';
import { createTags } from './tag.ts';
import { createVpcEndpoint } from './vpc-endpoint.ts';

const them = { accountId: '222222222222' };
const offices = { PrefixListName: 'offices', AddressFamily: 'IPv4', MaxEntries: 5 };
const entry = (Cidr: string, Description?: string) => ({ Cidr, ...(Description && { Description }) });

function newCase(fields: object = {}) {
  const harness = newHarness();
  const { run } = harness;
  const Entries = [entry('203.0.113.7/24', 'Bern'), entry('198.51.100.0/24')];
  const create = (input: object) => run(createManagedPrefixList, { ...offices, Entries, ...input });
  const PrefixListId = create(fields).PrefixList!.PrefixListId!;
  const list = () => run(describeManagedPrefixLists, { PrefixListIds: [PrefixListId] }).PrefixLists![0]!;
  const entries = (TargetVersion?: number) =>
    run(getManagedPrefixListEntries, { PrefixListId, ...(TargetVersion && { TargetVersion }) }).Entries!;
  const modify = (input: object) => run(modifyManagedPrefixList, { PrefixListId, ...input }).PrefixList!;
  return { ...harness, harness, create, PrefixListId, list, entries, modify };
}

function withGroup(testCase: ReturnType<typeof newCase>, FromPort = 443) {
  const { harness, run, PrefixListId } = testCase;
  const { VpcId, SubnetId } = makeVpc(harness);
  const GroupId = run(createSecurityGroup, { GroupName: 'a', Description: 'a', VpcId }).GroupId!;
  const IpPermissions = [
    { IpProtocol: 'tcp', FromPort, ToPort: FromPort, PrefixListIds: [{ PrefixListId }] },
  ];
  const authorize = () => run(authorizeSecurityGroupIngress, { GroupId, IpPermissions });
  return { VpcId, SubnetId, GroupId, IpPermissions, authorize };
}

test('a list is seen by its owner, with its version, size and tags', () => {
  const { run, list, entries, PrefixListId } = newCase({
    TagSpecifications: [{ ResourceType: 'prefix-list', Tags: [{ Key: 'Name', Value: 'ours' }] }],
  });
  assert.match(PrefixListId, /^pl-[0-9a-f]{17}$/);
  assert.deepEqual(list(), {
    PrefixListId,
    AddressFamily: 'IPv4',
    State: 'create-complete',
    PrefixListArn: `arn:aws:ec2:us-east-1:111111111111:prefix-list/${PrefixListId}`,
    PrefixListName: 'offices',
    MaxEntries: 5,
    Version: 1,
    Tags: [{ Key: 'Name', Value: 'ours' }],
    OwnerId: '111111111111',
  });
  assert.deepEqual(entries(), [{ Cidr: '203.0.113.0/24', Description: 'Bern' }, { Cidr: '198.51.100.0/24' }]);
  run(createTags, { Resources: [PrefixListId], Tags: [{ Key: 'Stage', Value: 'test' }] });
  const Filters = [{ Name: 'tag:Stage', Values: ['test'] }];
  assert.equal(run(describeManagedPrefixLists, { Filters }).PrefixLists!.length, 1);
  const own = { Filters: [{ Name: 'owner-id', Values: ['111111111111'] }] };
  assert.equal(run(describeManagedPrefixLists, own).PrefixLists!.length, 1);
  assert.equal(run(describeManagedPrefixLists, own, them).PrefixLists!.length, 0);
  // AWS: the older operation knows AWS's lists alone.
  assert.equal(run(describePrefixLists, {}).PrefixLists!.length, 2);
  const look = { PrefixListId };
  assert.throws(() => run(getManagedPrefixListEntries, look, them), refusal('InvalidPrefixListID.NotFound'));
});

test('the same token makes one list', () => {
  const { create } = newCase();
  const ClientToken = 'once';
  assert.equal(
    create({ ClientToken }).PrefixList!.PrefixListId,
    create({ ClientToken }).PrefixList!.PrefixListId,
  );
});

test('what makes no list is refused', () => {
  const { create } = newCase();
  const refused: [object, string, RegExp][] = [
    [{ PrefixListName: 'com.amazonaws.mine' }, 'InvalidParameterValue', /com\.amazonaws/],
    [{ PrefixListName: undefined }, 'MissingParameter', /PrefixListName/],
    [{ PrefixListName: 'x'.repeat(256) }, 'InvalidParameterValue', /255/],
    [{ AddressFamily: 'IPX' }, 'InvalidParameterValue', /IPX/],
    [{ MaxEntries: 0 }, 'InvalidParameterValue', /^Must specify a max size between 1 and 1000$/],
    [{ MaxEntries: 1001 }, 'InvalidParameterValue', /^Must specify a max size/],
    [{ MaxEntries: 1 }, 'PrefixListMaxEntriesExceeded', /\(2\) exceeds .* \(1\)/],
    [{ Entries: [entry('10.0.0.1/8'), entry('10.0.0.0/8')] }, 'InvalidParameterValue', /duplicate Cidr/],
    [{ Entries: [entry('2001:db8::/32')] }, 'InvalidParameterValue', /malformed/],
    [{ Entries: [entry('nonsense')] }, 'InvalidParameterValue', /malformed/],
    [{ Entries: [{}] }, 'MissingParameter', /Cidr/],
    [{ Entries: [entry('10.0.0.0/8', 'x'.repeat(256))] }, 'InvalidParameterValue', /255/],
    [
      { MaxEntries: 200, Entries: Array.from({ length: 101 }, (_, i) => entry(`10.0.${i}.0/24`)) },
      'InvalidParameterValue',
      /^The number of entries per request cannot exceeds limit \(100\)\.$/,
    ],
  ];
  for (const [fields, code, text] of refused)
    assert.throws(() => create(fields), refusal(code, text), JSON.stringify(fields));
});

test('entries change by version; earlier ones are kept and can be restored', () => {
  const { run, modify, list, entries, PrefixListId } = newCase();
  const changed = modify({
    CurrentVersion: 1,
    AddEntries: [entry('192.0.2.0/24', 'Chur')],
    RemoveEntries: [{ Cidr: '198.51.100.0/24' }],
  });
  assert.equal(changed.Version, 2);
  assert.equal(changed.State, 'modify-complete');
  assert.deepEqual(
    entries().map(({ Cidr }) => Cidr),
    ['203.0.113.0/24', '192.0.2.0/24'],
  );
  assert.deepEqual(
    entries(1).map(({ Cidr }) => Cidr),
    ['203.0.113.0/24', '198.51.100.0/24'],
  );
  assert.throws(() => entries(3), refusal('InvalidParameterValue', /no version 3/));
  const restore = { PrefixListId, PreviousVersion: 1, CurrentVersion: 2 };
  assert.throws(
    () => run(restoreManagedPrefixListVersion, { ...restore, CurrentVersion: 1 }),
    refusal('PrefixListVersionMismatch', 'The prefix list has the incorrect version number.'),
  );
  assert.throws(
    () => run(restoreManagedPrefixListVersion, { ...restore, PreviousVersion: 9 }),
    refusal('InvalidParameterValue'),
  );
  assert.equal(run(restoreManagedPrefixListVersion, restore).PrefixList!.Version, 3);
  assert.equal(list().State, 'restore-complete');
  assert.deepEqual(entries(), entries(1));
});

test('a name and a size make no new version', () => {
  const { modify, list } = newCase();
  modify({ PrefixListName: 'branches' });
  modify({ MaxEntries: 2 });
  const { PrefixListName, MaxEntries, Version } = list();
  assert.deepEqual([PrefixListName, MaxEntries, Version], ['branches', 2, 1]);
  assert.throws(() => modify({ MaxEntries: 1 }), refusal('PrefixListMaxEntriesExceeded'));
  assert.throws(
    () => modify({ CurrentVersion: 1, AddEntries: [entry('10.0.0.0/8')] }),
    refusal('PrefixListMaxEntriesExceeded'),
  );
});

test('a change that cannot be made is refused whole', () => {
  const { modify, entries } = newCase();
  const before = entries();
  const AddEntries = [entry('10.0.0.0/8')];
  const refused: [object, string, RegExp][] = [
    [{ AddEntries }, 'MissingParameter', /CurrentVersion/],
    [{ AddEntries, CurrentVersion: 2 }, 'PrefixListVersionMismatch', /incorrect version number/],
    [
      { AddEntries, CurrentVersion: 1, MaxEntries: 9 },
      'InvalidParameterCombination',
      /^You cannot modify the entries and the maximum entries/,
    ],
    [
      { AddEntries, RemoveEntries: [{ Cidr: '10.0.0.0/8' }], CurrentVersion: 1 },
      'InvalidParameterValue',
      /^Request cannot contain Cidr 10.0.0.0\/8 in both AddPrefixListEntries and RemovePrefixListEntries$/,
    ],
    [{ AddEntries: [entry('203.0.113.0/24')], CurrentVersion: 1 }, 'InvalidRequest', /invalid/],
    [
      { RemoveEntries: [{ Cidr: '10.0.0.0/8' }], CurrentVersion: 1 },
      'InvalidPrefixListModification',
      /does not exist/,
    ],
    [{ PrefixListName: 'com.amazonaws.x' }, 'InvalidParameterValue', /com\.amazonaws/],
    [{ PrefixListId: 'pl-63a5400a', PrefixListName: 'mine' }, 'AuthFailure', /permission/],
  ];
  for (const [fields, code, text] of refused)
    assert.throws(() => modify(fields), refusal(code, text), JSON.stringify(fields));
  assert.deepEqual(entries(), before);
});

test('a list that some VPC does not carry yet is in progress, and waits', () => {
  const testCase = newCase();
  const { world, modify, list, PrefixListId, store, run } = testCase;
  withGroup(testCase).authorize();
  world.applied = store.cloud.generation;
  assert.equal(list().State, 'create-complete');
  assert.equal(modify({ CurrentVersion: 1, AddEntries: [entry('10.0.0.0/8')] }).State, 'modify-in-progress');
  const text = `The request cannot be completed while the prefix list (${PrefixListId}) is in the current state (modify-in-progress)`;
  assert.throws(
    () => modify({ CurrentVersion: 2, AddEntries: [entry('11.0.0.0/8')] }),
    refusal('IncorrectState', text),
  );
  assert.throws(() => run(deleteManagedPrefixList, { PrefixListId }), refusal('IncorrectState'));
  world.applied = true;
  assert.equal(list().State, 'modify-complete');
});

test('in a group a list counts with its size', () => {
  const testCase = newCase({ MaxEntries: 40 });
  const { run, modify, list } = testCase;
  const { authorize, GroupId, IpPermissions } = withGroup(testCase);
  authorize();
  const another = [{ ...IpPermissions[0]!, FromPort: 80, ToPort: 80 }];
  assert.throws(
    () => run(authorizeSecurityGroupIngress, { GroupId, IpPermissions: another }),
    refusal(
      'RulesPerSecurityGroupLimitExceeded',
      'The maximum number of rules per security group has been reached.',
    ),
  );
  modify({ MaxEntries: 61 });
  const { State, StateMessage, MaxEntries } = list();
  assert.deepEqual([State, MaxEntries], ['modify-failed', 40]);
  assert.match(StateMessage!, new RegExp(GroupId));
  modify({ MaxEntries: 30 });
  assert.equal(list().State, 'modify-complete');
  run(authorizeSecurityGroupIngress, { GroupId, IpPermissions: another });
});

test('a route leads to what a list says, and shows the list', () => {
  const testCase = newCase();
  const { harness, run, PrefixListId } = testCase;
  const { VpcId, SubnetId } = makeVpc(harness);
  const RouteTableId = run(createRouteTable, { VpcId }).RouteTable!.RouteTableId!;
  const NetworkInterfaceId = makeInterface(harness, SubnetId, {
    instanceId: 'i-00000000',
  }).networkInterfaceId;
  const other = makeInterface(harness, SubnetId, { instanceId: 'i-11111111' }).networkInterfaceId;
  const route = { RouteTableId, DestinationPrefixListId: PrefixListId };
  const missing = `There is no route defined for '${PrefixListId}' in the route table. Use CreateRoute instead.`;
  assert.throws(
    () => run(replaceRoute, { ...route, NetworkInterfaceId }),
    refusal('InvalidParameterValue', missing),
  );
  run(createRoute, { ...route, NetworkInterfaceId });
  assert.throws(
    () => run(createRoute, { ...route, NetworkInterfaceId: other }),
    refusal('RouteAlreadyExists', `The route identified by ${PrefixListId} already exists`),
  );
  run(replaceRoute, { ...route, NetworkInterfaceId: other });
  const find = () =>
    run(describeRouteTables, {
      Filters: [{ Name: 'route.destination-prefix-list-id', Values: [PrefixListId] }],
    }).RouteTables!;
  assert.deepEqual(find()[0]!.Routes![1], {
    DestinationPrefixListId: PrefixListId,
    NetworkInterfaceId: other,
    InstanceId: 'i-11111111',
    InstanceOwnerId: '111111111111',
    Origin: 'CreateRoute',
    State: 'active',
  });
  assert.deepEqual(run(getManagedPrefixListAssociations, { PrefixListId }).PrefixListAssociations, [
    { ResourceId: RouteTableId, ResourceOwner: '111111111111' },
  ]);
  run(deleteRoute, route);
  assert.equal(find().length, 0);
  assert.throws(
    () => run(deleteRoute, route),
    refusal(
      'InvalidRoute.NotFound',
      `no route with destination-prefix-list-id ${PrefixListId} in route table ${RouteTableId}`,
    ),
  );
});

test('one list in a table is one route, an endpoint’s or the user’s', () => {
  const { harness, run } = newCase();
  const { VpcId, SubnetId } = makeVpc(harness);
  const RouteTableId = run(createRouteTable, { VpcId }).RouteTable!.RouteTableId!;
  const NetworkInterfaceId = makeInterface(harness, SubnetId, {
    instanceId: 'i-00000000',
  }).networkInterfaceId;
  run(createRoute, { RouteTableId, DestinationPrefixListId: 'pl-63a5400a', NetworkInterfaceId });
  const ServiceName = 'com.amazonaws.us-east-1.s3';
  assert.throws(
    () => run(createVpcEndpoint, { VpcId, ServiceName, RouteTableIds: [RouteTableId] }),
    refusal('RouteAlreadyExists'),
  );
});

test('IPv6 lists are kept, name nothing that is here, and no route takes them', () => {
  const testCase = newCase({ AddressFamily: 'IPv6', Entries: [entry('2001:DB8::/32')] });
  const { harness, run, entries, PrefixListId } = testCase;
  assert.deepEqual(entries(), [{ Cidr: '2001:db8::/32' }]);
  const { VpcId, SubnetId, authorize } = withGroup(testCase);
  authorize();
  const RouteTableId = run(createRouteTable, { VpcId }).RouteTable!.RouteTableId!;
  const NetworkInterfaceId = makeInterface(harness, SubnetId, {
    instanceId: 'i-00000000',
  }).networkInterfaceId;
  assert.throws(
    () => run(createRoute, { RouteTableId, DestinationPrefixListId: PrefixListId, NetworkInterfaceId }),
    refusal('NotImplemented'),
  );
});

test('a list in use stays, and says who uses it; let go it is deleted', () => {
  const testCase = newCase();
  const { run, list, PrefixListId, store } = testCase;
  const { authorize, GroupId, IpPermissions } = withGroup(testCase);
  authorize();
  const input = { PrefixListId };
  assert.equal(run(deleteManagedPrefixList, input).PrefixList!.State, 'delete-in-progress');
  assert.equal(list().State, 'delete-failed');
  assert.match(list().StateMessage!, new RegExp(GroupId));
  run(revokeSecurityGroupIngress, { GroupId, IpPermissions });
  run(deleteManagedPrefixList, input);
  assert.throws(list, refusal('InvalidPrefixListID.NotFound'));
  assert.equal(store.cloud.managedPrefixListVersions.size, 0);
});
