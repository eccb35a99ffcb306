// What leaves a consumer's VPC for a service: the sources it may bear, the clients behind a peering, and segments of any size.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { run } from '../../src/linux/run.ts';
import {
  type ExampleVpc,
  exampleId,
  putEndpoint,
  putEndpointService,
  putInstance,
  putVpc,
} from '../networks/example-cloud.ts';
import { makePacketWorld, nextText, type PacketWorld } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };

async function makeThread(t: TestContext) {
  const world = await makePacketWorld(t);
  const made = await world.change((cloud) => {
    const provider = putVpc(cloud, '111111111111', '172.31.0.0/16');
    const consumer = putVpc(cloud, '222222222222', '192.168.0.0/16');
    const target = putInstance(cloud, provider, 0, '172.31.1.11').instanceId;
    putInstance(cloud, provider, 1, '172.31.2.12');
    const service = putEndpointService(cloud, provider, 80, [target]);
    const client = putInstance(cloud, consumer, 0, '192.168.1.10').instanceId;
    putEndpoint(cloud, consumer, service, '192.168.1.50');
    return { provider, consumer, target, client };
  });
  world.serve(made.target, 80, 'web');
  return { world, ...made };
}

test(
  'what a client uploads through an endpoint arrives, in segments larger than its MTU too',
  options,
  async (t) => {
    const { world, client } = await makeThread(t);
    const socket = await world.dial(client, '192.168.1.50', 80);
    assert.match(await nextText(socket), /^web/);
    const bytes = 1_000_000;
    let echoed = 0;
    socket.on('data', (data) => {
      echoed += data.length;
      if (echoed === bytes) socket.destroy();
    });
    socket.setTimeout(2_000, () => socket.destroy());
    socket.write(Buffer.alloc(bytes, 'x'));
    await new Promise((resolve) => socket.once('close', resolve));
    assert.equal(echoed, bytes);
  },
);

test("a source that is not the consumer's own never enters the provider's VPC", options, async (t) => {
  const { world, provider, client } = await makeThread(t);
  await stopChecking(world, client);
  const inside = async (namespace: string, ...command: string[]) =>
    run('ip', ['netns', 'exec', namespace, ...command], { doing: 'forging a source' });
  for (const forged of ['172.31.2.12', '240.9.0.7']) {
    await inside(world.namespaceOf(client), 'ip', 'address', 'add', `${forged}/32`, 'dev', 'lo');
    await assert.rejects(world.dial(client, '192.168.1.50', 80, forged), { code: 'ETIMEDOUT' });
    const flows = await inside(world.namespaceOf(provider.vpcId), 'conntrack', '-L');
    assert.doesNotMatch(flows, new RegExp(`src=${forged.replaceAll('.', '\\.')} `));
  }
});

test('a client in a peered VPC reaches the service through the endpoint', options, async (t) => {
  const { world, consumer } = await makeThread(t);
  const { peer, peerClient } = await world.change((cloud) => {
    const made = putVpc(cloud, '333333333333', '10.50.0.0/16');
    return { peer: made, peerClient: putInstance(cloud, made, 0, '10.50.1.10').instanceId };
  });
  await joinByPeering(world, consumer, peer);
  assert.equal(world.explains(peerClient, '192.168.1.50:80').arrives, true);
  assert.match(await world.probe(peerClient, '192.168.1.50', 80), /^web 172\.31\.1\.20$/);
});

function stopChecking(world: PacketWorld, instanceId: string): Promise<unknown> {
  return world.change((cloud) => {
    const networkInterface = cloud.networkInterfaces
      .all()
      .find((one) => one.attachment?.instanceId === instanceId);
    assert.ok(networkInterface);
    cloud.networkInterfaces.put({ ...networkInterface, sourceDestCheck: false });
  });
}

/** A peering with a route on both sides. */
function joinByPeering(world: PacketWorld, left: ExampleVpc, right: ExampleVpc): Promise<void> {
  return world.change((cloud) => {
    const vpcPeeringConnectionId = exampleId('pcx', 0xfee2);
    const side = ({ vpcId }: ExampleVpc) => {
      const { accountId, region, cidrBlockAssociations } = cloud.vpcs.find(vpcId)!;
      return {
        vpcId,
        accountId,
        region,
        cidrBlocks: cidrBlockAssociations.map(({ cidrBlock }) => cidrBlock),
      };
    };
    const { accountId, region } = side(left);
    cloud.vpcPeeringConnections.put({
      ...{ accountId, region, vpcPeeringConnectionId, requester: side(left), accepter: side(right) },
      ...{ status: 'active', statusMessage: 'Active', expirationTime: '2026-02-07T12:34:56.000Z' },
    });
    const ways = [
      [left, right],
      [right, left],
    ] as const;
    for (const [vpc, far] of ways) {
      const [routeTable] = cloud.routeTables.where(({ vpcId }) => vpcId === vpc.vpcId);
      const target = { kind: 'vpc-peering-connection', vpcPeeringConnectionId } as const;
      const route = { destinationCidrBlock: side(far).cidrBlocks[0]!, target };
      cloud.routeTables.put({ ...routeTable!, routes: [route] });
    }
  });
}

test(
  'whatever was done to its wire inside, an instance has a good one after its next boot',
  options,
  async (t) => {
    const { world, client } = await makeThread(t);
    const link = (...command: string[]) =>
      run('ip', ['-n', world.namespaceOf(client), 'link', ...command], { doing: 'breaking the wire' });
    const boot = () =>
      world.change((cloud) => {
        const instance = cloud.instances.find(client)!;
        cloud.instances.put({ ...instance, bootNumber: instance.bootNumber + 1 });
      });
    for (const damage of [
      ['set', 'eth0', 'down'],
      ['set', 'eth0', 'address', '02:00:00:00:ff:ff'],
      ['delete', 'eth0'],
    ]) {
      await link(...damage);
      assert.notEqual((await world.probe(client, '192.168.1.50', 80)).split(' ')[0], 'web', damage.join(' '));
      await boot();
      assert.match(await world.probe(client, '192.168.1.50', 80), /^web/, damage.join(' '));
    }
  },
);
