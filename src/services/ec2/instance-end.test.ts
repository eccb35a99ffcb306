import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness, refusal } from '../../../test/operation-harness.ts';
import { makeVpc } from '../../../test/vpc-fixture.ts';
import type { InstanceId } from '../../cloud/id.ts';
import { debianImageId } from './image.ts';
import { describeInstances } from './instance.ts';
import { findEndingInstances, recordEnd } from './instance-end.ts';
import { runInstances } from './instance-launch.ts';
import { terminateInstances } from './instance-state.ts';
import { deleteSubnet } from './subnet.ts';

test('what is being terminated keeps its address and its subnet until its machine is gone', () => {
  const harness = newHarness();
  const { run, store, world, clock } = harness;
  const { SubnetId } = makeVpc(harness);
  const instanceId = run(runInstances, {
    ...{ ImageId: debianImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, SubnetId },
  }).Instances![0]!.InstanceId as InstanceId;
  const place = () => {
    const { Reservations } = run(describeInstances, { InstanceIds: [instanceId] });
    const { State, PrivateIpAddress, NetworkInterfaces } = Reservations![0]!.Instances![0]!;
    return [State!.Name, PrivateIpAddress, NetworkInterfaces!.length];
  };
  world.instances.set(instanceId, { sandbox: 'running' });
  const [, address] = place();
  store.change((cloud) => recordEnd(cloud, instanceId));
  assert.deepEqual(place(), ['running', address, 1]);
  run(terminateInstances, { InstanceIds: [instanceId] });
  assert.deepEqual(place(), ['shutting-down', address, 1]);
  assert.throws(() => run(deleteSubnet, { SubnetId }), refusal('DependencyViolation'));
  world.instances.delete(instanceId);
  assert.deepEqual(place(), ['shutting-down', address, 1]);
  assert.deepEqual(findEndingInstances(store.cloud), [instanceId]);
  store.change((cloud) => recordEnd(cloud, instanceId));
  assert.deepEqual(findEndingInstances(store.cloud), []);
  assert.deepEqual(place(), ['terminated', undefined, 0]);
  run(deleteSubnet, { SubnetId });
  clock.now = new Date(clock.now.getTime() + 61 * 60 * 1000);
  assert.deepEqual(run(describeInstances, {}).Reservations, []);
});
