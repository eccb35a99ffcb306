import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findWire } from '../../aws/wire.ts';
import { awsServices, findForeignService } from '../../cloud/aws-service.ts';
import { findActions } from './action.ts';
import vocabulary from './action-vocabulary.json' with { type: 'json' };
import { readParameters } from './parameters.ts';
import { findResources } from './resource.ts';

interface Asked {
  method?: string;
  url?: string;
  target?: string;
  form?: string;
  host?: string;
  body?: string;
}

/** `action resource …` for each action that is needed; what is only a pattern ends in `?`. */
function read(serviceName: string, { method = 'POST', url = '/', target, form, host, body = '' }: Asked) {
  const service = findForeignService(serviceName)!;
  const headers = {
    ...(target && { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' }),
    ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
    ...(host && { host }),
  };
  const request = { method, url, headers };
  const wire = findWire(request, service.signingName);
  const parameters = readParameters(request, wire, Buffer.from(form ?? body));
  const place = { region: 'us-east-1', accountId: '111111111111' };
  return findActions(service, request, parameters).map((action) => {
    const resources = findResources(service, action, request, parameters, place);
    const shown = resources.map(({ arn, isPattern }) => `${arn}${isPattern ? ' ?' : ''}`);
    return [`${action.name}${action.isPattern ? ' ?' : ''}`, ...shown].join(' ');
  });
}

const here = (service: string) => `arn:aws:${service}:us-east-1:111111111111`;

test('operations in headers, forms and paths', () => {
  assert.deepEqual(read('sqs', { target: 'AmazonSQS.ListQueues', body: '{}' }), ['sqs:ListQueues *']);
  assert.deepEqual(read('sns', { form: 'Action=ListTopics' }), ['sns:ListTopics *']);
  assert.deepEqual(read('sns', { method: 'GET', url: '/?Action=ListTopics' }), ['sns:ListTopics *']);
  const cbor = { url: '/service/GraniteServiceVersion20100801/operation/ListMetrics' };
  assert.match(read('monitoring', cbor)[0]!, /^cloudwatch:ListMetrics /);
  const invoke = { url: '/2015-03-31/functions/resize%3Alive/invocations' };
  assert.deepEqual(read('lambda', invoke), [`lambda:InvokeFunction ${here('lambda')}:function:resize:live`]);
  const endpoint = { url: '/endpoints/model/invocations' };
  assert.deepEqual(read('sagemaker.runtime', endpoint), [
    `sagemaker:InvokeEndpoint ${here('sagemaker')}:endpoint/model`,
  ]);
  const api = { method: 'GET', url: '/prod/pets/1', host: 'abc.execute-api.us-east-1.amazonaws.com' };
  assert.deepEqual(read('execute-api', api), [
    `execute-api:Invoke ${here('execute-api')}:abc/prod/GET/pets/1`,
  ]);
  assert.match(read('execute-api', { ...api, url: '/prod/x/../y' })[0]!, /abc\/\* \?$/);
});

test('an operation that AWS permits under other names', () => {
  const body = JSON.stringify({ QueueUrl: 'http://h/111111111111/q' });
  assert.deepEqual(read('sqs', { target: 'AmazonSQS.DeleteMessageBatch', body }), [
    `sqs:DeleteMessage ${here('sqs')}:q`,
  ]);
  const keys = JSON.stringify({ SourceKeyId: 'a', DestinationKeyId: 'b' });
  const both = `${here('kms')}:key/a ${here('kms')}:key/b`;
  assert.deepEqual(read('kms', { target: 'TrentService.ReEncrypt', body: keys }), [
    `kms:ReEncryptFrom ${both}`,
    `kms:ReEncryptTo ${both}`,
  ]);
});

test('what a request is about', () => {
  const about = (service: string, target: string, input: object) =>
    read(service, { target, body: JSON.stringify(input) })[0]!
      .split(' ')
      .slice(1)
      .join(' ');
  const url = 'https://sqs.us-east-1.amazonaws.com/222222222222/q.fifo';
  assert.equal(
    about('sqs', 'AmazonSQS.SendMessage', { QueueUrl: url }),
    'arn:aws:sqs:us-east-1:222222222222:q.fifo',
  );
  assert.equal(
    about('sqs', 'AmazonSQS.SendMessage', { QueueUrl: 'http://h:9324/queue/q' }),
    `${here('sqs')}:q`,
  );
  assert.equal(about('sqs', 'AmazonSQS.CreateQueue', { QueueName: 'q' }), `${here('sqs')}:q`);
  assert.equal(about('kms', 'TrentService.Encrypt', { KeyId: 'alias/a' }), `${here('kms')}:key/* ?`);
  assert.equal(about('kms', 'TrentService.Decrypt', { CiphertextBlob: 'x' }), 'arn:aws:kms:* ?');
  assert.equal(about('ssm', 'AmazonSSM.GetParameter', { Name: '/a/b:3' }), `${here('ssm')}:parameter/a/b`);
  const names = about('ssm', 'AmazonSSM.GetParameters', { Names: ['a', '/b'] });
  assert.equal(names, `${here('ssm')}:parameter/a ${here('ssm')}:parameter/b`);
  assert.equal(
    about('secretsmanager', 'secretsmanager.GetSecretValue', { SecretId: 'db' }),
    `${here('secretsmanager')}:secret:db-?????? ?`,
  );
  assert.equal(
    about('logs', 'Logs_20140328.PutLogEvents', { logGroupName: '/a', logStreamName: 's' }),
    `${here('logs')}:log-group:/a:log-stream:* ?`,
  );
  assert.equal(
    about('kinesis-streams', 'Kinesis_20131202.PutRecord', { StreamName: 's' }),
    `${here('kinesis')}:stream/s`,
  );
  assert.equal(about('ecr.api', 'X.BatchGetImage', { repositoryName: 'r' }), `${here('ecr')}:repository/r`);
  // No reader for it, or nothing to read.
  assert.equal(about('athena', 'AmazonAthena.GetWorkGroup', { WorkGroup: 'w' }), 'arn:* ?');
  assert.equal(about('sqs', 'AmazonSQS.SendMessage', { QueueUrl: 7 }), 'arn:aws:sqs:* ?');
});

test('what says two things says nothing', () => {
  const all = (asked: Asked) => read('sqs', asked)[0]!.split(' ').slice(0, 2).join(' ');
  assert.equal(all({ target: 'AmazonSQS.Invented', body: '{}' }), 'sqs:* ?');
  assert.equal(all({ url: '/?Action=DeleteQueue', target: 'AmazonSQS.ListQueues', body: '{}' }), 'sqs:* ?');
  assert.equal(all({ url: '/?Action=DeleteQueue', form: 'Action=ListQueues' }), 'sqs:* ?');
  assert.equal(all({ target: 'AmazonSQS.DeleteQueue, AmazonSQS.ListQueues', body: '{}' }), 'sqs:* ?');
  const twice = '{"QueueUrl":"http://h/111111111111/a","QueueUrl":"http://h/111111111111/b"}';
  assert.match(read('sqs', { target: 'AmazonSQS.SendMessage', body: twice })[0]!, /arn:aws:sqs:\* \?$/);
  const escaped = '{"QueueUrl":"http://h/111111111111/a","\\u0051ueueUrl":"http://h/111111111111/b"}';
  assert.match(read('sqs', { target: 'AmazonSQS.SendMessage', body: escaped })[0]!, /arn:aws:sqs:\* \?$/);
  const otherCase = '{"QueueUrl":"http://h/111111111111/a","queueurl":"http://h/111111111111/b"}';
  assert.match(read('sqs', { target: 'AmazonSQS.SendMessage', body: otherCase })[0]!, /arn:aws:sqs:\* \?$/);
  // The path of a queue and another queue in the form: both must be allowed.
  const both = read('sqs', {
    url: '/111111111111/a',
    form: 'Action=SendMessage&QueueUrl=http://h/111111111111/b',
  });
  assert.deepEqual(both, [`sqs:SendMessage ${here('sqs')}:a ${here('sqs')}:b`]);
});

test('what an operation does not take does not say what it is about', () => {
  const stream = JSON.stringify({ logGroupName: 'allowed', queryId: 'of-another' });
  assert.deepEqual(read('logs', { target: 'Logs_20140328.PutRetentionPolicy', body: stream }), [
    `logs:PutRetentionPolicy ${here('logs')}:log-group:allowed:log-stream:* ?`,
  ]);
  const form = 'Action=Unsubscribe&SubscriptionArn=x&TopicArn=arn:aws:sns:us-east-1:111111111111:allowed';
  assert.deepEqual(read('sns', { form }), ['sns:Unsubscribe arn:aws:sns:* ?']);
});

test('of a batch of secrets each must be readable', () => {
  const batch = (input: object) =>
    read('secretsmanager', {
      target: 'secretsmanager.BatchGetSecretValue',
      body: JSON.stringify(input),
    });
  assert.deepEqual(batch({ SecretIdList: ['a', 'b'] }), [
    'secretsmanager:BatchGetSecretValue *',
    `secretsmanager:GetSecretValue ${here('secretsmanager')}:secret:a-?????? ? ${here('secretsmanager')}:secret:b-?????? ?`,
  ]);
  assert.equal(
    batch({ SecretId: 'allowed', Filters: [{}] })[1],
    'secretsmanager:GetSecretValue arn:aws:secretsmanager:* ?',
  );
});

test('a function by its account and name, and a name that is a way to another', () => {
  const invoke = (name: string) => read('lambda', { url: `/2015-03-31/functions/${name}/invocations` })[0];
  assert.equal(
    invoke('222222222222%3Afunction%3Aresize'),
    'lambda:InvokeFunction arn:aws:lambda:us-east-1:222222222222:function:resize',
  );
  assert.equal(invoke('allowed%2F..%2Fother'), 'lambda:InvokeFunction arn:aws:lambda:* ?');
});

test('of every service it is known which actions it has', () => {
  for (const { name, actionPrefix } of awsServices) assert.ok(Object.hasOwn(vocabulary, actionPrefix), name);
});
