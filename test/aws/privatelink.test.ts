// PrivateLink through the official SDK: a provider's service, who sees it, and what the provider says to each endpoint.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EC2 } from '@aws-sdk/client-ec2';
import {
  cloud,
  consumer,
  consumerId,
  createEndpoint,
  createLoadBalancer,
  createService,
  elbv2,
  legsOf,
  permit,
  provider,
  providerId,
  providerVpc,
  stateOf,
  subnetA,
  subnetB,
} from './privatelink-fixture.ts';
import { failure } from './sdk-cloud.ts';

test('a service shows its names and the zones of its load balancers', async () => {
  const arns = [
    await createLoadBalancer([providerVpc.subnetIds[1]!]),
    await createLoadBalancer([providerVpc.subnetIds[0]!]),
  ];
  const { ServiceConfiguration: made } = await provider.createVpcEndpointServiceConfiguration({
    NetworkLoadBalancerArns: arns,
    TagSpecifications: [{ ResourceType: 'vpc-endpoint-service', Tags: [{ Key: 'Name', Value: 'shop' }] }],
  });
  assert.match(made!.ServiceId!, /^vpce-svc-[0-9a-f]{17}$/);
  assert.equal(made!.ServiceName, `com.amazonaws.vpce.us-east-1.${made!.ServiceId}`);
  assert.deepEqual(made!.BaseEndpointDnsNames, [`${made!.ServiceId}.us-east-1.vpce.amazonaws.com`]);
  assert.deepEqual(made!.AvailabilityZones, ['us-east-1a', 'us-east-1b']);
  assert.deepEqual(made!.AvailabilityZoneIds, ['use1-az1', 'use1-az2']);
  assert.equal(made!.AcceptanceRequired, true);
  assert.equal(made!.ServiceState, 'Available');
  assert.deepEqual(made!.NetworkLoadBalancerArns, arns);
  assert.deepEqual(made!.Tags, [{ Key: 'Name', Value: 'shop' }]);
});

test('a consumer sees a service once he is permitted, and not before', async () => {
  const { ServiceConfiguration: made } = await provider.createVpcEndpointServiceConfiguration({
    NetworkLoadBalancerArns: [await createLoadBalancer()],
  });
  const name = made!.ServiceName!;
  const hidden = failure('InvalidServiceName', `The Vpc Endpoint Service '${name}' does not exist`);
  const find = (ec2: EC2) => ec2.describeVpcEndpointServices({ ServiceNames: [name] });
  await assert.rejects(find(consumer), hidden);
  await assert.rejects(createEndpoint(name), hidden);
  assert.equal((await find(provider)).ServiceDetails![0]!.Owner, providerId);

  const { AddedPrincipals: added } = await permit(made!.ServiceId!, `arn:aws:iam::${consumerId}:root`);
  assert.deepEqual(
    added!.map(({ PrincipalType, Principal, ServiceId }) => [PrincipalType, Principal, ServiceId]),
    [['Account', `arn:aws:iam::${consumerId}:root`, made!.ServiceId]],
  );
  const { ServiceNames: names, ServiceDetails: details } = await find(consumer);
  assert.deepEqual(names, [name]);
  assert.deepEqual(details![0]!.AvailabilityZones, ['us-east-1a', 'us-east-1b']);
  assert.deepEqual(details![0]!.ServiceType, [{ ServiceType: 'Interface' }]);
  await assert.rejects(find(cloud.ec2('333333333333')), hidden);
  await assert.rejects(find(cloud.ec2(consumerId, 'eu-west-1')), hidden);
});

test('permissions are listed by their kinds and taken away again', async () => {
  const { serviceId } = await createService();
  await permit(serviceId, '*', `arn:aws:iam::${consumerId}:role/app`, `arn:aws:iam::${consumerId}:user/ann`);
  const list = async () => {
    const { AllowedPrincipals: found } = await provider.describeVpcEndpointServicePermissions({
      ServiceId: serviceId,
    });
    return found!.map(({ PrincipalType }) => PrincipalType);
  };
  assert.deepEqual(await list(), ['Account', 'All', 'Role', 'User']);
  assert.deepEqual((await permit(serviceId, '*')).AddedPrincipals, []);
  await provider.modifyVpcEndpointServicePermissions({
    ServiceId: serviceId,
    RemoveAllowedPrincipals: ['*'],
  });
  assert.deepEqual(await list(), ['Account', 'Role', 'User']);
  await assert.rejects(permit(serviceId, 'ann'), failure('InvalidParameter'));
  await assert.rejects(
    permit(serviceId, `arn:aws:iam::${consumerId}:group/x`),
    failure('UnknownPrincipalType.Unsupported'),
  );
});

test('an endpoint waits for the provider, is pending until the network carries it, then available', async () => {
  const { serviceId, serviceName } = await createService();
  const made = await createEndpoint(serviceName, { SubnetIds: [subnetB, subnetA] });
  const id = made.VpcEndpointId!;
  assert.equal(made.State, 'pendingAcceptance');
  assert.deepEqual(made.SubnetIds, [subnetB, subnetA]);
  assert.equal(made.OwnerId, consumerId);
  assert.equal(made.PrivateDnsEnabled, false);

  cloud.world.applied = false;
  const accept = () => provider.acceptVpcEndpointConnections({ ServiceId: serviceId, VpcEndpointIds: [id] });
  assert.deepEqual((await accept()).Unsuccessful, []);
  assert.equal(await stateOf(id), 'pending');
  cloud.world.applied = true;
  assert.equal(await stateOf(id), 'available');
  const [refused] = (await accept()).Unsuccessful!;
  assert.deepEqual([refused!.ResourceId, refused!.Error!.Code], [id, 'InvalidState']);
});

test('without acceptance an endpoint is connected at once', async () => {
  const { serviceName } = await createService(false);
  assert.equal((await createEndpoint(serviceName)).State, 'available');
});

test('the provider sees whose an endpoint is, and decides it', async () => {
  const { serviceId, serviceName, arns } = await createService();
  const made = await createEndpoint(serviceName);
  const id = made.VpcEndpointId!;
  const connections = async (state?: string) => {
    const Filters = [{ Name: 'service-id', Values: [serviceId] }];
    if (state) Filters.push({ Name: 'vpc-endpoint-state', Values: [state] });
    return (await provider.describeVpcEndpointConnections({ Filters })).VpcEndpointConnections!;
  };
  const [connection] = await connections('pendingAcceptance');
  assert.equal(connection!.VpcEndpointOwner, consumerId);
  assert.equal(connection!.VpcEndpointId, id);
  assert.match(connection!.VpcEndpointConnectionId!, /^vpce-con-[0-9a-f]{17}$/);
  assert.deepEqual(connection!.NetworkLoadBalancerArns, arns);
  assert.deepEqual(connection!.DnsEntries, made.DnsEntries);
  assert.deepEqual((await consumer.describeVpcEndpointConnections()).VpcEndpointConnections, []);

  const decision = { ServiceId: serviceId, VpcEndpointIds: [id] };
  assert.deepEqual((await provider.rejectVpcEndpointConnections(decision)).Unsuccessful, []);
  assert.equal(await stateOf(id), 'rejected');
  assert.equal(
    (await provider.rejectVpcEndpointConnections(decision)).Unsuccessful![0]!.Error!.Code,
    'InvalidState',
  );
  assert.deepEqual((await provider.acceptVpcEndpointConnections(decision)).Unsuccessful, []);
  assert.equal(await stateOf(id), 'available');
  assert.deepEqual((await provider.rejectVpcEndpointConnections(decision)).Unsuccessful, []);
  assert.equal((await connections('rejected')).length, 1);
});

test('only the provider of the service decides, and only on endpoints of that service', async () => {
  const [one, other] = [await createService(), await createService()];
  const { VpcEndpointId: id } = await createEndpoint(one.serviceName);
  const decide = (ec2: EC2, ServiceId: string, ...VpcEndpointIds: string[]) =>
    ec2.acceptVpcEndpointConnections({ ServiceId, VpcEndpointIds });
  await assert.rejects(decide(consumer, one.serviceId, id!), failure('InvalidVpcEndpointServiceId.NotFound'));
  const { Unsuccessful: failed } = await decide(provider, other.serviceId, id!);
  assert.deepEqual(failed, [
    {
      ResourceId: id,
      Error: { Code: 'InvalidVpcEndpointId.NotFound', Message: `The Vpc Endpoint Id '${id}' does not exist` },
    },
  ]);
  await assert.rejects(
    decide(provider, one.serviceId, id!, 'vpce-x'),
    failure('InvalidVpcEndpointId.Malformed'),
  );
  assert.equal(await stateOf(id!), 'pendingAcceptance');
});

test('a service with endpoints stays until they are rejected, and keeps its load balancer', async () => {
  const { serviceId, serviceName, arns } = await createService(false);
  const { VpcEndpointId: id } = await createEndpoint(serviceName);
  const remove = () => provider.deleteVpcEndpointServiceConfigurations({ ServiceIds: [serviceId] });
  assert.deepEqual((await remove()).Unsuccessful, [
    {
      ResourceId: serviceId,
      Error: {
        Code: 'ExistingVpcEndpointConnections',
        Message: 'Service has existing active VPC Endpoint connections!',
      },
    },
  ]);
  await assert.rejects(
    elbv2.deleteLoadBalancer({ LoadBalancerArn: arns[0] }),
    failure(
      'ResourceInUseException',
      `Load balancer '${arns[0]}' cannot be deleted because it is currently associated with another service`,
    ),
  );
  await assert.rejects(
    elbv2.setSubnets({ LoadBalancerArn: arns[0], Subnets: [providerVpc.subnetIds[0]!] }),
    failure('ResourceInUseException'),
  );
  await provider.rejectVpcEndpointConnections({ ServiceId: serviceId, VpcEndpointIds: [id!] });
  assert.deepEqual((await remove()).Unsuccessful, []);
  await elbv2.deleteLoadBalancer({ LoadBalancerArn: arns[0] });
  assert.equal(await stateOf(id!), 'rejected');
  await assert.rejects(
    provider.describeVpcEndpointServiceConfigurations({ ServiceIds: [serviceId] }),
    failure(
      'InvalidVpcEndpointServiceId.NotFound',
      `The VpcEndpointService Id '${serviceId}' does not exist`,
    ),
  );
  assert.deepEqual((await consumer.deleteVpcEndpoints({ VpcEndpointIds: [id!] })).Unsuccessful, []);
});

test('a load balancer serves one service, and leaves it only when no endpoint needs it', async () => {
  const { serviceId, serviceName, arns } = await createService(false);
  const [used] = arns as [string];
  await assert.rejects(createService(true, arns), failure('InvalidParameter', /already associated/));
  const { VpcEndpointId: id } = await createEndpoint(serviceName);
  const spare = await createLoadBalancer();
  const modify = (input: object) =>
    provider.modifyVpcEndpointServiceConfiguration({ ServiceId: serviceId, ...input });
  await assert.rejects(modify({ RemoveNetworkLoadBalancerArns: [used] }), failure('InvalidParameter'));
  await modify({ AddNetworkLoadBalancerArns: [spare] });
  await assert.rejects(
    modify({ RemoveNetworkLoadBalancerArns: [used] }),
    failure('InvalidParameter', /in use/),
  );

  const decision = { ServiceId: serviceId, VpcEndpointIds: [id!] };
  await provider.rejectVpcEndpointConnections(decision);
  await modify({ RemoveNetworkLoadBalancerArns: [used] });
  await provider.acceptVpcEndpointConnections(decision);
  assert.equal(legsOf(id!)[0]!.loadBalancerArn, spare);
});

test('a service needs network load balancers that are there and the caller’s', async () => {
  const create = (NetworkLoadBalancerArns: string[], input: object = {}) =>
    provider.createVpcEndpointServiceConfiguration({ NetworkLoadBalancerArns, ...input });
  await assert.rejects(
    create([]),
    failure(
      'InvalidParameter',
      'exactly one of network_load_balancer_arn or gateway_load_balancer_arn is a required member',
    ),
  );
  await assert.rejects(create(['x']), failure('InvalidNetworkLoadBalancerArn.Malformed'));
  const arn = await createLoadBalancer();
  const unknown = arn.replace(/.{16}$/, '0000000000000000');
  await assert.rejects(create([unknown]), failure('InvalidNetworkLoadBalancerArn.NotFound'));
  await assert.rejects(create([arn.replace('/net/', '/app/')]), failure('InvalidParameter'));
  await assert.rejects(create([arn], { PrivateDnsName: 'shop.example.com' }), failure('NotImplemented'));
  await assert.rejects(create([arn], { SupportedIpAddressTypes: ['ipv6'] }), failure('NotImplemented'));
  await assert.rejects(
    consumer.createVpcEndpointServiceConfiguration({ NetworkLoadBalancerArns: [arn] }),
    failure('InvalidNetworkLoadBalancerArn.NotFound'),
  );
});

test('new zones of a load balancer are new zones of its service', async () => {
  const { serviceName, arns } = await createService(false, [
    await createLoadBalancer([providerVpc.subnetIds[0]!]),
  ]);
  await assert.rejects(createEndpoint(serviceName, { SubnetIds: [subnetB] }), failure('InvalidParameter'));
  await elbv2.setSubnets({ LoadBalancerArn: arns[0], Subnets: providerVpc.subnetIds });
  assert.equal((await createEndpoint(serviceName, { SubnetIds: [subnetB] })).State, 'available');
});

test('changing whether acceptance is required concerns new endpoints alone', async () => {
  const { serviceId, serviceName } = await createService();
  const { VpcEndpointId: waiting } = await createEndpoint(serviceName);
  await provider.modifyVpcEndpointServiceConfiguration({ ServiceId: serviceId, AcceptanceRequired: false });
  assert.equal(await stateOf(waiting!), 'pendingAcceptance');
  assert.equal((await createEndpoint(serviceName)).State, 'available');
});

test('the provider can take over what endpoints cost', async () => {
  const { serviceId, serviceName } = await createService();
  await provider.modifyVpcEndpointServicePayerResponsibility({
    ServiceId: serviceId,
    PayerResponsibility: 'ServiceOwner',
  });
  const { ServiceDetails: found } = await consumer.describeVpcEndpointServices({
    ServiceNames: [serviceName],
  });
  assert.equal(found![0]!.PayerResponsibility, 'ServiceOwner');
});
