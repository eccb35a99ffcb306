// Roles and instance profiles through the official SDK.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  accountId,
  allow,
  cloud,
  createRole,
  createUserWithKey,
  documentOf,
  otherAccountId,
  otherRoot,
  type Refusal,
  root,
  trust,
  trustEc2,
} from './iam-fixture.ts';
import { failure } from './sdk-cloud.ts';

const boundaryArn = 'arn:aws:iam::aws:policy/ReadOnlyAccess';

test('a role is made, shown, changed and deleted', async () => {
  const { Role: made } = await root.createRole({
    RoleName: 'App',
    Path: '/service/',
    AssumeRolePolicyDocument: trustEc2,
    Description: 'reads',
    MaxSessionDuration: 7200,
    PermissionsBoundary: boundaryArn,
    Tags: [{ Key: 'Team', Value: 'blue' }],
  });
  assert.equal(made?.Arn, `arn:aws:iam::${accountId}:role/service/App`);
  assert.match(made?.RoleId ?? '', /^AROA[A-Z2-7]{17}$/);
  assert.match(made?.AssumeRolePolicyDocument ?? '', /^%7B%22Version%22%3A%222012-10-17%22%2C/);
  assert.equal(decodeURIComponent(made!.AssumeRolePolicyDocument!), trustEc2);
  assert.equal(made?.PermissionsBoundary?.PermissionsBoundaryArn, boundaryArn);
  assert.deepEqual((await root.getRole({ RoleName: 'app' })).Role, made);
  await assert.rejects(
    createRole('APP', trustEc2),
    failure('EntityAlreadyExistsException', 'Role with name APP already exists.'),
  );

  await root.updateRole({ RoleName: 'App', MaxSessionDuration: 3600 });
  const { Role: described } = await root.updateRoleDescription({ RoleName: 'App', Description: 'writes' });
  assert.deepEqual([described?.Description, described?.MaxSessionDuration], ['writes', 3600]);
  await root.updateRole({ RoleName: 'App', Description: '' });
  assert.equal((await root.getRole({ RoleName: 'App' })).Role?.Description, '');
  const account = trust(otherAccountId);
  await root.updateAssumeRolePolicy({ RoleName: 'App', PolicyDocument: account });
  const { Role: trusting } = await root.getRole({ RoleName: 'App' });
  assert.equal(decodeURIComponent(trusting!.AssumeRolePolicyDocument!), account);

  await root.deleteRole({ RoleName: 'App' });
  await assert.rejects(
    root.getRole({ RoleName: 'App' }),
    failure('NoSuchEntityException', 'The role with name App cannot be found.'),
  );
});

test('roles are listed by name, in pages, without tags and boundary', async () => {
  for (const name of ['two', 'One', 'three']) {
    await root.createRole({
      RoleName: name,
      Path: '/listed/',
      AssumeRolePolicyDocument: trustEc2,
      PermissionsBoundary: boundaryArn,
      Tags: [{ Key: 'a', Value: 'b' }],
    });
  }
  const first = await root.listRoles({ PathPrefix: '/listed/', MaxItems: 2 });
  assert.deepEqual(
    first.Roles?.map(({ RoleName }) => RoleName),
    ['One', 'three'],
  );
  assert.deepEqual([first.Roles?.[0]?.Tags, first.Roles?.[0]?.PermissionsBoundary], [undefined, undefined]);
  assert.equal(first.IsTruncated, true);
  const second = await root.listRoles({ PathPrefix: '/listed/', Marker: first.Marker! });
  assert.deepEqual(
    second.Roles?.map(({ RoleName }) => RoleName),
    ['two'],
  );
  assert.deepEqual([second.IsTruncated, second.Marker], [false, undefined]);
  assert.deepEqual((await otherRoot.listRoles({})).Roles, []);
});

test('roles have tags', async () => {
  const RoleName = 'tagged';
  await createRole(RoleName, trustEc2);
  await root.tagRole({ RoleName, Tags: [{ Key: 'a', Value: '1' }] });
  await root.tagRole({ RoleName, Tags: [{ Key: 'b', Value: '2' }] });
  await root.untagRole({ RoleName, TagKeys: ['a'] });
  assert.deepEqual((await root.listRoleTags({ RoleName })).Tags, [{ Key: 'b', Value: '2' }]);
});

test('a boundary is put on users and roles and taken off', async () => {
  const { caller } = await createUserWithKey('bounded', allow('iam:*'));
  const bounded = { UserName: 'bounded' };
  await root.putUserPermissionsBoundary({ ...bounded, PermissionsBoundary: boundaryArn });
  const { User: user } = await root.getUser(bounded);
  assert.deepEqual(user?.PermissionsBoundary, {
    PermissionsBoundaryType: 'Policy',
    PermissionsBoundaryArn: boundaryArn,
  });
  await cloud.iam(caller).listUsers({});
  await assert.rejects(
    cloud.iam(caller).createUser({ UserName: 'more' }),
    failure('AccessDenied', /because no permissions boundary allows the iam:CreateUser action/),
  );
  await root.deleteUserPermissionsBoundary(bounded);
  assert.equal((await root.getUser(bounded)).User?.PermissionsBoundary, undefined);
  await cloud.iam(caller).createUser({ UserName: 'more' });

  const RoleName = 'bounded';
  await createRole(RoleName, trustEc2);
  await root.putRolePermissionsBoundary({ RoleName, PermissionsBoundary: boundaryArn });
  const { Role: role } = await root.getRole({ RoleName });
  assert.equal(role?.PermissionsBoundary?.PermissionsBoundaryArn, boundaryArn);
  await root.deleteRolePermissionsBoundary({ RoleName });
  assert.equal((await root.getRole({ RoleName })).Role?.PermissionsBoundary, undefined);
  const missing = `arn:aws:iam::${accountId}:policy/missing`;
  await assert.rejects(
    root.putRolePermissionsBoundary({ RoleName, PermissionsBoundary: missing }),
    failure('NoSuchEntityException', `Scope ARN: ${missing} does not exist or is not attachable.`),
  );
});

test('an instance profile has one role, which it keeps from being deleted', async () => {
  const InstanceProfileName = 'Web';
  const { InstanceProfile: made } = await root.createInstanceProfile({
    InstanceProfileName,
    Path: '/x/',
    Tags: [{ Key: 'a', Value: 'b' }],
  });
  assert.equal(made?.Arn, `arn:aws:iam::${accountId}:instance-profile/x/Web`);
  assert.match(made?.InstanceProfileId ?? '', /^AIPA[A-Z2-7]{17}$/);
  assert.deepEqual(made?.Roles, []);
  await assert.rejects(
    root.createInstanceProfile({ InstanceProfileName: 'web' }),
    failure('EntityAlreadyExistsException', 'Instance Profile web already exists.'),
  );
  const role = await createRole('web', trustEc2);
  const both = { InstanceProfileName, RoleName: 'web' };
  await root.addRoleToInstanceProfile(both);
  await assert.rejects(
    root.addRoleToInstanceProfile(both),
    failure('LimitExceededException', 'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1'),
  );
  const { InstanceProfile: shown } = await root.getInstanceProfile({ InstanceProfileName });
  assert.deepEqual(
    shown?.Roles?.map(({ Arn }) => Arn),
    [role.Arn],
  );
  const { InstanceProfiles: ofRole } = await root.listInstanceProfilesForRole({ RoleName: 'web' });
  assert.deepEqual(
    ofRole?.map(({ Arn }) => Arn),
    [made?.Arn],
  );
  assert.equal((await root.listInstanceProfiles({ PathPrefix: '/x/' })).InstanceProfiles?.length, 1);
  assert.equal((await root.listInstanceProfiles({ PathPrefix: '/y/' })).InstanceProfiles?.length, 0);

  const inUse = failure(
    'DeleteConflictException',
    'Cannot delete entity, must remove roles from instance profile first.',
  );
  await assert.rejects(root.deleteRole({ RoleName: 'web' }), inUse);
  await assert.rejects(root.deleteInstanceProfile({ InstanceProfileName }), inUse);
  await root.removeRoleFromInstanceProfile(both);
  await assert.rejects(root.removeRoleFromInstanceProfile(both), failure('NoSuchEntityException'));

  await root.tagInstanceProfile({ InstanceProfileName, Tags: [{ Key: 'c', Value: 'd' }] });
  await root.untagInstanceProfile({ InstanceProfileName, TagKeys: ['a'] });
  const { Tags } = await root.listInstanceProfileTags({ InstanceProfileName });
  assert.deepEqual(Tags, [{ Key: 'c', Value: 'd' }]);
  await root.deleteInstanceProfile({ InstanceProfileName });
  await root.deleteRole({ RoleName: 'web' });
  await assert.rejects(
    root.getInstanceProfile({ InstanceProfileName }),
    failure('NoSuchEntityException', 'Instance Profile Web cannot be found.'),
  );
});

test('who puts a role into a profile must be let pass it, however its name is written', async () => {
  await createRole('Strong', trustEc2);
  await root.createInstanceProfile({ InstanceProfileName: 'handed' });
  const may = allow('iam:AddRoleToInstanceProfile');
  const { caller } = await createUserWithKey('hander', may);
  for (const RoleName of ['Strong', 'STRONG']) {
    await assert.rejects(
      cloud.iam(caller).addRoleToInstanceProfile({ InstanceProfileName: 'handed', RoleName }),
      failure('AccessDenied', /not authorized to perform: iam:PassRole on resource: .*:role\/Strong because/),
    );
  }
});

test('a trust policy means who was there, not who takes the name later', async () => {
  const { User: user } = await root.createUser({ UserName: 'trusted' });
  const { Arn: trustedArn } = await createRole('trusted', trustEc2);
  await createRole(
    'trusting',
    trust({ AWS: [user!.Arn!, trustedArn!] }, { StringEquals: { 'aws:PrincipalArn': user!.Arn } }),
  );
  const principals = async () => {
    const { Role: role } = await root.getRole({ RoleName: 'trusting' });
    const [statement] = JSON.parse(decodeURIComponent(role!.AssumeRolePolicyDocument!)).Statement;
    assert.equal(statement.Condition.StringEquals['aws:PrincipalArn'], user!.Arn);
    return statement.Principal.AWS;
  };
  await root.updateUser({ UserName: 'trusted', NewUserName: 'renamed' });
  assert.deepEqual(await principals(), [`arn:aws:iam::${accountId}:user/renamed`, trustedArn]);
  await root.deleteUser({ UserName: 'renamed' });
  const { Role: role } = await root.getRole({ RoleName: 'trusted' });
  await root.deleteRole({ RoleName: 'trusted' });
  assert.deepEqual(await principals(), [user!.UserId, role!.RoleId]);
});

test('bucket and endpoint policies mean who was there, too', async () => {
  const { User: user } = await root.createUser({ UserName: 'reader' });
  const Principal = { AWS: user!.Arn };
  const policy = documentOf({ Effect: 'Allow', Principal, Action: 's3:*', Resource: 'arn:aws:s3:::b/*' });
  const owned = { accountId: otherAccountId, region: 'us-east-1' };
  const vpcEndpointId = 'vpce-0123456789abcdef0';
  cloud.store.change(({ buckets, vpcEndpoints }) => {
    const creationDate = '2026-01-31T12:00:00.000Z';
    buckets.put({ ...owned, bucketName: 'b', creationDate, policy });
    vpcEndpoints.put({
      ...{ ...owned, vpcEndpointId, vpcId: 'vpc-0123456789abcdef0', vpcEndpointType: 'Gateway' },
      ...{ serviceName: 'com.amazonaws.us-east-1.s3', gatewayService: 's3', routeTableIds: [] },
      ...{ creationTimestamp: creationDate, policyDocument: policy },
    });
  });
  await root.deleteUser({ UserName: 'reader' });
  const expected = policy.replace(user!.Arn!, user!.UserId!);
  const endpoint = cloud.store.cloud.vpcEndpoints.find(vpcEndpointId);
  assert.equal(endpoint?.vpcEndpointType === 'Gateway' && endpoint.policyDocument, expected);
  assert.equal(cloud.store.cloud.buckets.find('b')?.policy, expected);
});

test('bad input is refused in the words of AWS', async () => {
  const nobody = `arn:aws:iam::${accountId}:user/nobody`;
  const long = 'x'.repeat(65);
  const create = (input: object) =>
    root.createRole({ RoleName: 'bad', AssumeRolePolicyDocument: trustEc2, ...input });
  const table: [call: () => Promise<unknown>, ...Refusal][] = [
    [() => create({ RoleName: 'a/b' }), 'ValidationError', /^The specified value for roleName is invalid/],
    [() => create({ RoleName: long }), 'ValidationError', /'roleName'.*less than or equal to 64$/],
    [
      () => create({ MaxSessionDuration: 3599 }),
      'ValidationError',
      "1 validation error detected: Value '3599' at 'maxSessionDuration' failed to satisfy constraint: Member must have value greater than or equal to 3600",
    ],
    [() => create({ MaxSessionDuration: 43_201 }), 'ValidationError', /less than or equal to 43200$/],
    [() => create({ Description: 'x'.repeat(1001) }), 'ValidationError', /less than or equal to 1000$/],
    [() => create({ Description: 'a — b' }), 'ValidationError', /value for description is invalid/],
    [
      () => create({ AssumeRolePolicyDocument: '{' }),
      'MalformedPolicyDocumentException',
      'This policy contains invalid Json',
    ],
    [() => create({ AssumeRolePolicyDocument: allow('s3:*') }), 'MalformedPolicyDocumentException'],
    [
      () => create({ AssumeRolePolicyDocument: trust(nobody) }),
      'MalformedPolicyDocumentException',
      `Invalid principal in policy: "AWS":"${nobody}"`,
    ],
    [
      () => create({ AssumeRolePolicyDocument: trust(`arn:aws:sts::${accountId}:assumed-role/nobody/x`) }),
      'MalformedPolicyDocumentException',
    ],
    [
      () =>
        create({
          AssumeRolePolicyDocument: trust(accountId, {
            StringEquals: { 'sts:ExternalId': 'x'.repeat(2000) },
          }),
        }),
      'LimitExceededException',
      'Cannot exceed quota for ACLSizePerRole: 2048',
    ],
    [() => create({ PermissionsBoundary: 'short' }), 'ValidationError', /'permissionsBoundary'/],
    [() => create({ PermissionsBoundary: `${nobody}/and/more` }), 'InvalidInputException', /is not valid/],
    [
      () => root.updateAssumeRolePolicy({ RoleName: 'none', PolicyDocument: trustEc2 }),
      'NoSuchEntityException',
    ],
    [() => root.listInstanceProfilesForRole({ RoleName: 'none' }), 'NoSuchEntityException'],
    [() => root.createServiceLinkedRole({ AWSServiceName: 'autoscaling.amazonaws.com' }), 'NotImplemented'],
  ];
  for (const [call, ...refusal] of table) await assert.rejects(call, failure(...refusal));
  await assert.rejects(root.getRole({ RoleName: 'bad' }), failure('NoSuchEntityException'));
});
