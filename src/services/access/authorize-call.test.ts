import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newHarness } from '../../../test/operation-harness.ts';
import type { ServiceName } from '../../aws/model.ts';
import { findDenial } from './authorize-call.ts';

const accountId = '111111111111';
const arn = `arn:aws:iam::${accountId}:user/ann`;
const ann = { kind: 'user', accountId, arn, userId: 'AIDA1', userName: 'ann', tags: {} } as const;
const arrival = { sourceAddress: '127.0.0.1', isSecure: false };

test('IAM is in us-east-1 for policies that keep to regions, whichever region the client signed for', () => {
  const { store, clock } = newHarness();
  const onlyHome = {
    Effect: 'Allow',
    Action: '*',
    Resource: '*',
    Condition: { StringEquals: { 'aws:RequestedRegion': 'us-east-1' } },
  };
  store.change(({ iamUsers }) =>
    iamUsers.put({
      ...{ accountId, region: 'aws-global', arn, path: '/', createDate: '', tags: {} },
      ...{ userName: 'ann', userId: 'AIDA1', attachedPolicyArns: [] },
      inlinePolicies: { home: JSON.stringify({ Version: '2012-10-17', Statement: onlyHome }) },
    }),
  );
  const deny = (service: ServiceName, operation: string, region: string) =>
    findDenial(
      service,
      { operation, input: {}, cloud: store.cloud, principal: ann, accountId, region },
      arrival,
      clock.now,
    );
  assert.equal(deny('iam', 'ListUsers', 'eu-west-1'), undefined);
  assert.equal(deny('ec2', 'DescribeVpcs', 'us-east-1'), undefined);
  assert.match(
    deny('ec2', 'DescribeVpcs', 'eu-west-1')!.text,
    /no identity-based policy allows the ec2:DescribeVpcs action$/,
  );
});
