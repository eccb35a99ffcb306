// Who is let in as whom, and the words in which each protocol refuses the others.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AwsError } from './aws-error.ts';
import { awsQuery } from './aws-query.ts';
import { ec2Query } from './ec2-query.ts';
import { authenticate, findCredential, findSigningName } from './signature.ts';

const isKnownRegion = (region: string) => region === 'us-east-1';
const noQuery = new Map<string, string>();
const signed = (credential: string, separator = ', ') => ({
  'x-amz-date': '20260131T000000Z',
  authorization: [`AWS4-HMAC-SHA256 Credential=${credential}`, 'SignedHeaders=host', 'Signature=00'].join(
    separator,
  ),
});
const scope = '20260131/us-east-1/ec2/aws4_request';

test('a 12-digit key is that account, and `test` is account 000000000000', () => {
  for (const [key, accountId] of [
    ['222222222222', '222222222222'],
    ['test', '000000000000'],
  ] as const) {
    const credential = findCredential(signed(`${key}/${scope}`), noQuery);
    assert.deepEqual(credential, { accessKeyId: key, region: 'us-east-1', service: 'ec2' });
    assert.deepEqual(authenticate(credential, ec2Query.refusals, isKnownRegion), {
      accountId,
      region: 'us-east-1',
      arn: `arn:aws:iam::${accountId}:root`,
    });
  }
});

test('commas without blanks and presigned queries are read as well', () => {
  assert.equal(findCredential(signed(`test/${scope}`, ','), noQuery)?.accessKeyId, 'test');
  const query = new Map([
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
    ['X-Amz-Credential', `test/${scope}`],
    ['X-Amz-Date', '20260131T000000Z'],
    ['X-Amz-SignedHeaders', 'host'],
    ['X-Amz-Signature', '00'],
  ]);
  assert.equal(findCredential({}, query)?.service, 'ec2');
  query.delete('X-Amz-Date');
  assert.throws(() => findCredential({}, query), { code: 'IncompleteSignature', message: /'X-Amz-Date'/ });
});

test('unsigned calls, foreign keys and unknown regions are refused in the words of each protocol', () => {
  const credential = (accessKeyId: string, region = 'us-east-1') => ({ accessKeyId, region, service: 'x' });
  const cases = [
    [ec2Query, undefined, 401, 'AuthFailure'],
    [ec2Query, credential('AKIAIOSFODNN7EXAMPLE'), 401, 'AuthFailure'],
    [ec2Query, credential('11111111111'), 401, 'AuthFailure'],
    [ec2Query, credential('test', 'mars-north-1'), 401, 'AuthFailure'],
    [awsQuery, undefined, 403, 'MissingAuthenticationToken'],
    [awsQuery, credential('AKIAIOSFODNN7EXAMPLE'), 403, 'InvalidClientTokenId'],
    [awsQuery, credential('test', ''), 403, 'SignatureDoesNotMatch'],
  ] as const;
  for (const [protocol, given, status, code] of cases) {
    assert.throws(() => authenticate(given, protocol.refusals, isKnownRegion), { status, code });
  }
});

test('what is signed, but not as SigV4 signs, is an incomplete signature', () => {
  const date = { 'x-amz-date': '20260131T000000Z' };
  for (const headers of [
    { authorization: '' },
    { ...date, authorization: 'Bearer abc' },
    { ...date, authorization: 'AWS4-HMAC-SHA256' },
    { ...date, authorization: 'AWS4-HMAC-SHA256 nonsense' },
    { ...date, authorization: `AWS4-HMAC-SHA256 Credential=test/${scope}` },
    { authorization: signed(`test/${scope}`).authorization },
    signed('test'),
    signed(`test/${scope}/more`),
    signed('test/today/us-east-1/ec2/aws4_request'),
    signed('test/20260131/us-east-1/ec2/aws5_request'),
  ]) {
    assert.throws(
      () => findCredential(headers, noQuery),
      (error: AwsError) => error.code === 'IncompleteSignature' && error.status === 400,
      headers.authorization,
    );
  }
});

test('the signing name is found before anything else is trusted', () => {
  assert.equal(findSigningName(signed(`test/${scope}`), '/'), 'ec2');
  assert.equal(
    findSigningName({}, '/?A=%zz&X-Amz-Credential=test%2F20260131%2Fus-east-1%2Fsts%2Faws4_request'),
    'sts',
  );
  assert.equal(findSigningName({}, '/?Action=DescribeVpcs'), undefined);
  assert.equal(findSigningName({ authorization: 'garbage' }, '/'), undefined);
});
