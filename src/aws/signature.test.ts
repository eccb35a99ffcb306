import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { findIdentity, userCredentials } from '../../test/aws/signed-request-fixture.ts';
import { findSigningName, verifySignature } from './signature.ts';
import type { SignatureFailure, SignatureRequest } from './signed-request.ts';

const { accessKeyId } = userCredentials;
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const host = 'examplebucket.s3.amazonaws.com';
const verify = (request: SignatureRequest, now: Date, service = 's3') =>
  verifySignature({ ...request, ...hostBucketOf(request) }, { service, findIdentity, now });

/** What S3 reads in the Host header and hands on. */
function hostBucketOf({ headers }: SignatureRequest): { hostBucketName?: string } {
  const match = /^(.+)\.s3\.amazonaws\.com$/.exec(headers.host ?? '');
  return match ? { hostBucketName: match[1]! } : {};
}

const may2013 = new Date('2013-05-24T00:00:00Z');

/** The examples of AWS's own manual, "Signature Calculations for the Authorization Header". */
function manualExample(
  method: string,
  url: string,
  signed: Record<string, string>,
  signature: string,
): SignatureRequest {
  const headers = {
    host,
    'x-amz-content-sha256': emptyHash,
    'x-amz-date': '20130524T000000Z',
    ...signed,
  };
  const names = Object.keys(headers).sort().join(';');
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20130524/us-east-1/s3/aws4_request,SignedHeaders=${names},Signature=${signature}`;
  return { method, url, headers: { ...headers, authorization } };
}

test("the examples of AWS's manual hold", () => {
  const range = { range: 'bytes=0-9' };
  const put = {
    date: 'Fri, 24 May 2013 00:00:00 GMT',
    'x-amz-content-sha256': '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
    'x-amz-storage-class': 'REDUCED_REDUNDANCY',
  };
  const examples = [
    manualExample(
      'GET',
      '/test.txt',
      range,
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ),
    manualExample(
      'PUT',
      '/test$file.text',
      put,
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    ),
    manualExample(
      'GET',
      '/?lifecycle',
      {},
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    ),
    manualExample(
      'GET',
      '/?max-keys=2&prefix=J',
      {},
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ),
  ];
  for (const example of examples) {
    assert.equal(verify(example, may2013).principal.kind, 'user', example.url);
    assert.throws(() => verify({ ...example, url: `${example.url}x` }, may2013), { kind: 'mismatch' });
  }
  assert.deepEqual(verify(examples[1]!, may2013).payload, {
    kind: 'hash',
    sha256: put['x-amz-content-sha256'],
  });
});

test("the presigned URL of AWS's manual holds for a day", () => {
  const url = `/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=${accessKeyId}%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404`;
  const request = { method: 'GET', url, headers: { host } };
  assert.equal(verify(request, new Date('2013-05-24T23:59:59Z')).signatureAgeMs, 86_399_000);
  assert.throws(() => verify(request, new Date('2013-05-25T00:00:01Z')), { kind: 'expired-request' });
});

test('parameters in another order, and escapes in another case, are the same request', () => {
  const signature = '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7';
  const example = manualExample('GET', '/?prefix=%4a&max-keys=2', {}, signature);
  assert.equal(verify(example, may2013).principal.kind, 'user');
});

test('a mismatch shows what was to be signed, also byte by byte', () => {
  const example = manualExample('GET', '/?lifecycle', {}, '0'.repeat(64));
  assert.throws(
    () => verify(example, may2013),
    ({ kind, details }: SignatureFailure) => {
      assert.equal(kind, 'mismatch');
      assert.equal(details.SignatureProvided, '0'.repeat(64));
      assert.match(details.CanonicalRequest!, /^GET\n\/\nlifecycle=\nhost:examplebucket/);
      assert.match(
        details.StringToSign!,
        /^AWS4-HMAC-SHA256\n20130524T000000Z\n20130524\/us-east-1\/s3\/aws4_request\n/,
      );
      assert.match(details.StringToSignBytes!, /^41 57 53 34 2d( [0-9a-f]{2})+$/);
      return true;
    },
  );
});

/** The examples of the older manual, "Signing and Authenticating REST Requests". */
const march2007 = { host: 'johnsmith.s3.amazonaws.com', date: 'Tue, 27 Mar 2007 19:36:42 +0000' };

test("the examples of version 2's manual hold", () => {
  const cases: [method: string, url: string, headers: Record<string, string>, signature: string][] = [
    ['GET', '/photos/puppy.jpg', march2007, 'bWq2s1WEIj+Ydj0vQ697zp+IXMU='],
    [
      'PUT',
      '/photos/puppy.jpg',
      { ...march2007, date: 'Tue, 27 Mar 2007 21:15:45 +0000', 'content-type': 'image/jpeg' },
      'MyyxeRY7whkBe+bq8fHCL/2kKUg=',
    ],
    [
      'GET',
      '/?prefix=photos&max-keys=50&marker=puppy',
      { ...march2007, date: 'Tue, 27 Mar 2007 19:42:41 +0000' },
      'htDYFYduRNen8P9ZfE/s9SuKy0U=',
    ],
    [
      'GET',
      '/?acl',
      { ...march2007, date: 'Tue, 27 Mar 2007 19:44:46 +0000' },
      'c2WLPFtWHVgbEmeEG93a4cG37dM=',
    ],
  ];
  for (const [method, url, headers, signature] of cases) {
    const request = {
      method,
      url,
      headers: { ...headers, authorization: `AWS ${accessKeyId}:${signature}` },
    };
    const now = new Date(headers.date!);
    const { authType, signatureVersion, payload } = verify(request, now);
    assert.deepEqual([authType, signatureVersion, payload.kind], ['REST-HEADER', 'AWS', 'unsigned'], url);
    assert.throws(() => verify({ ...request, method: 'DELETE' }, now), { kind: 'mismatch' });
    const elsewhere = { ...request.headers, host: 'other.s3.amazonaws.com' };
    assert.throws(() => verify({ ...request, headers: elsewhere }, now), { kind: 'mismatch' });
    assert.throws(() => verify(request, new Date(now.getTime() + 16 * 60_000)), { kind: 'skewed' });
  }
});

test('version 2 in the query holds until it expires', () => {
  const url = `/photos/puppy.jpg?AWSAccessKeyId=${accessKeyId}&Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620`;
  const request = { method: 'GET', url, headers: { host: march2007.host } };
  const expiry = new Date(1175139620_000);
  assert.equal(verify(request, expiry).authType, 'REST-QUERY-STRING');
  assert.throws(() => verify(request, new Date(expiry.getTime() + 1)), { kind: 'expired-request' });
  assert.throws(() => verify({ ...request, url: url.replace('9620', '9621') }, expiry), { kind: 'mismatch' });
  assert.throws(() => verify({ ...request, url: `${url}&x-amz-security-token=x` }, expiry), {
    kind: 'mismatch',
  });
  // A header that was not signed may not hide behind a parameter that was.
  const signed = createHmac('sha1', userCredentials.secretAccessKey)
    .update('PUT\n\n\n1175139620\nx-amz-acl:private\n/johnsmith/k')
    .digest('base64');
  const put = {
    method: 'PUT',
    url: `/k?AWSAccessKeyId=${accessKeyId}&Signature=${encodeURIComponent(signed)}&Expires=1175139620&x-amz-acl=private`,
    headers: request.headers,
  };
  assert.equal(verify(put, expiry).principal.kind, 'user');
  const widened = { ...put.headers, 'x-amz-acl': 'public-read' };
  assert.throws(() => verify({ ...put, headers: widened }, expiry), { kind: 'mismatch' });
  // No other service takes it.
  assert.equal(verify(request, expiry, 'ec2').principal.kind, 'anonymous');
});

const scope = '20260131/us-east-1/ec2/aws4_request';
const january = new Date('2026-01-31T00:00:00Z');
const signed = (credential: string, separator = ', ') => ({
  'x-amz-date': '20260131T000000Z',
  authorization: [`AWS4-HMAC-SHA256 Credential=${credential}`, 'SignedHeaders=host', 'Signature=00'].join(
    separator,
  ),
});

test('commas may do without blanks, and an unsigned request is anonymous', () => {
  const form = (headers: SignatureRequest['headers'], url = '/') => ({ method: 'POST', url, headers });
  const { principal, scope: found } = verify(form(signed(`222222222222/${scope}`, ',')), january, 'ec2');
  assert.equal(principal.kind === 'root' && principal.arn, 'arn:aws:iam::222222222222:root');
  assert.deepEqual(found, { date: '20260131', region: 'us-east-1', service: 'ec2' });
  assert.equal(verify(form({}, '/?Action=DescribeVpcs'), january, 'ec2').principal.kind, 'anonymous');
});

test('what is signed, but not as AWS signs, is malformed', () => {
  const date = { 'x-amz-date': '20260131T000000Z' };
  const presigned = (changes: Record<string, string | undefined>) => {
    const parameters = {
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': `222222222222/${scope}`,
      'X-Amz-Date': '20260131T000000Z',
      'X-Amz-Expires': '60',
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Signature': '00',
      ...changes,
    };
    const given = Object.entries(parameters).filter(
      (pair): pair is [string, string] => pair[1] !== undefined,
    );
    return `/?${new URLSearchParams(given)}`;
  };
  const cases: [headers: SignatureRequest['headers'], url?: string][] = [
    [{ authorization: '' }],
    [{ ...date, authorization: 'Bearer abc' }],
    [{ ...date, authorization: 'AWS4-HMAC-SHA256' }],
    [{ ...date, authorization: 'AWS4-HMAC-SHA256 nonsense' }],
    [{ ...date, authorization: `AWS4-HMAC-SHA256 Credential=222222222222/${scope}` }],
    [{ authorization: signed(`222222222222/${scope}`).authorization }],
    [{ ...signed(`222222222222/${scope}`), 'x-amz-date': 'yesterday' }],
    [{ ...signed(`222222222222/${scope}`), 'x-amz-date': '20261331T000000Z' }],
    [signed('222222222222')],
    [signed(`222222222222/${scope}/more`)],
    [signed('222222222222/today/us-east-1/ec2/aws4_request')],
    [signed('222222222222/20260131/us-east-1/ec2/aws5_request')],
    [signed(`222222222222/${scope}`), presigned({})],
    [{}, presigned({ 'X-Amz-Signature': undefined })],
    [{}, presigned({ 'X-Amz-Credential': undefined })],
    [{}, presigned({ 'X-Amz-Algorithm': 'AWS4-ECDSA-P256-SHA256' })],
    [{}, presigned({ 'X-Amz-Expires': '604801' })],
    [{}, presigned({ 'X-Amz-Expires': '0' })],
    [{}, presigned({ 'X-Amz-Expires': 'soon' })],
  ];
  for (const [headers, url = '/'] of cases) {
    assert.throws(
      () => verify({ method: 'GET', url, headers }, january, 'ec2'),
      { kind: 'malformed' },
      `${url} ${headers.authorization}`,
    );
  }
  assert.equal(
    verify({ method: 'GET', url: presigned({}), headers: {} }, january, 'ec2').scope?.service,
    'ec2',
  );
});

test('what S3 is promised of a body', () => {
  const authorization = signed('222222222222/20260131/us-east-1/s3/aws4_request');
  const promise = (hash: string, length?: string) =>
    verify(
      {
        method: 'PUT',
        url: '/b/k',
        headers: {
          ...authorization,
          'x-amz-content-sha256': hash,
          ...(length && { 'x-amz-decoded-content-length': length }),
        },
      },
      january,
    ).payload;
  assert.deepEqual(promise('UNSIGNED-PAYLOAD'), { kind: 'unsigned' });
  assert.deepEqual(promise(emptyHash), { kind: 'hash', sha256: emptyHash });
  const chunked = { kind: 'chunked', isSigned: true, hasTrailer: false, decodedLength: 5 };
  assert.deepEqual(promise('STREAMING-AWS4-HMAC-SHA256-PAYLOAD', '5'), chunked);
  assert.deepEqual(promise('STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER', '5'), {
    ...chunked,
    hasTrailer: true,
  });
  const unsigned = promise('STREAMING-UNSIGNED-PAYLOAD-TRAILER', '5');
  assert.deepEqual(unsigned, { ...chunked, isSigned: false, hasTrailer: true });
  for (const wrong of [
    '',
    'abc',
    emptyHash.toUpperCase(),
    'STREAMING-UNSIGNED-PAYLOAD',
    'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD',
  ]) {
    const kind = wrong === '' ? 'invalid-request' : 'invalid-argument';
    assert.throws(() => promise(wrong, '5'), { kind }, wrong);
  }
  for (const length of [undefined, '-1', '1e3', '5 5']) {
    assert.throws(
      () => promise('STREAMING-UNSIGNED-PAYLOAD-TRAILER', length),
      { kind: 'invalid-request' },
      length,
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

test('a credential that is nothing but slashes costs what its length says', () => {
  const start = performance.now();
  assert.equal(findSigningName({}, `/?X-Amz-Credential=${'/'.repeat(16_000)}`), undefined);
  assert.equal(findSigningName({}, `/?X-Amz-Credential=${'%2F'.repeat(5_000)}`), undefined);
  assert.ok(performance.now() - start < 1_000);
});

test('a header that is named again and again is signed once', () => {
  const headers = {
    host,
    'x-amz-date': '20130524T000000Z',
    'x-amz-content-sha256': emptyHash,
    'x-amz-meta-a': 'a'.repeat(8_000),
  };
  const names = `host;x-amz-content-sha256;x-amz-date${';x-amz-meta-a'.repeat(500)}`;
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/20130524/us-east-1/s3/aws4_request,SignedHeaders=${names},Signature=0`;
  assert.throws(
    () => verify({ method: 'GET', url: '/', headers: { ...headers, authorization } }, may2013),
    (failure: SignatureFailure) =>
      failure.kind === 'mismatch' && failure.details.CanonicalRequest!.length < 20_000,
  );
});
