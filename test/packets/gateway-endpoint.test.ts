// Gateway endpoints in real namespaces: who reaches the service by them, what the service sees, and who must not.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cloud } from '../../src/cloud/cloud.ts';
import type { GatewayVpcEndpoint } from '../../src/cloud/vpc-endpoint.ts';
import { exampleId, nextNumber, putInstance, putVpc } from '../networks/example-cloud.ts';
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
import { expectProbes, makePacketWorld, namespacesOf, nextText, type PacketWorld } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
/** In S3's list of us-east-1, in the other range of it, in DynamoDB's list, and in S3's list of us-west-2. */
const s3 = '52.216.0.10';
const otherS3 = '54.231.7.7';
const dynamodb = '52.94.0.10';
const westS3 = '52.218.128.10';

/** A VPC with a client in each of two subnets; the first one's route table has the endpoint. */
async function makeThread(t: TestContext) {
  const world = await makePacketWorld(t);
  const made = await world.change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    const routeTableId = putRouteTable(cloud, vpc, vpc.subnetIds[0]!);
    const client = putInstance(cloud, vpc, 0, '10.0.1.10').instanceId;
    const otherClient = putInstance(cloud, vpc, 1, '10.0.2.10').instanceId;
    const endpoint = putGatewayEndpoint(cloud, vpc, 's3', [routeTableId]);
    return { vpc, routeTableId, client, otherClient, endpoint, vpcEndpointId: endpoint.vpcEndpointId };
  });
  world.serve(made.vpcEndpointId, 443, 's3');
  return { world, ...made };
}

const attach = (world: PacketWorld, endpoint: GatewayVpcEndpoint, routeTableIds: `rtb-${string}`[]) =>
  world.change((cloud) => cloud.vpcEndpoints.put({ ...endpoint, routeTableIds }));

function stopChecking(cloud: Cloud, instanceId: string): void {
  const found = cloud.networkInterfaces.all().find((one) => one.attachment?.instanceId === instanceId);
  assert.ok(found);
  cloud.networkInterfaces.put({ ...found, sourceDestCheck: false });
}

test(
  'a subnet whose route table has the endpoint reaches the service of its region, no other',
  options,
  async (t) => {
    const { world, vpc, client, otherClient, vpcEndpointId } = await makeThread(t);
    const arrives = new RegExp(`S3 front end of us-east-1, which sees source 10.0.1.10 and ${vpcEndpointId}`);
    await expectProbes(world, [
      { from: client, to: s3, port: 443, want: /^s3 10\.0\.1\.10$/, because: arrives },
      {
        from: client,
        to: otherS3,
        port: 443,
        want: /^s3 10\.0\.1\.10$/,
        because: /54\.231\.0\.0\/16 \(pl-63a5400a\)/,
      },
      { from: client, to: s3, port: 81, want: /^ECONNREFUSED$/, because: /have tcp 443 and tcp 80/ },
      { from: otherClient, to: s3, port: 443, want: /^silence$/, because: /no route to/ },
      { from: client, to: dynamodb, port: 443, want: /^silence$/, because: /no route to/ },
      { from: client, to: westS3, port: 443, want: /^silence$/, because: /no route to/ },
    ]);
    const [drop] = (await world.drops(vpc.vpcId)).filter(
      ({ destinationAddress }) => destinationAddress === dynamodb,
    );
    assert.equal(drop?.reason, 'no-route');
    assert.match(world.explains(client, `${vpcEndpointId}:443`).text, /ask for a name of the service/);
    assert.deepEqual(world.explains(client, 's3.us-east-1.amazonaws.com:443').arrivesAt, {
      ...{ service: 's3', region: 'us-east-1', sourceAddress: '10.0.1.10' },
      endpoint: { vpcEndpointId, vpcId: vpc.vpcId, endpointType: 'gateway' },
    });
  },
);

test(
  'two VPCs of the same range, client address and port come by their own endpoints',
  options,
  async (t) => {
    const { world, client } = await makeThread(t);
    const twin = await world.change((cloud) => {
      const vpc = putVpc(cloud, '222222222222');
      const { vpcEndpointId } = putGatewayEndpoint(cloud, vpc, 's3', [mainRouteTableId(cloud, vpc)]);
      return { client: putInstance(cloud, vpc, 0, '10.0.1.10').instanceId, vpcEndpointId };
    });
    world.serve(twin.vpcEndpointId, 443, 'twin');
    const because = /which sees source 10\.0\.1\.10/;
    await expectProbes(world, [
      { from: client, to: s3, port: 443, want: /^s3 10\.0\.1\.10$/, because },
      { from: twin.client, to: s3, port: 443, want: /^twin 10\.0\.1\.10$/, because },
    ]);
  },
);

test(
  'one VPC may have two endpoints of a service in two route tables, and two services in one',
  options,
  async (t) => {
    const { world, vpc, routeTableId, client, otherClient } = await makeThread(t);
    const { second, tables } = await world.change((cloud) => ({
      second: putGatewayEndpoint(cloud, vpc, 's3', [mainRouteTableId(cloud, vpc)]),
      tables: putGatewayEndpoint(cloud, vpc, 'dynamodb', [routeTableId]),
    }));
    world.serve(second.vpcEndpointId, 443, 'second');
    world.serve(tables.vpcEndpointId, 443, 'dynamodb');
    await expectProbes(world, [
      { from: client, to: s3, port: 443, want: /^s3 /, because: /S3 front end/ },
      {
        from: otherClient,
        to: s3,
        port: 443,
        want: /^second 10\.0\.2\.10/,
        because: new RegExp(second.vpcEndpointId),
      },
      { from: client, to: dynamodb, port: 443, want: /^dynamodb /, because: /DynamoDB front end/ },
    ]);
  },
);

test('a peered VPC cannot use the endpoint, whatever its own routes say', options, async (t) => {
  const { world, vpc, endpoint } = await makeThread(t);
  const peerClient = await world.change((cloud) => {
    const peer = putVpc(cloud, '333333333333', '10.50.0.0/16');
    const vpcPeeringConnectionId = putPeering(cloud, vpc, peer);
    const target = { kind: 'vpc-peering-connection', vpcPeeringConnectionId } as const;
    putRoute(cloud, mainRouteTableId(cloud, peer), '52.216.0.0/15', target);
    cloud.vpcEndpoints.put({
      ...endpoint,
      routeTableIds: cloud.routeTables
        .where(({ vpcId }) => vpcId === vpc.vpcId)
        .map(({ routeTableId }) => routeTableId),
    });
    return putInstance(cloud, peer, 0, '10.50.1.10').instanceId;
  });
  await expectProbes(world, [
    { from: peerClient, to: s3, port: 443, want: /^silence$/, because: /leads no further; vpce-.* alone/ },
  ]);
});

test('an instance that forwards cannot lend the endpoint to sources from outside', options, async (t) => {
  const { world, vpc, client, vpcEndpointId } = await makeThread(t);
  await world.change((cloud) => stopChecking(cloud, client));
  await world.inside(client, 'ip', 'address', 'add', '10.50.1.10/32', 'dev', 'lo');
  await assert.rejects(world.dial(client, s3, 443, '10.50.1.10'), { code: 'ETIMEDOUT' });
  const [drop] = (await world.drops(vpc.vpcId)).filter(({ reason }) => reason === 'foreign-source');
  assert.equal(drop?.refusedBy, vpcEndpointId);
  assert.match(drop.text, /for interfaces of vpc-.* alone/);
  assert.equal(await world.probe(client, s3, 443), 's3 10.0.1.10');
});

test('outbound rules apply, and may name the prefix list', options, async (t) => {
  const { world, vpc, client } = await makeThread(t);
  const allow = (prefixListId: `pl-${string}`) =>
    world.change((cloud) => {
      const group = cloud.securityGroups.find(vpc.groupId)!;
      const securityGroupRuleId = exampleId('sgr', nextNumber());
      const rule = {
        securityGroupRuleId,
        isEgress: true,
        ipProtocol: 'tcp',
        fromPort: 443,
        toPort: 443,
        prefixListId,
      };
      cloud.securityGroups.put({ ...group, rules: [rule] });
    });
  await allow('pl-02cd2c6b');
  await expectProbes(world, [
    { from: client, to: s3, port: 443, want: /^silence$/, because: /no outbound rule/ },
  ]);
  await allow('pl-63a5400a');
  await expectProbes(world, [
    { from: client, to: s3, port: 443, want: /^s3 /, because: /allowed by sgr-/ },
    { from: client, to: s3, port: 80, want: /^silence$/, because: /no outbound rule/ },
  ]);
});

test(
  'taking the route away stops open flows, in both directions, and giving it back begins anew',
  options,
  async (t) => {
    const { world, vpc, client, routeTableId, endpoint } = await makeThread(t);
    const pushed = world.connections(endpoint.vpcEndpointId);
    const open = await world.dial(client, s3, 443);
    assert.match(await nextText(open), /^s3/);
    await attach(world, endpoint, []);
    pushed[0]!.write('still here?');
    open.write('still there?');
    assert.equal(await nextText(open), 'silence');
    const reasons = (await world.drops(vpc.vpcId)).map(({ reason }) => reason);
    assert.ok(reasons.includes('no-route') && reasons.includes('unknown-flow'), reasons.join());
    await attach(world, endpoint, [routeTableId]);
    assert.equal(await world.probe(client, s3, 443), 's3 10.0.1.10');
  },
);

test('deleting the endpoint takes its namespace and its flows away', options, async (t) => {
  const { world, client, vpcEndpointId } = await makeThread(t);
  const open = await world.dial(client, s3, 443);
  assert.match(await nextText(open), /^s3/);
  await world.change((cloud) => cloud.vpcEndpoints.delete(vpcEndpointId));
  open.write('still there?');
  assert.equal(await nextText(open), 'silence');
  await expectProbes(world, [{ from: client, to: s3, port: 443, want: /^silence$/, because: /no route/ }]);
  assert.doesNotMatch((await namespacesOf(world.mark)).join('\n'), /vpce-/);
});

test(
  'a flow that is open over a NAT gateway ends when the endpoint comes, and goes on no other way',
  options,
  async (t) => {
    const { world, vpc, client, routeTableId, endpoint } = await makeThread(t);
    await attach(world, endpoint, []);
    await world.change((cloud) => {
      const { internetGatewayId } = putInternetGateway(cloud, vpc);
      const { natGatewayId } = putNatGateway(cloud, vpc, 1, '10.0.2.30');
      putRoute(cloud, mainRouteTableId(cloud, vpc), '0.0.0.0/0', {
        kind: 'internet-gateway',
        internetGatewayId,
      });
      putRoute(cloud, routeTableId, '0.0.0.0/0', { kind: 'nat-gateway', natGatewayId });
    });
    world.serve('internet', 443, 'outside');
    const open = await world.dial(client, s3, 443);
    assert.match(await nextText(open), /^outside 3\./);
    await attach(world, endpoint, [routeTableId]);
    const ended = new Promise((resolve) =>
      open.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code)),
    );
    open.write('still there?');
    assert.equal(await ended, 'ECONNRESET');
    await expectProbes(world, [
      {
        from: client,
        to: s3,
        port: 443,
        want: /^s3 10/,
        because: /also matched: 0\.0\.0\.0\/0 → nat-.* \(shorter prefix\)/,
      },
      { from: client, to: westS3, port: 443, want: /^outside 3\./, because: /S3 front end of us-west-2/ },
    ]);
  },
);

test('a new daemon takes the doors over: open flows go on', options, async (t) => {
  const { world, client } = await makeThread(t);
  const open = await world.dial(client, s3, 443);
  assert.match(await nextText(open), /^s3/);
  await world.restart();
  open.write('still there?');
  assert.equal(await nextText(open), 'still there?');
  assert.equal(await world.probe(client, s3, 443), 's3 10.0.1.10');
});

test('what goes over an endpoint is counted there and nowhere else', options, async (t) => {
  const { world, vpc, client, vpcEndpointId } = await makeThread(t);
  await world.change((cloud) => {
    putInternetGateway(cloud, vpc);
    putElasticIp(cloud, cloud.instances.find(client)!.networkInterfaceIds[0]!);
  });
  const socket = await world.dial(client, s3, 443);
  socket.write(Buffer.alloc(100_000));
  for (let echoed = 0; echoed < 100_000; ) echoed += (await nextText(socket)).length;
  const ways = await world.ways(vpc.vpcId);
  assert.deepEqual(ways.map(({ id, kind }) => `${kind} ${id.slice(0, 4)}`).toSorted(), [
    'gateway-endpoint vpce',
    'internet-gateway igw-',
  ]);
  const [way] = ways.filter(({ id }) => id === vpcEndpointId);
  assert.ok(way && way.sentBytes > 100_000 && way.sentBytes < 120_000, JSON.stringify(way));
  assert.ok(way.receivedBytes > 100_000 && way.receivedBytes < 120_000, JSON.stringify(way));
  assert.equal(ways.find(({ kind }) => kind === 'internet-gateway')?.sentBytes, 0);
});
