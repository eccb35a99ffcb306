// The thread of the whole house on real packets, below the API: consumers and a provider of one range,
// what passes, what stops, and what explain says of it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import {
  type ExampleVpc,
  everywhere,
  exampleId,
  putEndpoint,
  putEndpointService,
  putInstance,
  putVpc,
} from '../networks/example-cloud.ts';
import { makePacketWorld, namespacesOf, nextText, type PacketWorld } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };

async function makeThread(t: TestContext) {
  const world = await makePacketWorld(t);
  const made = await world.change((cloud) => {
    const provider = putVpc(cloud, '111111111111');
    const consumer = putVpc(cloud, '222222222222');
    const other = putVpc(cloud, '333333333333');
    const web = [
      putInstance(cloud, provider, 0, '10.0.1.11'),
      putInstance(cloud, provider, 1, '10.0.2.12'),
    ] as const;
    const service = putEndpointService(
      cloud,
      provider,
      80,
      web.map(({ instanceId }) => instanceId),
    );
    const client = putInstance(cloud, consumer, 0, '10.0.1.10').instanceId;
    const otherClient = putInstance(cloud, other, 0, '10.0.1.10').instanceId;
    const endpoint = putEndpoint(cloud, consumer, service, '10.0.1.50');
    const otherEndpoint = putEndpoint(cloud, other, service, '10.0.1.50');
    return { provider, consumer, other, web, service, client, otherClient, endpoint, otherEndpoint };
  });
  world.serve(made.web[0].instanceId, 80, 'web-a');
  world.serve(made.web[1].instanceId, 80, 'web-b');
  return { world, ...made };
}

function setCrossZone(world: PacketWorld, loadBalancerArn: string, isOn: boolean) {
  const loadBalancer = world.cloud.loadBalancers.find(loadBalancerArn)!;
  const attributes = { 'load_balancing.cross_zone.enabled': String(isOn) };
  return world.change((cloud) => cloud.loadBalancers.put({ ...loadBalancer, attributes }));
}

/** Sends from `from` and asks explain the same: both must give `want`. */
async function expectProbe(
  world: PacketWorld,
  from: string,
  address: string,
  port: number,
  want: RegExp,
  because: RegExp,
) {
  const got = await world.probe(from, address, port);
  const explained = world.explains(from, `${address}:${port}`);
  assert.match(got, want, explained.text);
  assert.equal(explained.arrives, got !== 'silence', `${got}, but explain says:\n${explained.text}`);
  assert.match(explained.text, because);
}

test(
  'a client reaches a target of its zone through the endpoint, and the target sees the load balancer',
  options,
  async (t) => {
    const { world, client } = await makeThread(t);
    await expectProbe(
      world,
      client,
      '10.0.1.50',
      80,
      /^web-a 10\.0\.1\.20$/,
      /seen as coming from 10\.0\.1\.20/,
    );
  },
);

test('two consumers of the same range, address and port are kept apart', options, async (t) => {
  const { world, client, otherClient, consumer, endpoint, service } = await makeThread(t);
  await world.change((cloud) => cloud.vpcEndpoints.put({ ...endpoint, decision: 'rejected' }));
  await expectProbe(world, client, '10.0.1.50', 80, /^silence$/, /rejected/);
  await expectProbe(world, otherClient, '10.0.1.50', 80, /^web-a/, new RegExp(service.serviceId));
  const [drop] = (await world.drops(consumer.vpcId)).filter(({ reason }) => reason === 'endpoint-closed');
  assert.equal(drop?.refusedBy, endpoint.vpcEndpointId);
});

test('an endpoint may have the very address that its target has in the provider VPC', options, async (t) => {
  const { world, client, consumer, service } = await makeThread(t);
  await world.change((cloud) => putEndpoint(cloud, consumer, service, '10.0.1.11'));
  await expectProbe(world, client, '10.0.1.11', 80, /^web-a 10\.0\.1\.20$/, /arrives at 10\.0\.1\.11/);
  await expectProbe(world, client, '10.0.1.11', 81, /^silence$/, /no listener/);
});

test('a rejected connection stops open flows, and only its own', options, async (t) => {
  const { world, client, otherClient, endpoint } = await makeThread(t);
  const [open, otherOpen] = [
    await world.dial(client, '10.0.1.50', 80),
    await world.dial(otherClient, '10.0.1.50', 80),
  ];
  assert.match(await nextText(open), /web-a/);
  assert.match(await nextText(otherOpen), /web-a/);
  await world.change((cloud) => cloud.vpcEndpoints.put({ ...endpoint, decision: 'rejected' }));
  open.write('still there?');
  otherOpen.write('still there?');
  assert.equal(await nextText(otherOpen), 'still there?');
  assert.equal(await nextText(open), 'silence');
});

test('a pending endpoint gives no answer until it is accepted', options, async (t) => {
  const { world, client, endpoint } = await makeThread(t);
  await world.change((cloud) => cloud.vpcEndpoints.put({ ...endpoint, decision: 'pendingAcceptance' }));
  await expectProbe(world, client, '10.0.1.50', 80, /^silence$/, /pendingAcceptance/);
  await world.change((cloud) => cloud.vpcEndpoints.put({ ...endpoint, decision: 'accepted' }));
  await expectProbe(world, client, '10.0.1.50', 80, /^web-a/, /arrives/);
});

test(
  "the endpoint's group decides who may open a connection; open ones stay when its rule goes",
  options,
  async (t) => {
    const { world, client, consumer } = await makeThread(t);
    const open = await world.dial(client, '10.0.1.50', 80);
    assert.match(await nextText(open), /web-a/);
    const group = world.cloud.securityGroups.find(consumer.groupId)!;
    await world.change((cloud) =>
      cloud.securityGroups.put({ ...group, rules: group.rules.filter((rule) => rule.isEgress) }),
    );
    await expectProbe(
      world,
      client,
      '10.0.1.50',
      80,
      /^silence$/,
      new RegExp(`no inbound rule of ${consumer.groupId}`),
    );
    open.write('still there?');
    assert.equal(await nextText(open), 'still there?');
    const refused = (await world.drops(consumer.vpcId)).find(({ reason }) => reason === 'ingress');
    assert.equal(refused?.refusedBy, consumer.groupId);
    assert.equal(refused?.destinationPort, 80);
  },
);

test("the client's own outbound rules are a gate of their own", options, async (t) => {
  const { world, client, consumer } = await makeThread(t);
  const group = world.cloud.securityGroups.find(consumer.groupId)!;
  await world.change((cloud) =>
    cloud.securityGroups.put({ ...group, rules: [everywhere(false), everywhere(true, 'tcp', 443)] }),
  );
  await expectProbe(
    world,
    client,
    '10.0.1.50',
    80,
    /^silence$/,
    new RegExp(`no outbound rule of ${consumer.groupId}`),
  );
});

test(
  "a target's group sees the load balancer's address, and a refusal there is the target's",
  options,
  async (t) => {
    const { world, client, provider, web } = await makeThread(t);
    const strict = await world.change((cloud) => {
      const groupId = exampleId('sg', 0xabc);
      const group = cloud.securityGroups.find(provider.groupId)!;
      const rule = { ...everywhere(false, 'tcp', 80), cidrIpv4: '10.0.1.20/32' };
      cloud.securityGroups.put({ ...group, groupId, groupName: 'strict', rules: [rule, everywhere(true)] });
      cloud.networkInterfaces.put({ ...web[0].networkInterface, groupIds: [groupId] });
      return { groupId, rule };
    });
    await expectProbe(world, client, '10.0.1.50', 80, /^web-a/, new RegExp(strict.rule.securityGroupRuleId));
    await world.change((cloud) => {
      const group = cloud.securityGroups.find(strict.groupId)!;
      cloud.securityGroups.put({
        ...group,
        rules: [{ ...strict.rule, cidrIpv4: '10.0.1.10/32' }, everywhere(true)],
      });
    });
    await expectProbe(
      world,
      client,
      '10.0.1.50',
      80,
      /^silence$/,
      new RegExp(`no inbound rule of ${strict.groupId}`),
    );
  },
);

test(
  'ports without a listener, and providers that would open connections, get no answer',
  options,
  async (t) => {
    const { world, client, consumer, web } = await makeThread(t);
    await expectProbe(world, client, '10.0.1.50', 81, /^silence$/, /no listener for tcp 81/);
    const fabric = world.cloud.vpcs.find(consumer.vpcId)!.cidrBlockAssociations[0]!.fabricNumber;
    world.serve(client, 8080, 'client');
    assert.equal(
      await world.probe(web[0].instanceId, `${240 + (fabric >> 8)}.${fabric & 255}.1.10`, 8080),
      'silence',
    );
  },
);

test(
  'an unhealthy target gets nothing new; with cross-zone the other zone serves; with none healthy all are used',
  options,
  async (t) => {
    const { world, client, web, service } = await makeThread(t);
    world.unhealthy.add(web[0].instanceId);
    await world.change(() => {});
    await expectProbe(world, client, '10.0.1.50', 80, /^silence$/, /none healthy/);
    await setCrossZone(world, service.loadBalancerArn, true);
    await expectProbe(world, client, '10.0.1.50', 80, /^web-b/, /healthy/);
    await setCrossZone(world, service.loadBalancerArn, false);
    world.unhealthy.add(web[1].instanceId);
    await world.change(() => {});
    await expectProbe(world, client, '10.0.1.50', 80, /^web-a/, /fail-open/);
  },
);

test(
  'flows to a target that turns unhealthy are reset; those to the others, and direct ones, go on',
  options,
  async (t) => {
    const { world, client, web, service } = await makeThread(t);
    await setCrossZone(world, service.loadBalancerArn, true);
    const flows = new Map<string, Socket>();
    for (let i = 0; i < 64 && flows.size < 2; i++) {
      const socket = await world.dial(client, '10.0.1.50', 80);
      flows.set((await nextText(socket)).split(' ')[0]!, socket);
    }
    const direct = await world.dial(web[1].instanceId, '10.0.1.11', 80);
    assert.match(await nextText(direct), /web-a/);
    world.unhealthy.add(web[0].instanceId);
    await world.change(() => {});
    for (const socket of [...flows.values(), direct]) socket.write('still there?');
    const lost = flows.get('web-a')!;
    const reset = once(lost, 'error', { signal: AbortSignal.timeout(5000) });
    assert.equal(await nextText(flows.get('web-b')!), 'still there?');
    assert.equal(await nextText(direct), 'still there?');
    assert.match(String(await reset), /ECONNRESET/);
  },
);

test('new flows spread over all healthy targets', options, async (t) => {
  const { world, client, service } = await makeThread(t);
  await setCrossZone(world, service.loadBalancerArn, true);
  const seen = new Set<string>();
  for (let i = 0; i < 64 && seen.size < 2; i++)
    seen.add((await world.probe(client, '10.0.1.50', 80)).split(' ')[0]!);
  assert.deepEqual([...seen].sort(), ['web-a', 'web-b']);
});

test(
  "clients of the provider's own VPC reach the load balancer, and targets see the client",
  options,
  async (t) => {
    const { world, web } = await makeThread(t);
    await expectProbe(
      world,
      web[1].instanceId,
      '10.0.1.20',
      80,
      /^web-a 10\.0\.2\.12$/,
      /seen as coming from 10\.0\.2\.12/,
    );
  },
);

test('a source that is not its own does not leave an instance', options, async (t) => {
  const { world, client, consumer } = await makeThread(t);
  const { networkInterfaceIds } = world.cloud.instances.find(client)!;
  const { run } = await import('../../src/linux/run.ts');
  await run('ip', ['-n', world.namespaceOf(client), 'address', 'add', '10.0.1.77/32', 'dev', 'lo'], {
    doing: 'forging',
  });
  await assert.rejects(world.dial(client, '10.0.1.50', 80, '10.0.1.77'), { code: 'ETIMEDOUT' });
  assert.ok(
    (await world.drops(consumer.vpcId)).some(
      ({ reason, sourceAddress }) => reason === 'source-check' && sourceAddress === '10.0.1.77',
    ),
  );
  const networkInterface = world.cloud.networkInterfaces.find(networkInterfaceIds[0]!)!;
  assert.equal(networkInterface.sourceDestCheck, true);
});

test(
  'a new daemon takes the network over: open flows go on, what changed meanwhile is applied',
  options,
  async (t) => {
    const { world, client, consumer, endpoint } = await makeThread(t);
    const open = await world.dial(client, '10.0.1.50', 80);
    assert.match(await nextText(open), /web-a/);
    await world.restart();
    open.write('still there?');
    assert.equal(await nextText(open), 'still there?');
    await expectProbe(world, client, '10.0.1.50', 80, /^web-a/, /arrives/);
    await world.change((cloud) => {
      cloud.vpcEndpoints.delete(endpoint.vpcEndpointId);
      cloud.networkInterfaces.delete(endpoint.legs[0]!.networkInterfaceId);
    });
    open.write('still there?');
    assert.equal(await nextText(open), 'silence');
    await expectProbe(world, client, '10.0.1.50', 80, /^silence$/, /no network interface has/);
    assert.equal(
      (await world.drops(consumer.vpcId)).find(({ reason }) => reason === 'no-route')?.destinationAddress,
      '10.0.1.50',
    );
  },
);

test('a deleted VPC leaves nothing behind, and the others go on', options, async (t) => {
  const { world, client, other, otherClient, otherEndpoint } = await makeThread(t);
  await world.change((cloud) => {
    const belongs = ({ vpcId }: { vpcId: string }) => vpcId === other.vpcId;
    cloud.vpcEndpoints.delete(otherEndpoint.vpcEndpointId);
    cloud.instances.delete(otherClient);
    for (const eni of cloud.networkInterfaces.where(belongs))
      cloud.networkInterfaces.delete(eni.networkInterfaceId);
    for (const subnet of cloud.subnets.where(belongs)) cloud.subnets.delete(subnet.subnetId);
    cloud.vpcs.delete(other.vpcId);
  });
  const left = await namespacesOf(world.mark);
  assert.ok(!left.some((name) => name.includes(other.vpcId) || name.includes(otherClient)), left.join());
  await expectProbe(world, client, '10.0.1.50', 80, /^web-a/, /arrives/);
});

function peer(world: PacketWorld, left: ExampleVpc, right: ExampleVpc, routes: ('left' | 'right')[]) {
  return world.change((cloud) => {
    const pcx = exampleId('pcx', 0xfee1);
    const side = ({ vpcId }: ExampleVpc) => {
      const { accountId, region, cidrBlockAssociations } = cloud.vpcs.find(vpcId)!;
      return {
        vpcId,
        accountId,
        region,
        cidrBlocks: cidrBlockAssociations.map(({ cidrBlock }) => cidrBlock),
      };
    };
    const { accountId, region } = side(left);
    cloud.vpcPeeringConnections.put({
      ...{ accountId, region, vpcPeeringConnectionId: pcx, requester: side(left), accepter: side(right) },
      ...{ status: 'active', statusMessage: 'Active', expirationTime: '2026-02-07T12:34:56.000Z' },
    });
    for (const [name, vpc, far] of [
      ['left', left, right],
      ['right', right, left],
    ] as const) {
      const [routeTable] = cloud.routeTables.where(({ vpcId }) => vpcId === vpc.vpcId);
      const route = {
        destinationCidrBlock: side(far).cidrBlocks[0]!,
        target: { kind: 'vpc-peering-connection', vpcPeeringConnectionId: pcx } as const,
      };
      cloud.routeTables.put({ ...routeTable!, routes: routes.includes(name) ? [route] : [] });
    }
  });
}

test(
  'a peering carries packets when both sides have routes, and never leads on to a third VPC',
  options,
  async (t) => {
    const world = await makePacketWorld(t);
    const { left, right, third, from, to, beyond } = await world.change((cloud) => {
      const [left, right, third] = [
        putVpc(cloud, '111111111111', '10.1.0.0/16'),
        putVpc(cloud, '222222222222', '10.2.0.0/16'),
        putVpc(cloud, '222222222222', '10.3.0.0/16'),
      ];
      const from = putInstance(cloud, left, 0, '10.1.1.10').instanceId;
      const to = putInstance(cloud, right, 0, '10.2.1.10').instanceId;
      const beyond = putInstance(cloud, third, 0, '10.3.1.10').instanceId;
      return { left, right, third, from, to, beyond };
    });
    world.serve(to, 80, 'right');
    world.serve(beyond, 80, 'third');
    await expectProbe(world, from, '10.2.1.10', 80, /^silence$/, /no route to 10\.2\.1\.10/);
    await peer(world, left, right, ['left']);
    await expectProbe(world, from, '10.2.1.10', 80, /^silence$/, /have no route back/);
    await peer(world, left, right, ['left', 'right']);
    await expectProbe(world, from, '10.2.1.10', 80, /^right 10\.1\.1\.10$/, /answers return by/);
    assert.ok(third.vpcId);
    await expectProbe(world, from, '10.3.1.10', 80, /^silence$/, /no route to 10\.3\.1\.10/);
  },
);
