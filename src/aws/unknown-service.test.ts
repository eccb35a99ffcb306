import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AwsError } from './aws-error.ts';
import { renderUnknownService } from './unknown-service.ts';

test('a refusal has the form that the clients of the service read', () => {
  const error = new AwsError('NotImplemented', 'not <built>', 501);
  const render = (service: string, headers = {}) => renderUnknownService(error, 'id', service, headers);
  assert.match(render('s3').body, /\n<Error><Code>NotImplemented<\/Code><Message>not &lt;built&gt;</);
  assert.match(render('cloudformation').body, /<ErrorResponse><Error><Type>Receiver</);
  const json = render('sqs', { 'content-type': 'application/x-amz-json-1.1' });
  assert.equal(json.contentType, 'application/x-amz-json-1.1');
  assert.deepEqual(JSON.parse(json.body), { __type: 'NotImplemented', message: 'not <built>' });
});
