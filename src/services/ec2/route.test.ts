import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { detach, makeInterface, makeVpc } from '../../../test/vpc-fixture.ts';
import { createRoute, deleteRoute, replaceRoute } from './route.ts';
import { createRouteTable, describeRouteTables } from './route-table.ts';
import {
  acceptVpcPeeringConnection,
  createVpcPeeringConnection,
  deleteVpcPeeringConnection,
} from './vpc-peering-connection.ts';

function newCase() {
  const harness = newHarness();
  const { VpcId, SubnetId } = makeVpc(harness);
  const RouteTableId = harness.run(createRouteTable, { VpcId }).RouteTable!.RouteTableId!;
  const eni = makeInterface(harness, SubnetId, { instanceId: 'i-00000000' });
  const NetworkInterfaceId: string = eni.networkInterfaceId;
  const routes = () =>
    harness
      .run(describeRouteTables, { RouteTableIds: [RouteTableId] })
      .RouteTables![0]!.Routes!.filter((route) => route.GatewayId !== 'local');
  const add = (input: object) => harness.run(createRoute, { RouteTableId, ...input });
  return { ...harness, harness, VpcId, SubnetId, RouteTableId, eni, NetworkInterfaceId, routes, add };
}

function newPeering(harness: ReturnType<typeof newHarness>, VpcId: string) {
  const { VpcId: PeerVpcId } = makeVpc(harness, 1);
  const made = harness.run(createVpcPeeringConnection, { VpcId, PeerVpcId }).VpcPeeringConnection!;
  return { VpcPeeringConnectionId: made.VpcPeeringConnectionId!, PeerVpcId };
}

test('a route to an interface shows who is behind it', () => {
  const { add, routes, NetworkInterfaceId } = newCase();
  add({ DestinationCidrBlock: '192.168.0.77/16', NetworkInterfaceId });
  assert.deepEqual(routes(), [
    {
      DestinationCidrBlock: '192.168.0.0/16',
      NetworkInterfaceId,
      InstanceId: 'i-00000000',
      InstanceOwnerId: '111111111111',
      Origin: 'CreateRoute',
      State: 'active',
    },
  ]);
});

test('a route whose interface is let go or gone is a blackhole', () => {
  const { harness, add, routes, eni, NetworkInterfaceId, store } = newCase();
  add({ DestinationCidrBlock: '192.168.0.0/16', NetworkInterfaceId });
  detach(harness, eni.networkInterfaceId);
  assert.equal(routes()[0]!.State, 'blackhole');
  store.change((cloud) => cloud.networkInterfaces.delete(NetworkInterfaceId));
  assert.equal(routes()[0]!.State, 'blackhole');
});

test('a route over peering works while the peering does', () => {
  const { harness, run, add, routes, VpcId } = newCase();
  const { VpcPeeringConnectionId } = newPeering(harness, VpcId);
  add({ DestinationCidrBlock: '10.1.0.0/16', VpcPeeringConnectionId });
  assert.equal(routes()[0]!.State, 'blackhole');
  run(acceptVpcPeeringConnection, { VpcPeeringConnectionId });
  assert.equal(routes()[0]!.State, 'active');
  assert.equal(routes()[0]!.VpcPeeringConnectionId, VpcPeeringConnectionId);
  run(deleteVpcPeeringConnection, { VpcPeeringConnectionId });
  assert.equal(routes()[0]!.State, 'blackhole');
});

test('a route is found, replaced and deleted by its destination', () => {
  const { harness, run, add, routes, RouteTableId, NetworkInterfaceId, VpcId } = newCase();
  const { VpcPeeringConnectionId } = newPeering(harness, VpcId);
  const DestinationCidrBlock = '10.1.0.0/16';
  const missing = `There is no route defined for '10.1.0.0/16' in the route table. Use CreateRoute instead.`;
  const replace = { RouteTableId, DestinationCidrBlock, VpcPeeringConnectionId };
  assert.throws(() => run(replaceRoute, replace), refusal('InvalidParameterValue', missing));
  add({ DestinationCidrBlock, NetworkInterfaceId });
  const exists = 'The route identified by 10.1.0.0/16 already exists';
  assert.throws(
    () => add({ DestinationCidrBlock, VpcPeeringConnectionId }),
    refusal('RouteAlreadyExists', exists),
  );
  run(replaceRoute, replace);
  assert.equal(routes()[0]!.VpcPeeringConnectionId, VpcPeeringConnectionId);
  run(deleteRoute, { RouteTableId, DestinationCidrBlock });
  assert.deepEqual(routes(), []);
  assert.throws(
    () => run(deleteRoute, { RouteTableId, DestinationCidrBlock }),
    refusal(
      'InvalidRoute.NotFound',
      `no route with destination-cidr-block 10.1.0.0/16 in route table ${RouteTableId}`,
    ),
  );
});

test('the local route cannot be made or deleted; an appliance can take its place and give it back', () => {
  const { harness, run, add, routes, store, RouteTableId, NetworkInterfaceId, VpcId } = newCase();
  const { VpcPeeringConnectionId } = newPeering(harness, VpcId);
  const local = { RouteTableId, DestinationCidrBlock: '10.0.0.0/16' };
  const cannotRemove = refusal('InvalidParameterValue', /cannot remove local route/);
  assert.throws(() => add({ ...local, NetworkInterfaceId }), refusal('RouteAlreadyExists'));
  assert.throws(() => run(deleteRoute, local), cannotRemove);
  assert.throws(
    () => run(replaceRoute, { ...local, VpcPeeringConnectionId }),
    refusal('InvalidParameterValue', /can target only an interface, an instance or a NAT gateway/),
  );
  run(replaceRoute, { ...local, NetworkInterfaceId });
  const [replaced, ...others] = routes();
  assert.equal(others.length, 0);
  assert.deepEqual(
    [replaced!.DestinationCidrBlock, replaced!.NetworkInterfaceId],
    ['10.0.0.0/16', NetworkInterfaceId],
  );
  assert.throws(() => run(deleteRoute, local), cannotRemove);
  assert.throws(() => add({ ...local, NetworkInterfaceId }), refusal('RouteAlreadyExists'));
  assert.throws(
    () => run(replaceRoute, { ...local, NetworkInterfaceId, LocalTarget: true }),
    refusal('InvalidParameterCombination', /localTarget/),
  );
  run(replaceRoute, { ...local, LocalTarget: true });
  assert.deepEqual(routes(), []);
  assert.deepEqual(store.cloud.routeTables.find(RouteTableId)!.routes, []);
  add({ DestinationCidrBlock: '192.168.0.0/16', NetworkInterfaceId });
  assert.throws(
    () => run(replaceRoute, { ...local, DestinationCidrBlock: '192.168.0.0/16', LocalTarget: true }),
    refusal('InvalidParameterValue', /is not a local route/),
  );
});

test('a route has exactly one destination, and none of IPv6', () => {
  const { run, add, RouteTableId, NetworkInterfaceId } = newCase();
  assert.throws(
    () => add({ NetworkInterfaceId }),
    refusal('MissingParameter', /^The request must contain exactly one of/),
  );
  assert.throws(
    () =>
      run(deleteRoute, {
        RouteTableId,
        DestinationCidrBlock: '1.0.0.0/8',
        DestinationPrefixListId: 'pl-63a5400a',
      }),
    refusal(
      'InvalidParameterCombination',
      'The parameter destinationPrefixListId cannot be used with the parameter destinationCidrBlock',
    ),
  );
  const to = (DestinationIpv6CidrBlock: string) => () =>
    add({ DestinationIpv6CidrBlock, NetworkInterfaceId });
  for (const reserved of ['fd00:ec2::/32', 'FD00:0EC2:1::/48', 'fd00:ec2::254/128'])
    assert.throws(to(reserved), refusal('InvalidParameterValue', /reserved/), reserved);
  assert.throws(to('::/0'), refusal('NotImplemented'));
  assert.throws(to('nonsense'), refusal('InvalidParameterValue', /malformed/));
});

test('inside the block a route may only lead one whole subnet to an interface', () => {
  const { harness, add, NetworkInterfaceId, VpcId } = newCase();
  const { VpcPeeringConnectionId } = newPeering(harness, VpcId);
  const subnet = '10.0.1.0/24';
  assert.throws(
    () => add({ DestinationCidrBlock: subnet, VpcPeeringConnectionId }),
    refusal('InvalidParameterValue', /can target only an interface, an instance or a NAT gateway/),
  );
  assert.throws(
    () => add({ DestinationCidrBlock: '10.0.1.0/25', NetworkInterfaceId }),
    refusal('InvalidParameterValue'),
  );
  add({ DestinationCidrBlock: subnet, NetworkInterfaceId });
});

test('addresses beside the instance cannot be routed away', () => {
  const { add, NetworkInterfaceId } = newCase();
  for (const DestinationCidrBlock of ['169.254.169.254/32', '169.254.168.0/22', '169.254.170.0/24']) {
    assert.throws(() => add({ DestinationCidrBlock, NetworkInterfaceId }), refusal('InvalidParameterValue'));
  }
});

test('a route has exactly one target, of the same network', () => {
  const { harness, add, NetworkInterfaceId } = newCase();
  const DestinationCidrBlock = '192.168.0.0/16';
  assert.throws(
    () => add({ DestinationCidrBlock }),
    refusal('MissingParameter', /^The request must contain exactly one of VpcPeeringConnectionId, /),
  );
  const two = { DestinationCidrBlock, NetworkInterfaceId, InstanceId: 'i-00000000' };
  assert.throws(() => add(two), refusal('InvalidParameterCombination'));
  const other = makeVpc(harness, 2);
  const theirs = makeInterface(harness, other.SubnetId).networkInterfaceId;
  assert.throws(
    () => add({ DestinationCidrBlock, NetworkInterfaceId: theirs }),
    refusal('InvalidParameterValue', /belong to different networks/),
  );
  const unrelated = harness.run(createVpcPeeringConnection, {
    VpcId: other.VpcId,
    PeerVpcId: makeVpc(harness, 3).VpcId,
  }).VpcPeeringConnection!;
  const { VpcPeeringConnectionId } = unrelated;
  assert.throws(
    () => add({ DestinationCidrBlock, VpcPeeringConnectionId }),
    refusal('InvalidParameterValue'),
  );
});

test('what is no target is refused by name', () => {
  const { add } = newCase();
  const DestinationCidrBlock = '192.168.0.0/16';
  const refused: [object, string][] = [
    [{ NetworkInterfaceId: 'eni-00000000' }, 'InvalidNetworkInterfaceID.NotFound'],
    [{ NetworkInterfaceId: 'nonsense' }, 'InvalidNetworkInterfaceID.Malformed'],
    [{ InstanceId: 'i-11111111' }, 'InvalidInstanceID.NotFound'],
    [{ VpcPeeringConnectionId: 'pcx-00000000' }, 'InvalidVpcPeeringConnectionID.NotFound'],
    [{ VpcEndpointId: 'vpce-00000000' }, 'InvalidVpcEndpointId.NotFound'],
    [{ GatewayId: 'igw-00000000' }, 'InvalidGatewayID.NotFound'],
    [{ GatewayId: 'vgw-00000000' }, 'InvalidGatewayID.NotFound'],
    [{ GatewayId: 'lgw-00000000' }, 'NotImplemented'],
    [{ NatGatewayId: 'nat-00000000' }, 'InvalidNatGatewayID.NotFound'],
  ];
  for (const [target, code] of refused) {
    assert.throws(() => add({ DestinationCidrBlock, ...target }), refusal(code), JSON.stringify(target));
  }
});

test('an endpoint cannot be a target', () => {
  const { add, store, VpcId } = newCase();
  const vpcEndpointId = 'vpce-0123456789abcdef0';
  store.change((cloud) =>
    cloud.vpcEndpoints.put({
      vpcEndpointId,
      accountId: '111111111111',
      region: 'us-east-1',
      vpcEndpointType: 'Interface',
      vpcId: VpcId as 'vpc-',
      serviceName: '',
      serviceId: 'vpce-svc-0',
      legs: [],
      groupIds: [],
      privateDnsEnabled: false,
      dnsSuffix: '',
      decision: 'accepted',
      vpcEndpointConnectionId: '',
      creationTimestamp: '',
    }),
  );
  const text = `Route table contains unsupported route target: ${vpcEndpointId}. VPC Endpoints of this type cannot be used as route targets.`;
  for (const target of [{ VpcEndpointId: vpcEndpointId }, { GatewayId: vpcEndpointId }]) {
    const input = { DestinationCidrBlock: '192.168.0.0/16', ...target };
    assert.throws(() => add(input), refusal('RouteNotSupported', text));
  }
});
