// The VPC resolver on real sockets in namespaces. What it answers is tested with answer.ts; here it is
// who is answered, on which addresses, and that it outlives whatever is sent to it.

import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import type { Socket } from 'node:net';
import { after, test } from 'node:test';
import dnsPacket from 'dns-packet';
import type { VpcId } from '../../src/cloud/id.ts';
import { bindUdp, dialTcp } from '../../src/dataplane/door.ts';
import { createResolver } from '../../src/dataplane/resolver.ts';
import { run } from '../../src/linux/run.ts';
import type { NameTable, Network, VpcNetwork } from '../../src/network/network.ts';
import {
  eventually,
  makeTestNamespace,
  remakeNamespace,
  skipWithoutRoot,
  type TestNamespace,
} from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const basePlusTwo = '10.0.0.2';
const linkLocal = '169.254.169.253';

function names(addressesByName: Record<string, string[]>): NameTable {
  return new Map(
    Object.entries(addressesByName).map(([name, addresses]) => [
      name,
      { type: 'A', addresses, ttlSeconds: 60 },
    ]),
  );
}

function vpc(vpcId: VpcId, change: Partial<VpcNetwork> = {}): VpcNetwork {
  return {
    vpcId,
    accountId: '111111111111',
    region: 'us-east-1',
    cidrBlocks: [{ cidrBlock: '10.0.0.0/16', fabricBlock: '240.1.0.0/16' }],
    routerAddresses: ['10.0.1.1'],
    resolver: { enabled: true, addresses: [basePlusTwo, linkLocal] },
    interfaces: [],
    routeTables: [],
    securityGroups: [],
    ...{ networkAcls: [], openNetworkAcls: [] },
    loggedInterfaceIds: [],
    peerings: [],
    gatewayEndpoints: [],
    natGateways: [],
    endpointLegs: [],
    serviceInterfaces: [],
    outboundResolvers: [],
    resolverRules: [],
    hubAttachments: [],
    loadBalancers: [],
    targetPools: [],
    connections: [],
    privateNames: new Map(),
    privateZones: [],
    ...change,
  };
}

function network(vpcs: VpcNetwork[], publicNames: NameTable = new Map()): Network {
  const internet = { publicAddresses: new Map(), siteAddresses: new Map(), serviceRanges: [] };
  return {
    ...{ generation: 1, healthChecks: [], internet, publicNames, publicZones: [], hubs: new Map() },
    vpcs: new Map(vpcs.map((one) => [one.vpcId, one])),
  };
}

function startResolver() {
  const errors: [string, string][] = [];
  const resolver = createResolver({
    onError: (id, error) => errors.push([id, (error as { code?: string }).code ?? error.message]),
  });
  after(() => resolver.close());
  return { ...resolver, errors };
}

type Answer = { answers?: { data?: unknown }[]; rcode?: string; flag_tc?: boolean };
const dataOf = (answer: Answer) => answer.answers?.map(({ data }) => data);

function encodeQuestion(name: string): Buffer {
  return dnsPacket.encode({
    type: 'query',
    id: 7,
    flags: dnsPacket.RECURSION_DESIRED,
    questions: [{ type: 'A', name }],
  });
}

async function askByUdp(namespace: TestNamespace, address: string, name: string): Promise<Answer> {
  const client = bindUdp(namespace.path, '127.0.0.1', 0);
  try {
    return await new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${address} does not answer`)), 2000);
      client.on('message', (message) => {
        clearTimeout(timer);
        resolve(dnsPacket.decode(message) as Answer);
      });
      client.send(encodeQuestion(name), 53, address);
    });
  } finally {
    client.close();
  }
}

function dial(namespace: TestNamespace, remoteAddress: string): Promise<Socket> {
  return dialTcp({ namespacePath: namespace.path, remoteAddress, port: 53, timeoutMs: 2000 });
}

const nobodyListens = (namespace: TestNamespace, address: string) =>
  assert.rejects(dial(namespace, address), { code: 'ECONNREFUSED' });

test(
  'each VPC is answered from its own names and the public ones, though the addresses are the same',
  options,
  async () => {
    const [left, right] = [
      await makeTestNamespace(basePlusTwo, linkLocal),
      await makeTestNamespace(basePlusTwo, linkLocal),
    ];
    const paths: Record<string, string> = { 'vpc-1': left.path, 'vpc-2': right.path };
    const resolver = startResolver();
    const vpcs = [
      vpc('vpc-1', { privateNames: names({ 'ip-10-0-1-5.ec2.internal': ['10.0.1.5'] }) }),
      vpc('vpc-2', { privateNames: names({ 'ip-10-0-1-6.ec2.internal': ['10.0.1.6'] }) }),
    ];
    resolver.set(network(vpcs, names({ 'shared.example.com': ['10.0.1.20'] })), (id) => paths[id]!);
    for (const address of [basePlusTwo, linkLocal]) {
      assert.deepEqual(dataOf(await askByUdp(left, address, 'ip-10-0-1-5.ec2.internal')), ['10.0.1.5']);
      assert.equal((await askByUdp(left, address, 'ip-10-0-1-6.ec2.internal')).rcode, 'NXDOMAIN');
      assert.deepEqual(dataOf(await askByUdp(right, address, 'ip-10-0-1-6.ec2.internal')), ['10.0.1.6']);
      assert.deepEqual(dataOf(await askByUdp(right, address, 'SHARED.example.com')), ['10.0.1.20']);
    }
    assert.deepEqual(resolver.errors, []);
  },
);

test('new names are answered at once, by the sockets that are there', options, async () => {
  const namespace = await makeTestNamespace(basePlusTwo, linkLocal);
  const resolver = startResolver();
  resolver.set(network([vpc('vpc-1')]), () => namespace.path);
  const connection = await dial(namespace, basePlusTwo);
  resolver.set(network([vpc('vpc-1')], names({ 'new.example.com': ['10.0.1.20'] })), () => namespace.path);
  assert.deepEqual(dataOf(await askByUdp(namespace, basePlusTwo, 'new.example.com')), ['10.0.1.20']);
  assert.equal(connection.destroyed, false);
  connection.destroy();
});

test(
  'a VPC that is gone, or has enableDnsSupport off, is not served; one that is back is',
  options,
  async () => {
    const namespace = await makeTestNamespace(basePlusTwo, linkLocal);
    const resolver = startResolver();
    const set = (...vpcs: VpcNetwork[]) => resolver.set(network(vpcs), () => namespace.path);
    set(vpc('vpc-1'));
    (await dial(namespace, basePlusTwo)).destroy();
    set(vpc('vpc-1', { resolver: { enabled: false, addresses: [basePlusTwo, linkLocal] } }));
    await nobodyListens(namespace, basePlusTwo);
    await nobodyListens(namespace, linkLocal);
    set(vpc('vpc-1', { resolver: { enabled: true, addresses: [linkLocal] } }));
    await nobodyListens(namespace, basePlusTwo);
    (await dial(namespace, linkLocal)).destroy();
    set();
    await nobodyListens(namespace, linkLocal);
  },
);

test('a namespace that was made anew under the same name is served anew', options, async () => {
  const namespace = await makeTestNamespace(basePlusTwo, linkLocal);
  const resolver = startResolver();
  const set = () =>
    resolver.set(network([vpc('vpc-1')], names({ 'a.example.com': ['10.0.1.20'] })), () => namespace.path);
  set();
  const before = statSync(namespace.path).ino;
  await remakeNamespace(namespace, basePlusTwo, linkLocal);
  assert.notEqual(statSync(namespace.path).ino, before);
  set();
  assert.deepEqual(dataOf(await askByUdp(namespace, linkLocal, 'a.example.com')), ['10.0.1.20']);
});

test(
  'a VPC that cannot be served is named and harms no other; it is served when it can be',
  options,
  async () => {
    const namespace = await makeTestNamespace(basePlusTwo, linkLocal);
    const resolver = startResolver();
    const paths: Record<string, string> = {
      'vpc-1': '/run/netns/isthmus-test-none',
      'vpc-2': namespace.path,
    };
    const vpcs = [vpc('vpc-1'), vpc('vpc-2')];
    resolver.set(network(vpcs), (id) => paths[id]!);
    assert.deepEqual(resolver.errors, [['vpc-1', 'ENOENT']]);
    (await dial(namespace, basePlusTwo)).destroy();
    const other = await makeTestNamespace(basePlusTwo, linkLocal);
    paths['vpc-1'] = other.path;
    resolver.set(network(vpcs), (id) => paths[id]!);
    (await dial(other, basePlusTwo)).destroy();
    assert.equal(resolver.errors.length, 1);
  },
);

test('by TCP, questions in one piece or byte by byte get each their answer in order', options, async () => {
  const namespace = await makeTestNamespace(basePlusTwo);
  const resolver = startResolver();
  const many = Array.from({ length: 200 }, (_, index) => `10.0.9.${index}`);
  const table = names({ 'many.example.com': many, 'one.example.com': ['10.0.1.1'] });
  resolver.set(network([vpc('vpc-1')], table), () => namespace.path);
  assert.equal((await askByUdp(namespace, basePlusTwo, 'many.example.com')).flag_tc, true);
  const socket = await dial(namespace, basePlusTwo);
  after(() => socket.destroy());
  const answers = readAnswers(socket);
  const frames = ['many.example.com', 'one.example.com'].map((name) => {
    const question = encodeQuestion(name);
    return Buffer.concat([Buffer.from([0, question.length]), question]);
  });
  socket.write(Buffer.concat(frames));
  for (const byte of frames[1]!) socket.write(Buffer.from([byte]));
  await eventually('three answers', () => answers.length === 3);
  assert.deepEqual(
    answers.map((answer) => answer.answers?.length),
    [200, 1, 1],
  );
});

function readAnswers(socket: Socket): Answer[] {
  const answers: Answer[] = [];
  let pending = Buffer.alloc(0);
  socket.on('data', (piece) => {
    pending = Buffer.concat([pending, piece]);
    while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
      answers.push(dnsPacket.streamDecode(pending) as Answer);
      pending = pending.subarray(2 + pending.readUInt16BE(0));
    }
  });
  return answers;
}

test('by TCP, who sends something else than questions is hung up on', options, async () => {
  const namespace = await makeTestNamespace(basePlusTwo);
  const resolver = startResolver();
  resolver.set(network([vpc('vpc-1')]), () => namespace.path);
  for (const rubbish of ['GET / HTTP/1.1\r\n\r\n', '\x00\x00', '\xff\xff', '\x00\x01\x00']) {
    const socket = await dial(namespace, basePlusTwo);
    let isClosed = false;
    socket.on('error', () => {}).on('close', () => (isClosed = true));
    socket.resume().write(rubbish, 'latin1');
    await eventually(`${JSON.stringify(rubbish)} ends the connection`, () => isClosed);
  }
  assert.equal((await askByUdp(namespace, basePlusTwo, 'nobody.example.com')).rcode, 'NXDOMAIN');
});

test(
  'by TCP, one VPC can hold only so many connections, and its datagrams are answered all the same',
  options,
  async () => {
    const namespace = await makeTestNamespace(basePlusTwo);
    const resolver = startResolver();
    resolver.set(network([vpc('vpc-1')]), () => namespace.path);
    let closed = 0;
    const sockets = await Promise.all(Array.from({ length: 100 }, () => dial(namespace, basePlusTwo)));
    after(() => {
      for (const socket of sockets) socket.destroy();
    });
    for (const socket of sockets)
      socket
        .resume()
        .on('error', () => {})
        .on('close', () => closed++);
    await eventually('36 of 100 are turned away', () => closed === 36);
    assert.equal((await askByUdp(namespace, basePlusTwo, 'nobody.example.com')).rcode, 'NXDOMAIN');
  },
);

test('the usual tool reads the answers', options, async (context) => {
  const namespace = await makeTestNamespace(basePlusTwo);
  const resolver = startResolver();
  const many = Array.from({ length: 200 }, (_, index) => `10.0.9.${index}`);
  const privateNames = names({ 'ip-10-0-1-5.ec2.internal': ['10.0.1.5'] });
  resolver.set(
    network([vpc('vpc-1', { privateNames })], names({ 'many.example.com': many })),
    () => namespace.path,
  );
  const dig = async (...question: string[]) => {
    const command = [
      'netns',
      'exec',
      namespace.name,
      'dig',
      `@${basePlusTwo}`,
      '+tries=1',
      '+time=5',
      ...question,
    ];
    return (await run('ip', command, { doing: 'asking with dig' })).trim();
  };
  try {
    await run('dig', ['-v'], { doing: 'looking for dig' });
  } catch {
    return context.skip('dig is not installed: apt-get install bind9-dnsutils');
  }
  assert.equal(await dig('+short', 'ip-10-0-1-5.ec2.internal'), '10.0.1.5');
  assert.equal(await dig('+short', '-x', '10.0.1.5'), 'ip-10-0-1-5.ec2.internal.');
  assert.match(await dig('nobody.ec2.internal'), /status: NXDOMAIN/);
  assert.match(await dig('ip-10-0-1-5.ec2.internal', 'AAAA'), /status: NOERROR.*ANSWER: 0, AUTHORITY: 1/s);
  assert.equal((await dig('+short', 'many.example.com')).split('\n').length, 200); // cut off by UDP, asked again by TCP
});
