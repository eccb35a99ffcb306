// Direct Connect to transit gateways, and whether sessions are up: what the network carries.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { searchTransitGatewayRoutes } from '../../src/services/ec2/search-transit-gateway-routes.ts';
import { createTransitGateway, deleteTransitGateway } from '../../src/services/ec2/transit-gateway.ts';
import { describeTransitGatewayAttachments } from '../../src/services/ec2/transit-gateway-attachment.ts';
import { refusal } from '../operation-harness.ts';
import {
  ask,
  attached,
  connect,
  ec2,
  newDirectConnectGateway,
  newInterface,
  refused,
  world,
} from './directconnect-fixture.ts';

const prefixes = { addAllowedPrefixesToDirectConnectGateway: [{ cidr: '10.0.0.0/8' }] };

test('a session is up while a site is at the other end and both ends are in the network', async () => {
  const connectionId = await connect();
  const about = { ...newInterface, virtualGatewayId: attached };
  const request = { connectionId, newPrivateVirtualInterface: about };
  const made = await ask('CreatePrivateVirtualInterface', request);
  assert.deepEqual([made.virtualInterfaceState, made.bgpPeers[0].bgpStatus], ['available', 'up']);
  const { virtualInterfaceId } = made;
  const state = async () => {
    const [one] = (await ask('DescribeVirtualInterfaces', { virtualInterfaceId })).virtualInterfaces;
    return [one.virtualInterfaceState, one.bgpPeers[0].bgpStatus];
  };
  world.kernel.applied = 0;
  assert.deepEqual(await state(), ['pending', 'down']);
  world.kernel.applied = true;
  ec2.store.change((cloud) => cloud.sites.delete('site-00000000000000001'));
  assert.deepEqual(await state(), ['down', 'down']);
});

test('a transit gateway is associated by an attachment, which announces what sites have', async () => {
  const directConnectGatewayId = await newDirectConnectGateway({ amazonSideAsn: 65_100 });
  const transitGateway = ec2.run(createTransitGateway, {}).TransitGateway!;
  const { TransitGatewayId: gatewayId = '', Options } = transitGateway;
  const association = { directConnectGatewayId, gatewayId, ...prefixes };
  const connectionId = await connect();
  const newTransitVirtualInterface = { ...newInterface, directConnectGatewayId };
  await ask('CreateTransitVirtualInterface', { connectionId, newTransitVirtualInterface });
  const made = (await ask('CreateDirectConnectGatewayAssociation', association))
    .directConnectGatewayAssociation;
  assert.partialDeepStrictEqual(made, {
    associationState: 'associated',
    associatedGateway: { id: gatewayId, type: 'transitGateway', region: 'us-east-1' },
    allowedPrefixesToDirectConnectGateway: [{ cidr: '10.0.0.0/8' }],
  });
  assert.equal(made.virtualGatewayId, undefined);
  const attachment = () =>
    ec2
      .run(describeTransitGatewayAttachments, {})
      .TransitGatewayAttachments!.find(({ ResourceId }) => ResourceId === directConnectGatewayId)!;
  const { AssociationDefaultRouteTableId: TransitGatewayRouteTableId } = Options!;
  assert.partialDeepStrictEqual(attachment(), {
    ...{ ResourceType: 'direct-connect-gateway', State: 'available' },
    Association: { State: 'associated', TransitGatewayRouteTableId },
  });
  const routes = () =>
    ec2.run(searchTransitGatewayRoutes, {
      TransitGatewayRouteTableId,
      Filters: [{ Name: 'type', Values: ['propagated'] }],
    }).Routes!;
  assert.deepEqual(
    routes().map(({ DestinationCidrBlock, State }) => [DestinationCidrBlock, State]),
    [['192.168.0.0/16', 'active']],
  );
  await refused('CreateDirectConnectGatewayAssociation', association, /already associated/);
  assert.throws(
    () => ec2.run(deleteTransitGateway, { TransitGatewayId: gatewayId }),
    refusal(
      'IncorrectState',
      `${gatewayId} has non-deleted DirectConnect Gateway Attachments: ${attachment().TransitGatewayAttachmentId}.`,
    ),
  );
  const { associationId } = made;
  await ask('DeleteDirectConnectGatewayAssociation', { associationId });
  assert.equal(attachment().State, 'deleted');
  assert.deepEqual(routes(), []);
});

test('gateways and associations are ready once the network has them', async () => {
  world.kernel.applied = 0;
  const directConnectGatewayId = await newDirectConnectGateway();
  const show = async () => {
    const about = { directConnectGatewayId };
    const [gateway] = (await ask('DescribeDirectConnectGateways', about)).directConnectGateways;
    const { directConnectGatewayAssociations: [association] = [] } = await ask(
      'DescribeDirectConnectGatewayAssociations',
      about,
    );
    return [gateway.directConnectGatewayState, association?.associationState];
  };
  assert.deepEqual(await show(), ['pending', undefined]);
  const { directConnectGatewayAssociation: made } = await ask('CreateDirectConnectGatewayAssociation', {
    ...{ directConnectGatewayId, gatewayId: attached },
  });
  assert.deepEqual(await show(), ['pending', 'associating']);
  world.kernel.applied = true;
  assert.deepEqual(await show(), ['available', 'associated']);
  const { associationId } = made;
  world.kernel.applied = 0;
  await ask('UpdateDirectConnectGatewayAssociation', { associationId, ...prefixes });
  assert.equal((await show())[1], 'updating');
});

test('an association that AWS does not make is refused', async () => {
  const directConnectGatewayId = await newDirectConnectGateway();
  const { TransitGatewayId: gatewayId } = ec2.run(createTransitGateway, {}).TransitGateway!;
  const association = { directConnectGatewayId, gatewayId };
  const create = 'CreateDirectConnectGatewayAssociation';
  await refused(create, association, /At least one allowed prefix/);
  await refused(create, { ...association, ...prefixes }, /have the same ASN, 64512/);
  await refused(create, { ...association, gatewayId: 'tgw-00000000000000000' }, /does not exist/);
});
