// Internet gateways in real namespaces: an address for an address, both ways, and nothing for those who have none.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Cloud } from '../../src/cloud/cloud.ts';
import {
  type ExampleVpc,
  everywhere,
  exampleId,
  nextNumber,
  putInstance,
  putVpc,
} from '../networks/example-cloud.ts';
import {
  deleteRoute,
  mainRouteTableId,
  putElasticIp,
  putInternetGateway,
  putRoute,
} from '../networks/example-gateway.ts';
import { expectProbes, makePacketWorld, namespacesOf, nextText } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const s3 = '52.216.0.10';
const ec2 = '52.46.13.10';

/** A VPC whose subnets lead to the internet, with a public client and one without a public address. */
function putPublicVpc(cloud: Cloud, accountId: string) {
  const vpc = putVpc(cloud, accountId);
  const { internetGatewayId } = putInternetGateway(cloud, vpc);
  putRoute(cloud, mainRouteTableId(cloud, vpc), '0.0.0.0/0', { kind: 'internet-gateway', internetGatewayId });
  const { instanceId: client, networkInterface } = putInstance(cloud, vpc, 0, '10.0.1.10');
  const { publicIp, allocationId } = putElasticIp(cloud, networkInterface.networkInterfaceId);
  const hidden = putInstance(cloud, vpc, 0, '10.0.1.11').instanceId;
  return { vpc, internetGatewayId, client, networkInterface, publicIp, allocationId, hidden };
}

async function makeThread(t: TestContext) {
  const world = await makePacketWorld(t);
  const made = await world.change((cloud) => putPublicVpc(cloud, '111111111111'));
  world.serve('internet', 443, 'outside');
  return { world, ...made };
}

const exactly = (text: string) => new RegExp(`^${text.replaceAll('.', '\\.')}$`);

test('a public address stands for its interface; without one nothing leaves', options, async (t) => {
  const { world, vpc, client, hidden, publicIp, internetGatewayId } = await makeThread(t);
  const want = exactly(`outside ${publicIp}`);
  await expectProbes(world, [
    { from: client, to: s3, port: 443, want, because: /S3 front end of us-east-1, which sees source 3\./ },
    { from: client, to: ec2, port: 443, want, because: /EC2 front end of us-east-1/ },
    { from: client, to: s3, port: 81, want: /^ECONNREFUSED$/, because: /have tcp 443 and tcp 80/ },
    { from: client, to: '8.8.8.8', port: 443, want: /^silence$/, because: /nobody has 8\.8\.8\.8/ },
    { from: client, to: '3.141.0.99', port: 443, want: /^silence$/, because: /nobody has/ },
    { from: hidden, to: s3, port: 443, want: /^silence$/, because: /no public address/ },
  ]);
  const [drop] = (await world.drops(vpc.vpcId)).filter(({ reason }) => reason === 'no-public-address');
  assert.equal(drop?.refusedBy, internetGatewayId);
  assert.match(drop.text, /eni-\w+ has none/);
});

test(
  'VPCs of the same range and the same private addresses meet at their public ones',
  options,
  async (t) => {
    const { world, vpc, client, publicIp } = await makeThread(t);
    const other = await world.change((cloud) => putPublicVpc(cloud, '222222222222'));
    world.serve(other.client, 80, 'other');
    const setRules = (changed: ExampleVpc, rules: ReturnType<typeof everywhere>[]) =>
      world.change((cloud) => {
        const group = cloud.securityGroups.find(changed.groupId)!;
        cloud.securityGroups.put({ ...group, rules });
      });
    await expectProbes(world, [
      {
        from: client,
        to: other.publicIp,
        port: 80,
        want: exactly(`other ${publicIp}`),
        because: /destination becomes 10\.0\.1\.10/,
      },
    ]);
    const sender = { ...everywhere(false, 'tcp', 80), cidrIpv4: `${publicIp}/32` };
    await setRules(other.vpc, [sender]);
    await expectProbes(world, [
      { from: client, to: other.publicIp, port: 80, want: /^other /, because: /allowed by/ },
      { from: client, to: other.publicIp, port: 81, want: /^silence$/, because: /no inbound rule/ },
    ]);
    await setRules(other.vpc, [{ ...sender, cidrIpv4: '10.0.0.0/16' }]);
    await expectProbes(world, [
      { from: client, to: other.publicIp, port: 80, want: /^silence$/, because: /no inbound rule/ },
    ]);
    await setRules(other.vpc, [everywhere(false)]);
    await world.change((cloud) => deleteRoute(cloud, mainRouteTableId(cloud, other.vpc), '0.0.0.0/0'));
    await expectProbes(world, [
      {
        from: client,
        to: other.publicIp,
        port: 80,
        want: /^silence$/,
        because: /no route back over the internet gateway/,
      },
    ]);
    assert.equal(vpc.vpcId === other.vpc.vpcId, false);
  },
);

test(
  'inside one VPC too a public address is reached over the internet, even the own one',
  options,
  async (t) => {
    const { world, client, publicIp, hidden } = await makeThread(t);
    const second = await world.change((cloud) =>
      putElasticIp(cloud, cloud.instances.find(hidden)!.networkInterfaceIds[0]!),
    );
    world.serve(hidden, 80, 'second');
    world.serve(client, 80, 'own');
    await expectProbes(world, [
      {
        from: client,
        to: second.publicIp,
        port: 80,
        want: exactly(`second ${publicIp}`),
        because: /becomes 3\..*\n.*becomes 10\.0\.1\.11/,
      },
      {
        from: client,
        to: publicIp,
        port: 80,
        want: exactly(`own ${publicIp}`),
        because: /becomes 10\.0\.1\.10/,
      },
    ]);
  },
);

test('nobody sends from a public address but the gateway itself', options, async (t) => {
  const { world, vpc, client, networkInterface, publicIp } = await makeThread(t);
  await world.change((cloud) => cloud.networkInterfaces.put({ ...networkInterface, sourceDestCheck: false }));
  await world.inside(client, 'ip', 'address', 'add', `${publicIp}/32`, 'dev', 'lo');
  await assert.rejects(world.dial(client, s3, 443, publicIp), { code: 'ETIMEDOUT' });
  const drops = await world.drops(vpc.vpcId);
  assert.ok(
    drops.some(({ reason, sourceAddress }) => reason === 'no-public-address' && sourceAddress === publicIp),
  );
});

test('an Elastic IP that moves takes new flows along and leaves open ones behind', options, async (t) => {
  const { world, client, hidden, publicIp, allocationId } = await makeThread(t);
  const open = await world.dial(client, s3, 443);
  assert.match(await nextText(open), /^outside/);
  await world.change((cloud) => {
    const [networkInterfaceId] = cloud.instances.find(hidden)!.networkInterfaceIds;
    const { privateIpAddress } = cloud.networkInterfaces.find(networkInterfaceId!)!;
    const associationId = exampleId('eipassoc', nextNumber());
    const association = { associationId, networkInterfaceId: networkInterfaceId!, privateIpAddress };
    cloud.elasticIps.put({ ...cloud.elasticIps.find(allocationId)!, association });
  });
  open.write('still there?');
  assert.equal(await nextText(open), 'silence');
  await expectProbes(world, [
    { from: hidden, to: s3, port: 443, want: exactly(`outside ${publicIp}`), because: /front end/ },
    { from: client, to: s3, port: 443, want: /^silence$/, because: /no public address/ },
  ]);
});

test(
  'a route to a gateway that is detached drops, though another would match; the last one takes the internet along',
  options,
  async (t) => {
    const { world, vpc, client, internetGatewayId } = await makeThread(t);
    await world.change((cloud) => {
      const { vpcId, ...gateway } = cloud.internetGateways.find(internetGatewayId)!;
      assert.equal(vpcId, vpc.vpcId);
      cloud.internetGateways.put(gateway);
    });
    await expectProbes(world, [
      { from: client, to: s3, port: 443, want: /^silence$/, because: /0\.0\.0\.0\/0 is a blackhole: igw-/ },
    ]);
    assert.doesNotMatch((await namespacesOf(world.mark)).join('\n'), /internet/);
    await world.change((cloud) =>
      cloud.internetGateways.put({ ...cloud.internetGateways.find(internetGatewayId)!, vpcId: vpc.vpcId }),
    );
    world.serve('internet', 443, 'again');
    assert.match(await world.probe(client, s3, 443), /^again 3\./);
  },
);

test('segments fit the internet, uploads arrive whole, and the gateway counts them', options, async (t) => {
  const { world, vpc, client } = await makeThread(t);
  const socket = await world.dial(client, s3, 443);
  assert.match(await nextText(socket), /^outside/);
  socket.write(Buffer.alloc(500_000));
  for (let echoed = 0; echoed < 500_000; ) echoed += (await nextText(socket)).length;
  const [, mss] = / mss:(\d+)/.exec(await world.inside(client, 'ss', '-tin', 'dst', s3)) ?? [];
  assert.ok(Number(mss) <= 1460 && Number(mss) > 1400, `mss ${mss}`);
  const [way] = await world.ways(vpc.vpcId);
  assert.equal(way?.kind, 'internet-gateway');
  assert.ok(way.sentBytes > 500_000 && way.sentBytes < 600_000, JSON.stringify(way));
  assert.ok(way.receivedBytes > 500_000 && way.receivedBytes < 600_000, JSON.stringify(way));
});

test('a new daemon takes the internet over: open flows go on', options, async (t) => {
  const { world, client, publicIp } = await makeThread(t);
  const open = await world.dial(client, s3, 443);
  assert.match(await nextText(open), /^outside/);
  await world.restart();
  open.write('still there?');
  assert.equal(await nextText(open), 'still there?');
  assert.equal(await world.probe(client, s3, 443), `outside ${publicIp}`);
});
