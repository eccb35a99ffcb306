// Metrics of PrivateLink and load balancers are what the kernel counted of packets that were really sent: held against the
// counters of the link between the two VPCs, which somebody else keeps.

import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Dimension } from '../../src/cloud/metric.ts';
import { minuteOf } from '../../src/cloud/metric.ts';
import { serviceLink } from '../../src/linux/link-name.ts';
import { createMeter } from '../../src/meter.ts';
import { openMetricArchive } from '../../src/metric-archive.ts';
import { putEndpoint, putEndpointService, putInstance, putVpc } from '../networks/example-cloud.ts';
import { makePacketWorld, nextText, type PacketWorld } from './packet-world.ts';
import { skipWithoutRoot } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const [provider, consumer] = ['111111111111', '222222222222'];

async function makeMeteredWorld(t: TestContext) {
  const world = await makePacketWorld(t);
  const made = await world.change((cloud) => {
    const providerVpc = putVpc(cloud, provider);
    const consumerVpc = putVpc(cloud, consumer);
    const target = putInstance(cloud, providerVpc, 0, '10.0.1.11').instanceId;
    const service = putEndpointService(cloud, providerVpc, 80, [target]);
    const client = putInstance(cloud, consumerVpc, 0, '10.0.1.10').instanceId;
    const local = putInstance(cloud, providerVpc, 1, '10.0.2.10').instanceId;
    const endpoint = putEndpoint(cloud, consumerVpc, service, '10.0.1.50');
    return { providerVpc, consumerVpc, target, service, client, local, endpoint };
  });
  world.serve(made.target, 80, 'web');
  const archive = openMetricArchive(':memory:');
  const clock = { now: new Date('2026-01-31T12:00:30.000Z') };
  const meter = createMeter({
    ...{ cloud: world.cloud, kernel: { readTraffic: ({ vpcId }) => world.traffic(vpcId) } },
    ...{ network: world.network, archive, now: () => clock.now },
    world: { isApplied: () => true, targetHealth: () => ({ state: 'healthy' }) },
    log: {
      error: (fields: object, text: string) => assert.fail(`${text} ${JSON.stringify(fields)}`),
    } as never,
  });
  t.after(() => meter.stop());
  await meter.read();
  const { vpcEndpointId, vpcId, serviceName } = made.endpoint;
  const byEndpoint: Dimension[] = [
    ['Endpoint Type', 'Interface'],
    ['Service Name', serviceName],
    ['VPC Endpoint Id', vpcEndpointId],
    ['VPC Id', vpcId],
  ];
  /** The most of a metric in this minute; undefined where there is none. */
  const lookUp = (accountId: string, namespace: string, metricName: string, dimensions: Dimension[]) => {
    const minute = minuteOf(clock.now);
    const metric = { accountId, region: 'us-east-1' as const, namespace, metricName, dimensions };
    return archive.read(metric, minute, minute + 1).values[0]?.maximum;
  };
  return {
    ...{ world, clock, meter, archive, ...made },
    ofEndpoint: (name: string) => lookUp(consumer!, 'AWS/PrivateLinkEndpoints', name, byEndpoint),
    ofService: (name: string, ...more: Dimension[]) =>
      lookUp(provider!, 'AWS/PrivateLinkServices', name, [['Service Id', made.service.serviceId], ...more]),
    ofLoadBalancer: (name: string, ...more: Dimension[]) => {
      const loadBalancer = made.service.loadBalancerArn.split(':loadbalancer/')[1]!;
      return lookUp(provider!, 'AWS/NetworkELB', name, [['LoadBalancer', loadBalancer], ...more]);
    },
  };
}

/** What went over the link to the provider's VPC, both ways, without the headers of Ethernet. */
async function readLink(world: PacketWorld, vpcId: string, providerVpcId: string) {
  const output = await world.inside(vpcId, 'ip', '-s', '-j', 'link', 'show', serviceLink(providerVpcId));
  const { rx, tx } = JSON.parse(output)[0].stats64;
  const packets = rx.packets + tx.packets;
  return { packets, bytes: rx.bytes + tx.bytes - 14 * packets };
}

async function converse(world: PacketWorld, client: string, address: string, bytes: number): Promise<void> {
  const socket = await world.dial(client, address, 80);
  await nextText(socket);
  let received = 0;
  const all = new Promise<void>((resolve) => {
    socket.on('data', (data) => {
      received += data.length;
      if (received >= bytes) resolve();
    });
  });
  socket.write(Buffer.alloc(bytes));
  await all;
  socket.end();
  await closed(socket);
}

test(
  'connections and bytes through an endpoint are in the metrics of both its owners, as many as were sent',
  options,
  async (t) => {
    const { world, meter, client, consumerVpc, providerVpc, ...metered } = await makeMeteredWorld(t);
    assert.equal(metered.ofEndpoint('BytesProcessed'), undefined, 'an idle endpoint says nothing');
    for (const bytes of [1, 1000, 100_000]) await converse(world, client, '10.0.1.50', bytes);
    const held = await world.dial(client, '10.0.1.50', 80);
    await nextText(held);
    await meter.read();
    const sent = await readLink(world, consumerVpc.vpcId, providerVpc.vpcId);
    assert.ok(sent.bytes > 202_002, String(sent.bytes));
    assert.equal(metered.ofEndpoint('BytesProcessed'), sent.bytes);
    assert.equal(metered.ofEndpoint('NewConnections'), 4);
    assert.equal(metered.ofEndpoint('ActiveConnections'), 1);
    assert.equal(metered.ofEndpoint('PacketsDropped'), 0);
    assert.equal(metered.ofEndpoint('RstPacketsReceived'), 0);
    assert.equal(metered.ofService('BytesProcessed'), sent.bytes);
    assert.equal(metered.ofService('NewConnections'), 4);
    assert.equal(metered.ofService('ActiveConnections'), 1);
    assert.equal(metered.ofService('NewConnections', ['Az', 'us-east-1a']), 4);
    assert.equal(metered.ofService('NewConnections', ['VPC Endpoint Id', metered.endpoint.vpcEndpointId]), 4);
    assert.equal(metered.ofService('EndpointsCount'), 1);
    assert.equal(metered.ofLoadBalancer('ProcessedBytes'), sent.bytes);
    assert.equal(metered.ofLoadBalancer('ProcessedPackets'), sent.packets);
    assert.equal(metered.ofLoadBalancer('NewFlowCount_TCP'), 4);
    assert.equal(metered.ofLoadBalancer('ActiveFlowCount', ['AvailabilityZone', 'us-east-1a']), 1);
    // Nothing more is sent: the next minute is silent.
    metered.clock.now = new Date('2026-01-31T12:01:00.010Z');
    await meter.read();
    metered.clock.now = new Date('2026-01-31T12:02:00.010Z');
    await meter.read();
    metered.clock.now = new Date('2026-01-31T12:01:30.000Z');
    assert.equal(metered.ofEndpoint('ActiveConnections'), undefined);
  },
);

/** However it ends. */
const closed = (socket: Socket) => new Promise((resolve) => socket.once('close', resolve));

test('a service that resets, and a client that does, are told apart', options, async (t) => {
  const { world, meter, client, target, ...metered } = await makeMeteredWorld(t);
  const first = await world.dial(client, '10.0.1.50', 80);
  await nextText(first);
  first.on('error', () => {});
  world.connections(target)[0]!.resetAndDestroy();
  await closed(first);
  const second = await world.dial(client, '10.0.1.50', 80);
  await nextText(second);
  second.resetAndDestroy();
  await closed(world.connections(target)[1]!);
  await meter.read();
  assert.equal(metered.ofEndpoint('RstPacketsReceived'), 1);
  assert.equal(metered.ofService('RstPacketsSent'), 1);
  assert.equal(metered.ofLoadBalancer('TCP_Target_Reset_Count'), 1);
  assert.equal(metered.ofLoadBalancer('TCP_Client_Reset_Count'), 1);
  assert.equal(metered.ofEndpoint('ActiveConnections'), 0);
});

test(
  'packets to a rejected endpoint, and to a port without listener, are dropped packets',
  options,
  async (t) => {
    const { world, meter, client, endpoint, ...metered } = await makeMeteredWorld(t);
    assert.equal(await world.probe(client, '10.0.1.50', 81), 'silence');
    await meter.read();
    const beyond = metered.ofEndpoint('PacketsDropped');
    assert.ok(beyond && beyond >= 1, String(beyond));
    await world.change((cloud) => cloud.vpcEndpoints.put({ ...endpoint, decision: 'rejected' }));
    assert.equal(await world.probe(client, '10.0.1.50', 80), 'silence');
    await meter.read();
    assert.ok(metered.ofEndpoint('PacketsDropped')! > beyond);
    assert.equal(metered.ofEndpoint('NewConnections'), 0);
  },
);

test('clients of the load balancer’s own network count for it, and for no endpoint', options, async (t) => {
  const { world, meter, local, ...metered } = await makeMeteredWorld(t);
  await converse(world, local, '10.0.1.20', 1000);
  await meter.read();
  assert.equal(metered.ofLoadBalancer('NewFlowCount'), 1);
  assert.equal(metered.ofLoadBalancer('NewFlowCount', ['AvailabilityZone', 'us-east-1a']), 1);
  assert.ok(metered.ofLoadBalancer('ProcessedBytes_TCP')! > 2000);
  assert.equal(metered.ofService('NewConnections'), undefined);
});

test('what was counted outlives the daemon that counted it', options, async (t) => {
  const { world, meter, client, ...metered } = await makeMeteredWorld(t);
  await converse(world, client, '10.0.1.50', 1000);
  await meter.read();
  const before = metered.ofEndpoint('BytesProcessed')!;
  await world.restart();
  await meter.read();
  assert.equal(metered.ofEndpoint('BytesProcessed'), before);
  await converse(world, client, '10.0.1.50', 1000);
  await meter.read();
  assert.equal(metered.ofEndpoint('NewConnections'), 2);
});

test('a load balancer that resets a flow it has lost counts that, for its client too', options, async (t) => {
  const { world, meter, client, providerVpc, ...metered } = await makeMeteredWorld(t);
  const socket = await world.dial(client, '10.0.1.50', 80);
  await nextText(socket);
  socket.on('error', () => {});
  await world.inside(providerVpc.vpcId, 'conntrack', '-D', '-p', 'tcp');
  socket.write('anybody there?');
  await closed(socket);
  await meter.read();
  assert.equal(metered.ofLoadBalancer('TCP_ELB_Reset_Count'), 1);
  assert.equal(metered.ofService('RstPacketsSent'), 1);
  assert.equal(metered.ofEndpoint('RstPacketsReceived'), 1);
});

test('counters of connections that are gone make room for those that come', options, async (t) => {
  const { world, meter, client, providerVpc, ...metered } = await makeMeteredWorld(t);
  const sets = async () => (await world.inside(providerVpc.vpcId, 'nft', '-j', 'list', 'ruleset')).length;
  await converse(world, client, '10.0.1.50', 1000);
  for (let batch = 1; batch <= 13; batch++) {
    const marks = Array.from({ length: 1000 }, (_, index) => `${batch * 1_000_000 + index} . reply . tcp`);
    const element = `add element ip isthmus traffic_by_mark { ${marks.join(', ')} }`;
    await world.inside(providerVpc.vpcId, 'nft', element);
  }
  const full = await sets();
  await meter.read();
  assert.ok((await sets()) < full / 10, 'they are taken out');
  const before = metered.ofEndpoint('BytesProcessed')!;
  assert.ok(before > 2000);
  await converse(world, client, '10.0.1.50', 1000);
  await meter.read();
  assert.ok(metered.ofEndpoint('BytesProcessed')! > before, 'and the others count on');
});

test(
  'datagrams through a load balancer are flows, and no connections of the endpoint',
  options,
  async (t) => {
    const { world, meter, client, service, target, ...metered } = await makeMeteredWorld(t);
    await world.change((cloud) => {
      const group = cloud.targetGroups.find(service.targetGroupArn)!;
      cloud.targetGroups.put({ ...group, protocol: 'TCP_UDP' });
      for (const listener of [...cloud.listeners.all()])
        cloud.listeners.put({ ...listener, protocol: 'TCP_UDP' });
    });
    const send =
      'use IO::Socket::INET; my $s = IO::Socket::INET->new(Proto => "udp", PeerAddr => "10.0.1.50:80"); $s->send("x" x 100) for 1..3;';
    await world.inside(client, 'perl', '-e', send);
    await meter.read();
    assert.equal(metered.ofLoadBalancer('NewFlowCount_UDP'), 1);
    assert.equal(metered.ofLoadBalancer('ActiveFlowCount_UDP'), 1);
    // The target has nobody on that port and says so once, in a packet of ICMP that belongs to the flow.
    assert.ok(metered.ofLoadBalancer('ProcessedBytes_UDP')! >= 3 * 128);
    assert.equal(metered.ofEndpoint('NewConnections'), 0);
    assert.ok(metered.ofEndpoint('BytesProcessed')! >= 3 * 128);
    assert.ok(world.hasNamespace(target));
  },
);
