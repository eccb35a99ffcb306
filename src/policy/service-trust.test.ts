import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readPolicy } from './document.ts';
import { trustsService } from './service-trust.ts';

const ec2 = 'ec2.amazonaws.com';
const statement = (rest: object) => ({ Effect: 'Allow', Action: 'sts:AssumeRole', ...rest });

test('a role trusts the services it names, if the conditions hold and nothing denies', () => {
  const named = statement({ Principal: { Service: [ec2, 'lambda.amazonaws.com'] } });
  const table: [object[], boolean][] = [
    [[named], true],
    [[statement({ Principal: '*' })], true],
    [[statement({ Principal: { Service: 'lambda.amazonaws.com' } })], false],
    [[statement({ Principal: { AWS: '111111111111' } })], false],
    [[{ ...named, Action: 'sts:TagSession' }], false],
    [[{ ...named, Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' } } }], true],
    [[{ ...named, Condition: { StringEquals: { 'aws:SourceAccount': '222222222222' } } }], false],
    [[named, { ...named, Effect: 'Deny' }], false],
    [[], false],
  ];
  for (const [Statement, want] of table) {
    const document = readPolicy(JSON.stringify({ Version: '2012-10-17', Statement }));
    const context = new Map([['aws:sourceaccount', ['111111111111']]]);
    assert.equal(trustsService(document, ec2, context), want, JSON.stringify(Statement));
  }
});
