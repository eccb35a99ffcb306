// A bucket's name that changes hands while the body of a request is still on its way: the request was for the old bucket.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { openObjectIndex } from '../../src/services/s3/object-index.ts';
import { openUploadIndex } from '../../src/services/s3/upload-index.ts';
import { codeOf, owner, refusal, signedHeaders, startS3, stranger } from './s3-fixture.ts';

const { client, port, store } = await startS3();
const Key = 'key';

/** Its headers are with S3, which waits for the body. */
async function begin(method: string, path: string, body: string) {
  const headers = {
    ...signedHeaders(owner),
    'content-length': Buffer.byteLength(body),
    'content-md5': createHash('md5').update(body).digest('base64'),
    expect: '100-continue',
  };
  const request = httpRequest({ host: '127.0.0.1', port, method, path, headers });
  request.flushHeaders();
  await once(request, 'continue');
  return async () => {
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = await response.toArray();
    return codeOf(Buffer.concat(chunks).toString());
  };
}

const policy = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Deny',
      Principal: { AWS: `arn:aws:iam::${owner}:root` },
      Action: 's3:GetObject',
      Resource: 'arn:aws:s3:::putbucketpolicy/*',
    },
  ],
});
const requests: [operation: string, method: string, query: string, body: string][] = [
  ['PutObject', 'PUT', `/${Key}`, 'of the old owner'],
  ['DeleteObjects', 'POST', '?delete', `<Delete><Object><Key>${Key}</Key></Object></Delete>`],
  ['PutObjectTagging', 'PUT', `/${Key}?tagging`, '<Tagging><TagSet/></Tagging>'],
  ['PutBucketPolicy', 'PUT', '?policy', policy],
];

for (const [operation, method, query, body] of requests) {
  test(`${operation} that was begun in a bucket does nothing in the next one of that name`, async () => {
    const Bucket = operation.toLowerCase();
    await client(owner).send(new CreateBucketCommand({ Bucket }));
    const end = await begin(method, `/${Bucket}${query}`, body);
    await client(owner).send(new DeleteBucketCommand({ Bucket }));
    await client(stranger).send(new CreateBucketCommand({ Bucket }));
    await client(stranger).send(new PutObjectCommand({ Bucket, Key, Body: 'new', Tagging: 'whose=new' }));
    assert.equal(await end(), 'NoSuchBucket');
    const found = await client(stranger).send(new GetObjectCommand({ Bucket, Key }));
    assert.equal(await found.Body!.transformToString(), 'new');
    assert.equal(found.TagCount, 1);
    assert.equal(store.cloud.buckets.find(Bucket)?.policy, undefined);
  });
}

test('what an earlier bucket left behind is no object of the next one, though it was never forgotten', async () => {
  const Bucket = 'left-behind';
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-s3-'));
  const objects = openObjectIndex(folder);
  const uploads = openUploadIndex(objects);
  after(() => {
    objects.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const first = { bucketName: Bucket, accountId: owner, creationDate: '2026-01-31T12:00:00.000Z' };
  const detail = { headers: {}, metadata: {}, tags: {} };
  const put = () => {
    const version = { bucketName: Bucket, key: Key, size: 0, etag: '', lastModified: 0, detail };
    objects.transaction(() =>
      objects.put({ ...version, content: { segments: [] } }, undefined, () => 'unused'),
    );
  };
  // Rows from before it was kept whose they are stay where they are.
  put();
  objects.claim(first);
  uploads.create({
    uploadId: 'u',
    bucketName: Bucket,
    key: Key,
    initiated: 0,
    detail: { ...detail, initiator: { id: owner } },
  });
  objects.claim(first);
  assert.ok(objects.find(Bucket, Key) && uploads.find('u'));
  for (const next of [
    { ...first, accountId: stranger },
    { ...first, creationDate: '2026-01-31T12:00:01.000Z' },
  ]) {
    put();
    objects.claim(next);
    assert.deepEqual([objects.find(Bucket, Key), uploads.find('u')], [undefined, undefined]);
    assert.deepEqual(objects.bucketNames(), [Bucket]);
  }
  objects.transaction(() => objects.forgetBucket(Bucket));
  assert.deepEqual(objects.bucketNames(), []);
});

test('a bucket whose predecessor could not be forgotten begins empty, as the source of a copy as well', async () => {
  const Bucket = 'handed-on';
  await client(owner).send(new CreateBucketCommand({ Bucket }));
  await client(owner).send(new PutObjectCommand({ Bucket, Key, Body: 'old' }));
  // One change takes it and makes the next: at no change's end is the name gone.
  store.change(({ buckets }) => {
    const bucket = buckets.find(Bucket)!;
    buckets.delete(Bucket);
    buckets.put({ ...bucket, accountId: stranger, creationDate: new Date().toISOString() });
  });
  await client(stranger).send(new CreateBucketCommand({ Bucket: 'copies' }));
  const copy = new CopyObjectCommand({ Bucket: 'copies', Key, CopySource: `${Bucket}/${Key}` });
  await assert.rejects(client(stranger).send(copy), refusal('NoSuchKey'));
  const { KeyCount } = await client(stranger).send(new ListObjectsV2Command({ Bucket }));
  assert.equal(KeyCount, 0);
});
