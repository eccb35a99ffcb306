import assert from 'node:assert/strict';
import { test } from 'node:test';
import { denyAll, named, newEndpointCase } from '../../../test/interface-endpoint-fixture.ts';
import { refusal } from '../../../test/operation-harness.ts';
import { createVpcEndpoint } from './vpc-endpoint.ts';

test('S3 is named with a place for the bucket, and with all its private names in AWS’s order', () => {
  const { create, run, VpcId } = newEndpointCase();
  run(createVpcEndpoint, { VpcId, ServiceName: named('s3') });
  const { DnsEntries, DnsOptions, VpcEndpointId } = create({ ServiceName: named('s3') });
  const names = DnsEntries!.map(({ DnsName }) => DnsName!);
  assert.match(names[0]!, new RegExp(`^\\*\\.${VpcEndpointId}-[0-9a-z]{8}\\.s3\\.us-east-1\\.vpce\\.`));
  assert.match(
    names[1]!,
    new RegExp(`^\\*\\.${VpcEndpointId}-[0-9a-z]{8}-us-east-1a\\.s3\\.us-east-1\\.vpce\\.`),
  );
  assert.deepEqual(names.slice(2), [
    's3.us-east-1.amazonaws.com',
    '*.s3.us-east-1.amazonaws.com',
    '*.s3-accesspoint.us-east-1.amazonaws.com',
    '*.s3-control.us-east-1.amazonaws.com',
  ]);
  assert.deepEqual(DnsOptions, { DnsRecordIpType: 'ipv4', PrivateDnsOnlyForInboundResolverEndpoint: true });
});

test('private DNS needs both attributes of the VPC, unless it is declined', () => {
  const { create, modify, find, VpcId } = newEndpointCase({ hasDnsHostnames: false });
  const words = `Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ${VpcId}`;
  for (const more of [{}, { PrivateDnsEnabled: true }])
    assert.throws(() => create(more), refusal('InvalidParameter', words));
  const { VpcEndpointId: id, PrivateDnsEnabled } = create({ PrivateDnsEnabled: false });
  assert.equal(PrivateDnsEnabled, false);
  assert.throws(() => modify(id!, { PrivateDnsEnabled: true }), refusal('InvalidParameter', words));
  modify(id!, { PolicyDocument: denyAll });
  assert.equal(find(id!).PolicyDocument, denyAll);
});

test('a name has one endpoint with private DNS in a VPC', () => {
  const { create, modify, find, remove, VpcId } = newEndpointCase();
  const { VpcEndpointId: first } = create();
  const words = `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ec2.us-east-1.amazonaws.com in the VPC ${VpcId}`;
  assert.throws(() => create(), refusal('InvalidParameter', words));
  const { VpcEndpointId: second } = create({ PrivateDnsEnabled: false });
  assert.throws(() => modify(second!, { PrivateDnsEnabled: true }), refusal('InvalidParameter', words));
  modify(first!, { PrivateDnsEnabled: true });
  modify(first!, { PrivateDnsEnabled: false });
  modify(second!, { PrivateDnsEnabled: true });
  assert.deepEqual([find(first!).PrivateDnsEnabled, find(second!).PrivateDnsEnabled], [false, true]);
  assert.equal(find(first!).DnsEntries!.length, 2);
  create({ ServiceName: named('sts') });
  remove(second!);
  modify(first!, { PrivateDnsEnabled: true });
});

test('DynamoDB has no private name: none by default, and none by wish', () => {
  const { create } = newEndpointCase();
  const ServiceName = named('dynamodb');
  const { PrivateDnsEnabled, DnsEntries } = create({ ServiceName });
  assert.equal(PrivateDnsEnabled, false);
  assert.match(DnsEntries![0]!.DnsName!, /\.dynamodb\.us-east-1\.vpce\.amazonaws\.com$/);
  assert.throws(
    () => create({ ServiceName, PrivateDnsEnabled: true }),
    refusal(
      'InvalidParameter',
      `Private DNS can't be enabled because the service ${ServiceName} does not provide a private DNS name.`,
    ),
  );
});

test('S3’s private DNS is for inbound resolvers alone unless it is said otherwise, and then needs a gateway endpoint that stays', () => {
  const { create, modify, find, remove, run, VpcId } = newEndpointCase();
  const ServiceName = named('s3');
  const only = (PrivateDnsOnlyForInboundResolverEndpoint: boolean) => ({
    DnsOptions: { PrivateDnsOnlyForInboundResolverEndpoint },
  });
  const needsGateway = refusal(
    'InvalidParameter',
    `To set PrivateDnsOnlyForInboundResolverEndpoint to true, the VPC ${VpcId} must have a Gateway endpoint for the service.`,
  );
  for (const more of [{}, { PrivateDnsEnabled: true }, { PrivateDnsEnabled: false, ...only(true) }])
    assert.throws(() => create({ ServiceName, ...more }), needsGateway);
  assert.throws(() => create(only(true)), needsGateway);
  const { VpcEndpointId: id, DnsOptions } = create({ ServiceName, ...only(false) });
  assert.equal(DnsOptions!.PrivateDnsOnlyForInboundResolverEndpoint, false);
  assert.throws(() => modify(id!, only(true)), needsGateway);
  const onGateway = { VpcId, ServiceName, ...only(false) };
  assert.throws(
    () => run(createVpcEndpoint, onGateway),
    refusal(
      'InvalidParameter',
      'DnsOptions PrivateDnsOnlyForInboundResolverEndpoint is applicable only to Interface VPC Endpoints.',
    ),
  );
  const gatewayId = run(createVpcEndpoint, { VpcId, ServiceName }).VpcEndpoint!.VpcEndpointId!;
  modify(id!, only(true));
  assert.equal(find(id!).DnsOptions!.PrivateDnsOnlyForInboundResolverEndpoint, true);
  assert.deepEqual(remove(gatewayId), [
    {
      ResourceId: gatewayId,
      Error: {
        Code: 'InvalidParameter',
        Message: `Gateway endpoint cannot be deleted while Interface endpoint ${id} for the service has PrivateDnsOnlyForInboundResolverEndpoint set to true.`,
      },
    },
  ]);
  modify(id!, { PrivateDnsEnabled: false });
  assert.deepEqual(find(id!).DnsOptions, { DnsRecordIpType: 'ipv4' });
  assert.throws(() => modify(id!, only(true)), refusal('InvalidParameter'));
  assert.deepEqual(remove(gatewayId), []);
});
