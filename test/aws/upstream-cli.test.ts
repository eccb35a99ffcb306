// The AWS CLI of this machine against services that a server of the user's own stands for: its protocols, and its words for a refusal.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { run } from '../../src/linux/run.ts';
import { accountId, type Credentials, startCloud, startServer } from './upstream-fixture.ts';

const answers: Record<string, object> = {
  'AmazonSQS.SendMessage': { MessageId: 'm-1' },
  'TrentService.Encrypt': { CiphertextBlob: 'eA==', KeyId: 'k' },
  'Logs_20140328.PutLogEvents': { nextSequenceToken: 's' },
};
const server = await startServer((request, response) => {
  const answer = answers[String(request.headers['x-amz-target'])];
  if (answer) {
    response.setHeader('content-type', String(request.headers['content-type']));
    return void response.end(JSON.stringify(answer));
  }
  // Older versions speak forms to SQS, all to SNS.
  response.setHeader('content-type', 'text/xml');
  response.end(
    '<SendMessageResponse><SendMessageResult><MessageId>m-1</MessageId></SendMessageResult></SendMessageResponse>',
  );
});
const cloud = await startCloud(...['sqs', 'sns', 'kms', 'logs'].map((name) => `${name}=${server.origin}`));

const aws = (credentials: Credentials, ...args: string[]) =>
  run('aws', ['--endpoint-url', `http://127.0.0.1:${cloud.port}`, '--output', 'json', ...args], {
    doing: `running aws ${args.slice(0, 2).join(' ')}`,
    env: {
      ...{ AWS_ACCESS_KEY_ID: credentials.accessKeyId, AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey },
      ...{ AWS_REGION: 'us-east-1', AWS_DEFAULT_REGION: 'us-east-1', AWS_EC2_METADATA_DISABLED: 'true' },
      ...{ AWS_MAX_ATTEMPTS: '1', AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' },
    },
  });

test('what it is signed to do is read of its requests, and done if it may be', async () => {
  const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:${accountId}:${name}`;
  const credentials = cloud.addUser(
    { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: arn('sqs', 'orders') },
    { Effect: 'Allow', Action: 'kms:Encrypt', Resource: arn('kms', 'key/k') },
    { Effect: 'Allow', Action: 'logs:PutLogEvents', Resource: arn('logs', 'log-group:/app:*') },
  );
  const message = ['--message-body', 'hello', '--queue-url'];
  const queue = (name: string) => `http://127.0.0.1:${cloud.port}/${accountId}/${name}`;
  assert.match(await aws(credentials, 'sqs', 'send-message', ...message, queue('orders')), /m-1/);
  assert.match(await aws(credentials, 'kms', 'encrypt', '--key-id', 'k', '--plaintext', 'eA=='), /eA==/);
  const event = ['--log-events', 'timestamp=1,message=hello', '--log-stream-name', 's', '--log-group-name'];
  assert.match(await aws(credentials, 'logs', 'put-log-events', ...event, '/app'), /"s"/);

  const before = server.received.length;
  await assert.rejects(
    aws(credentials, 'sqs', 'send-message', ...message, queue('secrets')),
    /\(AccessDenied\) when calling the SendMessage operation: User: .* is not authorized to perform: sqs:sendmessage on resource: .*:secrets because no identity-based policy allows/,
  );
  await assert.rejects(
    aws(credentials, 'kms', 'encrypt', '--key-id', 'other', '--plaintext', 'eA=='),
    /\(AccessDeniedException\) when calling the Encrypt operation: .*kms:Encrypt on resource: .*:key\/other/,
  );
  await assert.rejects(
    aws(credentials, 'sns', 'publish', '--topic-arn', arn('sns', 'news'), '--message', 'x'),
    /\(AuthorizationError\) when calling the Publish operation: .*SNS:Publish on resource: .*:news/,
  );
  await assert.rejects(
    aws({ ...credentials, secretAccessKey: 'wrong' }, 'logs', 'put-log-events', ...event, '/app'),
    /\(InvalidSignatureException\) when calling the PutLogEvents operation/,
  );
  assert.equal(server.received.length, before);
});
