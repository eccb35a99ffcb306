// Who may call EC2, ELBv2, IAM and STS: users with policies through the official SDK, and the words in which they are refused.

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import {
  accountId,
  allow,
  cloud,
  createRole,
  createUserWithKey,
  documentOf,
  root,
  trust,
} from './iam-fixture.ts';
import { createVpc, failure } from './sdk-cloud.ts';

const rootEc2 = cloud.ec2(accountId);
after(() => rootEc2.destroy());
const userArn = (name: string) => `arn:aws:iam::${accountId}:user/${name}`;

test('a user without policies may do nothing, and reads why', async () => {
  const { caller, user } = await createUserWithKey('nobody');
  const { VpcId } = (await rootEc2.createVpc({ CidrBlock: '10.9.0.0/16' })).Vpc!;
  const vpcArn = `arn:aws:ec2:us-east-1:${accountId}:vpc/${VpcId}`;
  const words = `You are not authorized to perform this operation. User: ${userArn('nobody')} is not authorized to perform: ec2:DeleteVpc on resource: ${vpcArn} because no identity-based policy allows the ec2:DeleteVpc action. Encoded authorization failure message: `;
  const refused = await cloud
    .ec2(caller)
    .deleteVpc({ VpcId })
    .catch((error: Error) => error);
  assert.ok(refused instanceof Error);
  assert.equal(refused.name, 'UnauthorizedOperation');
  assert.ok(refused.message.startsWith(words), refused.message);
  assert.ok(cloud.store.cloud.vpcs.has(VpcId!));

  const EncodedMessage = refused.message.slice(words.length);
  const { DecodedMessage } = await cloud.sts(accountId).decodeAuthorizationMessage({ EncodedMessage });
  const decoded = JSON.parse(DecodedMessage!);
  assert.equal(decoded.allowed, false);
  assert.equal(decoded.explicitDeny, false);
  assert.deepEqual([decoded.matchedStatements, decoded.failures], [{ items: [] }, { items: [] }]);
  const { conditions, ...about } = decoded.context;
  assert.deepEqual(about, {
    principal: { id: user.UserId, name: 'nobody', arn: userArn('nobody') },
    action: 'ec2:DeleteVpc',
    resource: vpcArn,
  });
  const region = { key: 'aws:requestedregion', values: { items: [{ value: 'us-east-1' }] } };
  assert.deepEqual(
    conditions.items.find(({ key }: { key: string }) => key === region.key),
    region,
  );

  const listWords = `User: ${userArn('nobody')} is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::${accountId}:user/ because no identity-based policy allows the iam:ListUsers action`;
  await assert.rejects(cloud.iam(caller).listUsers({}), failure('AccessDenied', listWords));
  await assert.rejects(
    cloud.elbv2(caller).describeLoadBalancers({}),
    failure('AccessDenied', /elasticloadbalancing:DescribeLoadBalancers on resource: \*/),
  );
  // AWS: who one is, one may always ask.
  assert.equal((await cloud.sts(caller).getCallerIdentity({})).Arn, userArn('nobody'));
});

test('a permission reaches as far as its resources and its conditions', async () => {
  const { vpcId: first, subnetIds } = await createVpc(rootEc2, ['a']);
  const { vpcId: second } = await createVpc(rootEc2, [], '10.1.0.0/16');
  await rootEc2.createTags({ Resources: [first], Tags: [{ Key: 'team', Value: 'blue' }] });
  const policy = documentOf(
    { Effect: 'Allow', Action: 'ec2:Describe*', Resource: '*' },
    {
      Effect: 'Allow',
      Action: 'ec2:*Vpc*',
      Resource: '*',
      Condition: { StringEquals: { 'ec2:ResourceTag/team': 'blue' } },
    },
    {
      Effect: 'Allow',
      Action: 'ec2:CreateSecurityGroup',
      Resource: [`arn:aws:ec2:*:*:vpc/${first}`, 'arn:aws:ec2:*:*:security-group/*'],
    },
  );
  const { caller } = await createUserWithKey('blue', policy);
  const blue = cloud.ec2(caller);
  assert.equal((await blue.describeSubnets({ SubnetIds: subnetIds })).Subnets!.length, 1);
  await blue.modifyVpcAttribute({ VpcId: first, EnableDnsHostnames: { Value: true } });
  await assert.rejects(
    blue.modifyVpcAttribute({ VpcId: second, EnableDnsHostnames: { Value: true } }),
    failure('UnauthorizedOperation'),
  );
  const group = { GroupName: 'g', Description: 'g' };
  await blue.createSecurityGroup({ ...group, VpcId: first });
  await assert.rejects(
    blue.createSecurityGroup({ ...group, VpcId: second }),
    failure('UnauthorizedOperation', new RegExp(`on resource: \\S+:vpc/${second} because`)),
  );
  // Tags at creation are a permission of their own.
  const TagSpecifications = [{ ResourceType: 'security-group' as const, Tags: [{ Key: 'a', Value: 'b' }] }];
  await assert.rejects(
    blue.createSecurityGroup({ GroupName: 'h', Description: 'h', VpcId: first, TagSpecifications }),
    failure('UnauthorizedOperation', /ec2:CreateTags on resource: \S+:security-group\/\* because/),
  );
});

test('a dry run tells who may from who may not', async () => {
  const { caller } = await createUserWithKey('planner', allow('ec2:CreateVpc'));
  const planner = cloud.ec2(caller);
  await assert.rejects(
    planner.createVpc({ CidrBlock: '10.0.0.0/16', DryRun: true }),
    failure('DryRunOperation'),
  );
  await assert.rejects(planner.createInternetGateway({ DryRun: true }), failure('UnauthorizedOperation'));
});

test('a policy that denies outweighs one that allows, for users and for sessions', async () => {
  const policy = documentOf(
    { Effect: 'Allow', Action: '*', Resource: '*' },
    { Effect: 'Deny', Action: 'ec2:DeleteVpc', Resource: '*' },
  );
  const { caller } = await createUserWithKey('admin', policy);
  const words =
    /is not authorized to perform: ec2:DeleteVpc on resource: \S+ with an explicit deny in an identity-based policy/;
  await assert.rejects(
    cloud.ec2(caller).deleteVpc({ VpcId: 'vpc-00000000000000001' }),
    failure('UnauthorizedOperation', words),
  );

  await createRole('operator', trust(accountId));
  await root.putRolePolicy({ RoleName: 'operator', PolicyName: 'all', PolicyDocument: allow('ec2:*') });
  const RoleArn = `arn:aws:iam::${accountId}:role/operator`;
  const { Credentials } = await cloud.sts(caller).assumeRole({
    RoleArn,
    RoleSessionName: 'session',
    Policy: allow('ec2:Describe*'),
  });
  const session = cloud.ec2({
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken!,
  });
  await session.describeVpcs({});
  await assert.rejects(
    session.createVpc({ CidrBlock: '10.0.0.0/16' }),
    failure(
      'UnauthorizedOperation',
      /assumed-role\/operator\/session is not authorized to perform: ec2:CreateVpc .* because no session policy allows/,
    ),
  );
});

test('a role is not passed by who may only launch', async () => {
  await createRole('app', trust({ Service: 'ec2.amazonaws.com' }));
  await root.createInstanceProfile({ InstanceProfileName: 'app' });
  await root.addRoleToInstanceProfile({ InstanceProfileName: 'app', RoleName: 'app' });
  const { caller } = await createUserWithKey('launcher', allow('ec2:*'));
  const { subnetIds } = await createVpc(rootEc2, ['a'], '10.2.0.0/16');
  const launch = {
    ImageId: (await rootEc2.describeImages({})).Images![0]!.ImageId!,
    InstanceType: 't3.micro' as const,
    MinCount: 1,
    MaxCount: 1,
    SubnetId: subnetIds[0]!,
    IamInstanceProfile: { Name: 'app' },
  };
  const roleArn = `arn:aws:iam::${accountId}:role/app`;
  await assert.rejects(
    cloud.ec2(caller).runInstances(launch),
    failure(
      'UnauthorizedOperation',
      new RegExp(`not authorized to perform: iam:PassRole on resource: ${roleArn} because`),
    ),
  );
  const condition = { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } };
  const policy = documentOf({
    Effect: 'Allow',
    Action: 'iam:PassRole',
    Resource: roleArn,
    Condition: condition,
  });
  await root.putUserPolicy({ UserName: 'launcher', PolicyName: 'pass', PolicyDocument: policy });
  await cloud.ec2(caller).runInstances(launch);
});

test('in IAM a permission is on users and roles by their paths, and on the caller when nobody is named', async () => {
  const { caller } = await createUserWithKey(
    'self',
    allow(['iam:GetUser', 'iam:ListAccessKeys'], userArn('self')),
  );
  const iam = cloud.iam(caller);
  assert.equal((await iam.getUser({})).User!.UserName, 'self');
  assert.equal((await iam.listAccessKeys({})).AccessKeyMetadata!.length, 1);
  await assert.rejects(
    iam.getUser({ UserName: 'blue' }),
    failure('AccessDenied', /iam:GetUser on resource: \S+:user\/blue /),
  );

  const team = await createUserWithKey('lead', allow('iam:*', `arn:aws:iam::${accountId}:user/team/*`));
  const lead = cloud.iam(team.caller);
  await lead.createUser({ UserName: 'member', Path: '/team/' });
  await lead.tagUser({ UserName: 'member', Tags: [{ Key: 'a', Value: 'b' }] });
  await assert.rejects(
    lead.createUser({ UserName: 'outsider', Path: '/other/' }),
    failure('AccessDenied', /:user\/other\/outsider /),
  );
  await assert.rejects(lead.deleteUser({ UserName: 'self' }), failure('AccessDenied'));
});

test('load balancing is a permission on what is made by its name, and on what is named by its ARN', async () => {
  const { vpcId, subnetIds } = await createVpc(rootEc2, ['a'], '10.3.0.0/16');
  const elbArn = `arn:aws:elasticloadbalancing:us-east-1:${accountId}`;
  const policy = allow('elasticloadbalancing:*', [
    `${elbArn}:loadbalancer/net/web*/*`,
    `${elbArn}:targetgroup/web*/*`,
  ]);
  const { caller } = await createUserWithKey('balancer', policy);
  const elbv2 = cloud.elbv2(caller);
  const group = { Protocol: 'TCP' as const, Port: 80, VpcId: vpcId };
  const { TargetGroups } = await elbv2.createTargetGroup({ Name: 'web', ...group });
  await elbv2.modifyTargetGroup({
    TargetGroupArn: TargetGroups![0]!.TargetGroupArn!,
    HealthCheckIntervalSeconds: 30,
  });
  await assert.rejects(
    elbv2.createTargetGroup({ Name: 'other', ...group }),
    failure('AccessDenied', /:targetgroup\/other\/\* because/),
  );
  const { LoadBalancers } = await elbv2.createLoadBalancer({
    Name: 'web',
    Type: 'network',
    Scheme: 'internal',
    Subnets: subnetIds,
  });
  await elbv2.createListener({
    LoadBalancerArn: LoadBalancers![0]!.LoadBalancerArn!,
    Protocol: 'TCP',
    Port: 80,
    DefaultActions: [{ Type: 'forward', TargetGroupArn: TargetGroups![0]!.TargetGroupArn! }],
  });
  await assert.rejects(elbv2.describeTargetGroups({}), failure('AccessDenied'));
});

test('keys that are wrong, inactive or over are refused in the words of each service', async () => {
  const { caller } = await createUserWithKey('temporary', allow('*'));
  const wrong = { ...(caller as object), secretAccessKey: 'wrong' } as typeof caller;
  await assert.rejects(
    cloud.ec2(wrong).describeVpcs({}),
    failure('AuthFailure', 'AWS was not able to validate the provided access credentials'),
  );
  await assert.rejects(
    cloud.sts(wrong).getCallerIdentity({}),
    failure(
      'SignatureDoesNotMatch',
      /^The request signature we calculated .*The Canonical String for this request should have been\n'POST\n/s,
    ),
  );
  await cloud.ec2(caller).describeVpcs({});
  const { accessKeyId } = caller as { accessKeyId: string };
  await root.updateAccessKey({ UserName: 'temporary', AccessKeyId: accessKeyId, Status: 'Inactive' });
  await assert.rejects(cloud.sts(caller).getCallerIdentity({}), failure('InvalidClientTokenId'));
  await assert.rejects(cloud.ec2(caller).describeVpcs({}), failure('AuthFailure'));
});
