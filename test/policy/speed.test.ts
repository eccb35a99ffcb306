// How many decisions one thread takes in a second of its own time: every request asks, so a slow answer slows all.
// Measured in processor time, so that a busy machine does not fail it; the bar is a fifth of what an ordinary one does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AccessRequest, NamedPolicy } from '../../src/policy/access.ts';
import { readPolicy } from '../../src/policy/document.ts';
import { evaluate } from '../../src/policy/evaluate.ts';

const objects = ['arn:aws:s3:::output', 'arn:aws:s3:::output/*'];
const vpce = 'vpce-0123456789abcdef0';

function named(name: string, ...statements: object[]): NamedPolicy {
  return { name, document: readPolicy(JSON.stringify({ Version: '2012-10-17', Statement: statements })) };
}

test('at least 200,000 decisions a second', (context) => {
  const identity = named(
    'identity',
    { Effect: 'Allow', Action: ['ec2:Describe*', 'dynamodb:*Item'], Resource: '*' },
    {
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:PutObject'],
      Resource: ['arn:aws:s3:::output/private/*', 'arn:aws:s3:::output/public/*'],
      Condition: { StringEquals: { 'aws:PrincipalTag/team': ['a', 'b'] } },
    },
    {
      Effect: 'Deny',
      Action: 's3:Delete*',
      Resource: '*',
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    },
  );
  const resource = named('bucket', {
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:*',
    Resource: objects,
    Condition: { StringNotEquals: { 'aws:SourceVpce': vpce } },
  });
  const door = { Effect: 'Allow', Principal: '*', Action: ['s3:GetObject', 's3:List*'], Resource: objects };
  const endpoint = { ...named('endpoint', door), endpointType: 'gateway' as const };
  const request: AccessRequest = {
    principal: {
      kind: 'user',
      accountId: '111111111111',
      arn: 'arn:aws:iam::111111111111:user/ada',
      userId: 'AIDAADAADAADAADAADAAD',
      userName: 'ada',
      tags: {},
    },
    action: 's3:GetObject',
    resource: 'arn:aws:s3:::output/public/2026/01/a.txt',
    resourceAccountId: '111111111111',
    context: new Map([
      ['aws:sourcevpce', [vpce]],
      ['aws:principaltag/team', ['b']],
      ['aws:securetransport', ['true']],
    ]),
  };
  const rounds = 200_000;
  let allowed = 0;
  const run = () => {
    const start = process.cpuUsage();
    for (let round = 0; round < rounds; round++) {
      if (evaluate(request, { identity: [identity], session: [], resource, endpoint }).allow) allowed++;
    }
    return process.cpuUsage(start).user / 1e6;
  };
  const perSecond = Math.round(rounds / Math.min(run(), run()));
  context.diagnostic(`${perSecond} decisions a second`);
  assert.equal(allowed, 2 * rounds);
  assert.ok(perSecond > 200_000, `${perSecond} a second`);
});
