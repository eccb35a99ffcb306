// Transit gateways on real packets: routes on both sides, isolation by route tables, blackholes, a central way to the internet.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  putAwsServiceEndpoint,
  putEndpoint,
  putEndpointService,
  putInstance,
  putVpc,
} from '../networks/example-cloud.ts';
import {
  deleteRoute,
  mainRouteTableId,
  putGatewayEndpoint,
  putInternetGateway,
  putNatGateway,
  putPeering,
  putRoute,
  putRouteTable,
} from '../networks/example-gateway.ts';
import {
  associate,
  joinTransitGateway,
  putAttachment,
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
  assert.match(
    drop!.text,
    new RegExp(`10.1.1.10 → 10.9.1.10:80 in ${transitGatewayId}: ${tableId} has no route there`),
  );
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
  assert.match(drop!.text, new RegExp(`${spokes} has a blackhole for 10.3.1.0/24: it was made as one`));
  await world.change((cloud) => cloud.transitGatewayAssociations.delete(a.attachmentId));
  await expectProbes(world, [
    probe(a, '10.3.1.10', /silence/, /associated with no route table/),
    probe(c, '10.1.1.10', /silence/, /associated with no route table/),
  ]);
});

test('what is in a zone where the attachment has no subnet does not get out by it', options, async (t) => {
  const world = await makePacketWorld(t);
  const { a, far, b } = await world.change((cloud) => {
    const gateway = putTransitGateway(cloud);
    const [left, right] = [1, 2].map((second) => putVpc(cloud, '111111111111', `10.${second}.0.0/16`));
    joinTransitGateway(cloud, gateway, left!, [0]);
    joinTransitGateway(cloud, gateway, right!);
    return {
      a: putInstance(cloud, left!, 0, '10.1.1.10').instanceId,
      far: putInstance(cloud, left!, 1, '10.1.2.10').instanceId,
      b: putInstance(cloud, right!, 1, '10.2.2.10').instanceId,
    };
  });
  for (const id of [a, far, b]) world.serve(id, 80, id);
  const probe = (from: string, to: string, want: RegExp, because: RegExp): Probe => ({
    ...{ from, to, port: 80, want, because },
  });
  await expectProbes(world, [
    probe(a, '10.2.2.10', /10\.1\.1\.10/, /arrives/),
    probe(b, '10.1.1.10', /10\.2\.2\.10/, /arrives/),
    probe(far, '10.2.2.10', /silence/, /tgw-attach-.*: has no subnet in us-east-1b/),
    // It comes there by the other zone, and the answer does not get out.
    probe(b, '10.1.2.10', /silence/, /answers to 10\.2\.2\.10 do not get back .* no subnet in us-east-1b/),
    probe(a, '10.1.2.10', /10\.1\.1\.10/, /local/),
  ]);
  await world.restart();
  await expectProbes(world, [
    probe(a, '10.2.2.10', /10\.1\.1\.10/, /arrives/),
    probe(far, '10.2.2.10', /silence/, /no subnet/),
  ]);
  const vpcId = world.cloud.instances.find(far)!.vpcId;
  const drops = (await world.drops(vpcId)).filter(({ reason }) => reason === 'no-route');
  assert.deepEqual(
    drops.map(({ sourceAddress, destinationAddress }) => [sourceAddress, destinationAddress]),
    [
      ['10.1.2.10', '10.2.2.10'],
      ['10.1.2.10', '10.2.2.10'],
    ],
  );
  assert.match(drops[0]!.text, /tgw-attach-\S+ has no subnet in us-east-1b/);
});

test(
  'a VPC is no way through from a transit gateway to a peering or another transit gateway',
  options,
  async (t) => {
    const { world, a, b, probe } = await makeSpokes(t);
    const made = await world.change((cloud) => {
      // 10.64 is a peer of b, 10.80 is on a second transit gateway that b is attached to as well.
      const [peer, second] = [64, 80].map((number) => putVpc(cloud, '111111111111', `10.${number}.0.0/16`));
      putPeering(cloud, b, peer!);
      const other = putTransitGateway(cloud);
      joinTransitGateway(cloud, other, second!);
      const attachmentId = putAttachment(cloud, other.transitGatewayId, b);
      associate(cloud, attachmentId, other.tableId);
      putTransitRoute(cloud, other.tableId, '10.0.0.0/8', attachmentId);
      const main = mainRouteTableId(cloud, b);
      putRoute(cloud, main, '10.80.0.0/16', {
        kind: 'transit-gateway',
        transitGatewayId: other.transitGatewayId,
      });
      const table = cloud.transitGatewayAssociations.find(a.attachmentId)!.transitGatewayRouteTableId;
      for (const cidr of ['10.64.0.0/16', '10.80.0.0/16'])
        putTransitRoute(cloud, table, cidr, b.attachmentId);
      const instances = [
        putInstance(cloud, peer!, 0, '10.64.1.10'),
        putInstance(cloud, second!, 0, '10.80.1.10'),
      ];
      return instances.map(({ instanceId }) => instanceId);
    });
    for (const id of made) world.serve(id, 80, id);
    await expectProbes(world, [
      probe(b, '10.64.1.10', /10\.2\.1\.10/, /pcx/),
      probe(b, '10.80.1.10', /10\.2\.1\.10/, /arrives/),
      probe(a, '10.64.1.10', /silence/, /leads nothing from tgw-attach-/),
      probe(a, '10.80.1.10', /silence/, /leads nothing from tgw-attach-/),
    ]);
    const drops = (await world.drops(b.vpcId)).filter(({ reason }) => reason === 'no-route');
    assert.equal(drops.length, 2);
    assert.match(drops[0]!.text, new RegExp(`${b.vpcId} leads nothing from one network`));
  },
);

test(
  'spokes reach the internet by the NAT gateway of a central VPC, and the answers find them',
  options,
  async (t) => {
    const { world, transitGatewayId, tableId, a, b, probe } = await makeSpokes(t);
    const central = await world.change((cloud) => {
      const vpc = putVpc(cloud, '111111111111', '10.100.0.0/16');
      const { internetGatewayId } = putInternetGateway(cloud, vpc);
      const nat = putNatGateway(cloud, vpc, 1, '10.100.2.30');
      // The attachment is in the first subnet, whose table leads to the NAT gateway in the second.
      const attachmentId = putAttachment(cloud, transitGatewayId, vpc, [0, 1]);
      associate(cloud, attachmentId, tableId);
      putTransitRoute(cloud, tableId, '0.0.0.0/0', attachmentId);
      const [inner, outer] = vpc.subnetIds.map((subnetId) => putRouteTable(cloud, vpc, subnetId));
      putRoute(cloud, inner!, '0.0.0.0/0', { kind: 'nat-gateway', natGatewayId: nat.natGatewayId });
      putRoute(cloud, outer!, '0.0.0.0/0', { kind: 'internet-gateway', internetGatewayId });
      putRoute(cloud, outer!, '10.0.0.0/8', { kind: 'transit-gateway', transitGatewayId });
      for (const spoke of [a, b])
        putRoute(cloud, mainRouteTableId(cloud, spoke), '0.0.0.0/0', {
          kind: 'transit-gateway',
          transitGatewayId,
        });
      return { outer: outer!, publicIp: nat.publicIp! };
    });
    world.serve('internet', 443, 'internet');
    const out = (from: typeof a, want: RegExp, because: RegExp) => ({
      ...probe(from, '52.216.0.10', want, because),
      port: 443,
    });
    await expectProbes(world, [
      out(a, new RegExp(`internet ${central.publicIp}`), /becomes its private address 10\.100\.2\.30/),
      out(b, new RegExp(`internet ${central.publicIp}`), /answers return by route 10\.0\.0\.0\/8/),
    ]);
    await world.change((cloud) => deleteRoute(cloud, central.outer, '10.0.0.0/8'));
    await expectProbes(world, [out(a, /silence/, /answers to 10\.1\.1\.10 have no route back/)]);
  },
);

test('from another VPC: an interface endpoint yes, a gateway endpoint no', options, async (t) => {
  const { world, transitGatewayId, tableId, a, b, c, probe } = await makeSpokes(t);
  const endpoint = await world.change((cloud) => {
    const provider = putVpc(cloud, '222222222222', '10.1.0.0/16');
    const server = putInstance(cloud, provider, 0, '10.1.1.11');
    const service = putEndpointService(cloud, provider, 80, [server.instanceId]);
    const { vpcEndpointId } = putEndpoint(cloud, b, service, '10.2.1.4');
    const ec2 = putAwsServiceEndpoint(cloud, b, 'ec2', ['10.2.1.5', '10.2.2.5']);
    // The shared VPC has a gateway endpoint, and spokes try to use it.
    putGatewayEndpoint(cloud, b, 's3', [mainRouteTableId(cloud, b)]);
    putTransitRoute(cloud, tableId, '52.216.0.0/15', b.attachmentId);
    for (const spoke of [a, c])
      putRoute(cloud, mainRouteTableId(cloud, spoke), '52.216.0.0/15', {
        ...{
          kind: 'transit-gateway',
          transitGatewayId: transitGatewayId,
        },
      });
    return { vpcEndpointId, ec2, serverId: server.instanceId };
  });
  world.serve(endpoint.serverId, 80, 'provider');
  world.serve(endpoint.ec2.vpcEndpointId, 443, 'ec2');
  const s3 = (from: typeof a, want: RegExp, because: RegExp) => ({
    ...probe(from, '52.216.0.10', want, because),
    port: 443,
  });
  const gateway = [...world.cloud.vpcEndpoints.all()].find((one) => one.vpcEndpointType === 'Gateway')!;
  world.serve(gateway.vpcEndpointId, 443, 's3');
  await expectProbes(world, [
    probe(b, '10.2.1.4', /provider/, /leads to vpce-svc/),
    probe(a, '10.2.1.4', /provider/, /leads to vpce-svc/),
    probe(c, '10.2.1.4', /provider/, /leads to vpce-svc/),
    { ...probe(a, '10.2.1.5', /^ec2 10\.1\.1\.10$/, /arrives at EC2/), port: 443 },
    { ...probe(c, '10.2.2.5', /^ec2 10\.3\.1\.10$/, /arrives at EC2/), port: 443 },
    s3(b, /s3 10\.2\.1\.10/, /arrives at the S3 front end/),
    s3(a, /silence/, /is a gateway endpoint, and those are for interfaces of vpc-.* alone/),
  ]);
  // By the id, and by the name that every resolver knows.
  const { vpcEndpointId, dnsSuffix } = endpoint.ec2;
  const name = `${vpcEndpointId}-${dnsSuffix}.ec2.us-east-1.vpce.amazonaws.com`;
  for (const target of [`${endpoint.vpcEndpointId}:80`, `${vpcEndpointId}:443`, `${name}:443`]) {
    const { arrives, text } = world.explains(a.instanceId, target);
    assert.equal(arrives, true, text);
  }
  const drop = (await world.drops(b.vpcId)).find(({ reason }) => reason === 'foreign-source');
  assert.equal(drop!.refusedBy, gateway.vpcEndpointId);
});

test('8,500 bytes go through, more do not, and segments are made to fit', options, async (t) => {
  const { world, a, b } = await makeSpokes(t);
  const received = async () => {
    const [eth0] = JSON.parse(
      await world.inside(b.instanceId, 'ip', '-s', '-j', 'link', 'show', 'dev', 'eth0'),
    );
    return eth0.stats64.rx.bytes as number;
  };
  /** Of one datagram, with the headers of IP and UDP. */
  const arrives = async (bytes: number) => {
    const before = await received();
    const send = `dd if=/dev/zero bs=${bytes - 28} count=1 status=none > /dev/udp/10.2.1.10/7`;
    await world.inside(a.instanceId, 'bash', '-c', send);
    return (await received()) - before >= bytes;
  };
  assert.equal(await arrives(8500), true);
  assert.equal(await arrives(8501), false);
  const socket = await world.dial(a.instanceId, '10.2.1.10', 80);
  // Less the 12 bytes of timestamps.
  const statistics = await world.inside(a.instanceId, 'ss', '-tin', 'dst', '10.2.1.10');
  assert.match(statistics, /\bmss:8448\b/);
  socket.destroy();
});

test(
  'who comes from beyond a VPC under an address of it is refused, and drops say so as explain does',
  options,
  async (t) => {
    const { world, transitGatewayId, tableId, a, probe } = await makeSpokes(t);
    const twin = await world.change((cloud) => {
      const vpc = putVpc(cloud, '111111111111', '10.1.0.0/16');
      const attachmentId = putAttachment(cloud, transitGatewayId, vpc);
      putTransitRoute(cloud, tableId, '10.9.0.0/16', attachmentId);
      return { ...vpc, attachmentId };
    });
    await expectProbes(world, [
      probe(a, '10.9.1.1', /silence/, /source check: 10\.1\.1\.10 is an address of vpc-/),
    ]);
    const [drop] = await world.drops(twin.vpcId);
    assert.equal(drop!.code, 'GATEWAY_REJECTS_SPOOFED_TRAFFIC');
    assert.equal(drop!.refusedBy, twin.attachmentId);
  },
);
