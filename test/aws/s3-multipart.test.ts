// Uploads in parts through the official SDK, and the checksums of objects and parts.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import * as sdk from '@aws-sdk/client-s3';
import { openObjectIndex } from '../../src/services/s3/object-index.ts';
import { openUploadIndex } from '../../src/services/s3/upload-index.ts';
import { codeOf, refusal, startS3 } from './s3-fixture.ts';

const s3 = await startS3();
const client = s3.client('AKIAOWNERROOT0000001');
const Bucket = 'parts';
await client.send(new sdk.CreateBucketCommand({ Bucket }));

const fiveMiB = Buffer.alloc(5 * 1024 ** 2, 'part one ');
const tail = Buffer.from('the end');
const whole = Buffer.concat([fiveMiB, tail]);
const md5 = (data: Buffer) => createHash('md5').update(data).digest();

const begin = async (Key: string, more: Partial<sdk.CreateMultipartUploadCommandInput> = {}) =>
  (await client.send(new sdk.CreateMultipartUploadCommand({ Bucket, Key, ...more }))).UploadId!;
const upload = (
  Key: string,
  UploadId: string,
  PartNumber: number,
  Body: Buffer,
  more: Partial<sdk.UploadPartCommandInput> = {},
) => client.send(new sdk.UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ...more }));
const complete = (
  Key: string,
  UploadId: string,
  Parts: sdk.CompletedPart[],
  more: Partial<sdk.CompleteMultipartUploadCommandInput> = {},
) =>
  client.send(
    new sdk.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }),
  );
const read = async (Key: string, more: Partial<sdk.GetObjectCommandInput> = {}) =>
  Buffer.from(
    await (
      await client.send(new sdk.GetObjectCommand({ Bucket, Key, ...more }))
    ).Body!.transformToByteArray(),
  );

test('parts become one object', async () => {
  const UploadId = await begin('whole', { Metadata: { a: '1' }, ContentType: 'text/plain', Tagging: 't=1' });
  const [two, one] = [await upload('whole', UploadId, 2, tail), await upload('whole', UploadId, 1, fiveMiB)];
  const listed = await client.send(new sdk.ListPartsCommand({ Bucket, Key: 'whole', UploadId }));
  assert.deepEqual(
    listed.Parts!.map(({ PartNumber, Size }) => [PartNumber, Size]),
    [
      [1, fiveMiB.length],
      [2, tail.length],
    ],
  );
  const page = await client.send(new sdk.ListPartsCommand({ Bucket, Key: 'whole', UploadId, MaxParts: 1 }));
  assert.deepEqual([page.IsTruncated, page.NextPartNumberMarker], [true, '1']);
  const uploads = await client.send(new sdk.ListMultipartUploadsCommand({ Bucket }));
  assert.deepEqual(
    uploads.Uploads!.map(({ Key, UploadId }) => [Key, UploadId]),
    [['whole', UploadId]],
  );
  await assert.rejects(read('whole'), refusal('NoSuchKey'), 'nothing is seen of it yet');

  const done = await complete('whole', UploadId, [
    { PartNumber: 1, ETag: one.ETag },
    { PartNumber: 2, ETag: two.ETag },
  ]);
  const etag = createHash('md5').update(md5(fiveMiB)).update(md5(tail)).digest('hex');
  assert.equal(done.ETag, `"${etag}-2"`);
  assert.ok(whole.equals(await read('whole')));
  const head = await client.send(new sdk.HeadObjectCommand({ Bucket, Key: 'whole', PartNumber: 2 }));
  assert.deepEqual(
    [head.ContentLength, head.PartsCount, head.ContentType, head.Metadata],
    [tail.length, 2, 'text/plain', { a: '1' }],
  );
  assert.ok(tail.equals(await read('whole', { PartNumber: 2 })));
  const across = await read('whole', { Range: `bytes=${fiveMiB.length - 2}-${fiveMiB.length + 1}` });
  assert.ok(across.equals(whole.subarray(fiveMiB.length - 2, fiveMiB.length + 2)));
  await assert.rejects(read('whole', { PartNumber: 3 }), refusal('InvalidPartNumber'));
  await assert.rejects(
    complete('whole', UploadId, [{ PartNumber: 1, ETag: one.ETag }]),
    refusal('NoSuchUpload'),
  );
});

test('parts that do not fit together', async () => {
  const UploadId = await begin('broken');
  const one = { PartNumber: 1, ETag: (await upload('broken', UploadId, 1, tail)).ETag };
  const two = { PartNumber: 2, ETag: (await upload('broken', UploadId, 2, tail)).ETag };
  await assert.rejects(complete('broken', UploadId, [one, two]), refusal('EntityTooSmall'));
  await assert.rejects(complete('broken', UploadId, [two, one]), refusal('InvalidPartOrder'));
  await assert.rejects(
    complete('broken', UploadId, [one, { PartNumber: 3, ETag: one.ETag }]),
    refusal('InvalidPart'),
  );
  await assert.rejects(
    complete('broken', UploadId, [{ PartNumber: 1, ETag: '"0"' }]),
    refusal('InvalidPart'),
  );
  await assert.rejects(complete('broken', UploadId, []), refusal('MalformedXML'));
  await assert.rejects(upload('broken', UploadId, 10_001, tail), refusal('InvalidArgument'));
  await assert.rejects(upload('other key', UploadId, 1, tail), refusal('NoSuchUpload'));
  await client.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key: 'broken', UploadId }));
  await assert.rejects(upload('broken', UploadId, 1, tail), refusal('NoSuchUpload'));
  const { Uploads } = await client.send(new sdk.ListMultipartUploadsCommand({ Bucket }));
  assert.equal(Uploads, undefined);
});

test('a part put again takes the place of the first', async () => {
  const UploadId = await begin('again');
  await upload('again', UploadId, 1, fiveMiB);
  const { ETag } = await upload('again', UploadId, 1, tail);
  await complete('again', UploadId, [{ PartNumber: 1, ETag }]);
  assert.ok(tail.equals(await read('again')));
});

test('parts are copied from objects, and from ranges of them', async () => {
  const UploadId = await begin('from copies');
  const copy = (PartNumber: number, CopySourceRange?: string) =>
    client.send(
      new sdk.UploadPartCopyCommand({
        Bucket,
        Key: 'from copies',
        UploadId,
        PartNumber,
        CopySource: `${Bucket}/whole`,
        ...(CopySourceRange && { CopySourceRange }),
      }),
    );
  const one = await copy(1);
  const two = await copy(2, `bytes=${fiveMiB.length - 1}-${fiveMiB.length + 2}`);
  await assert.rejects(copy(3, 'bytes=0-99999999'), refusal('InvalidArgument'));
  await assert.rejects(copy(3, 'bytes=5-'), refusal('InvalidArgument'));
  await complete('from copies', UploadId, [
    { PartNumber: 1, ETag: one.CopyPartResult!.ETag },
    { PartNumber: 2, ETag: two.CopyPartResult!.ETag },
  ]);
  // What it was made of may go.
  await client.send(new sdk.DeleteObjectCommand({ Bucket, Key: 'whole' }));
  const want = Buffer.concat([whole, whole.subarray(fiveMiB.length - 1, fiveMiB.length + 3)]);
  assert.ok(want.equals(await read('from copies')));
  // A plain copy of it has a plain ETag.
  const copied = await client.send(
    new sdk.CopyObjectCommand({ Bucket, Key: 'plain', CopySource: `${Bucket}/from copies` }),
  );
  assert.equal(copied.CopyObjectResult!.ETag, `"${md5(want).toString('hex')}"`);
});

test('uploads are listed by prefix, delimiter and page', async () => {
  const ids: [string, string][] = [];
  for (const key of ['l/a', 'l/b', 'l/b', 'l/c/1', 'l/c/2', 'l/d']) ids.push([key, await begin(key)]);
  const list = (more: Partial<sdk.ListMultipartUploadsCommandInput>) =>
    client.send(new sdk.ListMultipartUploadsCommand({ Bucket, Prefix: 'l/', ...more }));
  const rolled = await list({ Delimiter: '/' });
  assert.deepEqual(
    rolled.Uploads!.map(({ Key }) => Key),
    ['l/a', 'l/b', 'l/b', 'l/d'],
  );
  assert.deepEqual(rolled.CommonPrefixes, [{ Prefix: 'l/c/' }]);
  const seen: string[] = [];
  let KeyMarker: string | undefined;
  let UploadIdMarker: string | undefined;
  do {
    const page = await list({
      MaxUploads: 1,
      ...(KeyMarker && { KeyMarker }),
      ...(UploadIdMarker && { UploadIdMarker }),
    });
    seen.push(...page.Uploads!.map(({ UploadId }) => UploadId!));
    [KeyMarker, UploadIdMarker] = [page.NextKeyMarker, page.NextUploadIdMarker];
  } while (KeyMarker);
  assert.deepEqual(seen.toSorted(), ids.map(([, id]) => id).toSorted());
  for (const [Key, UploadId] of ids)
    await client.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
});

test('whoever completes again reads the same answer, and changes nothing', async () => {
  const Versioned = 'completed-again';
  await client.send(new sdk.CreateBucketCommand({ Bucket: Versioned }));
  const VersioningConfiguration = { Status: 'Enabled' as const };
  await client.send(new sdk.PutBucketVersioningCommand({ Bucket: Versioned, VersioningConfiguration }));
  const at = { Bucket: Versioned, Key: 'again & again' };
  const { UploadId } = await client.send(new sdk.CreateMultipartUploadCommand(at));
  const part = await client.send(new sdk.UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body: tail }));
  const end = (ETag: string, Key = at.Key) => {
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    return client.send(new sdk.CompleteMultipartUploadCommand({ ...at, Key, UploadId, MultipartUpload }));
  };
  const said = ({ $metadata: _changes, ...answer }: sdk.CompleteMultipartUploadCommandOutput) => answer;
  // Two at once: the one that is late finds it done.
  const [first, second] = await Promise.all([end(part.ETag!), end(part.ETag!)]);
  assert.ok(first.VersionId && first.ETag!.endsWith('-1"'));
  assert.deepEqual(said(second), said(first));
  assert.deepEqual(said(await end(part.ETag!)), said(first));
  const { Versions } = await client.send(new sdk.ListObjectVersionsCommand({ Bucket: Versioned }));
  assert.equal(Versions!.length, 1);
  await assert.rejects(end(`"${'0'.repeat(32)}"`), refusal('NoSuchUpload'), 'other parts');
  await assert.rejects(end(part.ETag!, 'another'), refusal('NoSuchUpload'), 'another key');
  const abort = new sdk.AbortMultipartUploadCommand({ ...at, UploadId });
  await assert.rejects(client.send(abort), refusal('NoSuchUpload'));
  // With the bucket goes what was kept of it.
  await client.send(new sdk.DeleteObjectCommand({ ...at, VersionId: first.VersionId }));
  await client.send(new sdk.DeleteBucketCommand({ Bucket: Versioned }));
  await client.send(new sdk.CreateBucketCommand({ Bucket: Versioned }));
  await assert.rejects(end(part.ETag!), refusal('NoSuchUpload'));
});

test('answers of completed uploads are kept of the newest only', () => {
  const folder = mkdtempSync(join(tmpdir(), 'isthmus-s3-'));
  const objects = openObjectIndex(folder);
  try {
    const uploads = openUploadIndex(objects);
    const keep = (uploadId: string) =>
      uploads.keepCompletion({ uploadId, bucketName: Bucket, key: 'k', parts: '', answer: '{}' });
    objects.transaction(() => {
      for (let number = 1; number <= 1001; number += 1) keep(`u${number}`);
    });
    assert.equal(uploads.findCompletion('u1'), undefined);
    assert.equal(uploads.findCompletion('u2')?.key, 'k');
  } finally {
    objects.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

const algorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;

test('every checksum is verified, kept and shown when it is asked for', async () => {
  for (const ChecksumAlgorithm of algorithms) {
    const Key = `checksum/${ChecksumAlgorithm}`;
    const field = `Checksum${ChecksumAlgorithm}` as const;
    const put = await client.send(
      new sdk.PutObjectCommand({ Bucket, Key, Body: 'some bytes', ChecksumAlgorithm }),
    );
    assert.ok(put[field], ChecksumAlgorithm);
    const got = await client.send(new sdk.GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
    assert.equal(await got.Body!.transformToString(), 'some bytes', 'the SDK verifies it too');
    assert.deepEqual([got[field], got.ChecksumType], [put[field], 'FULL_OBJECT']);
    const silent = await s3.raw('HEAD', `/${Bucket}/${Key}`);
    assert.equal(silent.headers[`x-amz-checksum-${ChecksumAlgorithm.toLowerCase()}`], undefined);
    const header = { [`x-amz-checksum-${ChecksumAlgorithm.toLowerCase()}`]: put[field]! };
    const { status, body } = await s3.raw('PUT', `/${Bucket}/${Key}`, {
      headers: header,
      body: 'other bytes',
    });
    assert.deepEqual([status, codeOf(body)], [400, 'BadDigest']);
    assert.match(
      body,
      new RegExp(`The ${ChecksumAlgorithm} you specified did not match the calculated checksum.`),
    );
  }
  assert.equal(
    await (
      await client.send(new sdk.GetObjectCommand({ Bucket, Key: 'checksum/SHA1' }))
    ).Body!.transformToString(),
    'some bytes',
  );
});

test('checksums of uploads in parts: of the parts’ checksums, or of all bytes', async () => {
  for (const ChecksumAlgorithm of algorithms) {
    for (const ChecksumType of ['COMPOSITE', 'FULL_OBJECT'] as const) {
      const isPossible =
        ChecksumAlgorithm === 'CRC64NVME'
          ? ChecksumType === 'FULL_OBJECT'
          : ChecksumType === 'COMPOSITE' || ChecksumAlgorithm.startsWith('CRC');
      const Key = `parts/${ChecksumAlgorithm}/${ChecksumType}`;
      if (!isPossible) {
        await assert.rejects(begin(Key, { ChecksumAlgorithm, ChecksumType }), refusal('InvalidRequest'));
        continue;
      }
      const field = `Checksum${ChecksumAlgorithm}` as const;
      const UploadId = await begin(Key, { ChecksumAlgorithm, ChecksumType });
      const one = await upload(Key, UploadId, 1, fiveMiB, { ChecksumAlgorithm });
      const two = await upload(Key, UploadId, 2, tail, { ChecksumAlgorithm });
      const parts = [one, two].map((part, index) => ({
        PartNumber: index + 1,
        ETag: part.ETag,
        [field]: part[field],
      }));
      const done = await complete(Key, UploadId, parts, { ChecksumType });
      if (ChecksumType === 'COMPOSITE') assert.match(done[field]!, /-2$/);
      else {
        const put = await client.send(
          new sdk.PutObjectCommand({ Bucket, Key: 'same', Body: whole, ChecksumAlgorithm }),
        );
        assert.equal(done[field], put[field], `${ChecksumAlgorithm} of all bytes`);
      }
      const { ObjectParts, Checksum } = await client.send(
        new sdk.GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ['ObjectParts', 'Checksum'] }),
      );
      assert.deepEqual(
        [ObjectParts!.TotalPartsCount, ObjectParts!.Parts!.length, Checksum!.ChecksumType],
        [2, 2, ChecksumType],
      );
    }
  }
});

test('Content-MD5 is verified', async () => {
  const put = (value: string) =>
    s3.raw('PUT', `/${Bucket}/md5`, { body: 'x', headers: { 'content-md5': value } });
  assert.equal((await put(md5(Buffer.from('x')).toString('base64'))).status, 200);
  assert.equal(codeOf((await put(md5(Buffer.from('y')).toString('base64'))).body), 'BadDigest');
  assert.equal(codeOf((await put('nonsense')).body), 'InvalidDigest');
});
