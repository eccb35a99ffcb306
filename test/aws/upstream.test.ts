// Requests to a service that a server of the user's own stands for: what that server sees, what the client gets back, and what
// is refused before it.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { createAuthority, issueCertificate } from '../../src/aws/certificate.ts';
import { awsServices } from '../../src/cloud/aws-service.ts';
import { accountId, readAnswer, startCloud, startServer } from './upstream-fixture.ts';

const server = await startServer((request, response) => {
  if (request.url === '/raw') return void request.pipe(response);
  const wanted = new URL(request.url!, 'http://x').searchParams.get('answer');
  if (wanted === '204') return void response.writeHead(204, { 'x-own': 'a' }).end();
  if (wanted === '304') return void response.writeHead(304, { etag: '"x"', 'content-length': '7' }).end();
  if (request.method === 'HEAD') return void response.writeHead(200, { 'content-length': '1234' }).end();
  if (wanted === 'trailers') {
    response.writeHead(200, { trailer: 'x-sum' });
    response.write('body');
    response.addTrailers({ 'x-sum': '7' });
    return void response.end();
  }
  response.writeHead(404, 'Nothing Such', [
    ...['Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-Own', 'yes'],
    ...['Content-Type', 'application/x-amz-json-1.0', 'Connection', 'keep-alive, x-hop', 'X-Hop', 'no'],
  ]);
  response.end('{"own":true}');
});
const upstreams = ['sqs', 'sns', 'lambda', 'logs', 'monitoring', 'execute-api'];
const cloud = await startCloud(...upstreams.map((name) => `${name}=${server.origin}`));
const last = () => server.received.at(-1)!;

test('a request arrives as it was sent, with who sent it; the answer comes back as it was given', async () => {
  const body = JSON.stringify({ QueueNamePrefix: 'ä' });
  const answer = await cloud.call({
    path: '/a%2Fb/?x=1&y=%20',
    headers: {
      ...{ 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.ListQueues' },
      ...{ 'x-isthmus-principal-arn': 'arn:aws:iam::999999999999:root', 'x-isthmus-own': 'claimed' },
    },
    body,
  });
  const { method, url, headers, body: sent } = last();
  assert.deepEqual([method, url, String(sent)], ['POST', '/a%2Fb/?x=1&y=%20', body]);
  assert.equal(headers.host, `127.0.0.1:${cloud.port}`);
  assert.equal(headers['content-length'], String(Buffer.byteLength(body)));
  assert.match(headers.authorization!, /^AWS4-HMAC-SHA256 Credential=111111111111\//);
  const told = Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('x-isthmus-')));
  assert.deepEqual(told, {
    'x-isthmus-account-id': accountId,
    'x-isthmus-principal-arn': `arn:aws:iam::${accountId}:root`,
    'x-isthmus-region': 'us-east-1',
    'x-isthmus-source-ip': '127.0.0.1',
  });
  assert.equal(answer.status, 404);
  assert.deepEqual(answer.headers['set-cookie'], ['a=1', 'b=2']);
  assert.ok(answer.rawHeaders.includes('X-Own'));
  assert.equal(answer.headers['x-hop'], undefined);
  assert.equal(answer.text, '{"own":true}');
});

test('what came by an endpoint says so', async () => {
  const vpcEndpointId = 'vpce-00000000000000001';
  putEndpoint(vpcEndpointId, { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' });
  cloud.world.arrival = byEndpoint(vpcEndpointId);
  try {
    await cloud.json('AmazonSQS.ListQueues', {});
  } finally {
    cloud.world.arrival = {};
  }
  const { headers } = last();
  assert.equal(headers['x-isthmus-source-ip'], '10.0.1.5');
  assert.equal(headers['x-isthmus-source-vpc'], 'vpc-1');
  assert.equal(headers['x-isthmus-source-vpce'], vpcEndpointId);
});

const byEndpoint = (vpcEndpointId: `vpce-${string}`, service = 'sqs') => ({
  sourceAddress: '10.0.1.5',
  isSecure: true,
  endpoint: { vpcEndpointId, vpcId: 'vpc-1' as const, endpointType: 'interface' as const },
  frontEnd: { service, region: 'us-east-1' },
});

function putEndpoint(vpcEndpointId: string, ...Statement: object[]): void {
  const policyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  const endpoint = {
    vpcEndpointId,
    accountId,
    region: 'us-east-1',
    vpcEndpointType: 'Gateway',
    policyDocument,
  };
  cloud.store.change(({ vpcEndpoints }) => vpcEndpoints.put(endpoint as never));
}

test('answers without a body, and with trailers, are what they are', async () => {
  const head = await cloud.call({ method: 'HEAD' });
  assert.deepEqual([head.status, head.headers['content-length'], head.text], [200, '1234', '']);
  const none = await cloud.call({ method: 'GET', path: '/?answer=204' });
  assert.deepEqual([none.status, none.headers['x-own'], none.text], [204, 'a', '']);
  assert.equal(none.headers['transfer-encoding'], undefined);
  assert.equal(last().headers['content-length'], undefined);
  const same = await cloud.call({ method: 'GET', path: '/?answer=304' });
  assert.deepEqual([same.status, same.headers.etag, same.text], [304, '"x"', '']);
  const trailed = await cloud.call({ method: 'GET', path: '/?answer=trailers' });
  assert.deepEqual([trailed.text, { ...trailed.trailers }], ['body', { 'x-sum': '7' }]);
});

test('bodies in chunks, with trailers, and those asked for with Expect arrive whole', async () => {
  const { outgoing, answered } = await cloud.start({
    headers: { 'transfer-encoding': 'chunked', trailer: 'x-sum' },
    body: 'one two',
  });
  outgoing.write('one ');
  outgoing.addTrailers({ 'x-sum': '2' });
  outgoing.end('two');
  await readAnswer(await answered);
  assert.equal(String(last().body), 'one two');
  assert.deepEqual({ ...last().trailers }, { 'x-sum': '2' });

  const asking = await cloud.start({
    headers: { 'content-length': '3', expect: '100-continue' },
    body: 'abc',
  });
  asking.outgoing.flushHeaders();
  await once(asking.outgoing, 'continue');
  asking.outgoing.end('abc');
  await readAnswer(await asking.answered);
  assert.equal(String(last().body), 'abc');
  assert.equal(last().headers.expect, undefined);
  await cloud.call({ method: 'PUT' });
  assert.equal(last().headers['content-length'], '0');
});

const reader = cloud.addUser({ Effect: 'Allow', Action: 'sqs:*', Resource: '*' });

test('a signature that does not hold is refused in the words of the request’s protocol', async () => {
  const before = server.received.length;
  const credentials = { ...reader, secretAccessKey: 'another' };
  const json = await cloud.json('AmazonSQS.ListQueues', {}, { credentials });
  assert.equal(json.status, 400);
  assert.equal(JSON.parse(json.text).__type, 'InvalidSignatureException');
  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const query = await cloud.call({ credentials, headers: form, body: 'Action=ListQueues' });
  assert.equal(query.status, 403);
  assert.match(query.text, /<ErrorResponse><Error><Type>Sender<\/Type><Code>SignatureDoesNotMatch</);
  const rest = await cloud.call({
    credentials,
    service: 'lambda',
    method: 'GET',
    path: '/2015-03-31/functions/',
  });
  assert.equal(rest.status, 403);
  assert.equal(rest.headers['x-amzn-errortype'], 'InvalidSignatureException');
  assert.match(JSON.parse(rest.text).message, /does not match/);
  const unknown = { accessKeyId: 'AKIA0000000000000000', secretAccessKey: 'x' };
  const nobody = await cloud.json('AmazonSQS.ListQueues', {}, { credentials: unknown });
  assert.equal(JSON.parse(nobody.text).__type, 'UnrecognizedClientException');
  const head = await cloud.call({ method: 'HEAD', credentials });
  assert.deepEqual([head.status, head.text], [403, '']);
  assert.equal(server.received.length, before);
});

test('who does not sign is refused, where the service has no sign-in of its own', async () => {
  const host = { host: 'sqs.us-east-1.amazonaws.com' };
  const json = await cloud.json('AmazonSQS.ListQueues', {}, { isSigned: false, headers: host });
  assert.deepEqual([json.status, JSON.parse(json.text).__type], [400, 'MissingAuthenticationTokenException']);
  const api = { host: 'abc123.execute-api.us-east-1.amazonaws.com', authorization: 'Bearer token' };
  const own = await cloud.call({
    isSigned: false,
    method: 'GET',
    path: '/prod/pets?answer=204',
    headers: api,
  });
  assert.equal(own.status, 204);
  const { headers } = last();
  assert.deepEqual([headers.host, headers.authorization], [api.host, 'Bearer token']);
  assert.equal(headers['x-isthmus-principal-arn'], undefined);
  // Its endpoint's policy is asked all the same.
  putEndpoint('vpce-00000000000000003', {
    ...{ Effect: 'Allow', Principal: '*', Action: 'execute-api:Invoke' },
    Resource: 'arn:aws:execute-api:us-east-1:*:abc123/prod/GET/*',
  });
  cloud.world.arrival = byEndpoint('vpce-00000000000000003', 'execute-api');
  try {
    const ask = (path: string) => cloud.call({ isSigned: false, method: 'GET', path, headers: api });
    assert.equal((await ask('/prod/pets?answer=204')).status, 204);
    const refused = await ask('/test/pets');
    assert.equal(refused.status, 403);
    assert.match(
      refused.text,
      /anonymous is not authorized to perform: execute-api:Invoke because no VPC endpoint policy allows/,
    );
    assert.equal((await ask('/prod/x/../../test/pets')).status, 403);
  } finally {
    cloud.world.arrival = {};
  }
});

test('a user may do what his policies say, and reads why not', async () => {
  const orders = `arn:aws:sqs:us-east-1:${accountId}:orders`;
  const credentials = cloud.addUser({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: orders });
  const send = (name: string, target = 'AmazonSQS.SendMessage') =>
    cloud.json(target, { QueueUrl: `http://x/${accountId}/${name}`, MessageBody: '1' }, { credentials });
  assert.equal((await send('orders')).status, 404);
  // AWS: a batch is permitted as its parts are.
  assert.equal((await send('orders', 'AmazonSQS.SendMessageBatch')).status, 404);
  const refused = await send('secrets');
  assert.equal(refused.status, 400);
  const { __type, message } = JSON.parse(refused.text);
  assert.equal(__type, 'AccessDeniedException');
  assert.match(
    message,
    /^User: arn:aws:iam::111111111111:user\/user-\w+ is not authorized to perform: sqs:sendmessage on resource: arn:aws:sqs:us-east-1:111111111111:secrets because no identity-based policy allows the sqs:sendmessage action$/,
  );
  const asQuery = await cloud.json(
    'AmazonSQS.ListQueues',
    {},
    { credentials, headers: { 'x-amzn-query-mode': 'true' } },
  );
  assert.equal(asQuery.headers['x-amzn-query-error'], 'AccessDenied;Sender');
  const topic = await cloud.call({
    ...{ service: 'sns', credentials, headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    body: `Action=Publish&TopicArn=arn%3Aaws%3Asns%3Aus-east-1%3A${accountId}%3Anews&Message=1`,
  });
  assert.equal(topic.status, 403);
  assert.match(
    topic.text,
    /<Code>AuthorizationError<.*perform: SNS:Publish on resource: arn:aws:sns:us-east-1:111111111111:news because/s,
  );
});

test('the endpoint’s policy is a gate for everybody, and its refusal has AWS’s sentence', async () => {
  putEndpoint('vpce-00000000000000002', {
    ...{ Effect: 'Allow', Principal: '*', Action: 'sqs:SendMessage', Resource: '*' },
  });
  cloud.world.arrival = byEndpoint('vpce-00000000000000002');
  try {
    const QueueUrl = `https://sqs.us-east-1.amazonaws.com/${accountId}/orders`;
    assert.equal((await cloud.json('AmazonSQS.SendMessage', { QueueUrl })).status, 404);
    const refused = await cloud.json('AmazonSQS.ReceiveMessage', { QueueUrl });
    assert.equal(
      JSON.parse(refused.text).message,
      `User: arn:aws:iam::${accountId}:root is not authorized to perform: sqs:receivemessage because no VPC endpoint policy allows the sqs:receivemessage action`,
    );
    assert.equal(cloud.lines.at(-1)!.deniedBy, 'the policy of vpce-00000000000000002');
    const elsewhere = await cloud.json('AmazonSQS.SendMessage', { QueueUrl }, { region: 'eu-west-1' });
    assert.match(elsewhere.text, /Credential should be scoped to a valid region/);
    const other = await cloud.json('AmazonSQS.SendMessage', { QueueUrl }, { service: 'sns' });
    assert.match(other.text, /Credential should be scoped to correct service: 'sqs'/);
  } finally {
    cloud.world.arrival = {};
  }
});

test('what cannot be read of a request passes only where all that it could be may pass', async () => {
  const all = cloud.addUser({ Effect: 'Allow', Action: 'lambda:*', Resource: '*' });
  const some = cloud.addUser({ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: '*' });
  const invoke = { service: 'lambda', path: '/2015-03-31/functions/f/invocations' };
  const other = { service: 'lambda', path: '/2099-01-01/new-things' };
  assert.equal((await cloud.call({ ...invoke, credentials: some })).status, 404);
  assert.equal((await cloud.call({ ...other, credentials: all })).status, 404);
  const refused = await cloud.call({ ...other, credentials: some });
  assert.equal(refused.status, 403);
  assert.match(
    JSON.parse(refused.text).message,
    /perform: lambda:\* on resource: arn:aws:lambda:\* because .* Isthmus cannot read from the request which action it is and which resource it is about/,
  );
  const twice = await cloud.call({
    credentials: cloud.addUser({ Effect: 'Allow', Action: 'sqs:ListQueues', Resource: '*' }),
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-amz-target': 'AmazonSQS.ListQueues' },
    body: 'Action=DeleteQueue',
  });
  assert.match(JSON.parse(twice.text).message, /perform: sqs:\*/);
});

test('CloudWatch’s newest clients read the refusal too', async () => {
  const answer = await cloud.call({
    ...{ service: 'monitoring', path: '/service/GraniteServiceVersion20100801/operation/PutMetricData' },
    headers: { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' },
    body: Buffer.from('bf00ff', 'hex'),
    credentials: reader,
  });
  assert.equal(answer.status, 403);
  assert.equal(answer.headers['smithy-protocol'], 'rpc-v2-cbor');
  assert.match(answer.text, /AccessDeniedException.*cloudwatch:PutMetricData on resource: arn:\*/);
});

test('an upstream that is not there is 503 in the request’s protocol, and the state says so until it answers', async () => {
  const gone = await startServer();
  const other = await startCloud(`sqs=${gone.origin}`);
  assert.equal((await other.json('AmazonSQS.ListQueues', {})).status, 200);
  gone.close();
  const down = await other.json('AmazonSQS.ListQueues', {});
  assert.equal(down.status, 503);
  const { __type, message } = JSON.parse(down.text);
  assert.equal(__type, 'ServiceUnavailableException');
  assert.equal(
    message,
    `The upstream ${gone.origin}, which stands for sqs here, is not there: nobody listens (ECONNREFUSED). Start that server, or start Isthmus with another: isthmus up --service sqs=URL`,
  );
  assert.match(other.front.states()[0]!.trouble!.message, /nobody listens/);
  const query = await other.call({ path: '/?Action=ListQueues', method: 'GET' });
  assert.match(query.text, /<Code>ServiceUnavailable</);
  const { server: again } = gone;
  again.listen(gone.port, '127.0.0.1');
  await once(again, 'listening');
  assert.equal((await other.json('AmazonSQS.ListQueues', {})).status, 200);
  assert.equal(other.front.states()[0]!.trouble, undefined);
});

test('what is meant for nobody’s upstream goes to the front door', async () => {
  const answer = await cloud.call({ service: 'kms' });
  assert.deepEqual([answer.status, answer.text], [418, 'the front door']);
});

test('Host can be the upstream’s own, or a name of choice', async () => {
  const own = await startCloud(`sqs=${server.origin},host=upstream`, `sns=${server.origin},host=queue.local`);
  await own.json('AmazonSQS.ListQueues', {});
  assert.equal(last().headers.host, new URL(server.origin).host);
  await own.call({ service: 'sns', path: '/?Action=ListTopics', method: 'GET' });
  assert.equal(last().headers.host, 'queue.local');
});

test('a connection that the upstream closed while it lay idle costs the client nothing', async () => {
  let connections = 0;
  const short = await startServer();
  short.server.on('connection', () => connections++);
  const other = await startCloud(`sqs=${short.origin}`);
  await other.json('AmazonSQS.ListQueues', {});
  short.server.closeIdleConnections();
  assert.equal((await other.json('AmazonSQS.ListQueues', {})).status, 200);
  assert.equal(connections, 2);
});

test('the page names every service that a server may stand for', () => {
  const page = readFileSync(new URL('../../docs/upstream-services.md', import.meta.url), 'utf8');
  for (const { name } of awsServices) assert.ok(page.includes(`\`${name}\``), name);
});

test('a certificate that nobody vouches for is told with what mends it', async () => {
  const issuing = { now: new Date(), randomBytes };
  const { certificate: cert, privateKey: key } = issueCertificate(
    createAuthority(issuing),
    ['localhost'],
    issuing,
  );
  const secure = createServer({ cert, key }, (_request, response) => void response.end('{}'));
  secure.listen(0, '127.0.0.1');
  await once(secure, 'listening');
  after(() => secure.close());
  const { port } = secure.address() as AddressInfo;
  const other = await startCloud(`sqs=https://localhost:${port}`);
  const answer = await other.json('AmazonSQS.ListQueues', {});
  assert.equal(answer.status, 503);
  assert.match(
    JSON.parse(answer.text).message,
    /has a certificate that is not trusted \(UNABLE_TO_VERIFY_LEAF_SIGNATURE\)\. Start Isthmus with its authority: NODE_EXTRA_CA_CERTS=FILE isthmus up$/,
  );
});
