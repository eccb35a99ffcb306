// Who may do what: users of the owner's account, other accounts, nobody in particular, by endpoints and without.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import * as sdk from '@aws-sdk/client-s3';
import { codeOf, owner, refusal, startS3, stranger } from './s3-fixture.ts';

const s3 = await startS3();
const client = s3.client();
const user = s3.client(`user-ann-${owner}`);
const foreign = s3.client(stranger);
const Bucket = 'guarded';
const arn = `arn:aws:s3:::${Bucket}`;
const direct = { sourceAddress: '198.51.100.7', isSecure: false };
const byEndpoint = {
  sourceAddress: '10.0.0.4',
  isSecure: false,
  endpoint: { vpcEndpointId: 'vpce-0a', vpcId: 'vpc-0a', endpointType: 'gateway' },
} as const;

await client.send(new sdk.CreateBucketCommand({ Bucket }));
await client.send(new sdk.PutObjectCommand({ Bucket, Key: 'k', Body: 'x', Tagging: 'level=public' }));

type Statement = Record<string, unknown>;
const setPolicy = (...Statement: Statement[]) =>
  client.send(
    new sdk.PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }),
  );
const unblock = () => client.send(new sdk.DeletePublicAccessBlockCommand({ Bucket }));
const get = (from: sdk.S3Client, Key = 'k') => from.send(new sdk.GetObjectCommand({ Bucket, Key }));
const anonymous = (path: string) => s3.raw('GET', path, { accessKeyId: '' });

function setUserPolicy(...Statement: Statement[]): void {
  const inlinePolicies = { own: JSON.stringify({ Version: '2012-10-17', Statement }) };
  s3.store.change(({ iamUsers }) =>
    iamUsers.put({
      arn: `arn:aws:iam::${owner}:user/ann`,
      userName: 'ann',
      userId: 'AIDAann',
      path: '/',
      createDate: '2026-01-01T00:00:00Z',
      accountId: owner,
      region: 'aws-global',
      inlinePolicies,
      attachedPolicyArns: [],
      tags: {},
    }),
  );
}

function setEndpointPolicy(policyDocument: string): void {
  s3.store.change(({ vpcEndpoints }) =>
    vpcEndpoints.put({
      vpcEndpointType: 'Gateway',
      vpcEndpointId: 'vpce-0a',
      vpcId: 'vpc-0a',
      accountId: owner,
      region: 'us-east-1',
      policyDocument,
    } as never),
  );
}

beforeEach(async () => {
  s3.world.arrival = direct;
  await client.send(new sdk.DeleteBucketPolicyCommand({ Bucket }));
  setUserPolicy();
});

test('a user may do what a policy of theirs says, and is told why not', async () => {
  await assert.rejects(
    get(user),
    refusal(
      'AccessDenied',
      /^User: arn:aws:iam::111111111111:user\/ann is not authorized to perform: s3:GetObject on resource: "arn:aws:s3:::guarded\/k" because no identity-based policy allows the s3:GetObject action$/,
    ),
  );
  assert.match(String(s3.lines.at(-1)!.deniedBy), /./);
  setUserPolicy({ Effect: 'Allow', Action: 's3:GetObject', Resource: `${arn}/*` });
  assert.equal(await (await get(user)).Body!.transformToString(), 'x');
  await assert.rejects(
    user.send(new sdk.ListBucketsCommand({})),
    refusal('AccessDenied', /s3:ListAllMyBuckets/),
  );
});

test('who may not list reads 403 for what is not there', async () => {
  setUserPolicy({ Effect: 'Allow', Action: 's3:GetObject', Resource: `${arn}/*` });
  await assert.rejects(get(user, 'nothing'), refusal('AccessDenied'));
  setUserPolicy({ Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket'], Resource: [arn, `${arn}/*`] });
  await assert.rejects(get(user, 'nothing'), refusal('NoSuchKey'));
});

test('other accounts and nobody read no more than Access Denied', async () => {
  await assert.rejects(get(foreign), refusal('AccessDenied', /^Access Denied$/));
  const { status, body } = await anonymous(`/${Bucket}/k`);
  assert.deepEqual([status, codeOf(body)], [403, 'AccessDenied']);
  assert.match(body, /<Message>Access Denied<\/Message>/);
});

test('a bucket policy lets another account in', async () => {
  await setPolicy({
    Effect: 'Allow',
    Principal: { AWS: stranger },
    Action: 's3:GetObject',
    Resource: `${arn}/*`,
  });
  assert.equal(await (await get(foreign)).Body!.transformToString(), 'x');
  const put = new sdk.PutObjectCommand({ Bucket, Key: 'theirs', Body: 'y' });
  await assert.rejects(foreign.send(put), refusal('AccessDenied'));
  await setPolicy({
    Effect: 'Allow',
    Principal: { AWS: stranger },
    Action: 's3:*',
    Resource: [arn, `${arn}/*`],
  });
  await foreign.send(put);
  // AWS: the policy itself is its own account's, whatever it allows.
  const read = new sdk.GetBucketPolicyCommand({ Bucket });
  await assert.rejects(foreign.send(read), refusal('MethodNotAllowed'));
  assert.match((await client.send(read)).Policy!, /s3:\*/);
  await assert.rejects(
    foreign.send(new sdk.GetBucketPolicyStatusCommand({ Bucket })),
    refusal('MethodNotAllowed'),
  );
  await assert.rejects(
    foreign.send(new sdk.DeleteBucketPolicyCommand({ Bucket })),
    refusal('MethodNotAllowed'),
  );
});

test('a new bucket refuses a public policy; without the block everybody is let in', async () => {
  await client.send(new sdk.CreateBucketCommand({ Bucket: 'blocked' }));
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::blocked/*' },
    ],
  });
  const put = () => client.send(new sdk.PutBucketPolicyCommand({ Bucket: 'blocked', Policy }));
  await assert.rejects(put(), refusal('AccessDenied', /BlockPublicPolicy setting in S3 Block Public Access/));
  const { PublicAccessBlockConfiguration } = await client.send(
    new sdk.GetPublicAccessBlockCommand({ Bucket: 'blocked' }),
  );
  assert.deepEqual(PublicAccessBlockConfiguration, {
    BlockPublicAcls: true,
    IgnorePublicAcls: true,
    BlockPublicPolicy: true,
    RestrictPublicBuckets: true,
  });
  await client.send(new sdk.PutObjectCommand({ Bucket: 'blocked', Key: 'k', Body: 'x' }));
  await client.send(new sdk.DeletePublicAccessBlockCommand({ Bucket: 'blocked' }));
  await assert.rejects(
    client.send(new sdk.GetPublicAccessBlockCommand({ Bucket: 'blocked' })),
    refusal('NoSuchPublicAccessBlockConfiguration'),
  );
  await put();
  assert.deepEqual(await anonymous('/blocked/k').then(({ status, body }) => [status, body]), [200, 'x']);
  const status = await client.send(new sdk.GetBucketPolicyStatusCommand({ Bucket: 'blocked' }));
  assert.equal(status.PolicyStatus!.IsPublic, true);
  // RestrictPublicBuckets leaves it to its own account.
  await client.send(
    new sdk.PutPublicAccessBlockCommand({
      Bucket: 'blocked',
      PublicAccessBlockConfiguration: { RestrictPublicBuckets: true },
    }),
  );
  assert.equal((await anonymous('/blocked/k')).status, 403);
});

test('which policies are public', async () => {
  const allow = { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `${arn}/*` };
  const table: [boolean, Statement][] = [
    [true, allow],
    [true, { ...allow, Principal: { AWS: ['*'] } }],
    [false, { ...allow, Principal: { AWS: stranger } }],
    [false, { ...allow, Effect: 'Deny' }],
    [false, { ...allow, Condition: { StringEquals: { 'aws:SourceVpce': 'vpce-0a' } } }],
    [false, { ...allow, Condition: { StringEquals: { 'aws:SourceVpc': ['vpc-0a', 'vpc-0b'] } } }],
    [true, { ...allow, Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-0a' } } }],
    [true, { ...allow, Condition: { StringLike: { 'aws:SourceVpce': 'vpce-*' } } }],
    [false, { ...allow, Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } }],
    [true, { ...allow, Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } } }],
    [true, { ...allow, Condition: { StringEquals: { 's3:prefix': 'a' } } }],
  ];
  await unblock();
  for (const [IsPublic, statement] of table) {
    await setPolicy(statement);
    const { PolicyStatus } = await client.send(new sdk.GetBucketPolicyStatusCommand({ Bucket }));
    assert.equal(PolicyStatus!.IsPublic, IsPublic, JSON.stringify(statement));
  }
});

test('only by the endpoint: who comes another way is refused, the owner as well', async () => {
  setEndpointPolicy(
    '{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}',
  );
  await setPolicy({
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: `${arn}/*`,
    Condition: { StringNotEquals: { 'aws:SourceVpce': 'vpce-0a' } },
  });
  await assert.rejects(
    get(client),
    refusal('AccessDenied', /with an explicit deny in a resource-based policy/),
  );
  s3.world.arrival = byEndpoint;
  assert.equal(await (await get(client)).Body!.transformToString(), 'x');
  assert.equal(s3.lines.at(-1)!.vpcEndpointId, 'vpce-0a');
  assert.equal(s3.lines.at(-1)!.sourceAddress, '10.0.0.4');
});

test('the policy of the endpoint has its say', async () => {
  setEndpointPolicy(
    `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"${arn}/*"}]}`,
  );
  s3.world.arrival = byEndpoint;
  assert.equal(await (await get(client)).Body!.transformToString(), 'x');
  await assert.rejects(
    client.send(new sdk.PutObjectCommand({ Bucket, Key: 'k', Body: 'y' })),
    refusal('AccessDenied', /because no VPC endpoint policy allows the s3:PutObject action/),
  );
  assert.equal(s3.lines.at(-1)!.deniedBy, 'the policy of vpce-0a');
});

test('conditions of S3: prefix, tags there are, tags that are asked for, versions of TLS', async () => {
  setUserPolicy(
    {
      Effect: 'Allow',
      Action: 's3:ListBucket',
      Resource: arn,
      Condition: { StringEquals: { 's3:prefix': 'mine/' } },
    },
    {
      Effect: 'Allow',
      Action: 's3:GetObject',
      Resource: `${arn}/*`,
      Condition: { StringEquals: { 's3:ExistingObjectTag/level': 'public' } },
    },
    {
      Effect: 'Allow',
      Action: ['s3:PutObject', 's3:PutObjectTagging'],
      Resource: `${arn}/*`,
      Condition: { StringEquals: { 's3:RequestObjectTag/level': 'public' } },
    },
  );
  await user.send(new sdk.ListObjectsV2Command({ Bucket, Prefix: 'mine/' }));
  await assert.rejects(
    user.send(new sdk.ListObjectsV2Command({ Bucket, Prefix: 'yours/' })),
    refusal('AccessDenied'),
  );
  await get(user);
  await client.send(new sdk.PutObjectCommand({ Bucket, Key: 'secret', Body: 'x' }));
  await assert.rejects(get(user, 'secret'), refusal('AccessDenied'));
  await user.send(new sdk.PutObjectCommand({ Bucket, Key: 'new', Body: 'x', Tagging: 'level=public' }));
  await assert.rejects(
    user.send(new sdk.PutObjectCommand({ Bucket, Key: 'new', Body: 'x' })),
    refusal('AccessDenied'),
  );
});

test('a copy needs both its ends; a list of keys is judged key by key', async () => {
  const copy = () =>
    user.send(new sdk.CopyObjectCommand({ Bucket, Key: 'to/copy', CopySource: `${Bucket}/k` }));
  setUserPolicy({ Effect: 'Allow', Action: 's3:PutObject', Resource: `${arn}/to/*` });
  await assert.rejects(copy(), refusal('AccessDenied', /s3:GetObject/));
  setUserPolicy(
    { Effect: 'Allow', Action: ['s3:PutObject', 's3:DeleteObject'], Resource: `${arn}/to/*` },
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:GetObjectTagging'], Resource: `${arn}/k` },
  );
  // The tags of the source come along, and need a permission of their own.
  await assert.rejects(copy(), refusal('AccessDenied', /s3:PutObjectTagging/));
  setUserPolicy(
    {
      Effect: 'Allow',
      Action: ['s3:PutObject', 's3:PutObjectTagging', 's3:DeleteObject'],
      Resource: `${arn}/to/*`,
    },
    { Effect: 'Allow', Action: ['s3:GetObject', 's3:GetObjectTagging'], Resource: `${arn}/k` },
  );
  await copy();
  const Objects = [{ Key: 'to/copy' }, { Key: 'k' }];
  const { Deleted, Errors } = await user.send(new sdk.DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
  assert.deepEqual(
    Deleted!.map(({ Key }) => Key),
    ['to/copy'],
  );
  assert.deepEqual(
    Errors!.map(({ Key, Code }) => [Key, Code]),
    [['k', 'AccessDenied']],
  );
});

test('attributes need more than reading', async () => {
  const read = () =>
    user.send(new sdk.GetObjectAttributesCommand({ Bucket, Key: 'k', ObjectAttributes: ['ETag'] }));
  setUserPolicy({ Effect: 'Allow', Action: 's3:GetObject', Resource: `${arn}/*` });
  await assert.rejects(read(), refusal('AccessDenied', /s3:GetObjectAttributes/));
  setUserPolicy({
    Effect: 'Allow',
    Action: ['s3:GetObject', 's3:GetObjectAttributes'],
    Resource: `${arn}/*`,
  });
  assert.ok((await read()).ETag);
});

test('policies that S3 does not take', async () => {
  const statement = { Effect: 'Allow', Principal: { AWS: owner }, Action: 's3:*', Resource: arn };
  await assert.rejects(
    setPolicy({ ...statement, Resource: 'arn:aws:s3:::another' }),
    refusal('MalformedPolicy'),
  );
  await assert.rejects(setPolicy({ ...statement, Principal: undefined }), refusal('MalformedPolicy'));
  const notJson = new sdk.PutBucketPolicyCommand({ Bucket, Policy: 'no' });
  await assert.rejects(client.send(notJson), refusal('MalformedPolicy'));
  await assert.rejects(
    client.send(new sdk.GetBucketPolicyCommand({ Bucket })),
    refusal('NoSuchBucketPolicy'),
  );
});

test('the root of the owner keeps the policy in hand, whatever it denies, and nothing else', async () => {
  await setPolicy({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: [arn, `${arn}/*`] });
  await assert.rejects(get(client), refusal('AccessDenied'));
  await assert.rejects(user.send(new sdk.DeleteBucketPolicyCommand({ Bucket })), refusal('AccessDenied'));
  assert.match((await client.send(new sdk.GetBucketPolicyCommand({ Bucket }))).Policy!, /"Deny"/);
  await client.send(new sdk.DeleteBucketPolicyCommand({ Bucket }));
  assert.equal((await get(client)).$metadata.httpStatusCode, 200);
});
