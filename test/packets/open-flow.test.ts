// Open flows with their names: by an endpoint in both VPCs, by a NAT gateway in its VPC and in itself, with what they carried.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOpenFlows } from '../../src/linux/open-flow.ts';
import { nameFlow } from '../../src/network/open-flow.ts';
import { putEndpoint, putEndpointService, putInstance, putVpc } from '../networks/example-cloud.ts';
import {
  mainRouteTableId,
  putGatewayEndpoint,
  putInternetGateway,
  putNatGateway,
  putRoute,
  putRouteTable,
} from '../networks/example-gateway.ts';
import { makePacketWorld, type PacketWorld } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

async function flowsIn(world: PacketWorld, vpcId: `vpc-${string}`, placeId: string = vpcId) {
  const network = world.network();
  const flows = await readOpenFlows(world.namespaceOf(placeId));
  return flows
    .filter(({ protocol }) => protocol === 'tcp')
    .map((flow) => nameFlow(network, network.vpcs.get(vpcId)!, placeId, flow));
}

test('a flow by an endpoint is told in both VPCs, with the client by its name and its own address', {
  skip: skipWithoutRoot,
}, async (t) => {
  const world = await makePacketWorld(t);
  const { consumer, provider, client, server, endpoint, loadBalancerArn } = await world.change((cloud) => {
    const [from, to] = [putVpc(cloud, '111111111111'), putVpc(cloud, '222222222222')];
    const target = putInstance(cloud, to, 0, '10.0.1.10').instanceId;
    const service = putEndpointService(cloud, to, 80, [target]);
    return {
      ...{
        consumer: from.vpcId,
        provider: to.vpcId,
        server: target,
        loadBalancerArn: service.loadBalancerArn,
      },
      client: putInstance(cloud, from, 0, '10.0.1.77').instanceId,
      endpoint: putEndpoint(cloud, from, service, '10.0.1.4').vpcEndpointId,
    };
  });
  world.serve(server, 80, 'web');
  const socket = await world.dial(client, '10.0.1.4', 80);
  t.after(() => socket.destroy());
  await new Promise((resolve) => socket.once('data', resolve));

  const [here] = await flowsIn(world, consumer);
  assert.deepEqual([here!.client.id, here!.target.id, here!.server.id], [client, endpoint, endpoint]);
  assert.equal(here!.state, 'ESTABLISHED');
  assert.deepEqual(here!.asked, here!.seen, 'nothing is translated here');
  assert.ok(here!.counts!.sentPackets >= 2 && here!.counts!.receivedBytes > 40, JSON.stringify(here!.counts));

  const [there] = await flowsIn(world, provider);
  assert.deepEqual([there!.client.id, there!.client.vpcId], [client, consumer]);
  assert.deepEqual([there!.target.id, there!.server.id], [endpoint, server]);
  assert.deepEqual([there!.seen.sourceAddress, there!.seen.destinationAddress], ['10.0.1.20', '10.0.1.10']);
  for (const id of [provider, consumer, endpoint, client, server, loadBalancerArn])
    assert.ok(there!.concerns.includes(id), id);
});

test('by a NAT gateway and by a gateway endpoint', { skip: skipWithoutRoot }, async (t) => {
  const world = await makePacketWorld(t);
  const { vpcId, client, natGatewayId, endpoint } = await world.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    const { internetGatewayId } = putInternetGateway(cloud, vpc);
    const nat = putNatGateway(cloud, vpc, 1, '10.0.2.30');
    const table = putRouteTable(cloud, vpc, vpc.subnetIds[0]!);
    putRoute(cloud, mainRouteTableId(cloud, vpc), '0.0.0.0/0', {
      kind: 'internet-gateway',
      internetGatewayId,
    });
    putRoute(cloud, table, '0.0.0.0/0', { kind: 'nat-gateway', natGatewayId: nat.natGatewayId });
    const gateway = putGatewayEndpoint(cloud, vpc, 's3', [table]);
    const from = putInstance(cloud, vpc, 0, '10.0.1.10');
    return {
      ...{ vpcId: vpc.vpcId, natGatewayId: nat.natGatewayId, endpoint: gateway.vpcEndpointId },
      client: from.instanceId,
    };
  });
  world.serve(endpoint, 80, 's3');
  world.serve('internet', 80, 'world');
  const sockets = [await world.dial(client, '52.216.0.10', 80), await world.dial(client, '52.46.13.10', 80)];
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  const flows = await flowsIn(world, vpcId);
  const byEndpoint = flows.find(({ target }) => target.id === endpoint);
  assert.equal(byEndpoint?.client.id, client);
  const [inside] = await flowsIn(world, vpcId, natGatewayId);
  assert.deepEqual([inside!.client.id, inside!.target.id], [client, undefined]);
  assert.equal(inside!.seen.sourceAddress, '10.0.2.30');
  assert.ok(inside!.concerns.includes(natGatewayId) && inside!.concerns.includes(vpcId));
  const beyond = flows.find(({ client: from }) => from.id === natGatewayId);
  assert.equal(beyond?.asked.destinationAddress, '52.46.13.10', 'the NAT gateway is who asks the internet');
});
