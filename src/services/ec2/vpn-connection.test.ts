import assert from 'node:assert/strict';
import { test } from 'node:test';
import { putSite } from '../../../test/networks/example-site.ts';
import { type Harness, newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeVpc } from '../../../test/vpc-fixture.ts';
import { createCustomerGateway, deleteCustomerGateway } from './customer-gateway.ts';
import { createRoute, replaceRoute } from './route.ts';
import { createRouteTable, describeRouteTables } from './route-table.ts';
import { searchTransitGatewayRoutes } from './search-transit-gateway-routes.ts';
import { createTags } from './tag.ts';
import { createTransitGateway } from './transit-gateway.ts';
import { describeTransitGatewayAttachments } from './transit-gateway-attachment.ts';
import { createVpnConnection, deleteVpnConnection, describeVpnConnections } from './vpn-connection.ts';
import { createVpnConnectionRoute, deleteVpnConnectionRoute } from './vpn-connection-route.ts';
import { attachVpnGateway, createVpnGateway, deleteVpnGateway, detachVpnGateway } from './vpn-gateway.ts';
import { enableVgwRoutePropagation } from './vpn-gateway-propagation.ts';

const Type = 'ipsec.1';

function newCase() {
  const harness = newHarness();
  const { run } = harness;
  const { VpnGatewayId } = run(createVpnGateway, { Type }).VpnGateway!;
  const { CustomerGatewayId } = run(createCustomerGateway, {
    Type,
    IpAddress: '203.0.113.10',
  }).CustomerGateway!;
  const request = { Type, VpnGatewayId, CustomerGatewayId };
  const create = (Options = {}) => run(createVpnConnection, { ...request, Options }).VpnConnection!;
  const find = (id: string) => run(describeVpnConnections, { VpnConnectionIds: [id] }).VpnConnections![0]!;
  return { ...harness, VpnGatewayId, CustomerGatewayId, request, create, find };
}

test('a connection has two tunnels, each with its own addresses and key', () => {
  const { create, VpnGatewayId, CustomerGatewayId } = newCase();
  const connection = create();
  const { VpnConnectionId, Options, VgwTelemetry, CustomerGatewayConfiguration: text = '' } = connection;
  const [first, second] = Options!.TunnelOptions!;
  assert.partialDeepStrictEqual(connection, {
    ...{ VpnGatewayId, CustomerGatewayId, State: 'available', Type, Category: 'VPN', Routes: [] },
    Options: { StaticRoutesOnly: false, EnableAcceleration: false, TunnelInsideIpVersion: 'ipv4' },
  });
  for (const tunnel of [first!, second!]) {
    assert.match(tunnel.TunnelInsideCidr!, /^169\.254\.\d+\.\d+\/30$/);
    assert.match(tunnel.PreSharedKey!, /^[A-Za-z1-9._][A-Za-z0-9._]{31}$/);
    for (const part of [tunnel.OutsideIpAddress!, tunnel.PreSharedKey!]) assert.ok(text.includes(part));
  }
  assert.notEqual(first!.TunnelInsideCidr, second!.TunnelInsideCidr);
  assert.notEqual(first!.OutsideIpAddress, second!.OutsideIpAddress);
  assert.ok(text.includes(`<vpn_connection id="${VpnConnectionId}">`));
  assert.ok(text.includes('<asn>64512</asn>') && !text.includes('NoBGPVPNConnection'));
  // Nobody has the customer gateway's address.
  assert.deepEqual(
    VgwTelemetry!.map(({ Status, AcceptedRouteCount }) => [Status, AcceptedRouteCount]),
    [
      ['DOWN', 0],
      ['DOWN', 0],
    ],
  );
});

test('the same two gateways have one connection', () => {
  const { create, run, request } = newCase();
  const { VpnConnectionId } = create();
  assert.equal(create().VpnConnectionId, VpnConnectionId);
  run(deleteVpnConnection, { VpnConnectionId });
  assert.notEqual(run(createVpnConnection, request).VpnConnection!.VpnConnectionId, VpnConnectionId);
});

test('a deleted connection is seen for a while, and lets its gateways go', () => {
  const { create, find, run, clock, VpnGatewayId, CustomerGatewayId } = newCase();
  const VpnConnectionId = create().VpnConnectionId!;
  assert.throws(
    () => run(deleteCustomerGateway, { CustomerGatewayId }),
    refusal('IncorrectState', 'The customer gateway is in use.'),
  );
  assert.throws(() => run(deleteVpnGateway, { VpnGatewayId }), refusal('IncorrectState'));
  run(deleteVpnConnection, { VpnConnectionId });
  assert.equal(find(VpnConnectionId).State, 'deleted');
  const notFound = refusal(
    'InvalidVpnConnectionID.NotFound',
    `The vpnConnection ID '${VpnConnectionId}' does not exist`,
  );
  assert.throws(() => run(deleteVpnConnection, { VpnConnectionId }), notFound);
  run(deleteCustomerGateway, { CustomerGatewayId });
  run(deleteVpnGateway, { VpnGatewayId });
  clock.now = new Date(clock.now.getTime() + 2 * 60 * 60 * 1000);
  assert.throws(() => find(VpnConnectionId), notFound);
});

test('static routes belong to a connection without BGP', () => {
  const { create, find, run, request } = newCase();
  const dynamic = create().VpnConnectionId!;
  const DestinationCidrBlock = '192.168.0.0/16';
  assert.throws(
    () => run(createVpnConnectionRoute, { VpnConnectionId: dynamic, DestinationCidrBlock }),
    refusal('InvalidVpnConnection.InvalidType'),
  );
  run(deleteVpnConnection, { VpnConnectionId: dynamic });
  const { VpnConnectionId = '', CustomerGatewayConfiguration: text = '' } = run(createVpnConnection, {
    ...request,
    Options: { StaticRoutesOnly: true },
  }).VpnConnection!;
  assert.ok(text.includes('NoBGPVPNConnection') && !text.includes('<asn>'));
  run(createVpnConnectionRoute, { VpnConnectionId, DestinationCidrBlock });
  run(createVpnConnectionRoute, { VpnConnectionId, DestinationCidrBlock });
  assert.deepEqual(find(VpnConnectionId).Routes, [{ DestinationCidrBlock, State: 'available' }]);
  const Filters = [{ Name: 'route.destination-cidr-block', Values: ['192.168.*'] }];
  assert.equal(run(describeVpnConnections, { Filters }).VpnConnections!.length, 1);
  run(deleteVpnConnectionRoute, { VpnConnectionId, DestinationCidrBlock });
  assert.throws(
    () => run(deleteVpnConnectionRoute, { VpnConnectionId, DestinationCidrBlock }),
    refusal('InvalidRoute.NotFound'),
  );
});

test('what is asked of the tunnels is shown as it was asked', () => {
  const { create } = newCase();
  const [first, second] = create({
    TunnelOptions: [
      {
        TunnelInsideCidr: '169.254.44.232/30',
        PreSharedKey: 'abcdefgh.12345',
        DPDTimeoutAction: 'restart',
        IKEVersions: [{ Value: 'ikev2' }],
        Phase1DHGroupNumbers: [{ Value: 14 }],
      },
    ],
  }).Options!.TunnelOptions!;
  assert.partialDeepStrictEqual(first, {
    TunnelInsideCidr: '169.254.44.232/30',
    PreSharedKey: 'abcdefgh.12345',
    DpdTimeoutAction: 'restart',
    IkeVersions: [{ Value: 'ikev2' }],
    Phase1DHGroupNumbers: [{ Value: 14 }],
  });
  assert.equal(second!.IkeVersions, undefined);
});

test('what AWS or Isthmus does not take is refused before anything is made', () => {
  const { create, run, request, CustomerGatewayId } = newCase();
  const invalid: [object, string][] = [
    [{ TunnelOptions: [{ TunnelInsideCidr: '169.254.0.0/30' }] }, 'InvalidParameterValue'],
    [{ TunnelOptions: [{ TunnelInsideCidr: '10.0.0.0/30' }] }, 'InvalidParameterValue'],
    [{ TunnelOptions: [{ TunnelInsideCidr: '169.254.8.1/30' }] }, 'InvalidParameterValue'],
    [{ TunnelOptions: [{ PreSharedKey: '0startswithzero' }] }, 'InvalidParameterValue'],
    [{ TunnelOptions: [{ Phase1LifetimeSeconds: 1 }] }, 'InvalidParameterValue'],
    [{ TunnelOptions: [{ IKEVersions: [{ Value: 'ikev3' }] }] }, 'InvalidParameterValue'],
    [{ TunnelOptions: [{}, {}, {}] }, 'InvalidParameterValue'],
    [{ EnableAcceleration: true }, 'NotImplemented'],
    [{ TunnelInsideIpVersion: 'ipv6' }, 'NotImplemented'],
    [{ LocalIpv4NetworkCidr: '10.0.0.0/8' }, 'NotImplemented'],
    [{ OutsideIpAddressType: 'PrivateIpv4' }, 'NotImplemented'],
  ];
  for (const [options, code] of invalid) assert.throws(() => create(options), refusal(code));
  assert.deepEqual(run(describeVpnConnections, {}).VpnConnections, []);
  assert.throws(
    () => run(createVpnConnection, { Type, CustomerGatewayId }),
    refusal('MissingParameter', 'The request must contain the parameter VpnGatewayId'),
  );
  assert.throws(
    () => run(createVpnConnection, { ...request, CustomerGatewayId: 'cgw-00000000000000000' }),
    refusal('InvalidCustomerGatewayID.NotFound'),
  );
});

test('connections are found by what they are, and by their owner alone', () => {
  const { create, run, VpnGatewayId, CustomerGatewayId } = newCase();
  const VpnConnectionId = create().VpnConnectionId!;
  run(createTags, { Resources: [VpnConnectionId], Tags: [{ Key: 'Name', Value: 'home' }] });
  for (const [Name, value] of [
    ['vpn-gateway-id', VpnGatewayId!],
    ['customer-gateway-id', CustomerGatewayId!],
    ['vpn-connection-id', VpnConnectionId],
    ['option.static-routes-only', 'false'],
    ['bgp-asn', '65000'],
    ['state', 'available'],
    ['tag:Name', 'home'],
  ] as const) {
    const found = run(describeVpnConnections, { Filters: [{ Name, Values: [value] }] }).VpnConnections!;
    assert.equal(found.length, 1, Name);
  }
  const theirs = { accountId: '222222222222' };
  assert.deepEqual(run(describeVpnConnections, {}, theirs).VpnConnections, []);
});

test("the tunnels are up while a site has the customer gateway's address and both ends are applied", () => {
  const { create, find, run, store, world, VpnGatewayId } = newCase();
  const { VpcId } = makeVpc({ run, store, world } as Harness);
  run(attachVpnGateway, { VpnGatewayId, VpcId });
  const { RouteTableId } = run(createRouteTable, { VpcId }).RouteTable!;
  run(enableVgwRoutePropagation, { RouteTableId, GatewayId: VpnGatewayId });
  const routes = () => run(describeRouteTables, { RouteTableIds: [RouteTableId!] }).RouteTables![0]!.Routes!;
  const VpnConnectionId = create().VpnConnectionId!;
  assert.deepEqual(routes().slice(1), []);

  const site = store.change((cloud) => putSite(cloud, 'berlin', '192.168.0.0/16'));
  assert.equal(site.publicAddress, '203.0.113.10');
  const [up] = find(VpnConnectionId).VgwTelemetry!;
  assert.partialDeepStrictEqual(up, { Status: 'UP', StatusMessage: '1 BGP ROUTES', AcceptedRouteCount: 1 });
  const propagated = {
    ...{ DestinationCidrBlock: '192.168.0.0/16', GatewayId: VpnGatewayId },
    ...{ Origin: 'EnableVgwRoutePropagation', State: 'active' },
  };
  assert.deepEqual(routes().slice(1), [propagated]);
  world.applied = 0;
  assert.equal(find(VpnConnectionId).State, 'pending');
  assert.equal(find(VpnConnectionId).VgwTelemetry![0]!.Status, 'DOWN');
  world.applied = true;

  // AWS: what somebody wrote is taken before what is told, and shown in its stead.
  const route = { RouteTableId, DestinationCidrBlock: '192.168.0.0/16', GatewayId: VpnGatewayId };
  run(createRoute, route);
  assert.deepEqual(routes().slice(1), [{ ...propagated, Origin: 'CreateRoute' }]);
  run(detachVpnGateway, { VpnGatewayId, VpcId });
  assert.deepEqual(routes().slice(1), [{ ...propagated, Origin: 'CreateRoute', State: 'blackhole' }]);
  assert.throws(
    () => run(replaceRoute, route),
    refusal(
      'InvalidParameterValue',
      `route table ${RouteTableId} and network gateway ${VpnGatewayId} belong to different networks`,
    ),
  );
});

test('a connection to a transit gateway is an attachment that comes and goes with it', () => {
  const { run, store, CustomerGatewayId, VpnGatewayId } = newCase();
  const { TransitGatewayId, Options } = run(createTransitGateway, {}).TransitGateway!;
  const request = { Type, CustomerGatewayId, TransitGatewayId };
  const made = run(createVpnConnection, request).VpnConnection!;
  assert.partialDeepStrictEqual(made, { TransitGatewayId, State: 'available', CustomerGatewayId });
  assert.equal(made.VpnGatewayId, undefined);
  assert.match(made.CustomerGatewayConfiguration!, /<transit_gateway_id>tgw-/);
  const { VpnConnectionId } = made;
  const attachment = () =>
    run(describeTransitGatewayAttachments, {}).TransitGatewayAttachments!.find(
      ({ ResourceId }) => ResourceId === VpnConnectionId,
    )!;
  const { AssociationDefaultRouteTableId: TransitGatewayRouteTableId } = Options!;
  assert.partialDeepStrictEqual(attachment(), {
    ...{ ResourceType: 'vpn', State: 'available', TransitGatewayId },
    Association: { State: 'associated', TransitGatewayRouteTableId },
  });
  const routes = () =>
    run(searchTransitGatewayRoutes, {
      TransitGatewayRouteTableId,
      Filters: [{ Name: 'type', Values: ['propagated'] }],
    }).Routes!.map(({ DestinationCidrBlock }) => DestinationCidrBlock);
  assert.deepEqual(routes(), []);
  store.change((cloud) => putSite(cloud, 'berlin', '192.168.0.0/16'));
  assert.deepEqual(routes(), ['192.168.0.0/16']);
  // There may be several, for more of a way.
  assert.notEqual(run(createVpnConnection, request).VpnConnection!.VpnConnectionId, VpnConnectionId);
  run(deleteVpnConnection, { VpnConnectionId });
  assert.equal(attachment().State, 'deleted');
  assert.throws(
    () => run(createVpnConnection, { ...request, VpnGatewayId }),
    refusal('InvalidParameterCombination'),
  );
  assert.throws(
    () => run(createVpnConnection, { ...request, TransitGatewayId: 'tgw-00000000000000000' }),
    refusal('InvalidTransitGatewayID.NotFound'),
  );
});
