// What a client's headers become on the way to an upstream: nothing that the gate has read may be another there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { headersToPass } from './identity-header.ts';

test('what the gate has read is not taken away by Connection, nor said a second time', () => {
  const sent = [
    ...['Connection', 'X-Amz-Target, Content-Type, X-Own', 'X-Amz-Target', 'AmazonSQS.ReceiveMessage'],
    ...['Content-Type', 'application/x-amz-json-1.0', 'X-Own', 'gone'],
    ...['content-type', 'application/x-www-form-urlencoded', 'X-Isthmus-Account-Id', '1', 'X-More', 'kept'],
  ];
  assert.deepEqual(headersToPass(sent, 'request'), [
    ...['X-Amz-Target', 'AmazonSQS.ReceiveMessage'],
    ...['Content-Type', 'application/x-amz-json-1.0', 'X-More', 'kept'],
  ]);
});
