// Inline and managed policies through the official SDK: documents, versions, attachments, limits.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  accountId,
  allow,
  cloud,
  createRole,
  createUserWithKey,
  documentOf,
  documentOfSize,
  otherRoot,
  type Refusal,
  root,
  trustEc2,
} from './iam-fixture.ts';
import { failure } from './sdk-cloud.ts';

const administrator = 'arn:aws:iam::aws:policy/AdministratorAccess';
const createPolicy = async (PolicyName: string, PolicyDocument = allow('s3:*'), more = {}) =>
  (await root.createPolicy({ PolicyName, PolicyDocument, ...more })).Policy!;

test('inline policies of users and roles come back as they were given, percent-encoded', async () => {
  const document = `${JSON.stringify(JSON.parse(allow('s3:Get*', 'arn:aws:s3:::(a)!')), undefined, 2)}\n`;
  const both = { PolicyName: 'own', PolicyDocument: document };
  await root.createUser({ UserName: 'inline' });
  await createRole('inline', trustEc2);
  await root.putUserPolicy({ UserName: 'inline', ...both });
  await root.putRolePolicy({ RoleName: 'inline', ...both });
  const ofUser = await root.getUserPolicy({ UserName: 'inline', PolicyName: 'own' });
  const ofRole = await root.getRolePolicy({ RoleName: 'inline', PolicyName: 'own' });
  assert.match(ofUser.PolicyDocument!, /^[A-Za-z0-9._~%-]+$/);
  assert.match(ofUser.PolicyDocument!, /%2A.*%28a%29%21/);
  assert.equal(decodeURIComponent(ofUser.PolicyDocument!), document);
  assert.equal(ofRole.PolicyDocument, ofUser.PolicyDocument);

  await root.putUserPolicy({ UserName: 'inline', PolicyName: '__proto__', PolicyDocument: allow('ec2:*') });
  const { PolicyNames } = await root.listUserPolicies({ UserName: 'inline' });
  assert.deepEqual(PolicyNames, ['__proto__', 'own']);
  await assert.rejects(
    root.getUserPolicy({ UserName: 'inline', PolicyName: 'toString' }),
    failure('NoSuchEntityException', 'The user policy with name toString cannot be found.'),
  );
  await root.deleteUserPolicy({ UserName: 'inline', PolicyName: 'own' });
  await root.deleteRolePolicy({ RoleName: 'inline', PolicyName: 'own' });
  assert.deepEqual((await root.listRolePolicies({ RoleName: 'inline' })).PolicyNames, []);
  await assert.rejects(
    root.deleteRolePolicy({ RoleName: 'inline', PolicyName: 'own' }),
    failure('NoSuchEntityException', 'The role policy with name own cannot be found.'),
  );
});

test('inline policies of one holder share their bound; white space is not counted', async () => {
  await root.createUser({ UserName: 'large' });
  const put = (PolicyName: string, PolicyDocument: string) =>
    root.putUserPolicy({ UserName: 'large', PolicyName, PolicyDocument });
  await put('a', documentOfSize(1000));
  await put('b', documentOfSize(1048));
  await put('b', `  ${documentOfSize(1048).replaceAll(',', ' , ')}\n`);
  const tooLarge = failure(
    'LimitExceededException',
    'Maximum policy size of 2048 bytes exceeded for user large',
  );
  await assert.rejects(put('b', documentOfSize(1049)), tooLarge);
  await assert.rejects(put('c', allow('s3:*')), tooLarge);
  await createRole('large', trustEc2);
  const ofRole = { RoleName: 'large', PolicyName: 'a' };
  await root.putRolePolicy({ ...ofRole, PolicyDocument: documentOfSize(10_240) });
  await assert.rejects(
    root.putRolePolicy({ ...ofRole, PolicyDocument: documentOfSize(10_241) }),
    failure('LimitExceededException', 'Maximum policy size of 10240 bytes exceeded for role large'),
  );
});

test('a managed policy is made, shown and deleted', async () => {
  const made = await createPolicy('Reads', allow('s3:Get*'), {
    Path: '/team/',
    Description: 'reads',
    Tags: [{ Key: 'a', Value: 'b' }],
  });
  assert.equal(made.Arn, `arn:aws:iam::${accountId}:policy/team/Reads`);
  assert.match(made.PolicyId!, /^ANPA[A-Z2-7]{17}$/);
  assert.deepEqual([made.DefaultVersionId, made.AttachmentCount, made.IsAttachable], ['v1', 0, true]);
  const PolicyArn = made.Arn!;
  const { Policy: shown } = await root.getPolicy({ PolicyArn });
  assert.deepEqual([shown?.Description, shown?.Tags], ['reads', [{ Key: 'a', Value: 'b' }]]);
  await assert.rejects(
    createPolicy('READS'),
    failure(
      'EntityAlreadyExistsException',
      'A policy called READS already exists. Duplicate names are not allowed.',
    ),
  );
  await root.tagPolicy({ PolicyArn, Tags: [{ Key: 'c', Value: 'd' }] });
  await root.untagPolicy({ PolicyArn, TagKeys: ['a'] });
  assert.deepEqual((await root.listPolicyTags({ PolicyArn })).Tags, [{ Key: 'c', Value: 'd' }]);
  await assert.rejects(otherRoot.getPolicy({ PolicyArn }), failure('NoSuchEntityException'));
  await root.deletePolicy({ PolicyArn });
  await assert.rejects(
    root.getPolicy({ PolicyArn }),
    failure('NoSuchEntityException', `Policy ${PolicyArn} was not found.`),
  );
});

test('a policy has up to five versions, of which one counts', async () => {
  const { caller } = await createUserWithKey('versions');
  const PolicyArn = (await createPolicy('versions', allow('iam:ListUsers'))).Arn!;
  await root.attachUserPolicy({ UserName: 'versions', PolicyArn });
  await cloud.iam(caller).listUsers({});

  const PolicyDocument = allow('iam:ListRoles');
  const { PolicyVersion: second } = await root.createPolicyVersion({ PolicyArn, PolicyDocument });
  assert.deepEqual([second?.VersionId, second?.IsDefaultVersion], ['v2', false]);
  await cloud.iam(caller).listUsers({});
  await root.setDefaultPolicyVersion({ PolicyArn, VersionId: 'v2' });
  await cloud.iam(caller).listRoles({});
  await assert.rejects(cloud.iam(caller).listUsers({}), failure('AccessDenied'));

  const { PolicyVersion: read } = await root.getPolicyVersion({ PolicyArn, VersionId: 'v2' });
  assert.deepEqual([decodeURIComponent(read!.Document!), read?.IsDefaultVersion], [PolicyDocument, true]);
  await assert.rejects(
    root.deletePolicyVersion({ PolicyArn, VersionId: 'v2' }),
    failure('DeleteConflictException', 'Cannot delete the default version of a policy.'),
  );
  await root.deletePolicyVersion({ PolicyArn, VersionId: 'v1' });
  await assert.rejects(
    root.getPolicyVersion({ PolicyArn, VersionId: 'v1' }),
    failure('NoSuchEntityException', `Policy ${PolicyArn} version v1 does not exist or is not attachable.`),
  );
  for (let count = 2; count < 5; count++) await root.createPolicyVersion({ PolicyArn, PolicyDocument });
  await root.createPolicyVersion({ PolicyArn, PolicyDocument, SetAsDefault: true });
  await assert.rejects(
    root.createPolicyVersion({ PolicyArn, PolicyDocument }),
    failure(
      'LimitExceededException',
      'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
    ),
  );
  const { Versions: versions } = await root.listPolicyVersions({ PolicyArn });
  assert.deepEqual(
    versions?.map(({ VersionId, IsDefaultVersion }) => [VersionId, IsDefaultVersion]),
    [
      ['v6', true],
      ['v5', false],
      ['v4', false],
      ['v3', false],
      ['v2', false],
    ],
  );
  assert.equal((await root.getPolicy({ PolicyArn })).Policy?.DefaultVersionId, 'v6');
  await assert.rejects(
    root.deletePolicy({ PolicyArn }),
    failure('DeleteConflictException', 'Cannot delete a policy attached to entities.'),
  );
  await root.detachUserPolicy({ UserName: 'versions', PolicyArn });
  await assert.rejects(
    root.deletePolicy({ PolicyArn }),
    failure('DeleteConflictException', /^This policy has more/),
  );
});

test('policies are attached to users and roles, ten at most', async () => {
  const names = Array.from({ length: 11 }, (_, index) => `many${index}`);
  const policies = await Promise.all(names.map((name) => createPolicy(name, undefined, { Path: '/many/' })));
  const [first, ...rest] = policies.map(({ Arn }) => Arn!);
  await createRole('many', trustEc2);
  const RoleName = 'many';
  for (const PolicyArn of rest) await root.attachRolePolicy({ RoleName, PolicyArn });
  await root.attachRolePolicy({ RoleName, PolicyArn: rest[0]! });
  await assert.rejects(
    root.attachRolePolicy({ RoleName, PolicyArn: first! }),
    failure('LimitExceededException', 'Cannot exceed quota for PoliciesPerRole: 10'),
  );
  const { AttachedPolicies: attached } = await root.listAttachedRolePolicies({ RoleName, MaxItems: 3 });
  assert.deepEqual(
    attached?.map(({ PolicyName }) => PolicyName),
    names.slice(1, 4),
  );
  await root.detachRolePolicy({ RoleName, PolicyArn: rest[0]! });
  await assert.rejects(
    root.detachRolePolicy({ RoleName, PolicyArn: rest[0]! }),
    failure('NoSuchEntityException', `Policy ${rest[0]} was not found.`),
  );
  const missing = `arn:aws:iam::${accountId}:policy/missing`;
  await assert.rejects(
    root.attachRolePolicy({ RoleName, PolicyArn: missing }),
    failure('NoSuchEntityException', `Policy ${missing} does not exist or is not attachable.`),
  );

  await root.createUser({ UserName: 'many', Path: '/x/', PermissionsBoundary: rest[1]! });
  await root.attachUserPolicy({ UserName: 'many', PolicyArn: administrator });
  const { AttachedPolicies: ofUser } = await root.listAttachedUserPolicies({ UserName: 'many' });
  assert.deepEqual(ofUser, [{ PolicyName: 'AdministratorAccess', PolicyArn: administrator }]);
  const under = await root.listAttachedUserPolicies({ UserName: 'many', PathPrefix: '/many/' });
  assert.deepEqual(under.AttachedPolicies, []);
});

test('who has a policy is listed, and what a policy is used for', async () => {
  const PolicyArn = (await createPolicy('used', undefined, { Path: '/used/' })).Arn!;
  await createPolicy('unused', undefined, { Path: '/used/' });
  const role = await createRole('using', trustEc2);
  await root.attachRolePolicy({ RoleName: 'using', PolicyArn });
  const { User: user } = await root.createUser({ UserName: 'using', PermissionsBoundary: PolicyArn });
  const all = await root.listEntitiesForPolicy({ PolicyArn });
  assert.deepEqual(all.PolicyRoles, [{ RoleName: 'using', RoleId: role.RoleId }]);
  assert.deepEqual(all.PolicyUsers, [{ UserName: 'using', UserId: user?.UserId }]);
  assert.deepEqual(all.PolicyGroups, []);
  const bounded = await root.listEntitiesForPolicy({ PolicyArn, PolicyUsageFilter: 'PermissionsBoundary' });
  assert.deepEqual([bounded.PolicyRoles?.length, bounded.PolicyUsers?.length], [0, 1]);
  const roles = await root.listEntitiesForPolicy({ PolicyArn, EntityFilter: 'Role' });
  assert.deepEqual([roles.PolicyRoles?.length, roles.PolicyUsers?.length], [1, 0]);

  const { Policy: policy } = await root.getPolicy({ PolicyArn });
  assert.deepEqual([policy?.AttachmentCount, policy?.PermissionsBoundaryUsageCount], [1, 1]);
  const list = async (input: object) => {
    const { Policies: policies } = await root.listPolicies({ PathPrefix: '/used/', ...input });
    return policies?.map(({ PolicyName }) => PolicyName);
  };
  assert.deepEqual(await list({}), ['used', 'unused']);
  assert.deepEqual(await list({ OnlyAttached: true }), ['used']);
  assert.deepEqual(await list({ PolicyUsageFilter: 'PermissionsBoundary' }), ['used']);
  assert.deepEqual(await list({ Scope: 'AWS' }), []);
});

test('the policies of AWS are there for everyone and nobody changes them', async () => {
  const PolicyArn = administrator;
  const { Policy: policy } = await otherRoot.getPolicy({ PolicyArn });
  assert.deepEqual([policy?.PolicyName, policy?.Path], ['AdministratorAccess', '/']);
  assert.match(policy?.PolicyId ?? '', /^ANPA[A-Z2-7]{17}$/);
  const { PolicyVersion: version } = await otherRoot.getPolicyVersion({ PolicyArn, VersionId: 'v1' });
  assert.deepEqual([JSON.parse(decodeURIComponent(version!.Document!)).Statement].flat()[0].Action, '*');
  const { Policies: ofAws } = await otherRoot.listPolicies({ Scope: 'AWS', MaxItems: 1000 });
  assert.ok(ofAws!.length > 10 && ofAws!.every(({ Arn }) => Arn?.startsWith('arn:aws:iam::aws:policy/')));
  assert.deepEqual((await otherRoot.listPolicies({ Scope: 'Local' })).Policies, []);
  const PolicyDocument = allow('s3:*');
  const refused = failure(
    'AccessDenied',
    /is not authorized to perform: iam:\w+ on resource: policy arn:aws:iam::aws:/,
  );
  for (const call of [
    () => root.createPolicyVersion({ PolicyArn, PolicyDocument }),
    () => root.deletePolicyVersion({ PolicyArn, VersionId: 'v1' }),
    () => root.setDefaultPolicyVersion({ PolicyArn, VersionId: 'v1' }),
    () => root.deletePolicy({ PolicyArn }),
    () => root.tagPolicy({ PolicyArn, Tags: [{ Key: 'a', Value: 'b' }] }),
    () => root.untagPolicy({ PolicyArn, TagKeys: ['a'] }),
  ]) {
    await assert.rejects(call, refused);
  }
});

test('bad input is refused in the words of AWS', async () => {
  const create = (PolicyDocument: string, more = {}) =>
    root.createPolicy({ PolicyName: 'bad', PolicyDocument, ...more });
  const malformed = 'MalformedPolicyDocumentException';
  const table: [call: () => Promise<unknown>, ...Refusal][] = [
    [() => create('{'), malformed, 'Syntax errors in policy.'],
    [() => create('[]'), malformed],
    [() => create(documentOf()), malformed],
    [
      () => create(allow('s3:*').replace('2012', '2008')),
      malformed,
      'Policy document must be version 2012-10-17 or greater.',
    ],
    [
      () => create(documentOf({ Effect: 'Allow', Action: 's3:*', Resource: '*', Principal: '*' })),
      malformed,
      'Policy document should not specify a principal.',
    ],
    [() => create(documentOf({ Effect: 'Allow', Action: 's3:*' })), malformed, /must contain resources\.$/],
    [() => create(allow('s3')), malformed],
    [
      () => create(documentOfSize(6145)),
      'LimitExceededException',
      'Cannot exceed quota for PolicySize: 6144',
    ],
    [
      () => create(allow('s3:*'), { PolicyName: 'a b' }),
      'ValidationError',
      /^The specified value for policyName/,
    ],
    [() => create(allow('s3:*'), { PolicyName: 'x'.repeat(129) }), 'ValidationError', /equal to 128$/],
    [
      () => root.getPolicy({ PolicyArn: 'short' }),
      'ValidationError',
      /'policyArn'.*greater than or equal to 20$/,
    ],
    [
      () => root.getPolicy({ PolicyArn: 'arn:aws:s3:::not-a-policy-at-all' }),
      'InvalidInputException',
      'ARN arn:aws:s3:::not-a-policy-at-all is not valid.',
    ],
    [
      () => root.getPolicyVersion({ PolicyArn: administrator, VersionId: '1' }),
      'ValidationError',
      /'versionId'/,
    ],
    [() => root.listPolicies({ Scope: 'Some' as never }), 'ValidationError', /'scope'.*\[All,AWS,Local\]$/],
    [
      () => root.putUserPolicy({ UserName: 'nobody', PolicyName: 'p', PolicyDocument: allow('s3:*') }),
      'NoSuchEntityException',
    ],
    [() => root.listAttachedRolePolicies({ RoleName: 'nobody' }), 'NoSuchEntityException'],
  ];
  for (const [call, ...refusal] of table) await assert.rejects(call, failure(...refusal));
  await create(documentOfSize(6144));
});
