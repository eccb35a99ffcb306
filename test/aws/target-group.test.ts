// Target groups through the official SDK: their health checks, their targets and how a target fares.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitUntilTargetInService } from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  cloud,
  createListener,
  createLoadBalancer,
  createServedGroup,
  createTargetGroup,
  ec2,
  elbv2,
  healthOf,
  subnetA,
  subnetC,
  waiter,
} from './load-balancer-fixture.ts';
import { createVpc, failure, putInstance } from './sdk-cloud.ts';

test('health checks start with the defaults of AWS and stay within its ranges', async () => {
  const tcp = await createTargetGroup();
  assert.deepEqual(
    [
      tcp.HealthCheckProtocol,
      tcp.HealthCheckPort,
      tcp.HealthCheckIntervalSeconds,
      tcp.HealthCheckTimeoutSeconds,
    ],
    ['TCP', 'traffic-port', 30, 10],
  );
  assert.deepEqual([tcp.HealthyThresholdCount, tcp.UnhealthyThresholdCount, tcp.Matcher], [5, 2, undefined]);
  const http = await createTargetGroup({ HealthCheckProtocol: 'HTTP' });
  assert.deepEqual(
    [http.HealthCheckTimeoutSeconds, http.HealthCheckPath, http.Matcher?.HttpCode],
    [6, '/', '200-399'],
  );

  const { TargetGroupArn } = http;
  await assert.rejects(
    elbv2.modifyTargetGroup({ TargetGroupArn, HealthCheckIntervalSeconds: 4 }),
    failure('ValidationError'),
  );
  await assert.rejects(
    elbv2.modifyTargetGroup({ TargetGroupArn, HealthyThresholdCount: 11 }),
    failure('ValidationError'),
  );
  const { TargetGroups: changed } = await elbv2.modifyTargetGroup({
    TargetGroupArn,
    HealthCheckPath: '/up',
    Matcher: { HttpCode: '204' },
  });
  assert.deepEqual([changed![0]!.HealthCheckPath, changed![0]!.Matcher?.HttpCode], ['/up', '204']);
});

test('a target group in use cannot be deleted, and a name is taken once', async () => {
  const { listener, targetGroupArn } = await createServedGroup({ Name: 'served' });
  await assert.rejects(
    elbv2.deleteTargetGroup({ TargetGroupArn: targetGroupArn }),
    failure(
      'ResourceInUseException',
      `Target group '${targetGroupArn}' is currently in use by a listener or a rule`,
    ),
  );
  assert.equal((await createTargetGroup({ Name: 'served' })).TargetGroupArn, targetGroupArn);
  await assert.rejects(
    createTargetGroup({ Name: 'served', Port: 81 }),
    failure('DuplicateTargetGroupNameException'),
  );
  await elbv2.deleteListener({ ListenerArn: listener.ListenerArn! });
  await elbv2.deleteTargetGroup({ TargetGroupArn: targetGroupArn });
});

test('a target goes from registration through its checks to healthy', async () => {
  const { targetGroupArn } = await createServedGroup();
  const instanceId = putInstance(cloud, subnetA);
  await elbv2.registerTargets({ TargetGroupArn: targetGroupArn, Targets: [{ Id: instanceId }] });
  cloud.world.applied = false;
  assert.deepEqual(await healthOf(targetGroupArn), [[instanceId, 'initial', 'Elb.RegistrationInProgress']]);
  cloud.world.applied = true;
  assert.deepEqual(await healthOf(targetGroupArn), [[instanceId, 'initial', 'Elb.InitialHealthChecking']]);
  const key = `${targetGroupArn} ${instanceId}:80`;
  cloud.world.targets.set(key, {
    state: 'unhealthy',
    reason: 'Target.Timeout',
    description: 'Request timed out',
  });
  assert.deepEqual(await healthOf(targetGroupArn), [[instanceId, 'unhealthy', 'Target.Timeout']]);
  cloud.world.targets.set(key, { state: 'healthy' });
  assert.deepEqual(await healthOf(targetGroupArn), [[instanceId, 'healthy', undefined]]);
  await waitUntilTargetInService(waiter, { TargetGroupArn: targetGroupArn });
});

test('a target that nothing can use says why', async () => {
  const group = await createTargetGroup();
  const [inA, inC] = [putInstance(cloud, subnetA), putInstance(cloud, subnetC)];
  const targetGroupArn = group.TargetGroupArn!;
  await elbv2.registerTargets({ TargetGroupArn: targetGroupArn, Targets: [{ Id: inA }, { Id: inC }] });
  assert.deepEqual(await healthOf(targetGroupArn), [
    [inA, 'unused', 'Target.NotInUse'],
    [inC, 'unused', 'Target.NotInUse'],
  ]);
  const { LoadBalancerArn: arn } = await createLoadBalancer();
  await createListener(arn!, targetGroupArn);
  cloud.world.instances.set(inA, { sandbox: 'absent' });
  assert.deepEqual(await healthOf(targetGroupArn), [
    [inA, 'unused', 'Target.InvalidState'],
    [inC, 'unused', 'Target.NotInUse'],
  ]);
  const stranger = 'i-00000000000000000';
  assert.deepEqual(await healthOf(targetGroupArn, [{ Id: stranger }]), [
    [stranger, 'unused', 'Target.NotRegistered'],
  ]);
});

test('a target registered again while it drains is in use again', async () => {
  const { targetGroupArn } = await createServedGroup();
  const input = { TargetGroupArn: targetGroupArn, Targets: [{ Id: putInstance(cloud, subnetA) }] };
  await elbv2.registerTargets(input);
  await elbv2.deregisterTargets(input);
  await elbv2.registerTargets(input);
  assert.equal((await healthOf(targetGroupArn))[0]![1], 'initial');
});

test('only what can be a target is registered', async () => {
  const { targetGroupArn } = await createServedGroup();
  const stopped = putInstance(cloud, subnetA);
  cloud.world.instances.set(stopped, { sandbox: 'absent' });
  const other = await createVpc(ec2, ['a']);
  const elsewhere = putInstance(cloud, other.subnetIds[0]!);
  const register = (id: string, arn = targetGroupArn, rest = {}) =>
    elbv2.registerTargets({ TargetGroupArn: arn, Targets: [{ Id: id, ...rest }] });
  await assert.rejects(
    register(stopped),
    failure(
      'InvalidTargetException',
      `The following targets are not in a running state and cannot be registered: '${stopped}'`,
    ),
  );
  await assert.rejects(register(elsewhere), failure('InvalidTargetException'));
  await assert.rejects(
    register('10.0.0.9'),
    failure('ValidationError', "Instance ID '10.0.0.9' is not valid"),
  );

  const { TargetGroupArn: ofAddresses } = await createTargetGroup({ TargetType: 'ip' });
  await register('10.0.0.9', ofAddresses);
  await assert.rejects(
    register('192.168.7.7', ofAddresses, { AvailabilityZone: 'all' }),
    failure('NotImplemented', /outside the target group's VPC/),
  );
  await assert.rejects(register('192.168.7.8', ofAddresses), failure('ValidationError'));
  await assert.rejects(
    register('8.8.8.8', ofAddresses, { AvailabilityZone: 'all' }),
    failure('ValidationError'),
  );
});

test('a target group attached to a load balancer is found by it', async () => {
  const { loadBalancer, targetGroupArn } = await createServedGroup();
  const { TargetGroups: found } = await elbv2.describeTargetGroups({
    LoadBalancerArn: loadBalancer.LoadBalancerArn,
  });
  assert.deepEqual(
    found!.map(({ TargetGroupArn, LoadBalancerArns }) => [TargetGroupArn, LoadBalancerArns]),
    [[targetGroupArn, [loadBalancer.LoadBalancerArn]]],
  );
});
