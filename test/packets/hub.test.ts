// Hubs on real packets, given as compiled networks: what every kind of hub has in common. Three VPCs hang on one hub, and a
// second hub is behind it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VpcId } from '../../src/cloud/id.ts';
import type { Hub, HubRoute, Network } from '../../src/network/network.ts';
import { putInstance, putVpc } from '../networks/example-cloud.ts';
import { mainRouteTableId } from '../networks/example-gateway.ts';
import { expectProbes, makePacketWorld } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const hubId = 'tgw-00000000000000aaa';
const farHubId = 'tgw-00000000000000bbb';
const link = 'tgw-attach-0000000000000abab';
const attachmentOf = (vpcId: VpcId) => `tgw-attach-${vpcId.slice(4)}`;
const toPort = (destination: string, attachmentId: string): HubRoute => ({
  destination,
  target: { kind: 'port', attachmentId },
});

test('a hub leads between VPCs by the table of the port, further hubs included', options, async (t) => {
  const tables: Record<string, HubRoute[]> = {};
  let attached: { vpcId: VpcId; routeTableId: `rtb-${string}`; hub: string; tableId?: string }[] = [];
  const amend = (network: Network): Network => {
    const hub = (id: string): Hub => ({
      hubId: id,
      kind: 'transit-gateway',
      accountId: '111111111111',
      tables: Object.entries(tables).flatMap(([tableId, routes]) =>
        tableId.startsWith(`tgw-rtb-${id.slice(-3)}`) ? [{ tableId, routes }] : [],
      ),
      ports: [
        ...attached
          .filter((one) => one.hub === id)
          .map(({ vpcId, tableId }) => ({
            attachmentId: attachmentOf(vpcId),
            leadsTo: { kind: 'vpc' as const, vpcId },
            mtu: 8500,
            ...(tableId ? { tableId } : {}),
          })),
        {
          attachmentId: link,
          leadsTo: { kind: 'hub', hubId: id === hubId ? farHubId : hubId },
          mtu: 1400,
          tableId: `tgw-rtb-${id.slice(-3)}00`,
        },
      ],
    });
    const vpcs = new Map(network.vpcs);
    for (const { vpcId, routeTableId, hub: id } of attached) {
      const attachmentId = attachmentOf(vpcId);
      const vpc = vpcs.get(vpcId)!;
      vpcs.set(vpcId, {
        ...vpc,
        hubAttachments: [{ hubId: id, attachmentId, mtu: 8500, routeTableId }],
        routeTables: vpc.routeTables.map((table) => ({
          ...table,
          routes: [
            ...table.routes,
            { destination: '10.0.0.0/8', target: { kind: 'hub', hubId: id, attachmentId } },
          ],
        })),
      });
    }
    return { ...network, vpcs, hubs: new Map([hubId, farHubId].map((id) => [id, hub(id)])) };
  };
  const world = await makePacketWorld(t, amend);
  const [a, b, c] = await world.change((cloud) => {
    const vpcs = ['10.1.0.0/16', '10.2.0.0/16', '10.3.0.0/16'].map((cidr) =>
      putVpc(cloud, '111111111111', cidr),
    );
    attached = vpcs.map(({ vpcId }, index) => ({
      vpcId,
      routeTableId: mainRouteTableId(cloud, vpcs[index]!),
      hub: index < 2 ? hubId : farHubId,
      tableId: index < 2 ? 'tgw-rtb-aaa00' : 'tgw-rtb-bbb00',
    }));
    const [first, second, third] = vpcs.map(({ vpcId }) => attachmentOf(vpcId)) as [string, string, string];
    tables['tgw-rtb-aaa00'] = [
      { destination: '10.2.2.0/24', target: { kind: 'blackhole', because: 'it is said so' } },
      toPort('10.1.0.0/16', first),
      toPort('10.2.0.0/16', second),
      toPort('10.3.0.0/16', link),
    ];
    tables['tgw-rtb-bbb00'] = [toPort('10.3.0.0/16', third), toPort('10.1.0.0/16', link)];
    return vpcs.map((vpc, index) => putInstance(cloud, vpc, 0, `10.${index + 1}.1.10`));
  });
  for (const instance of [a!, b!, c!]) world.serve(instance.instanceId, 80, instance.instanceId);
  const from = a!.instanceId;
  await expectProbes(world, [
    {
      from,
      to: '10.2.1.10',
      port: 80,
      want: /10\.1\.1\.10/,
      because: /tgw-rtb-aaa00 of .*: route 10\.2\.0\.0\/16/,
    },
    {
      from,
      to: '10.3.1.10',
      port: 80,
      want: /10\.1\.1\.10/,
      because: /tgw-rtb-bbb00.*: route 10\.3\.0\.0\/16/,
    },
    {
      from,
      to: '10.2.2.10',
      port: 80,
      want: /silence/,
      because: /10\.2\.2\.0\/24 is a blackhole: it is said so/,
    },
    { from, to: '10.9.1.10', port: 80, want: /silence/, because: /has no route to 10\.9\.1\.10/ },
    // The far hub knows no way back to the second VPC.
    { from: b!.instanceId, to: '10.3.1.10', port: 80, want: /silence/, because: /do not get back/ },
  ]);
  const drops = await world.drops(hubId);
  assert.match(
    drops.find((drop) => drop.destinationAddress === '10.2.2.10')!.text,
    /blackhole for 10\.2\.2\.0\/24/,
  );
  assert.match(drops.find((drop) => drop.destinationAddress === '10.9.1.10')!.text, /has no route there/);

  await world.change(() => {
    attached[0]!.tableId = undefined;
  });
  await expectProbes(world, [
    { from, to: '10.2.1.10', port: 80, want: /silence/, because: /associated with no route table/ },
    {
      from: b!.instanceId,
      to: '10.1.1.10',
      port: 80,
      want: /silence/,
      because: /do not get back.*associated with no route table/,
    },
  ]);
  await world.restart();
  await world.change(() => {
    attached = [];
  });
  assert.equal(world.hasNamespace(hubId), true);
});
