// Buckets through the official SDK: made, found, listed, set up, deleted; in their regions and between accounts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as sdk from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { codeOf, owner, refusal, startS3, stranger } from './s3-fixture.ts';

const s3 = await startS3();
const client = s3.client();
const foreign = s3.client(stranger);
const Bucket = 'a-bucket';

test('a bucket is made, found, listed and deleted', async () => {
  const made = await client.send(new sdk.CreateBucketCommand({ Bucket }));
  assert.equal(made.Location, `/${Bucket}`);
  const head = await client.send(new sdk.HeadBucketCommand({ Bucket }));
  assert.equal(head.BucketRegion, 'us-east-1');
  const { Buckets, Owner } = await client.send(new sdk.ListBucketsCommand({}));
  assert.deepEqual(
    Buckets?.map(({ Name }) => Name),
    [Bucket],
  );
  assert.match(Owner!.ID!, /^[0-9a-f]{64}$/);
  assert.deepEqual((await foreign.send(new sdk.ListBucketsCommand({}))).Buckets ?? [], []);
  await client.send(new sdk.DeleteBucketCommand({ Bucket }));
  await assert.rejects(client.send(new sdk.HeadBucketCommand({ Bucket })), refusal('NotFound'));
  await client.send(new sdk.CreateBucketCommand({ Bucket }));
});

test('a name belongs to whoever has it first', async () => {
  // AWS: in us-east-1 making one's own again is no mistake.
  await client.send(new sdk.CreateBucketCommand({ Bucket }));
  await assert.rejects(foreign.send(new sdk.CreateBucketCommand({ Bucket })), refusal('BucketAlreadyExists'));
  const west = s3.client(owner, 'eu-west-1');
  const configured = {
    Bucket: 'west-bucket',
    CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' as const },
  };
  await west.send(new sdk.CreateBucketCommand(configured));
  await assert.rejects(
    west.send(new sdk.CreateBucketCommand(configured)),
    refusal('BucketAlreadyOwnedByYou'),
  );
  const { LocationConstraint } = await west.send(new sdk.GetBucketLocationCommand({ Bucket: 'west-bucket' }));
  assert.equal(LocationConstraint, 'eu-west-1');
  const location = await client.send(new sdk.GetBucketLocationCommand({ Bucket }));
  assert.equal(location.LocationConstraint, undefined);
});

test('names that AWS does not take', async () => {
  for (const name of [
    'ab',
    'Upper',
    'a_b',
    '-ab',
    'ab-',
    'a..b',
    '192.168.5.4',
    'xn--abc',
    'abc-s3alias',
    'a'.repeat(64),
  ]) {
    const { status, body } = await s3.raw('PUT', `/${name}`);
    assert.deepEqual([status, codeOf(body)], [400, 'InvalidBucketName'], name);
  }
});

test('a region is chosen by the constraint, and must be the front end’s', async () => {
  const create = (constraint: string, region = 'us-east-1', host?: string) =>
    s3.raw('PUT', '/region-bucket', {
      region,
      headers: host ? { host } : {},
      body: `<CreateBucketConfiguration><LocationConstraint>${constraint}</LocationConstraint></CreateBucketConfiguration>`,
    });
  assert.equal(codeOf((await create('mars-1')).body), 'InvalidLocationConstraint');
  assert.equal(codeOf((await create('us-east-1')).body), 'InvalidLocationConstraint');
  assert.equal(codeOf((await create('eu-west-1')).body), 'IllegalLocationConstraintException');
  assert.equal(codeOf((await create('', 'eu-west-1')).body), 'IllegalLocationConstraintException');
  assert.equal(codeOf((await create('EU')).body), 'IllegalLocationConstraintException');
  assert.equal((await create('eu-central-1', 'us-east-1', 's3.amazonaws.com')).status, 200);
  assert.equal(s3.store.cloud.buckets.find('region-bucket')!.region, 'eu-central-1');
});

test('the list goes in pages and by region, over all regions', async () => {
  const first = await client.send(new sdk.ListBucketsCommand({ MaxBuckets: 2 }));
  assert.deepEqual(
    first.Buckets!.map(({ Name, BucketRegion }) => [Name, BucketRegion]),
    [
      ['a-bucket', 'us-east-1'],
      ['region-bucket', 'eu-central-1'],
    ],
  );
  const { ContinuationToken } = first;
  const second = await client.send(
    new sdk.ListBucketsCommand({ MaxBuckets: 2, ContinuationToken: ContinuationToken! }),
  );
  assert.deepEqual(
    second.Buckets!.map(({ Name }) => Name),
    ['west-bucket'],
  );
  assert.equal(second.ContinuationToken, undefined);
  const west = await client.send(new sdk.ListBucketsCommand({ BucketRegion: 'eu-west-1' }));
  assert.deepEqual(
    west.Buckets!.map(({ Name }) => Name),
    ['west-bucket'],
  );
  const prefixed = await client.send(new sdk.ListBucketsCommand({ Prefix: 'reg' }));
  assert.deepEqual(
    prefixed.Buckets!.map(({ Name }) => Name),
    ['region-bucket'],
  );
});

test('a front end says where a bucket of another region is', async () => {
  const away = await s3.raw('GET', '/west-bucket');
  assert.equal(away.status, 301);
  assert.equal(codeOf(away.body), 'PermanentRedirect');
  assert.match(
    away.body,
    /<Endpoint>west-bucket\.s3\.eu-west-1\.amazonaws\.com<\/Endpoint><Bucket>west-bucket</,
  );
  assert.equal(away.headers['x-amz-bucket-region'], 'eu-west-1');
  assert.equal(away.headers.location, undefined);

  s3.world.arrival = {
    sourceAddress: '10.0.0.4',
    isSecure: false,
    frontEnd: { service: 's3', region: 'eu-west-1' },
  };
  const malformed = await s3.raw('GET', '/west-bucket');
  assert.equal(malformed.status, 400);
  assert.equal(codeOf(malformed.body), 'AuthorizationHeaderMalformed');
  assert.match(malformed.body, /the region 'us-east-1' is wrong; expecting 'eu-west-1'<.*<Region>eu-west-1</);
  const head = await s3.raw('HEAD', '/a-bucket', { region: 'eu-west-1' });
  assert.deepEqual([head.status, head.body, head.headers['x-amz-bucket-region']], [301, '', 'us-east-1']);
  const good = await s3.raw('GET', '/west-bucket', { region: 'eu-west-1' });
  assert.equal(good.status, 200);
  s3.world.arrival = { sourceAddress: '127.0.0.1', isSecure: false };
});

test('presigned for another region, unsigned, and regions that have to be asked for', async () => {
  const foreignUrl = await getSignedUrl(
    s3.client(owner, 'eu-west-1'),
    new sdk.GetObjectCommand({ Bucket, Key: 'k' }),
  );
  s3.world.arrival = { ...s3.world.arrival, frontEnd: { service: 's3', region: 'us-east-1' } };
  const presigned = await (await fetch(foreignUrl)).text();
  assert.equal(codeOf(presigned), 'AuthorizationQueryParametersError');
  assert.match(presigned, /the region 'eu-west-1' is wrong; expecting 'us-east-1'/);
  assert.equal((await s3.raw('GET', '/west-bucket', { accessKeyId: '' })).status, 301);
  const optIn = { CreateBucketConfiguration: { LocationConstraint: 'eu-south-1' as const } };
  s3.world.arrival = { sourceAddress: '127.0.0.1', isSecure: false };
  await s3
    .client(owner, 'eu-south-1')
    .send(new sdk.CreateBucketCommand({ Bucket: 'south-bucket', ...optIn }));
  const away = await s3.raw('GET', '/south-bucket');
  assert.deepEqual([away.status, codeOf(away.body)], [400, 'IllegalLocationConstraintException']);
  // The machine's own endpoint is every front end: nobody in particular is taken for asking the right one.
  assert.equal((await s3.raw('GET', '/west-bucket', { accessKeyId: '' })).status, 403);
});

test('a bucket that is not whose it was thought to be is refused', async () => {
  const list = (ExpectedBucketOwner: string) =>
    client.send(new sdk.ListObjectsCommand({ Bucket, ExpectedBucketOwner }));
  await list(owner);
  await assert.rejects(list(stranger), refusal('AccessDenied'));
});

test('HeadBucket tells the region also to who may not look', async () => {
  const { status, headers, body } = await s3.raw('HEAD', `/${Bucket}`, { accessKeyId: stranger });
  assert.deepEqual([status, headers['x-amz-bucket-region'], body], [403, 'us-east-1', '']);
});

test('versioning and tags are kept', async () => {
  assert.equal((await client.send(new sdk.GetBucketVersioningCommand({ Bucket }))).Status, undefined);
  const VersioningConfiguration = { Status: 'Enabled' as const };
  await client.send(new sdk.PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  assert.equal((await client.send(new sdk.GetBucketVersioningCommand({ Bucket }))).Status, 'Enabled');

  await assert.rejects(client.send(new sdk.GetBucketTaggingCommand({ Bucket })), refusal('NoSuchTagSet'));
  const TagSet = [{ Key: 'team', Value: 'a + b' }];
  await client.send(new sdk.PutBucketTaggingCommand({ Bucket, Tagging: { TagSet } }));
  assert.deepEqual((await client.send(new sdk.GetBucketTaggingCommand({ Bucket }))).TagSet, TagSet);
  const twice = { TagSet: [...TagSet, ...TagSet] };
  await assert.rejects(
    client.send(new sdk.PutBucketTaggingCommand({ Bucket, Tagging: twice })),
    refusal('InvalidTag'),
  );
  await client.send(new sdk.DeleteBucketTaggingCommand({ Bucket }));
  await assert.rejects(client.send(new sdk.GetBucketTaggingCommand({ Bucket })), refusal('NoSuchTagSet'));
});

test('what clients read by habit is answered as AWS answers of a new bucket', async () => {
  const encryption = await client.send(new sdk.GetBucketEncryptionCommand({ Bucket }));
  const [rule] = encryption.ServerSideEncryptionConfiguration!.Rules!;
  assert.equal(rule!.ApplyServerSideEncryptionByDefault!.SSEAlgorithm, 'AES256');
  const { OwnershipControls } = await client.send(new sdk.GetBucketOwnershipControlsCommand({ Bucket }));
  assert.deepEqual(OwnershipControls, { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] });
  await client.send(new sdk.PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls }));
  const acl = await client.send(new sdk.GetBucketAclCommand({ Bucket }));
  assert.equal(acl.Grants![0]!.Permission, 'FULL_CONTROL');
  assert.equal(acl.Grants![0]!.Grantee!.Type, 'CanonicalUser');
  assert.equal((await client.send(new sdk.GetBucketRequestPaymentCommand({ Bucket }))).Payer, 'BucketOwner');
  assert.equal((await client.send(new sdk.GetBucketLoggingCommand({ Bucket }))).LoggingEnabled, undefined);
  assert.equal(
    (await client.send(new sdk.GetBucketAccelerateConfigurationCommand({ Bucket }))).Status,
    undefined,
  );
  const notification = await client.send(new sdk.GetBucketNotificationConfigurationCommand({ Bucket }));
  assert.equal(notification.QueueConfigurations, undefined);
  const absent: [sdk.S3ServiceException['name'], () => Promise<unknown>][] = [
    ['NoSuchCORSConfiguration', () => client.send(new sdk.GetBucketCorsCommand({ Bucket }))],
    [
      'NoSuchLifecycleConfiguration',
      () => client.send(new sdk.GetBucketLifecycleConfigurationCommand({ Bucket })),
    ],
    ['NoSuchWebsiteConfiguration', () => client.send(new sdk.GetBucketWebsiteCommand({ Bucket }))],
    [
      'ReplicationConfigurationNotFoundError',
      () => client.send(new sdk.GetBucketReplicationCommand({ Bucket })),
    ],
    [
      'ObjectLockConfigurationNotFoundError',
      () => client.send(new sdk.GetObjectLockConfigurationCommand({ Bucket })),
    ],
  ];
  for (const [name, send] of absent) await assert.rejects(send(), refusal(name));
});

test('what is so by default may be set, and what is not there may be taken away', async () => {
  const encrypt = (SSEAlgorithm: 'AES256' | 'aws:kms') =>
    client.send(
      new sdk.PutBucketEncryptionCommand({
        Bucket,
        ServerSideEncryptionConfiguration: {
          Rules: [{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm } }],
        },
      }),
    );
  await encrypt('AES256');
  await assert.rejects(encrypt('aws:kms'), refusal('NotImplemented'));
  await client.send(new sdk.DeleteBucketEncryptionCommand({ Bucket }));
  await client.send(new sdk.DeleteBucketCorsCommand({ Bucket }));
  await client.send(new sdk.DeleteBucketLifecycleCommand({ Bucket }));
  await client.send(new sdk.DeleteBucketWebsiteCommand({ Bucket }));
  await client.send(new sdk.DeleteBucketReplicationCommand({ Bucket }));
});

test('ownership controls that are deleted are gone until they are put again', async () => {
  const read = () => client.send(new sdk.GetBucketOwnershipControlsCommand({ Bucket }));
  await client.send(new sdk.DeleteBucketOwnershipControlsCommand({ Bucket }));
  await assert.rejects(read(), refusal('OwnershipControlsNotFoundError'));
  const put = (ObjectOwnership: sdk.ObjectOwnership) =>
    client.send(
      new sdk.PutBucketOwnershipControlsCommand({
        Bucket,
        OwnershipControls: { Rules: [{ ObjectOwnership }] },
      }),
    );
  await assert.rejects(put('ObjectWriter'), refusal('NotImplemented'));
  await assert.rejects(read(), refusal('OwnershipControlsNotFoundError'));
  await put('BucketOwnerEnforced');
  assert.equal((await read()).OwnershipControls!.Rules![0]!.ObjectOwnership, 'BucketOwnerEnforced');
});

test('encryption reads as it was put, and as AWS has it when that is deleted', async () => {
  const read = async () => {
    const answer = await client.send(new sdk.GetBucketEncryptionCommand({ Bucket }));
    return answer.ServerSideEncryptionConfiguration!.Rules!.map((rule) => [
      rule.ApplyServerSideEncryptionByDefault!.SSEAlgorithm,
      rule.BucketKeyEnabled,
    ]);
  };
  const ApplyServerSideEncryptionByDefault = { SSEAlgorithm: 'AES256' as const };
  await client.send(
    new sdk.PutBucketEncryptionCommand({
      Bucket,
      ServerSideEncryptionConfiguration: {
        Rules: [{ ApplyServerSideEncryptionByDefault, BucketKeyEnabled: true }],
      },
    }),
  );
  assert.deepEqual(await read(), [['AES256', true]]);
  const { $metadata } = await client.send(new sdk.DeleteBucketEncryptionCommand({ Bucket }));
  assert.equal($metadata.httpStatusCode, 204);
  assert.deepEqual(await read(), [['AES256', false]]);
});

test('logging may be switched off, not on', async () => {
  const put = (BucketLoggingStatus: sdk.BucketLoggingStatus) =>
    client.send(new sdk.PutBucketLoggingCommand({ Bucket, BucketLoggingStatus }));
  await put({});
  await assert.rejects(
    put({ LoggingEnabled: { TargetBucket: Bucket, TargetPrefix: '' } }),
    refusal('NotImplemented', /LoggingEnabled/),
  );
  assert.equal(codeOf((await s3.raw('PUT', `/${Bucket}?logging`, { body: '' })).body), 'MalformedXML');
});

test('ACLs are off', async () => {
  await client.send(new sdk.PutBucketAclCommand({ Bucket, ACL: 'private' }));
  await assert.rejects(
    client.send(new sdk.PutBucketAclCommand({ Bucket, ACL: 'public-read' })),
    refusal('AccessControlListNotSupported', /The bucket does not allow ACLs/),
  );
  await assert.rejects(
    client.send(new sdk.CreateBucketCommand({ Bucket: 'acl-bucket', ACL: 'public-read' })),
    refusal('InvalidBucketAclWithObjectOwnership'),
  );
});

test('what is not built is refused by its name', async () => {
  const Rules = [{ Status: 'Enabled' as const, Filter: { Prefix: '' }, Expiration: { Days: 1 } }];
  await assert.rejects(
    client.send(
      new sdk.PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules } }),
    ),
    refusal('NotImplemented', /PutBucketLifecycleConfiguration/),
  );
  await assert.rejects(
    client.send(new sdk.ListBucketInventoryConfigurationsCommand({ Bucket })),
    refusal('NotImplemented', /ListBucketInventoryConfigurations/),
  );
  const { status, body } = await s3.raw('DELETE', `/${Bucket}?versions`);
  assert.deepEqual([status, codeOf(body)], [405, 'MethodNotAllowed']);
});

test('emptying the cloud takes the objects too', async () => {
  await client.send(new sdk.CreateBucketCommand({ Bucket: 'short-lived' }));
  await client.send(new sdk.PutObjectCommand({ Bucket: 'short-lived', Key: 'k', Body: 'x' }));
  await assert.rejects(
    client.send(new sdk.DeleteBucketCommand({ Bucket: 'short-lived' })),
    refusal('BucketNotEmpty'),
  );
  s3.store.change(({ buckets }) => buckets.delete('short-lived'));
  await client.send(new sdk.CreateBucketCommand({ Bucket: 'short-lived' }));
  const { KeyCount } = await client.send(new sdk.ListObjectsV2Command({ Bucket: 'short-lived' }));
  assert.equal(KeyCount, 0);
});
