import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findArnNoun } from './lookup.ts';

const start = 'arn:aws:elasticloadbalancing:us-east-1:111111111111';
const tail = '0123456789abcdef';

test('an ARN says what it names', () => {
  assert.equal(findArnNoun(`${start}:loadbalancer/net/web/${tail}`), 'load balancer');
  assert.equal(findArnNoun(`${start}:loadbalancer/app/web/${tail}`), 'load balancer');
  assert.equal(findArnNoun(`${start}:targetgroup/web/${tail}`), 'target group');
  assert.equal(findArnNoun(`${start}:listener/net/web/${tail}/${tail}`), 'listener');
});

test('what is no ARN of this service names nothing', () => {
  const others = [
    '',
    'x',
    `${start}:loadbalancer/net/web/${tail}0`,
    `${start}:loadbalancer/net/web/${tail}/${tail}`,
    `${start}:loadbalancer/web/${tail}`,
    `${start}:targetgroup/we_b/${tail}`,
    `arn:aws:ec2:us-east-1:111111111111:loadbalancer/net/web/${tail}`,
  ];
  for (const other of others) assert.equal(findArnNoun(other), undefined, other);
});
