import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Harness, newHarness, refusal } from '../../../test/operation-harness.ts';
import { attachVpc, makeTransitGateway } from '../../../test/transit-gateway-fixture.ts';
import { makeVpc } from '../../../test/vpc-fixture.ts';
import { deleteNetworkInterface, describeNetworkInterfaces } from './network-interface.ts';
import { createSubnet, deleteSubnet } from './subnet.ts';
import { createTags } from './tag.ts';
import { describeTransitGateways } from './transit-gateway.ts';
import { describeTransitGatewayAttachments } from './transit-gateway-attachment.ts';
import {
  acceptTransitGatewayVpcAttachment,
  createTransitGatewayVpcAttachment,
  deleteTransitGatewayVpcAttachment,
  describeTransitGatewayVpcAttachments,
  modifyTransitGatewayVpcAttachment,
  rejectTransitGatewayVpcAttachment,
} from './transit-gateway-vpc-attachment.ts';
import { deleteVpc } from './vpc.ts';

const hub = '111111111111';
const member = { accountId: '222222222222' };

/** Accounts 1… and 2… in one organization. */
function joinOrganization({ store }: Harness): void {
  const joined = { joinedAt: '2026-01-01T00:00:00.000Z', joinedMethod: 'CREATED' } as const;
  store.change((cloud) =>
    cloud.organizations.put({
      ...{ organizationId: 'o-exampleorg1', rootId: 'r-exam', featureSet: 'ALL', masterAccountId: hub },
      createdAt: joined.joinedAt,
      members: [hub, member.accountId].map((accountId) => ({ accountId, ...joined })),
      handshakes: [],
    }),
  );
}

function newCase() {
  const harness = newHarness();
  const { run } = harness;
  const find = (id: string, caller = {}) =>
    run(describeTransitGatewayVpcAttachments, { TransitGatewayAttachmentIds: [id] }, caller)
      .TransitGatewayVpcAttachments![0]!;
  const findAny = (id: string, caller = {}) =>
    run(describeTransitGatewayAttachments, { TransitGatewayAttachmentIds: [id] }, caller)
      .TransitGatewayAttachments![0]!;
  const interfaces = () =>
    run(describeNetworkInterfaces, { Filters: [{ Name: 'interface-type', Values: ['transit_gateway'] }] })
      .NetworkInterfaces!;
  return { ...harness, find, findAny, interfaces };
}

test('an attachment has an interface of AWS’s own in each subnet, and joins the default tables', () => {
  const harness = newCase();
  const { run, world, clock, find, findAny, interfaces } = harness;
  const { TransitGatewayId, tableId } = makeTransitGateway(harness, []);
  const { VpcId, SubnetId } = makeVpc(harness);
  const other = run(createSubnet, { VpcId, CidrBlock: '10.0.2.0/24', AvailabilityZone: 'us-east-1b' });
  const SubnetIds = [SubnetId, other.Subnet!.SubnetId!];
  const input = { TransitGatewayId, VpcId, SubnetIds };
  world.applied = harness.store.cloud.generation;
  const made = run(createTransitGatewayVpcAttachment, input).TransitGatewayVpcAttachment!;
  assert.equal(made.State, 'pending');
  world.applied = true;
  const id = made.TransitGatewayAttachmentId!;
  assert.match(id, /^tgw-attach-[0-9a-f]{17}$/);
  assert.deepEqual(find(id), {
    ...{ TransitGatewayAttachmentId: id, TransitGatewayId, VpcId, VpcOwnerId: hub, State: 'available' },
    ...{ SubnetIds, CreationTime: clock.now, Tags: [] },
    Options: {
      ...{ DnsSupport: 'enable', SecurityGroupReferencingSupport: 'enable' },
      ...{ Ipv6Support: 'disable', ApplianceModeSupport: 'disable' },
    },
  });
  assert.deepEqual(findAny(id), {
    ...{ TransitGatewayAttachmentId: id, TransitGatewayId, TransitGatewayOwnerId: hub },
    ...{ ResourceOwnerId: hub, ResourceType: 'vpc', ResourceId: VpcId, State: 'available' },
    Association: { TransitGatewayRouteTableId: tableId, State: 'associated' },
    ...{ CreationTime: clock.now, Tags: [] },
  });
  const enis = interfaces();
  assert.deepEqual(
    enis.map((eni) => [eni.SubnetId, eni.Description, eni.RequesterManaged, eni.Status, eni.Groups]),
    SubnetIds.map((subnetId) => [
      subnetId,
      `Network Interface for Transit Gateway Attachment ${id}`,
      true,
      'in-use',
      [],
    ]),
  );
  const NetworkInterfaceId = enis[0]!.NetworkInterfaceId!;
  assert.throws(() => run(deleteNetworkInterface, { NetworkInterfaceId }), refusal('OperationNotPermitted'));
  assert.throws(() => run(deleteSubnet, { SubnetId }), refusal('DependencyViolation'));
  assert.throws(() => run(deleteVpc, { VpcId }), refusal('DependencyViolation'));
});

test('what cannot be attached is refused in AWS’s words', () => {
  const harness = newCase();
  const { run, world, store } = harness;
  const { TransitGatewayId, attached } = makeTransitGateway(harness, [0]);
  const { VpcId, SubnetId } = makeVpc(harness, 1);
  const siblings = ['10.1.2.0/24', '10.1.3.0/24'].map(
    (CidrBlock) => run(createSubnet, { VpcId, CidrBlock, AvailabilityZone: 'us-east-1a' }).Subnet!.SubnetId!,
  );
  const attach = (more: object) =>
    run(createTransitGatewayVpcAttachment, { TransitGatewayId, VpcId, SubnetIds: [SubnetId], ...more });
  const generation = store.cloud.generation;
  const refused: [object, string, string?][] = [
    [
      { VpcId: attached[0]!.VpcId, SubnetIds: [attached[0]!.SubnetId] },
      'DuplicateTransitGatewayAttachment',
      `${TransitGatewayId} has non-deleted Transit Gateway Attachments with same VPC ID.`,
    ],
    [{ SubnetIds: siblings }, 'DuplicateSubnetsInSameZone', 'Duplicate Subnets for same AZ'],
    [
      { SubnetIds: ['subnet-0123456789abcdef0'] },
      'InvalidSubnetID.NotFound',
      'Subnet subnet-0123456789abcdef0 was deleted or does not exist.',
    ],
    [{ SubnetIds: [attached[0]!.SubnetId] }, 'InvalidParameterValue'],
    [{ SubnetIds: [] }, 'MissingParameter'],
    [{ SubnetIds: undefined }, 'MissingParameter'],
    [{ VpcId: 'vpc-0123456789abcdef0' }, 'InvalidVpcID.NotFound'],
    [{ TransitGatewayId: 'tgw-0123456789abcdef0' }, 'InvalidTransitGatewayID.NotFound'],
    [{ Options: { Ipv6Support: 'enable' } }, 'NotImplemented'],
  ];
  for (const [more, code, text] of refused) assert.throws(() => attach(more), refusal(code, text));
  world.applied = 0;
  assert.throws(() => attach({}), refusal('IncorrectState', `${TransitGatewayId} is in invalid state`));
  assert.equal(store.cloud.generation, generation);
});

test('subnets are added and removed, one per zone, and the last one stays', () => {
  const harness = newCase();
  const { run, interfaces } = harness;
  const { attached } = makeTransitGateway(harness, [0]);
  const { VpcId, SubnetId, TransitGatewayAttachmentId } = attached[0]!;
  const put = (cidr: string, AvailabilityZone: string) =>
    run(createSubnet, { VpcId, CidrBlock: cidr, AvailabilityZone }).Subnet!.SubnetId!;
  const zone = run(describeNetworkInterfaces, {}).NetworkInterfaces![0]!.AvailabilityZone!;
  const sameZone = put('10.0.2.0/24', zone);
  const otherZone = put('10.0.3.0/24', zone === 'us-east-1a' ? 'us-east-1b' : 'us-east-1a');
  const modify = (more: object) =>
    run(modifyTransitGatewayVpcAttachment, { TransitGatewayAttachmentId, ...more })
      .TransitGatewayVpcAttachment!;
  assert.throws(() => modify({ AddSubnetIds: [sameZone] }), refusal('DuplicateSubnetsInSameZone'));
  assert.throws(() => modify({ RemoveSubnetIds: [SubnetId] }), refusal('InvalidParameterValue'));
  assert.deepEqual(modify({ AddSubnetIds: [otherZone] }).SubnetIds, [SubnetId, otherZone]);
  const moved = modify({
    ...{ AddSubnetIds: [sameZone], RemoveSubnetIds: [SubnetId] },
    Options: { DnsSupport: 'disable', ApplianceModeSupport: 'enable' },
  });
  assert.deepEqual(moved.SubnetIds, [otherZone, sameZone]);
  assert.deepEqual([moved.Options!.DnsSupport, moved.Options!.ApplianceModeSupport], ['disable', 'enable']);
  assert.deepEqual(
    interfaces().map((eni) => eni.SubnetId),
    [otherZone, sameZone],
  );
  run(deleteSubnet, { SubnetId });
});

test('deleted, its interfaces go, it is listed for an hour, and the VPC is free', () => {
  const harness = newCase();
  const { run, world, find, interfaces, store, clock } = harness;
  const { TransitGatewayId, attached } = makeTransitGateway(harness, [0]);
  const { VpcId, SubnetId, TransitGatewayAttachmentId: id } = attached[0]!;
  world.applied = store.cloud.generation;
  const remove = () => run(deleteTransitGatewayVpcAttachment, { TransitGatewayAttachmentId: id });
  assert.equal(remove().TransitGatewayVpcAttachment!.State, 'deleting');
  world.applied = true;
  assert.equal(find(id).State, 'deleted');
  assert.deepEqual(interfaces(), []);
  assert.equal(store.cloud.transitGatewayAssociations.size, 0);
  assert.equal(store.cloud.transitGatewayPropagations.size, 0);
  assert.throws(remove, refusal('IncorrectState', `${id} is in invalid state`));
  run(deleteSubnet, { SubnetId });
  run(deleteVpc, { VpcId });
  assert.equal(find(id).State, 'deleted');
  clock.now = new Date(clock.now.getTime() + 61 * 60_000);
  assert.throws(
    () => find(id),
    refusal(
      'InvalidTransitGatewayAttachmentID.NotFound',
      `Transit Gateway Attachment ${id} was deleted or does not exist.`,
    ),
  );
  assert.throws(
    remove,
    refusal(
      'InvalidTransitGatewayAttachmentID.NotFound',
      `Transit Gateway VPC Attachment ${id} was deleted or does not exist.`,
    ),
  );
  attachVpc(harness, TransitGatewayId, 1);
  assert.equal(store.cloud.transitGatewayAttachments.size, 1);
});

test('an account of the same organization asks, and the owner of the transit gateway answers', () => {
  const harness = newCase();
  const { run, find, findAny, interfaces, store } = harness;
  const { TransitGatewayId, tableId } = makeTransitGateway(harness, []);
  const own = makeVpc(harness, 1, member);
  const asked = { TransitGatewayId, VpcId: own.VpcId, SubnetIds: [own.SubnetId] };
  assert.throws(
    () => run(createTransitGatewayVpcAttachment, asked, member),
    refusal('InvalidTransitGatewayID.NotFound'),
  );
  joinOrganization(harness);
  const [seen] = run(describeTransitGateways, {}, member).TransitGateways!;
  assert.deepEqual([seen!.TransitGatewayId, seen!.OwnerId], [TransitGatewayId, hub]);
  const { TransitGatewayAttachmentId: id, State } = run(createTransitGatewayVpcAttachment, asked, member)
    .TransitGatewayVpcAttachment!;
  assert.equal(State, 'pendingAcceptance');
  assert.equal(store.cloud.transitGatewayAssociations.size, 0);
  assert.equal(find(id!).State, 'pendingAcceptance');
  const answer = { TransitGatewayAttachmentId: id! };
  assert.throws(
    () => run(acceptTransitGatewayVpcAttachment, answer, member),
    refusal('InvalidTransitGatewayAttachmentID.NotFound'),
  );
  const accepted = run(acceptTransitGatewayVpcAttachment, answer).TransitGatewayVpcAttachment!;
  assert.deepEqual([accepted.State, accepted.VpcOwnerId], ['available', member.accountId]);
  assert.equal(findAny(id!).Association!.TransitGatewayRouteTableId, tableId);
  assert.equal(findAny(id!, member).Association, undefined);
  assert.throws(() => run(acceptTransitGatewayVpcAttachment, answer), refusal('IncorrectState'));

  run(createTags, { Resources: [id!], Tags: [{ Key: 'Name', Value: 'spoke' }] });
  run(createTags, { Resources: [id!], Tags: [{ Key: 'Name', Value: 'to the hub' }] }, member);
  assert.deepEqual(find(id!).Tags, [{ Key: 'Name', Value: 'spoke' }]);
  assert.deepEqual(find(id!, member).Tags, [{ Key: 'Name', Value: 'to the hub' }]);

  const second = attachVpc(harness, TransitGatewayId, 2, member).TransitGatewayAttachmentId;
  const rejected = run(rejectTransitGatewayVpcAttachment, { TransitGatewayAttachmentId: second });
  assert.equal(rejected.TransitGatewayVpcAttachment!.State, 'rejected');
  assert.equal(find(second, member).State, 'rejected');
  assert.equal(interfaces().length, 0);
  run(deleteTransitGatewayVpcAttachment, { TransitGatewayAttachmentId: second }, member);
  assert.equal(find(second, member).State, 'deleted');
});

test('AutoAcceptSharedAttachments spares the answer', () => {
  const harness = newCase();
  joinOrganization(harness);
  const { TransitGatewayId } = makeTransitGateway(harness, [], { AutoAcceptSharedAttachments: 'enable' });
  const { TransitGatewayAttachmentId } = attachVpc(harness, TransitGatewayId, 1, member);
  assert.equal(harness.findAny(TransitGatewayAttachmentId).State, 'available');
  assert.equal(harness.store.cloud.transitGatewayAssociations.size, 1);
});

test('filters of both descriptions', () => {
  const harness = newCase();
  const { run } = harness;
  const { TransitGatewayId, tableId, attached } = makeTransitGateway(harness, [0, 1]);
  const [first, second] = attached as [(typeof attached)[0], (typeof attached)[0]];
  run(deleteTransitGatewayVpcAttachment, { TransitGatewayAttachmentId: second.TransitGatewayAttachmentId });
  const search = (Name: string, value: string) =>
    run(describeTransitGatewayAttachments, { Filters: [{ Name, Values: [value] }] })
      .TransitGatewayAttachments!.length;
  assert.equal(search('transit-gateway-id', TransitGatewayId), 2);
  assert.equal(search('association.transit-gateway-route-table-id', tableId), 1);
  assert.equal(search('resource-type', 'vpn'), 0);
  assert.equal(search('state', 'deleted'), 1);
  const ofVpc = run(describeTransitGatewayVpcAttachments, {
    Filters: [{ Name: 'vpc-id', Values: [first.VpcId] }],
  }).TransitGatewayVpcAttachments!;
  assert.deepEqual(
    ofVpc.map((one) => one.TransitGatewayAttachmentId),
    [first.TransitGatewayAttachmentId],
  );
});
