// Direct Connect over HTTP beside EC2's operations, on one store, with a site to have lines from.

import assert from 'node:assert/strict';
import { beforeEach } from 'node:test';
import { directConnectService } from '../../src/services/directconnect/directconnect.ts';
import { attachVpnGateway, createVpnGateway } from '../../src/services/ec2/vpn-gateway.ts';
import { newHarness } from '../operation-harness.ts';
import { makeVpc } from '../vpc-fixture.ts';
import { startJsonService } from './json-service-fixture.ts';

export const [owner, stranger] = ['111111111111', '222222222222'] as const;
export const ec2 = newHarness();
export const { call, codeOf, world, addUser } = await startJsonService(directConnectService, ec2.store);
export const newGateway = (VpcId?: string) => {
  const { VpnGatewayId } = ec2.run(createVpnGateway, { Type: 'ipsec.1' }).VpnGateway!;
  if (VpcId) ec2.run(attachVpnGateway, { VpnGatewayId: VpnGatewayId!, VpcId });
  return VpnGatewayId!;
};
export const attached = newGateway(makeVpc(ec2).VpcId);

export const ask = async (operation: string, input: object = {}) => {
  const { status, body } = await call(owner, operation, input);
  assert.equal(status, 200, JSON.stringify(body));
  return body;
};
/** What is wrong is in the text alone. */
export const refused = async (operation: string, input: object, text: RegExp) => {
  const { status, body } = await call(owner, operation, input);
  assert.deepEqual([status, body.__type], [400, 'DirectConnectClientException'], JSON.stringify(body));
  assert.match(body.message, text);
};
export const connect = async (more: object = {}): Promise<string> =>
  (await ask('CreateConnection', { location: 'berlin', bandwidth: '1Gbps', connectionName: 'line', ...more }))
    .connectionId;
export const newInterface = { virtualInterfaceName: 'office', vlan: 101, asn: 65_000 };
export const newDirectConnectGateway = async (more: object = {}): Promise<string> =>
  (await ask('CreateDirectConnectGateway', { directConnectGatewayName: 'hub', ...more })).directConnectGateway
    .directConnectGatewayId;

beforeEach(() => {
  world.kernel.applied = true;
  ec2.store.change((cloud) => {
    for (const { virtualInterfaceId } of [...cloud.virtualInterfaces.all()])
      cloud.virtualInterfaces.delete(virtualInterfaceId);
    for (const { associationId } of [...cloud.directConnectGatewayAssociations.all()])
      cloud.directConnectGatewayAssociations.delete(associationId);
    for (const { connectionId } of [...cloud.directConnectConnections.all()])
      cloud.directConnectConnections.delete(connectionId);
    for (const { directConnectGatewayId } of [...cloud.directConnectGateways.all()])
      cloud.directConnectGateways.delete(directConnectGatewayId);
    cloud.sites.put({
      ...{ siteId: 'site-00000000000000001', name: 'berlin', cidrBlocks: ['192.168.0.0/16'] },
      ...{ publicAddress: '203.0.113.10', hasInternet: true, hosts: [], forwards: [], routes: [] },
    });
  });
});
