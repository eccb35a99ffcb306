// Network ACLs where a packet changes on its way: at load balancers and endpoints, and in front of targets whose health is checked.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { putEndpoint, putEndpointService, putInstance, putVpc } from '../networks/example-cloud.ts';
import {
  entry,
  ephemeral,
  everythingIn,
  everythingOut,
  putNetworkAcl,
  setEntries,
} from '../networks/example-network-acl.ts';
import { expectProbes, makePacketWorld } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const silence = /^silence$/;

test(
  'a load balancer is two borders: to its node and from its node, also for the answers',
  options,
  async (t) => {
    for (const preserves of [true, false]) {
      const world = await makePacketWorld(t);
      const { vpc, from } = await world.change((cloud) => {
        const vpc = putVpc(cloud, '111111111111');
        const client = putInstance(cloud, vpc, 0, '10.0.1.10');
        const target = putInstance(cloud, vpc, 1, '10.0.2.21');
        const { targetGroupArn } = putEndpointService(cloud, vpc, 80, [target.instanceId]);
        const group = cloud.targetGroups.find(targetGroupArn)!;
        const attributes = {
          'preserve_client_ip.enabled': String(preserves),
          'load_balancing.cross_zone.enabled': 'true',
        };
        cloud.targetGroups.put({ ...group, attributes });
        return { vpc, from: client.instanceId, target: target.instanceId };
      });
      const target = world.cloud.instances.all().find(({ subnetId }) => subnetId === vpc.subnetIds[1])!;
      world.serve(target.instanceId, 80, 'web');
      // The node 10.0.1.20 is in the client's subnet, 10.0.2.20 is the target's: so the borders are node → target and back.
      const seen = preserves ? '10.0.1.10' : '10.0.1.20';
      const probe = { from, to: '10.0.1.20', port: 80 };
      const { networkAclId } = await world.change((cloud) =>
        putNetworkAcl(
          cloud,
          [vpc.subnetIds[1]!],
          [entry(100, 'in', { protocol: 'tcp', ports: 80, cidrBlock: `${seen}/32` })],
        ),
      );
      await expectProbes(world, [
        { ...probe, want: silence, because: new RegExp(`answers out of subnet-.* to ${seen} denied`) },
      ]);
      const answers = entry(100, 'out', { protocol: 'tcp', ports: ephemeral, cidrBlock: `${seen}/32` });
      await world.change((cloud) =>
        setEntries(cloud, networkAclId, [
          entry(100, 'in', { protocol: 'tcp', ports: 80, cidrBlock: `${seen}/32` }),
          answers,
        ]),
      );
      await expectProbes(world, [
        {
          ...probe,
          want: new RegExp(`^web ${seen}`),
          because: new RegExp(`into subnet-.* from ${seen} allowed`),
        },
      ]);
      // By the node in the target's subnet, the border is the client's: to the node's address and from it.
      await world.change((cloud) => {
        setEntries(cloud, networkAclId, [everythingIn, everythingOut]);
        const ofNode = { cidrBlock: '10.0.2.20/32' };
        putNetworkAcl(cloud, [vpc.subnetIds[0]!], [entry(100, 'out', ofNode), entry(100, 'in', ofNode)]);
      });
      await expectProbes(world, [
        {
          ...{ from, to: '10.0.2.20', port: 80 },
          want: preserves ? /^web 10.0.1.10/ : /^web 10.0.2.20/,
          because: /answers into subnet-.* from 10.0.2.20 allowed by rule 100/,
        },
        { ...probe, want: silence, because: /out of subnet-.*: tcp 80 to 10.0.2.21 denied by rule 32767/ },
      ]);
    }
  },
);

test(
  'an endpoint’s address is in a subnet like any other; behind it the load balancer’s node is',
  options,
  async (t) => {
    const world = await makePacketWorld(t);
    const made = await world.change((cloud) => {
      const provider = putVpc(cloud, '111111111111');
      const consumer = putVpc(cloud, '222222222222');
      const target = putInstance(cloud, provider, 1, '10.0.2.11');
      const service = putEndpointService(cloud, provider, 80, [target.instanceId]);
      const group = cloud.targetGroups.find(service.targetGroupArn)!;
      cloud.targetGroups.put({ ...group, attributes: { 'load_balancing.cross_zone.enabled': 'true' } });
      const near = putInstance(cloud, consumer, 0, '10.0.1.10');
      const far = putInstance(cloud, consumer, 1, '10.0.2.10');
      putEndpoint(cloud, consumer, service, '10.0.1.50');
      return { provider, consumer, target: target.instanceId, near: near.instanceId, far: far.instanceId };
    });
    world.serve(made.target, 80, 'web');
    const { networkAclId } = await world.change((cloud) =>
      putNetworkAcl(
        cloud,
        [made.consumer.subnetIds[0]!],
        [entry(100, 'in', { protocol: 'tcp', ports: 80, cidrBlock: '10.0.2.0/24' })],
      ),
    );
    const to = '10.0.1.50';
    await expectProbes(world, [
      { from: made.near, to, port: 80, want: /^web 10.0.1.20/, because: /leads to vpce-svc-/ },
      {
        from: made.far,
        to,
        port: 80,
        want: silence,
        because: /answers out of subnet-.* to 10.0.2.10 denied by rule 32767/,
      },
    ]);
    assert.ok((await world.drops(made.consumer.vpcId)).some(({ refusedBy }) => refusedBy === networkAclId));
    await world.change((cloud) =>
      setEntries(cloud, networkAclId, [
        entry(100, 'in', { protocol: 'tcp', ports: 80, cidrBlock: '10.0.2.0/24' }),
        entry(100, 'out', { protocol: 'tcp', ports: ephemeral, cidrBlock: '10.0.2.0/24' }),
      ]),
    );
    await expectProbes(world, [
      { from: made.far, to, port: 80, want: /^web 10.0.1.20/, because: /answers out of .* allowed/ },
    ]);
    // On the provider's side only the node's packets cross a border, under the node's address.
    const theirs = await world.change((cloud) =>
      putNetworkAcl(cloud, [made.provider.subnetIds[1]!], [entry(100, 'in', { cidrBlock: '10.0.1.20/32' })]),
    );
    await expectProbes(world, [
      {
        from: made.far,
        to,
        port: 80,
        want: silence,
        because: /answers out of subnet-.* to 10.0.1.20 denied/,
      },
    ]);
    await world.change((cloud) =>
      setEntries(cloud, theirs.networkAclId, [
        entry(100, 'in', { cidrBlock: '10.0.1.20/32' }),
        entry(100, 'out', { cidrBlock: '10.0.1.20/32' }),
      ]),
    );
    await expectProbes(world, [
      { from: made.far, to, port: 80, want: /^web 10.0.1.20/, because: /to 10.0.1.20 allowed by rule 100/ },
    ]);
  },
);

test('health checks are packets of the node like any other', options, async (t) => {
  const world = await makePacketWorld(t);
  const { vpc, target } = await world.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    const target = putInstance(cloud, vpc, 1, '10.0.2.21');
    putEndpointService(cloud, vpc, 80, [target.instanceId]);
    return { vpc, target: target.instanceId };
  });
  world.serve(target, 80, 'web');
  // As the health checker does: from inside the router, under the node's address.
  const check = () =>
    world.dial(vpc.vpcId, '10.0.2.21', 80, '10.0.1.20').then(
      (socket) => socket.destroy() && 'healthy',
      () => 'unhealthy',
    );
  const fromNode = entry(100, 'in', { protocol: 'tcp', ports: 80, cidrBlock: '10.0.1.20/32' });
  const { networkAclId } = await world.change((cloud) =>
    putNetworkAcl(cloud, [vpc.subnetIds[1]!], [fromNode]),
  );
  assert.equal(await check(), 'unhealthy');
  const drops = await world.drops(vpc.vpcId);
  assert.match(drops[0]!.text, /10.0.2.21 → 10.0.1.20:\d+ .* on the way out of the subnet by rule 32767/);
  await world.change((cloud) =>
    setEntries(cloud, networkAclId, [fromNode, entry(100, 'out', { protocol: 'tcp', ports: ephemeral })]),
  );
  assert.equal(await check(), 'healthy');
  await world.change((cloud) => setEntries(cloud, networkAclId, [everythingOut]));
  assert.equal(await check(), 'unhealthy');
});
