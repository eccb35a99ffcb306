// The ways out of a VPC through the official SDK: internet and NAT gateways, Elastic IPs, gateway endpoints, and what an
// instance is launched with. What is waited for, is waited for with the SDK's own waiters.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  waitUntilInternetGatewayExists,
  waitUntilNatGatewayAvailable,
  waitUntilNatGatewayDeleted,
} from '@aws-sdk/client-ec2';
import { debianImageId } from '../../src/services/ec2/image.ts';
import { createVpc, failure, startSdkCloud } from './sdk-cloud.ts';

const cloud = await startSdkCloud();
after(() => cloud.close());
const ours = cloud.ec2('111111111111');

const s3 = 'com.amazonaws.us-east-1.s3';
const waiting = { client: ours, minDelay: 1, maxWaitTime: 10 };

async function makePublicVpc() {
  const { vpcId, subnetIds } = await createVpc(ours, ['a', 'b']);
  const { InternetGateway } = await ours.createInternetGateway({
    TagSpecifications: [{ ResourceType: 'internet-gateway', Tags: [{ Key: 'Name', Value: 'out' }] }],
  });
  const InternetGatewayId = InternetGateway!.InternetGatewayId!;
  await waitUntilInternetGatewayExists(waiting, { InternetGatewayIds: [InternetGatewayId] });
  await ours.attachInternetGateway({ InternetGatewayId, VpcId: vpcId });
  const { RouteTable } = await ours.createRouteTable({ VpcId: vpcId });
  return { vpcId, subnetIds, InternetGatewayId, RouteTableId: RouteTable!.RouteTableId! };
}

const routesOf = async (RouteTableId: string) =>
  (await ours.describeRouteTables({ RouteTableIds: [RouteTableId] })).RouteTables![0]!.Routes!;

test('a public and a private subnet are built, used and taken down in AWS’s order', async () => {
  const { vpcId: VpcId, subnetIds, InternetGatewayId, RouteTableId } = await makePublicVpc();
  const [publicSubnet, privateSubnet] = subnetIds as [string, string];
  const anywhere = { RouteTableId, DestinationCidrBlock: '0.0.0.0/0' };
  await ours.createRoute({ ...anywhere, GatewayId: InternetGatewayId });
  await ours.associateRouteTable({ RouteTableId, SubnetId: publicSubnet });
  const { AllocationId, PublicIp } = await ours.allocateAddress({ Domain: 'vpc' });
  const { NatGateway } = await ours.createNatGateway({ SubnetId: publicSubnet, AllocationId });
  const NatGatewayId = NatGateway!.NatGatewayId!;
  await waitUntilNatGatewayAvailable(waiting, { NatGatewayIds: [NatGatewayId] });
  const inner = (await ours.createRouteTable({ VpcId })).RouteTable!.RouteTableId!;
  await ours.createRoute({ ...anywhere, RouteTableId: inner, NatGatewayId });
  const [, out] = await routesOf(inner);
  assert.deepEqual(out, {
    DestinationCidrBlock: '0.0.0.0/0',
    NatGatewayId,
    Origin: 'CreateRoute',
    State: 'active',
  });
  const { NatGateways } = await ours.describeNatGateways({ NatGatewayIds: [NatGatewayId] });
  assert.equal(NatGateways![0]!.NatGatewayAddresses![0]!.PublicIp, PublicIp);
  await assert.rejects(ours.deleteSubnet({ SubnetId: publicSubnet }), failure('DependencyViolation'));

  await ours.deleteNatGateway({ NatGatewayId });
  await waitUntilNatGatewayDeleted(waiting, { NatGatewayIds: [NatGatewayId] });
  assert.equal((await routesOf(inner))[1]!.State, 'blackhole');
  await ours.releaseAddress({ AllocationId });
  await ours.deleteRouteTable({ RouteTableId: inner });
  await ours.deleteSubnet({ SubnetId: publicSubnet });
  await ours.deleteSubnet({ SubnetId: privateSubnet });
  await assert.rejects(ours.deleteVpc({ VpcId }), failure('DependencyViolation'));
  await ours.detachInternetGateway({ InternetGatewayId, VpcId });
  await ours.deleteInternetGateway({ InternetGatewayId });
  const { InternetGateways } = await ours.describeInternetGateways({});
  assert.ok(!InternetGateways!.some((gateway) => gateway.InternetGatewayId === InternetGatewayId));
  await ours.deleteRouteTable({ RouteTableId });
  await ours.deleteVpc({ VpcId });
});

test('an instance is launched with everything a lesson asks for', async () => {
  const { subnetIds } = await makePublicVpc();
  cloud.store.change((tables) =>
    tables.iamInstanceProfiles.put({
      ...{ accountId: '111111111111', region: 'aws-global', path: '/', tags: {} },
      arn: 'arn:aws:iam::111111111111:instance-profile/web',
      instanceProfileName: 'web',
      instanceProfileId: 'AIPA00000000000000000',
      createDate: '2026-01-31T12:00:00.000Z',
    }),
  );
  const { Instances } = await ours.runInstances({
    ...{ ImageId: debianImageId, MinCount: 1, MaxCount: 1 },
    IamInstanceProfile: { Name: 'web' },
    MetadataOptions: { HttpTokens: 'required' },
    NetworkInterfaces: [{ DeviceIndex: 0, SubnetId: subnetIds[0]!, AssociatePublicIpAddress: true }],
  });
  const InstanceId = Instances![0]!.InstanceId! as 'i-';
  cloud.world.instances.set(InstanceId, { sandbox: 'running' });
  const { Reservations } = await ours.describeInstances({ InstanceIds: [InstanceId] });
  const [instance] = Reservations![0]!.Instances!;
  assert.deepEqual(instance!.IamInstanceProfile, {
    Arn: 'arn:aws:iam::111111111111:instance-profile/web',
    Id: 'AIPA00000000000000000',
  });
  assert.equal(instance!.MetadataOptions!.HttpTokens, 'required');
  const given = instance!.PublicIpAddress!;
  assert.match(given, /^3\./);
  const { AllocationId, PublicIp } = await ours.allocateAddress({});
  const { AssociationId } = await ours.associateAddress({ AllocationId, InstanceId });
  const { NetworkInterfaces } = await ours.describeNetworkInterfaces({
    Filters: [{ Name: 'attachment.instance-id', Values: [InstanceId] }],
  });
  assert.deepEqual(NetworkInterfaces![0]!.Association, {
    ...{ AllocationId, AssociationId, PublicIp },
    ...{ IpOwnerId: '111111111111', PublicDnsName: '' },
  });
  await ours.disassociateAddress({ AssociationId });
  const { Addresses } = await ours.describeAddresses({ AllocationIds: [AllocationId!] });
  assert.equal(Addresses![0]!.InstanceId, undefined);
  await ours.modifyInstanceMetadataOptions({ InstanceId, HttpTokens: 'optional', HttpEndpoint: 'enabled' });
  const { IamInstanceProfileAssociations } = await ours.describeIamInstanceProfileAssociations({
    Filters: [{ Name: 'instance-id', Values: [InstanceId] }],
  });
  await ours.disassociateIamInstanceProfile({
    AssociationId: IamInstanceProfileAssociations![0]!.AssociationId,
  });
  const IamInstanceProfile = { Name: 'web' };
  const { IamInstanceProfileAssociation: again } = await ours.associateIamInstanceProfile({
    InstanceId,
    IamInstanceProfile,
  });
  const AssociatedId = again!.AssociationId;
  await ours.replaceIamInstanceProfileAssociation({ AssociationId: AssociatedId, IamInstanceProfile });
});

test('a gateway endpoint is made as every tutorial makes it, with a policy and a rule for its prefix list', async () => {
  const { vpcId: VpcId, RouteTableId } = await makePublicVpc();
  const { ServiceNames } = await ours.describeVpcEndpointServices({ ServiceNames: [s3] });
  assert.deepEqual(ServiceNames, [s3, s3], 'once for each kind of endpoint');
  const { VpcEndpoint } = await ours.createVpcEndpoint({
    VpcId,
    ServiceName: s3,
    RouteTableIds: [RouteTableId],
  });
  const id = VpcEndpoint!.VpcEndpointId!;
  assert.equal(VpcEndpoint!.State as string, 'available');
  assert.equal(JSON.parse(VpcEndpoint!.PolicyDocument!).Version, '2008-10-17');
  const { PrefixLists } = await ours.describePrefixLists({
    Filters: [{ Name: 'prefix-list-name', Values: [s3] }],
  });
  const { PrefixListId } = PrefixLists![0]!;
  assert.deepEqual((await routesOf(RouteTableId))[1], {
    ...{ DestinationPrefixListId: PrefixListId, GatewayId: id },
    ...{ Origin: 'CreateRoute', State: 'active' },
  });
  const { Entries } = await ours.getManagedPrefixListEntries({ PrefixListId });
  assert.deepEqual(
    Entries!.map((entry) => entry.Cidr),
    PrefixLists![0]!.Cidrs,
  );
  const managed = await ours.describeManagedPrefixLists({ PrefixListIds: [PrefixListId!] });
  assert.equal(managed.PrefixLists![0]!.OwnerId, 'AWS');
  const { GroupId } = await ours.createSecurityGroup({ GroupName: 'a', Description: 'a', VpcId });
  const IpPermissions = [
    { IpProtocol: 'tcp', FromPort: 443, ToPort: 443, PrefixListIds: [{ PrefixListId: PrefixListId! }] },
  ];
  await ours.authorizeSecurityGroupEgress({ GroupId, IpPermissions });
  const { SecurityGroups } = await ours.describeSecurityGroups({ GroupIds: [GroupId!] });
  assert.deepEqual(
    SecurityGroups![0]!.IpPermissionsEgress!.flatMap((permission) => permission.PrefixListIds!),
    [{ PrefixListId }],
  );
  const users = await ours.getManagedPrefixListAssociations({ PrefixListId });
  assert.deepEqual(
    users.PrefixListAssociations!.map((each) => each.ResourceId),
    [RouteTableId, GroupId],
  );
  const PolicyDocument =
    '{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"*"}]}';
  await ours.modifyVpcEndpoint({ VpcEndpointId: id, PolicyDocument });
  const { VpcEndpoints } = await ours.describeVpcEndpoints({ VpcEndpointIds: [id] });
  assert.equal(VpcEndpoints![0]!.PolicyDocument, PolicyDocument);
  await assert.rejects(
    ours.modifyVpcEndpoint({ VpcEndpointId: id, PolicyDocument: '{' }),
    failure('InvalidPolicyDocument'),
  );
  await ours.deleteVpcEndpoints({ VpcEndpointIds: [id] });
  assert.equal((await routesOf(RouteTableId)).length, 1);
});

test('an endpoint to S3 in another region, or of a kind that is not built, is refused', async () => {
  const { vpcId: VpcId } = await createVpc(ours, []);
  const create = (ServiceName: string, VpcEndpointType?: 'Interface') =>
    ours.createVpcEndpoint({ VpcId, ServiceName, ...(VpcEndpointType && { VpcEndpointType }) });
  const elsewhere = 'com.amazonaws.eu-west-1.s3';
  await assert.rejects(
    create(elsewhere),
    failure('InvalidServiceName', `The Vpc Endpoint Service '${elsewhere}' does not exist`),
  );
  const kms = 'com.amazonaws.us-east-1.kms';
  await assert.rejects(
    create(kms, 'Interface'),
    failure('NotImplemented', /VPC endpoints of type Interface/),
  );
});
