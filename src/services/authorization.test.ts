import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Arrival } from '../aws/arrival.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { IamRole, IamUser } from '../cloud/iam.ts';
import type { Principal } from '../policy/principal.ts';
import { openStore } from '../store.ts';
import {
  type AccessQuestion,
  decideAccess,
  decideAssumeRole,
  describeDenial,
  explainDecision,
} from './authorization.ts';

const accountId = '111111111111';
const everything = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
});
const [vpcEndpointId, vpcId] = ['vpce-0123456789abcdef0', 'vpc-0123456789abcdef0'] as const;

const user: Omit<IamUser, 'generation'> = {
  accountId,
  region: 'aws-global',
  arn: `arn:aws:iam::${accountId}:user/ada`,
  userName: 'ada',
  userId: 'AIDAADAADAADAADAADAAD',
  path: '/',
  createDate: '2026-01-31T12:00:00.000Z',
  inlinePolicies: {},
  attachedPolicyArns: [],
  tags: { team: 'net' },
};
const role: Omit<IamRole, 'generation'> = {
  accountId,
  region: 'aws-global',
  arn: `arn:aws:iam::${accountId}:role/app`,
  roleName: 'app',
  roleId: 'AROAAPPAPPAPPAPPAPPAP',
  path: '/',
  createDate: '2026-01-31T12:00:00.000Z',
  assumeRolePolicyDocument: trust({ AWS: accountId }),
  maxSessionDurationSeconds: 3600,
  inlinePolicies: {},
  attachedPolicyArns: [],
  tags: {},
};
const ada: Principal = { kind: 'user', ...user };
const app: Principal = {
  kind: 'assumed-role',
  accountId,
  arn: `arn:aws:sts::${accountId}:assumed-role/app/i-1`,
  userId: 'AROAAPPAPPAPPAPPAPPAP:i-1',
  roleArn: role.arn,
  roleName: 'app',
  sessionName: 'i-1',
  tags: {},
  sessionPolicies: [],
  issuedAt: '2026-01-31T11:00:00.000Z',
};
const byInternet: Arrival = { sourceAddress: '203.0.113.9', isSecure: true };
const byEndpoint: Arrival = {
  sourceAddress: '10.0.1.7',
  isSecure: false,
  endpoint: { vpcEndpointId, vpcId, endpointType: 'gateway' },
};

function trust(principal: object): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: principal }],
  });
}

function policyOf(...statements: object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

interface Given {
  user?: Partial<IamUser>;
  role?: Partial<IamRole>;
  endpointPolicy?: string;
}

function cloudWith(given: Given = {}): Cloud {
  const { cloud, change } = openStore(':memory:');
  change((tables) => {
    tables.iamUsers.put({ ...user, ...given.user });
    tables.iamRoles.put({ ...role, ...given.role });
    if (given.endpointPolicy !== undefined) {
      tables.vpcEndpoints.put({
        accountId,
        region: 'us-east-1',
        vpcEndpointType: 'Gateway',
        vpcEndpointId,
        vpcId,
        serviceName: 'com.amazonaws.us-east-1.s3',
        gatewayService: 's3',
        routeTableIds: [],
        policyDocument: given.endpointPolicy,
        creationTimestamp: '2026-01-31T12:00:00.000Z',
      });
    }
  });
  return cloud;
}

const question = (rest: Partial<AccessQuestion> = {}): AccessQuestion => ({
  principal: ada,
  action: 's3:GetObject',
  resource: 'arn:aws:s3:::demo/a.txt',
  resourceAccountId: accountId,
  arrival: byInternet,
  now: new Date('2026-01-31T12:00:00.000Z'),
  region: 'us-east-1',
  ...rest,
});

test('an identity’s inline, customer and AWS managed policies all count, and its boundary', () => {
  assert.equal(decideAccess(cloudWith(), question()).allow, false);
  const inline = cloudWith({ user: { inlinePolicies: { mine: everything } } });
  assert.equal(decideAccess(inline, question()).by, 'inline policy mine of user ada');
  const readOnly = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';
  const managed = cloudWith({ user: { attachedPolicyArns: [readOnly] } });
  assert.equal(decideAccess(managed, question()).by, readOnly);
  assert.equal(decideAccess(managed, question({ action: 's3:PutObject' })).allow, false);
  const bounded = { inlinePolicies: { mine: everything }, permissionsBoundaryArn: readOnly };
  const refused = decideAccess(cloudWith({ user: bounded }), question({ action: 's3:PutObject' }));
  assert.equal(refused.because, 'because no permissions boundary allows the s3:PutObject action');
  const lost = { ...bounded, permissionsBoundaryArn: `arn:aws:iam::${accountId}:policy/gone` };
  assert.equal(decideAccess(cloudWith({ user: lost }), question()).decidedBy.kind, 'boundary');
});

test('the default version of a customer managed policy is the one that counts', () => {
  const arn = `arn:aws:iam::${accountId}:policy/mine`;
  const { cloud, change } = openStore(':memory:');
  const createDate = '2026-01-31T12:00:00.000Z';
  change((tables) => {
    tables.iamUsers.put({ ...user, attachedPolicyArns: [arn] });
    tables.iamPolicies.put({
      accountId,
      region: 'aws-global',
      arn,
      policyName: 'mine',
      policyId: 'ANPAMINEMINEMINEMINEM',
      path: '/',
      createDate,
      updateDate: createDate,
      nextVersion: 3,
      tags: {},
      versions: [
        { versionId: 'v1', document: everything, isDefault: false, createDate },
        {
          versionId: 'v2',
          document: policyOf({ Effect: 'Allow', Action: 's3:List*', Resource: '*' }),
          isDefault: true,
          createDate,
        },
      ],
    });
  });
  assert.equal(decideAccess(cloud, question()).allow, false);
  assert.equal(decideAccess(cloud, question({ action: 's3:ListBucket' })).by, arn);
});

test('a session has its role’s policies, less what was taken away when it began', () => {
  const cloud = cloudWith({ role: { inlinePolicies: { all: everything } } });
  assert.equal(decideAccess(cloud, question({ principal: app })).by, 'inline policy all of role app');
  const sessionPolicies = [policyOf({ Effect: 'Allow', Action: 's3:Put*', Resource: '*' })];
  const verdict = decideAccess(cloud, question({ principal: { ...app, sessionPolicies } }));
  assert.equal(verdict.because, 'because no session policy allows the s3:GetObject action');
  assert.equal(verdict.by, 'session policy 1');
});

test('the classic endpoint policy lets its three through and refuses all else', () => {
  const classic = policyOf({
    Effect: 'Allow',
    Principal: '*',
    Action: ['s3:GetObject', 's3:List*', 's3:PutObject'],
    Resource: ['arn:aws:s3:::output-kplabs', 'arn:aws:s3:::output-kplabs/*'],
  });
  const cloud = cloudWith({ user: { inlinePolicies: { mine: everything } }, endpointPolicy: classic });
  const ask = (action: string, resource: string) =>
    decideAccess(cloud, question({ action, resource, arrival: byEndpoint }));
  assert.equal(ask('s3:GetObject', 'arn:aws:s3:::output-kplabs/x').allow, true);
  assert.equal(ask('s3:PutObject', 'arn:aws:s3:::output-kplabs/x').allow, true);
  assert.equal(ask('s3:ListBucket', 'arn:aws:s3:::output-kplabs').allow, true);
  const refused: [string, string][] = [
    ['s3:DeleteObject', 'arn:aws:s3:::output-kplabs/x'],
    ['s3:GetObject', 'arn:aws:s3:::other/x'],
    ['s3:ListAllMyBuckets', '*'],
  ];
  for (const [action, resource] of refused) {
    const asked = question({ action, resource, arrival: byEndpoint });
    const verdict = decideAccess(cloud, asked);
    assert.equal(verdict.by, `the policy of ${vpcEndpointId}`);
    assert.equal(
      describeDenial(asked, verdict),
      `User: ${user.arn} is not authorized to perform: ${action} because no VPC endpoint policy allows the ${action} action`,
    );
  }
  assert.equal(
    decideAccess(cloud, question({ action: 's3:DeleteObject' })).allow,
    true,
    'not by the endpoint',
  );
});

test('an endpoint that is gone lets nothing through', () => {
  const cloud = cloudWith({ user: { inlinePolicies: { mine: everything } } });
  assert.equal(decideAccess(cloud, question({ arrival: byEndpoint })).decidedBy.kind, 'endpoint');
});

test('a denial with a resource names it, which S3 puts in quotes', () => {
  const asked = question();
  const verdict = decideAccess(cloudWith(), asked);
  assert.equal(
    describeDenial(asked, verdict),
    `User: ${user.arn} is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::demo/a.txt" because no identity-based policy allows the s3:GetObject action`,
  );
});

test('the way a request came is in its keys: by an endpoint no SourceIp, by the internet nothing of a VPC', () => {
  const keysBy = (arrival: Arrival) =>
    Object.fromEntries(
      explainDecision(cloudWith({ endpointPolicy: everything }), question({ arrival })).context,
    );
  const inside = keysBy(byEndpoint);
  assert.deepEqual(inside['aws:sourcevpce'], [vpcEndpointId]);
  assert.deepEqual(inside['aws:sourcevpc'], [vpcId]);
  assert.deepEqual(inside['aws:vpcsourceip'], ['10.0.1.7']);
  assert.deepEqual(inside['aws:securetransport'], ['false']);
  assert.equal(inside['aws:sourceip'], undefined);
  const outside = keysBy(byInternet);
  assert.deepEqual(outside['aws:sourceip'], ['203.0.113.9']);
  for (const key of ['aws:sourcevpce', 'aws:sourcevpc', 'aws:vpcsourceip', 'aws:vpceaccount']) {
    assert.equal(outside[key], undefined, key);
  }
  assert.deepEqual(outside['aws:principaltag/team'], ['net']);
  assert.deepEqual(outside['aws:username'], ['ada']);
  assert.deepEqual(outside['aws:epochtime'], ['1769860800']);
});

test('a bucket policy that wants one endpoint refuses the internet, the root user too', () => {
  const text = policyOf({
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: ['arn:aws:s3:::demo', 'arn:aws:s3:::demo/*'],
    Condition: { StringNotEquals: { 'aws:SourceVpce': vpcEndpointId } },
  });
  const cloud = cloudWith({
    endpointPolicy: policyOf({ Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' }),
  });
  const principal: Principal = {
    kind: 'root',
    accountId,
    arn: `arn:aws:iam::${accountId}:root`,
    userId: accountId,
  };
  const resourcePolicy = { name: 'the policy of demo', text };
  const ask = (arrival: Arrival) => decideAccess(cloud, question({ principal, resourcePolicy, arrival }));
  assert.equal(ask(byEndpoint).allow, true);
  assert.equal(ask(byInternet).because, 'with an explicit deny in a resource-based policy');
});

test('AssumeRole: who is named may; of a named account its own policies say who', () => {
  const named = { role: { assumeRolePolicyDocument: trust({ AWS: user.arn }) } };
  const ask = (given: Given) => {
    const cloud = cloudWith(given);
    const { principal, arrival, now, region } = question();
    return decideAssumeRole(cloud, {
      principal,
      arrival,
      now,
      region,
      role: cloud.iamRoles.find(role.arn)!,
      context: { 'sts:ExternalId': 'x' },
    });
  };
  assert.equal(ask(named).allow, true);
  assert.equal(ask({}).decidedBy.kind, 'identity');
  assert.equal(ask({ user: { inlinePolicies: { mine: everything } } }).allow, true);
  const stranger = { role: { assumeRolePolicyDocument: trust({ Service: 'ec2.amazonaws.com' }) } };
  const refused = ask({ ...stranger, user: { inlinePolicies: { mine: everything } } });
  assert.equal(refused.by, 'the trust policy of app');
  const withId = JSON.parse(trust({ AWS: user.arn }));
  withId.Statement[0].Condition = { StringEquals: { 'sts:ExternalId': 'y' } };
  assert.equal(ask({ role: { assumeRolePolicyDocument: JSON.stringify(withId) } }).allow, false);
});

test('a policy may ask which instance the credentials were given to', () => {
  const { cloud } = openStore(':memory:');
  const sourceInstance = {
    instanceArn: `arn:aws:ec2:us-east-1:${accountId}:instance/i-1`,
    ...{ vpcId, privateIpAddress: '10.0.0.4', roleDelivery: '2.0' as const },
  };
  const ask = (principal: Principal) =>
    explainDecision(cloud, {
      ...{ principal, action: 's3:ListAllMyBuckets', resource: '*', region: 'us-east-1' },
      arrival: { sourceAddress: '10.0.0.4', isSecure: true },
      now: new Date('2026-01-31T12:00:00Z'),
    }).context;
  const keys = ['ec2:sourceinstancearn', 'aws:ec2instancesourcevpc', 'aws:ec2instancesourceprivateipv4'];
  const given = ask({ ...app, sourceInstance } as Principal);
  const pick = (context: ReturnType<typeof ask>) =>
    [...keys, 'ec2:roledelivery'].map((key) => context.get(key)?.[0]);
  assert.deepEqual(pick(given), [sourceInstance.instanceArn, vpcId, '10.0.0.4', '2.0']);
  assert.deepEqual(pick(ask(app)), [undefined, undefined, undefined, undefined]);
});
