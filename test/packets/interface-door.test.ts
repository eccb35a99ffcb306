// The door behind an interface endpoint, on real sockets: its ports, the names its certificate is good for, what the service is
// told, and that an address that is taken away takes its connections along.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls';
import { createAuthority } from '../../src/aws/certificate.ts';
import { createCertificates } from '../../src/aws/certificates.ts';
import type { VpcEndpointId } from '../../src/cloud/id.ts';
import { dialTcp } from '../../src/dataplane/door.ts';
import { createServiceDoors } from '../../src/dataplane/service-door.ts';
import { compileNetwork } from '../../src/network/compile.ts';
import { openStore } from '../../src/store.ts';
import { putAwsServiceEndpoint, putVpc } from '../networks/example-cloud.ts';
import { eventually, makeTestNamespace, skipWithoutRoot, type TestNamespace } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const authority = createAuthority({ now: new Date(), randomBytes });
const certificates = createCertificates({ authority, now: () => new Date(), randomBytes });
const client = '10.0.1.10';

/** An endpoint with an address in each of two zones. */
async function openDoor(awsService: string) {
  const place = await makeTestNamespace(client, '10.0.1.4', '10.0.2.4');
  const store = openStore(':memory:');
  const endpoint = store.change((cloud) =>
    putAwsServiceEndpoint(cloud, putVpc(cloud, '111111111111'), awsService, ['10.0.1.4', '10.0.2.4']),
  );
  const errors: string[] = [];
  const doors = createServiceDoors({
    handle: (request, response, arrival) =>
      void response.end(JSON.stringify({ ...arrival, host: request.headers.host })),
    certificates,
    onError: (id, error) => errors.push(`${id} ${error.message}`),
  });
  after(() => doors.close());
  const set = () =>
    doors.set(compileNetwork(store.cloud, { isHealthy: () => true }), (id) =>
      id === endpoint.vpcEndpointId ? place.path : '/run/netns/isthmus-test-none',
    );
  set();
  const change = (operate: Parameters<typeof store.change>[0]) => {
    store.change(operate);
    set();
  };
  return { place, endpoint, doors, change, errors };
}

const dial = (place: TestNamespace, remoteAddress: string, port: number) =>
  dialTcp({ namespacePath: place.path, localAddress: client, remoteAddress, port, timeoutMs: 2000 });

async function dialTls(place: TestNamespace, address: string, servername: string): Promise<TLSSocket> {
  const socket = connect({ socket: await dial(place, address, 443), servername, ca: authority.certificate });
  await once(socket, 'secureConnect');
  return socket;
}

test('the service is told the endpoint and the client, whichever address it came to', options, async () => {
  const { place, endpoint, errors, doors } = await openDoor('sts');
  assert.ok(doors.isOpen(endpoint.vpcEndpointId));
  const host = 'sts.us-east-1.amazonaws.com';
  for (const address of ['10.0.1.4', '10.0.2.4']) {
    const socket = await dialTls(place, address, host);
    socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    const answer = await text(socket);
    assert.deepEqual(JSON.parse(answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1)), {
      ...{ sourceAddress: client, isSecure: true, host },
      frontEnd: { service: 'sts', region: 'us-east-1' },
      endpoint: {
        ...{ vpcEndpointId: endpoint.vpcEndpointId, vpcId: endpoint.vpcId },
        endpointType: 'interface',
      },
    });
  }
  await assert.rejects(dial(place, '10.0.1.4', 80), { code: 'ECONNREFUSED' });
  assert.deepEqual(errors, []);
});

test('the certificate is good for the service’s names and for all of the endpoint’s', options, async () => {
  const { place, endpoint } = await openDoor('s3');
  const own = `${endpoint.vpcEndpointId}-k3x9q2ab`;
  const base = 's3.us-east-1.vpce.amazonaws.com';
  const socket = await dialTls(place, '10.0.1.4', `bucket.${own}.${base}`);
  const certificate = socket.getPeerCertificate();
  const isGood = (name: string) => checkServerIdentity(name, certificate) === undefined;
  for (const name of [
    's3.us-east-1.amazonaws.com',
    'reports.s3.us-east-1.amazonaws.com',
    ...['bucket', 'accesspoint', 'control'].flatMap((prefix) => [
      `${prefix}.${own}.${base}`,
      `reports.${prefix}.${own}.${base}`,
      `${prefix}.${own}-us-east-1a.${base}`,
      `reports.${prefix}.${own}-us-east-1b.${base}`,
    ]),
  ])
    assert.ok(isGood(name), name);
  for (const name of [
    'ec2.us-east-1.amazonaws.com',
    `bucket.vpce-00000000000000000-k3x9q2ab.${base}`,
    `bucket.${own}-us-east-1c.${base}`,
  ])
    assert.ok(!isGood(name), name);
  socket.destroy();
});

test('a new zone’s name is vouched for by the next handshake', options, async () => {
  const { place, endpoint, change } = await openDoor('ec2');
  const zonal = `${endpoint.vpcEndpointId}-k3x9q2ab-us-east-1b.ec2.us-east-1.vpce.amazonaws.com`;
  change((cloud) => cloud.vpcEndpoints.put({ ...endpoint, legs: endpoint.legs.slice(0, 1) }));
  await assert.rejects(dialTls(place, '10.0.1.4', zonal), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  change((cloud) => cloud.vpcEndpoints.put(endpoint));
  (await dialTls(place, '10.0.1.4', zonal)).destroy();
});

test('an address that goes ends its connections, and the others stay', options, async () => {
  const { place, endpoint, change, doors } = await openDoor('s3');
  const open = async (address: string) => {
    const socket = await dial(place, address, 80);
    socket.on('error', () => {});
    const state = { isClosed: false, socket };
    socket.on('close', () => (state.isClosed = true));
    socket.write('GET / HTTP/1.1\r\nHost: s3.us-east-1.amazonaws.com\r\n\r\n');
    await once(socket, 'data');
    socket.resume();
    return state;
  };
  const [first, second] = [await open('10.0.1.4'), await open('10.0.2.4')];
  change((cloud) => cloud.vpcEndpoints.put({ ...endpoint, legs: endpoint.legs.slice(1) }));
  await eventually('the first is cut', () => first.isClosed);
  second.socket.write('GET / HTTP/1.1\r\nHost: s3.us-east-1.amazonaws.com\r\n\r\n');
  await once(second.socket, 'data');
  change((cloud) => cloud.vpcEndpoints.delete(endpoint.vpcEndpointId));
  await eventually('with the endpoint the second is cut', () => second.isClosed);
  assert.ok(!doors.isOpen(endpoint.vpcEndpointId as VpcEndpointId));
});
