// The DNS of a site on real packets: its own names, the public ones, and domains it asks others for, over the VPN: a server
// of the VPC's, or an inbound resolver endpoint, which knows what the VPC's own resolver knows.

import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import dnsPacket from 'dns-packet';
import { bindUdp, listenTcp } from '../../src/dataplane/door.ts';
import { createResolver } from '../../src/dataplane/resolver.ts';
import { createSiteResolver } from '../../src/dataplane/site-resolver.ts';
import { createResolverEndpoint } from '../../src/services/route53resolver/endpoint.ts';
import { putAwsServiceEndpoint, putInstance, putVpc } from '../networks/example-cloud.ts';
import { mainRouteTableId } from '../networks/example-gateway.ts';
import { propagateInto, putSite, putVpn, putVpnGateway } from '../networks/example-site.ts';
import { askDns, askDnsByTcp, patientMs } from './dns-question.ts';
import { makePacketWorld } from './packet-world.ts';
import { contextOf } from './resolver-context.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const router = '192.168.0.1';

/** A DNS server at an address of the VPC: knows one name, by UDP and by TCP, and notes who asked. */
function serveNames(t: TestContext, path: string, address: string, askedFrom: Set<string>): void {
  const answer = (query: Buffer) => {
    const { id, questions } = dnsPacket.decode(query);
    const name = questions![0]!.name;
    const answers =
      name === 'db.corp.example' ? [{ type: 'A' as const, name, ttl: 5, data: '10.0.1.77' }] : [];
    return Buffer.from(dnsPacket.encode({ type: 'response', id: id!, questions: questions!, answers }));
  };
  const datagrams = bindUdp(path, address, 53);
  datagrams.on('message', (query, client) => {
    askedFrom.add(client.address);
    datagrams.send(answer(query), client.port, client.address);
  });
  const server = createServer((socket: Socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      askedFrom.add(socket.remoteAddress!);
      const message = answer(data.subarray(2));
      const length = Buffer.alloc(2);
      length.writeUInt16BE(message.length);
      socket.end(Buffer.concat([length, message]));
    });
  });
  server.listen({ fd: listenTcp(path, address, 53) });
  t.after(() => {
    datagrams.close();
    server.close();
  });
}

async function makeThread(t: TestContext) {
  const world = await makePacketWorld(t);
  const errors: string[] = [];
  const onError = (id: string, error: Error) => errors.push(`${id}: ${error.message}`);
  const resolvers = [createSiteResolver({ onError }), createResolver({ onError })];
  t.after(() => {
    for (const resolver of resolvers) resolver.close();
  });
  const change: typeof world.change = async (operate) => {
    const result = await world.change(operate);
    for (const resolver of resolvers) resolver.set(world.network(), world.pathOf);
    assert.deepEqual(errors, []);
    return result;
  };
  const made = await change((cloud) => {
    const vpc = putVpc(cloud, '111111111111', '10.0.0.0/16');
    const server = putInstance(cloud, vpc, 0, '10.0.1.50').instanceId;
    const gateway = putVpnGateway(cloud, vpc);
    const forwards = [{ domain: 'corp.example', addresses: ['10.0.1.99', '10.0.1.50'] }];
    const site = putSite(cloud, 'berlin', '192.168.0.0/16', { forwards });
    const vpn = putVpn(cloud, gateway, site);
    propagateInto(cloud, mainRouteTableId(cloud, vpc), gateway);
    return { vpc, server, vpn, siteId: site.siteId, desk: site.hosts[0]!.hostId };
  });
  const forward = (domain: string, address: string) =>
    change((cloud) => {
      const site = cloud.sites.find(made.siteId)!;
      cloud.sites.put({ ...site, forwards: [{ domain, addresses: [address] }] });
    });
  const ask = (name: string) => askDns(world.pathOf(made.desk), router, name, 3 * patientMs);
  return { world, ...made, change, forward, ask };
}

test('a site knows its own names and the public ones, and asks others for theirs', options, async (t) => {
  const { server, ask, world, desk } = await makeThread(t);
  const askedFrom = new Set<string>();
  serveNames(t, world.pathOf(server), '10.0.1.50', askedFrom);
  assert.equal(await ask('desk.berlin.internal'), '192.168.0.10');
  assert.match(await ask('s3.us-east-1.amazonaws.com'), /^52\.216\.0\.1/);
  assert.equal(await ask('nowhere.example'), 'NXDOMAIN');
  // The first of its servers is nobody; the second answers, and sees the router ask.
  assert.equal(await ask('db.corp.example'), '10.0.1.77');
  assert.deepEqual([...askedFrom], [router]);
  const own = world.explains(desk, 'desk.berlin.internal:80').text;
  assert.match(own, /is 192\.168\.0\.10 \(a private name that site-\w+ knows\)/);
  const { text } = world.explains(desk, 'db.corp.example:80');
  assert.match(text, /its DNS asks 10\.0\.1\.99, 10\.0\.1\.50 for names of corp\.example/);
});

test(
  'who cannot be asked is a failure and no answer; a new domain needs no new socket',
  options,
  async (t) => {
    const { ask, world, forward, server, desk, vpn, change } = await makeThread(t);
    assert.equal(await ask('db.corp.example'), 'SERVFAIL');
    serveNames(t, world.pathOf(server), '10.0.1.50', new Set());
    await forward('example', '10.0.1.50');
    assert.equal(await ask('db.corp.example'), '10.0.1.77');
    assert.equal(await askDnsByTcp(world.pathOf(desk), router, 'db.corp.example'), '10.0.1.77');
    await change((cloud) => cloud.vpnConnections.put({ ...vpn, deleteTime: '2026-02-01T00:00:00.000Z' }));
    assert.equal(await ask('db.corp.example'), 'SERVFAIL');
    const { arrives, text } = world.explains(desk, 'db.corp.example:80');
    assert.equal(arrives, false);
    assert.match(text, /the question for db\.corp\.example does not get to 10\.0\.1\.50/);
  },
);

test(
  "by an inbound resolver endpoint a site sees the VPC's names, private DNS of endpoints included",
  options,
  async (t) => {
    const { change, forward, ask, world, vpc, desk } = await makeThread(t);
    const endpoint = await change((cloud) => {
      cloud.vpcs.put({ ...cloud.vpcs.find(vpc.vpcId)!, enableDnsHostnames: true });
      createResolverEndpoint(
        {
          ...{ CreatorRequestId: 'one', Direction: 'INBOUND', SecurityGroupIds: [vpc.groupId] },
          IpAddresses: [
            { SubnetId: vpc.subnetIds[0], Ip: '10.0.1.53' },
            { SubnetId: vpc.subnetIds[1], Ip: '10.0.2.53' },
          ],
        },
        contextOf(cloud),
      );
      return putAwsServiceEndpoint(cloud, vpc, 'ec2', ['10.0.1.60'], { privateDnsEnabled: true });
    });
    world.serve(endpoint.vpcEndpointId, 443, 'ec2');
    const name = 'ec2.us-east-1.amazonaws.com';
    const publicly = await ask(name);
    assert.match(publicly, /^52\.46\./, 'the public name leads to the internet');
    await forward('amazonaws.com', '10.0.1.53');
    assert.equal(await ask(name), '10.0.1.60');
    assert.equal(await ask('ip-10-0-1-50.ec2.internal'), 'NXDOMAIN', 'which was not forwarded');
    assert.equal(await world.probe(desk, '10.0.1.60', 443), 'ec2 192.168.0.10');
    const { arrives, text } = world.explains(desk, `${name}:443`);
    assert.ok(arrives, text);
    assert.match(
      text,
      /its DNS asks 10\.0\.1\.53 for names of amazonaws\.com\n.*: ec2\.us-east-1\.amazonaws\.com is 10\.0\.1\.60/,
    );
  },
);

test('who comes by a line of the site may ask it too, and nobody from the internet', options, async (t) => {
  const { world, server, siteId, change, vpn } = await makeThread(t);
  const fromVpc = () => askDns(world.pathOf(server), router, 'desk.berlin.internal');
  assert.equal(await fromVpc(), '192.168.0.10');
  assert.equal(world.explains(server, `${router}:53/udp`).arrives, true);
  assert.equal(world.explains(server, `${router}:80`).arrives, false);
  assert.equal(await world.probe(server, router, 80), 'silence');
  const [refused] = await world.drops(siteId);
  assert.match(refused!.text, /has a router that answers questions for names and a ping/);
  const { publicAddress } = world.cloud.sites.find(siteId)!;
  const other = await change((cloud) => putSite(cloud, 'rome', '172.20.0.0/16'));
  const stranger = world.pathOf(other.hosts[0]!.hostId);
  for (const address of [router, publicAddress])
    assert.equal(await askDns(stranger, address, 'desk.berlin.internal'), 'silence');
  await change((cloud) => cloud.vpnConnections.put({ ...vpn, deleteTime: '2026-02-01T00:00:00.000Z' }));
  assert.equal(await fromVpc(), 'silence');
});
