// Interface endpoints to AWS services through the official SDK: what clients read of them, and the words they match on.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CreateVpcEndpointCommandInput } from '@aws-sdk/client-ec2';
import { cloud, consumer, consumerVpc, subnetA, subnetB } from './privatelink-fixture.ts';
import { failure } from './sdk-cloud.ts';

const { vpcId: VpcId } = consumerVpc;
const denyAll = '{"Statement":[{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}]}';
await consumer.modifyVpcAttribute({ VpcId, EnableDnsHostnames: { Value: true } });

async function create(service: string, input: Partial<CreateVpcEndpointCommandInput> = {}) {
  const ServiceName = `com.amazonaws.us-east-1.${service}`;
  const wanted = { VpcEndpointType: 'Interface' as const, VpcId, ServiceName, SubnetIds: [subnetA] };
  return (await consumer.createVpcEndpoint({ ...wanted, ...input })).VpcEndpoint!;
}

const find = async (id: string) =>
  (await consumer.describeVpcEndpoints({ VpcEndpointIds: [id] })).VpcEndpoints![0]!;

test('an endpoint comes back as it was made, changes while it lives, and goes', async () => {
  const made = await create('sts', {
    SubnetConfigurations: [{ SubnetId: subnetA, Ipv4: '10.0.0.77' }],
    TagSpecifications: [{ ResourceType: 'vpc-endpoint', Tags: [{ Key: 'Name', Value: 'tokens' }] }],
  });
  const id = made.VpcEndpointId!;
  assert.deepEqual(
    [made.PrivateDnsEnabled, made.IpAddressType, made.DnsOptions, made.Tags],
    [true, 'ipv4', { DnsRecordIpType: 'ipv4' }, [{ Key: 'Name', Value: 'tokens' }]],
  );
  assert.equal(made.State as string, 'available');
  const { NetworkInterfaces } = await consumer.describeNetworkInterfaces({
    NetworkInterfaceIds: made.NetworkInterfaceIds,
  });
  assert.equal(NetworkInterfaces![0]!.PrivateIpAddress, '10.0.0.77');
  await consumer.modifyVpcEndpoint({
    ...{ VpcEndpointId: id, AddSubnetIds: [subnetB], PrivateDnsEnabled: false },
    PolicyDocument: denyAll,
  });
  const changed = await find(id);
  assert.deepEqual(
    [changed.SubnetIds, changed.PrivateDnsEnabled, changed.PolicyDocument, changed.DnsEntries!.length],
    [[subnetA, subnetB], false, denyAll, 3],
  );
  await consumer.modifyVpcEndpoint({ VpcEndpointId: id, ResetPolicy: true });
  assert.equal(JSON.parse((await find(id)).PolicyDocument!).Version, '2008-10-17');
  assert.deepEqual((await consumer.deleteVpcEndpoints({ VpcEndpointIds: [id] })).Unsuccessful, []);
  await assert.rejects(find(id), failure('InvalidVpcEndpointId.NotFound'));
});

test('DNS options go both ways', async () => {
  const onlyInbound = (PrivateDnsOnlyForInboundResolverEndpoint: boolean) => ({
    DnsOptions: { PrivateDnsOnlyForInboundResolverEndpoint },
  });
  const words = `To set PrivateDnsOnlyForInboundResolverEndpoint to true, the VPC ${VpcId} must have a Gateway endpoint for the service.`;
  await assert.rejects(create('s3', { PrivateDnsEnabled: true }), failure('InvalidParameter', words));
  const { VpcEndpoint: gateway } = await consumer.createVpcEndpoint({
    VpcId,
    ServiceName: 'com.amazonaws.us-east-1.s3',
  });
  const made = await create('s3', { PrivateDnsEnabled: true });
  assert.equal(made.DnsOptions!.PrivateDnsOnlyForInboundResolverEndpoint, true);
  const deletion = await consumer.deleteVpcEndpoints({ VpcEndpointIds: [gateway!.VpcEndpointId!] });
  assert.deepEqual(
    deletion.Unsuccessful!.map(({ ResourceId, Error: refusal }) => [ResourceId, refusal!.Code]),
    [[gateway!.VpcEndpointId, 'InvalidParameter']],
  );
  await consumer.modifyVpcEndpoint({ VpcEndpointId: made.VpcEndpointId!, ...onlyInbound(false) });
  assert.equal((await find(made.VpcEndpointId!)).DnsOptions!.PrivateDnsOnlyForInboundResolverEndpoint, false);
  const both = { VpcEndpointIds: [gateway!.VpcEndpointId!, made.VpcEndpointId!] };
  assert.deepEqual((await consumer.deleteVpcEndpoints(both)).Unsuccessful, []);
});

test('the services that endpoints can be made to are told with their names and kinds', async () => {
  const { ServiceDetails } = await consumer.describeVpcEndpointServices({
    Filters: [{ Name: 'service-type', Values: ['Interface'] }],
  });
  const ofAws = ServiceDetails!.filter(({ Owner }) => Owner === 'amazon');
  assert.deepEqual(
    ofAws.map(({ ServiceName, PrivateDnsName }) => `${ServiceName} ${PrivateDnsName}`),
    [
      'com.amazonaws.us-east-1.s3 s3.us-east-1.amazonaws.com',
      'com.amazonaws.us-east-1.dynamodb undefined',
      'com.amazonaws.us-east-1.ec2 ec2.us-east-1.amazonaws.com',
      'com.amazonaws.us-east-1.elasticloadbalancing elasticloadbalancing.us-east-1.amazonaws.com',
      'com.amazonaws.us-east-1.sts sts.us-east-1.amazonaws.com',
      'com.amazonaws.iam iam.amazonaws.com',
      'com.amazonaws.route53 route53.amazonaws.com',
      'com.amazonaws.us-east-1.monitoring monitoring.us-east-1.amazonaws.com',
    ],
  );
  assert.deepEqual(ofAws[0]!.PrivateDnsNames!.length, 4);
});

test('an endpoint of another account is neither seen nor touched', async () => {
  const { VpcEndpointId: id } = await create('ec2', { PrivateDnsEnabled: false });
  const stranger = cloud.ec2('333333333333');
  await assert.rejects(
    stranger.modifyVpcEndpoint({ VpcEndpointId: id, ResetPolicy: true }),
    failure('InvalidVpcEndpointId.NotFound'),
  );
  const { Unsuccessful } = await stranger.deleteVpcEndpoints({ VpcEndpointIds: [id!] });
  assert.equal(Unsuccessful![0]!.Error!.Code, 'InvalidVpcEndpointId.NotFound');
  assert.equal((await find(id!)).VpcEndpointId, id);
});
