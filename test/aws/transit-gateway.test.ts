// Transit gateways through the official SDK, in the order in which Terraform and CloudFormation call: each thing is made,
// described until it is there, used, and taken down again.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { EC2 } from '@aws-sdk/client-ec2';
import { createVpc, failure, startSdkCloud } from './sdk-cloud.ts';

const cloud = await startSdkCloud();
after(() => cloud.close());
const hub = '111111111111';
const ours = cloud.ec2(hub);

async function createHub(Options = {}) {
  const { TransitGateway } = await ours.createTransitGateway({
    ...{ Description: 'the hub', Options },
    TagSpecifications: [{ ResourceType: 'transit-gateway', Tags: [{ Key: 'Name', Value: 'hub' }] }],
  });
  const TransitGatewayId = TransitGateway!.TransitGatewayId!;
  const described = await ours.describeTransitGateways({ TransitGatewayIds: [TransitGatewayId] });
  assert.equal(described.TransitGateways![0]!.State, 'available');
  return described.TransitGateways![0]!;
}

async function attach(caller: EC2, TransitGatewayId: string) {
  const { vpcId: VpcId, subnetIds: SubnetIds } = await createVpc(caller, ['a', 'b']);
  const { TransitGatewayVpcAttachment: made } = await caller.createTransitGatewayVpcAttachment({
    ...{ TransitGatewayId, VpcId, SubnetIds },
    TagSpecifications: [
      { ResourceType: 'transit-gateway-attachment', Tags: [{ Key: 'Name', Value: 'spoke' }] },
    ],
  });
  return { VpcId, SubnetIds, TransitGatewayAttachmentId: made!.TransitGatewayAttachmentId! };
}

test('a hub with a spoke is built, read back and taken down as Terraform does it', async () => {
  const { TransitGatewayId: id, Options, CreationTime, Tags } = await createHub();
  const TransitGatewayId = id!;
  assert.ok(CreationTime instanceof Date);
  assert.deepEqual(Tags, [{ Key: 'Name', Value: 'hub' }]);
  assert.equal(Options!.AmazonSideAsn, 64512);
  const tableId = Options!.AssociationDefaultRouteTableId!;
  const { VpcId, SubnetIds, TransitGatewayAttachmentId } = await attach(ours, TransitGatewayId);

  const ofVpc = await ours.describeTransitGatewayVpcAttachments({
    TransitGatewayAttachmentIds: [TransitGatewayAttachmentId],
  });
  const [shown] = ofVpc.TransitGatewayVpcAttachments!;
  assert.deepEqual([shown!.State, shown!.SubnetIds, shown!.VpcOwnerId], ['available', SubnetIds, hub]);
  assert.equal(shown!.Options!.SecurityGroupReferencingSupport, 'enable');
  const any = await ours.describeTransitGatewayAttachments({
    Filters: [{ Name: 'resource-id', Values: [VpcId] }],
  });
  assert.deepEqual(any.TransitGatewayAttachments![0]!.Association, {
    ...{ TransitGatewayRouteTableId: tableId, State: 'associated' },
  });

  // Terraform asks for these two to know whether the default table is used.
  const pair = { TransitGatewayRouteTableId: tableId };
  const one = { Filters: [{ Name: 'transit-gateway-attachment-id', Values: [TransitGatewayAttachmentId] }] };
  const associations = await ours.getTransitGatewayRouteTableAssociations({ ...pair, ...one });
  assert.equal(associations.Associations![0]!.State, 'associated');
  const propagations = await ours.getTransitGatewayRouteTablePropagations({ ...pair, ...one });
  assert.deepEqual(propagations.TransitGatewayRouteTablePropagations, [
    { TransitGatewayAttachmentId, ResourceId: VpcId, ResourceType: 'vpc', State: 'enabled' },
  ]);
  const ofAttachment = await ours.getTransitGatewayAttachmentPropagations({ TransitGatewayAttachmentId });
  assert.equal(ofAttachment.TransitGatewayAttachmentPropagations![0]!.TransitGatewayRouteTableId, tableId);

  const { RouteTable } = await ours.createRouteTable({ VpcId });
  const RouteTableId = RouteTable!.RouteTableId!;
  await ours.createRoute({ RouteTableId, DestinationCidrBlock: '10.9.0.0/16', TransitGatewayId });
  const tables = await ours.describeRouteTables({ RouteTableIds: [RouteTableId] });
  assert.equal(tables.RouteTables![0]!.Routes![1]!.TransitGatewayId, TransitGatewayId);

  await assert.rejects(ours.deleteTransitGateway({ TransitGatewayId }), failure('IncorrectState'));
  await assert.rejects(ours.deleteSubnet({ SubnetId: SubnetIds[0]! }), failure('DependencyViolation'));
  await ours.deleteTransitGatewayVpcAttachment({ TransitGatewayAttachmentId });
  const after = await ours.describeRouteTables({ RouteTableIds: [RouteTableId] });
  assert.equal(after.RouteTables![0]!.Routes![1]!.State, 'blackhole');
  await ours.deleteTransitGateway({ TransitGatewayId });
  const gone = await ours.describeTransitGateways({ TransitGatewayIds: [TransitGatewayId] });
  assert.equal(gone.TransitGateways![0]!.State, 'deleted');
  await ours.deleteRouteTable({ RouteTableId });
  for (const SubnetId of SubnetIds) await ours.deleteSubnet({ SubnetId });
  await ours.deleteVpc({ VpcId });
});

test('a route table of its own: association moved, propagation, static routes, a search', async () => {
  const { TransitGatewayId: id, Options } = await createHub({ DefaultRouteTablePropagation: 'disable' });
  const TransitGatewayId = id!;
  const { VpcId, TransitGatewayAttachmentId } = await attach(ours, TransitGatewayId);
  const { TransitGatewayRouteTable } = await ours.createTransitGatewayRouteTable({ TransitGatewayId });
  const TransitGatewayRouteTableId = TransitGatewayRouteTable!.TransitGatewayRouteTableId!;
  const described = await ours.describeTransitGatewayRouteTables({
    TransitGatewayRouteTableIds: [TransitGatewayRouteTableId],
  });
  assert.deepEqual(described.TransitGatewayRouteTables![0], TransitGatewayRouteTable);
  const pair = { TransitGatewayRouteTableId, TransitGatewayAttachmentId };
  await assert.rejects(ours.associateTransitGatewayRouteTable(pair), failure('Resource.AlreadyAssociated'));
  await ours.disassociateTransitGatewayRouteTable({
    ...pair,
    TransitGatewayRouteTableId: Options!.AssociationDefaultRouteTableId!,
  });
  const { Association } = await ours.associateTransitGatewayRouteTable(pair);
  assert.deepEqual(Association, { ...pair, ResourceId: VpcId, ResourceType: 'vpc', State: 'associated' });
  await ours.enableTransitGatewayRouteTablePropagation(pair);
  await assert.rejects(
    ours.enableTransitGatewayRouteTablePropagation(pair),
    failure('TransitGatewayRouteTablePropagation.Duplicate'),
  );
  const route = { TransitGatewayRouteTableId, DestinationCidrBlock: '0.0.0.0/0' };
  await ours.createTransitGatewayRoute({ ...route, TransitGatewayAttachmentId });
  const { Route } = await ours.replaceTransitGatewayRoute({ ...route, Blackhole: true });
  assert.deepEqual(Route, { DestinationCidrBlock: '0.0.0.0/0', Type: 'static', State: 'blackhole' });
  const found = await ours.searchTransitGatewayRoutes({
    TransitGatewayRouteTableId,
    Filters: [{ Name: 'route-search.longest-prefix-match', Values: ['10.0.1.7'] }],
  });
  assert.equal(found.AdditionalRoutesAvailable, false);
  assert.deepEqual(found.Routes, [
    {
      ...{ DestinationCidrBlock: '10.0.0.0/16', Type: 'propagated', State: 'active' },
      TransitGatewayAttachments: [{ TransitGatewayAttachmentId, ResourceId: VpcId, ResourceType: 'vpc' }],
    },
  ]);
  await ours.deleteTransitGatewayRoute(route);
  await assert.rejects(ours.deleteTransitGatewayRoute(route), failure('InvalidRoute.NotFound'));
  await assert.rejects(
    ours.deleteTransitGatewayRouteTable({ TransitGatewayRouteTableId }),
    failure('IncorrectState'),
  );
  await ours.disableTransitGatewayRouteTablePropagation(pair);
  await ours.disassociateTransitGatewayRouteTable(pair);
  await ours.deleteTransitGatewayRouteTable({ TransitGatewayRouteTableId });
});

test('what is not built says so, a dry run makes nothing, ids are checked', async () => {
  const { TransitGatewayId } = await createHub();
  const { Options } = await ours
    .modifyTransitGateway({ TransitGatewayId, Options: { AutoAcceptSharedAttachments: 'enable' } })
    .then((answer) => answer.TransitGateway!);
  assert.equal(Options!.AutoAcceptSharedAttachments, 'enable');
  const dry = { TransitGatewayId: TransitGatewayId!, DryRun: true };
  await assert.rejects(ours.deleteTransitGateway(dry), failure('DryRunOperation'));
  const attachment = { TransitGatewayAttachmentId: 'tgw-attach-0123456789abcdef0' };
  for (const refused of [
    ours.createTransitGatewayPeeringAttachment({
      ...{ TransitGatewayId, PeerTransitGatewayId: 'tgw-0123456789abcdef0' },
      ...{ PeerAccountId: hub, PeerRegion: 'us-west-2' },
    }),
    ours.createTransitGatewayMulticastDomain({ TransitGatewayId }),
    ours.createTransitGatewayConnect({
      ...{ TransportTransitGatewayAttachmentId: attachment.TransitGatewayAttachmentId },
      Options: { Protocol: 'gre' },
    }),
    ours.exportTransitGatewayRoutes({ TransitGatewayRouteTableId: 'tgw-rtb-1', S3Bucket: 'b' }),
  ])
    await assert.rejects(refused, failure('NotImplemented'));
  const notFound = failure('InvalidTransitGatewayAttachmentID.NotFound');
  await assert.rejects(ours.modifyTransitGatewayVpcAttachment(attachment), notFound);
  await assert.rejects(ours.acceptTransitGatewayVpcAttachment(attachment), notFound);
  await assert.rejects(ours.rejectTransitGatewayVpcAttachment(attachment), notFound);
  await assert.rejects(
    ours.getTransitGatewayRouteTableAssociations({ TransitGatewayRouteTableId: 'tgw-rtb-0123456789abcdef0' }),
    failure('InvalidRouteTableID.NotFound'),
  );
});
