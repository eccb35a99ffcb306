// Direct Connect over HTTP: lines from sites, virtual interfaces on them, and what is refused in which words.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { publicAddressPool, serviceRanges } from '../../src/cloud/public-range.ts';
import { deleteVpnGateway } from '../../src/services/ec2/vpn-gateway.ts';
import { refusal } from '../operation-harness.ts';
import {
  ask,
  attached,
  call,
  codeOf,
  connect,
  ec2,
  newInterface,
  owner,
  refused,
  stranger,
  world,
} from './directconnect-fixture.ts';

test('each site is a location, and a line begins there', async () => {
  assert.deepEqual((await ask('DescribeLocations')).locations, [
    {
      locationCode: 'berlin',
      locationName: 'Site berlin',
      region: 'us-east-1',
      availablePortSpeeds: ['1G', '10G', '100G', '400G'],
      availableProviders: [],
      availableMacSecPortSpeeds: [],
    },
  ]);
  world.kernel.applied = false;
  const connectionId = await connect({ tags: [{ key: 'team', value: 'blue' }] });
  assert.match(connectionId, /^dxcon-[0-9a-z]{8}$/);
  const describe = async () => (await ask('DescribeConnections', { connectionId })).connections[0];
  const device = { awsDeviceV2: 'berlin-1', awsLogicalDeviceId: 'berlin-1' };
  assert.deepEqual(await describe(), {
    ...{ ownerAccount: owner, connectionId, connectionName: 'line', connectionState: 'pending' },
    ...{ region: 'us-east-1', location: 'berlin', bandwidth: '1Gbps', jumboFrameCapable: true, ...device },
    ...{ hasLogicalRedundancy: 'no', macSecCapable: false, tags: [{ key: 'team', value: 'blue' }] },
  });
  world.kernel.applied = true;
  assert.equal((await describe()).connectionState, 'available', 'once the network has it');
  ec2.store.change((cloud) => cloud.sites.delete('site-00000000000000001'));
  assert.equal((await describe()).connectionState, 'down', 'nobody is at the other end');
  await ask('UpdateConnection', { connectionId, connectionName: 'renamed' });
  assert.equal((await describe()).connectionName, 'renamed');
  assert.equal((await ask('DeleteConnection', { connectionId })).connectionState, 'deleted');
  await refused('DescribeConnections', { connectionId }, /^Could not find Connection with ID dxcon-/);
  assert.deepEqual((await ask('DescribeConnections')).connections, []);
});

test('a line that cannot be is refused', async () => {
  const valid = { location: 'berlin', bandwidth: '1Gbps', connectionName: 'line' };
  await refused('CreateConnection', { ...valid, location: 'atlantis' }, /Location atlantis/);
  await refused('CreateConnection', { ...valid, bandwidth: '7Gbps' }, /Bandwidth 7Gbps/);
  await refused('CreateConnection', { ...valid, connectionName: undefined }, /connectionName is required/);
  const withTags = (...tags: object[]) => codeOf(owner, 'CreateConnection', { ...valid, tags });
  assert.equal(await withTags({ key: 'a' }, { key: 'a' }), 'DuplicateTagKeysException');
  assert.equal(
    await withTags(...Array.from({ length: 51 }, (_, key) => ({ key: `${key}` }))),
    'TooManyTagsException',
  );
  assert.equal(await withTags({ key: 'aws:a' }), 'DirectConnectClientException');
  assert.equal(await codeOf(owner, 'CreateConnection', { ...valid, location: 7 }), 'SerializationException');
  for (const more of [{ bandwidth: '500Mbps' }, { lagId: 'dxlag-0' }, { requestMACSec: true }])
    assert.equal(await codeOf(owner, 'CreateConnection', { ...valid, ...more }), 'NotImplemented');
  for (const operation of ['CreateLag', 'AllocateHostedConnection', 'AssociateMacSecKey']) {
    const { status, body } = await call(owner, operation);
    assert.deepEqual([status, body.__type], [501, 'NotImplemented']);
    assert.match(body.message, new RegExp(`directconnect:${operation}\\.`));
  }
  assert.equal(await codeOf(owner, 'OpenWormhole'), 'UnknownOperationException');
});

test('a private virtual interface leads to a VPC’s gateway; what is not given is made up', async () => {
  const connectionId = await connect();
  const made = await ask('CreatePrivateVirtualInterface', {
    connectionId,
    newPrivateVirtualInterface: {
      ...newInterface,
      virtualGatewayId: attached,
      tags: [{ key: 'a', value: 'b' }],
    },
  });
  const { virtualInterfaceId, authKey, customerRouterConfig, bgpPeers, virtualInterfaceState } = made;
  assert.match(virtualInterfaceId, /^dxvif-[0-9a-z]{8}$/);
  assert.match(authKey, /^[A-Za-z0-9]{24}$/);
  const session = {
    ...{ asn: 65_000, asnLong: 65_000, authKey, addressFamily: 'ipv4' },
    ...{ amazonAddress: '169.254.192.1/30', customerAddress: '169.254.192.2/30' },
  };
  const device = { awsDeviceV2: 'berlin-1', awsLogicalDeviceId: 'berlin-1' };
  assert.deepEqual(made, {
    ...{ ownerAccount: owner, virtualInterfaceId, location: 'berlin', connectionId },
    ...{ virtualInterfaceType: 'private', virtualInterfaceName: 'office', vlan: 101, ...session },
    ...{ amazonSideAsn: 64_512, virtualInterfaceState, customerRouterConfig, mtu: 1500 },
    ...{ jumboFrameCapable: true, virtualGatewayId: attached, routeFilterPrefixes: [], bgpPeers },
    ...{ region: 'us-east-1', ...device, siteLinkEnabled: false, tags: [{ key: 'a', value: 'b' }] },
  });
  assert.match(customerRouterConfig, /<logical_connection id="dxvif-[0-9a-z]{8}">\n {2}<vlan>101<\/vlan>/);
  const { bgpPeerId, bgpStatus, ...peer } = bgpPeers[0];
  assert.deepEqual(peer, { ...session, bgpPeerState: 'available', ...device });
  const found = (await ask('DescribeVirtualInterfaces', { connectionId, virtualInterfaceId }))
    .virtualInterfaces;
  assert.deepEqual(found, [made]);
  assert.deepEqual(
    (await ask('DescribeVirtualInterfaces', { virtualInterfaceId: 'dxvif-00000000' })).virtualInterfaces,
    [],
  );

  const changed = await ask('UpdateVirtualInterfaceAttributes', {
    virtualInterfaceId,
    mtu: 9001,
    virtualInterfaceName: 'b',
  });
  assert.deepEqual([changed.mtu, changed.virtualInterfaceName], [9001, 'b']);
  await refused('UpdateVirtualInterfaceAttributes', { virtualInterfaceId, mtu: 1400 }, /MTU 1400/);
  await refused('DeleteConnection', { connectionId }, /has virtual interfaces/);
  assert.throws(() => ec2.run(deleteVpnGateway, { VpnGatewayId: attached }), refusal('IncorrectState'));
  assert.deepEqual(await ask('DeleteVirtualInterface', { virtualInterfaceId }), {
    virtualInterfaceState: 'deleting',
  });
  await refused('DeleteVirtualInterface', { virtualInterfaceId }, /does not exist/);
  await ask('DeleteConnection', { connectionId });
});

test('the faults of a virtual interface', async () => {
  const connectionId = await connect();
  const about = { ...newInterface, virtualGatewayId: attached };
  const create = (more: object) => ({ connectionId, newPrivateVirtualInterface: { ...about, ...more } });
  await ask('CreatePrivateVirtualInterface', create({}));
  const addresses = (amazonAddress: string, customerAddress: string) => ({
    vlan: 2,
    amazonAddress,
    customerAddress,
  });
  const cases: [object, RegExp][] = [
    [{}, /VLAN 101 is already in use/],
    [{ vlan: 0 }, /VLAN 0/],
    [{ vlan: 4095 }, /VLAN 4095/],
    [{ vlan: 2, asn: undefined }, /asn is required/],
    [{ vlan: 2, asn: 2_147_483_647 }, /ASN 2147483647/],
    [{ vlan: 2, mtu: 1501 }, /MTU/],
    [{ vlan: 2, authKey: 'short' }, /authentication key/],
    [{ vlan: 2, virtualInterfaceName: '' }, /virtualInterfaceName is required/],
    [{ vlan: 2, virtualGatewayId: 'vgw-00000000000000000' }, /does not exist/],
    [{ vlan: 2, virtualGatewayId: undefined }, /either a Virtual Gateway or a Direct Connect Gateway/],
    [
      { vlan: 2, virtualGatewayId: undefined, directConnectGatewayId: 'x' },
      /Direct Connect Gateway x does not exist/,
    ],
    [{ vlan: 2, amazonAddress: '169.254.1.1/30' }, /customerAddress is required/],
    [
      addresses('169.254.1.1/30', '169.254.1.5/30'),
      /^Amazon Address and Customer Address must be in the same CIDR$/,
    ],
    [addresses('169.254.1.0/30', '169.254.1.1/30'), /^Amazon Address is address 0 on its subnet\.$/],
    [
      addresses('169.254.1.3/30', '169.254.1.1/30'),
      /^Amazon Address is the broadcast address on its subnet\.$/,
    ],
    [addresses('169.254.1.1', '169.254.1.2/30'), /Amazon Address 169.254.1.1 is invalid/],
  ];
  for (const [more, text] of cases) await refused('CreatePrivateVirtualInterface', create(more), text);
  for (const more of [{ addressFamily: 'ipv6' }, { enableSiteLink: true }])
    assert.equal(
      await codeOf(owner, 'CreatePrivateVirtualInterface', create({ vlan: 2, ...more })),
      'NotImplemented',
    );
  const given = await ask(
    'CreatePrivateVirtualInterface',
    create({ ...addresses('10.9.0.1/29', '10.9.0.2/29'), asnLong: 4_200_000_001 }),
  );
  assert.deepEqual(
    [given.amazonAddress, given.asn, given.asnLong],
    ['10.9.0.1/29', undefined, 4_200_000_001],
  );
  const other = await connect();
  const elsewhere = await ask('CreatePrivateVirtualInterface', { ...create({}), connectionId: other });
  assert.equal(elsewhere.amazonAddress, '169.254.192.5/30', 'a VLAN is free on another line');
  assert.equal(
    await codeOf(stranger, 'CreatePrivateVirtualInterface', create({ vlan: 3 })),
    'DirectConnectClientException',
  );
});

test('a public virtual interface announces what the site has', async () => {
  const connectionId = await connect();
  const create = (more: object) => ({
    connectionId,
    newPublicVirtualInterface: {
      ...{ ...newInterface, amazonAddress: '203.0.113.1/31', customerAddress: '203.0.113.0/31' },
      ...{ routeFilterPrefixes: [{ cidr: '203.0.113.10/32' }], ...more },
    },
  });
  const made = await ask('CreatePublicVirtualInterface', create({}));
  assert.deepEqual(
    [made.virtualInterfaceType, made.amazonSideAsn, made.routeFilterPrefixes],
    ['public', 7224, [{ cidr: '203.0.113.10/32' }]],
  );
  await refused(
    'CreatePublicVirtualInterface',
    create({ vlan: 2, routeFilterPrefixes: [] }),
    /route filter prefix/,
  );
  await refused(
    'CreatePublicVirtualInterface',
    create({ vlan: 2, routeFilterPrefixes: [{ cidr: 'x' }] }),
    /prefix 'x'/,
  );
  // Another customer's public address, or a service's.
  for (const cidr of [publicAddressPool('us-east-1'), serviceRanges[0]!])
    await refused(
      'CreatePublicVirtualInterface',
      create({ vlan: 2, routeFilterPrefixes: [{ cidr }] }),
      /is not yours to announce/,
    );
  const isPrivate = { vlan: 2, amazonAddress: '10.0.0.1/30', customerAddress: '10.0.0.2/30' };
  const text = /^Amazon Address is not allowed to contain a private IP$/;
  await refused('CreatePublicVirtualInterface', create(isPrivate), text);
  const without = { vlan: 2, amazonAddress: undefined, customerAddress: undefined };
  await refused('CreatePublicVirtualInterface', create(without), /amazonAddress is required/);
  assert.equal(await codeOf(owner, 'CreatePublicVirtualInterface', create({ mtu: 9001 })), 'NotImplemented');
});
