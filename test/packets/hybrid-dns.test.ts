// Names across a VPN, both ways: a site's DNS asks the VPC's inbound endpoint for what the VPC knows, and the VPC's resolver
// asks a server of the site for what the site knows, from its outbound endpoint.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import dnsPacket from 'dns-packet';
import { openDnsServer } from '../../src/dataplane/dns-server.ts';
import { createResolver } from '../../src/dataplane/resolver.ts';
import { createSiteResolver } from '../../src/dataplane/site-resolver.ts';
import { createResolverEndpoint } from '../../src/services/route53resolver/endpoint.ts';
import { createResolverRule } from '../../src/services/route53resolver/rule.ts';
import { associateResolverRule } from '../../src/services/route53resolver/rule-association.ts';
import { putInstance, putVpc, putZone } from '../networks/example-cloud.ts';
import { mainRouteTableId } from '../networks/example-gateway.ts';
import { propagateInto, putSite, putVpn, putVpnGateway } from '../networks/example-site.ts';
import { askDns, patientMs } from './dns-question.ts';
import { makePacketWorld } from './packet-world.ts';
import { contextOf } from './resolver-context.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const inbound = ['10.0.1.53', '10.0.2.53'];
const outbound = ['10.0.1.60', '10.0.2.60'];
const siteRouter = '192.168.0.1';
const desk = '192.168.0.10';

/** Berlin and a VPC with a VPN between them; in Berlin, a DNS server for `corp.example` is at the desk. */
async function makeHybrid(t: TestContext) {
  const world = await makePacketWorld(t);
  const errors: string[] = [];
  const onError = (id: string, error: Error) => errors.push(`${id}: ${error.message}`);
  const resolvers = [createResolver({ onError }), createSiteResolver({ onError })];
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
    const context = contextOf(cloud);
    const vpc = putVpc(cloud, context.accountId);
    const { vpcId, groupId, subnetIds } = vpc;
    putZone(cloud, 'shop.example', [{ vpcId, region: 'us-east-1' }]);
    const forwards = ['shop.example', 'ec2.internal', 'circle.example'].map((domain) => ({
      domain,
      addresses: inbound,
    }));
    const site = putSite(cloud, 'berlin', '192.168.0.0/16', { forwards });
    const gateway = putVpnGateway(cloud, vpc);
    const { vpnConnectionId } = putVpn(cloud, gateway, site);
    propagateInto(cloud, mainRouteTableId(cloud, vpc), gateway);
    const endpointIds = (['INBOUND', 'OUTBOUND'] as const).map((Direction) => {
      const ips = Direction === 'INBOUND' ? inbound : outbound;
      const IpAddresses = ips.map((Ip, index) => ({ SubnetId: subnetIds[index], Ip }));
      const input = { CreatorRequestId: Direction, Direction, SecurityGroupIds: [groupId], IpAddresses };
      return (createResolverEndpoint(input, context) as { ResolverEndpoint: { Id: string } }).ResolverEndpoint
        .Id;
    });
    for (const [DomainName, Ip] of [
      ['corp.example', desk],
      ['berlin.internal', siteRouter],
      ['circle.example', siteRouter],
    ] as const) {
      const about = { CreatorRequestId: DomainName, RuleType: 'FORWARD', DomainName };
      const { ResolverRule } = createResolverRule(
        { ...about, ResolverEndpointId: endpointIds[1], TargetIps: [{ Ip }] },
        context,
      ) as { ResolverRule: { Id: string } };
      associateResolverRule({ ResolverRuleId: ResolverRule.Id, VPCId: vpcId }, context);
    }
    const client = putInstance(cloud, vpc, 0, '10.0.1.10').instanceId;
    return { client, vpnConnectionId, deskId: site.hosts[0]!.hostId };
  });
  const server = openDnsServer(world.pathOf(made.deskId), desk, (query) => {
    const { questions = [], id } = dnsPacket.decode(query);
    const answers = [{ type: 'A' as const, name: questions[0]!.name, ttl: 30, data: '192.168.0.9' }];
    return dnsPacket.encode({ type: 'response', id, questions, answers });
  });
  t.after(() => server.close());
  const ask = (from: string, at: string, name: string) => askDns(world.pathOf(from), at, name, patientMs);
  return { world, change, ask, ...made };
}

test('a site learns the names of a VPC by its inbound endpoint', options, async (t) => {
  const { world, ask, deskId } = await makeHybrid(t);
  assert.equal(await ask(deskId, siteRouter, 'a.shop.example'), '10.0.1.9');
  assert.equal(await ask(deskId, siteRouter, 'absent.shop.example'), 'NXDOMAIN');
  assert.equal(await ask(deskId, siteRouter, 'ip-10-0-1-10.ec2.internal'), '10.0.1.10');
  assert.equal(await ask(deskId, inbound[1]!, 'a.shop.example'), '10.0.1.9', 'or a host asks by itself');
  assert.equal(
    await askDns(world.pathOf(deskId), '10.0.0.2', 'a.shop.example'),
    'silence',
    'the VPC’s own resolver is for the VPC',
  );
  const { arrives, text } = world.explains(deskId, `${inbound[0]}:53/udp`);
  assert.ok(arrives, text);
  assert.match(text, /rslvr-in-.*arrives at the resolver of vpc-/);
});

test('a VPC learns the names of a site by its outbound endpoint', options, async (t) => {
  const { ask, client, deskId } = await makeHybrid(t);
  assert.equal(await ask(client, '10.0.0.2', 'db.corp.example'), '192.168.0.9');
  assert.equal(await ask(client, '10.0.0.2', 'desk.berlin.internal'), desk, 'the DNS of the site itself');
  assert.equal(await ask(deskId, inbound[0]!, 'db.corp.example'), '192.168.0.9', 'and whoever asks it');
});

test('without the VPN neither side can ask', options, async (t) => {
  const { change, ask, client, deskId, vpnConnectionId } = await makeHybrid(t);
  await change((cloud) => cloud.vpnConnections.delete(vpnConnectionId));
  assert.equal(await ask(client, '10.0.0.2', 'db.corp.example'), 'SERVFAIL');
  assert.equal(await ask(deskId, siteRouter, 'a.shop.example'), 'SERVFAIL');
});

test('a question that is sent in a circle ends, and others are answered after it', options, async (t) => {
  const { ask, client, deskId } = await makeHybrid(t);
  for (const [from, server] of [
    [client, '10.0.0.2'],
    [deskId, siteRouter],
  ] as const)
    assert.equal(await ask(from, server, 'a.circle.example'), 'SERVFAIL');
  assert.equal(await ask(client, '10.0.0.2', 'desk.berlin.internal'), desk);
});
