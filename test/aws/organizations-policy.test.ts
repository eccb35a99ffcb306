// What organizations are for: policies that mean "our own accounts". Buckets and endpoints compare the organization of
// the caller, of the bucket's owner and of the endpoint's owner.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import * as sdk from '@aws-sdk/client-s3';
import type { Arrival } from '../../src/aws/arrival.ts';
import type { Principal } from '../../src/policy/principal.ts';
import { explainDecision } from '../../src/services/authorization.ts';
import { startOrganizations } from './organizations-fixture.ts';
import { owner, refusal, startS3, stranger } from './s3-fixture.ts';

const outsider = '444444444444';
const s3 = await startS3();
const organizations = await startOrganizations(s3.store);
const organizationId = await organizations.gather(owner, stranger);
const foreignId = await organizations.gather(outsider);
const [ours, theirs] = ['our-objects', 'their-objects'] as const;
const direct: Arrival = { sourceAddress: '198.51.100.7', isSecure: false };
const byEndpoint: Arrival = {
  ...{ sourceAddress: '10.0.0.4', isSecure: false },
  endpoint: { vpcEndpointId: 'vpce-0a', vpcId: 'vpc-0a', endpointType: 'gateway' },
};

const policyOf = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const read = (accountId: string, Bucket: string) =>
  s3.client(accountId).send(new sdk.GetObjectCommand({ Bucket, Key: 'k' }));

function rootOf(accountId: string): Principal {
  return { kind: 'root', accountId, arn: `arn:aws:iam::${accountId}:root`, userId: accountId };
}

async function putBucket(accountId: string, Bucket: string): Promise<void> {
  const client = s3.client(accountId);
  await client.send(new sdk.CreateBucketCommand({ Bucket }));
  await client.send(new sdk.PutObjectCommand({ Bucket, Key: 'k', Body: 'x' }));
}

async function setBucketPolicy(accountId: string, Bucket: string, Condition: object): Promise<void> {
  const statement = {
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:GetObject',
    Resource: `arn:aws:s3:::${Bucket}/*`,
  };
  const Policy = policyOf({ ...statement, Condition });
  await s3.client(accountId).send(new sdk.PutBucketPolicyCommand({ Bucket, Policy }));
}

function setEndpointPolicy(accountId: string, Condition: object): void {
  const policyDocument = policyOf({
    Effect: 'Allow',
    Principal: '*',
    Action: 's3:*',
    Resource: '*',
    Condition,
  });
  s3.store.change(({ vpcEndpoints }) =>
    vpcEndpoints.put({
      ...{ vpcEndpointType: 'Gateway', vpcEndpointId: 'vpce-0a', vpcId: 'vpc-0a' },
      ...{ accountId, region: 'us-east-1', policyDocument },
    } as never),
  );
}

await putBucket(owner, ours);
await putBucket(outsider, theirs);

beforeEach(() => {
  s3.world.arrival = direct;
});

test('a bucket policy for one organization lets its accounts in and nobody else, as long as they are in it', async () => {
  await setBucketPolicy(owner, ours, { StringEquals: { 'aws:PrincipalOrgID': organizationId } });
  assert.equal(await (await read(stranger, ours)).Body!.transformToString(), 'x');
  await assert.rejects(read(outsider, ours), refusal('AccessDenied'));
  await assert.rejects(read('555555555555', ours), refusal('AccessDenied'));
  const anonymous = await s3.raw('GET', `/${ours}/k`, { accessKeyId: '' });
  assert.equal(anonymous.status, 403);

  await organizations.call(stranger, 'LeaveOrganization');
  await assert.rejects(read(stranger, ours), refusal('AccessDenied'));
  await organizations.join(owner, stranger);
  assert.equal((await read(stranger, ours)).ContentLength, 1);
});

test('paths are matched as the lists they are', async () => {
  // Without the fixed id beside it a path with wildcards would make the policy a public one, which buckets block.
  const within = (path: string) => ({
    'ForAnyValue:StringLike': { 'aws:PrincipalOrgPaths': path },
    StringEquals: { 'aws:PrincipalOrgID': organizationId },
  });
  await setBucketPolicy(owner, ours, within(`${organizationId}/r-*/*`));
  assert.equal((await read(stranger, ours)).ContentLength, 1);
  await setBucketPolicy(owner, ours, within(`${organizationId}/r-*/ou-*/*`));
  await assert.rejects(read(stranger, ours), refusal('AccessDenied'));
  await setBucketPolicy(owner, ours, within(`${foreignId}/*`));
  await assert.rejects(read(stranger, ours), refusal('AccessDenied'));
});

test('an endpoint lets only our accounts reach only our buckets', async () => {
  await setBucketPolicy(owner, ours, { StringLike: { 'aws:PrincipalAccount': [stranger, outsider] } });
  await setBucketPolicy(outsider, theirs, { StringLike: { 'aws:PrincipalAccount': [stranger, owner] } });
  s3.world.arrival = byEndpoint;
  setEndpointPolicy(owner, {
    StringEquals: { 'aws:PrincipalOrgID': organizationId, 'aws:ResourceOrgID': organizationId },
  });
  assert.equal((await read(owner, ours)).ContentLength, 1);
  assert.equal((await read(stranger, ours)).ContentLength, 1);
  await assert.rejects(read(stranger, theirs), refusal('AccessDenied'));
  await assert.rejects(read(outsider, ours), refusal('AccessDenied'));
  await assert.rejects(read(outsider, theirs), refusal('AccessDenied'));
  s3.world.arrival = direct;
  assert.equal((await read(stranger, theirs)).ContentLength, 1, 'it is the endpoint that refused');
});

test('a bucket policy can hold to endpoints of the organization', async () => {
  await setBucketPolicy(owner, ours, { StringEquals: { 'aws:VpceOrgID': organizationId } });
  await assert.rejects(read(stranger, ours), refusal('AccessDenied'), 'by no endpoint');
  s3.world.arrival = byEndpoint;
  setEndpointPolicy(stranger, {});
  assert.equal((await read(stranger, ours)).ContentLength, 1);
  setEndpointPolicy(outsider, {});
  await assert.rejects(read(stranger, ours), refusal('AccessDenied'));
});

test('the six keys say whose organization it is, and are absent for an account in none', () => {
  const keysOf = (callerId: string, resourceAccountId: string, endpointOwner?: string) => {
    if (endpointOwner) setEndpointPolicy(endpointOwner, {});
    const { context } = explainDecision(s3.store.cloud, {
      ...{ principal: rootOf(callerId), action: 's3:GetObject', resource: 'arn:aws:s3:::b/k' },
      ...{ resourceAccountId, arrival: endpointOwner ? byEndpoint : direct },
      ...{ now: new Date(0), region: 'us-east-1' },
    });
    return Object.fromEntries([...context].filter(([key]) => /org(id|paths)$/.test(key)));
  };
  const pathOf = (id: string) => `${id}/${s3.store.cloud.organizations.find(id)!.rootId}/`;
  assert.deepEqual(keysOf(owner, outsider, stranger), {
    'aws:principalorgid': [organizationId],
    'aws:principalorgpaths': [pathOf(organizationId)],
    'aws:resourceorgid': [foreignId],
    'aws:resourceorgpaths': [pathOf(foreignId)],
    'aws:vpceorgid': [organizationId],
    'aws:vpceorgpaths': [pathOf(organizationId)],
  });
  assert.deepEqual(keysOf('555555555555', '555555555555', '555555555555'), {});
  assert.deepEqual(Object.keys(keysOf(owner, '555555555555')), [
    'aws:principalorgid',
    'aws:principalorgpaths',
  ]);
});
