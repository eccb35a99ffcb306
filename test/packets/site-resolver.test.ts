// The DNS of a site on real packets: its own names, the public ones, and domains it asks a server in the VPC for, over the VPN.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import dnsPacket from 'dns-packet';
import { bindUdp, dialTcp, listenTcp } from '../../src/dataplane/door.ts';
import { createSiteResolver } from '../../src/dataplane/site-resolver.ts';
import { namespacePath } from '../../src/linux/link-name.ts';
import { compileNetwork } from '../../src/network/compile.ts';
import { putInstance, putVpc } from '../networks/example-cloud.ts';
import { mainRouteTableId } from '../networks/example-gateway.ts';
import { propagateInto, putSite, putVpn, putVpnGateway } from '../networks/example-site.ts';
import { makePacketWorld } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const router = '192.168.0.1';

/** A DNS server at an address of the VPC: knows one name, by UDP and by TCP, and says who asked. */
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
  const made = await world.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111', '10.0.0.0/16');
    const server = putInstance(cloud, vpc, 0, '10.0.1.53').instanceId;
    const gateway = putVpnGateway(cloud, vpc);
    const forwards = [{ domain: 'corp.example', addresses: ['10.0.1.99', '10.0.1.53'] }];
    const site = putSite(cloud, 'berlin', '192.168.0.0/16', { forwards });
    putVpn(cloud, gateway, site);
    propagateInto(cloud, mainRouteTableId(cloud, vpc), gateway);
    return { server, siteId: site.siteId, desk: site.hosts[0]!.hostId };
  });
  const errors: Error[] = [];
  const resolver = createSiteResolver({ onError: (_id, error) => errors.push(error) });
  t.after(() => resolver.close());
  const pathOf = (id: string) => namespacePath(world.namespaceOf(id));
  const serve = () => {
    resolver.set(compileNetwork(world.cloud, { isHealthy: () => true }), pathOf);
    assert.deepEqual(errors, []);
  };
  serve();
  /** Asks from the host, by UDP. */
  async function ask(name: string): Promise<string> {
    const socket = bindUdp(pathOf(made.desk), '192.168.0.10', 0);
    try {
      const query = dnsPacket.encode({ type: 'query', id: 7, flags: 256, questions: [{ type: 'A', name }] });
      socket.send(query, 53, router);
      const [message] = (await once(socket, 'message', { signal: AbortSignal.timeout(8000) })) as [Buffer];
      const { id, answers, rcode } = dnsPacket.decode(message) as ReturnType<typeof dnsPacket.decode> & {
        rcode: string;
      };
      assert.equal(id, 7);
      const data = answers!.flatMap((one) => ('data' in one ? [String(one.data)] : []));
      return data.join(' ') || rcode;
    } finally {
      socket.close();
    }
  }
  return { world, ...made, pathOf, ask, serve };
}

test('a site knows its own names and the public ones, and asks others for theirs', options, async (t) => {
  const { pathOf, server, ask, world, desk } = await makeThread(t);
  const askedFrom = new Set<string>();
  serveNames(t, pathOf(server), '10.0.1.53', askedFrom);
  assert.equal(await ask('desk.berlin.internal'), '192.168.0.10');
  assert.match(await ask('s3.us-east-1.amazonaws.com'), /^52\.216\.0\.1/);
  assert.equal(await ask('nowhere.example'), 'NXDOMAIN');
  // The first of its servers is nobody; the second answers, and sees the router ask.
  assert.equal(await ask('db.corp.example'), '10.0.1.77');
  assert.deepEqual([...askedFrom], [router]);
  assert.match(
    world.explains(desk, 'desk.berlin.internal:80').text,
    /is 192\.168\.0\.10 \(a private name of site-/,
  );
  const { text } = world.explains(desk, 'db.corp.example:80');
  assert.match(text, /its DNS asks 10\.0\.1\.99, 10\.0\.1\.53 for names of corp\.example/);

  const socket = await dialTcp({
    ...{ namespacePath: pathOf(desk), remoteAddress: router, port: 53, timeoutMs: 1000 },
  });
  const query = dnsPacket.streamEncode({
    ...{ type: 'query', id: 9, questions: [{ type: 'A', name: 'db.corp.example' }] },
  });
  socket.write(query);
  const [data] = (await once(socket, 'data', { signal: AbortSignal.timeout(8000) })) as [Buffer];
  socket.destroy();
  assert.equal(dnsPacket.streamDecode(data).id, 9);
});

test(
  'who cannot be asked is a failure and not an answer, and a new domain needs no new socket',
  options,
  async (t) => {
    const { ask, world, siteId, serve, pathOf, server } = await makeThread(t);
    assert.equal(await ask('db.corp.example'), 'SERVFAIL');
    serveNames(t, pathOf(server), '10.0.1.53', new Set());
    await world.change((cloud) => {
      const forwards = [{ domain: 'example', addresses: ['10.0.1.53'] }];
      cloud.sites.put({ ...cloud.sites.find(siteId)!, forwards });
    });
    serve();
    assert.equal(await ask('db.corp.example'), '10.0.1.77');
  },
);

test('only hosts of the site are answered', options, async (t) => {
  const { pathOf, server } = await makeThread(t);
  const socket = bindUdp(pathOf(server), '10.0.1.53', 0);
  t.after(() => socket.close());
  const query = dnsPacket.encode({
    ...{ type: 'query', id: 1, questions: [{ type: 'A', name: 'desk.berlin.internal' }] },
  });
  socket.send(query, 53, router);
  const silence = once(socket, 'message', { signal: AbortSignal.timeout(500) });
  await assert.rejects(silence, { name: 'AbortError' });
});
