// Network ACLs in the kernel: stateless, at the borders of subnets alone, in the order of their numbers.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { putInstance, putVpc } from '../networks/example-cloud.ts';
import {
  mainRouteTableId,
  putElasticIp,
  putGatewayEndpoint,
  putInternetGateway,
  putNatGateway,
  putPeering,
  putRoute,
  putRouteTable,
} from '../networks/example-gateway.ts';
import {
  entry,
  ephemeral,
  everythingIn,
  everythingOut,
  putNetworkAcl,
  setEntries,
} from '../networks/example-network-acl.ts';
import { expectProbes, makePacketWorld, nextText } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const silence = /^silence$/;

/** A client in each of two subnets, and a web server in the second. */
async function newCase(t: TestContext) {
  const world = await makePacketWorld(t);
  const made = await world.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    const [client, neighbour] = [
      putInstance(cloud, vpc, 0, '10.0.1.10'),
      putInstance(cloud, vpc, 1, '10.0.2.10'),
    ];
    const server = putInstance(cloud, vpc, 1, '10.0.2.20');
    return { vpc, from: client.instanceId, beside: neighbour.instanceId, server: server.instanceId };
  });
  world.serve(made.server, 80, 'web');
  world.serve(made.server, 8080, 'alternative');
  world.serve(made.from, 80, 'client');
  return { world, ...made };
}

test(
  'the lowest number that matches decides, at the border alone, and an open flow is judged too',
  options,
  async (t) => {
    const { world, vpc, from, beside } = await newCase(t);
    const { networkAclId } = await world.change((cloud) =>
      putNetworkAcl(
        cloud,
        [vpc.subnetIds[1]!],
        [entry(90, 'in', { action: 'deny', protocol: 'tcp', ports: 8080 }), everythingIn, everythingOut],
      ),
    );
    const socket = await world.dial(from, '10.0.2.20', 80);
    assert.match(await nextText(socket), /^web 10.0.1.10/);
    await expectProbes(world, [
      {
        from,
        to: '10.0.2.20',
        port: 80,
        want: /^web 10.0.1.10/,
        because: /into subnet-.*: tcp 80 from 10.0.1.10 allowed by rule 100/,
      },
      {
        from,
        to: '10.0.2.20',
        port: 8080,
        want: silence,
        because: new RegExp(`tcp 8080 from 10.0.1.10 denied by rule 90 of ${networkAclId}`),
      },
      // Within the subnet there is no border.
      { from: beside, to: '10.0.2.20', port: 8080, want: /^alternative/, because: /allowed by sgr/ },
    ]);
    const drops = await world.drops(vpc.vpcId);
    assert.deepEqual(
      drops.map(({ reason, refusedBy, destinationPort }) => ({ reason, refusedBy, destinationPort })),
      [{ reason: 'network-acl', refusedBy: networkAclId, destinationPort: 8080 }],
    );
    assert.match(drops[0]!.text, /denies it on the way into the subnet by rule 90$/);
    // Stateless: what was open ends with the rule.
    await world.change((cloud) =>
      setEntries(cloud, networkAclId, [entry(100, 'in', { action: 'deny' }), everythingOut]),
    );
    socket.write('still there?');
    assert.equal(await nextText(socket), 'silence');
    socket.destroy();
    await world.change((cloud) => setEntries(cloud, networkAclId, [everythingIn, everythingOut]));
    assert.match(await world.probe(from, '10.0.2.20', 8080), /^alternative/);
  },
);

test('answers need entries of their own, for the client’s port', options, async (t) => {
  const { world, vpc, from } = await newCase(t);
  const web = entry(100, 'in', { protocol: 'tcp', ports: 80 });
  const { networkAclId } = await world.change((cloud) => putNetworkAcl(cloud, [vpc.subnetIds[1]!], [web]));
  const probe = { from, to: '10.0.2.20', port: 80 };
  await expectProbes(world, [
    {
      ...probe,
      want: silence,
      because: /answers out of subnet-.*: tcp 32768-60999 to 10.0.1.10 denied by rule 32767 \(\*\)/,
    },
  ]);
  const [drop] = await world.drops(vpc.vpcId);
  assert.equal(drop!.sourceAddress, '10.0.2.20');
  assert.match(drop!.text, /denies it on the way out of the subnet by rule 32767 \(\*\)$/);
  await world.change((cloud) =>
    setEntries(cloud, networkAclId, [web, entry(100, 'out', { protocol: 'tcp', ports: ephemeral })]),
  );
  await expectProbes(world, [{ ...probe, want: /^web/, because: /answers out of .* allowed by rule 100/ }]);
  // The other way round: the client's subnet lets the question out and the answer not in.
  await world.change((cloud) => putNetworkAcl(cloud, [vpc.subnetIds[0]!], [everythingOut]));
  await expectProbes(world, [
    { ...probe, want: silence, because: /answers into subnet-.* from 10.0.2.20 denied by rule 32767/ },
  ]);
});

test('what goes out is judged by where it goes, and ICMP by type', options, async (t) => {
  const { world, vpc, from, beside } = await newCase(t);
  await world.change((cloud) =>
    putNetworkAcl(
      cloud,
      [vpc.subnetIds[0]!],
      [
        everythingIn,
        entry(50, 'out', { action: 'deny', cidrBlock: '10.0.2.20/32', protocol: 'tcp' }),
        entry(60, 'out', { action: 'deny', protocol: 'icmp', icmp: { type: 8, code: -1 } }),
        everythingOut,
      ],
    ),
  );
  await expectProbes(world, [
    {
      from,
      to: '10.0.2.20',
      port: 80,
      want: silence,
      because: /out of subnet-.*: tcp 80 to 10.0.2.20 denied by rule 50/,
    },
  ]);
  assert.equal(world.explains(from, '10.0.2.20').arrives, false);
  const echo = 'exit !Net::Ping->new("icmp", 1)->ping($ARGV[0])';
  const ping = (id: string, to: string) =>
    world.inside(id, 'perl', '-MNet::Ping', '-e', echo, to).then(
      () => true,
      () => false,
    );
  assert.equal(await ping(beside, '10.0.2.20'), true);
  assert.equal(await ping(from, '10.0.2.10'), false);
  assert.match(world.explains(from, '10.0.2.10').text, /icmp echo request to 10.0.2.10 denied by rule 60/);
  const drops = await world.drops(vpc.vpcId);
  assert.ok(drops.some(({ protocol, text }) => protocol === 'icmp' && /by rule 60$/.test(text)));
});

test('the resolver and instance metadata are in front of every network ACL', options, async (t) => {
  const { world, vpc, from } = await newCase(t);
  await world.change((cloud) =>
    putNetworkAcl(cloud, [vpc.subnetIds[0]!], [entry(1, 'in', { action: 'deny' })]),
  );
  for (const to of ['10.0.0.2:53/udp', '169.254.169.254:80'])
    assert.equal(world.explains(from, to).arrives, true, to);
  // Nobody listens in this world; but a packet that had been dropped would be counted.
  await world.probe(from, '169.254.169.254', 80);
  await world.probe(from, '10.0.0.2', 53);
  assert.deepEqual(await world.drops(vpc.vpcId), []);
});

test('a gateway endpoint and its answers cross the border of the client’s subnet', options, async (t) => {
  const { world, vpc, from } = await newCase(t);
  const endpoint = await world.change((cloud) =>
    putGatewayEndpoint(cloud, vpc, 's3', [mainRouteTableId(cloud, vpc)]),
  );
  world.serve(endpoint.vpcEndpointId, 443, 's3');
  const https = entry(100, 'out', { protocol: 'tcp', ports: 443, cidrBlock: '52.216.0.0/15' });
  const { networkAclId } = await world.change((cloud) => putNetworkAcl(cloud, [vpc.subnetIds[0]!], [https]));
  const probe = { from, to: '52.216.0.10', port: 443 };
  await expectProbes(world, [
    { ...probe, want: silence, because: /answers into subnet-.* from 52.216.0.10 denied by rule/ },
  ]);
  const answers = entry(100, 'in', { protocol: 'tcp', ports: ephemeral, cidrBlock: '52.216.0.0/15' });
  await world.change((cloud) => setEntries(cloud, networkAclId, [https, answers]));
  await expectProbes(world, [
    { ...probe, want: /^s3 10.0.1.10/, because: /answers into .* allowed by rule 100/ },
  ]);
  await world.change((cloud) =>
    setEntries(cloud, networkAclId, [
      entry(90, 'out', { action: 'deny', cidrBlock: '52.217.0.0/16' }),
      https,
      answers,
    ]),
  );
  await expectProbes(world, [
    { ...probe, to: '52.217.0.1', want: silence, because: /tcp 443 to 52.217.0.1 denied by rule 90/ },
  ]);
});

test('through a NAT gateway there are two borders each way, and the internet is one', options, async (t) => {
  const { world, vpc, from } = await newCase(t);
  const { natSubnet } = await world.change((cloud) => {
    const { internetGatewayId } = putInternetGateway(cloud, vpc);
    const { natGatewayId } = putNatGateway(cloud, vpc, 1, '10.0.2.30');
    putRoute(cloud, mainRouteTableId(cloud, vpc), '0.0.0.0/0', {
      kind: 'internet-gateway',
      internetGatewayId,
    });
    const table = putRouteTable(cloud, vpc, vpc.subnetIds[0]!);
    putRoute(cloud, table, '0.0.0.0/0', { kind: 'nat-gateway', natGatewayId });
    return { natSubnet: vpc.subnetIds[1]! };
  });
  world.serve('internet', 443, 'internet');
  const probe = { from, to: '52.46.13.10', port: 443 };
  const outward = [entry(100, 'in', { cidrBlock: '10.0.0.0/16' }), entry(100, 'out')];
  const { networkAclId } = await world.change((cloud) => putNetworkAcl(cloud, [natSubnet], outward));
  await expectProbes(world, [
    { ...probe, want: silence, because: /answers into subnet-.* from 52.46.13.10 denied by rule 32767/ },
  ]);
  const answers = entry(110, 'in', { protocol: 'tcp', ports: ephemeral });
  await world.change((cloud) => setEntries(cloud, networkAclId, [...outward, answers]));
  await expectProbes(world, [
    { ...probe, want: /^internet 3\./, because: /answers out of subnet-.* to 10.0.1.10 allowed by rule 100/ },
  ]);
  // The NAT gateway's answers to the client are those of the internet.
  await world.change((cloud) =>
    putNetworkAcl(
      cloud,
      [vpc.subnetIds[0]!],
      [entry(100, 'in', { cidrBlock: '10.0.0.0/16' }), everythingOut],
    ),
  );
  await expectProbes(world, [
    { ...probe, want: silence, because: /answers into subnet-.* from 52.46.13.10 denied by rule 32767/ },
  ]);
});

test('from the internet to a public address, and over a peering', options, async (t) => {
  const { world, vpc, server } = await newCase(t);
  const made = await world.change((cloud) => {
    const there = putVpc(cloud, '222222222222', '10.9.0.0/16');
    putPeering(cloud, vpc, there);
    const visitor = putInstance(cloud, there, 0, '10.9.1.10');
    const acl = putNetworkAcl(
      cloud,
      [vpc.subnetIds[1]!],
      [entry(100, 'in', { cidrBlock: '10.0.0.0/16' }), everythingOut],
    );
    return { there, visitor: visitor.instanceId, networkAclId: acl.networkAclId };
  });
  const probe = { from: made.visitor, to: '10.0.2.20', port: 80 };
  await expectProbes(world, [
    { ...probe, want: silence, because: /into subnet-.* from 10.9.1.10 denied by rule 32767/ },
  ]);
  await world.change((cloud) =>
    setEntries(cloud, made.networkAclId, [entry(100, 'in', { cidrBlock: '10.9.0.0/16' }), everythingOut]),
  );
  await expectProbes(world, [
    { ...probe, want: /^web 10.9.1.10/, because: /from 10.9.1.10 allowed by rule 100/ },
  ]);
  // Its own VPC has borders too.
  const theirs = await world.change((cloud) =>
    putNetworkAcl(cloud, [made.there.subnetIds[0]!], [everythingOut]),
  );
  await expectProbes(world, [
    {
      ...probe,
      want: silence,
      because: new RegExp(`answers into subnet-.* denied by rule .* of ${theirs.networkAclId}`),
    },
  ]);
  assert.ok((await world.drops(made.there.vpcId)).some(({ refusedBy }) => refusedBy === theirs.networkAclId));

  const publicIp = await world.change((cloud) => {
    setEntries(cloud, theirs.networkAclId, [everythingIn, everythingOut]);
    for (const one of [vpc, made.there]) {
      const { internetGatewayId } = putInternetGateway(cloud, one);
      putRoute(cloud, mainRouteTableId(cloud, one), '0.0.0.0/0', {
        kind: 'internet-gateway',
        internetGatewayId,
      });
    }
    const interfaceOf = (id: string) => cloud.instances.find(id)!.networkInterfaceIds[0]!;
    putElasticIp(cloud, interfaceOf(made.visitor));
    return putElasticIp(cloud, interfaceOf(server)).publicIp;
  });
  const far = { from: made.visitor, to: publicIp, port: 80 };
  await expectProbes(world, [
    { ...far, want: silence, because: /into subnet-.* from 3\.\S+ denied by rule 32767/ },
  ]);
  await world.change((cloud) =>
    setEntries(cloud, made.networkAclId, [entry(100, 'in', { protocol: 'tcp', ports: 80 }), everythingOut]),
  );
  await expectProbes(world, [{ ...far, want: /^web 3\./, because: /answers out of .* allowed by rule 100/ }]);
});
