// The doors to S3 and DynamoDB on real sockets in namespaces: who is answered, with which certificate, what the service is
// told about the way the request came, and that a door that lost its route lets go of what came through it.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import type { Arrival, ServiceHandler } from '../../src/aws/arrival.ts';
import { createAuthority } from '../../src/aws/certificate.ts';
import { createCertificates } from '../../src/aws/certificates.ts';
import { frontEnds } from '../../src/cloud/public-range.ts';
import { serviceNames } from '../../src/cloud/service-name.ts';
import { dialTcp, listenTcp } from '../../src/dataplane/door.ts';
import { createServiceDoors } from '../../src/dataplane/service-door.ts';
import { run } from '../../src/linux/run.ts';
import type { Network, NetworkInterfaceNode, VpcNetwork } from '../../src/network/network.ts';
import {
  eventually,
  makeTestNamespace,
  remakeNamespace,
  skipWithoutRoot,
  type TestNamespace,
} from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const issuing = { now: new Date(), randomBytes };
const authority = createAuthority(issuing);
const certificates = createCertificates({
  authority,
  now: () => new Date(),
  randomBytes,
});
const s3Address = '52.216.0.10';
const client = '10.0.1.5';

const clientInterface: NetworkInterfaceNode = {
  networkInterfaceId: 'eni-1',
  subnetId: 'subnet-1',
  subnetCidrBlock: '10.0.1.0/24',
  availabilityZone: 'us-east-1a',
  availabilityZoneId: 'use1-az1',
  routeTableId: 'rtb-1',
  privateIpAddress: client,
  macAddress: '02:00:00:00:00:01',
  groupIds: [],
  sourceDestCheck: true,
  behind: { kind: 'nothing' },
};

function network(change: Partial<VpcNetwork> = {}): Network {
  const target = { kind: 'gateway-endpoint', vpcEndpointId: 'vpce-1' } as const;
  const vpc = {
    vpcId: 'vpc-1',
    serviceInterfaces: [],
    interfaces: [clientInterface],
    routeTables: [
      { routeTableId: 'rtb-1', isMain: true, routes: [{ destination: '52.216.0.0/15', target }] },
    ],
    gatewayEndpoints: [
      {
        vpcEndpointId: 'vpce-1',
        service: 's3',
        region: 'us-east-1',
        prefixListId: 'pl-63a5400a',
        cidrBlocks: ['52.216.0.0/15'],
        routeTableIds: ['rtb-1'],
      },
    ],
    ...change,
  } as unknown as VpcNetwork;
  return { vpcs: new Map([['vpc-1', vpc]]) } as unknown as Network;
}

const showArrival: ServiceHandler = (request, response, arrival) =>
  void response.end(JSON.stringify({ ...arrival, host: request.headers.host }));

function startDoors(handle: ServiceHandler, places: Record<string, TestNamespace>) {
  const errors: [string, string][] = [];
  const onError = (id: string, error: Error) =>
    errors.push([id, (error as { code?: string }).code ?? error.message]);
  const doors = createServiceDoors({ handle, certificates, onError });
  after(() => doors.close());
  const pathOf = (id: string) => places[id]?.path ?? `/run/netns/isthmus-test-none-${id}`;
  return { set: (wanted: Network) => doors.set(wanted, pathOf), errors };
}

const dial = (place: TestNamespace, remoteAddress: string, port: number, localAddress = client) =>
  dialTcp({ namespacePath: place.path, localAddress, remoteAddress, port, timeoutMs: 2000 });

async function dialTls(place: TestNamespace, address: string, servername: string): Promise<TLSSocket> {
  const socket = connect({ socket: await dial(place, address, 443), servername, ca: authority.certificate });
  await once(socket, 'secureConnect');
  return socket;
}

/** The body of the only answer on a connection. */
async function ask(socket: NodeJS.ReadWriteStream, host: string): Promise<Arrival & { host: string }> {
  socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  const answer = await text(socket);
  return JSON.parse(answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1));
}

const makeDoor = () => makeTestNamespace(client, s3Address, '54.231.9.9');

test(
  'a request over TLS is told by the endpoint, the VPC and the private address it came by',
  options,
  async () => {
    const place = await makeDoor();
    const { set, errors } = startDoors(showArrival, { 'vpce-1': place });
    set(network());
    const host = 'bucket.s3.us-east-1.amazonaws.com';
    const secure = {
      sourceAddress: client,
      isSecure: true,
      frontEnd: { service: 's3', region: 'us-east-1' },
      endpoint: { vpcEndpointId: 'vpce-1', vpcId: 'vpc-1', endpointType: 'gateway' },
      host,
    };
    assert.deepEqual(await ask(await dialTls(place, s3Address, host), host), secure);
    assert.deepEqual(await ask(await dialTls(place, '54.231.9.9', host), host), secure);
    assert.deepEqual(await ask(await dial(place, s3Address, 80), host), { ...secure, isSecure: false });
    assert.deepEqual(errors, []);
  },
);

test(
  'the certificate is the front end’s whatever name is asked for, and a name it does not have is refused',
  options,
  async () => {
    const place = await makeDoor();
    startDoors(showArrival, { 'vpce-1': place }).set(network());
    for (const name of [
      's3.us-east-1.amazonaws.com',
      'b.s3.amazonaws.com',
      'b.s3.dualstack.us-east-1.amazonaws.com',
    ])
      (await dialTls(place, s3Address, name)).destroy();
    const wrong = connect({
      socket: await dial(place, s3Address, 443),
      servername: 'ec2.us-east-1.amazonaws.com',
      ca: authority.certificate,
    });
    const [error] = await once(wrong, 'error');
    assert.equal(error.code, 'ERR_TLS_CERT_ALTNAME_INVALID');
    const nameless = connect({ socket: await dial(place, s3Address, 443), rejectUnauthorized: false });
    await once(nameless, 'secureConnect');
    assert.equal(nameless.getPeerCertificate().subject.CN, 's3.us-east-1.amazonaws.com');
    nameless.destroy();
  },
);

test('openssl and Node hold the chain for good, told of the authority by a file', options, async () => {
  const place = await makeDoor();
  startDoors(showArrival, { 'vpce-1': place }).set(network());
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-door-'));
  after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'authority.pem');
  writeFileSync(file, authority.certificate);
  const name = 'bucket.s3.us-east-1.amazonaws.com';
  const there = (command: string[], env: Record<string, string> = {}) =>
    run('ip', ['netns', 'exec', place.name, ...command], { doing: `asking ${command[0]}`, input: '', env });
  const trust = ['-CAfile', file, '-verify_return_error', '-verify_hostname', name];
  const said = await there([
    'openssl',
    's_client',
    '-connect',
    `${s3Address}:443`,
    '-servername',
    name,
    ...trust,
  ]);
  assert.match(said, /Verify return code: 0 \(ok\)/);
  const source = `require('node:https').get({ host: '${s3Address}', servername: '${name}', headers: { host: '${name}' } },
    (response) => response.pipe(process.stdout)).on('error', (error) => console.log(error.code));`;
  const node = [process.execPath, '-e', source];
  assert.match(await there(node, { NODE_EXTRA_CA_CERTS: file }), /"vpce-1"/);
  assert.equal(await there(node), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE\n');
});

test('on the internet the address reached says which front end it is', options, async () => {
  const place = await makeTestNamespace('3.128.0.10', s3Address, '52.94.28.10', '52.46.13.10', '9.9.9.9');
  startDoors(showArrival, { internet: place }).set(network());
  const ask443 = async (address: string, host: string) => {
    const socket = connect({
      socket: await dial(place, address, 443, '3.128.0.10'),
      servername: host,
      ca: authority.certificate,
    });
    await once(socket, 'secureConnect');
    return ask(socket, host);
  };
  for (const frontEnd of frontEnds.filter(({ region }) => region === 'us-west-2')) {
    const [address] = frontEnd.addresses;
    await run('ip', ['-n', place.name, 'address', 'replace', `${address}/32`, 'dev', 'lo'], {
      doing: 'adding it',
    });
    const { service, region } = frontEnd;
    const host = serviceNames(frontEnd)[0]!;
    const want = { sourceAddress: '3.128.0.10', isSecure: true, frontEnd: { service, region }, host };
    assert.deepEqual(await ask443(address!, host), want);
  }
  const nobody = await dial(place, '9.9.9.9', 80, '3.128.0.10');
  nobody.on('error', () => {});
  nobody.resume();
  await once(nobody, 'close');
});

test(
  'a connection that the route tables no longer lead here is cut, and others are not',
  options,
  async () => {
    const place = await makeTestNamespace(client, '10.0.2.6', s3Address);
    const { set } = startDoors(showArrival, { 'vpce-1': place });
    const other = {
      ...clientInterface,
      networkInterfaceId: 'eni-2',
      routeTableId: 'rtb-2',
      privateIpAddress: '10.0.2.6',
    };
    const interfaces = [clientInterface, other] as NetworkInterfaceNode[];
    const target = { kind: 'gateway-endpoint', vpcEndpointId: 'vpce-1' } as const;
    const table = (routeTableId: string, ...routes: unknown[]) => ({ routeTableId, isMain: false, routes });
    const toEndpoint = { destination: '52.216.0.0/15', target };
    const tables = (...routeTables: unknown[]) =>
      ({ interfaces, routeTables }) as unknown as Partial<VpcNetwork>;
    set(network(tables(table('rtb-1', toEndpoint), table('rtb-2', toEndpoint))));
    const open = async (source: string) => {
      const socket = await dial(place, s3Address, 80, source);
      socket.on('error', () => {});
      const state = { isClosed: false, socket };
      socket.on('close', () => (state.isClosed = true));
      socket.write('GET / HTTP/1.1\r\nHost: s3.us-east-1.amazonaws.com\r\n\r\n');
      await once(socket, 'data');
      socket.resume();
      return state;
    };
    const [one, two] = [await open(client), await open('10.0.2.6')];
    // The same network again changes nothing.
    set(network(tables(table('rtb-1', toEndpoint), table('rtb-2', toEndpoint))));
    const nat = { destination: `${s3Address}/32`, target: { kind: 'nat-gateway' } };
    set(network(tables(table('rtb-1', nat, toEndpoint), table('rtb-2', toEndpoint))));
    await eventually('the first is cut', () => one.isClosed);
    two.socket.write('GET / HTTP/1.1\r\nHost: s3.us-east-1.amazonaws.com\r\n\r\n');
    await once(two.socket, 'data');
    assert.ok(!two.isClosed);
    set(network({ ...tables(table('rtb-2')), gatewayEndpoints: [] }));
    await eventually('with the endpoint the second is cut', () => two.isClosed);
    await assert.rejects(dial(place, s3Address, 443), { code: 'ECONNREFUSED' });
  },
);

test('a namespace that comes later, or is made anew, gets a door of its own', options, async () => {
  const places: Record<string, TestNamespace> = {};
  const { set, errors } = startDoors(showArrival, places);
  set(network());
  const place = await makeDoor();
  places['vpce-1'] = place;
  set(network());
  (await dialTls(place, s3Address, 's3.us-east-1.amazonaws.com')).destroy();
  await remakeNamespace(place, client, s3Address);
  set(network());
  (await dialTls(place, s3Address, 's3.us-east-1.amazonaws.com')).destroy();
  assert.deepEqual(errors, []);
});

test('a door that cannot be opened is told of and tried again', options, async () => {
  const place = await makeDoor();
  const squatter = createServer().listen({ fd: listenTcp(place.path, s3Address, 443) });
  const { set, errors } = startDoors(showArrival, { 'vpce-1': place });
  set(network());
  assert.deepEqual(errors, [['vpce-1', 'EADDRINUSE']]);
  await assert.rejects(dial(place, s3Address, 80), { code: 'ECONNREFUSED' });
  squatter.close();
  await once(squatter, 'close');
  set(network());
  (await dialTls(place, s3Address, 's3.us-east-1.amazonaws.com')).destroy();
});

test(
  'a client that asks before it sends is told to go on when its body is read, and not when it is refused',
  options,
  async () => {
    const place = await makeDoor();
    const handle: ServiceHandler = async (request, response) => {
      if (request.url === '/no') return void response.writeHead(403).end();
      response.end(`read ${(await buffer(request)).length}`);
    };
    startDoors(handle, { 'vpce-1': place }).set(network());
    const put = async (path: string) => {
      const socket = await dial(place, s3Address, 80);
      socket.write(
        `PUT ${path} HTTP/1.1\r\nHost: b\r\nContent-Length: 3\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n`,
      );
      const [first] = await once(socket, 'data');
      socket.write('abc');
      return [String(first).split('\r\n')[0], await text(socket)];
    };
    const [goOn, rest] = await put('/yes');
    assert.equal(goOn, 'HTTP/1.1 100 Continue');
    assert.match(rest!, /read 3/);
    assert.equal((await put('/no'))[0], 'HTTP/1.1 403 Forbidden');
  },
);

test(
  'a body of any length streams through, and a handler that fails costs only its own connection',
  options,
  async () => {
    const place = await makeDoor();
    const handle: ServiceHandler = async (request, response) => {
      if (request.url === '/fail') throw new Error('ours');
      let size = 0;
      for await (const chunk of request) size += chunk.length;
      response.end(String(size));
    };
    const { set, errors } = startDoors(handle, { 'vpce-1': place });
    set(network());
    const failed = await dial(place, s3Address, 80);
    failed.write('GET /fail HTTP/1.1\r\nHost: b\r\n\r\n');
    failed.on('error', () => {});
    failed.resume();
    await once(failed, 'close');
    assert.deepEqual(errors, [['vpce-1', 'ours']]);
    const length = 64 * 1024 * 1024;
    const socket = await dialTls(place, s3Address, 's3.us-east-1.amazonaws.com');
    socket.write(`PUT / HTTP/1.1\r\nHost: b\r\nContent-Length: ${length}\r\nConnection: close\r\n\r\n`);
    const piece = Buffer.alloc(1024 * 1024);
    for (let sent = 0; sent < length; sent += piece.length)
      if (!socket.write(piece)) await once(socket, 'drain');
    assert.match(await text(socket), new RegExp(`\r\n${length}\r\n|${length}$`));
  },
);

test('what goes wrong with one client is told, and the door stays open', options, async () => {
  const place = await makeDoor();
  const { set, errors } = startDoors(showArrival, { 'vpce-1': place });
  const unknown = network();
  const [endpoint] = unknown.vpcs.get('vpc-1')!.gatewayEndpoints;
  endpoint!.region = 'xx-nowhere-1'; // which has no names
  set(unknown);
  const socket = await dial(place, s3Address, 443);
  socket.on('error', () => {});
  await once(socket, 'close');
  assert.deepEqual(errors, [['vpce-1', 's3 xx-nowhere-1 has no name to vouch for']]);
  set(network());
  const host = 's3.us-east-1.amazonaws.com';
  assert.equal((await ask(await dialTls(place, s3Address, host), host)).host, host);
});

test('garbage, half a handshake and clients that vanish disturb nobody', options, async () => {
  const place = await makeDoor();
  const { set, errors } = startDoors(showArrival, { 'vpce-1': place });
  set(network());
  for (const port of [80, 443]) {
    for (const bytes of [
      randomBytes(2000),
      Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]),
      Buffer.from('GET / HT'),
    ]) {
      const socket = await dial(place, s3Address, port);
      socket.on('error', () => {});
      socket.end(bytes);
      socket.resume();
      await once(socket, 'close');
    }
    (await dial(place, s3Address, port)).resetAndDestroy();
  }
  const host = 's3.us-east-1.amazonaws.com';
  assert.equal((await ask(await dialTls(place, s3Address, host), host)).host, host);
  assert.deepEqual(errors, []);
});
