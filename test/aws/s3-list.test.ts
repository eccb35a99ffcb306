// Lists of objects and of versions, page by page, against a model that has all keys in an array.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as sdk from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { refusal, startS3 } from './s3-fixture.ts';

const s3 = await startS3();
const client = s3.client();
let bucketCount = 0;

async function bucketWith(keys: string[], versions = 0): Promise<string> {
  const Bucket = `list-${++bucketCount}`;
  await client.send(new sdk.CreateBucketCommand({ Bucket }));
  if (versions > 0) {
    await client.send(
      new sdk.PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }),
    );
  }
  for (const Key of keys) {
    for (let index = 0; index < Math.max(1, versions); index += 1) {
      await client.send(new sdk.PutObjectCommand({ Bucket, Key, Body: 'x' }));
    }
  }
  return Bucket;
}

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** What all pages together must show: keys and common prefixes in one order. */
function expected(keys: string[], prefix: string, delimiter: string, after: string): string[] {
  const rollUp = (key: string) => {
    const end = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    return end < 0 ? key : key.slice(0, end + delimiter.length);
  };
  const shown = keys
    .filter((key) => key.startsWith(prefix) && byBytes(key, after) > 0)
    .map(rollUp)
    .filter((entry) => !(entry.endsWith(delimiter) && delimiter !== '' && after.startsWith(entry)));
  return [...new Set(shown)].toSorted(byBytes);
}

interface Page {
  Contents?: sdk._Object[];
  CommonPrefixes?: sdk.CommonPrefix[];
}

function entries({ Contents = [], CommonPrefixes = [] }: Page): string[] {
  return [...Contents.map(({ Key }) => Key!), ...CommonPrefixes.map(({ Prefix }) => Prefix!)];
}

async function allPagesV2(Bucket: string, input: Partial<sdk.ListObjectsV2CommandInput>): Promise<string[]> {
  const seen: string[] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await client.send(
      new sdk.ListObjectsV2Command({ Bucket, ...input, ...(ContinuationToken && { ContinuationToken }) }),
    );
    const found = entries(page);
    assert.equal(page.KeyCount, found.length);
    assert.ok(found.length <= (input.MaxKeys ?? 1000));
    seen.push(...found.toSorted(byBytes));
    ContinuationToken = page.NextContinuationToken;
    assert.equal(page.IsTruncated, ContinuationToken !== undefined);
  } while (ContinuationToken);
  return seen;
}

async function allPagesV1(Bucket: string, input: Partial<sdk.ListObjectsCommandInput>): Promise<string[]> {
  const seen: string[] = [];
  let { Marker } = input;
  for (;;) {
    const page = await client.send(
      new sdk.ListObjectsCommand({ Bucket, ...input, ...(Marker !== undefined && { Marker }) }),
    );
    seen.push(...entries(page).toSorted(byBytes));
    if (!page.IsTruncated) return seen;
    Marker = page.NextMarker ?? page.Contents!.at(-1)!.Key;
  }
}

const keyText = fc
  .string({
    unit: fc.constantFrom('a', 'b', '/', '-', 'é', '\u{1f600}', '\uffee'),
    minLength: 1,
    maxLength: 5,
  })
  .filter((key) => !key.startsWith('/'));

test('pages of any size show every key and common prefix once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(keyText, { maxLength: 12 }),
      fc.array(
        fc.record({
          prefix: fc.constantFrom('', 'a', 'a/', 'b-'),
          delimiter: fc.constantFrom('', '/', '-', 'a/'),
          after: fc.oneof(fc.constant(''), keyText),
          maxKeys: fc.integer({ min: 1, max: 4 }),
        }),
        { minLength: 4, maxLength: 4 },
      ),
      async (keys, requests) => {
        const Bucket = await bucketWith(keys);
        for (const { prefix, delimiter, after, maxKeys } of requests) {
          const want = expected(keys, prefix, delimiter, after);
          const common = { Prefix: prefix, Delimiter: delimiter, MaxKeys: maxKeys };
          assert.deepEqual(await allPagesV2(Bucket, { ...common, StartAfter: after }), want);
          assert.deepEqual(await allPagesV1(Bucket, { ...common, Marker: after }), want);
        }
      },
    ),
    { numRuns: 20 },
  );
});

test('versions go in pages too, also where a page ends inside a key', async () => {
  const Bucket = await bucketWith(['a', 'b/1', 'b/2', 'c'], 3);
  await client.send(new sdk.DeleteObjectCommand({ Bucket, Key: 'c' }));
  for (const MaxKeys of [1, 2, 5, 100]) {
    for (const Delimiter of ['', '/']) {
      const seen: string[] = [];
      let markers: Partial<sdk.ListObjectVersionsCommandInput> = {};
      for (;;) {
        const page = await client.send(
          new sdk.ListObjectVersionsCommand({ Bucket, MaxKeys, Delimiter, ...markers }),
        );
        const { Versions = [], DeleteMarkers = [], CommonPrefixes = [] } = page;
        seen.push(
          ...[...Versions, ...DeleteMarkers].map(({ Key }) => Key!),
          ...CommonPrefixes.map(({ Prefix }) => Prefix!),
        );
        if (!page.IsTruncated) break;
        markers = {
          KeyMarker: page.NextKeyMarker!,
          ...(page.NextVersionIdMarker && { VersionIdMarker: page.NextVersionIdMarker }),
        };
      }
      const ofB = Delimiter === '' ? ['b/1', 'b/1', 'b/1', 'b/2', 'b/2', 'b/2'] : ['b/'];
      assert.deepEqual(
        seen.toSorted(),
        ['a', 'a', 'a', ...ofB, 'c', 'c', 'c', 'c'].toSorted(),
        `${MaxKeys} ${Delimiter}`,
      );
    }
  }
});

test('keys that XML cannot hold are shown encoded when that is asked for', async () => {
  const Bucket = await bucketWith(['a b+c', 'é/(1)*']);
  const page = await client.send(new sdk.ListObjectsV2Command({ Bucket, EncodingType: 'url' }));
  assert.deepEqual(
    page.Contents!.map(({ Key }) => Key),
    ['a+b%2Bc', '%C3%A9/%281%29*'],
  );
});

test('a list says what it was asked, and refuses what it cannot read', async () => {
  const Bucket = await bucketWith(['k']);
  const page = await client.send(
    new sdk.ListObjectsV2Command({ Bucket, Prefix: 'k', FetchOwner: true, MaxKeys: 5000 }),
  );
  assert.deepEqual([page.Name, page.Prefix, page.MaxKeys, page.KeyCount], [Bucket, 'k', 1000, 1]);
  assert.match(page.Contents![0]!.Owner!.ID!, /^[0-9a-f]{64}$/);
  assert.equal(page.Contents![0]!.StorageClass, 'STANDARD');
  const empty = await client.send(new sdk.ListObjectsV2Command({ Bucket, MaxKeys: 0 }));
  assert.deepEqual([empty.KeyCount, empty.IsTruncated], [0, false]);
  const list = (more: object) => client.send(new sdk.ListObjectsV2Command({ Bucket, ...more }));
  await assert.rejects(list({ ContinuationToken: '???' }), refusal('InvalidArgument'));
  await assert.rejects(list({ MaxKeys: -1 }), refusal('InvalidArgument'));
});

test('ten thousand keys below one prefix are stepped over at once', async () => {
  const Bucket = await bucketWith([]);
  const database = new (await import('node:sqlite')).DatabaseSync(`${s3.folder}/objects.sqlite`);
  database.exec('BEGIN');
  const insert = database.prepare(
    `INSERT INTO object_version (bucket_name, key, version_id, is_latest, is_delete_marker, size, etag, last_modified, detail, content)
     VALUES (?, ?, 'null', 1, 0, 0, '', 0, '{"headers":{},"metadata":{},"tags":{}}', '{"segments":[]}')`,
  );
  for (let index = 0; index < 10_000; index += 1) insert.run(Bucket, `many/${index}`);
  insert.run(Bucket, 'zebra');
  database.exec('COMMIT');
  database.close();
  const startMs = performance.now();
  const page = await client.send(new sdk.ListObjectsV2Command({ Bucket, Delimiter: '/' }));
  assert.deepEqual(entries(page), ['zebra', 'many/']);
  assert.ok(performance.now() - startMs < 500, 'it did not read them all');
});
