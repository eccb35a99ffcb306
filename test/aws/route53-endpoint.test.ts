// Hosted zones beside the hidden zones of interface endpoints: one VPC has one zone for a name, whoever comes first.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { createZone, startRoute53 } from './route53-fixture.ts';
import { createVpc, failure, startSdkCloud } from './sdk-cloud.ts';

const cloud = await startSdkCloud();
after(() => cloud.close());
const ec2 = cloud.ec2('111111111111');
const { client } = await startRoute53(cloud.store);
const route53 = client('111111111111');
const zoneName = 'ec2.us-east-1.amazonaws.com';

async function makeVpc() {
  const vpc = await createVpc(ec2, ['a']);
  await ec2.modifyVpcAttribute({ VpcId: vpc.vpcId, EnableDnsHostnames: { Value: true } });
  const createEndpoint = () =>
    ec2.createVpcEndpoint({
      ...{ VpcId: vpc.vpcId, VpcEndpointType: 'Interface', ServiceName: 'com.amazonaws.us-east-1.ec2' },
      ...{ SubnetIds: vpc.subnetIds, PrivateDnsEnabled: true },
    });
  return { vpcId: vpc.vpcId, createEndpoint };
}

test('where an endpoint has the name, no hosted zone gets it; below it one may be', async () => {
  const { vpcId, createEndpoint } = await makeVpc();
  await createEndpoint();
  await assert.rejects(createZone(route53, zoneName, vpcId), failure('ConflictingDomainExists'));
  const elsewhere = await createZone(route53, zoneName, (await makeVpc()).vpcId);
  const VPC = { VPCId: vpcId, VPCRegion: 'us-east-1' } as const;
  await assert.rejects(
    route53.associateVPCWithHostedZone({ HostedZoneId: elsewhere, VPC }),
    failure('ConflictingDomainExists', /overlapping name space, ec2\.us-east-1\.amazonaws\.com\.\.$/),
  );
  await createZone(route53, `below.${zoneName}`, vpcId);
});

test('where a hosted zone has the name, no endpoint gets it', async () => {
  const { vpcId, createEndpoint } = await makeVpc();
  const zone = await createZone(route53, zoneName, vpcId);
  await assert.rejects(
    createEndpoint(),
    failure(
      'InvalidParameter',
      `private-dns-enabled cannot be set because there is already a conflicting DNS domain for ${zoneName} in the VPC ${vpcId}`,
    ),
  );
  await route53.deleteHostedZone({ Id: zone });
  await createEndpoint();
});

test('the zones of a VPC are listed with those of its endpoints, which nobody else can see', async () => {
  const { vpcId, createEndpoint } = await makeVpc();
  const own = await createZone(route53, 'shop.example', vpcId);
  await createEndpoint();
  const list = (more: object) =>
    route53.listHostedZonesByVPC({ VPCId: vpcId, VPCRegion: 'us-east-1', ...more });
  const { HostedZoneSummaries } = await list({});
  assert.deepEqual(
    HostedZoneSummaries!.map(({ Name, Owner }) => [Name, Owner]),
    [
      ['shop.example.', { OwningAccount: '111111111111' }],
      [`${zoneName}.`, { OwningService: 'vpce.amazonaws.com' }],
    ],
  );
  const first = await list({ MaxItems: 1 });
  assert.deepEqual(
    first.HostedZoneSummaries!.map(({ HostedZoneId }) => HostedZoneId),
    [own],
  );
  const second = await list({ NextToken: first.NextToken });
  assert.deepEqual(second.HostedZoneSummaries, HostedZoneSummaries!.slice(1));
  await assert.rejects(list({ NextToken: 'nonsense' }), failure('InvalidPaginationToken'));
  const listed = await route53.listHostedZones({});
  assert.ok(
    !listed.HostedZones!.some(({ Id }) => Id!.endsWith(second.HostedZoneSummaries![0]!.HostedZoneId!)),
  );
});
