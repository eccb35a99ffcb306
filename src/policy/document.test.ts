// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables look like that.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPolicy } from './document.ts';
import { evaluate } from './evaluate.ts';

function allows(document: object, action: string, resource: string): boolean {
  const name = 'identity';
  return evaluate(
    {
      principal: {
        kind: 'user',
        accountId: '111111111111',
        arn: 'arn:aws:iam::111111111111:user/ada',
        userId: 'AIDAADAADAADAADAADAAD',
        userName: 'ada',
        tags: {},
      },
      action,
      resource,
      context: new Map([
        ['aws:username', ['ada']],
        ['aws:securetransport', ['false']],
      ]),
    },
    { identity: [{ name, document: readPolicy(JSON.stringify(document)) }], session: [] },
  ).allow;
}

test('every form a document may have', () => {
  const statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' };
  const forms = [
    { Version: '2012-10-17', Statement: statement },
    { Version: '2012-10-17', Id: 'x', Statement: [statement] },
    { Version: '2008-10-17', Statement: [{ ...statement, Action: ['S3:GETOBJECT'], Sid: '' }] },
    { Statement: [{ ...statement, Resource: ['arn:aws:s3:::a', 'arn:aws:s3:::b/?'] }] },
    { Statement: [{ Effect: 'Allow', NotAction: 's3:Put*', NotResource: 'arn:aws:s3:::b' }] },
    { Statement: [{ ...statement, Condition: { Bool: { 'aws:SecureTransport': false } } }] },
    { Statement: [{ ...statement, Condition: {} }] },
  ];
  for (const form of forms) {
    assert.equal(allows(form, 's3:GetObject', 'arn:aws:s3:::b/k'), true, JSON.stringify(form));
    assert.equal(allows(form, 's3:PutObject', 'arn:aws:s3:::b/k'), false, JSON.stringify(form));
  }
  assert.equal(allows({ Version: '2012-10-17', Statement: [] }, 's3:GetObject', 'arn:aws:s3:::b/k'), false);
});

test('variables are a matter of 2012-10-17', () => {
  const statement = { Effect: 'Allow', Action: 's3:*', Resource: 'arn:aws:s3:::b/${aws:username}' };
  const resource = 'arn:aws:s3:::b/ada';
  assert.equal(allows({ Version: '2012-10-17', Statement: statement }, 's3:GetObject', resource), true);
  assert.equal(allows({ Version: '2008-10-17', Statement: statement }, 's3:GetObject', resource), false);
  const literal = 'arn:aws:s3:::b/${aws:username}';
  assert.equal(allows({ Statement: statement }, 's3:GetObject', literal), true);
  assert.equal(allows({ Version: '2012-10-17', Statement: statement }, 's3:GetObject', literal), false);
});

test('the same text is read once', () => {
  const text = '{"Version":"2012-10-17","Statement":[]}';
  assert.equal(readPolicy(text), readPolicy(`${text}`));
  for (let index = 0; index < 10_001; index++) readPolicy(`{"Statement":[],"Id":"${index}"}`);
  assert.notEqual(readPolicy(text), undefined);
});

test('what cannot be meant throws', () => {
  for (const text of [
    '',
    '[]',
    '{"Statement":[{}]}',
    '{"Statement":[{"Effect":"Allow"}]}',
    '{"Statement":"x"}',
  ]) {
    assert.throws(() => readPolicy(text), text);
  }
});
