import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessRequest, AccessVerdict, ApplicablePolicies, NamedPolicy } from './access.ts';
import { readPolicy } from './document.ts';
import { evaluate, explainAccess } from './evaluate.ts';
import type { Principal } from './principal.ts';

const [own, other] = ['111111111111', '222222222222'];
const ada: Principal = {
  kind: 'user',
  accountId: own,
  arn: `arn:aws:iam::${own}:user/ada`,
  userId: 'AIDAADAADAADAADAADAAD',
  userName: 'ada',
  tags: {},
};
const app: Principal = {
  kind: 'assumed-role',
  accountId: own,
  arn: `arn:aws:sts::${own}:assumed-role/app/i-1`,
  userId: 'AROAAPPAPPAPPAPPAPPAP:i-1',
  roleArn: `arn:aws:iam::${own}:role/service/app`,
  roleName: 'app',
  sessionName: 'i-1',
  tags: {},
  sessionPolicies: [],
  issuedAt: '2026-01-31T11:00:00Z',
};
const root: Principal = { kind: 'root', accountId: own, arn: `arn:aws:iam::${own}:root`, userId: own };
const anonymous: Principal = { kind: 'anonymous' };

const allow = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
const deny = { Effect: 'Deny', Action: 's3:Get*', Resource: '*' };
const silent = { Effect: 'Allow', Action: 'ec2:*', Resource: '*' };
const to = (principal: unknown, statement: object = allow) => ({ ...statement, Principal: principal });

function policy(name: string, ...statements: object[]): NamedPolicy {
  return { name, document: readPolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements })) };
}

interface Asked extends Partial<AccessRequest> {
  identity?: object[];
  boundary?: object[];
  session?: object[];
  bucket?: object[];
  gateway?: object[];
  interface?: object[];
}

function ask({ identity, boundary, session, bucket, gateway, ...rest }: Asked): AccessVerdict {
  const { interface: door, ...request } = rest;
  const policies: ApplicablePolicies = {
    identity: identity ? [policy('identity', ...identity)] : [],
    session: session ? [policy('session', ...session)] : [],
    ...(boundary && { boundary: policy('boundary', ...boundary) }),
    ...(bucket && { resource: policy('bucket', ...bucket) }),
    ...(gateway && { endpoint: { ...policy('vpce-1', ...gateway), endpointType: 'gateway' } }),
    ...(door && { endpoint: { ...policy('vpce-1', ...door), endpointType: 'interface' } }),
  };
  return evaluate(
    {
      principal: ada,
      action: 's3:GetObject',
      resource: 'arn:aws:s3:::b/k',
      resourceAccountId: own,
      context: new Map(),
      ...request,
    },
    policies,
  );
}

test('within an account either the caller’s policy or the resource’s must allow', () => {
  assert.equal(ask({ identity: [allow] }).allow, true);
  assert.equal(ask({ bucket: [to({ AWS: ada.arn })] }).by, 'bucket');
  assert.equal(ask({ bucket: [to('*')] }).allow, true);
  assert.deepEqual(ask({}), {
    allow: false,
    by: 'identity-based policy',
    because: 'because no identity-based policy allows the s3:GetObject action',
    decidedBy: { kind: 'identity', effect: 'none' },
  });
  // Naming the account leaves it to the account to say who.
  assert.equal(ask({ bucket: [to({ AWS: own })] }).allow, false);
  assert.equal(ask({ bucket: [to({ AWS: own })], identity: [allow] }).allow, true);
});

test('between accounts both must allow', () => {
  const resourceAccountId = other;
  assert.equal(
    ask({ resourceAccountId, identity: [allow] }).because,
    'because no resource-based policy allows the s3:GetObject action',
  );
  assert.equal(ask({ resourceAccountId, bucket: [to({ AWS: ada.arn })] }).decidedBy.kind, 'identity');
  assert.equal(ask({ resourceAccountId, bucket: [to({ AWS: own })], identity: [allow] }).allow, true);
  assert.equal(ask({ resourceAccountId, bucket: [to({ AWS: other })], identity: [allow] }).allow, false);
  const open = { resourceAccountId, bucket: [to('*')], principal: root };
  assert.equal(ask(open).allow, true);
  assert.equal(ask({ resourceAccountId, principal: root }).allow, false);
});

test('an explicit deny anywhere ends it, with the sentence of the policy that said it', () => {
  const all = {
    identity: [allow],
    bucket: [to('*')],
    gateway: [to('*')],
    boundary: [allow],
    session: [allow],
  };
  assert.equal(ask(all).allow, true);
  const table: [Asked, string][] = [
    [{ gateway: [to('*'), to('*', deny)] }, 'with an explicit deny in a VPC endpoint policy'],
    [{ bucket: [to('*'), to('*', deny)] }, 'with an explicit deny in a resource-based policy'],
    [{ identity: [allow, deny] }, 'with an explicit deny in an identity-based policy'],
    [{ boundary: [allow, deny] }, 'with an explicit deny in a permissions boundary'],
    [{ session: [allow, deny] }, 'with an explicit deny in a session policy'],
  ];
  for (const [asked, because] of table) {
    const verdict = ask({ ...all, ...asked });
    assert.equal(verdict.because, because);
    assert.deepEqual([verdict.allow, verdict.decidedBy.effect], [false, 'Deny']);
  }
});

test('the endpoint must allow, whoever asks and whatever else allows', () => {
  for (const principal of [ada, app, root, anonymous]) {
    const verdict = ask({ principal, identity: [allow], bucket: [to('*')], gateway: [to('*', silent)] });
    assert.equal(verdict.because, 'because no VPC endpoint policy allows the s3:GetObject action');
    assert.equal(verdict.by, 'vpce-1');
  }
  assert.equal(ask({ gateway: [to('*')] }).decidedBy.kind, 'identity', 'it never grants');
});

test('in a gateway endpoint’s policy an account is its root user alone', () => {
  for (const account of [own, `arn:aws:iam::${own}:root`]) {
    const gateway = [to({ AWS: account })];
    assert.equal(ask({ gateway, identity: [allow] }).decidedBy.kind, 'endpoint');
    assert.equal(ask({ gateway, principal: app, identity: [allow] }).decidedBy.kind, 'endpoint');
    assert.equal(ask({ gateway, principal: root }).allow, true);
    assert.equal(ask({ interface: gateway, identity: [allow] }).allow, true);
  }
  assert.equal(ask({ gateway: [to({ AWS: ada.arn })], identity: [allow] }).allow, true);
});

test('principals', () => {
  const table: [unknown, Principal, boolean][] = [
    ['*', anonymous, true],
    [{ AWS: '*' }, anonymous, true],
    [{ AWS: own }, anonymous, false],
    [{ AWS: app.arn }, app, true],
    [{ AWS: app.roleArn }, app, true],
    [{ AWS: 'AROAAPPAPPAPPAPPAPPAP' }, app, true],
    [{ AWS: `arn:aws:sts::${own}:assumed-role/app/i-2` }, app, false],
    [{ AWS: `arn:aws:iam::${own}:role/app` }, app, false],
    [{ AWS: [other, ada.arn] }, ada, true],
    [{ AWS: ada.userId }, ada, true],
    [{ AWS: `arn:aws:iam::${own}:user/Ada` }, ada, false],
    [{ Service: 'ec2.amazonaws.com' }, ada, false],
  ];
  for (const [principal, who, want] of table) {
    const verdict = ask({ bucket: [to(principal)], principal: who });
    assert.equal(verdict.allow, want, `${JSON.stringify(principal)} for ${who.kind}`);
  }
});

test('NotPrincipal: of a deny the account must be excepted with the user, and a boundary makes it hold for all', () => {
  const not = (...names: string[]) => ({ ...deny, NotPrincipal: { AWS: names } });
  const denies = (statement: object, rest: Asked = {}) =>
    ask({ identity: [allow], bucket: [statement], ...rest }).decidedBy.effect === 'Deny';
  const account = `arn:aws:iam::${own}:root`;
  assert.equal(denies(not(ada.arn, account)), false);
  assert.equal(denies(not(ada.arn)), true);
  assert.equal(denies(not(account)), true);
  assert.equal(denies(not(account), { principal: root }), false);
  assert.equal(denies(not(app.arn, app.roleArn, account), { principal: app }), false);
  assert.equal(denies(not(app.arn, account), { principal: app }), true);
  assert.equal(denies(not(ada.arn, account), { boundary: [allow] }), true);
  assert.equal(denies(not(ada.arn, account), { principal: anonymous }), true);
  const grant = { Effect: 'Allow', Action: 's3:*', Resource: '*', NotPrincipal: { AWS: [ada.arn] } };
  assert.equal(ask({ bucket: [grant] }).allow, false);
  assert.equal(ask({ bucket: [grant], principal: app }).allow, true);
});

test('boundaries and session policies take away, but not from what names the caller itself', () => {
  const boundary = [silent];
  assert.equal(
    ask({ identity: [allow], boundary }).because,
    'because no permissions boundary allows the s3:GetObject action',
  );
  const session = { principal: app, session: [silent] };
  assert.equal(
    ask({ ...session, identity: [allow] }).because,
    'because no session policy allows the s3:GetObject action',
  );
  assert.equal(ask({ ...session, bucket: [to({ AWS: app.roleArn })] }).decidedBy.kind, 'session');
  assert.equal(ask({ ...session, bucket: [to({ AWS: app.arn })] }).allow, true);
  assert.equal(ask({ ...session, bucket: [to('*')] }).allow, true);
  assert.equal(ask({ boundary, bucket: [to({ AWS: ada.arn })] }).allow, true);
  const across = { resourceAccountId: other, identity: [allow], bucket: [to({ AWS: ada.arn })] };
  assert.equal(ask({ ...across, boundary }).decidedBy.kind, 'boundary');
});

test('the root user may do all in its account but what a resource or an endpoint denies', () => {
  assert.deepEqual(ask({ principal: root }).decidedBy, { kind: 'root', effect: 'Allow' });
  assert.equal(ask({ principal: root, bucket: [to('*', deny)] }).allow, false);
});

test('who is anonymous has only what a resource gives to everyone', () => {
  assert.equal(ask({ principal: anonymous }).decidedBy.kind, 'resource');
  assert.equal(ask({ principal: anonymous, bucket: [to('*')] }).allow, true);
});

test('a role is assumed when its trust policy allows, also within the account', () => {
  const assume: Asked = {
    action: 'sts:AssumeRole',
    resource: `arn:aws:iam::${own}:role/target`,
    resourcePolicyMustAllow: true,
  };
  const trust = (principal: unknown) => [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: principal }];
  const identity = [{ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' }];
  assert.equal(ask({ ...assume, identity }).decidedBy.kind, 'resource');
  assert.equal(ask({ ...assume, identity, bucket: trust({ AWS: other }) }).decidedBy.kind, 'resource');
  assert.equal(ask({ ...assume, bucket: trust({ AWS: ada.arn }) }).allow, true);
  assert.equal(ask({ ...assume, bucket: trust({ AWS: own }) }).decidedBy.kind, 'identity');
  assert.equal(ask({ ...assume, bucket: trust({ AWS: own }), identity }).allow, true);
  const across = { ...assume, resourceAccountId: other, bucket: trust({ AWS: ada.arn }) };
  assert.equal(ask(across).decidedBy.kind, 'identity');
  assert.equal(ask({ ...across, identity }).allow, true);
});

test('a bucket that wants to be reached by one endpoint', () => {
  const only = to('*', {
    Effect: 'Deny',
    Action: 's3:*',
    Resource: ['arn:aws:s3:::b', 'arn:aws:s3:::b/*'],
    Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-0123456789abcdef0' } },
  });
  const by = (values: Record<string, string[]>) =>
    ask({ identity: [allow], bucket: [only], context: new Map(Object.entries(values)) }).allow;
  assert.equal(by({ 'aws:sourcevpce': ['vpce-0123456789abcdef0'] }), true);
  assert.equal(by({ 'aws:sourcevpce': ['vpce-0fedcba9876543210'] }), false);
  assert.equal(by({ 'aws:sourceip': ['203.0.113.9'] }), false);
});

test('an explanation names the statement that decided and why the others did not', () => {
  const request: AccessRequest = {
    principal: ada,
    action: 's3:DeleteObject',
    resource: 'arn:aws:s3:::b/k',
    context: new Map([['aws:sourcevpc', ['vpc-1']]]),
  };
  const opinions = explainAccess(request, {
    identity: [
      policy(
        'mine',
        { Sid: 'Reads', Effect: 'Allow', Action: 's3:Get*', Resource: '*' },
        { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::other/*' },
        { Sid: 'Everything', Effect: 'Allow', NotAction: 'iam:*', Resource: '*' },
      ),
    ],
    session: [],
    endpoint: {
      ...policy(
        'the policy of vpce-1',
        to('*', { ...allow, Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-2' } } }),
        to('*', { ...allow, Condition: { Bool: { 'aws:SecureTransport': 'true' } } }),
        to({ AWS: own }),
        to('*', { Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:::b/*' }),
      ),
      endpointType: 'gateway',
    },
  });
  assert.deepEqual(opinions, [
    {
      kind: 'endpoint',
      name: 'the policy of vpce-1',
      effect: 'none',
      misses: [
        'Statement 1: Condition StringEquals aws:SourceVpc does not hold: the request has aws:SourceVpc vpc-1',
        'Statement 2: Condition Bool aws:SecureTransport does not hold: the request has no aws:SecureTransport',
        `Statement 3: Principal does not cover ${ada.arn}`,
        'Statement 4: NotResource excepts arn:aws:s3:::b/k',
      ],
    },
    {
      kind: 'identity',
      name: 'mine',
      effect: 'Allow',
      statement: 'Everything',
      misses: [
        'Reads: Action does not cover s3:DeleteObject',
        'Statement 2: Resource does not cover arn:aws:s3:::b/k',
      ],
    },
  ]);
});
