import assert from 'node:assert/strict';
import { test } from 'node:test';
import { s3Operations } from '../services/s3/operations.ts';
import { checkPolicy } from './validate.ts';

const bucket = 'arn:aws:s3:::b';

function judge(change: object): string | undefined {
  const statement = { Effect: 'Allow', Principal: '*', Action: 's3:*', Resource: [bucket, `${bucket}/*`] };
  const Statement = [{ ...statement, ...change }];
  return checkPolicy(JSON.stringify({ Version: '2012-10-17', Statement }), 'resource', { bucketName: 'b' })
    ?.message;
}

test('a bucket policy may name the actions that S3 has, in any case, and patterns', () => {
  const good = ['s3:GetObject', 's3:getobject', 'S3:ListBucket', 's3:NoSuch*', 's3:Get?bject', '*'];
  for (const Action of good) assert.equal(judge({ Action }), undefined, Action);
  for (const Action of ['s3:NoSuch', 's3:ListObjects', 's3:GetObjects', 's3:', 'ec2:RunInstances', 'ec2:*']) {
    assert.equal(judge({ Action }), 'Policy has invalid action', Action);
    assert.equal(
      judge({ Action: undefined, NotAction: ['s3:GetObject', Action] }),
      'Policy has invalid action',
    );
  }
});

test('every action that an operation asks for can be named', () => {
  for (const [name, entry] of Object.entries(s3Operations)) {
    if (!('action' in entry)) continue;
    const query = (version: boolean) => ({ query: new Map(version ? [['versionId', 'null']] : []) }) as never;
    const { action } = entry;
    const actions = typeof action === 'function' ? [action(query(false)), action(query(true))] : [action];
    for (const Action of actions) assert.equal(judge({ Action }), undefined, `${name}: ${Action}`);
  }
});

test('a bucket policy may name the condition keys that S3 has, and those of others', () => {
  const check = (key: string) => judge({ Condition: { StringEquals: { 'aws:SourceVpc': 'v', [key]: 'x' } } });
  for (const key of [
    's3:prefix',
    's3:Prefix',
    's3:LocationConstraint',
    's3:VersionId',
    's3:x-amz-acl',
    's3:ExistingObjectTag/team',
    's3:ExistingObjectTag/a/b',
    's3:RequestObjectTagKeys',
    's3:TlsVersion',
    's3:signatureAge',
    's3:ResourceAccount',
    's3:if-none-match',
    'aws:PrincipalTag/team',
    'aws:SourceVpce',
  ]) {
    assert.equal(check(key), undefined, key);
  }
  for (const key of ['s3:NoSuch', 's3:prefixes', 's3:x-amz-nothing', 's3:ExistingObjectTag', 's3:prefix/x']) {
    assert.equal(check(key), 'Policy has an invalid condition key', key);
  }
});
