import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Harness, newHarness } from '../../../test/operation-harness.ts';
import { makeInterface, makeVpc } from '../../../test/vpc-fixture.ts';
import { ec2Operations } from '../ec2/operations.ts';
import { associateRouteTable, createRouteTable } from '../ec2/route-table.ts';
import { createSecurityGroup } from '../ec2/security-group.ts';
import { withLogDelivery } from '../log-delivery.ts';
import type { AccessCheck, GuardedCall } from './access-check.ts';
import { listEc2Checks } from './ec2-access.ts';
import { resourceTypesOf } from './ec2-resource-type.ts';

const accountId = '111111111111';
const arn = (resource: string, owner = accountId) => `arn:aws:ec2:us-east-1:${owner}:${resource}`;
const root = { kind: 'root', accountId, arn: `arn:aws:iam::${accountId}:root`, userId: accountId } as const;

function checksOf(harness: Harness, operation: string, input: GuardedCall['input']): AccessCheck[] {
  const { cloud } = harness.store;
  return listEc2Checks({ operation, input, cloud, principal: root, accountId, region: 'us-east-1' });
}

const resourcesOf = (checks: AccessCheck[]) => checks.map(({ action, resource }) => `${action} ${resource}`);
const find = (checks: AccessCheck[], resource: string) =>
  checks.find((check) => check.resource === resource)!;

test('what is made and what it is made of each need the permission', () => {
  const harness = newHarness();
  const { VpcId, SubnetId } = makeVpc(harness);
  const checks = checksOf(harness, 'CreateVpcEndpoint', {
    VpcId,
    SubnetIds: [SubnetId],
    ServiceName: 'com.amazonaws.us-east-1.s3',
    RouteTableIds: ['rtb-0000000000000000f'],
    PolicyDocument: 'vpc-00000000000000001',
    TagSpecifications: [{ ResourceType: 'vpc-endpoint', Tags: [{ Key: 'team', Value: 'blue' }] }],
  });
  assert.deepEqual(resourcesOf(checks), [
    `ec2:CreateVpcEndpoint ${arn(`vpc/${VpcId}`)}`,
    `ec2:CreateVpcEndpoint ${arn('vpc-endpoint/*')}`,
    `ec2:CreateVpcEndpoint ${arn('route-table/rtb-0000000000000000f')}`,
    `ec2:CreateVpcEndpoint ${arn(`subnet/${SubnetId}`)}`,
    `ec2:CreateTags ${arn('vpc-endpoint/*')}`,
  ]);
  const made = checks[1]!.context;
  assert.equal(made['ec2:Vpc'], arn(`vpc/${VpcId}`));
  assert.equal(made['ec2:VpceServiceName'], 'com.amazonaws.us-east-1.s3');
  assert.equal(made['ec2:VpceServiceOwner'], 'amazon');
  assert.equal(made['aws:RequestTag/team'], 'blue');
  assert.deepEqual(made['aws:TagKeys'], ['team']);
  assert.equal(checks[0]!.context['aws:RequestTag/team'], undefined);
  assert.equal(checks[4]!.context['ec2:CreateAction'], 'CreateVpcEndpoint');
});

test('a launch needs what it is made of, and what is to be of the instance is in the context', () => {
  const harness = newHarness();
  const { VpcId, SubnetId } = makeVpc(harness);
  const checks = checksOf(harness, 'RunInstances', {
    ImageId: 'ami-00000000000000001',
    InstanceType: 't3.micro',
    MinCount: 1,
    MaxCount: 1,
    NetworkInterfaces: [{ DeviceIndex: 0, SubnetId, Groups: ['sg-0000000000000000f'] }],
    MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 2 },
  });
  assert.deepEqual(
    checks.map(({ resource }) => resource),
    [
      'arn:aws:ec2:us-east-1::image/ami-00000000000000001',
      arn('instance/*'),
      arn('network-interface/*'),
      arn('security-group/sg-0000000000000000f'),
      arn(`subnet/${SubnetId}`),
      arn('volume/*'),
    ],
  );
  const { context } = find(checks, arn('instance/*'));
  assert.equal(context['ec2:InstanceType'], 't3.micro');
  assert.equal(context['ec2:MetadataHttpTokens'], 'required');
  assert.equal(context['ec2:MetadataHttpPutResponseHopLimit'], '2');
  assert.equal(find(checks, arn('network-interface/*')).context['ec2:Subnet'], arn(`subnet/${SubnetId}`));
  assert.equal(find(checks, arn(`subnet/${SubnetId}`)).context['ec2:Vpc'], arn(`vpc/${VpcId}`));
});

test('a launch that names no type is one of the default type', () => {
  const harness = newHarness();
  const { SubnetId } = makeVpc(harness);
  const checks = checksOf(harness, 'RunInstances', { ImageId: 'ami-00000000000000001', SubnetId });
  assert.equal(find(checks, arn('instance/*')).context['ec2:InstanceType'], 'm1.small');
});

test('a launch that names no group is a permission on the default group, one into an interface on where that is', () => {
  const harness = newHarness();
  const { VpcId, SubnetId } = makeVpc(harness);
  const defaultGroup = harness.store.cloud.securityGroups.all().find(({ vpcId }) => vpcId === VpcId)!.groupId;
  const launch = (input: object) =>
    checksOf(harness, 'RunInstances', { ImageId: 'ami-00000000000000001', ...input }).map(
      ({ resource }) => resource,
    );
  assert.ok(launch({ SubnetId }).includes(arn(`security-group/${defaultGroup}`)));
  const { networkInterfaceId } = makeInterface(harness, SubnetId, { groupIds: ['sg-0000000000000000e'] });
  const resources = launch({
    NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: networkInterfaceId }],
  });
  for (const named of [
    `network-interface/${networkInterfaceId}`,
    `subnet/${SubnetId}`,
    'security-group/sg-0000000000000000e',
  ]) {
    assert.ok(resources.includes(arn(named)), named);
  }
  assert.equal(
    resources.some((resource) => resource.endsWith('network-interface/*')),
    false,
  );
});

test('who gives an instance a role passes the role', () => {
  const harness = newHarness();
  const owned = { accountId, region: 'aws-global', path: '/', createDate: '', tags: {} };
  const profileArn = `arn:aws:iam::${accountId}:instance-profile/app`;
  const roleArn = `arn:aws:iam::${accountId}:role/app`;
  harness.store.change(({ iamInstanceProfiles }) =>
    iamInstanceProfiles.put({
      ...owned,
      arn: profileArn,
      instanceProfileName: 'app',
      instanceProfileId: 'AIPA1',
      roleArn,
    }),
  );
  for (const profile of [{ Name: 'APP' }, { Arn: profileArn }]) {
    const checks = checksOf(harness, 'RunInstances', {
      ImageId: 'ami-00000000000000001',
      IamInstanceProfile: profile,
    });
    assert.deepEqual(checks.at(-1), {
      action: 'iam:PassRole',
      resource: roleArn,
      context: { 'iam:PassedToService': 'ec2.amazonaws.com' },
    });
    assert.equal(find(checks, arn('instance/*')).context['ec2:InstanceProfile'], profileArn);
  }
});

test('an association stands for what it ties', () => {
  const harness = newHarness();
  const { VpcId, SubnetId } = makeVpc(harness);
  const RouteTableId = harness.run(createRouteTable, { VpcId }).RouteTable!.RouteTableId!;
  const { AssociationId } = harness.run(associateRouteTable, { RouteTableId, SubnetId });
  assert.deepEqual(resourcesOf(checksOf(harness, 'DisassociateRouteTable', { AssociationId })), [
    `ec2:DisassociateRouteTable ${arn(`route-table/${RouteTableId}`)}`,
    `ec2:DisassociateRouteTable ${arn(`subnet/${SubnetId}`)}`,
  ]);
});

test('what a call only mentions needs no permission: the target of a route, the group that a rule lets in', () => {
  const harness = newHarness();
  const other = 'sg-00000000000000009';
  const route = { RouteTableId: 'rtb-0000000000000000f', GatewayId: 'igw-0000000000000000f' };
  assert.deepEqual(resourcesOf(checksOf(harness, 'CreateRoute', route)), [
    `ec2:CreateRoute ${arn('route-table/rtb-0000000000000000f')}`,
  ]);
  const rule = {
    GroupId: 'sg-0000000000000000f',
    IpPermissions: [{ UserIdGroupPairs: [{ GroupId: other }] }],
  };
  assert.deepEqual(resourcesOf(checksOf(harness, 'AuthorizeSecurityGroupIngress', rule)), [
    `ec2:AuthorizeSecurityGroupIngress ${arn('security-group/sg-0000000000000000f')}`,
  ]);
  const described = {
    GroupName: 'vpc-00000000000000001',
    Description: other,
    VpcId: 'vpc-00000000000000002',
  };
  assert.deepEqual(resourcesOf(checksOf(harness, 'CreateSecurityGroup', described)), [
    `ec2:CreateSecurityGroup ${arn('security-group/*')}`,
    `ec2:CreateSecurityGroup ${arn('vpc/vpc-00000000000000002')}`,
  ]);
});

test("a resource's tags and owner are looked up; tagging is about any resource", () => {
  const harness = newHarness();
  const { VpcId } = makeVpc(harness, 0, { accountId: '222222222222' });
  const TagSpecifications = [
    { ResourceType: 'security-group' as const, Tags: [{ Key: 'team', Value: 'red' }] },
  ];
  const ours = makeVpc(harness, 1);
  const { GroupId } = harness.run(createSecurityGroup, {
    VpcId: ours.VpcId,
    GroupName: 'g',
    Description: 'g',
    TagSpecifications,
  });
  const tag = checksOf(harness, 'CreateTags', {
    Resources: [VpcId, GroupId],
    Tags: [{ Key: 'a', Value: 'b' }],
  });
  assert.deepEqual(resourcesOf(tag), [
    `ec2:CreateTags ${arn(`vpc/${VpcId}`, '222222222222')}`,
    `ec2:CreateTags ${arn(`security-group/${GroupId}`)}`,
  ]);
  const { context } = tag[1]!;
  assert.equal(context['ec2:ResourceTag/team'], 'red');
  assert.equal(context['aws:ResourceTag/team'], 'red');
  assert.equal(context['aws:RequestTag/a'], 'b');
  assert.equal(context['ec2:Vpc'], arn(`vpc/${ours.VpcId}`));
  const untag = checksOf(harness, 'DeleteTags', { Resources: [GroupId], Tags: [{ Key: 'a' }] });
  assert.deepEqual(
    [untag[0]!.context['aws:TagKeys'], untag[0]!.context['aws:RequestTag/a']],
    [['a'], undefined],
  );
});

test('who makes a flow log has logs delivered, and opens his bucket for them where it is not open', () => {
  const harness = newHarness();
  const { VpcId } = makeVpc(harness);
  const putBucket = (policy?: string) =>
    harness.store.change(({ buckets }) =>
      buckets.put({
        ...{ bucketName: 'flows', accountId, region: 'us-east-1', creationDate: '2026-01-31T12:00:00.000Z' },
        ...(policy && { policy }),
      }),
    );
  const make = () =>
    resourcesOf(
      checksOf(harness, 'CreateFlowLogs', {
        ...{ ResourceIds: [VpcId], ResourceType: 'VPC', LogDestination: 'arn:aws:s3:::flows/logs' },
      }),
    );
  const always = [
    `ec2:CreateFlowLogs ${arn('vpc-flow-log/*')}`,
    `ec2:CreateFlowLogs ${arn(`vpc/${VpcId}`)}`,
    'logs:CreateLogDelivery *',
  ];
  assert.deepEqual(make(), always);
  const bucket = putBucket();
  assert.deepEqual(make(), [
    ...always,
    's3:GetBucketPolicy arn:aws:s3:::flows',
    's3:PutBucketPolicy arn:aws:s3:::flows',
  ]);
  putBucket(withLogDelivery(bucket, { accountId, region: 'us-east-1' }, 'logs/'));
  assert.deepEqual(make(), always);
  assert.deepEqual(resourcesOf(checksOf(harness, 'DeleteFlowLogs', { FlowLogIds: ['fl-00000001'] })), [
    `ec2:DeleteFlowLogs ${arn('vpc-flow-log/fl-00000001')}`,
    'logs:DeleteLogDelivery *',
  ]);
});

test('describing is a permission on everything, but for the few that are about one resource', () => {
  const harness = newHarness();
  assert.deepEqual(resourcesOf(checksOf(harness, 'DescribeVpcs', { VpcIds: ['vpc-00000000000000001'] })), [
    'ec2:DescribeVpcs *',
  ]);
  assert.deepEqual(
    resourcesOf(checksOf(harness, 'DescribeVpcAttribute', { VpcId: 'vpc-00000000000000001' })),
    [`ec2:DescribeVpcAttribute ${arn('vpc/vpc-00000000000000001')}`],
  );
});

test('every operation that changes something is a permission on some kind of resource', () => {
  const without = Object.keys(ec2Operations).filter(
    (operation) => !operation.startsWith('Describe') && resourceTypesOf(operation).length === 0,
  );
  assert.deepEqual(without, []);
});
