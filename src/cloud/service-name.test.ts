import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frontEnds } from './public-range.ts';
import { serviceNames } from './service-name.ts';

test('every front end has names, its regional one first', () => {
  for (const frontEnd of frontEnds) {
    const [first] = serviceNames(frontEnd);
    const expected = frontEnd.service === 'iam' ? 'iam' : `${frontEnd.service}.${frontEnd.region}`;
    assert.equal(first, `${expected}.amazonaws.com`);
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

test('who is no front end has no names', () => {
  assert.deepEqual(serviceNames({ service: 'iam', region: 'eu-west-1' }), []);
  assert.deepEqual(serviceNames({ service: 'glacier', region: 'us-east-1' }), []);
});
