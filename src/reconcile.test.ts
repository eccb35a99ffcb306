import assert from 'node:assert/strict';
import { test } from 'node:test';
import { putVpc } from '../test/networks/example-cloud.ts';
import type { VpcId } from './cloud/id.ts';
import type { Kernel } from './linux/kernel.ts';
import { LinuxError } from './linux/linux-error.ts';
import type { Network } from './network/network.ts';
import { createReconciler } from './reconcile.ts';
import { openStore } from './store.ts';

/** A kernel that remembers what it was told and may refuse a VPC. */
function fakeKernel() {
  const told: Network[] = [];
  const refused = new Map<VpcId, LinuxError>();
  /** What each of the next rounds leaves for later. */
  const unfinished: [string, number][] = [];
  const kernel: Kernel = {
    async set(network) {
      told.push(network);
      return { failed: new Map(refused), unfinished: new Map(unfinished.splice(0, 1)) };
    },
    readDrops: async () => [],
    readTraffic: async () => ({ places: new Map(), drops: new Map() }),
    readWays: async () => [],
    readFlows: async () => undefined,
    readOpenFlows: async () => [],
    removeAll: async () => {},
  };
  return { kernel, told, refused, unfinished };
}

function start(onApplied: () => void = () => {}) {
  const store = openStore(':memory:');
  const { kernel, told, refused, unfinished } = fakeKernel();
  const applied: Network[] = [];
  const log = { info: () => {}, error: () => {} };
  const observed = { isHealthy: () => true };
  const reconciler = createReconciler({
    store,
    kernel,
    observed,
    onApplied: (network) => {
      applied.push(network);
      onApplied();
    },
    log,
  });
  store.onChange(reconciler.request);
  return { store, told, refused, unfinished, applied, reconciler };
}

test('a VPC is applied once the kernel has taken the generation it was written in', async () => {
  const { store, reconciler } = start();
  const { vpcId } = store.change((cloud) => putVpc(cloud, '111111111111'));
  const { generation } = store.cloud.vpcs.find(vpcId)!;
  assert.equal(reconciler.isApplied(vpcId, generation), false);
  await reconciler.settled();
  assert.equal(reconciler.isApplied(vpcId, generation), true);
  assert.equal(reconciler.isApplied(vpcId, generation + 1), false);
  await reconciler.stop();
});

test('as long as less is left each time, rounds follow at once, and only the last has applied it', async () => {
  const { store, told, unfinished, reconciler } = start();
  for (const left of [24, 16, 8]) unfinished.push(['vpc-00000000000000001', left]);
  store.change((cloud) => putVpc(cloud, '111111111111'));
  await reconciler.settled();
  assert.equal(told.length, 4);
  assert.equal(reconciler.appliedGeneration(), store.cloud.generation);
  await reconciler.stop();
});

test('what is left and gets no less waits for the retry, and is not called applied', async () => {
  const { store, told, unfinished, reconciler } = start();
  const before = reconciler.appliedGeneration();
  for (let round = 0; round < 3; round++) unfinished.push(['vpc-00000000000000001', 8]);
  store.change((cloud) => putVpc(cloud, '111111111111'));
  await reconciler.settled();
  assert.equal(told.length, 2);
  assert.equal(reconciler.appliedGeneration(), before);
  await reconciler.stop();
});

test('changes of one tick share a round', async () => {
  const { store, told, reconciler } = start();
  for (const account of ['111111111111', '222222222222', '333333333333'])
    store.change((cloud) => putVpc(cloud, account));
  await reconciler.settled();
  assert.equal(told.length, 1);
  assert.equal(told[0]?.vpcs.size, 3);
  await reconciler.stop();
});

test('a VPC the kernel refuses stays pending, is told with its hint and tried again; the others are applied', async () => {
  const { store, refused, told, reconciler } = start();
  const [bad, good] = store.change((cloud) => [putVpc(cloud, '111111111111'), putVpc(cloud, '222222222222')]);
  refused.set(bad!.vpcId, new LinuxError('making links', 'ip', 'no such device', 'load veth'));
  await reconciler.settled();
  assert.equal(reconciler.isApplied(bad!.vpcId, 0), false);
  assert.equal(reconciler.isApplied(good!.vpcId, 1), true);
  assert.deepEqual(
    reconciler.troubles().map(({ about, hint }) => [about, hint]),
    [[bad!.vpcId, 'load veth']],
  );
  refused.clear();
  reconciler.request();
  await reconciler.settled();
  assert.equal(reconciler.isApplied(bad!.vpcId, 1), true);
  assert.deepEqual(reconciler.troubles(), []);
  assert.equal(told.length, 2);
  await reconciler.stop();
});

test('a request that comes just as a round ends is not forgotten, at whatever moment', async () => {
  for (let ticks = 0; ticks < 12; ticks++) {
    const { promise: asked, resolve } = Promise.withResolvers<void>();
    const { told, reconciler } = start(async () => {
      if (told.length > 1) return;
      for (let tick = 0; tick < ticks; tick++) await undefined;
      reconciler.request();
      resolve();
    });
    reconciler.request();
    await asked;
    await reconciler.settled();
    assert.equal(told.length, 2, `asked ${ticks} ticks after the round`);
    await reconciler.stop();
  }
});

test('who waits for a generation does not wait for what is asked for after it', async () => {
  let more = 20;
  const { store, reconciler } = start(async () => {
    if (more-- > 0) store.change((cloud) => putVpc(cloud, '111111111111'));
  });
  store.change((cloud) => putVpc(cloud, '111111111111'));
  await reconciler.applied(store.cloud.generation);
  assert.ok(more > 10, `${20 - more} rounds were waited for`);
  await reconciler.stop();
});
