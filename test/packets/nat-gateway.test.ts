// NAT gateways in real namespaces: what leaves by them, under which address, and which route wins beside a gateway endpoint.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { bindUdp } from '../../src/dataplane/door.ts';
import { namespacePath } from '../../src/linux/link-name.ts';
import { putInstance, putVpc } from '../networks/example-cloud.ts';
import {
  mainRouteTableId,
  putGatewayEndpoint,
  putInternetGateway,
  putNatGateway,
  putPeering,
  putRoute,
  putRouteTable,
} from '../networks/example-gateway.ts';
import { expectProbes, makePacketWorld, nextText } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const s3 = '52.216.0.10';
const otherS3 = '52.216.0.11';
const westS3 = '52.218.128.10';

/** A private subnet whose default route is the NAT gateway in the public one. */
async function makeThread(t: TestContext) {
  const world = await makePacketWorld(t);
  const made = await world.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    const { internetGatewayId } = putInternetGateway(cloud, vpc);
    const publicTable = mainRouteTableId(cloud, vpc);
    const privateTable = putRouteTable(cloud, vpc, vpc.subnetIds[0]!);
    const nat = putNatGateway(cloud, vpc, 1, '10.0.2.30');
    putRoute(cloud, publicTable, '0.0.0.0/0', { kind: 'internet-gateway', internetGatewayId });
    putRoute(cloud, privateTable, '0.0.0.0/0', { kind: 'nat-gateway', natGatewayId: nat.natGatewayId });
    const client = putInstance(cloud, vpc, 0, '10.0.1.10').instanceId;
    return { vpc, publicTable, privateTable, nat, client, publicIp: nat.publicIp! };
  });
  world.serve('internet', 443, 'outside');
  return { world, ...made };
}

test(
  'a private client leaves under the public address of the NAT gateway, from a port of its own',
  options,
  async (t) => {
    const { world, client, publicIp } = await makeThread(t);
    const want = new RegExp(`^outside ${publicIp.replaceAll('.', '\\.')}$`);
    await expectProbes(world, [
      {
        from: client,
        to: s3,
        port: 443,
        want,
        because: /becomes its private address 10\.0\.2\.30\n.*igw-.*\n.*10\.0\.2\.30 becomes 3\./,
      },
      {
        from: client,
        to: westS3,
        port: 443,
        want,
        because: /S3 front end of us-west-2, which sees source 3\./,
      },
      { from: client, to: '8.8.8.8', port: 443, want: /^silence$/, because: /nobody has/ },
    ]);
    const settings = ['net.ipv4.ip_unprivileged_port_start=0', 'net.ipv4.ip_local_port_range=500 600'];
    await world.inside(client, 'sysctl', '-q', '-w', ...settings);
    assert.match(await world.probe(client, s3, 443), want);
    const port = world.connections('internet').at(-1)!.remotePort!;
    assert.ok(port >= 1024, `port ${port}`);
  },
);

test(
  'the list beats the default route, a route to the very address beats the list, and the NAT gateway may use the endpoint',
  options,
  async (t) => {
    const { world, vpc, client, nat, privateTable, publicTable } = await makeThread(t);
    const { vpcEndpointId } = await world.change((cloud) => {
      putRoute(cloud, privateTable, `${otherS3}/32`, { kind: 'nat-gateway', natGatewayId: nat.natGatewayId });
      return putGatewayEndpoint(cloud, vpc, 's3', [privateTable]);
    });
    world.serve(vpcEndpointId, 443, 's3');
    await expectProbes(world, [
      {
        from: client,
        to: s3,
        port: 443,
        want: /^s3 10\.0\.1\.10$/,
        because: /also matched: 0\.0\.0\.0\/0 → nat-\w+ \(shorter prefix\)/,
      },
      {
        from: client,
        to: otherS3,
        port: 443,
        want: /^outside 3\./,
        because: /also matched: 52\.216\.0\.0\/15 \(pl-63a5400a\) → vpce-/,
      },
      { from: client, to: westS3, port: 443, want: /^outside 3\./, because: /us-west-2/ },
    ]);
    await world.change((cloud) => {
      putRoute(cloud, privateTable, '52.216.0.0/15', { kind: 'nat-gateway', natGatewayId: nat.natGatewayId });
      const endpoint = cloud.vpcEndpoints.find(vpcEndpointId)!;
      assert.equal(endpoint.vpcEndpointType, 'Gateway');
      cloud.vpcEndpoints.put({ ...endpoint, routeTableIds: [privateTable, publicTable] });
    });
    await expectProbes(world, [
      {
        from: client,
        to: s3,
        port: 443,
        want: /^s3 10\.0\.2\.30$/,
        because: /a route by CIDR goes before a prefix list[\s\S]*which sees source 10\.0\.2\.30 and vpce-/,
      },
    ]);
  },
);

test('nobody gets in by a NAT gateway', options, async (t) => {
  const { world, client, nat, publicIp } = await makeThread(t);
  const neighbour = await world.change((cloud) => {
    const vpc = putVpc(cloud, '222222222222');
    const { internetGatewayId } = putInternetGateway(cloud, vpc);
    const natGateway = putNatGateway(cloud, vpc, 1, '10.0.2.30');
    putRoute(cloud, mainRouteTableId(cloud, vpc), '0.0.0.0/0', {
      kind: 'internet-gateway',
      internetGatewayId,
    });
    const privateTable = putRouteTable(cloud, vpc, vpc.subnetIds[0]!);
    putRoute(cloud, privateTable, '0.0.0.0/0', {
      kind: 'nat-gateway',
      natGatewayId: natGateway.natGatewayId,
    });
    return putInstance(cloud, vpc, 0, '10.0.1.10').instanceId;
  });
  await expectProbes(world, [
    {
      from: neighbour,
      to: publicIp,
      port: 443,
      want: /^silence$/,
      because: /lets answers in and nobody else/,
    },
    {
      from: client,
      to: nat.privateIpAddress,
      port: 443,
      want: /^silence$/,
      because: /lets answers in and nobody else/,
    },
    { from: neighbour, to: s3, port: 443, want: /^outside 3\./, because: /front end/ },
  ]);
});

test(
  'a private NAT gateway shows its own address to a peered VPC, and has no way to the internet',
  options,
  async (t) => {
    const { world, vpc, client, privateTable, publicTable } = await makeThread(t);
    const { nat, target, peer } = await world.change((cloud) => {
      const made = putVpc(cloud, '333333333333', '10.50.0.0/16');
      putPeering(cloud, vpc, made);
      const privateNat = putNatGateway(cloud, vpc, 1, '10.0.2.40', 'private');
      const way = { kind: 'nat-gateway', natGatewayId: privateNat.natGatewayId } as const;
      putRoute(cloud, privateTable, '10.50.0.0/16', way);
      putRoute(cloud, privateTable, `${s3}/32`, way);
      return { nat: privateNat, peer: made, target: putInstance(cloud, made, 0, '10.50.1.10').instanceId };
    });
    world.serve(target, 80, 'peer');
    await expectProbes(world, [
      {
        from: client,
        to: '10.50.1.10',
        port: 80,
        want: /^peer 10\.0\.2\.40$/,
        because: /becomes its private address 10\.0\.2\.40/,
      },
      { from: client, to: s3, port: 443, want: /^silence$/, because: /10\.0\.2\.40 has no public address/ },
      { from: client, to: otherS3, port: 443, want: /^outside 3\./, because: /front end/ },
    ]);
    // AWS: a peering is no way to somebody else's NAT gateway.
    await world.change((cloud) => {
      const pcx = cloud.routeTables
        .find(publicTable)!
        .routes.find(({ target }) => target.kind === 'vpc-peering-connection')!;
      putRoute(cloud, mainRouteTableId(cloud, peer), '0.0.0.0/0', pcx.target);
    });
    await expectProbes(world, [
      { from: target, to: s3, port: 443, want: /^silence$/, because: /a peering leads no further/ },
    ]);
    assert.equal(nat.publicIp, undefined);
  },
);

test(
  'an idle flow is forgotten after 350 seconds, and what is forgotten is answered with a reset',
  options,
  async (t) => {
    const { world, client, nat } = await makeThread(t);
    const open = await world.dial(client, s3, 443);
    assert.match(await nextText(open), /^outside/);
    const [, seconds] =
      /^tcp\s+6 (\d+) ESTABLISHED/m.exec(await world.inside(nat.natGatewayId, 'conntrack', '-L')) ?? [];
    assert.ok(Number(seconds) <= 350 && Number(seconds) > 300, `${seconds} s`);
    await world.inside(nat.natGatewayId, 'conntrack', '-F');
    const ended = new Promise((resolve) =>
      open.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code)),
    );
    open.write('still there?');
    assert.equal(await ended, 'ECONNRESET');
    assert.match(await world.probe(client, s3, 443), /^outside/);
  },
);

test('a route to a NAT gateway that is gone drops, and its flows end', options, async (t) => {
  const { world, vpc, client, nat, privateTable } = await makeThread(t);
  const open = await world.dial(client, otherS3, 443);
  assert.match(await nextText(open), /^outside/);
  await world.change((cloud) => {
    putRoute(cloud, privateTable, `${otherS3}/32`, { kind: 'nat-gateway', natGatewayId: nat.natGatewayId });
    const second = putNatGateway(cloud, vpc, 1, '10.0.2.31');
    putRoute(cloud, privateTable, '0.0.0.0/0', { kind: 'nat-gateway', natGatewayId: second.natGatewayId });
    cloud.natGateways.put({ ...nat, deleteTime: '2026-01-31T13:00:00.000Z' });
    cloud.networkInterfaces.delete(nat.networkInterfaceId);
  });
  open.write('still there?');
  assert.equal(await nextText(open), 'silence');
  const [drop] = (await world.drops(vpc.vpcId)).filter(({ reason }) => reason === 'no-route');
  assert.match(drop?.text ?? '', /has a blackhole for 52\.216\.0\.11\/32: nat-\w+ is gone/);
  await expectProbes(world, [
    {
      from: client,
      to: otherS3,
      port: 443,
      want: /^silence$/,
      because: /blackhole: nat-\w+ is gone; no shorter prefix/,
    },
    { from: client, to: s3, port: 443, want: /^outside 3\./, because: /10\.0\.2\.31/ },
  ]);
});

test('a NAT gateway whose own subnet leads back to it goes nowhere', options, async (t) => {
  const { world, client, nat, publicTable } = await makeThread(t);
  await world.change((cloud) =>
    putRoute(cloud, publicTable, '0.0.0.0/0', { kind: 'nat-gateway', natGatewayId: nat.natGatewayId }),
  );
  await expectProbes(world, [
    { from: client, to: s3, port: 443, want: /^silence$/, because: /its own subnet leads back to it/ },
  ]);
});

test('datagrams and pings are translated too', options, async (t) => {
  const { world, client, publicIp } = await makeThread(t);
  assert.equal(world.explains(client, s3).arrives, true);
  await world.inside(client, 'perl', '-MNet::Ping', '-e', 'exit !Net::Ping->new("icmp", 1)->ping(shift)', s3);
  const path = (id: string) => namespacePath(world.namespaceOf(id));
  const server = bindUdp(path('internet'), s3, 53);
  const asker = bindUdp(path(client), '10.0.1.10', 5353);
  t.after(() => {
    server.close();
    asker.close();
  });
  server.on('message', (message, peer) => server.send(`${message} ${peer.address}`, peer.port, peer.address));
  const answer = once(asker, 'message', { signal: AbortSignal.timeout(2000) });
  asker.send('hello', 53, s3);
  assert.equal(String((await answer)[0]), `hello ${publicIp}`);
});

test(
  'a new daemon takes the NAT gateway over: open flows go on, and it has counted them',
  options,
  async (t) => {
    const { world, vpc, client, nat } = await makeThread(t);
    const open = await world.dial(client, s3, 443);
    assert.match(await nextText(open), /^outside/);
    await world.restart();
    open.write(Buffer.alloc(100_000));
    for (let echoed = 0; echoed < 100_000; ) echoed += (await nextText(open)).length;
    const ways = await world.ways(vpc.vpcId);
    for (const kind of ['nat-gateway', 'internet-gateway']) {
      const way = ways.find((one) => one.kind === kind);
      assert.ok(way && way.sentBytes > 100_000 && way.sentBytes < 130_000, JSON.stringify(way));
      assert.ok(way.receivedBytes > 100_000 && way.receivedBytes < 130_000, JSON.stringify(way));
    }
    assert.ok(ways.some(({ id }) => id === nat.natGatewayId));
  },
);
