import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findForeignService } from './aws-service.ts';
import { frontEnds } from './public-range.ts';
import { serviceNames } from './service-name.ts';

test('every front end has names, its regional one first', () => {
  for (const frontEnd of frontEnds) {
    const [first] = serviceNames(frontEnd);
    const service = findForeignService(frontEnd.service);
    if (service?.names === 'below') continue;
    const host = service?.host ?? frontEnd.service;
    const isWithoutRegion = ['iam', 'route53'].includes(frontEnd.service);
    const expected = isWithoutRegion ? frontEnd.service : `${host}.${frontEnd.region}`;
    assert.equal(first, `${expected}.${host === 'eks-auth' ? 'api.aws' : 'amazonaws.com'}`);
  }
});

test('S3 answers by its old and its dual-stack names, and for buckets below each', () => {
  const names = serviceNames({ service: 's3', region: 'eu-west-1' });
  for (const host of ['s3.eu-west-1', 's3.dualstack.eu-west-1', 's3-eu-west-1']) {
    assert.ok(names.includes(`${host}.amazonaws.com`), host);
    assert.ok(names.includes(`*.${host}.amazonaws.com`), host);
  }
  assert.ok(names.includes('*.s3.amazonaws.com'));
  assert.ok(!names.includes('s3.amazonaws.com'));
  assert.ok(serviceNames({ service: 's3', region: 'us-east-1' }).includes('s3.amazonaws.com'));
});

test('services that are not ours have the names their clients know', () => {
  const names = (service: string) => serviceNames({ service, region: 'us-east-1' });
  assert.deepEqual(names('ecr.api'), ['api.ecr.us-east-1.amazonaws.com']);
  assert.deepEqual(names('ecr.dkr'), ['*.dkr.ecr.us-east-1.amazonaws.com']);
  const api = 'execute-api.us-east-1.amazonaws.com';
  assert.deepEqual(names('execute-api'), [api, `*.${api}`]);
  assert.deepEqual(names('kinesis-streams'), ['kinesis.us-east-1.amazonaws.com']);
  assert.deepEqual(names('sqs'), [
    'sqs.us-east-1.amazonaws.com',
    'us-east-1.queue.amazonaws.com',
    'queue.amazonaws.com',
  ]);
});

test('no two front ends have one address or one name of their own', () => {
  const ours = frontEnds.filter(({ region }) => region === 'eu-west-1');
  const addresses = ours.flatMap((frontEnd) => frontEnd.addresses);
  const names = ours.map((frontEnd) => serviceNames(frontEnd)[0]!);
  assert.equal(new Set(addresses).size, addresses.length);
  assert.equal(new Set(names).size, names.length);
});

test('who is no front end has no names', () => {
  assert.deepEqual(serviceNames({ service: 'iam', region: 'eu-west-1' }), []);
  assert.deepEqual(serviceNames({ service: 'glacier', region: 'us-east-1' }), []);
});
