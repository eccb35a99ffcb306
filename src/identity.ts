// Whose key is this: the convenience keys that are accounts, the keys IAM gave out, the sessions STS and instance metadata did.

import type { FindIdentity, Identity, IdentityAnswer } from './aws/identity.ts';
import type { SessionCredentials } from './aws/session-credential.ts';
import type { Cloud } from './cloud/cloud.ts';

export function createFindIdentity(
  cloud: Cloud,
  sessions: SessionCredentials,
  now: () => Date,
): FindIdentity {
  return (accessKeyId, sessionToken) => {
    const accountId = accountOfKey(accessKeyId);
    if (accountId) return rootOf(accountId);
    if (accessKeyId.startsWith('ASIA')) return findSession(cloud, sessions, now(), accessKeyId, sessionToken);
    // AWS: a user's own key has no token.
    return sessionToken === undefined ? findUser(cloud, accessKeyId) : 'bad-token';
  };
}

/** DIFFERS: convenience-keys a 12-digit access key id is that account's root, whatever its secret; `test` is 000000000000's. */
function accountOfKey(accessKeyId: string): string | undefined {
  if (accessKeyId === 'test') return '000000000000';
  return /^[0-9]{12}$/.test(accessKeyId) ? accessKeyId : undefined;
}

function rootOf(accountId: string): Identity {
  return { principal: { kind: 'root', accountId, arn: `arn:aws:iam::${accountId}:root`, userId: accountId } };
}

function findUser(cloud: Cloud, accessKeyId: string): IdentityAnswer {
  const key = cloud.iamAccessKeys.find(accessKeyId);
  if (key?.status !== 'Active') return 'unknown';
  const isRoots = key.userArn === `arn:aws:iam::${key.accountId}:root`;
  if (isRoots) return { ...rootOf(key.accountId), secretAccessKey: key.secretAccessKey };
  const user = cloud.iamUsers.find(key.userArn);
  if (!user) return 'unknown';
  const { accountId, arn, userId, userName, tags } = user;
  return {
    principal: { kind: 'user', accountId, arn, userId, userName, tags },
    secretAccessKey: key.secretAccessKey,
  };
}

function findSession(
  cloud: Cloud,
  sessions: SessionCredentials,
  now: Date,
  accessKeyId: string,
  sessionToken: string | undefined,
): IdentityAnswer {
  if (sessionToken === undefined) return 'unknown';
  const opened = sessions.open(accessKeyId, sessionToken);
  if (!opened) return 'bad-token';
  const { session, secretAccessKey } = opened;
  const { accountId, roleArn, roleId, sessionName, sessionPolicies, tags, issuedAt, expiresAt } = session;
  const { sourceInstance } = session;
  if (now.getTime() >= Date.parse(expiresAt)) return 'expired';
  const role = cloud.iamRoles.find(roleArn);
  // A role that was made anew under the old name is another role.
  if (role?.roleId !== roleId) return 'unknown';
  const { roleName } = role;
  return {
    principal: {
      ...{ kind: 'assumed-role', accountId, roleArn, roleName, sessionName, sessionPolicies, issuedAt },
      ...(sourceInstance && { sourceInstance }),
      arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`,
      userId: `${roleId}:${sessionName}`,
      tags: { ...role.tags, ...tags },
    },
    secretAccessKey,
  };
}
