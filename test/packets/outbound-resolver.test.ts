// Outbound resolver endpoints on real packets: a VPC's resolver asks others as its rules say, from the addresses of the endpoint,
// which may be another VPC's; groups and routes of these judge the questions. Explain says the same.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import dnsPacket, { type Question } from 'dns-packet';
import { recordSetKey } from '../../src/cloud/hosted-zone.ts';
import { openDnsServer } from '../../src/dataplane/dns-server.ts';
import { createResolver } from '../../src/dataplane/resolver.ts';
import { createResolverEndpoint } from '../../src/services/route53resolver/endpoint.ts';
import { createResolverRule, updateResolverRule } from '../../src/services/route53resolver/rule.ts';
import { associateResolverRule } from '../../src/services/route53resolver/rule-association.ts';
import {
  type ExampleVpc,
  exampleId,
  nextNumber,
  putInstance,
  putVpc,
  putZone,
} from '../networks/example-cloud.ts';
import { putPeering } from '../networks/example-gateway.ts';
import { askDns, askDnsByTcp, patientMs } from './dns-question.ts';
import { makePacketWorld } from './packet-world.ts';
import { contextOf } from './resolver-context.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const office = '10.50.1.53';

/** A VPC with an outbound endpoint, peered with one where the office's DNS is; and a VPC that only shares the rule. */
async function makeOutbound(t: TestContext) {
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
    const context = contextOf(cloud);
    const vpc = putVpc(cloud, context.accountId);
    const officeVpc = putVpc(cloud, context.accountId, '10.50.0.0/16');
    const sharing = putVpc(cloud, context.accountId, '10.9.0.0/16');
    putPeering(cloud, vpc, officeVpc);
    const { ResolverEndpoint } = createResolverEndpoint(
      {
        ...{ CreatorRequestId: 'one', Direction: 'OUTBOUND', SecurityGroupIds: [vpc.groupId] },
        IpAddresses: [
          { SubnetId: vpc.subnetIds[0], Ip: '10.0.1.60' },
          { SubnetId: vpc.subnetIds[1], Ip: '10.0.2.60' },
        ],
      },
      context,
    ) as { ResolverEndpoint: { Id: string } };
    const { ResolverRule } = createResolverRule(
      {
        ...{ CreatorRequestId: 'two', RuleType: 'FORWARD', DomainName: 'corp.example' },
        ...{ ResolverEndpointId: ResolverEndpoint.Id, TargetIps: [{ Ip: office }] },
      },
      context,
    ) as { ResolverRule: { Id: string } };
    for (const { vpcId } of [vpc, sharing])
      associateResolverRule({ ResolverRuleId: ResolverRule.Id, VPCId: vpcId }, context);
    return {
      ...{ vpc, sharing, endpointId: ResolverEndpoint.Id, ruleId: ResolverRule.Id },
      client: putInstance(cloud, vpc, 0, '10.0.1.10').instanceId,
      sharer: putInstance(cloud, sharing, 0, '10.9.1.10').instanceId,
      officeDns: putInstance(cloud, officeVpc, 0, office).instanceId,
    };
  });
  const asked: string[] = [];
  const server = openDnsServer(world.pathOf(made.officeDns), office, (query, transport) => {
    const { questions = [], id } = dnsPacket.decode(query);
    asked.push(`${(questions as Question[])[0]!.name} by ${transport}`);
    const answers = [{ type: 'A' as const, name: questions[0]!.name, ttl: 30, data: '192.168.0.9' }];
    return dnsPacket.encode({ type: 'response', id, questions, answers });
  });
  t.after(() => server.close());
  const ask = (from: string, server: string, name: string) =>
    askDns(world.pathOf(from), server, name, patientMs);
  return { world, change, ask, asked, ...made };
}

test('what a rule is about, others answer; everything else the resolver knows itself', options, async (t) => {
  const { world, ask, asked, client, sharer, ruleId, endpointId } = await makeOutbound(t);
  assert.equal(await ask(client, '10.0.0.2', 'db.corp.example'), '192.168.0.9');
  assert.equal(await askDnsByTcp(world.pathOf(client), '10.0.0.2', 'big.corp.example'), '192.168.0.9');
  assert.equal(await ask(sharer, '10.9.0.2', 'corp.example'), '192.168.0.9', 'by an endpoint of another VPC');
  assert.equal(await ask(client, '10.0.0.2', 'ip-10-0-1-10.ec2.internal'), '10.0.1.10');
  assert.equal(await ask(client, '10.0.0.2', 'other.example'), 'NXDOMAIN');
  assert.deepEqual(asked, ['db.corp.example by udp', 'big.corp.example by tcp', 'corp.example by udp']);
  const { arrives, text } = world.explains(client, 'db.corp.example:443');
  assert.ok(!arrives);
  assert.match(
    text,
    new RegExp(`the rule ${ruleId} about corp\\.example .* ask ${office}:53 .* from ${endpointId}`),
  );
});

test('the questions leave from the endpoint’s addresses, and its groups let them out', options, async (t) => {
  const { world, change, ask, asked, vpc, client } = await makeOutbound(t);
  const [networkInterface] = world.cloud.networkInterfaces.where(
    ({ privateIpAddress }) => privateIpAddress === '10.0.1.60',
  );
  const explained = world.explains(networkInterface!.networkInterfaceId, `${office}:53/udp`);
  assert.ok(explained.arrives, explained.text);
  await setEgress(change, vpc, '10.9.9.9/32');
  assert.equal(await ask(client, '10.0.0.2', 'db.corp.example'), 'SERVFAIL');
  assert.deepEqual(asked, []);
  const drops = await world.drops(vpc.vpcId);
  assert.ok(
    drops.some(({ text }) => /no outbound rule/.test(text) && /10\.0\.[12]\.60/.test(text)),
    JSON.stringify(drops),
  );
  assert.ok(!world.explains(networkInterface!.networkInterfaceId, `${office}:53/udp`).arrives);
  await setEgress(change, vpc, `${office}/32`);
  assert.equal(await ask(client, '10.0.0.2', 'db.corp.example'), '192.168.0.9');
});

test('nobody reaches what is at the endpoint’s addresses', options, async (t) => {
  const { world, client } = await makeOutbound(t);
  assert.notEqual(await askDns(world.pathOf(client), '10.0.1.60', 'db.corp.example'), '192.168.0.9');
  const { arrives, text } = world.explains(client, '10.0.1.60:53/udp');
  assert.ok(!arrives);
  assert.match(text, /asks others and answers nobody/);
  assert.equal(await world.probe(client, '10.0.1.60', 80), 'silence');
  const drops = await world.drops(world.network().vpcs.keys().next().value!);
  assert.ok(
    drops.some(({ code }) => code === 'RESOLVER_ENDPOINT_REJECTS_NEW_FLOWS'),
    JSON.stringify(drops),
  );
});

test(
  'when one target is silent the next is asked; when all are, the client is told so',
  options,
  async (t) => {
    const { change, ask, client, ruleId } = await makeOutbound(t);
    const setTargets = (...ips: string[]) =>
      change((cloud) => {
        const Config = { TargetIps: ips.map((Ip) => ({ Ip })) };
        return updateResolverRule({ ResolverRuleId: ruleId, Config }, contextOf(cloud));
      });
    await setTargets('10.50.1.99', office);
    assert.equal(await ask(client, '10.0.0.2', 'db.corp.example'), '192.168.0.9');
    await setTargets('10.50.1.99');
    assert.equal(await ask(client, '10.0.0.2', 'db.corp.example'), 'SERVFAIL');
  },
);

test(
  'a more specific private zone answers before the rule, and its alias may lead to it',
  options,
  async (t) => {
    const { change, ask, asked, vpc, client } = await makeOutbound(t);
    await change((cloud) => {
      const hostedZoneId = putZone(cloud, 'lab.corp.example', [{ vpcId: vpc.vpcId, region: 'us-east-1' }]);
      const name = 'alias.lab.corp.example';
      cloud.zoneRecordSets.put({
        recordSetKey: recordSetKey(hostedZoneId, name, 'CNAME'),
        ...{ hostedZoneId, name, type: 'CNAME', ttlSeconds: 60, values: ['db.corp.example'] },
      });
    });
    assert.equal(await ask(client, '10.0.0.2', 'a.lab.corp.example'), '10.0.1.9');
    assert.equal(await ask(client, '10.0.0.2', 'absent.lab.corp.example'), 'NXDOMAIN');
    assert.equal(await ask(client, '10.0.0.2', 'alias.lab.corp.example'), 'db.corp.example 192.168.0.9');
    assert.deepEqual(asked, ['db.corp.example by udp']);
  },
);

function setEgress(
  change: Awaited<ReturnType<typeof makeOutbound>>['change'],
  vpc: ExampleVpc,
  cidrIpv4: string,
): Promise<unknown> {
  return change((cloud) => {
    const group = cloud.securityGroups.find(vpc.groupId)!;
    const ports = { ipProtocol: 'udp', fromPort: 53, toPort: 53 };
    const securityGroupRuleId = exampleId('sgr', nextNumber());
    const rules = [
      ...group.rules.filter(({ isEgress }) => !isEgress),
      { securityGroupRuleId, isEgress: true, ...ports, cidrIpv4 },
    ];
    return cloud.securityGroups.put({ ...group, rules });
  });
}
