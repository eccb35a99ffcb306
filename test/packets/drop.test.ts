// What is told of refused packets: whose interface, which way, when, from which port; and nobody is blamed for what somebody who
// had his address before was refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pingAll } from '../../src/dataplane/probe.ts';
import { everywhere, putInstance, putVpc } from '../networks/example-cloud.ts';
import { entry, putNetworkAcl } from '../networks/example-network-acl.ts';
import { makePacketWorld } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

test('a refused packet is told with its interface, its way, its time and its source port', {
  skip: skipWithoutRoot,
}, async (t) => {
  const world = await makePacketWorld(t);
  const { vpc, client, server } = await world.change((cloud) => {
    const made = putVpc(cloud, '111111111111');
    const group = cloud.securityGroups.find(made.groupId)!;
    cloud.securityGroups.put({ ...group, rules: [everywhere(true)] });
    return {
      vpc: made,
      client: putInstance(cloud, made, 0, '10.0.1.10'),
      server: putInstance(cloud, made, 1, '10.0.2.20'),
    };
  });
  const before = Date.now();
  for (const port of [81, 82])
    assert.equal(await world.probe(client.instanceId, '10.0.2.20', port), 'silence');
  await pingAll({ namespacePath: world.pathOf(client.instanceId) }, ['10.0.2.20']);
  const drops = await world.drops(vpc.vpcId);
  const [first] = drops.filter(({ destinationPort }) => destinationPort === 81);
  const { networkInterfaceId } = server.networkInterface;
  assert.deepEqual(
    { by: first!.refusedBy, at: first!.networkInterfaceId, direction: first!.direction },
    { by: vpc.groupId, at: networkInterfaceId, direction: 'in' },
  );
  assert.equal(first!.recent.length, 1);
  assert.ok(first!.recent[0]!.sourcePort > 1023);
  const sinceMs = Date.parse(first!.lastTime) - before;
  assert.ok(sinceMs > -2000 && sinceMs < 5000, first!.lastTime);
  for (const id of [vpc.vpcId, vpc.groupId, client.instanceId, server.instanceId, networkInterfaceId])
    assert.ok(first!.concerns.includes(id), id);
  const ping = drops.find(({ protocol }) => protocol === 'icmp')!;
  assert.deepEqual([ping.direction, ping.networkInterfaceId, ping.recent], ['in', networkInterfaceId, []]);
});

test('who has got the address of an interface that is gone is not blamed for it', {
  skip: skipWithoutRoot,
}, async (t) => {
  const world = await makePacketWorld(t);
  const { vpc, client, old } = await world.change((cloud) => {
    const made = putVpc(cloud, '111111111111');
    const group = cloud.securityGroups.find(made.groupId)!;
    cloud.securityGroups.put({ ...group, rules: [everywhere(true)] });
    return {
      vpc: made,
      client: putInstance(cloud, made, 0, '10.0.1.10'),
      old: putInstance(cloud, made, 1, '10.0.2.20'),
    };
  });
  assert.equal(await world.probe(client.instanceId, '10.0.2.20', 80), 'silence');
  const fresh = await world.change((cloud) => {
    cloud.instances.delete(old.instanceId);
    cloud.networkInterfaces.delete(old.networkInterface.networkInterfaceId);
    return putInstance(cloud, vpc, 1, '10.0.2.20');
  });
  const [gone] = await world.drops(vpc.vpcId);
  assert.equal(gone!.refusedBy, vpc.vpcId);
  assert.match(gone!.text, /refused it at an interface that is gone \(eni-…[0-9a-f]{12}\)$/);
  assert.ok(!gone!.concerns.includes(fresh.instanceId));

  assert.equal(await world.probe(client.instanceId, '10.0.2.20', 80), 'silence');
  const drops = await world.drops(vpc.vpcId);
  assert.equal(drops.length, 2, 'two interfaces, two lines');
  assert.ok(
    drops.some(
      ({ refusedBy, networkInterfaceId }) =>
        refusedBy === vpc.groupId && networkInterfaceId === fresh.networkInterface.networkInterfaceId,
    ),
  );
});

test('of a network ACL the entry is told, the way over the border and the source port', {
  skip: skipWithoutRoot,
}, async (t) => {
  const world = await makePacketWorld(t);
  const { vpc, client, networkAclId } = await world.change((cloud) => {
    const made = putVpc(cloud, '111111111111');
    const from = putInstance(cloud, made, 0, '10.0.1.10');
    putInstance(cloud, made, 1, '10.0.2.20');
    const acl = putNetworkAcl(cloud, [made.subnetIds[1]!], [entry(100, 'in', { action: 'deny' })]);
    return { vpc: made, client: from.instanceId, networkAclId: acl.networkAclId };
  });
  assert.equal(await world.probe(client, '10.0.2.20', 80), 'silence');
  const [drop] = await world.drops(vpc.vpcId);
  assert.deepEqual([drop!.refusedBy, drop!.direction, drop!.recent.length], [networkAclId, 'in', 1]);
});
