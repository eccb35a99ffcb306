// Interface endpoints to AWS services on real packets, from records: who reaches the door behind an endpoint's addresses,
// on which ports, as whom, and that nobody comes out of it by himself. Explain says the same each time.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  exampleId,
  nextNumber,
  putAwsServiceEndpoint,
  putInstance,
  putVpc,
} from '../networks/example-cloud.ts';
import { mainRouteTableId, putPeering, putRoute, putRouteTable } from '../networks/example-gateway.ts';
import { expectProbes, makePacketWorld, namespacesOf, nextText } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };

/** A client in each zone, and an endpoint to EC2 with an address in each. */
async function makeEndpoint(t: TestContext, awsService = 'ec2') {
  const world = await makePacketWorld(t);
  const made = await world.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    const client = putInstance(cloud, vpc, 0, '10.0.1.10').instanceId;
    const otherClient = putInstance(cloud, vpc, 1, '10.0.2.10').instanceId;
    const endpoint = putAwsServiceEndpoint(cloud, vpc, awsService, ['10.0.1.4', '10.0.2.4']);
    return { vpc, client, otherClient, endpoint };
  });
  const { vpcEndpointId } = made.endpoint;
  for (const port of [443, 80, 8080]) world.serve(vpcEndpointId, port, awsService);
  return { world, ...made, vpcEndpointId };
}

test('every address of the endpoint leads to its service, which sees the client', options, async (t) => {
  const { world, vpc, client, otherClient, vpcEndpointId } = await makeEndpoint(t);
  const because = new RegExp(`${vpcEndpointId}: arrives at EC2 in us-east-1, which sees source 10`);
  await expectProbes(world, [
    { from: client, to: '10.0.1.4', port: 443, want: /^ec2 10\.0\.1\.10$/, because },
    { from: client, to: '10.0.2.4', port: 443, want: /^ec2 10\.0\.1\.10$/, because },
    { from: otherClient, to: '10.0.1.4', port: 443, want: /^ec2 10\.0\.2\.10$/, because },
  ]);
  assert.deepEqual(world.explains(client, `${vpcEndpointId}:443`).arrivesAt, {
    ...{ service: 'ec2', region: 'us-east-1', sourceAddress: '10.0.1.10' },
    endpoint: { vpcEndpointId, vpcId: vpc.vpcId, endpointType: 'interface' },
  });
});

test('only the service’s own ports answer, and no ping', options, async (t) => {
  const { world, vpc, client, vpcEndpointId } = await makeEndpoint(t);
  const because = /10\.0\.1\.4 answers tcp 443 alone/;
  await expectProbes(world, [
    { from: client, to: '10.0.1.4', port: 80, want: /^silence$/, because },
    { from: client, to: '10.0.1.4', port: 8080, want: /^silence$/, because },
    { from: client, to: '10.0.1.4', port: 22, want: /^silence$/, because },
  ]);
  const ping = ['perl', '-MNet::Ping', '-e', 'exit !Net::Ping->new("icmp", 1)->ping(shift)'];
  await world.inside(client, ...ping, '10.0.1.10');
  await assert.rejects(world.inside(client, ...ping, '10.0.1.4'));
  assert.match(world.explains(client, '10.0.1.4').text, /not icmp/);
  const drops = await world.drops(vpc.vpcId);
  assert.deepEqual([...new Set(drops.map(({ refusedBy }) => refusedBy))], [vpcEndpointId]);
  assert.ok(drops.some(({ protocol, text }) => protocol === 'icmp' && /answers tcp 443 alone/.test(text)));
});

test('S3 has HTTP at its endpoint, too', options, async (t) => {
  const { world, client } = await makeEndpoint(t, 's3');
  await expectProbes(world, [
    { from: client, to: '10.0.1.4', port: 80, want: /^s3 /, because: /arrives at S3/ },
    { from: client, to: '10.0.1.4', port: 443, want: /^s3 /, because: /arrives at S3/ },
    { from: client, to: '10.0.1.4', port: 8080, want: /^silence$/, because: /tcp 443 and tcp 80 alone/ },
  ]);
});

test('the groups of the endpoint judge who comes, and open flows outlive a rule', options, async (t) => {
  const { world, vpc, client, otherClient } = await makeEndpoint(t);
  const open = await world.dial(client, '10.0.1.4', 443);
  assert.match(await nextText(open), /^ec2/);
  await world.change((cloud) => {
    const group = cloud.securityGroups.find(vpc.groupId)!;
    const from = { ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIpv4: '10.0.2.0/24' };
    const securityGroupRuleId = exampleId('sgr', nextNumber());
    const rules = [
      ...group.rules.filter(({ isEgress }) => isEgress),
      { ...from, securityGroupRuleId, isEgress: false },
    ];
    cloud.securityGroups.put({ ...group, rules });
  });
  await expectProbes(world, [
    { from: client, to: '10.0.1.4', port: 443, want: /^silence$/, because: /no inbound rule of sg-/ },
    { from: otherClient, to: '10.0.1.4', port: 443, want: /^ec2 /, because: /allowed by sgr-/ },
  ]);
  const [drop] = (await world.drops(vpc.vpcId)).filter(({ reason }) => reason === 'ingress');
  assert.equal(drop?.refusedBy, vpc.groupId);
  open.write('still there?');
  assert.equal(await nextText(open), 'still there?');
});

test('nobody behind the door opens a flow', options, async (t) => {
  const { world, vpc, client, vpcEndpointId } = await makeEndpoint(t);
  world.serve(client, 9000, 'client');
  await assert.rejects(world.dial(vpcEndpointId, '10.0.1.10', 9000, '10.0.1.4'), { code: 'ETIMEDOUT' });
  const [drop] = (await world.drops(vpc.vpcId)).filter(({ reason }) => reason === 'one-way');
  assert.equal(drop?.sourceAddress, '10.0.1.4');
});

test(
  'a peered VPC reaches the endpoint with its own address, by routes of both sides',
  options,
  async (t) => {
    const { world, vpc, vpcEndpointId } = await makeEndpoint(t);
    const { peerClient, endpointTable, vpcPeeringConnectionId } = await world.change((cloud) => {
      const peer = putVpc(cloud, '333333333333', '10.50.0.0/16');
      const endpointTable = putRouteTable(cloud, vpc, vpc.subnetIds[0]!);
      const vpcPeeringConnectionId = putPeering(cloud, vpc, peer);
      const peerClient = putInstance(cloud, peer, 0, '10.50.1.10').instanceId;
      return { peerClient, endpointTable, vpcPeeringConnectionId };
    });
    await expectProbes(world, [
      // The second subnet uses the main table, which leads back; that of the first leads nowhere yet.
      { from: peerClient, to: '10.0.2.4', port: 443, want: /^ec2 10\.50\.1\.10$/, because: /answers return/ },
      { from: peerClient, to: '10.0.1.4', port: 443, want: /^silence$/, because: /have no route back/ },
    ]);
    await world.change((cloud) =>
      putRoute(cloud, endpointTable, '10.50.0.0/16', {
        kind: 'vpc-peering-connection',
        vpcPeeringConnectionId,
      }),
    );
    await expectProbes(world, [
      {
        from: peerClient,
        to: '10.0.1.4',
        port: 443,
        want: /^ec2 10\.50\.1\.10$/,
        because: new RegExp(`${vpcEndpointId}: arrives`),
      },
    ]);
    assert.ok(mainRouteTableId(world.cloud, vpc));
  },
);

test('a moved address is another interface: the old one leads nowhere at once', options, async (t) => {
  const { world, client, endpoint, vpc } = await makeEndpoint(t);
  const open = await world.dial(client, '10.0.1.4', 443);
  assert.match(await nextText(open), /^ec2/);
  await world.change((cloud) => {
    const [place, other] = endpoint.legs;
    const old = cloud.networkInterfaces.find(place!.networkInterfaceId)!;
    cloud.networkInterfaces.delete(old.networkInterfaceId);
    const networkInterfaceId = exampleId('eni', nextNumber());
    cloud.networkInterfaces.put({ ...old, networkInterfaceId, privateIpAddress: '10.0.1.44' });
    cloud.vpcEndpoints.put({ ...endpoint, legs: [{ ...place!, networkInterfaceId }, other!] });
  });
  open.write('still there?');
  assert.equal(await nextText(open), 'silence');
  await expectProbes(world, [
    { from: client, to: '10.0.1.4', port: 443, want: /^silence$/, because: /no network interface has/ },
    { from: client, to: '10.0.1.44', port: 443, want: /^ec2 /, because: /arrives at EC2/ },
  ]);
  assert.ok((await world.drops(vpc.vpcId)).some(({ reason }) => reason === 'no-route'));
});

test('deleting the endpoint takes its namespace and its flows away', options, async (t) => {
  const { world, client, endpoint, vpcEndpointId } = await makeEndpoint(t);
  const open = await world.dial(client, '10.0.1.4', 443);
  assert.match(await nextText(open), /^ec2/);
  await world.change((cloud) => {
    for (const { networkInterfaceId } of endpoint.legs) cloud.networkInterfaces.delete(networkInterfaceId);
    cloud.vpcEndpoints.delete(vpcEndpointId);
  });
  open.write('still there?');
  assert.equal(await nextText(open), 'silence');
  assert.doesNotMatch((await namespacesOf(world.mark)).join('\n'), /vpce-/);
});

test('a new daemon takes the doors over: open flows go on', options, async (t) => {
  const { world, client } = await makeEndpoint(t);
  const open = await world.dial(client, '10.0.1.4', 443);
  assert.match(await nextText(open), /^ec2/);
  await world.restart();
  open.write('still there?');
  assert.equal(await nextText(open), 'still there?');
});

test('the path carries 8,500 bytes, and what is bigger vanishes without a word', options, async (t) => {
  const { world, vpc, client, vpcEndpointId } = await makeEndpoint(t);
  const socket = await world.dial(client, '10.0.1.4', 443);
  const sizes = await world.inside(client, 'ss', '-tinH', 'dst', '10.0.1.4');
  assert.match(sizes, /mss:84\d\d/);
  for (let sent = 0, echoed = (await nextText(socket)).length; sent < 1_000_000; sent += 100_000) {
    socket.write(Buffer.alloc(100_000));
    for (echoed = 0; echoed < 100_000; ) echoed += (await nextText(socket)).length;
  }
  const way = (await world.ways(vpc.vpcId)).find(({ id }) => id === vpcEndpointId);
  assert.equal(way?.kind, 'interface-endpoint');
  assert.ok(way.sentBytes > 1_000_000 && way.sentBytes < 1_200_000, JSON.stringify(way));
});

test('within a subnet no route is asked, for an endpoint’s answers neither', options, async (t) => {
  const { world, vpc, client, otherClient } = await makeEndpoint(t);
  await world.change((cloud) => {
    const natGatewayId = exampleId('nat', 0xdead);
    putRoute(cloud, mainRouteTableId(cloud, vpc), '10.0.0.0/16', { kind: 'nat-gateway', natGatewayId });
  });
  const probes = [
    { from: client, to: '10.0.1.4', port: 443, want: /^ec2 /, because: /arrives at EC2/ },
    { from: otherClient, to: '10.0.1.4', port: 443, want: /^silence$/, because: /blackhole/ },
  ];
  await expectProbes(world, probes);
  const rules = () => world.inside(vpc.vpcId, 'ip', 'rule', 'show', 'pref', '100');
  const before = await rules();
  assert.match(before, /from 10\.0\.1\.4 to 10\.0\.1\.0\/24/);
  await world.restart();
  assert.equal(await rules(), before);
  await expectProbes(world, probes);
});
