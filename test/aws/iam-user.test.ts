// Users and their access keys through the official SDK.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { paginateListUsers } from '@aws-sdk/client-iam';
import { accountId, allow, cloud, createUserWithKey, otherRoot, type Refusal, root } from './iam-fixture.ts';
import { failure } from './sdk-cloud.ts';

test('a user is made, shown, changed and deleted', async () => {
  const { User: made } = await root.createUser({
    UserName: 'Ada',
    Path: '/team/',
    Tags: [{ Key: 'Team', Value: 'blue' }],
  });
  assert.equal(made?.Arn, `arn:aws:iam::${accountId}:user/team/Ada`);
  assert.match(made?.UserId ?? '', /^AIDA[A-Z2-7]{17}$/);
  assert.deepEqual(made?.Tags, [{ Key: 'Team', Value: 'blue' }]);
  const { User: shown } = await root.getUser({ UserName: 'ada' });
  assert.deepEqual(shown, made);
  await assert.rejects(
    root.createUser({ UserName: 'ADA' }),
    failure('EntityAlreadyExistsException', 'User with name ADA already exists.'),
  );
  await otherRoot.createUser({ UserName: 'Ada' });
  await otherRoot.deleteUser({ UserName: 'Ada' });

  await root.updateUser({ UserName: 'Ada', NewUserName: 'Grace', NewPath: '/' });
  const { User: renamed } = await root.getUser({ UserName: 'Grace' });
  assert.deepEqual(renamed, {
    ...made,
    UserName: 'Grace',
    Path: '/',
    Arn: `arn:aws:iam::${accountId}:user/Grace`,
  });
  await assert.rejects(
    root.getUser({ UserName: 'Ada' }),
    failure('NoSuchEntityException', 'The user with name Ada cannot be found.'),
  );
  await root.createUser({ UserName: 'Taken' });
  await assert.rejects(
    root.updateUser({ UserName: 'Grace', NewUserName: 'taken' }),
    failure('EntityAlreadyExistsException'),
  );
  await root.deleteUser({ UserName: 'Taken' });
  await root.deleteUser({ UserName: 'Grace' });
  await assert.rejects(root.deleteUser({ UserName: 'Grace' }), failure('NoSuchEntityException'));
});

test('a user with keys or policies stays until they are gone', async () => {
  const UserName = 'kept';
  const { caller } = await createUserWithKey(UserName, allow('s3:*'));
  const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
  await root.attachUserPolicy({ UserName, PolicyArn });
  const conflict = (text: string) => failure('DeleteConflictException', `Cannot delete entity, ${text}`);
  await assert.rejects(root.deleteUser({ UserName }), conflict('must detach all policies first.'));
  await root.detachUserPolicy({ UserName, PolicyArn });
  await assert.rejects(root.deleteUser({ UserName }), conflict('must delete policies first.'));
  await root.deleteUserPolicy({ UserName, PolicyName: 'own' });
  await assert.rejects(root.deleteUser({ UserName }), conflict('must delete access keys first.'));
  const AccessKeyId = typeof caller === 'string' ? caller : caller.accessKeyId;
  await root.deleteAccessKey({ UserName, AccessKeyId });
  await root.deleteUser({ UserName });
});

test('users are listed by name, in pages, under a path', async () => {
  for (const name of ['delta', 'Bravo', 'charlie', 'alpha']) {
    await root.createUser({ UserName: name, Path: '/paged/' });
  }
  const names: string[] = [];
  const pages = paginateListUsers({ client: root, pageSize: 3 }, { PathPrefix: '/paged/' });
  for await (const { Users: users, IsTruncated: isTruncated, Marker: marker } of pages) {
    names.push(...users!.map(({ UserName }) => UserName!));
    assert.equal(isTruncated, marker !== undefined);
    // What a page showed may be gone before the next is asked for.
    if (isTruncated) await root.deleteUser({ UserName: 'charlie' });
  }
  assert.deepEqual(names, ['alpha', 'Bravo', 'charlie', 'delta']);
  assert.deepEqual((await root.listUsers({ PathPrefix: '/none/' })).Users, []);
  for (const UserName of ['delta', 'Bravo', 'alpha']) await root.deleteUser({ UserName });
});

test('the tags of a user do not tell upper from lower case', async () => {
  const UserName = 'tagged';
  await root.createUser({ UserName });
  const Tags = [
    { Key: 'b', Value: '1' },
    { Key: 'A', Value: '' },
  ];
  await root.tagUser({ UserName, Tags });
  await root.tagUser({ UserName, Tags: [{ Key: 'B', Value: '2' }] });
  const { Tags: listed } = await root.listUserTags({ UserName });
  assert.deepEqual(listed, [
    { Key: 'A', Value: '' },
    { Key: 'B', Value: '2' },
  ]);
  await root.untagUser({ UserName, TagKeys: ['a', 'not there'] });
  assert.deepEqual((await root.listUserTags({ UserName })).Tags, [{ Key: 'B', Value: '2' }]);
  const many = Array.from({ length: 50 }, (_, index) => ({ Key: `k${index}`, Value: 'v' }));
  await assert.rejects(root.tagUser({ UserName, Tags: many }), failure('LimitExceededException'));
  await root.deleteUser({ UserName });
});

test('an access key tells its secret once, is switched off and on, and there are two at most', async () => {
  const UserName = 'keys';
  const { caller } = await createUserWithKey(UserName);
  assert.ok(typeof caller !== 'string');
  assert.match(caller.accessKeyId, /^AKIA[A-Z2-7]{16}$/);
  assert.match(caller.secretAccessKey, /^[A-Za-z0-9+/]{40}$/);
  const { AccessKeyMetadata: [key] = [] } = await root.listAccessKeys({ UserName });
  assert.deepEqual(Object.keys(key!).sort(), ['AccessKeyId', 'CreateDate', 'Status', 'UserName']);
  assert.deepEqual([key?.AccessKeyId, key?.Status], [caller.accessKeyId, 'Active']);
  const { AccessKey: second } = await root.createAccessKey({ UserName });
  await assert.rejects(
    root.createAccessKey({ UserName }),
    failure('LimitExceededException', 'Cannot exceed quota for AccessKeysPerUser: 2'),
  );

  const AccessKeyId = caller.accessKeyId;
  const sts = cloud.sts(caller);
  await sts.getCallerIdentity({});
  await root.updateAccessKey({ UserName, AccessKeyId, Status: 'Inactive' });
  await assert.rejects(sts.getCallerIdentity({}), failure('InvalidClientTokenId'));
  await root.updateAccessKey({ UserName, AccessKeyId, Status: 'Active' });
  await sts.getCallerIdentity({});
  const wrong = cloud.sts({ ...caller, secretAccessKey: 'wrong' });
  await assert.rejects(wrong.getCallerIdentity({}), failure('SignatureDoesNotMatch'));

  await root.createUser({ UserName: 'no-keys' });
  await assert.rejects(
    root.deleteAccessKey({ UserName: 'no-keys', AccessKeyId }),
    failure('NoSuchEntityException', `The Access Key with id ${AccessKeyId} cannot be found.`),
  );
  for (const id of [AccessKeyId, second!.AccessKeyId!]) {
    await root.deleteAccessKey({ UserName, AccessKeyId: id });
  }
  await assert.rejects(sts.getCallerIdentity({}), failure('InvalidClientTokenId'));
});

test('when a key was last used is known, and another account is not told', async () => {
  const { caller } = await createUserWithKey('used');
  assert.ok(typeof caller !== 'string');
  const AccessKeyId = caller.accessKeyId;
  const { UserName, AccessKeyLastUsed } = await root.getAccessKeyLastUsed({ AccessKeyId });
  assert.equal(UserName, 'used');
  assert.deepEqual([AccessKeyLastUsed?.ServiceName, AccessKeyLastUsed?.Region], ['N/A', 'N/A']);
  await assert.rejects(otherRoot.getAccessKeyLastUsed({ AccessKeyId }), failure('NoSuchEntityException'));
  const date = '2026-01-31T12:00:00.000Z';
  cloud.store.change(({ iamAccessKeys }) => {
    const key = iamAccessKeys.find(AccessKeyId)!;
    iamAccessKeys.put({ ...key, lastUsed: { date, region: 'eu-west-1', serviceName: 's3' } });
  });
  const { AccessKeyLastUsed: used } = await root.getAccessKeyLastUsed({ AccessKeyId });
  assert.deepEqual(used, { LastUsedDate: new Date(date), ServiceName: 's3', Region: 'eu-west-1' });
});

test('a caller without a name is meant himself', async () => {
  const own = allow(['iam:GetUser', 'iam:*AccessKey*'], `arn:aws:iam::${accountId}:user/self`);
  const { user, caller } = await createUserWithKey('self', own);
  const self = cloud.iam(caller);
  assert.equal((await self.getUser({})).User?.UserId, user.UserId);
  const { AccessKey: second } = await self.createAccessKey({});
  assert.equal(second?.UserName, 'self');
  assert.equal((await self.listAccessKeys({})).AccessKeyMetadata?.length, 2);
  await self.deleteAccessKey({ AccessKeyId: second!.AccessKeyId! });

  const { User: rootUser } = await root.getUser({});
  assert.deepEqual([rootUser?.UserId, rootUser?.Arn], [accountId, `arn:aws:iam::${accountId}:root`]);
  const { AccessKey: rootKey } = await root.createAccessKey({});
  const AccessKeyId = rootKey!.AccessKeyId!;
  const byKey = cloud.sts({ accessKeyId: AccessKeyId, secretAccessKey: rootKey!.SecretAccessKey! });
  assert.equal((await byKey.getCallerIdentity({})).Arn, `arn:aws:iam::${accountId}:root`);
  await root.deleteAccessKey({ AccessKeyId });
});

test('a user who is renamed keeps keys and policies', async () => {
  const { user, caller } = await createUserWithKey('before', allow('iam:ListUsers'));
  await root.updateUser({ UserName: 'before', NewUserName: 'after' });
  const identity = await cloud.sts(caller).getCallerIdentity({});
  assert.deepEqual([identity.Arn, identity.UserId], [`arn:aws:iam::${accountId}:user/after`, user.UserId]);
  await cloud.iam(caller).listUsers({});
});

test('what a user cannot have here is said not to be there', async () => {
  const UserName = 'plain';
  await root.createUser({ UserName });
  assert.deepEqual((await root.listGroupsForUser({ UserName })).Groups, []);
  assert.deepEqual((await root.listMFADevices({ UserName })).MFADevices, []);
  assert.deepEqual((await root.listSigningCertificates({ UserName })).Certificates, []);
  assert.deepEqual((await root.listSSHPublicKeys({ UserName })).SSHPublicKeys, []);
  const { ServiceSpecificCredentials } = await root.listServiceSpecificCredentials({ UserName });
  assert.deepEqual(ServiceSpecificCredentials, []);
  await assert.rejects(
    root.getLoginProfile({ UserName }),
    failure('NoSuchEntityException', 'Login Profile for User plain cannot be found.'),
  );
  await assert.rejects(root.listGroupsForUser({ UserName: 'nobody' }), failure('NoSuchEntityException'));
  await assert.rejects(root.createLoginProfile({ UserName, Password: 'x' }), failure('NotImplemented'));
  await assert.rejects(root.createGroup({ GroupName: 'g' }), failure('NotImplemented'));
});

test('bad input is refused in the words of AWS', async () => {
  const characters =
    'The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-';
  const constraint = (field: string, value: string, text: string) =>
    `1 validation error detected: Value '${value}' at '${field}' failed to satisfy constraint: Member must ${text}`;
  const long = 'x'.repeat(65);
  const table: [call: () => Promise<unknown>, ...Refusal][] = [
    [() => root.createUser({ UserName: 'a b' }), 'ValidationError', characters],
    [
      () => root.createUser({ UserName: long }),
      'ValidationError',
      constraint('userName', long, 'have length less than or equal to 64'),
    ],
    [
      () => root.createUser({ UserName: '' }),
      'ValidationError',
      constraint('userName', '', 'have length greater than or equal to 1'),
    ],
    [() => root.createUser({ UserName: undefined as never }), 'ValidationError', /Value null at 'userName'/],
    [() => root.createUser({ UserName: 'u', Path: 'x' }), 'ValidationError', /^The specified value for path/],
    [() => root.createUser({ UserName: 'u', Path: '/x' }), 'ValidationError', /must begin and end with \//],
    [() => root.listUsers({ PathPrefix: 'x' }), 'ValidationError', /pathPrefix is invalid/],
    [() => root.listUsers({ MaxItems: 0 }), 'ValidationError', /'maxItems'.*greater than or equal to 1$/],
    [() => root.listUsers({ MaxItems: 1001 }), 'ValidationError', /'maxItems'.*less than or equal to 1000$/],
    [() => root.listUsers({ Marker: 'none of ours' }), 'ValidationError', 'Invalid Marker.'],
    [() => root.createUser({ UserName: 'u', Tags: [{ Key: 'aws:x', Value: '' }] }), 'InvalidInputException'],
    [
      () =>
        root.createUser({
          UserName: 'u',
          Tags: [
            { Key: 'a', Value: '' },
            { Key: 'A', Value: '' },
          ],
        }),
      'InvalidInputException',
      'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
    ],
    [
      () => root.createUser({ UserName: 'u', Tags: [{ Key: 'a#', Value: '' }] }),
      'ValidationError',
      /'tags.1.member.key' failed to satisfy constraint: Member must satisfy regular expression pattern/,
    ],
    [
      () => root.updateAccessKey({ AccessKeyId: 'AKIA0123456789012345', Status: 'Off' as never }),
      'ValidationError',
      /'status' failed to satisfy constraint: Member must satisfy enum value set: \[Active,Inactive\]/,
    ],
    [
      () => root.getAccessKeyLastUsed({ AccessKeyId: 'short' }),
      'ValidationError',
      /greater than or equal to 16/,
    ],
    [() => root.createAccessKey({ UserName: 'nobody' }), 'NoSuchEntityException'],
  ];
  for (const [call, ...refusal] of table) await assert.rejects(call, failure(...refusal));
  await assert.rejects(root.getUser({ UserName: 'u' }), failure('NoSuchEntityException'));
});
