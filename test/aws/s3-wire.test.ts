// S3 as it is spoken: hosts and paths, bodies that are not what they were said to be, and connections that stay usable.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { test } from 'node:test';
import { codeOf, owner, signedHeaders, startS3 } from './s3-fixture.ts';

const s3 = await startS3();
await s3.raw('PUT', '/wire');
await s3.raw('PUT', '/wire/k', { body: 'x' });

test('a bucket is named by the path or by the host', async () => {
  const hosts = [
    'wire.s3.us-east-1.amazonaws.com',
    'wire.s3.amazonaws.com',
    'wire.s3-us-east-1.amazonaws.com',
    'wire.s3.dualstack.us-east-1.amazonaws.com',
    'wire.s3.localhost:4566',
    'wire.s3.us-east-1.localhost',
    'wire.bucket.vpce-0a1b-2c3d.s3.us-east-1.vpce.amazonaws.com',
    'WIRE.S3.amazonaws.com',
  ];
  for (const host of hosts) {
    const { status, body } = await s3.raw('GET', '/k', { headers: { host } });
    assert.deepEqual([status, body], [200, 'x'], host);
  }
  const paths = [
    's3.us-east-1.amazonaws.com',
    's3.amazonaws.com',
    'localhost:4566',
    '127.0.0.1:4566',
    '[::1]:80',
    'bucket.vpce-0a1b-2c3d.s3.us-east-1.vpce.amazonaws.com',
  ];
  for (const host of paths) {
    const { status, body } = await s3.raw('GET', '/wire/k', { headers: { host } });
    assert.deepEqual([status, body], [200, 'x'], host);
  }
  const root = await s3.raw('GET', '/', { headers: { host: 's3.amazonaws.com' } });
  assert.match(root.body, /<ListAllMyBucketsResult/);
});

test('keys in paths', async () => {
  const table: [string, number, string?][] = [
    ['/wire/%zz', 400, 'InvalidURI'],
    ['/wire/%', 400, 'InvalidURI'],
    ['/wire/%c3%28', 400, 'InvalidURI'],
    ['/wire/a%00b', 400, 'InvalidURI'],
    ['/wire/../../etc/passwd', 400, 'InvalidURI'],
    ['/wire/%2e%2e/x', 400, 'InvalidURI'],
    [`/wire/${'k'.repeat(1025)}`, 400, 'KeyTooLongError'],
    [`/wire/${'%C3%A9'.repeat(513)}`, 400, 'KeyTooLongError'],
    [`/wire/${'k'.repeat(1024)}`, 404, 'NoSuchKey'],
    ['/no-such-bucket-here/k', 404, 'NoSuchBucket'],
    ['/wire?list-type=2&prefix=%zz', 400, 'InvalidURI'],
    ['/wire?list-type=2&encoding-type=none', 400, 'InvalidArgument'],
    ['/wire/k?versionId=', 400, 'InvalidArgument'],
    ['/wire/k?partNumber=0', 400, 'InvalidArgument'],
    ['/wire/k?torrent', 501, 'NotImplemented'],
  ];
  for (const [path, status, code] of table) {
    const answer = await s3.raw('GET', path);
    assert.deepEqual([answer.status, codeOf(answer.body)], [status, code], path.slice(0, 40));
  }
  await s3.raw('PUT', '/wire/a+b%2Bc', { body: 'plus' });
  assert.equal((await s3.raw('GET', '/wire/a%20b%2Bc')).body, 'plus', 'a bare plus in a path is a space');
});

test('answers have what S3’s have', async () => {
  const { headers } = await s3.raw('GET', '/wire/k');
  assert.match(headers['x-amz-request-id'] as string, /^[0-9A-F]{16}$/);
  assert.ok((headers['x-amz-id-2'] as string).length > 40);
  assert.deepEqual(
    [headers.server, headers['accept-ranges'], headers['content-length']],
    ['AmazonS3', 'bytes', '1'],
  );
  assert.match(headers.etag!, /^"[0-9a-f]{32}"$/);
  const refused = await s3.raw('HEAD', '/wire/nothing');
  assert.deepEqual([refused.status, refused.body], [404, '']);
});

test('bodies that are not what was said', async () => {
  const put = (headers: Record<string, string>, body = 'body') =>
    s3.raw('PUT', '/wire/odd', { headers, body });
  const table: [Record<string, string>, string][] = [
    [{ 'x-amz-content-sha256': '0'.repeat(64) }, 'XAmzContentSHA256Mismatch'],
    [{ 'x-amz-checksum-crc32': 'AAAAAA==' }, 'BadDigest'],
    [{ 'x-amz-checksum-crc32': 'no' }, 'InvalidRequest'],
    [
      { 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-sha1': 'AAAAAAAAAAAAAAAAAAAAAAAAAAA=' },
      'InvalidRequest',
    ],
    [{ 'x-amz-sdk-checksum-algorithm': 'CRC32' }, 'InvalidRequest'],
    [{ 'x-amz-sdk-checksum-algorithm': 'MD4' }, 'InvalidRequest'],
    [{ 'x-amz-storage-class': 'GLACIER' }, 'InvalidStorageClass'],
    [{ 'x-amz-server-side-encryption': 'aws:kms' }, 'NotImplemented'],
    [{ 'x-amz-server-side-encryption-customer-algorithm': 'AES256' }, 'NotImplemented'],
    [{ 'x-amz-object-lock-mode': 'GOVERNANCE' }, 'NotImplemented'],
    [{ 'x-amz-acl': 'public-read' }, 'AccessControlListNotSupported'],
    [{ 'x-amz-grant-read': 'id=1' }, 'AccessControlListNotSupported'],
    [{ 'x-amz-tagging': 'a=1&a=2' }, 'InvalidTag'],
    [{ 'x-amz-tagging': '%zz' }, 'InvalidArgument'],
  ];
  for (const [headers, code] of table)
    assert.equal(codeOf((await put(headers)).body), code, JSON.stringify(headers));
  assert.equal((await s3.raw('GET', '/wire/odd')).status, 404, 'nothing was kept');
  const documents = [
    '<a',
    '<Tagging/>',
    '<x><TagSet/></x>',
    '',
    '<!DOCTYPE a [<!ENTITY b "c">]><Tagging>&b;</Tagging>',
  ];
  for (const body of documents) {
    assert.equal(codeOf((await s3.raw('PUT', '/wire?tagging', { body })).body), 'MalformedXML', body);
  }
});

/** Sends text as it is and reads until the other side closes, or until what is waited for has come. */
async function speak(lines: string, until?: (text: string) => boolean): Promise<string> {
  const socket = connect(s3.port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(lines);
  let text = '';
  for await (const chunk of socket) {
    text += chunk;
    if (until?.(text)) break;
  }
  socket.destroy();
  return text;
}

function head(method: string, path: string, headers: Record<string, string | number> = {}): string {
  const all = { host: 'localhost', ...signedHeaders(owner), ...headers };
  return `${method} ${path} HTTP/1.1\r\n${Object.entries(all)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\n`;
}

test('a body is asked for only when the headers will do', async () => {
  const expect = { expect: '100-continue', 'content-length': 4 };
  const refused = await speak(head('PUT', '/no-such-bucket-here/k', expect), (text) =>
    text.includes('</Error>'),
  );
  assert.match(refused, /^HTTP\/1\.1 404 /);
  const invited = await speak(head('PUT', '/wire/expected', expect), (text) => text.includes('100 Continue'));
  assert.match(invited, /^HTTP\/1\.1 100 Continue/);
  const large = await speak(
    head('PUT', '/wire/large', { expect: '100-continue', 'content-length': 5 * 1024 ** 3 + 1 }),
    (text) => text.includes('</Error>'),
  );
  assert.match(large, /<Code>EntityTooLarge</);
  const lengthless = await speak(head('PUT', '/wire/unknown', { 'transfer-encoding': 'chunked' }), (text) =>
    text.includes('</Error>'),
  );
  assert.match(lengthless, /^HTTP\/1\.1 411 [\s\S]*<Code>MissingContentLength</);
});

test('a connection is usable after a refusal, with the body that came all the same', async () => {
  const first = `${head('PUT', '/no-such-bucket-here/k', { 'content-length': 100_000 })}${'x'.repeat(100_000)}`;
  const second = head('GET', '/wire/k', { connection: 'close' });
  const text = await speak(first + second);
  assert.match(text, /^HTTP\/1\.1 404 [\s\S]*<Code>NoSuchBucket<[\s\S]*HTTP\/1\.1 200 OK/);
});

test('a refusal in the middle of a body is read, and the connection stays', async () => {
  const size = 500_000;
  const chunked = {
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-trailer': 'x-amz-checksum-crc32',
    'x-amz-decoded-content-length': size,
    'content-length': size,
  };
  const text = await speak(
    head('PUT', '/wire/frames', chunked) +
      'no frame '.repeat(60_000).slice(0, size) +
      head('GET', '/wire/k', { connection: 'close' }),
  );
  assert.match(text, /^HTTP\/1\.1 400 [\s\S]*<Code>InvalidRequest<[\s\S]*HTTP\/1\.1 200 OK/);
  assert.equal((await s3.raw('GET', '/wire/frames')).status, 404);
});

test('of an upload that breaks off nothing is left', async () => {
  const socket = connect(s3.port, '127.0.0.1');
  socket.write(head('PUT', '/wire/broken', { 'content-length': 3_000_000 }));
  socket.write(Buffer.alloc(2_000_000));
  const written = () =>
    readdirSync(`${s3.folder}/bodies`, { recursive: true }).filter((name) => /\/\d+$/.test(String(name)));
  while (written().length === 0) await new Promise((resolve) => setImmediate(resolve));
  const lines = s3.lines.length;
  socket.destroy();
  while (s3.lines.length === lines) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(s3.lines.at(-1)!.code, 'IncompleteBody');
  assert.deepEqual(written(), []);
  assert.equal((await s3.raw('GET', '/wire/broken')).status, 404);
});

test('a reader who has begun reads to the end, whatever becomes of the object', async () => {
  const body = Buffer.alloc(8_000_000, 'abc');
  await s3.raw('PUT', '/wire/read', { body });
  const socket = connect(s3.port, '127.0.0.1');
  socket.write(head('GET', '/wire/read', { connection: 'close' }));
  socket.pause();
  await once(socket, 'readable');
  await s3.raw('PUT', '/wire/read', { body: 'another' });
  let size = 0;
  for await (const chunk of socket) size += chunk.length;
  assert.ok(size > body.length, `${size} bytes with the headers`);
  assert.equal((await s3.raw('GET', '/wire/read')).body, 'another');
});

test('signatures that do not hold', async () => {
  const signed = signedHeaders(owner);
  const table: [Record<string, string>, number, string][] = [
    [{ authorization: signed.authorization!.replace(owner, 'AKIANOBODY') }, 403, 'InvalidAccessKeyId'],
    [
      { authorization: signed.authorization!.replace(owner, 'AKIAOWNERROOT0000001') },
      403,
      'SignatureDoesNotMatch',
    ],
    [{ authorization: 'AWS4-HMAC-SHA256 nonsense' }, 400, 'AuthorizationHeaderMalformed'],
    [{ authorization: 'Bearer <token>' }, 400, 'InvalidArgument'],
    [{ 'x-amz-date': '' }, 403, 'AccessDenied'],
    [{ 'x-amz-date': 'yesterday' }, 403, 'AccessDenied'],
    [{ authorization: `AWS ${owner}:c2lnbmF0dXJl`, 'x-amz-date': '' }, 403, 'AccessDenied'],
    [{ 'x-amz-content-sha256': '' }, 400, 'InvalidRequest'],
    [{ 'x-amz-content-sha256': 'abc' }, 400, 'InvalidArgument'],
    [{ 'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER' }, 400, 'InvalidRequest'],
    [{ authorization: signed.authorization!.replace('/s3/', '/ec2/') }, 400, 'AuthorizationHeaderMalformed'],
  ];
  for (const [headers, status, code] of table) {
    const answer = await s3.raw('GET', '/wire/k', { headers: { ...signed, ...headers } });
    assert.deepEqual([answer.status, codeOf(answer.body)], [status, code], JSON.stringify(headers));
  }
  const answerTo = async (headers: Record<string, string>, path = '/wire/k') =>
    (await s3.raw('GET', path, { headers: { ...signed, ...headers } })).body;
  assert.match(
    await answerTo({ authorization: 'Bearer <token>' }),
    /<Message>Unsupported Authorization Type<\/Message>.*<ArgumentName>Authorization<\/ArgumentName>.*<ArgumentValue>Bearer &lt;token&gt;<\/ArgumentValue>/,
  );
  assert.match(
    await answerTo({ 'x-amz-date': '' }),
    /AWS authentication requires a valid Date or x-amz-date header/,
  );
  assert.match(
    await answerTo({ 'x-amz-content-sha256': 'abc' }),
    /<ArgumentName>x-amz-content-sha256<\/ArgumentName>.*<ArgumentValue>abc<\/ArgumentValue>/,
  );
  const twice = await answerTo({}, '/wire/k?X-Amz-Algorithm=AWS4-HMAC-SHA256');
  assert.match(twice, /<Code>InvalidArgument<\/Code><Message>Only one auth mechanism allowed/);
});

test('version 2 of the signature signs the bucket wherever it stands', async () => {
  const date = new Date().toUTCString();
  const [accessKeyId, secret] = ['AKIAOWNERROOT0000001', 'a/secret+1'];
  const signature = createHmac('sha1', secret).update(`GET\n\n\n${date}\n/wire/k`).digest('base64');
  const get = (host: string, path: string) =>
    s3.raw('GET', path, {
      accessKeyId: '',
      headers: { host, date, authorization: `AWS ${accessKeyId}:${signature}` },
    });
  const places: [host: string, path: string][] = [
    ['s3.amazonaws.com', '/wire/k'],
    ['bucket.vpce-0a1b.s3.us-east-1.vpce.amazonaws.com', '/wire/k'],
    ['elsewhere.example', '/wire/k'],
    ['wire.s3.amazonaws.com', '/k'],
    ['WIRE.s3.us-east-1.amazonaws.com:4566', '/k'],
    ['wire.s3.localhost.localstack.cloud', '/k'],
    ['wire.bucket.vpce-0a1b.s3.us-east-1.vpce.amazonaws.com', '/k'],
  ];
  for (const [host, path] of places) assert.equal((await get(host, path)).status, 200, host);
  const other = await get('other.s3.amazonaws.com', '/k');
  assert.deepEqual([other.status, codeOf(other.body)], [403, 'SignatureDoesNotMatch']);
});

test('a signed chunk may be short only at the end', async () => {
  const put = (...sizes: number[]) => {
    const frames = [...sizes, 0].map((size) => {
      const head = `${size.toString(16)};chunk-signature=${'0'.repeat(64)}\r\n`;
      return `${head}${'x'.repeat(size)}\r\n`;
    });
    const headers = {
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'x-amz-decoded-content-length': sizes.reduce((sum, size) => sum + size, 0),
    };
    return s3.raw('PUT', '/wire/chunks', { headers, body: frames.join('') });
  };
  const refused = await put(8192, 8191, 1);
  assert.deepEqual([refused.status, codeOf(refused.body)], [403, 'InvalidChunkSizeError']);
  assert.match(
    refused.body,
    /<Message>Only the last chunk is allowed to have a size less than 8192 bytes<\/Message>.*<Chunk>2<.*<BadChunkSizeInBytes>8191</,
  );
  assert.equal((await s3.raw('GET', '/wire/chunks')).status, 404);
  assert.equal((await put(8192, 8192, 1)).status, 200);
  assert.equal((await put(1)).status, 200);
});
