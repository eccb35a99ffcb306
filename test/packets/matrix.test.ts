// The matrix proved by real packets: a yes, a no, and a disagreement that is told.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawMatrix } from '../../src/matrix.ts';
import {
  everywhere,
  putEndpoint,
  putEndpointService,
  putInstance,
  putVpc,
} from '../networks/example-cloud.ts';
import { entry, everythingOut, putNetworkAcl } from '../networks/example-network-acl.ts';
import { makePacketWorld, type PacketWorld } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

async function probe(world: PacketWorld, flows: string[]) {
  const request = { vpcs: [], flows, more: new Map(), isProbed: true };
  const answer = await drawMatrix(world.cloud, world.network, world.pathOf, request);
  if ('error' in answer) assert.fail(answer.error);
  return new Map(
    answer.cells.map(({ from, to, flow, arrives, probe: seen }) => [
      `${from} ${to} ${flow}`,
      `${arrives ? 'yes' : 'no'}, ${seen!.fate}, ${seen!.agrees ?? 'proves nothing'}`,
    ]),
  );
}

test('packets from inside the instances prove what explain says, or are told to disagree', {
  skip: skipWithoutRoot,
}, async (t) => {
  const world = await makePacketWorld(t);
  const { client, server, orders, far } = await world.change((cloud) => {
    const consumer = putVpc(cloud, '111111111111');
    const provider = putVpc(cloud, '222222222222');
    const group = cloud.securityGroups.find(provider.groupId)!;
    const rules = [everywhere(true), everywhere(false, 'tcp', 80), everywhere(false, 'udp', 514)];
    cloud.securityGroups.put({ ...group, rules });
    const fromInstance = putInstance(cloud, provider, 0, '10.0.1.10');
    const service = putEndpointService(cloud, provider, 80, [fromInstance.instanceId]);
    return {
      client: putInstance(cloud, consumer, 0, '10.0.1.20').instanceId,
      far: putInstance(cloud, provider, 1, '10.0.2.40').instanceId,
      server: fromInstance.instanceId,
      orders: putEndpoint(cloud, consumer, service, '10.0.1.50').vpcEndpointId,
    };
  });
  world.serve(server, 80, 'web');
  const flows = ['ping', '80', '81', '514/udp'];
  const seen = await probe(world, flows);
  assert.equal(seen.get(`${client} ${orders} 80`), 'yes, answered, true');
  assert.equal(seen.get(`${client} ${orders} 81`), 'no, silent, true');
  assert.equal(seen.get(`${client} ${server} 80`), 'no, silent, true');
  assert.equal(seen.get(`${far} ${server} 80`), 'yes, answered, true');
  assert.equal(seen.get(`${far} ${server} 81`), 'no, silent, true');
  assert.equal(seen.get(`${far} ${server} ping`), 'no, silent, true');
  assert.equal(seen.get(`${far} ${server} 514/udp`), 'yes, refused, true');
  assert.equal(seen.get(`${server} ${far} 80`), 'yes, refused, true', 'nobody listens, and says so');
  assert.equal(seen.get(`${server} ${client} ping`), 'no, silent, true');
  assert.ok(![...seen.values()].some((text) => text.endsWith('false')), [...seen].join('\n'));

  // The server refuses by itself what the network lets through, which explain cannot know.
  await world.inside(server, 'ip', 'route', 'add', 'blackhole', '10.0.2.40');
  const planted = await probe(world, flows);
  assert.equal(planted.get(`${far} ${server} 80`), 'yes, silent, false');
  assert.equal(planted.get(`${far} ${server} 514/udp`), 'yes, silent, proves nothing');
  assert.equal(planted.get(`${far} ${server} 81`), 'no, silent, true');
  assert.equal(planted.get(`${client} ${orders} 80`), 'yes, answered, true');
});

test('that a datagram was refused proves nothing where only its answer would be kept back', {
  skip: skipWithoutRoot,
}, async (t) => {
  const world = await makePacketWorld(t);
  const { client, server } = await world.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    const entries = [entry(100, 'in', { protocol: 'icmp' }), everythingOut];
    putNetworkAcl(cloud, [vpc.subnetIds[0]!], entries);
    return {
      client: putInstance(cloud, vpc, 0, '10.0.1.20').instanceId,
      server: putInstance(cloud, vpc, 1, '10.0.2.20').instanceId,
    };
  });
  const seen = await probe(world, ['514/udp', '80', 'ping']);
  assert.equal(seen.get(`${client} ${server} 514/udp`), 'no, refused, proves nothing');
  assert.equal(seen.get(`${client} ${server} 80`), 'no, silent, true');
  assert.equal(seen.get(`${client} ${server} ping`), 'yes, answered, true');
});
