import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeVpc } from '../../../test/vpc-fixture.ts';
import {
  createCustomerGateway,
  deleteCustomerGateway,
  describeCustomerGateways,
} from './customer-gateway.ts';
import { createRouteTable, describeRouteTables } from './route-table.ts';
import { deleteSubnet } from './subnet.ts';
import { createTags } from './tag.ts';
import { deleteVpc } from './vpc.ts';
import {
  attachVpnGateway,
  createVpnGateway,
  deleteVpnGateway,
  describeVpnGateways,
  detachVpnGateway,
} from './vpn-gateway.ts';
import { disableVgwRoutePropagation, enableVgwRoutePropagation } from './vpn-gateway-propagation.ts';

const Type = 'ipsec.1';
const anHourMs = 60 * 60 * 1000;

function newCase() {
  const harness = newHarness();
  const { run } = harness;
  const make = () => run(createVpnGateway, { Type }).VpnGateway!.VpnGatewayId!;
  const VpnGatewayId = make();
  const find = () => run(describeVpnGateways, { VpnGatewayIds: [VpnGatewayId] }).VpnGateways![0]!;
  const later = () => {
    harness.clock.now = new Date(harness.clock.now.getTime() + anHourMs + 1);
  };
  return { ...harness, ...makeVpc(harness), VpnGatewayId, make, find, later };
}

test('a virtual private gateway is attached to one VPC, detached and deleted', () => {
  const { run, world, find, later, VpcId, SubnetId, VpnGatewayId } = newCase();
  const expected = { VpnGatewayId, AmazonSideAsn: 64512, State: 'available', Type, Tags: [] };
  assert.deepEqual(find(), { ...expected, VpcAttachments: [] });
  const attachment = run(attachVpnGateway, { VpnGatewayId, VpcId }).VpcAttachment;
  assert.deepEqual(attachment, { VpcId, State: 'attached' });
  world.applied = 0;
  assert.deepEqual(find().VpcAttachments, [{ VpcId, State: 'attaching' }]);
  run(deleteSubnet, { SubnetId });
  assert.throws(() => run(deleteVpc, { VpcId }), refusal('DependencyViolation'));
  assert.throws(
    () => run(deleteVpnGateway, { VpnGatewayId }),
    refusal('IncorrectState', 'The VPN gateway is in use.'),
  );
  run(detachVpnGateway, { VpnGatewayId, VpcId });
  assert.deepEqual(find().VpcAttachments, [{ VpcId, State: 'detached' }]);
  run(deleteVpc, { VpcId });
  run(deleteVpnGateway, { VpnGatewayId });
  assert.equal(find().State, 'deleted');
  const notFound = refusal(
    'InvalidVpnGatewayID.NotFound',
    `The vpnGateway ID '${VpnGatewayId}' does not exist`,
  );
  assert.throws(() => run(deleteVpnGateway, { VpnGatewayId }), notFound);
  later();
  assert.throws(find, notFound);
  assert.deepEqual(run(describeVpnGateways, {}).VpnGateways, []);
});

test('one gateway per VPC, one VPC per gateway', () => {
  const { run, make, VpcId, VpnGatewayId, ...harness } = newCase();
  const other = makeVpc({ run, ...harness }, 1).VpcId;
  const notAttached = (id: string) =>
    refusal(
      'InvalidVpnGatewayAttachment.NotFound',
      `The attachment with vpn gateway ID '${VpnGatewayId}' and vpc ID '${id}' does not exist`,
    );
  assert.throws(() => run(detachVpnGateway, { VpnGatewayId, VpcId }), notAttached(VpcId));
  run(attachVpnGateway, { VpnGatewayId, VpcId });
  assert.throws(
    () => run(attachVpnGateway, { VpnGatewayId: make(), VpcId }),
    refusal('InvalidVpcState', `VPC ${VpcId} is currently attached to the Virtual Private Gateway.`),
  );
  assert.throws(
    () => run(attachVpnGateway, { VpnGatewayId, VpcId: other }),
    refusal('VpnGatewayAttachmentLimitExceeded'),
  );
  assert.throws(() => run(detachVpnGateway, { VpnGatewayId, VpcId: other }), notAttached(other));
  run(detachVpnGateway, { VpnGatewayId, VpcId });
  run(attachVpnGateway, { VpnGatewayId, VpcId: other });
});

test('virtual private gateways are found by what they are, and by their owner alone', () => {
  const { run, make, VpcId, VpnGatewayId } = newCase();
  make();
  run(attachVpnGateway, { VpnGatewayId, VpcId });
  run(createTags, { Resources: [VpnGatewayId], Tags: [{ Key: 'Name', Value: 'home' }] });
  for (const [Name, value] of [
    ['attachment.vpc-id', VpcId],
    ['attachment.state', 'attached'],
    ['vpn-gateway-id', VpnGatewayId],
    ['tag:Name', 'home'],
  ] as const) {
    const found = run(describeVpnGateways, { Filters: [{ Name, Values: [value] }] }).VpnGateways!;
    assert.deepEqual(
      found.map((gateway) => gateway.VpnGatewayId),
      [VpnGatewayId],
      Name,
    );
  }
  const theirs = { accountId: '222222222222' };
  assert.deepEqual(run(describeVpnGateways, {}, theirs).VpnGateways, []);
  assert.throws(
    () => run(detachVpnGateway, { VpnGatewayId, VpcId }, theirs),
    refusal('InvalidVpnGatewayID.NotFound'),
  );
});

test('what AWS does not take is refused', () => {
  const { run } = newCase();
  assert.throws(
    () => run(createVpnGateway, { Type: 'ipsec.2' as 'ipsec.1' }),
    refusal('InvalidParameterValue', 'Value (ipsec.2) for parameter type is invalid.'),
  );
  assert.throws(
    () => run(createVpnGateway, { Type, AmazonSideAsn: 7224 }),
    refusal('InvalidParameterValue', /must be a private ASN/),
  );
  assert.throws(
    () => run(createCustomerGateway, { Type, BgpAsn: 65000 }),
    refusal('MissingParameter', 'The request must contain the parameter IpAddress'),
  );
  assert.throws(
    () => run(createCustomerGateway, { Type, IpAddress: '203.0.113.300' }),
    refusal('InvalidParameterValue', /Invalid IPv4 address/),
  );
  assert.throws(
    () => run(createCustomerGateway, { Type, IpAddress: '203.0.113.10', BgpAsn: 0 }),
    refusal('InvalidParameterValue', /bgpAsn is invalid/),
  );
  assert.throws(
    () => run(createCustomerGateway, { Type, IpAddress: '203.0.113.10', CertificateArn: 'arn:aws:acm:' }),
    refusal('NotImplemented'),
  );
});

test('a customer gateway that is the same in everything is the same one', () => {
  const { run, later } = newCase();
  const request = { Type, IpAddress: '203.0.113.10', BgpAsn: 65001, DeviceName: 'edge' } as const;
  const made = run(createCustomerGateway, request).CustomerGateway!;
  const { CustomerGatewayId } = made;
  assert.deepEqual(made, {
    ...{ CustomerGatewayId, IpAddress: '203.0.113.10', BgpAsn: '65001', DeviceName: 'edge' },
    ...{ State: 'available', Type, Tags: [] },
  });
  assert.equal(run(createCustomerGateway, request).CustomerGateway!.CustomerGatewayId, CustomerGatewayId);
  const other = run(createCustomerGateway, { Type, PublicIp: '203.0.113.10', BgpAsnExtended: 4200000000 });
  assert.equal(other.CustomerGateway!.BgpAsnExtended, '4200000000');
  const byAddress = [{ Name: 'ip-address', Values: ['203.0.113.10'] }];
  assert.equal(run(describeCustomerGateways, { Filters: byAddress }).CustomerGateways!.length, 2);
  run(deleteCustomerGateway, { CustomerGatewayId });
  const find = () =>
    run(describeCustomerGateways, { CustomerGatewayIds: [CustomerGatewayId!] }).CustomerGateways![0]!;
  assert.equal(find().State, 'deleted');
  assert.notEqual(run(createCustomerGateway, request).CustomerGateway!.CustomerGatewayId, CustomerGatewayId);
  later();
  assert.throws(
    find,
    refusal(
      'InvalidCustomerGatewayID.NotFound',
      `The customerGateway ID '${CustomerGatewayId}' does not exist`,
    ),
  );
});

test('only an attached gateway propagates into a route table', () => {
  const { run, VpcId, VpnGatewayId: GatewayId } = newCase();
  const { RouteTableId } = run(createRouteTable, { VpcId }).RouteTable!;
  const propagating = () =>
    run(describeRouteTables, { RouteTableIds: [RouteTableId!] }).RouteTables![0]!.PropagatingVgws;
  assert.throws(
    () => run(enableVgwRoutePropagation, { RouteTableId, GatewayId }),
    refusal('Gateway.NotAttached', `resource ${GatewayId} is not attached to network ${VpcId}`),
  );
  run(attachVpnGateway, { VpnGatewayId: GatewayId, VpcId });
  run(enableVgwRoutePropagation, { RouteTableId, GatewayId });
  run(enableVgwRoutePropagation, { RouteTableId, GatewayId });
  assert.deepEqual(propagating(), [{ GatewayId }]);
  run(disableVgwRoutePropagation, { RouteTableId, GatewayId });
  assert.deepEqual(propagating(), []);
  run(disableVgwRoutePropagation, { RouteTableId, GatewayId });
  assert.throws(
    () => run(enableVgwRoutePropagation, { RouteTableId, GatewayId: 'vgw-00000000000000000' }),
    refusal('InvalidGatewayID.NotFound'),
  );
});
