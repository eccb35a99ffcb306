// The account as a whole, and what its policies would say, through the official SDK.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  accountId,
  allow,
  createRole,
  documentOf,
  otherRoot,
  type Refusal,
  root,
  trustEc2,
} from './iam-fixture.ts';
import { failure } from './sdk-cloud.ts';

test('the summary counts what the account has, and there are no aliases', async () => {
  const { SummaryMap: before = {} } = await root.getAccountSummary({});
  assert.deepEqual([before.Users, before.UsersQuota, before.AccessKeysPerUserQuota], [0, 5000, 2]);
  await root.createUser({ UserName: 'counted' });
  await createRole('counted', trustEc2);
  await root.createPolicy({ PolicyName: 'counted', PolicyDocument: allow('s3:*') });
  await root.createInstanceProfile({ InstanceProfileName: 'counted' });
  const { SummaryMap: after = {} } = await root.getAccountSummary({});
  assert.deepEqual([after.Users, after.Roles, after.Policies, after.InstanceProfiles], [1, 1, 1, 1]);
  assert.equal((await otherRoot.getAccountSummary({})).SummaryMap?.Users, 0);
  assert.deepEqual((await root.listAccountAliases({})).AccountAliases, []);
});

test('everything of the account is told at once, with documents', async () => {
  const PolicyDocument = allow('ec2:*');
  const { Policy: policy } = await root.createPolicy({ PolicyName: 'detail', PolicyDocument });
  await root.createUser({ UserName: 'detail', Tags: [{ Key: 'a', Value: 'b' }] });
  await root.attachUserPolicy({ UserName: 'detail', PolicyArn: policy!.Arn! });
  await root.putUserPolicy({ UserName: 'detail', PolicyName: 'own', PolicyDocument });
  await createRole('detail', trustEc2);
  await root.attachRolePolicy({ RoleName: 'detail', PolicyArn: 'arn:aws:iam::aws:policy/ReadOnlyAccess' });
  await root.createInstanceProfile({ InstanceProfileName: 'detail' });
  await root.addRoleToInstanceProfile({ InstanceProfileName: 'detail', RoleName: 'detail' });

  const all = await root.getAccountAuthorizationDetails({});
  const user = all.UserDetailList?.find(({ UserName }) => UserName === 'detail');
  assert.deepEqual(user?.Tags, [{ Key: 'a', Value: 'b' }]);
  assert.deepEqual(user?.AttachedManagedPolicies, [{ PolicyName: 'detail', PolicyArn: policy?.Arn }]);
  assert.equal(decodeURIComponent(user!.UserPolicyList![0]!.PolicyDocument!), PolicyDocument);
  const role = all.RoleDetailList?.find(({ RoleName }) => RoleName === 'detail');
  assert.equal(role?.InstanceProfileList?.[0]?.InstanceProfileName, 'detail');
  assert.equal(decodeURIComponent(role!.AssumeRolePolicyDocument!), trustEc2);
  const names = all.Policies?.map(({ PolicyName }) => PolicyName);
  assert.ok(names?.includes('detail') && names.includes('ReadOnlyAccess'));
  assert.equal(names?.includes('AdministratorAccess'), false);

  const ofAws = await root.getAccountAuthorizationDetails({ Filter: ['AWSManagedPolicy'] });
  assert.deepEqual([ofAws.UserDetailList?.length, ofAws.Policies?.length], [0, 1]);
  const first = await root.getAccountAuthorizationDetails({ Filter: ['User', 'Role'], MaxItems: 1 });
  assert.equal(first.IsTruncated, true);
  const rest = await root.getAccountAuthorizationDetails({ Filter: ['User', 'Role'], Marker: first.Marker! });
  const shown = [first, rest].flatMap(({ UserDetailList = [], RoleDetailList = [] }) => [
    ...UserDetailList,
    ...RoleDetailList,
  ]);
  assert.equal(new Set(shown.map(({ Arn }) => Arn)).size, 4);
});

test('simulateCustomPolicy says what given policies would', async () => {
  const vpce = { StringEquals: { 'aws:SourceVpce': 'vpce-1' } };
  const PolicyInputList = [
    documentOf({ Effect: 'Allow', Action: 's3:Get*', Resource: 'arn:aws:s3:::a/*', Condition: vpce }),
    documentOf({ Effect: 'Deny', Action: 's3:GetObjectAcl', Resource: '*' }),
  ];
  const ActionNames = ['s3:GetObject', 's3:GetObjectAcl', 's3:PutObject'];
  const asked = { PolicyInputList, ActionNames, ResourceArns: ['arn:aws:s3:::a/b'] };
  const decisions = async (input: object) => {
    const { EvaluationResults: results } = await root.simulateCustomPolicy({ ...asked, ...input });
    return results?.map(({ EvalDecision }) => EvalDecision);
  };
  assert.deepEqual(await decisions({}), ['implicitDeny', 'explicitDeny', 'implicitDeny']);
  const entry = { ContextKeyName: 'aws:sourceVpce', ContextKeyValues: ['vpce-1'], ContextKeyType: 'string' };
  const ContextEntries = [entry];
  assert.deepEqual(await decisions({ ContextEntries }), ['allowed', 'explicitDeny', 'implicitDeny']);
  const PermissionsBoundaryPolicyInputList = [allow('ec2:*')];
  assert.deepEqual(await decisions({ ContextEntries, PermissionsBoundaryPolicyInputList }), [
    'implicitDeny',
    'explicitDeny',
    'implicitDeny',
  ]);
  const { EvaluationResults: [missing] = [] } = await root.simulateCustomPolicy(asked);
  assert.deepEqual(missing?.MissingContextValues, ['aws:SourceVpce']);
});

test('simulatePrincipalPolicy says what a user or a role could do', async () => {
  const { User: user } = await root.createUser({ UserName: 'simulated' });
  await root.putUserPolicy({
    UserName: 'simulated',
    PolicyName: 'own',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a policy variable
    PolicyDocument: allow('s3:GetObject', 'arn:aws:s3:::home/${aws:username}/*'),
  });
  const ResourceArns = ['arn:aws:s3:::home/simulated/x', 'arn:aws:s3:::home/other/x'];
  const asked = { PolicySourceArn: user!.Arn!, ActionNames: ['s3:GetObject'], ResourceArns };
  const first = await root.simulatePrincipalPolicy({ ...asked, MaxItems: 1 });
  const [result] = first.EvaluationResults!;
  assert.deepEqual([result?.EvalDecision, result?.EvalResourceName], ['allowed', ResourceArns[0]]);
  assert.equal(result?.MatchedStatements?.[0]?.SourcePolicyId, 'inline policy own of user simulated');
  const second = await root.simulatePrincipalPolicy({ ...asked, Marker: first.Marker! });
  assert.deepEqual(
    second.EvaluationResults?.map(({ EvalDecision }) => EvalDecision),
    ['implicitDeny'],
  );
  await root.putUserPermissionsBoundary({
    UserName: 'simulated',
    PermissionsBoundary: 'arn:aws:iam::aws:policy/IAMReadOnlyAccess',
  });
  const bounded = await root.simulatePrincipalPolicy(asked);
  const [cut] = bounded.EvaluationResults!;
  assert.equal(cut?.EvalDecision, 'implicitDeny');
  assert.equal(cut?.PermissionsBoundaryDecisionDetail?.AllowedByPermissionsBoundary, false);
  const role = await createRole('simulated', trustEc2);
  await root.attachRolePolicy({
    RoleName: 'simulated',
    PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess',
  });
  const ofRole = await root.simulatePrincipalPolicy({ ...asked, PolicySourceArn: role.Arn! });
  assert.deepEqual(
    ofRole.EvaluationResults?.map(({ EvalDecision }) => EvalDecision),
    ['allowed', 'allowed'],
  );
});

test('bad input is refused', async () => {
  const iam = (resource: string) => `arn:aws:iam::${accountId}:${resource}`;
  const custom = (input: object) =>
    root.simulateCustomPolicy({ PolicyInputList: [allow('s3:*')], ActionNames: ['s3:GetObject'], ...input });
  const principal = (PolicySourceArn: string) =>
    root.simulatePrincipalPolicy({ PolicySourceArn, ActionNames: ['s3:GetObject'] });
  const table: [call: () => Promise<unknown>, ...Refusal][] = [
    [
      () => root.getAccountAuthorizationDetails({ Filter: ['Dog' as never] }),
      'ValidationError',
      /filter\.1\.member/,
    ],
    [() => custom({ ActionNames: ['GetObject'] }), 'InvalidInputException', 'Invalid Action: GetObject'],
    [
      () => custom({ PolicyInputList: ['{'] }),
      'InvalidInputException',
      /^Invalid Content in PolicyInputList\.1/,
    ],
    [() => custom({ ResourceHandlingOption: 'EC2-VPC-EBS' }), 'NotImplemented'],
    [() => principal(iam('user/nobody')), 'NoSuchEntityException'],
    [() => principal(iam('group/some')), 'NotImplemented'],
    [() => principal('arn:aws:s3:::a-bucket-of-mine'), 'InvalidInputException'],
  ];
  for (const [call, ...refusal] of table) await assert.rejects(call, failure(...refusal));
});
