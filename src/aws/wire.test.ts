import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsError } from './aws-error.ts';
import { findWire, renderRefusal } from './wire.ts';

const json = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessage' };
const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
const cbor = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' };

test('the protocol shows in the request', () => {
  const wire = (headers: object, url = '/', service?: string) =>
    findWire({ method: 'POST', url, headers: { ...headers } }, service);
  assert.equal(wire(json), 'json');
  assert.equal(wire(form), 'query');
  assert.equal(wire({}, '/?Action=ListTopics'), 'query');
  assert.equal(wire(cbor), 'cbor');
  assert.equal(wire({ 'content-type': 'application/json' }, '/2015-03-31/functions'), 'rest-json');
  assert.equal(wire({}, '/bucket/key', 's3'), 'rest-xml');
});

test('a refusal has the form that the clients of the service read', () => {
  const error = new AwsError('NotImplemented', 'not <built>', 501);
  const render = (headers: object, service?: string) =>
    renderRefusal(findWire({ method: 'POST', url: '/', headers: { ...headers } }, service), error, 'id', {
      ...headers,
    });
  assert.match(
    String(render({}, 's3').body),
    /\n<Error><Code>NotImplemented<\/Code><Message>not &lt;built&gt;</,
  );
  assert.match(String(render(form).body), /<ErrorResponse><Error><Type>Receiver</);
  assert.equal(render(json).headers['Content-Type'], 'application/x-amz-json-1.0');
  assert.deepEqual(JSON.parse(String(render(json).body)), {
    __type: 'NotImplemented',
    message: 'not <built>',
  });
  const rest = render({ 'content-type': 'application/json' });
  assert.equal(rest.headers['x-amzn-ErrorType'], 'NotImplemented');
  assert.deepEqual(JSON.parse(String(rest.body)), { message: 'not <built>' });
  // A map of two: `__type` and `message`, each a text with its length.
  const text = (value: string) =>
    `${(0x60 + value.length).toString(16)}${Buffer.from(value).toString('hex')}`;
  const wanted = ['__type', 'NotImplemented', 'message', 'not <built>'].map(text).join('');
  assert.equal(render(cbor).body.toString('hex'), `a2${wanted}`);
});

test('the JSON protocols say 400 of whatever the client did wrong', () => {
  const denied = new AwsError('AccessDeniedException', 'no', 403);
  assert.equal(renderRefusal('json', denied, 'id', json).status, 400);
  assert.equal(renderRefusal('query', denied, 'id', form).status, 403);
  assert.equal(renderRefusal('rest-json', denied, 'id', {}).status, 403);
});
