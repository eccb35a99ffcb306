import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { putEndpoint, putEndpointService, putInstance, putVpc } from '../test/networks/example-cloud.ts';
import { type Dimension, minuteOf } from './cloud/metric.ts';
import type { Counts, Place, PlaceTraffic } from './lib/traffic.ts';
import { createMeter } from './meter.ts';
import { openMetricArchive } from './metric-archive.ts';
import { makeMetricPage } from './metric-page.ts';
import { compileNetwork } from './network/compile.ts';
import { listMeteredPlaces } from './services/cloudwatch/metered-place.ts';
import { openStore } from './store.ts';

const nobody = { tcp: 0, udp: 0 };

/** A provider and a consumer, whose routers have counted what the test says. */
function makeMeter(t: TestContext) {
  const store = openStore(':memory:');
  const made = store.change((cloud) => {
    const provider = putVpc(cloud, '111111111111');
    const consumer = putVpc(cloud, '222222222222');
    const target = putInstance(cloud, provider, 0, '10.0.1.11').instanceId;
    const service = putEndpointService(cloud, provider, 80, [target]);
    return { provider, consumer, service, endpoint: putEndpoint(cloud, consumer, service, '10.0.1.50') };
  });
  const clock = { now: new Date('2026-01-31T12:00:30.000Z') };
  const traffic = new Map<Place, PlaceTraffic>();
  const connection: Place = `connection ${made.endpoint.legs[0]!.flowMark}`;
  const archive = openMetricArchive(':memory:');
  const failed: string[] = [];
  const observed = { isHealthy: () => true };
  let reads = 0;
  const makeOne = () =>
    createMeter({
      ...{ cloud: store.cloud, archive, now: () => clock.now },
      network: () => compileNetwork(store.cloud, observed),
      kernel: {
        async readTraffic({ vpcId }) {
          reads += 1;
          const none = new Map<Place, PlaceTraffic>();
          return { places: vpcId === made.provider.vpcId ? new Map(traffic) : none, drops: new Map() };
        },
      },
      world: { isApplied: () => true, targetHealth: () => ({ state: 'unhealthy' }) },
      log: { error: (_fields: object, text: string) => void failed.push(text) } as never,
    });
  const meter = makeOne();
  t.after(() => meter.stop());
  const { vpcEndpointId, vpcId, serviceName } = made.endpoint;
  const dimensions: Dimension[] = [
    ['Endpoint Type', 'Interface'],
    ['Service Name', serviceName],
    ['VPC Endpoint Id', vpcEndpointId],
    ['VPC Id', vpcId],
  ];
  const noon = minuteOf(new Date('2026-01-31T12:00:00.000Z'));
  return {
    ...{ store, meter, makeOne, archive, clock, failed, ...made },
    reads: () => reads,
    count: (counts: Counts, active = nobody) => traffic.set(connection, { counts, active }),
    /** `minute: sum`, since noon. */
    valuesOf(metricName: string) {
      const about = { accountId: '222222222222', region: 'us-east-1', namespace: 'AWS/PrivateLinkEndpoints' };
      const { values } = archive.read({ ...about, metricName, dimensions }, noon - 10, noon + 60);
      return Object.fromEntries(values.map(({ minute, sum }) => [minute - noon, sum]));
    },
    at: (time: string) => {
      clock.now = new Date(`2026-01-31T${time}Z`);
    },
  };
}

test('what was counted since the last reading is in the minute that has just ended, or in the one that goes on', async (t) => {
  const { meter, count, valuesOf, at } = makeMeter(t);
  await meter.read();
  assert.deepEqual(valuesOf('BytesProcessed'), {});
  count({ 'sentBytes.tcp': 100, 'sentPackets.tcp': 1, 'opened.tcp': 1 }, { tcp: 1, udp: 0 });
  at('12:00:40.000');
  await meter.read();
  count(
    { 'sentBytes.tcp': 150, 'receivedBytes.udp': 9, 'sentPackets.tcp': 2, 'opened.tcp': 1 },
    { tcp: 3, udp: 0 },
  );
  at('12:01:00.005');
  await meter.read();
  assert.deepEqual(valuesOf('BytesProcessed'), { 0: 159 });
  assert.deepEqual(valuesOf('ActiveConnections'), { 0: 4 }, 'two samples');
  count({ 'sentBytes.tcp': 151, 'receivedBytes.udp': 9, 'sentPackets.tcp': 3, 'opened.tcp': 1 });
  at('12:01:30.000');
  await meter.read();
  assert.deepEqual(valuesOf('BytesProcessed'), { 0: 159, 1: 1 });
  assert.deepEqual(valuesOf('NewConnections'), { 0: 1, 1: 0 });
  at('12:02:00.005');
  await meter.read();
  at('12:03:00.005');
  await meter.read();
  assert.deepEqual(valuesOf('BytesProcessed'), { 0: 159, 1: 1 }, 'silence is not zero');
});

test('a router that was made anew counts from zero; a new daemon counts on', async (t) => {
  const { meter, makeOne, count, valuesOf, at } = makeMeter(t);
  count({ 'sentBytes.tcp': 100 });
  await meter.read();
  count({ 'sentBytes.tcp': 30 });
  await meter.read();
  assert.deepEqual(valuesOf('BytesProcessed'), { 0: 130 });
  at('12:20:10.000');
  count({ 'sentBytes.tcp': 50 });
  const next = makeOne();
  await next.read();
  assert.deepEqual(valuesOf('BytesProcessed'), { 0: 130, 20: 20 }, 'nobody knows when it was in between');
  await next.stop();
});

test('what an endpoint did before it was deleted still counts, and its owner finds it', async (t) => {
  const { meter, store, endpoint, count, valuesOf } = makeMeter(t);
  await meter.read();
  count({ 'sentBytes.tcp': 100, refusedPackets: 2, nodeResets: 1, serviceResets: 3 });
  store.change((cloud) => cloud.vpcEndpoints.delete(endpoint.vpcEndpointId));
  await meter.read();
  assert.deepEqual(valuesOf('BytesProcessed'), { 0: 100 });
  assert.deepEqual(valuesOf('PacketsDropped'), { 0: 2 });
  assert.deepEqual(valuesOf('RstPacketsReceived'), { 0: 4 }, 'whoever on the other side said it');
});

test('of a load balancer the total outlives the endpoints that brought it', async (t) => {
  const { meter, store, archive, endpoint, count } = makeMeter(t);
  const told = () => {
    const families = makeMetricPage({
      ...{ places: listMeteredPlaces(store.cloud).values(), totals: archive.totals(), targets: [] },
      ...{ movements: meter.movements(), ways: [], drops: [], daemon: [] },
    });
    return ['load_balancer', 'endpoint'].map((kind) => {
      const { samples } = families.find(({ name }) => name === `isthmus_${kind}_bytes_total`)!;
      return samples.reduce((all, { value }) => all + value, 0);
    });
  };
  count({ 'sentBytes.tcp': 60, 'receivedBytes.tcp': 40 });
  await meter.read();
  assert.deepEqual(told(), [100, 100], 'once, though two places stand for it');
  count({ 'sentBytes.tcp': 65, 'receivedBytes.tcp': 40 });
  store.change((cloud) => cloud.vpcEndpoints.delete(endpoint.vpcEndpointId));
  await meter.read();
  assert.deepEqual(told(), [105, 0]);
});

test('health is told every minute, in total and by zones', async (t) => {
  const { meter, archive, service, clock } = makeMeter(t);
  await meter.read();
  const minute = minuteOf(clock.now);
  const read = (metricName: string, ...zone: Dimension[]) => {
    const about = { accountId: '111111111111', region: 'us-east-1', namespace: 'AWS/NetworkELB', metricName };
    const names: Dimension[] = [
      ['LoadBalancer', service.loadBalancerArn.split(':loadbalancer/')[1]!],
      ['TargetGroup', service.targetGroupArn.split(':').at(-1)!],
    ];
    return archive.read({ ...about, dimensions: [...names, ...zone] }, minute, minute + 1).values[0]?.maximum;
  };
  assert.equal(read('UnHealthyHostCount'), 1);
  assert.equal(read('HealthyHostCount'), 0);
  assert.equal(read('UnHealthyHostCount', ['AvailabilityZone', 'us-east-1a']), 1);
  assert.equal(read('UnHealthyHostCount', ['AvailabilityZone', 'us-east-1b']), 0);
});

test('who asks gets a reading that began after, and those who ask at once share one', async (t) => {
  const { meter, reads } = makeMeter(t);
  await Promise.all([meter.read(), meter.read(), meter.read()]);
  const once = reads();
  await Promise.all([meter.read(), meter.read()]);
  assert.equal(reads(), 2 * once);
});

test('a reading that cannot be written is told, and is in the next one', async (t) => {
  const { meter, archive, count, valuesOf, failed } = makeMeter(t);
  count({ 'sentBytes.tcp': 100 });
  const { record } = archive;
  archive.record = () => {
    throw new Error('the disk is full');
  };
  await meter.read();
  assert.match(failed[0]!, /the disk is full/);
  archive.record = record;
  await meter.read();
  assert.deepEqual(valuesOf('BytesProcessed'), { 0: 100 });
});
