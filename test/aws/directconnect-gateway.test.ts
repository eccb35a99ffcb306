// Direct Connect's gateways over HTTP: what leads to them and what they are associated with; tags, pages and policies.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deleteVpnGateway } from '../../src/services/ec2/vpn-gateway.ts';
import { refusal } from '../operation-harness.ts';
import { makeVpc } from '../vpc-fixture.ts';
import {
  addUser,
  ask,
  attached,
  call,
  codeOf,
  connect,
  ec2,
  newDirectConnectGateway,
  newGateway,
  newInterface,
  owner,
  refused,
  stranger,
} from './directconnect-fixture.ts';

test('a gateway is every region’s, and has what leads to it and what it is associated with', async () => {
  const directConnectGatewayId = await newDirectConnectGateway({
    amazonSideAsn: 65_100,
    tags: [{ key: 'a', value: '1' }],
  });
  const described = async (region: string) =>
    (await call(owner, 'DescribeDirectConnectGateways', { directConnectGatewayId }, { region })).body
      .directConnectGateways;
  const gateway = {
    ...{
      directConnectGatewayId,
      directConnectGatewayName: 'hub',
      amazonSideAsn: 65_100,
      ownerAccount: owner,
    },
    ...{ directConnectGatewayState: 'available', tags: [{ key: 'a', value: '1' }] },
  };
  assert.deepEqual(await described('us-east-1'), [gateway]);
  assert.deepEqual(await described('eu-west-1'), [gateway]);
  await ask('UpdateDirectConnectGateway', { directConnectGatewayId, newDirectConnectGatewayName: 'new' });
  assert.equal((await described('us-east-1'))[0].directConnectGatewayName, 'new');
  await refused('CreateDirectConnectGateway', { directConnectGatewayName: 'x', amazonSideAsn: 7 }, /ASN 7/);

  const connectionId = await connect();
  const about = { ...newInterface, directConnectGatewayId };
  const { virtualInterfaceId } = await ask('CreatePrivateVirtualInterface', {
    connectionId,
    newPrivateVirtualInterface: about,
  });
  const attachments = (await ask('DescribeDirectConnectGatewayAttachments', { directConnectGatewayId }))
    .directConnectGatewayAttachments;
  assert.deepEqual(
    attachments.map((one: Record<string, string>) => [
      one.virtualInterfaceId,
      one.attachmentType,
      one.virtualInterfaceRegion,
    ]),
    [[virtualInterfaceId, 'PrivateVirtualInterface', 'us-east-1']],
  );
  await refused('DescribeDirectConnectGatewayAttachments', {}, /Specify/);
  await refused('DeleteDirectConnectGateway', { directConnectGatewayId }, /has attached virtual interfaces/);
  const transit = { connectionId, newTransitVirtualInterface: { ...about, vlan: 7 } };
  await refused('CreateTransitVirtualInterface', transit, /in use for private/);
  await ask('DeleteVirtualInterface', { virtualInterfaceId });
  const made = (await ask('CreateTransitVirtualInterface', transit)).virtualInterface;
  assert.deepEqual([made.virtualInterfaceType, made.amazonSideAsn], ['transit', 65_100]);
  const association = { directConnectGatewayId, gatewayId: attached };
  await refused('CreateDirectConnectGatewayAssociation', association, /in use for transit/);
  await ask('DeleteVirtualInterface', { virtualInterfaceId: made.virtualInterfaceId });
  const { directConnectGateway } = await ask('DeleteDirectConnectGateway', { directConnectGatewayId });
  assert.equal(directConnectGateway.directConnectGatewayState, 'deleting');
  assert.deepEqual(await described('us-east-1'), []);
});

test('an association lets a VPC be reached, as far as its allowed prefixes go', async () => {
  const directConnectGatewayId = await newDirectConnectGateway();
  const associate = (gatewayId: string, more: object = {}) => ({
    directConnectGatewayId,
    gatewayId,
    ...more,
  });
  const { directConnectGatewayAssociation: made } = await ask(
    'CreateDirectConnectGatewayAssociation',
    associate(attached),
  );
  const { associationId, associationState } = made;
  const gateway = { type: 'virtualPrivateGateway', ownerAccount: owner, region: 'us-east-1' };
  assert.deepEqual(made, {
    ...{ directConnectGatewayId, directConnectGatewayOwnerAccount: owner, associationState },
    ...{ associatedGateway: { id: attached, ...gateway }, associationId },
    allowedPrefixesToDirectConnectGateway: [{ cidr: '10.0.0.0/16' }],
    ...{ virtualGatewayId: attached, virtualGatewayRegion: 'us-east-1', virtualGatewayOwnerAccount: owner },
  });
  const list = async (input: object) =>
    (await ask('DescribeDirectConnectGatewayAssociations', input)).directConnectGatewayAssociations.length;
  assert.equal(await list({ directConnectGatewayId }), 1);
  assert.equal(await list({ associatedGatewayId: attached }), 1);
  assert.equal(await list({ associationId }), 1);
  assert.equal(await list({ virtualGatewayId: 'vgw-00000000000000000' }), 0);
  await refused('DescribeDirectConnectGatewayAssociations', {}, /Specify/);

  const update = (add: string[], remove: string[]) => ({
    associationId,
    addAllowedPrefixesToDirectConnectGateway: add.map((cidr) => ({ cidr })),
    removeAllowedPrefixesToDirectConnectGateway: remove.map((cidr) => ({ cidr })),
  });
  const changed = await ask(
    'UpdateDirectConnectGatewayAssociation',
    update(['10.0.1.0/24'], ['10.0.0.0/16']),
  );
  const { allowedPrefixesToDirectConnectGateway: allowed } = changed.directConnectGatewayAssociation;
  assert.deepEqual(allowed, [{ cidr: '10.0.1.0/24' }]);
  await refused(
    'UpdateDirectConnectGatewayAssociation',
    update([], ['10.0.0.0/16']),
    /not an allowed prefix/,
  );
  await refused('UpdateDirectConnectGatewayAssociation', update([], ['10.0.1.0/24']), /At least one/);

  await refused('CreateDirectConnectGatewayAssociation', associate(attached), /already associated/);
  await refused('CreateDirectConnectGatewayAssociation', associate(newGateway()), /not attached to a VPC/);
  const overlapping = newGateway(makeVpc(ec2).VpcId);
  await refused('CreateDirectConnectGatewayAssociation', associate(overlapping), /overlaps/);
  await refused(
    'CreateDirectConnectGatewayAssociation',
    associate('vgw-00000000000000000'),
    /does not exist/,
  );
  const second = newGateway(makeVpc(ec2, 8).VpcId);
  await ask('CreateDirectConnectGatewayAssociation', { directConnectGatewayId, virtualGatewayId: second });
  await refused('DeleteDirectConnectGateway', { directConnectGatewayId }, /has associations/);
  assert.throws(() => ec2.run(deleteVpnGateway, { VpnGatewayId: second }), refusal('IncorrectState'));
  const gone = await ask('DeleteDirectConnectGatewayAssociation', {
    directConnectGatewayId,
    virtualGatewayId: second,
  });
  assert.equal(gone.directConnectGatewayAssociation.associationState, 'disassociating');
  await ask('DeleteDirectConnectGatewayAssociation', { associationId });
  await refused('DeleteDirectConnectGatewayAssociation', { associationId }, /does not exist/);
  await ask('DeleteDirectConnectGateway', { directConnectGatewayId });
  const listed = (await ask('DescribeVirtualGateways')).virtualGateways;
  assert.deepEqual(listed[0], { virtualGatewayId: attached, virtualGatewayState: 'available' });
});

test('tags are set, shown and taken away, and lists come in pages', async () => {
  const connectionIds = [await connect(), await connect({ connectionName: 'second' })];
  const arns = connectionIds.map((id) => `arn:aws:directconnect:us-east-1:${owner}:dxcon/${id}`);
  const resourceArn = arns[0]!;
  await ask('TagResource', { resourceArn, tags: [{ key: 'a', value: '1' }, { key: 'b' }] });
  await ask('UntagResource', { resourceArn, tagKeys: ['a'] });
  assert.deepEqual((await ask('DescribeTags', { resourceArns: arns })).resourceTags, [
    { resourceArn, tags: [{ key: 'b', value: '' }] },
    { resourceArn: arns[1], tags: [] },
  ]);
  assert.equal(
    await codeOf(stranger, 'DescribeTags', { resourceArns: arns }),
    'DirectConnectClientException',
  );
  const page = await ask('DescribeConnections', { maxResults: 1 });
  assert.deepEqual(
    page.connections.map((one: { connectionId: string }) => one.connectionId),
    [connectionIds[0]],
  );
  const rest = await ask('DescribeConnections', { nextToken: page.nextToken });
  assert.deepEqual(
    rest.connections.map((one: { connectionId: string }) => one.connectionId),
    [connectionIds[1]],
  );
  await refused('DescribeConnections', { nextToken: 'x' }, /nextToken/);
});

test('policies are asked about each resource that is named', async () => {
  const [first, second] = [await connect(), await connect()];
  const arnOf = (id: string) => `arn:aws:directconnect:us-east-1:${owner}:dxcon/${id}`;
  const Statement = [
    {
      Effect: 'Allow',
      Action: ['directconnect:DescribeTags', 'directconnect:DescribeConnections'],
      Resource: arnOf(first),
    },
    {
      Effect: 'Allow',
      Action: 'directconnect:CreatePrivateVirtualInterface',
      Resource: arnOf(first),
      Condition: { StringEquals: { 'aws:RequestTag/team': 'blue' } },
    },
  ];
  const ada = addUser(owner, Statement);
  const statusOf = async (operation: string, input: object) =>
    (await call(owner, operation, input, ada)).status;
  assert.equal(await statusOf('DescribeConnections', { connectionId: first }), 200);
  assert.equal(await statusOf('DescribeConnections', {}), 400, 'all of them are not that one');
  assert.equal(await statusOf('DescribeTags', { resourceArns: [arnOf(first)] }), 200);
  assert.equal(await statusOf('DescribeTags', { resourceArns: [arnOf(first), arnOf(second)] }), 400);
  const create = (value: string) => ({
    connectionId: first,
    newPrivateVirtualInterface: {
      ...newInterface,
      virtualGatewayId: attached,
      tags: [{ key: 'team', value }],
    },
  });
  assert.equal(await statusOf('CreatePrivateVirtualInterface', create('red')), 400);
  assert.equal(await statusOf('CreatePrivateVirtualInterface', create('blue')), 200);
});
