// Inbound resolver endpoints on real packets: who may ask, by which way, and what is answered; the groups of the endpoint judge
// who comes, and what is for the inbound endpoint alone is not there for the VPC itself. Explain says the same.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createResolver } from '../../src/dataplane/resolver.ts';
import {
  createResolverEndpoint,
  deleteResolverEndpoint,
} from '../../src/services/route53resolver/endpoint.ts';
import {
  exampleId,
  nextNumber,
  putAwsServiceEndpoint,
  putInstance,
  putVpc,
  putZone,
} from '../networks/example-cloud.ts';
import { putPeering } from '../networks/example-gateway.ts';
import { askDns, askDnsByTcp } from './dns-question.ts';
import { expectProbes, makePacketWorld } from './packet-world.ts';
import { contextOf } from './resolver-context.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };

/** A VPC with an inbound endpoint at 10.0.1.53 and 10.0.2.53, and its resolver; a client in it and one in a peered VPC. */
async function makeInbound(t: TestContext) {
  const world = await makePacketWorld(t);
  const errors: string[] = [];
  const resolver = createResolver({ onError: (id, error) => errors.push(`${id}: ${error.message}`) });
  t.after(() => resolver.close());
  const change: typeof world.change = async (operate) => {
    const result = await world.change(operate);
    resolver.set(world.network(), world.pathOf);
    assert.deepEqual(errors, []);
    return result;
  };
  const made = await change((cloud) => {
    const vpc = putVpc(cloud, '111111111111');
    // As private DNS of endpoints wants it.
    cloud.vpcs.put({ ...cloud.vpcs.find(vpc.vpcId)!, enableDnsHostnames: true });
    putZone(cloud, 'shop.example', [{ vpcId: vpc.vpcId, region: 'us-east-1' }]);
    putAwsServiceEndpoint(cloud, vpc, 's3', ['10.0.1.90', '10.0.2.90'], {
      ...{ privateDnsEnabled: true, privateDnsOnlyForInboundResolverEndpoint: true },
    });
    putAwsServiceEndpoint(cloud, vpc, 'sqs', ['10.0.1.91', '10.0.2.91'], { privateDnsEnabled: true });
    const peer = putVpc(cloud, '222222222222', '10.50.0.0/16');
    putPeering(cloud, vpc, peer);
    const client = putInstance(cloud, vpc, 0, '10.0.1.10').instanceId;
    const peered = putInstance(cloud, peer, 0, '10.50.1.10').instanceId;
    const { ResolverEndpoint } = createResolverEndpoint(
      {
        ...{ CreatorRequestId: 'one', Direction: 'INBOUND', SecurityGroupIds: [vpc.groupId] },
        IpAddresses: [
          { SubnetId: vpc.subnetIds[0], Ip: '10.0.1.53' },
          { SubnetId: vpc.subnetIds[1], Ip: '10.0.2.53' },
        ],
      },
      contextOf(cloud),
    ) as { ResolverEndpoint: { Id: string } };
    return { vpc, peer, client, peered, resolverEndpointId: ResolverEndpoint.Id };
  });
  const ask = (from: string, server: string, name: string) => askDns(world.pathOf(from), server, name);
  return { world, change, ask, ...made };
}

test('whoever reaches the addresses is answered as the VPC is, by UDP and by TCP', options, async (t) => {
  const { world, ask, client, peered, resolverEndpointId } = await makeInbound(t);
  for (const from of [client, peered])
    for (const server of ['10.0.1.53', '10.0.2.53']) {
      assert.equal(await ask(from, server, 'ip-10-0-1-10.ec2.internal'), '10.0.1.10');
      assert.equal(await ask(from, server, 'a.shop.example'), '10.0.1.9');
      assert.equal(await ask(from, server, 'nothing.shop.example'), 'NXDOMAIN');
      assert.equal(await askDnsByTcp(world.pathOf(from), server, 'a.shop.example'), '10.0.1.9');
      const { arrives, text } = world.explains(from, `${server}:53/udp`);
      assert.ok(arrives, text);
      assert.match(text, new RegExp(`${resolverEndpointId}: arrives at the resolver of vpc-`));
    }
  assert.equal(
    await ask(peered, '10.50.0.2', 'a.shop.example'),
    'NXDOMAIN',
    'its own resolver knows its own zones',
  );
});

test('what is for the inbound endpoint alone, the VPC itself does not see', options, async (t) => {
  const { ask, client, peered } = await makeInbound(t);
  const names = ['s3.us-east-1.amazonaws.com', 'pics.s3.us-east-1.amazonaws.com'];
  for (const name of names) {
    for (const from of [client, peered])
      assert.match(await ask(from, '10.0.1.53', name), /^10\.0\.[12]\.90 10\.0\.[12]\.90$/);
    assert.match(await ask(client, '10.0.0.2', name), /^52\.216\./);
  }
  for (const server of ['10.0.1.53', '10.0.0.2'])
    assert.match(await ask(client, server, 'sqs.us-east-1.amazonaws.com'), /^10\.0\.[12]\.91 /);
});

test('nothing but questions comes through', options, async (t) => {
  const { world, client } = await makeInbound(t);
  for (const port of [80, 443]) {
    assert.equal(await world.probe(client, '10.0.1.53', port), 'silence');
    const { arrives, text } = world.explains(client, `10.0.1.53:${port}`);
    assert.ok(!arrives);
    assert.match(text, /10\.0\.1\.53 answers udp 53 and tcp 53 alone/);
  }
});

test('the groups of the endpoint judge who may ask', options, async (t) => {
  const { world, change, ask, vpc, client, peered } = await makeInbound(t);
  await change((cloud) => {
    const group = cloud.securityGroups.find(vpc.groupId)!;
    const securityGroupRuleId = exampleId('sgr', nextNumber());
    const udp = { securityGroupRuleId, isEgress: false, ipProtocol: 'udp', fromPort: 53, toPort: 53 };
    const rules = [...group.rules.filter(({ isEgress }) => isEgress), { ...udp, cidrIpv4: '10.50.0.0/16' }];
    cloud.securityGroups.put({ ...group, rules });
  });
  assert.equal(await ask(peered, '10.0.1.53', 'a.shop.example'), '10.0.1.9');
  assert.equal(await ask(client, '10.0.1.53', 'a.shop.example'), 'silence');
  assert.equal(await askDnsByTcp(world.pathOf(peered), '10.0.1.53', 'a.shop.example'), 'silence');
  const { arrives, text } = world.explains(client, '10.0.1.53:53/udp');
  assert.ok(!arrives);
  assert.match(text, /no inbound rule of sg-.* allows udp 53 from 10\.0\.1\.10/);
  const drops = await world.drops(vpc.vpcId);
  assert.ok(
    drops.some(({ text }) => /no inbound rule/.test(text)),
    JSON.stringify(drops),
  );
});

test('without DNS support nobody answers; a deleted endpoint is gone', options, async (t) => {
  const { world, change, ask, vpc, client, resolverEndpointId } = await makeInbound(t);
  const setDnsSupport = (enableDnsSupport: boolean) =>
    change((cloud) => cloud.vpcs.put({ ...cloud.vpcs.find(vpc.vpcId)!, enableDnsSupport }));
  await setDnsSupport(false);
  assert.equal(await ask(client, '10.0.1.53', 'a.shop.example'), 'silence');
  assert.match(world.explains(client, '10.0.1.53:53/udp').text, /enableDnsSupport is off/);
  await expectProbes(world, [
    { from: client, to: '10.0.1.53', port: 53, want: /silence/, because: /enableDnsSupport is off/ },
  ]);
  await setDnsSupport(true);
  assert.equal(await ask(client, '10.0.1.53', 'a.shop.example'), '10.0.1.9');
  await change((cloud) =>
    deleteResolverEndpoint({ ResolverEndpointId: resolverEndpointId }, contextOf(cloud)),
  );
  assert.equal(await ask(client, '10.0.1.53', 'a.shop.example'), 'silence');
  assert.ok(!world.hasNamespace(resolverEndpointId));
});
