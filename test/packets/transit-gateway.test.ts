// Transit gateways on real packets: routes on both sides, isolation by route tables, blackholes, a central way to the internet.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { putInstance, putVpc } from '../networks/example-cloud.ts';
import { deleteRoute, mainRouteTableId } from '../networks/example-gateway.ts';
import {
  associate,
  joinTransitGateway,
  putTransitGateway,
  putTransitRoute,
  putTransitTable,
} from '../networks/example-transit-gateway.ts';
import { expectProbes, makePacketWorld, type Probe } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };

/** VPCs 10.1, 10.2, 10.3 on one transit gateway with one table, an instance with a server on port 80 in each. */
async function makeSpokes(t: TestContext) {
  const world = await makePacketWorld(t);
  const made = await world.change((cloud) => {
    const gateway = putTransitGateway(cloud);
    const spokes = [1, 2, 3].map((second) => {
      const vpc = putVpc(cloud, '111111111111', `10.${second}.0.0/16`);
      const attachmentId = joinTransitGateway(cloud, gateway, vpc);
      return { ...vpc, attachmentId, ...putInstance(cloud, vpc, 0, `10.${second}.1.10`) };
    });
    return { ...gateway, spokes };
  });
  for (const { instanceId } of made.spokes) world.serve(instanceId, 80, instanceId);
  const [a, b, c] = made.spokes as [Spoke, Spoke, Spoke];
  type Spoke = (typeof made.spokes)[number];
  const probe = (from: Spoke, to: string, want: RegExp, because: RegExp): Probe => ({
    ...{ from: from.instanceId, to, port: 80, want, because },
  });
  return { world, ...made, a, b, c, probe };
}

test('VPCs reach each other through a transit gateway, with routes on both sides', options, async (t) => {
  const { world, tableId, transitGatewayId, a, b, probe } = await makeSpokes(t);
  await expectProbes(world, [
    probe(a, '10.2.1.10', /10\.1\.1\.10/, new RegExp(`${tableId} of ${transitGatewayId}: route 10.2.0.0/16`)),
    probe(b, '10.1.1.10', /10\.2\.1\.10/, /answers return by route 10\.0\.0\.0\/8/),
    probe(a, '10.9.1.10', /silence/, /has no route to 10\.9\.1\.10/),
    probe(a, '10.2.1.99', /silence/, /no network interface has 10\.2\.1\.99/),
    // The attachment's own interface answers nobody.
    probe(a, '10.2.1.240', /silence/, /interface/),
  ]);
  const [drop] = (await world.drops(transitGatewayId)).filter(
    (one) => one.destinationAddress === '10.9.1.10',
  );
  assert.match(drop!.text, /10\.1\.1\.10 → 10\.9\.1\.10:80 in tgw-.*has no route there/);
  await world.change((cloud) => deleteRoute(cloud, mainRouteTableId(cloud, b), '10.0.0.0/8'));
  await expectProbes(world, [
    probe(a, '10.2.1.10', /silence/, /answers to 10\.1\.1\.10 have no route back/),
    probe(b, '10.1.1.10', /silence/, /no route to 10\.1\.1\.10/),
  ]);
});

test('route tables isolate, and a blackhole stops what a wider route would lead on', options, async (t) => {
  const { world, transitGatewayId, a, b, c, probe } = await makeSpokes(t);
  // Spokes a and b know the shared VPC c alone; c knows both.
  const spokes = await world.change((cloud) => {
    const tableId = putTransitTable(cloud, transitGatewayId);
    putTransitRoute(cloud, tableId, '10.3.0.0/16', c.attachmentId);
    associate(cloud, a.attachmentId, tableId);
    associate(cloud, b.attachmentId, tableId);
    return tableId;
  });
  await expectProbes(world, [
    probe(a, '10.3.1.10', /10\.1\.1\.10/, new RegExp(`${spokes} of .*: route 10.3.0.0/16`)),
    probe(c, '10.2.1.10', /10\.3\.1\.10/, /arrives/),
    probe(a, '10.2.1.10', /silence/, new RegExp(`${spokes} of .* has no route to 10.2.1.10`)),
  ]);
  await world.change((cloud) => putTransitRoute(cloud, spokes, '10.3.1.0/24'));
  await expectProbes(world, [
    probe(a, '10.3.1.10', /silence/, /route 10\.3\.1\.0\/24 is a blackhole: it was made as one/),
    probe(c, '10.1.1.10', /silence/, /do not get back.*blackhole/),
  ]);
  const drop = (await world.drops(transitGatewayId)).find((one) => one.destinationAddress === '10.3.1.10');
  assert.match(drop!.text, /has a blackhole for 10\.3\.1\.0\/24/);
  await world.change((cloud) => cloud.transitGatewayAssociations.delete(a.attachmentId));
  await expectProbes(world, [
    probe(a, '10.3.1.10', /silence/, /associated with no route table/),
    probe(c, '10.1.1.10', /silence/, /associated with no route table/),
  ]);
});
