import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from './aws/identity.ts';
import { createSessionCredentials } from './aws/session-credential.ts';
import type { IamAccessKey, IamRole, IamUser } from './cloud/iam.ts';
import { createFindIdentity } from './identity.ts';
import { openStore } from './store.ts';

const accountId = '111111111111';
const owned = {
  accountId,
  region: 'aws-global',
  path: '/',
  createDate: '2026-01-31T12:00:00.000Z',
  generation: 1,
};
const holder = { inlinePolicies: {}, attachedPolicyArns: [], tags: { team: 'blue' } };
const user: IamUser = {
  ...owned,
  ...holder,
  arn: `arn:aws:iam::${accountId}:user/reader`,
  userName: 'reader',
  userId: 'AIDA00000000000000001',
};
const key: IamAccessKey = {
  ...owned,
  accessKeyId: 'AKIA0000000000000001',
  secretAccessKey: 'secret',
  userArn: user.arn,
  status: 'Active',
};
const role: IamRole = {
  ...owned,
  ...holder,
  arn: `arn:aws:iam::${accountId}:role/app`,
  roleName: 'app',
  roleId: 'AROA00000000000000001',
  assumeRolePolicyDocument: '{}',
  maxSessionDurationSeconds: 3600,
};
const session: Session = {
  accountId,
  roleArn: role.arn,
  roleId: role.roleId,
  sessionName: 's',
  sessionPolicies: ['{}'],
  tags: { team: 'red', job: 'x' },
  issuedAt: '2026-01-31T12:00:00.000Z',
  expiresAt: '2026-01-31T13:00:00.000Z',
};

function newIdentities() {
  const store = openStore(':memory:');
  const sessions = createSessionCredentials(Buffer.alloc(32));
  const clock = { now: new Date('2026-01-31T12:30:00Z') };
  store.change(({ iamUsers, iamAccessKeys, iamRoles }) => {
    iamUsers.put(user);
    iamAccessKeys.put(key);
    iamRoles.put(role);
  });
  return { store, sessions, clock, find: createFindIdentity(store.cloud, sessions, () => clock.now) };
}

test('a 12-digit key is the root of that account and `test` that of 000000000000, without a secret', () => {
  const { find } = newIdentities();
  for (const [accessKeyId, account] of [
    ['222222222222', '222222222222'],
    ['test', '000000000000'],
  ] as const) {
    const arn = `arn:aws:iam::${account}:root`;
    assert.deepEqual(find(accessKeyId, undefined), {
      principal: { kind: 'root', accountId: account, arn, userId: account },
    });
  }
  for (const other of ['', '11111111111', '1111111111111', 'TEST', 'AKIA0000000000000009', '__proto__']) {
    assert.equal(find(other, undefined), 'unknown', other);
  }
});

test('a key of a user is that user, as long as it is active and the user is there', () => {
  const { find, store } = newIdentities();
  assert.deepEqual(find(key.accessKeyId, undefined), {
    principal: {
      kind: 'user',
      accountId,
      arn: user.arn,
      userId: user.userId,
      userName: 'reader',
      tags: user.tags,
    },
    secretAccessKey: 'secret',
  });
  assert.equal(find(key.accessKeyId, 'a token'), 'bad-token');
  store.change(({ iamAccessKeys }) => iamAccessKeys.put({ ...key, status: 'Inactive' }));
  assert.equal(find(key.accessKeyId, undefined), 'unknown');
  store.change(({ iamAccessKeys, iamUsers }) => {
    iamAccessKeys.put(key);
    iamUsers.delete(user.arn);
  });
  assert.equal(find(key.accessKeyId, undefined), 'unknown');
});

test("a session is its role's, with its own tags over the role's, until it ends", () => {
  const { find, sessions, clock } = newIdentities();
  const { accessKeyId, sessionToken, secretAccessKey } = sessions.issue(session);
  assert.deepEqual(find(accessKeyId, sessionToken), {
    principal: {
      kind: 'assumed-role',
      accountId,
      arn: `arn:aws:sts::${accountId}:assumed-role/app/s`,
      userId: `${role.roleId}:s`,
      roleArn: role.arn,
      roleName: 'app',
      sessionName: 's',
      tags: { team: 'red', job: 'x' },
      sessionPolicies: ['{}'],
      issuedAt: session.issuedAt,
    },
    secretAccessKey,
  });
  assert.equal(find(accessKeyId, undefined), 'unknown');
  assert.equal(find(accessKeyId, `${sessionToken.slice(0, -8)}AAAAAAA=`), 'bad-token');
  clock.now = new Date(session.expiresAt);
  assert.equal(find(accessKeyId, sessionToken), 'expired');
});

test('credentials from instance metadata tell which instance they were given to', () => {
  const { find, sessions } = newIdentities();
  const sourceInstance = {
    instanceArn: `arn:aws:ec2:us-east-1:${accountId}:instance/i-1`,
    ...{ vpcId: 'vpc-1', privateIpAddress: '10.0.0.4', roleDelivery: '2.0' as const },
  };
  const { accessKeyId, sessionToken } = sessions.issue({ ...session, sourceInstance });
  const identity = find(accessKeyId, sessionToken);
  assert.ok(typeof identity === 'object' && identity.principal.kind === 'assumed-role');
  assert.deepEqual(identity.principal.sourceInstance, sourceInstance);
});

test('a role that was made anew under the old name has nothing to do with the sessions of the old one', () => {
  const { find, sessions, store } = newIdentities();
  const { accessKeyId, sessionToken } = sessions.issue(session);
  store.change(({ iamRoles }) => iamRoles.put({ ...role, roleId: 'AROA00000000000000002' }));
  assert.equal(find(accessKeyId, sessionToken), 'unknown');
  store.change(({ iamRoles }) => iamRoles.delete(role.arn));
  assert.equal(find(accessKeyId, sessionToken), 'unknown');
});
