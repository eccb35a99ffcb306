import assert from 'node:assert/strict';
import { test } from 'node:test';
import { putInstance, putVpc } from '../test/networks/example-cloud.ts';
import type { Bucket } from './cloud/bucket.ts';
import { explainAccess } from './explain-access.ts';
import type { Explanation } from './network/explain.ts';
import { openStore } from './store.ts';

const accountId = '111111111111';
const packets: Explanation = {
  arrives: true,
  hops: [],
  reached: [],
  arrivesAt: { service: 's3', region: 'us-east-1', sourceAddress: '3.145.0.10' },
};
const forEverybody = JSON.stringify({
  Statement: [{ Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: 'arn:aws:s3:::b/*' }],
});
const openToAll = {
  blockPublicAcls: false,
  ignorePublicAcls: false,
  blockPublicPolicy: false,
  restrictPublicBuckets: false,
};

function explainIn(bucket: Partial<Bucket>, action = 's3:GetObject', resource = 'arn:aws:s3:::b/key') {
  const store = openStore(':memory:');
  const region = 'us-east-1';
  const creationDate = '2026-01-31T12:00:00.000Z';
  store.change(({ buckets }) =>
    buckets.put({
      bucketName: 'b',
      accountId,
      region,
      creationDate,
      publicAccessBlock: openToAll,
      ...bucket,
    }),
  );
  const question = { from: 'i-00000000000000001', action, resource, isSecure: true };
  const { arrives, hops } = explainAccess(store.cloud, packets, question, new Date());
  store.close();
  return { arrives, last: hops.at(-1)!, text: hops.map(({ text }) => text).join('\n') };
}

test('who has no role asks as nobody, and only a policy of the bucket can let that in', () => {
  assert.match(explainIn({}).text, /it asks as nobody/);
  assert.equal(explainIn({}).arrives, false);
  assert.equal(explainIn({ policy: forEverybody }).arrives, true);
});

test('a bucket that is not there is not found, whatever policies say; it may be made', () => {
  const missing = explainIn({}, 's3:GetObject', 'arn:aws:s3:::missing/key');
  assert.equal(missing.arrives, false);
  assert.match(missing.last.text, /NoSuchBucket/);
  assert.doesNotMatch(explainIn({}, 's3:CreateBucket', 'arn:aws:s3:::missing').last.text, /NoSuchBucket/);
});

test("a bucket of another region answers with a redirect, a public access block before any policy's word", () => {
  assert.match(explainIn({ region: 'eu-west-1', policy: forEverybody }).last.text, /301 PermanentRedirect/);
  const blocked = explainIn({
    policy: forEverybody,
    publicAccessBlock: { ...openToAll, restrictPublicBuckets: true },
  });
  assert.equal(blocked.arrives, false);
  assert.match(blocked.last.text, /public access block of b/);
});

test('where no service answers, there is nobody to ask', () => {
  const elsewhere: Explanation = {
    arrives: true,
    hops: [{ at: 'i-00000000000000002', verdict: 'pass', text: 'arrives at 10.0.1.10:80' }],
    reached: [],
  };
  const question = { from: 'i-00000000000000001', action: 's3:GetObject', isSecure: true };
  const store = openStore(':memory:');
  const { arrives, hops } = explainAccess(store.cloud, elsewhere, question, new Date());
  store.close();
  assert.equal(arrives, false);
  assert.deepEqual(hops.at(-1), {
    at: 'i-00000000000000002',
    code: 'NO_SERVICE_AT_DESTINATION',
    verdict: 'stop',
    text: 'no service of AWS answers there, so nobody is asked for s3:GetObject',
  });
});

test('what stops a request has a code: which policy, and whether it denies or is silent', () => {
  const deny = forEverybody.replace('Allow', 'Deny');
  const codes = [
    explainIn({}).last.code,
    explainIn({ policy: deny }).last.code,
    explainIn({}, 's3:GetObject', 'arn:aws:s3:::missing/key').last.code,
    explainIn({ region: 'eu-west-1' }).last.code,
    explainIn({ policy: forEverybody, publicAccessBlock: { ...openToAll, restrictPublicBuckets: true } }).last
      .code,
    explainIn({}, 'dynamodb:GetItem', '*').last.code,
    explainIn({}, 's3:GetObject', '*').last.code,
    explainIn({ policy: forEverybody }).last.code,
  ];
  assert.deepEqual(codes, [
    ...['RESOURCE_POLICY_NOT_ALLOWED', 'RESOURCE_POLICY_EXPLICIT_DENY', 'RESOURCE_NOT_FOUND'],
    ...['RESOURCE_IN_OTHER_REGION', 'S3_PUBLIC_ACCESS_BLOCKED', 'ACTION_NOT_OF_SERVICE'],
    ...['RESOURCE_DOES_NOT_FIT_ACTION', undefined],
  ]);
});

test('what a service does not offer is not asked there', () => {
  assert.match(explainIn({}, 'dynamodb:GetItem', '*').last.text, /not an action of s3/);
});

test('an action asked of what it is not about is told so, before any policy', () => {
  for (const [action, resource] of [
    ['s3:GetObject', 'arn:aws:s3:::b'],
    ['s3:GetObject', '*'],
    ['s3:ListBucket', 'arn:aws:s3:::b/key'],
    ['s3:ListAllMyBuckets', 'arn:aws:s3:::b'],
  ] as const) {
    const { arrives, last } = explainIn({ policy: forEverybody }, action, resource);
    assert.equal(arrives, false, `${action} ${resource}`);
    assert.match(last.text, /is about (no bucket|a bucket|an object)/);
  }
});

test('a service that Isthmus has not is asked its caller’s and the endpoint’s policies, if a server stands for it', () => {
  const store = openStore(':memory:');
  const about = { from: 'i-00000000000000001', action: 'sqs:SendMessage', isSecure: true };
  const at = (service: string): Explanation => ({
    ...packets,
    arrivesAt: { service, region: 'us-east-1', sourceAddress: '3.145.0.10' },
  });
  const last = (service: string, question: object = {}) =>
    explainAccess(store.cloud, at(service), { ...about, ...question }, new Date()).hops.at(-1)!.text;
  const upstreams = ['sqs', 'monitoring', 'execute-api'].map((service) => ({
    service,
    origin: 'http://127.0.0.1:1',
  }));
  assert.match(
    last('sqs'),
    /no server of yours stands for it: 501 NotImplemented \(isthmus up --service sqs=URL\)/,
  );
  assert.match(last('sqs', { upstreams }), /Request is missing Authentication Token/);
  assert.match(last('monitoring', { upstreams }), /sqs:SendMessage is not an action of monitoring/);
  const metric = { upstreams, action: 'cloudwatch:ListMetrics' };
  assert.match(last('monitoring', metric), /missing Authentication Token/);
  // It knows its callers in a way of its own.
  const invoke = { upstreams, action: 'execute-api:Invoke' };
  assert.match(last('execute-api', invoke), /goes on to http:\/\/127\.0\.0\.1:1, which answers/);
  store.close();
});

test('what names no account is of who asks for it, as the service has it', () => {
  const store = openStore(':memory:');
  const of = { accountId, region: 'aws-global', path: '/', createDate: '2026-01-31T12:00:00.000Z', tags: {} };
  const arn = `arn:aws:iam::${accountId}:role/reader`;
  const profileArn = `arn:aws:iam::${accountId}:instance-profile/reader`;
  const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
  const from = store.change((cloud) => {
    cloud.iamRoles.put({
      ...of,
      ...{ arn, roleName: 'reader', roleId: 'AROA00000000000000001', maxSessionDurationSeconds: 3600 },
      assumeRolePolicyDocument: document({
        ...{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'ec2.amazonaws.com' } },
      }),
      attachedPolicyArns: [],
      inlinePolicies: {
        own: document(
          { Effect: 'Allow', Action: '*', Resource: '*' },
          {
            ...{ Effect: 'Deny', Action: '*', Resource: '*' },
            Condition: { StringNotEquals: { 'aws:ResourceAccount': accountId } },
          },
        ),
      },
    });
    cloud.iamInstanceProfiles.put({
      ...{ ...of, arn: profileArn, instanceProfileName: 'reader', roleArn: arn },
      instanceProfileId: 'AIPA00000000000000001',
    });
    const { instanceId } = putInstance(cloud, putVpc(cloud, accountId), 0, '10.0.1.10');
    const iamInstanceProfile = {
      ...({
        associationId: 'iip-assoc-00000000000000001',
        arn: profileArn,
        associatedAt: of.createDate,
      } as const),
    };
    cloud.instances.put({ ...cloud.instances.find(instanceId)!, iamInstanceProfile });
    return instanceId;
  });
  const ec2 = { ...packets, arrivesAt: { ...packets.arrivesAt!, service: 'ec2' } };
  const explained = explainAccess(
    store.cloud,
    ec2,
    { from, action: 'ec2:DescribeVpcs', isSecure: true },
    new Date(),
  );
  store.close();
  assert.equal(explained.arrives, true, explained.hops.map(({ text }) => text).join('\n'));
});
