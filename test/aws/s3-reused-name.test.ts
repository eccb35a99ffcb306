// A bucket's name that changes hands while the body of a request is still on its way: the request was for the old bucket.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { codeOf, owner, signedHeaders, startS3, stranger } from './s3-fixture.ts';

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
