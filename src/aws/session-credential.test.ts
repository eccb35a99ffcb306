import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Session } from './identity.ts';
import { createSessionCredentials } from './session-credential.ts';

const sessions = createSessionCredentials(Buffer.alloc(32, 1));
const session: Session = {
  accountId: '111111111111',
  roleArn: 'arn:aws:iam::111111111111:role/app',
  roleId: 'AROA00000000000000001',
  sessionName: 'i-0abc',
  sessionPolicies: [],
  tags: {},
  issuedAt: '2026-01-31T12:00:00.000Z',
  expiresAt: '2026-01-31T18:00:00.000Z',
};

test('a session travels in its token and is opened with its key alone', () => {
  const issued = sessions.issue(session);
  assert.match(issued.accessKeyId, /^ASIA[A-Z2-7]{16}$/);
  assert.match(issued.secretAccessKey, /^[A-Za-z0-9+/]{40}$/);
  assert.equal(issued.expiration, session.expiresAt);
  const opened = sessions.open(issued.accessKeyId, issued.sessionToken);
  assert.deepEqual(opened, { session, secretAccessKey: issued.secretAccessKey });
  const other = sessions.issue(session);
  assert.notEqual(other.secretAccessKey, issued.secretAccessKey);
  assert.equal(sessions.open(other.accessKeyId, issued.sessionToken), undefined);
});

test('another daemon of the same cloud opens it, one of another cloud does not', () => {
  const { accessKeyId, sessionToken } = sessions.issue(session);
  assert.ok(createSessionCredentials(Buffer.alloc(32, 1)).open(accessKeyId, sessionToken));
  assert.equal(createSessionCredentials(Buffer.alloc(32, 2)).open(accessKeyId, sessionToken), undefined);
});

test('a token of which one byte is another opens to nothing, nor does any text', () => {
  const { accessKeyId, sessionToken } = sessions.issue(session);
  const bytes = Buffer.from(sessionToken, 'base64');
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at]! ^= 1;
    assert.equal(sessions.open(accessKeyId, changed.toString('base64')), undefined, `byte ${at}`);
  }
  fc.assert(fc.property(fc.string(), (text) => sessions.open(accessKeyId, text) === undefined));
});

test('a token stays short with policies and tags as large as AWS takes them', () => {
  const statement = (index: number) => ({
    Effect: 'Allow',
    Action: ['s3:GetObject'],
    Resource: `arn:aws:s3:::bucket/${index}/*`,
  });
  const policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: Array.from({ length: 20 }, (_, index) => statement(index)),
  });
  const tags = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`key-${index}`, `value-${index}`]),
  );
  const { sessionToken } = sessions.issue({ ...session, sessionPolicies: [policy], tags });
  assert.ok(policy.length > 1500 && sessionToken.length < 4096, `${sessionToken.length} characters`);
});
