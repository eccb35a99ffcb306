// A customer's prefix list in a route and in a group's rule: packets follow what the list says now.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cloud } from '../../src/cloud/cloud.ts';
import type { PrefixListId } from '../../src/cloud/id.ts';
import { everywhere, exampleId, nextNumber, putInstance, putVpc } from '../networks/example-cloud.ts';
import { mainRouteTableId, putPeering } from '../networks/example-gateway.ts';
import { expectProbes, makePacketWorld } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

function putPrefixList(cloud: Cloud, ...cidrs: string[]): PrefixListId {
  const prefixListId = exampleId('pl', nextNumber());
  cloud.managedPrefixLists.put({
    ...{ accountId: '111111111111', region: 'us-east-1', prefixListId, prefixListName: 'partners' },
    ...{ addressFamily: 'IPv4', maxEntries: 10, version: 1, lastChange: 'create' },
    entries: cidrs.map((cidr) => ({ cidr })),
  });
  return prefixListId;
}

function setEntries(cloud: Cloud, prefixListId: PrefixListId, ...cidrs: string[]): void {
  const list = cloud.managedPrefixLists.find(prefixListId)!;
  cloud.managedPrefixLists.put({ ...list, version: 2, entries: cidrs.map((cidr) => ({ cidr })) });
}

/** Two peered VPCs; the client's routes to the other are those of the list alone. */
async function newCase(t: TestContext) {
  const world = await makePacketWorld(t);
  const made = await world.change((cloud) => {
    const here = putVpc(cloud, '111111111111', '10.1.0.0/16');
    const there = putVpc(cloud, '111111111111', '10.2.0.0/16');
    const vpcPeeringConnectionId = putPeering(cloud, here, there);
    const client = putInstance(cloud, here, 0, '10.1.1.10');
    const near = putInstance(cloud, there, 0, '10.2.1.10');
    const far = putInstance(cloud, there, 1, '10.2.2.10');
    return { here, there, vpcPeeringConnectionId, client, near, far };
  });
  for (const { instanceId } of [made.client, made.near, made.far]) world.serve(instanceId, 80, 'web');
  return { world, ...made };
}

test('a route by prefix list leads where the list says, and moves with it', {
  skip: skipWithoutRoot,
}, async (t) => {
  const { world, here, vpcPeeringConnectionId, client, near, far } = await newCase(t);
  const listId = await world.change((cloud) => {
    // The second range is the VPC's own: it leads nowhere else.
    const prefixListId = putPrefixList(cloud, '10.2.1.0/24', '10.1.1.0/24');
    const table = cloud.routeTables.find(mainRouteTableId(cloud, here))!;
    const target = { kind: 'vpc-peering-connection', vpcPeeringConnectionId } as const;
    cloud.routeTables.put({ ...table, routes: [{ destinationPrefixListId: prefixListId, target }] });
    return prefixListId;
  });
  const from = client.instanceId;
  await expectProbes(world, [
    {
      from,
      to: '10.2.1.10',
      port: 80,
      want: /^web 10\.1\.1\.10/,
      because: new RegExp(`10.2.1.0/24 \\(${listId}\\) → pcx`),
    },
    { from, to: '10.2.2.10', port: 80, want: /^silence$/, because: /no route to 10.2.2.10/ },
    { from, to: '10.1.1.10', port: 80, want: /^web/, because: /its own address/ },
  ]);
  await world.change((cloud) => setEntries(cloud, listId, '10.2.2.0/24'));
  await expectProbes(world, [
    {
      from,
      to: far.networkInterface.privateIpAddress,
      port: 80,
      want: /^web/,
      because: /10.2.2.0\/24 \(pl-/,
    },
    { from, to: near.networkInterface.privateIpAddress, port: 80, want: /^silence$/, because: /no route/ },
  ]);
  const drops = await world.drops(here.vpcId);
  assert.ok(drops.some(({ text }) => /10.2.2.10:80 in .* had no way there; now it has 10.2.2.0/.test(text)));
});

test('a rule by prefix list lets in whom the list says, and changes with it', {
  skip: skipWithoutRoot,
}, async (t) => {
  const { world, there, client, near } = await newCase(t);
  const listId = await world.change((cloud) => {
    const prefixListId = putPrefixList(cloud, '10.1.2.0/24', '192.0.2.0/24');
    const group = cloud.securityGroups.find(there.groupId)!;
    const { cidrIpv4: _, ...rule } = everywhere(false, 'tcp', 80);
    cloud.securityGroups.put({ ...group, rules: [{ ...rule, prefixListId }] });
    return prefixListId;
  });
  const probe = { from: client.instanceId, to: near.networkInterface.privateIpAddress, port: 80 };
  await expectProbes(world, [{ ...probe, want: /^silence$/, because: /no inbound rule of sg-/ }]);
  assert.match((await world.drops(there.vpcId))[0]!.text, /sg-.* has no inbound rule for it/);
  await world.change((cloud) => setEntries(cloud, listId, '10.1.0.0/16'));
  await expectProbes(world, [{ ...probe, want: /^web/, because: /allowed by sgr-/ }]);
  const late = (await world.drops(there.vpcId))[0]!;
  assert.match(
    late.text,
    /eni-\S+ had no inbound rule for it; now there is sgr-/,
    'nobody is blamed wrongly',
  );
});
