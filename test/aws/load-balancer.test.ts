// Network load balancers and their listeners through the official SDK: their life, and what AWS refuses.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type CreateLoadBalancerCommandInput,
  waitUntilLoadBalancerAvailable,
  waitUntilLoadBalancersDeleted,
  waitUntilTargetDeregistered,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import {
  cloud,
  createListener,
  createLoadBalancer,
  createServedGroup,
  createTargetGroup,
  ec2,
  elbv2,
  healthOf,
  provider,
  subnetA,
  subnetB,
  subnetC,
  vpc,
  waiter,
} from './load-balancer-fixture.ts';
import { failure, putInstance } from './sdk-cloud.ts';

test('a load balancer is provisioning until its VPC carries it, then active', async () => {
  cloud.world.applied = false;
  const made = await createLoadBalancer({ Name: 'web' });
  assert.match(
    made.LoadBalancerArn!,
    /^arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer\/net\/web\/[0-9a-f]{16}$/,
  );
  const tail = made.LoadBalancerArn!.slice(-16);
  assert.equal(made.DNSName, `web-${tail}.elb.us-east-1.amazonaws.com`);
  assert.equal(made.CanonicalHostedZoneId, 'Z26RNL4JYFTOTI');
  assert.deepEqual(made.State, { Code: 'provisioning' });
  assert.equal(made.VpcId, vpc.vpcId);
  assert.deepEqual(
    made.AvailabilityZones!.map((zone) => [zone.ZoneName, zone.SubnetId]),
    [
      ['us-east-1a', subnetA],
      ['us-east-1b', subnetB],
    ],
  );
  cloud.world.applied = true;
  await waitUntilLoadBalancerAvailable(waiter, { Names: ['web'] });
});

test('each zone has an interface that belongs to the load balancer', async () => {
  const { LoadBalancerArn: arn } = await createLoadBalancer({ Name: 'faces' });
  const description = `ELB ${arn!.slice(arn!.indexOf('net/'))}`;
  const faces = cloud.store.cloud.networkInterfaces.where((face) => face.description === description);
  assert.deepEqual(
    faces.map(({ subnetId, interfaceType, requesterManaged }) => [subnetId, interfaceType, requesterManaged]),
    [
      [subnetA, 'network_load_balancer', true],
      [subnetB, 'network_load_balancer', true],
    ],
  );
  await elbv2.deleteLoadBalancer({ LoadBalancerArn: arn });
  assert.equal(
    cloud.store.cloud.networkInterfaces.all().some((face) => face.description === description),
    false,
  );
  await waitUntilLoadBalancersDeleted(waiter, { LoadBalancerArns: [arn!] });
  await elbv2.deleteLoadBalancer({ LoadBalancerArn: arn });
});

test('a node takes the address the caller chose, and only a free one of its subnet', async () => {
  const mapping = (address: string) => ({
    SubnetMappings: [{ SubnetId: subnetC, PrivateIPv4Address: address }],
  });
  const made = await createLoadBalancer({ Subnets: undefined, ...mapping('10.0.2.77') });
  assert.deepEqual(made.AvailabilityZones![0]!.LoadBalancerAddresses, [{ PrivateIPv4Address: '10.0.2.77' }]);
  for (const address of ['10.0.2.77', '10.0.2.3', '10.0.9.9', 'x']) {
    await assert.rejects(
      createLoadBalancer(mapping(address)),
      failure('InvalidConfigurationRequestException'),
    );
  }
});

test('the same request again gives the same load balancer, another one under its name is refused', async () => {
  const first = await createLoadBalancer({ Name: 'twice', Tags: [{ Key: 'k', Value: 'v' }] });
  const again = await createLoadBalancer({ Name: 'twice', Tags: [{ Key: 'k', Value: 'v' }] });
  assert.equal(again.LoadBalancerArn, first.LoadBalancerArn);
  const text = "A load balancer with the same name 'twice' exists, but with different settings";
  for (const other of [{ Subnets: [subnetA] }, { Tags: [] }, { Tags: [{ Key: 'k', Value: 'w' }] }]) {
    const input = { Name: 'twice', Tags: [{ Key: 'k', Value: 'v' }], ...other };
    await assert.rejects(createLoadBalancer(input), failure('DuplicateLoadBalancerNameException', text));
  }
});

test('what no load balancer can be is refused, and what is not built is said to be so', async () => {
  const refused: [Partial<CreateLoadBalancerCommandInput>, string][] = [
    [{ Scheme: undefined }, 'NotImplemented'],
    [{ Scheme: 'internet-facing' }, 'NotImplemented'],
    [{ Type: undefined }, 'NotImplemented'],
    [{ Type: 'gateway' }, 'NotImplemented'],
    [{ IpAddressType: 'dualstack' }, 'NotImplemented'],
    [{ Type: 'Network' as never }, 'ValidationError'],
    [{ Name: 'a'.repeat(33) }, 'ValidationError'],
    [{ Name: '-edge' }, 'ValidationError'],
    [{ Name: 'internal-x' }, 'ValidationError'],
    [{ Name: 'under_score' }, 'ValidationError'],
    [{ Subnets: [] }, 'ValidationError'],
    [{ Subnets: ['subnet-00000000000000000'] }, 'SubnetNotFoundException'],
    [{ Subnets: [subnetA, subnetA] }, 'InvalidConfigurationRequestException'],
    [{ SecurityGroups: ['sg-00000000000000000'] }, 'InvalidSecurityGroupException'],
  ];
  const before = cloud.store.cloud.generation;
  for (const [input, code] of refused) await assert.rejects(createLoadBalancer(input), failure(code));
  assert.equal(cloud.store.cloud.generation, before);
});

test('another account and another region see nothing of it', async () => {
  const { LoadBalancerArn: arn } = await createLoadBalancer();
  for (const stranger of [cloud.elbv2('222222222222'), cloud.elbv2(provider, 'eu-west-1')]) {
    assert.deepEqual((await stranger.describeLoadBalancers()).LoadBalancers, []);
    await assert.rejects(
      stranger.describeLoadBalancers({ LoadBalancerArns: [arn!] }),
      failure('LoadBalancerNotFoundException', 'One or more load balancers not found'),
    );
    await stranger.deleteLoadBalancer({ LoadBalancerArn: arn });
  }
  assert.equal((await elbv2.describeLoadBalancers({ LoadBalancerArns: [arn!] })).LoadBalancers!.length, 1);
});

test('an ARN that is none is told by its kind', async () => {
  await assert.rejects(
    elbv2.describeLoadBalancers({ LoadBalancerArns: ['x'] }),
    failure('ValidationError', "'x' is not a valid load balancer ARN"),
  );
  await assert.rejects(
    elbv2.describeTargetGroups({ TargetGroupArns: ['x'] }),
    failure('ValidationError', "'x' is not a valid target group ARN"),
  );
  await assert.rejects(
    elbv2.deleteListener({ ListenerArn: 'x' }),
    failure('ValidationError', "'x' is not a valid listener ARN"),
  );
});

test('deletion protection holds until it is taken off', async () => {
  const { LoadBalancerArn: arn } = await createLoadBalancer();
  const protect = (value: string) =>
    elbv2.modifyLoadBalancerAttributes({
      LoadBalancerArn: arn,
      Attributes: [{ Key: 'deletion_protection.enabled', Value: value }],
    });
  await protect('true');
  await assert.rejects(
    elbv2.deleteLoadBalancer({ LoadBalancerArn: arn }),
    failure(
      'OperationNotPermittedException',
      `Load balancer '${arn}' cannot be deleted because deletion protection is enabled`,
    ),
  );
  await protect('false');
  await elbv2.deleteLoadBalancer({ LoadBalancerArn: arn });
});

test('attributes are all listed, unknown ones refused, and a behaviour that is not built is not accepted', async () => {
  const { loadBalancer, listener, targetGroupArn } = await createServedGroup();
  const arn = loadBalancer.LoadBalancerArn!;
  const ofBalancer = (await elbv2.describeLoadBalancerAttributes({ LoadBalancerArn: arn })).Attributes!;
  assert.equal(ofBalancer.find(({ Key }) => Key === 'load_balancing.cross_zone.enabled')?.Value, 'false');
  const ofGroup = (await elbv2.describeTargetGroupAttributes({ TargetGroupArn: targetGroupArn })).Attributes!;
  assert.equal(ofGroup.find(({ Key }) => Key === 'deregistration_delay.timeout_seconds')?.Value, '300');
  const ofListener = (await elbv2.describeListenerAttributes({ ListenerArn: listener.ListenerArn! }))
    .Attributes!;
  const idleTimeout = { Key: 'tcp.idle_timeout.seconds', Value: '350' };
  assert.deepEqual(ofListener, [idleTimeout]);
  const modifyListener = (Value: string) =>
    elbv2.modifyListenerAttributes({
      ListenerArn: listener.ListenerArn!,
      Attributes: [{ ...idleTimeout, Value }],
    });
  await assert.rejects(modifyListener('59'), failure('ValidationError'));
  await assert.rejects(modifyListener('60'), failure('NotImplemented'));
  assert.deepEqual((await modifyListener('350')).Attributes, [idleTimeout]);

  const modify = (Key: string, Value: string) =>
    elbv2.modifyTargetGroupAttributes({ TargetGroupArn: targetGroupArn, Attributes: [{ Key, Value }] });
  await assert.rejects(
    modify('no.such', '1'),
    failure('ValidationError', "Target group attribute key 'no.such' is not recognized"),
  );
  await assert.rejects(modify('deregistration_delay.timeout_seconds', '3601'), failure('ValidationError'));
  await assert.rejects(modify('proxy_protocol_v2.enabled', 'true'), failure('NotImplemented'));
  await modify('proxy_protocol_v2.enabled', 'false');
  const { Attributes: changed } = await modify('stickiness.enabled', 'true');
  assert.equal(changed!.find(({ Key }) => Key === 'stickiness.enabled')?.Value, 'true');
});

test('subnets are added and removed, and the nodes that stay keep their interfaces', async () => {
  const { LoadBalancerArn: arn } = await createLoadBalancer();
  const nodes = () => cloud.store.cloud.loadBalancers.find(arn!)!.nodes;
  const faceOfA = nodes()[0]!.networkInterfaceId;
  await elbv2.setSubnets({ LoadBalancerArn: arn, Subnets: [subnetA, subnetC] });
  assert.deepEqual(
    nodes().map((node) => node.subnetId),
    [subnetA, subnetC],
  );
  assert.equal(nodes()[0]!.networkInterfaceId, faceOfA);
});

test('groups can be changed only where there were some from the start', async () => {
  const { GroupId: groupId } = await ec2.createSecurityGroup({
    GroupName: 'lb',
    Description: 'lb',
    VpcId: vpc.vpcId,
  });
  const bare = await createLoadBalancer();
  await assert.rejects(
    elbv2.setSecurityGroups({ LoadBalancerArn: bare.LoadBalancerArn, SecurityGroups: [groupId!] }),
    failure('InvalidConfigurationRequestException'),
  );
  const guarded = await createLoadBalancer({ SecurityGroups: [groupId!] });
  assert.equal(guarded.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic, 'on');
  const answer = await elbv2.setSecurityGroups({
    LoadBalancerArn: guarded.LoadBalancerArn,
    SecurityGroups: [groupId!],
    EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic: 'off',
  });
  assert.equal(answer.EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic, 'off');
});

test('a deregistered target drains for the delay and is gone after it', async () => {
  const { targetGroupArn } = await createServedGroup();
  const targets = [{ Id: putInstance(cloud, subnetA), Port: 8080 }];
  await elbv2.registerTargets({ TargetGroupArn: targetGroupArn, Targets: targets });
  await elbv2.deregisterTargets({ TargetGroupArn: targetGroupArn, Targets: [{ Id: targets[0]!.Id }] });
  assert.notEqual((await healthOf(targetGroupArn))[0]![1], 'draining', 'port 80 is not port 8080');
  await elbv2.deregisterTargets({ TargetGroupArn: targetGroupArn, Targets: targets });
  assert.deepEqual(await healthOf(targetGroupArn), [
    [targets[0]!.Id, 'draining', 'Target.DeregistrationInProgress'],
  ]);
  cloud.clock.now = new Date(cloud.clock.now.getTime() + 301_000);
  assert.deepEqual(await healthOf(targetGroupArn), []);
  await waitUntilTargetDeregistered(waiter, { TargetGroupArn: targetGroupArn, Targets: targets });
});

test('one port of a load balancer has one listener, of a protocol its group understands', async () => {
  const { loadBalancer, listener, targetGroupArn } = await createServedGroup();
  const arn = loadBalancer.LoadBalancerArn!;
  assert.match(listener.ListenerArn!, /:listener\/net\/balancer-\d+\/[0-9a-f]{16}\/[0-9a-f]{16}$/);
  await assert.rejects(createListener(arn, targetGroupArn), failure('DuplicateListenerException'));
  const udp = await createTargetGroup({ Protocol: 'UDP' });
  await assert.rejects(
    createListener(arn, udp.TargetGroupArn!, { Port: 81 }),
    failure('IncompatibleProtocolsException'),
  );
  await assert.rejects(
    createListener(arn, targetGroupArn, { Port: 82, Protocol: 'TLS' }),
    failure('NotImplemented'),
  );
  await assert.rejects(
    createListener(arn, targetGroupArn, { Port: 82, Protocol: 'HTTP' }),
    failure('ValidationError', "Listener protocol 'HTTP' must be one of 'TLS, TCP, TCP_UDP, UDP'"),
  );
  await assert.rejects(createListener(arn, targetGroupArn, { Port: 65536 }), failure('ValidationError'));
  const other = await createLoadBalancer();
  await assert.rejects(
    createListener(other.LoadBalancerArn!, targetGroupArn),
    failure('TargetGroupAssociationLimitException'),
  );

  const { Listeners: changed } = await elbv2.modifyListener({
    ListenerArn: listener.ListenerArn!,
    Port: 8080,
  });
  assert.equal(changed![0]!.Port, 8080);
  assert.equal(changed![0]!.DefaultActions![0]!.TargetGroupArn, targetGroupArn);
  await elbv2.deleteLoadBalancer({ LoadBalancerArn: arn });
  await assert.rejects(
    elbv2.describeListeners({ ListenerArns: [listener.ListenerArn!] }),
    failure('ListenerNotFoundException'),
  );
});

test('pages are followed to their end, also when what was shown is deleted meanwhile', async () => {
  const { loadBalancer, targetGroupArn } = await createServedGroup();
  const LoadBalancerArn = loadBalancer.LoadBalancerArn!;
  for (const port of [81, 82, 83, 84]) await createListener(LoadBalancerArn, targetGroupArn, { Port: port });
  const ports: number[] = [];
  let marker: string | undefined;
  do {
    const answer = await elbv2.describeListeners({ LoadBalancerArn, PageSize: 2, Marker: marker });
    for (const { Port, ListenerArn } of answer.Listeners!) {
      ports.push(Port!);
      await elbv2.deleteListener({ ListenerArn });
    }
    marker = answer.NextMarker;
  } while (marker);
  assert.deepEqual(ports, [80, 81, 82, 83, 84]);
  await assert.rejects(elbv2.describeLoadBalancers({ PageSize: 401 }), failure('ValidationError'));
  await assert.rejects(elbv2.describeLoadBalancers({ Marker: 'x' }), failure('ValidationError'));
});

test('tags are set, read and taken away by ARN', async () => {
  const { LoadBalancerArn: arn } = await createLoadBalancer({ Tags: [{ Key: 'Name', Value: 'x' }] });
  await elbv2.addTags({ ResourceArns: [arn!], Tags: [{ Key: 'team', Value: 'net' }, { Key: '__proto__' }] });
  await elbv2.removeTags({ ResourceArns: [arn!], TagKeys: ['Name'] });
  const { TagDescriptions: found } = await elbv2.describeTags({ ResourceArns: [arn!] });
  assert.deepEqual(found, [
    {
      ResourceArn: arn,
      Tags: [
        { Key: 'team', Value: 'net' },
        { Key: '__proto__', Value: '' },
      ],
    },
  ]);
  const twice = [{ Key: 'a' }, { Key: 'a' }];
  await assert.rejects(
    elbv2.addTags({ ResourceArns: [arn!], Tags: twice }),
    failure('DuplicateTagKeysException'),
  );
  const unknown = arn!.replace(/.{16}$/, '0000000000000000');
  await assert.rejects(
    elbv2.describeTags({ ResourceArns: [unknown] }),
    failure('LoadBalancerNotFoundException'),
  );
});

test('the limits of an account are told', async () => {
  const { Limits: limits } = await elbv2.describeAccountLimits();
  assert.equal(limits!.find(({ Name }) => Name === 'targets-per-target-group')?.Max, '1000');
});
