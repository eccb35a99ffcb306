// Objects through the official SDK: put, read in part and under conditions, copied, tagged, versioned, deleted.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import * as sdk from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { refusal, startS3 } from './s3-fixture.ts';

const s3 = await startS3();
// A key with a secret: every signature here is verified.
const client = s3.client('AKIAOWNERROOT0000001');
const Bucket = 'objects';
const Versioned = 'versions';
await client.send(new sdk.CreateBucketCommand({ Bucket }));
await client.send(new sdk.CreateBucketCommand({ Bucket: Versioned }));
await client.send(
  new sdk.PutBucketVersioningCommand({ Bucket: Versioned, VersioningConfiguration: { Status: 'Enabled' } }),
);

const put = (Key: string, Body: string | Buffer, more: Partial<sdk.PutObjectCommandInput> = {}) =>
  client.send(new sdk.PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = (Key: string, more: Partial<sdk.GetObjectCommandInput> = {}) =>
  client.send(new sdk.GetObjectCommand({ Bucket, Key, ...more }));
const text = async (answer: Promise<sdk.GetObjectCommandOutput>) => (await answer).Body!.transformToString();
const md5 = (data: string | Buffer) => createHash('md5').update(data).digest('hex');

test('an object comes back as it was put, with its headers and metadata', async () => {
  const { ETag } = await put('a/b c+é%.txt', 'hello', {
    ContentType: 'text/plain',
    CacheControl: 'max-age=60',
    ContentDisposition: 'attachment; filename="u.txt"',
    ContentLanguage: 'de',
    ContentEncoding: 'identity',
    Metadata: { colour: 'blue', name: 'x y' },
    StorageClass: 'STANDARD_IA',
  });
  assert.equal(ETag, `"${md5('hello')}"`);
  const object = await get('a/b c+é%.txt');
  assert.equal(await object.Body!.transformToString(), 'hello');
  const { ContentType, CacheControl, ContentLanguage, ContentEncoding, Metadata, StorageClass } = object;
  assert.deepEqual(
    { ContentType, CacheControl, ContentLanguage, ContentEncoding, Metadata, StorageClass },
    {
      ContentType: 'text/plain',
      CacheControl: 'max-age=60',
      ContentLanguage: 'de',
      ContentEncoding: 'identity',
      Metadata: { colour: 'blue', name: 'x y' },
      StorageClass: 'STANDARD_IA',
    },
  );
  const head = await client.send(new sdk.HeadObjectCommand({ Bucket, Key: 'a/b c+é%.txt' }));
  assert.deepEqual([head.ContentLength, head.ETag, head.AcceptRanges], [5, ETag, 'bytes']);
  assert.ok(Math.abs(head.LastModified!.getTime() - Date.now()) < 10_000);
  await assert.rejects(put('class', 'x', { StorageClass: 'DEEP_ARCHIVE' }), refusal('InvalidStorageClass'));
});

test('bodies of every size, also streamed without a known hash', async () => {
  for (const size of [0, 1, 65_535, 65_536, 65_537, 524_288, 3_000_001]) {
    const body = Buffer.alloc(size, 'abcdefghij');
    await put(`size/${size}`, body);
    assert.ok(body.equals(await (await get(`size/${size}`)).Body!.transformToByteArray()), String(size));
    const pieces = Readable.from(size === 0 ? [] : [body.subarray(0, 1), body.subarray(1)]);
    await put(`stream/${size}`, pieces as never, { ContentLength: size });
    const streamed = await (await get(`stream/${size}`)).Body!.transformToByteArray();
    assert.ok(body.equals(streamed), `stream ${size}`);
  }
});

test('keys are text and nothing else', async () => {
  const keys = [
    '..a',
    'a/../b',
    'a//b',
    '/leading',
    'trailing/',
    'a%2Fb',
    'a+b',
    'a b',
    '日本/語',
    "it's(1)*!",
    '?x=1&y',
    '#frag',
    '\u{1f600}',
  ];
  for (const key of keys) await put(key, key);
  for (const key of keys) assert.equal(await text(get(key)), key);
});

test('parts of an object', async () => {
  await put('range', '0123456789');
  const table: [string, string, string?][] = [
    ['bytes=0-0', '0', 'bytes 0-0/10'],
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=5-', '56789', 'bytes 5-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-30', '0123456789', 'bytes 0-9/10'],
    ['bytes=8-100', '89', 'bytes 8-9/10'],
    ['bytes=0-1,4-5', '0123456789'],
    ['bytes=5-2', '0123456789'],
    ['lines=1-2', '0123456789'],
  ];
  for (const [Range, want, ContentRange] of table) {
    const part = await get('range', { Range });
    assert.deepEqual([await part.Body!.transformToString(), part.ContentRange], [want, ContentRange], Range);
    assert.equal(part.$metadata.httpStatusCode, ContentRange ? 206 : 200);
  }
  await assert.rejects(get('range', { Range: 'bytes=10-' }), refusal('InvalidRange'));
  await assert.rejects(get('range', { Range: 'bytes=-0' }), refusal('InvalidRange'));
  await put('range-file', Buffer.alloc(200_000, '0123456789'));
  assert.equal(await text(get('range-file', { Range: 'bytes=99998-100001' })), '8901');
});

const isNotModified = (error: sdk.S3ServiceException) => error.$metadata.httpStatusCode === 304;

test('conditions on reading', async () => {
  const { ETag } = await put('condition', 'x');
  const past = new Date(Date.now() - 86_400_000);
  const future = new Date(Date.now() + 86_400_000);
  const good = [
    { IfMatch: ETag! },
    { IfNoneMatch: '"other"' },
    { IfModifiedSince: past },
    { IfUnmodifiedSince: future },
    { IfMatch: ETag!, IfUnmodifiedSince: past },
  ];
  for (const condition of good) assert.equal(await text(get('condition', condition)), 'x');
  const notModified = [{ IfNoneMatch: ETag! }, { IfModifiedSince: new Date() }, { IfNoneMatch: '*' }];
  for (const condition of notModified) await assert.rejects(get('condition', condition), isNotModified);
  const failed = [{ IfMatch: '"other"' }, { IfUnmodifiedSince: past }];
  for (const condition of failed)
    await assert.rejects(get('condition', condition), refusal('PreconditionFailed'));
});

test('conditions on writing', async () => {
  const { ETag } = await put('write', '1', { IfNoneMatch: '*' });
  await assert.rejects(put('write', '2', { IfNoneMatch: '*' }), refusal('PreconditionFailed'));
  await assert.rejects(put('write', '2', { IfMatch: '"other"' }), refusal('PreconditionFailed'));
  await put('write', '2', { IfMatch: ETag! });
  await assert.rejects(put('absent', '2', { IfMatch: '"other"' }), refusal('NoSuchKey'));
  assert.equal(await text(get('write')), '2');
  // Of many at once exactly one is first.
  const attempts = Array.from({ length: 8 }, (_, index) => put('race', String(index), { IfNoneMatch: '*' }));
  const outcomes = await Promise.allSettled(attempts);
  assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
});

test('headers of the answer may be asked for, with a signature', async () => {
  const command = new sdk.GetObjectCommand({
    Bucket,
    Key: 'range',
    ResponseContentType: 'text/x',
    ResponseContentDisposition: 'inline',
  });
  const answer = await fetch(await getSignedUrl(client, command));
  assert.equal(await answer.text(), '0123456789');
  assert.deepEqual(
    [answer.headers.get('content-type'), answer.headers.get('content-disposition')],
    ['text/x', 'inline'],
  );
  const tampered = await fetch((await getSignedUrl(client, command)).replace('/range', '/write'));
  assert.equal(tampered.status, 403);
});

test('whoever has the address may put, once it was presigned', async () => {
  const url = await getSignedUrl(client, new sdk.PutObjectCommand({ Bucket, Key: 'presigned +' }), {
    expiresIn: 60,
  });
  assert.equal((await fetch(url, { method: 'PUT', body: 'by address' })).status, 200);
  assert.equal(await text(get('presigned +')), 'by address');
  assert.equal((await fetch(url)).status, 403, 'but not read');
});

test('metadata has its limit', async () => {
  await put('metadata', '', { Metadata: { a: 'x'.repeat(2047) } });
  await assert.rejects(
    put('metadata', '', { Metadata: { a: 'x'.repeat(2048) } }),
    refusal('MetadataTooLarge'),
  );
});

test('a copy takes or replaces metadata and tags', async () => {
  await put('source', 'copied', { Metadata: { a: '1' }, Tagging: 't=1', ContentType: 'text/a' });
  const copy = (Key: string, more: Partial<sdk.CopyObjectCommandInput> = {}) =>
    client.send(new sdk.CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/source`, ...more }));
  const { CopyObjectResult } = await copy('copy 1');
  assert.equal(CopyObjectResult!.ETag, `"${md5('copied')}"`);
  const kept = await get('copy 1');
  assert.deepEqual([kept.Metadata, kept.ContentType, kept.TagCount], [{ a: '1' }, 'text/a', 1]);
  await copy('copy2', {
    MetadataDirective: 'REPLACE',
    Metadata: { b: '2' },
    TaggingDirective: 'REPLACE',
    Tagging: '',
  });
  const replaced = await get('copy2');
  assert.deepEqual([replaced.Metadata, replaced.TagCount], [{ b: '2' }, undefined]);
  await assert.rejects(
    copy('source'),
    refusal('InvalidRequest', /illegal because it is trying to copy an object to itself/),
  );
  await copy('source', { MetadataDirective: 'REPLACE', Metadata: { c: '3' } });
  assert.equal(await text(get('source')), 'copied');
  assert.deepEqual((await get('source')).Metadata, { c: '3' });
  await assert.rejects(copy('x', { CopySourceIfMatch: '"other"' }), refusal('PreconditionFailed'));
  await assert.rejects(
    copy('x', { CopySourceIfNoneMatch: `"${md5('copied')}"` }),
    refusal('PreconditionFailed'),
  );
  await assert.rejects(copy('x', { CopySource: `${Bucket}/nothing` }), refusal('NoSuchKey'));
  await assert.rejects(copy('x', { CopySource: 'no-bucket-here/k' }), refusal('NoSuchBucket'));
});

test('a copy lives on when its source, a file, is deleted', async () => {
  const body = Buffer.alloc(300_000, 'q');
  await put('big', body);
  await client.send(new sdk.CopyObjectCommand({ Bucket, Key: 'big copy', CopySource: `${Bucket}/big` }));
  await client.send(new sdk.DeleteObjectCommand({ Bucket, Key: 'big' }));
  assert.ok(body.equals(await (await get('big copy')).Body!.transformToByteArray()));
});

test('tags are set, read and taken away', async () => {
  await put('tagged', 'x', { Tagging: 'a=1&b=two%20words' });
  const read = async () =>
    (await client.send(new sdk.GetObjectTaggingCommand({ Bucket, Key: 'tagged' }))).TagSet;
  assert.deepEqual(await read(), [
    { Key: 'a', Value: '1' },
    { Key: 'b', Value: 'two words' },
  ]);
  const setTags = (count: number) => {
    const TagSet = Array.from({ length: count }, (_, index) => ({ Key: `k${index}`, Value: '' }));
    return client.send(new sdk.PutObjectTaggingCommand({ Bucket, Key: 'tagged', Tagging: { TagSet } }));
  };
  await setTags(10);
  assert.equal((await read())!.length, 10);
  await assert.rejects(setTags(11), refusal('BadRequest'));
  await client.send(new sdk.DeleteObjectTaggingCommand({ Bucket, Key: 'tagged' }));
  assert.deepEqual((await read()) ?? [], []);
});

test('attributes and the ACL of an object', async () => {
  await put('attributes', 'hello', { ChecksumAlgorithm: 'SHA256' });
  const attributes = await client.send(
    new sdk.GetObjectAttributesCommand({
      Bucket,
      Key: 'attributes',
      ObjectAttributes: ['ETag', 'Checksum', 'ObjectSize', 'StorageClass', 'ObjectParts'],
    }),
  );
  assert.deepEqual(
    [
      attributes.ETag,
      attributes.ObjectSize,
      attributes.StorageClass,
      attributes.Checksum!.ChecksumSHA256,
      attributes.Checksum!.ChecksumType,
    ],
    [md5('hello'), 5, 'STANDARD', createHash('sha256').update('hello').digest('base64'), 'FULL_OBJECT'],
  );
  const acl = await client.send(new sdk.GetObjectAclCommand({ Bucket, Key: 'attributes' }));
  assert.equal(acl.Grants![0]!.Permission, 'FULL_CONTROL');
  await client.send(
    new sdk.PutObjectAclCommand({ Bucket, Key: 'attributes', ACL: 'bucket-owner-full-control' }),
  );
  const open = new sdk.PutObjectAclCommand({ Bucket, Key: 'attributes', ACL: 'public-read' });
  await assert.rejects(client.send(open), refusal('AccessControlListNotSupported'));
});

test('versions: every put is kept, a delete lies over them, and can be taken away', async () => {
  const putVersion = (Body: string) =>
    client.send(new sdk.PutObjectCommand({ Bucket: Versioned, Key: 'k', Body }));
  const read = (VersionId?: string) =>
    text(
      client.send(new sdk.GetObjectCommand({ Bucket: Versioned, Key: 'k', ...(VersionId && { VersionId }) })),
    );
  const remove = (VersionId?: string) =>
    client.send(
      new sdk.DeleteObjectCommand({ Bucket: Versioned, Key: 'k', ...(VersionId && { VersionId }) }),
    );
  const [one, two] = [await putVersion('1'), await putVersion('2')];
  assert.notEqual(one.VersionId, two.VersionId);
  assert.deepEqual([await read(), await read(one.VersionId)], ['2', '1']);
  const marker = await remove();
  assert.equal(marker.DeleteMarker, true);
  await assert.rejects(read(), refusal('NoSuchKey'));
  await assert.rejects(read(marker.VersionId), refusal('MethodNotAllowed'));
  assert.equal(await read(two.VersionId), '2');
  const list = await client.send(new sdk.ListObjectVersionsCommand({ Bucket: Versioned }));
  assert.deepEqual(
    list.Versions!.map(({ VersionId, IsLatest }) => [VersionId, IsLatest]),
    [
      [two.VersionId, false],
      [one.VersionId, false],
    ],
  );
  assert.deepEqual(
    list.DeleteMarkers!.map(({ VersionId, IsLatest }) => [VersionId, IsLatest]),
    [[marker.VersionId, true]],
  );
  assert.equal((await remove(marker.VersionId)).DeleteMarker, true);
  assert.equal(await read(), '2');
  await remove(two.VersionId);
  assert.equal(await read(), '1');
  await assert.rejects(read(two.VersionId), refusal('NoSuchVersion'));
  await assert.rejects(read('nonsense'), refusal('InvalidArgument', /Invalid version id/));
});

test('versions that were suspended: the null version is replaced, the others stay', async () => {
  const suspended = 'suspended';
  await client.send(new sdk.CreateBucketCommand({ Bucket: suspended }));
  const putVersion = (Body: string) =>
    client.send(new sdk.PutObjectCommand({ Bucket: suspended, Key: 'k', Body }));
  const version = (Status: 'Enabled' | 'Suspended') =>
    client.send(
      new sdk.PutBucketVersioningCommand({ Bucket: suspended, VersioningConfiguration: { Status } }),
    );
  const ids = async () => {
    const { Versions = [], DeleteMarkers = [] } = await client.send(
      new sdk.ListObjectVersionsCommand({ Bucket: suspended }),
    );
    return [Versions.map(({ VersionId }) => VersionId), DeleteMarkers.map(({ VersionId }) => VersionId)];
  };
  await putVersion('before');
  assert.deepEqual(await ids(), [['null'], []]);
  await version('Enabled');
  const { VersionId } = await putVersion('kept');
  await version('Suspended');
  assert.equal((await putVersion('null again')).VersionId, 'null');
  assert.deepEqual(await ids(), [['null', VersionId], []]);
  await client.send(new sdk.DeleteObjectCommand({ Bucket: suspended, Key: 'k' }));
  assert.deepEqual(await ids(), [[VersionId], ['null']]);
});

test('a thousand keys are deleted at once, each for itself', async () => {
  const keys = Array.from({ length: 1000 }, (_, index) => `many/${index}`);
  await Promise.all(keys.slice(0, 50).map((key) => put(key, 'x')));
  const Objects = keys.map((Key) => ({ Key }));
  const remove = (objects: sdk.ObjectIdentifier[], Quiet = false) =>
    client.send(new sdk.DeleteObjectsCommand({ Bucket, Delete: { Objects: objects, Quiet } }));
  const { Deleted, Errors } = await remove(Objects);
  assert.deepEqual([Deleted!.length, Errors], [1000, undefined]);
  assert.equal((await remove(Objects.slice(0, 2), true)).Deleted, undefined);
  await assert.rejects(remove([...Objects, { Key: 'one more' }]), refusal('MalformedXML'));
  const wrong = await remove([{ Key: 'x'.repeat(1025) }, { Key: 'fine' }]);
  assert.deepEqual([wrong.Errors![0]!.Code, wrong.Deleted![0]!.Key], ['KeyTooLongError', 'fine']);
});

test('every call has one line that says who did what, from where', async () => {
  const lines = s3.lines.length;
  await put('log "line"\n', 'x');
  assert.equal(s3.lines.length, lines + 1);
  const { requestId: _id, durationMs: _ms, ...line } = s3.lines.at(-1)!;
  assert.deepEqual(line, {
    operation: 'PutObject',
    bucket: Bucket,
    key: '"log \\"line\\"\\n"',
    principal: 'arn:aws:iam::111111111111:root',
    sourceAddress: '127.0.0.1',
    vpcEndpointId: 'none',
    region: 'us-east-1',
    status: 200,
    code: undefined,
    deniedBy: undefined,
    bytesIn: 1,
    bytesOut: 0,
  });
});
