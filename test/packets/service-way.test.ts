// One request, whole: an instance looks a name up, connects to the address by the way its route table says, and the service is
// told by which way it came. Real routers, real resolver, real doors, TLS; the service says what it was told.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import dnsPacket from 'dns-packet';
import type { Arrival } from '../../src/aws/arrival.ts';
import { createAuthority } from '../../src/aws/certificate.ts';
import { createCertificates } from '../../src/aws/certificates.ts';
import type { Cloud } from '../../src/cloud/cloud.ts';
import { bindUdp } from '../../src/dataplane/door.ts';
import { createResolver } from '../../src/dataplane/resolver.ts';
import { createServiceDoors } from '../../src/dataplane/service-door.ts';
import { namespacePath } from '../../src/linux/link-name.ts';
import { compileNetwork } from '../../src/network/compile.ts';
import { putInstance, putVpc } from '../networks/example-cloud.ts';
import {
  mainRouteTableId,
  putElasticIp,
  putGatewayEndpoint,
  putInternetGateway,
  putNatGateway,
  putRoute,
  putRouteTable,
} from '../networks/example-gateway.ts';
import { makePacketWorld } from './packet-world.ts';
import { eventually, skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const authority = createAuthority({ now: new Date(), randomBytes });
const everywhere = '0.0.0.0/0';

/** A packet world with the doors and the resolver that a daemon has. */
async function makeServedWorld(t: TestContext) {
  const world = await makePacketWorld(t);
  const onError = (id: string, error: Error) => assert.fail(`${id}: ${error.message}`);
  const doors = createServiceDoors({
    handle: (request, response, arrival) =>
      void response.end(JSON.stringify({ ...arrival, host: request.headers.host })),
    certificates: createCertificates({
      authority,
      now: () => new Date(),
      randomBytes,
    }),
    onError,
  });
  const resolver = createResolver({ onError });
  t.after(() => {
    doors.close();
    resolver.close();
  });
  const pathOf = (id: string) => namespacePath(world.namespaceOf(id));
  const change = async <T>(operate: (cloud: Cloud) => T) => {
    const result = await world.change(operate);
    const network = compileNetwork(world.cloud, { isHealthy: () => true });
    for (const part of [doors, resolver]) part.set(network, pathOf);
    return result;
  };
  const lookUp = async (instanceId: string, name: string): Promise<string> => {
    const socket = bindUdp(pathOf(instanceId), '0.0.0.0', 0);
    try {
      socket.send(
        dnsPacket.encode({ type: 'query', id: 7, questions: [{ type: 'A', name }] }),
        53,
        '169.254.169.253',
      );
      const [message] = await once(socket, 'message', { signal: AbortSignal.timeout(2000) });
      const [answer] = dnsPacket.decode(message).answers ?? [];
      return answer && 'data' in answer ? String(answer.data) : 'nothing';
    } finally {
      socket.close();
    }
  };
  const open = async (instanceId: string, name: string): Promise<TLSSocket> => {
    const socket = await world.dial(instanceId, await lookUp(instanceId, name), 443);
    const secure = connect({ socket, servername: name, ca: authority.certificate });
    await once(secure, 'secureConnect');
    return secure;
  };
  const ask = async (instanceId: string, name: string): Promise<Arrival> => {
    const socket = await open(instanceId, name);
    socket.write(`GET / HTTP/1.1\r\nHost: ${name}\r\nConnection: close\r\n\r\n`);
    const answer = await text(socket);
    return JSON.parse(answer.slice(answer.indexOf('{'), answer.lastIndexOf('}') + 1));
  };
  const fails = (instanceId: string, name: string) =>
    assert.rejects(ask(instanceId, name), { code: 'ETIMEDOUT' }, `${name} from ${instanceId}`);
  return { change, ask, open, lookUp, fails };
}

test(
  'by the endpoint, by an internet gateway, by NAT: the same names, each way as it is',
  options,
  async (t) => {
    const { change, ask, fails } = await makeServedWorld(t);
    const made = await change((cloud) => {
      const vpc = putVpc(cloud, '111111111111');
      const routeTableId = putRouteTable(cloud, vpc, vpc.subnetIds[0]!);
      const inside = putInstance(cloud, vpc, 0, '10.0.1.10').instanceId;
      const outside = putInstance(cloud, vpc, 1, '10.0.2.10');
      return { vpc, routeTableId, inside, outside };
    });
    const { vpc, routeTableId, inside, outside } = made;
    const [local, foreign] = ['b.s3.us-east-1.amazonaws.com', 'b.s3.eu-west-1.amazonaws.com'];
    await fails(inside, local);

    const { vpcEndpointId } = await change((cloud) => putGatewayEndpoint(cloud, vpc, 's3', [routeTableId]));
    const byEndpoint = {
      sourceAddress: '10.0.1.10',
      isSecure: true,
      frontEnd: { service: 's3', region: 'us-east-1' },
      endpoint: { vpcEndpointId, vpcId: vpc.vpcId, endpointType: 'gateway' },
      host: local,
    };
    assert.deepEqual(await ask(inside, local), byEndpoint);
    await fails(outside.instanceId, local);
    await fails(inside, foreign);

    const { publicIp, natAddress } = await change((cloud) => {
      const { internetGatewayId } = putInternetGateway(cloud, vpc);
      const main = mainRouteTableId(cloud, vpc);
      putRoute(cloud, main, everywhere, { kind: 'internet-gateway', internetGatewayId });
      const { natGatewayId, publicIp: address } = putNatGateway(cloud, vpc, 1, '10.0.2.20');
      putRoute(cloud, routeTableId, everywhere, { kind: 'nat-gateway', natGatewayId });
      return {
        publicIp: putElasticIp(cloud, outside.networkInterface.networkInterfaceId).publicIp,
        natAddress: address,
      };
    });
    assert.deepEqual(await ask(inside, local), byEndpoint);
    const byInternet = (sourceAddress: string | undefined, region: string, host: string) => ({
      ...{ sourceAddress, isSecure: true, frontEnd: { service: 's3', region }, host },
    });
    assert.deepEqual(await ask(inside, foreign), byInternet(natAddress, 'eu-west-1', foreign));
    assert.deepEqual(await ask(outside.instanceId, local), byInternet(publicIp, 'us-east-1', local));
    const sts = await ask(outside.instanceId, 'sts.amazonaws.com');
    assert.deepEqual(sts.frontEnd, { service: 'sts', region: 'us-east-1' });
    const ddb = await ask(inside, '111111111111.ddb.us-east-1.amazonaws.com');
    assert.deepEqual([ddb.frontEnd?.service, ddb.endpoint], ['dynamodb', undefined]);
  },
);

test('two VPCs of one range have an endpoint each, and the service is told which', options, async (t) => {
  const { change, ask } = await makeServedWorld(t);
  const both = await change((cloud) =>
    ['111111111111', '222222222222'].map((accountId) => {
      const vpc = putVpc(cloud, accountId);
      const { instanceId } = putInstance(cloud, vpc, 0, '10.0.1.10');
      const { vpcEndpointId } = putGatewayEndpoint(cloud, vpc, 'dynamodb', [mainRouteTableId(cloud, vpc)]);
      return { vpcId: vpc.vpcId, instanceId, vpcEndpointId };
    }),
  );
  for (const { vpcId, instanceId, vpcEndpointId } of both) {
    const { endpoint, sourceAddress } = await ask(instanceId, 'dynamodb.us-east-1.amazonaws.com');
    assert.deepEqual(
      [endpoint?.vpcEndpointId, endpoint?.vpcId, sourceAddress],
      [vpcEndpointId, vpcId, '10.0.1.10'],
    );
  }
});

test(
  'detaching a route table cuts what is open; a VPC without DNS support resolves nothing',
  options,
  async (t) => {
    const { change, ask, open, lookUp, fails } = await makeServedWorld(t);
    const name = 's3.us-east-1.amazonaws.com';
    const { vpc, instanceId, vpcEndpoint } = await change((cloud) => {
      const vpc = putVpc(cloud, '111111111111');
      const { instanceId } = putInstance(cloud, vpc, 0, '10.0.1.10');
      return {
        vpc,
        instanceId,
        vpcEndpoint: putGatewayEndpoint(cloud, vpc, 's3', [mainRouteTableId(cloud, vpc)]),
      };
    });
    const socket = await open(instanceId, name);
    socket.write(`GET / HTTP/1.1\r\nHost: ${name}\r\n\r\n`);
    await once(socket, 'data');
    let isAnswered = false;
    socket.on('error', () => {}).on('data', () => (isAnswered = true));
    await change((cloud) => cloud.vpcEndpoints.put({ ...vpcEndpoint, routeTableIds: [] }));
    socket.write(`GET / HTTP/1.1\r\nHost: ${name}\r\n\r\n`);
    await fails(instanceId, name); // waits longer than an answer would take
    assert.ok(!isAnswered);
    await change((cloud) => cloud.vpcEndpoints.put(vpcEndpoint));
    await eventually('a new connection is taken', () => ask(instanceId, name).then(Boolean, () => false));
    await change((cloud) => cloud.vpcs.put({ ...cloud.vpcs.find(vpc.vpcId)!, enableDnsSupport: false }));
    await assert.rejects(lookUp(instanceId, name), { name: 'AbortError' });
  },
);
