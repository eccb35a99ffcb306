// Becoming a role through the official SDK: whom the trust policy lets in, for how long, and with what taken away.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AssumeRoleRequest, Credentials, STS } from '@aws-sdk/client-sts';
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
import { type Caller, failure } from './sdk-cloud.ts';

const { user, caller } = await createUserWithKey('ada');
const ada = cloud.sts(caller);
const arnOf = (roleName: string) => `arn:aws:iam::${accountId}:role/${roleName}`;
const assume = (sts: STS, roleName: string, more: Partial<AssumeRoleRequest> = {}) =>
  sts.assumeRole({ RoleArn: arnOf(roleName), RoleSessionName: 'work', ...more });
const callerOf = (credentials: Credentials | undefined): Caller => ({
  accessKeyId: credentials!.AccessKeyId!,
  secretAccessKey: credentials!.SecretAccessKey!,
  sessionToken: credentials!.SessionToken!,
});
const denied = (who: string, roleName: string, because = '') =>
  failure(
    'AccessDenied',
    `User: ${who} is not authorized to perform: sts:AssumeRole on resource: ${arnOf(roleName)}${because}`,
  );

test('a session is of the role, ends, and may do what the role may', async () => {
  const role = await createRole('reader', trust(user.Arn!));
  await root.putRolePolicy({ RoleName: 'reader', PolicyName: 'own', PolicyDocument: allow('iam:ListUsers') });
  const begin = cloud.clock.now.getTime();
  const {
    Credentials: credentials,
    AssumedRoleUser: assumed,
    PackedPolicySize,
  } = await assume(ada, 'reader');
  assert.match(credentials!.AccessKeyId!, /^ASIA[A-Z2-7]{16}$/);
  assert.equal(credentials?.Expiration?.getTime(), begin + 3_600_000);
  const Arn = `arn:aws:sts::${accountId}:assumed-role/reader/work`;
  assert.deepEqual(assumed, { AssumedRoleId: `${role.RoleId}:work`, Arn });
  assert.equal(PackedPolicySize, undefined);

  const session = callerOf(credentials);
  const identity = await cloud.sts(session).getCallerIdentity({});
  assert.deepEqual(
    [identity.UserId, identity.Account, identity.Arn],
    [assumed?.AssumedRoleId, accountId, Arn],
  );
  await cloud.iam(session).listUsers({});
  await assert.rejects(cloud.iam(session).listRoles({}), failure('AccessDenied'));
  await assert.rejects(cloud.iam(session).getUser({}), failure('AccessDenied'));
  cloud.clock.now = new Date(begin + 3_600_000);
  try {
    await assert.rejects(cloud.sts(session).getCallerIdentity({}), /expired/i);
  } finally {
    cloud.clock.now = new Date(begin);
  }
});

test('who the trust policy does not name is told so, and root never becomes a role', async () => {
  await createRole('closed', trustEc2);
  await assert.rejects(
    assume(ada, 'closed'),
    denied(user.Arn!, 'closed', ' because no role trust policy allows the sts:AssumeRole action'),
  );
  await assert.rejects(assume(ada, 'missing'), denied(user.Arn!, 'missing'));
  await assert.rejects(
    assume(cloud.sts(accountId), 'reader'),
    failure('AccessDenied', 'Roles may not be assumed by root accounts.'),
  );
});

test('an account that is trusted leaves it to its own policies', async () => {
  await createRole('shared', trust(accountId));
  await assert.rejects(
    assume(ada, 'shared'),
    denied(user.Arn!, 'shared', ' because no identity-based policy allows the sts:AssumeRole action'),
  );
  const { caller: may } = await createUserWithKey('may', allow('sts:AssumeRole', arnOf('shared')));
  await assume(cloud.sts(may), 'shared');
});

test('between accounts both must let the caller', async () => {
  const { user: bob, caller: bobs } = await createUserWithKey('bob', undefined, otherRoot);
  assert.equal(bob.Arn, `arn:aws:iam::${otherAccountId}:user/bob`);
  await createRole('guest', trust(bob.Arn!));
  await assert.rejects(assume(cloud.sts(bobs), 'guest'), denied(bob.Arn!, 'guest'));
  const PolicyDocument = allow('sts:AssumeRole', arnOf('guest'));
  await otherRoot.putUserPolicy({ UserName: 'bob', PolicyName: 'own', PolicyDocument });
  const { AssumedRoleUser: assumed } = await assume(cloud.sts(bobs), 'guest');
  assert.equal(assumed?.Arn, `arn:aws:sts::${accountId}:assumed-role/guest/work`);
});

test('an external id keeps the confused deputy out', async () => {
  await createRole('external', trust(user.Arn!, { StringEquals: { 'sts:ExternalId': 'secret' } }));
  await assert.rejects(assume(ada, 'external'), failure('AccessDenied'));
  await assert.rejects(assume(ada, 'external', { ExternalId: 'guess' }), failure('AccessDenied'));
  await assume(ada, 'external', { ExternalId: 'secret' });
});

test('session policies only take away; what one of them allows is allowed', async () => {
  await createRole('strong', trust(user.Arn!));
  const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
  await root.attachRolePolicy({ RoleName: 'strong', PolicyArn });
  const { Policy: listsRoles } = await root.createPolicy({
    PolicyName: 'lists-roles',
    PolicyDocument: allow('iam:ListRoles'),
  });
  const { Credentials: credentials, PackedPolicySize: size } = await assume(ada, 'strong', {
    Policy: allow('iam:ListUsers').replace('2012', '2008'),
    PolicyArns: [{ arn: listsRoles!.Arn! }],
  });
  assert.ok(size! > 0 && size! < 100);
  const iam = cloud.iam(callerOf(credentials));
  await iam.listUsers({});
  await iam.listRoles({});
  await assert.rejects(
    iam.listPolicies({}),
    failure('AccessDenied', /because no session policy allows the iam:ListPolicies action$/),
  );
});

test('tags of a session need their own permission and are tags of the principal', async () => {
  const Tags = [{ Key: 'team', Value: 'blue' }];
  await createRole('tagged', trust(user.Arn!));
  await assert.rejects(
    assume(ada, 'tagged', { Tags }),
    failure('AccessDenied', /perform: sts:TagSession on/),
  );
  const PolicyDocument = documentOf({
    Effect: 'Allow',
    Principal: { AWS: user.Arn },
    Action: ['sts:AssumeRole', 'sts:TagSession'],
    Condition: { StringLikeIfExists: { 'aws:RequestTag/team': 'b*' } },
  });
  await root.updateAssumeRolePolicy({ RoleName: 'tagged', PolicyDocument });
  await root.putRolePolicy({
    RoleName: 'tagged',
    PolicyName: 'own',
    PolicyDocument: documentOf({
      Effect: 'Allow',
      Action: 'iam:ListUsers',
      Resource: '*',
      Condition: { StringEquals: { 'aws:PrincipalTag/team': 'blue' } },
    }),
  });
  const list = async (more: Partial<AssumeRoleRequest>) =>
    cloud.iam(callerOf((await assume(ada, 'tagged', more)).Credentials)).listUsers({});
  await list({ Tags });
  await assert.rejects(list({}), failure('AccessDenied'));
  await assert.rejects(list({ Tags: [{ Key: 'team', Value: 'red' }] }), failure('AccessDenied'));
});

test('a session lasts as long as the role lets it, and an hour when it comes out of a session', async () => {
  await root.createRole({
    RoleName: 'long',
    AssumeRolePolicyDocument: trust({ AWS: [user.Arn!, arnOf('reader')] }),
    MaxSessionDuration: 7200,
  });
  await root.putRolePolicy({ RoleName: 'reader', PolicyName: 'more', PolicyDocument: allow('sts:*') });
  const begin = cloud.clock.now.getTime();
  const { Credentials: credentials } = await assume(ada, 'long', { DurationSeconds: 7200 });
  assert.equal(credentials!.Expiration!.getTime() - begin, 7_200_000);
  await assert.rejects(
    assume(ada, 'long', { DurationSeconds: 7201 }),
    failure(
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    ),
  );
  const reader = cloud.sts(callerOf((await assume(ada, 'reader')).Credentials));
  await assume(reader, 'long', { DurationSeconds: 3600 });
  await assert.rejects(
    assume(reader, 'long', { DurationSeconds: 3601 }),
    failure('ValidationError', /1 hour session limit for roles assumed by role chaining/),
  );
});

test('sessions of a role end with it, also when another takes its name', async () => {
  await createRole('brief', trust(user.Arn!));
  const session = cloud.sts(callerOf((await assume(ada, 'brief')).Credentials));
  await session.getCallerIdentity({});
  await root.deleteRole({ RoleName: 'brief' });
  await createRole('brief', trust(user.Arn!));
  await assert.rejects(session.getCallerIdentity({}), failure('InvalidClientTokenId'));
});

test('bad input is refused in the words of AWS', async () => {
  const bad = (more: Partial<AssumeRoleRequest>) => () => assume(ada, 'reader', more);
  const manyTags = Array.from({ length: 20 }, (_, index) => ({ Key: `k${index}`, Value: 'v'.repeat(256) }));
  await root.updateAssumeRolePolicy({
    RoleName: 'tagged',
    PolicyDocument: documentOf({
      Effect: 'Allow',
      Principal: { AWS: user.Arn },
      Action: ['sts:AssumeRole', 'sts:TagSession'],
    }),
  });
  const table: [call: () => Promise<unknown>, ...Refusal][] = [
    [bad({ RoleArn: 'arn:aws:s3:::not-a-role-at-all' }), 'ValidationError', /^arn:aws:s3:.* is invalid$/],
    [bad({ RoleArn: 'reader' }), 'ValidationError', /'roleArn'.*greater than or equal to 20$/],
    [bad({ RoleSessionName: 'a' }), 'ValidationError', /'roleSessionName'.*greater than or equal to 2$/],
    [
      bad({ RoleSessionName: 'a b' }),
      'ValidationError',
      "1 validation error detected: Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*",
    ],
    [bad({ DurationSeconds: 899 }), 'ValidationError', /'durationSeconds'.*greater than or equal to 900$/],
    [bad({ DurationSeconds: 43_201 }), 'ValidationError', /less than or equal to 43200$/],
    [bad({ ExternalId: '!!' }), 'ValidationError', /'externalId'/],
    [bad({ Policy: '{' }), 'MalformedPolicyDocumentException', 'Syntax errors in policy.'],
    [bad({ Policy: trustEc2 }), 'MalformedPolicyDocumentException'],
    [bad({ Policy: 'x'.repeat(2049) }), 'ValidationError', /'policy'.*less than or equal to 2048$/],
    [
      bad({ PolicyArns: [{ arn: `arn:aws:iam::${accountId}:policy/none` }] }),
      'ValidationError',
      /does not exist/,
    ],
    [bad({ TransitiveTagKeys: ['team'] }), 'NotImplemented'],
    [bad({ SourceIdentity: 'ada' }), 'NotImplemented'],
    [bad({ SerialNumber: 'arn:aws:iam::1:mfa/x', TokenCode: '123456' }), 'NotImplemented'],
    [
      () => assume(ada, 'tagged', { Tags: manyTags }),
      'PackedPolicyTooLargeException',
      /^Packed policy consumes 1\d\d% of allotted space/,
    ],
    [bad({ Tags: [{ Key: 'aws:x', Value: 'y' }] }), 'ValidationError'],
  ];
  for (const [call, ...refusal] of table) await assert.rejects(call, failure(...refusal));
});
