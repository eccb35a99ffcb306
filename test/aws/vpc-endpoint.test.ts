// Interface endpoints through the official SDK: what they are made of, how they change, what AWS refuses.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CreateVpcEndpointCommandInput } from '@aws-sdk/client-ec2';
import {
  cloud,
  consumer,
  consumerId,
  consumerVpc,
  createEndpoint,
  createLoadBalancer,
  createService,
  facesOf,
  legsOf,
  provider,
  providerVpc,
  stateOf,
  subnetA,
  subnetB,
  subnetC,
} from './privatelink-fixture.ts';
import { createVpc, failure } from './sdk-cloud.ts';

test('an endpoint has one interface for each subnet, in the default group when none is named', async () => {
  const { serviceName } = await createService();
  const made = await createEndpoint(serviceName, { SubnetIds: [subnetA, subnetB] });
  const faces = facesOf(made.VpcEndpointId!);
  assert.deepEqual(
    made.NetworkInterfaceIds,
    faces.map((face) => face.networkInterfaceId),
  );
  assert.deepEqual(
    faces.map((face) => [face.subnetId, face.interfaceType, face.requesterManaged, face.accountId]),
    [
      [subnetA, 'vpc_endpoint', true, consumerId],
      [subnetB, 'vpc_endpoint', true, consumerId],
    ],
  );
  assert.deepEqual(
    made.Groups!.map((group) => group.GroupName),
    ['default'],
  );
  const marks = legsOf(made.VpcEndpointId!).map((leg) => leg.flowMark);
  assert.equal(new Set(marks).size, 2);
});

test('an endpoint has a regional name and then one for each zone', async () => {
  const { serviceId, serviceName } = await createService();
  const { VpcEndpointId: id, DnsEntries: entries } = await createEndpoint(serviceName, {
    SubnetIds: [subnetA, subnetB],
  });
  const shape = new RegExp(`^${id}-[0-9a-z]{8}\\.${serviceId}\\.us-east-1\\.vpce\\.amazonaws\\.com$`);
  const regional = entries![0]!.DnsName!;
  assert.match(regional, shape);
  const zonal = (zone: string) => regional.replace('.', `-${zone}.`);
  assert.deepEqual(
    entries!.map((entry) => [entry.DnsName, entry.HostedZoneId]),
    [regional, zonal('us-east-1a'), zonal('us-east-1b')].map((name) => [name, 'Z7HUB22UULQXV']),
  );
});

test('an endpoint takes the addresses that are pinned', async () => {
  const { serviceName } = await createService();
  const pinned = (address: string, id = subnetA) => ({
    SubnetConfigurations: [{ SubnetId: id, Ipv4: address }],
  });
  const { VpcEndpointId: id } = await createEndpoint(serviceName, pinned('10.0.0.200'));
  assert.equal(facesOf(id!)[0]!.privateIpAddress, '10.0.0.200');
  await assert.rejects(createEndpoint(serviceName, pinned('10.0.0.200')), failure('InvalidIPAddress.InUse'));
  await assert.rejects(createEndpoint(serviceName, pinned('10.0.1.9')), failure('InvalidParameter'));
  await assert.rejects(createEndpoint(serviceName, pinned('10.0.1.9', subnetB)), failure('InvalidParameter'));
});

test('what no endpoint can be is refused in the words of AWS, and nothing is written', async () => {
  const { serviceName: name } = await createService();
  const foreign = await createVpc(consumer, ['a']);
  const foreignGroup = await consumer.createSecurityGroup({
    GroupName: 'x',
    Description: 'x',
    VpcId: foreign.vpcId,
  });
  const refused: [Partial<CreateVpcEndpointCommandInput>, string, (string | RegExp)?][] = [
    [
      { VpcEndpointType: undefined },
      'InvalidParameter',
      'Endpoint type (Gateway) does not match available service types ([Interface]).',
    ],
    [
      { SubnetIds: [subnetA, subnetA] },
      'DuplicateSubnetsInSameZone',
      `Found another VPC endpoint subnet in the availability zone of ${subnetA}`,
    ],
    [
      { SubnetIds: [subnetC] },
      'InvalidParameter',
      `The VPC endpoint service ${name} does not support the availability zone of the subnet: ${subnetC}.`,
    ],
    [{ SubnetIds: ['subnet-00000000000000000'] }, 'InvalidSubnetID.NotFound'],
    [{ SubnetIds: foreign.subnetIds }, 'InvalidParameter'],
    [{ SecurityGroupIds: ['sg-00000000000000000'] }, 'InvalidGroup.NotFound'],
    [{ SecurityGroupIds: [foreignGroup.GroupId!] }, 'InvalidParameter'],
    [
      { PrivateDnsEnabled: true },
      'InvalidParameter',
      `Private DNS can't be enabled because the service ${name} does not provide a private DNS name.`,
    ],
    [{ PolicyDocument: '{}' }, 'InvalidParameter'],
    [{ IpAddressType: 'dualstack' }, 'InvalidParameter'],
    [{ RouteTableIds: ['rtb-00000000000000000'] }, 'InvalidParameter'],
    [{ VpcId: providerVpc.vpcId }, 'InvalidVpcID.NotFound'],
    [{ VpcId: 'vpc-x' }, 'InvalidVpcID.Malformed'],
    [
      { ServiceName: 'com.amazonaws.us-east-1.no-such' },
      'InvalidServiceName',
      "The Vpc Endpoint Service 'com.amazonaws.us-east-1.no-such' does not exist",
    ],
    [{ ServiceName: 'com.amazonaws.us-east-1.kms' }, 'NotImplemented', /com\.amazonaws\.us-east-1\.kms/],
    [{ TagSpecifications: [{ ResourceType: 'vpc', Tags: [] }] }, 'InvalidParameterValue'],
  ];
  const before = cloud.store.cloud.generation;
  for (const [input, code, text] of refused)
    await assert.rejects(createEndpoint(name, input), failure(code, text));
  assert.equal(cloud.store.cloud.generation, before);
});

test('the same client token makes one endpoint, another request under it is refused', async () => {
  const { serviceName } = await createService();
  const first = await createEndpoint(serviceName, { ClientToken: 'once' });
  const again = await createEndpoint(serviceName, { ClientToken: 'once' });
  assert.equal(again.VpcEndpointId, first.VpcEndpointId);
  await assert.rejects(
    createEndpoint(serviceName, { ClientToken: 'once', SubnetIds: [subnetB] }),
    failure('IdempotentParameterMismatch'),
  );
});

test('a dry run writes nothing', async () => {
  const { serviceName } = await createService();
  const before = cloud.store.cloud.generation;
  await assert.rejects(createEndpoint(serviceName, { DryRun: true }), failure('DryRunOperation'));
  assert.equal(cloud.store.cloud.generation, before);
});

test('deleting tells what it could not delete, and takes interfaces and tags along', async () => {
  const { serviceName } = await createService();
  const tags = [{ ResourceType: 'vpc-endpoint' as const, Tags: [{ Key: 'Name', Value: 'x' }] }];
  const { VpcEndpointId: id, Tags: shown } = await createEndpoint(serviceName, { TagSpecifications: tags });
  assert.deepEqual(shown, [{ Key: 'Name', Value: 'x' }]);
  const unknown = 'vpce-00000000000000000';
  await assert.rejects(
    consumer.deleteVpcEndpoints({ VpcEndpointIds: [id!, 'x'] }),
    failure('InvalidVpcEndpointId.Malformed'),
  );
  const { Unsuccessful: failed } = await consumer.deleteVpcEndpoints({ VpcEndpointIds: [unknown, id!] });
  assert.deepEqual(failed, [
    {
      ResourceId: unknown,
      Error: {
        Code: 'InvalidVpcEndpointId.NotFound',
        Message: `The Vpc Endpoint Id '${unknown}' does not exist`,
      },
    },
  ]);
  assert.deepEqual(facesOf(id!), []);
  assert.equal(cloud.store.cloud.tagSets.has(id!), false);
  await assert.rejects(
    stateOf(id!),
    failure('InvalidVpcEndpointId.NotFound', `The Vpc Endpoint Id '${id}' does not exist`),
  );
});

test('an endpoint is no business of another account', async () => {
  const { serviceName } = await createService();
  const { VpcEndpointId: id } = await createEndpoint(serviceName);
  await assert.rejects(
    provider.describeVpcEndpoints({ VpcEndpointIds: [id!] }),
    failure('InvalidVpcEndpointId.NotFound'),
  );
  assert.deepEqual((await provider.describeVpcEndpoints({})).VpcEndpoints, []);
  const { Unsuccessful: failed } = await provider.deleteVpcEndpoints({ VpcEndpointIds: [id!] });
  assert.equal(failed![0]!.Error!.Code, 'InvalidVpcEndpointId.NotFound');
});

test('endpoints are found by filters and page by page', async () => {
  const { serviceName } = await createService();
  const ids: string[] = [];
  for (let count = 0; count < 3; count++) ids.push((await createEndpoint(serviceName)).VpcEndpointId!);
  const Filters = [{ Name: 'service-name', Values: [serviceName] }];
  const first = await consumer.describeVpcEndpoints({ Filters, MaxResults: 2 });
  const second = await consumer.describeVpcEndpoints({ Filters, MaxResults: 2, NextToken: first.NextToken });
  const found = [...first.VpcEndpoints!, ...second.VpcEndpoints!].map((endpoint) => endpoint.VpcEndpointId!);
  assert.deepEqual(found, ids);
  assert.equal(second.NextToken, undefined);
  assert.equal((await consumer.describeVpcEndpoints({ Filters, MaxResults: 5000 })).VpcEndpoints!.length, 3);
  await assert.rejects(
    consumer.describeVpcEndpoints({ VpcEndpointIds: ids, MaxResults: 5 }),
    failure(
      'InvalidParameterCombination',
      'The parameter VpcEndpointIds cannot be used with the parameter MaxResults',
    ),
  );
  await assert.rejects(
    consumer.describeVpcEndpoints({ Filters: [{ Name: 'nonsense', Values: ['x'] }] }),
    failure('InvalidParameterValue', "The filter 'nonsense' is invalid"),
  );
});

test('an endpoint gains and loses zones, and a leg that stays keeps its interface', async () => {
  const { serviceName } = await createService();
  const { VpcEndpointId: id } = await createEndpoint(serviceName);
  const legs = () => legsOf(id!);
  const [legA] = legs();
  await consumer.modifyVpcEndpoint({ VpcEndpointId: id, AddSubnetIds: [subnetB] });
  assert.deepEqual(legs()[0], legA);
  assert.deepEqual(
    legs().map((leg) => leg.subnetId),
    [subnetA, subnetB],
  );
  const pins = [{ SubnetId: subnetA, Ipv4: '10.0.0.150' }];
  await consumer.modifyVpcEndpoint({
    VpcEndpointId: id,
    RemoveSubnetIds: [subnetB],
    SubnetConfigurations: pins,
  });
  assert.deepEqual(
    facesOf(id!).map((face) => face.privateIpAddress),
    ['10.0.0.150'],
  );
  assert.notEqual(legs()[0]!.networkInterfaceId, legA!.networkInterfaceId);
  assert.notEqual(legs()[0]!.flowMark, legA!.flowMark);
  await assert.rejects(
    consumer.modifyVpcEndpoint({ VpcEndpointId: id, AddSubnetIds: [subnetC] }),
    failure('InvalidParameter', /does not support the availability zone/),
  );
  await assert.rejects(
    consumer.modifyVpcEndpoint({ VpcEndpointId: id, RemoveSubnetIds: [subnetC] }),
    failure('InvalidParameter'),
  );
});

test('the groups of an endpoint are changed on its interfaces, and the last one stays', async () => {
  const { serviceName } = await createService();
  const group = await consumer.createSecurityGroup({
    GroupName: 'e',
    Description: 'e',
    VpcId: consumerVpc.vpcId,
  });
  const { VpcEndpointId: id, Groups: groups } = await createEndpoint(serviceName);
  const first = groups![0]!.GroupId!;
  const second = group.GroupId!;
  await consumer.modifyVpcEndpoint({
    VpcEndpointId: id,
    AddSecurityGroupIds: [second],
    RemoveSecurityGroupIds: [first],
  });
  assert.deepEqual(facesOf(id!)[0]!.groupIds, [second]);
  await assert.rejects(
    consumer.modifyVpcEndpoint({ VpcEndpointId: id, RemoveSecurityGroupIds: [second] }),
    failure('InvalidParameter'),
  );
  for (const input of [
    { PrivateDnsEnabled: true },
    { ResetPolicy: true },
    { AddRouteTableIds: ['rtb-00000000'] },
  ]) {
    await assert.rejects(
      consumer.modifyVpcEndpoint({ VpcEndpointId: id, ...input }),
      failure('InvalidParameter'),
    );
  }
});

test('several load balancers of a zone share its endpoints', async () => {
  const arns = [await createLoadBalancer(), await createLoadBalancer()];
  const { serviceName } = await createService(false, arns);
  const chosen = new Set<string>();
  for (let count = 0; count < 40 && chosen.size < 2; count++) {
    const { VpcEndpointId: id } = await createEndpoint(serviceName);
    chosen.add(legsOf(id!)[0]!.loadBalancerArn);
  }
  assert.deepEqual(chosen, new Set(arns));
});
