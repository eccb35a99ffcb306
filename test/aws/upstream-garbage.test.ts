// Whatever is sent to a service that an upstream stands for: every request is answered or its connection ends, the upstream sees
// only what is whole and allowed, and the next request is served as if nothing had been.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { startCloud, startServer } from './upstream-fixture.ts';

const server = await startServer();
const cloud = await startCloud(
  ...['sqs', 'sns', 'lambda', 'ssm', 'execute-api', 'ecr.dkr'].map((name) => `${name}=${server.origin}`),
);
const credentials = cloud.addUser({ Effect: 'Allow', Action: 'sqs:ListQueues', Resource: '*' });

const printable = fc
  .string({ unit: 'binary', maxLength: 60 })
  .map((text) => text.replace(/[^\x20-\x7e]/g, ''));
const pathText = printable.map((text) => text.replace(/[ #]/g, '').replace(/%(?![0-9a-f]{2})/gi, ''));

test('requests of any content are answered, and what is not allowed goes no further', async () => {
  const call = fc.record({
    service: fc.constantFrom('sqs', 'sns', 'lambda', 'ssm', 'execute-api', 'ecr'),
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH'),
    path: pathText.map((text) => `/${text}`),
    target: fc.option(printable),
    type: fc.constantFrom(
      'application/x-amz-json-1.0',
      'application/x-www-form-urlencoded',
      'application/cbor',
      '',
    ),
    body: fc.uint8Array({ maxLength: 300 }),
    isSigned: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(call, async ({ target, type, body, method, ...about }) => {
      const before = server.received.length;
      const hasBody = method !== 'GET' && method !== 'HEAD';
      const answer = await cloud.call({
        ...{ ...about, method, credentials, body: hasBody ? Buffer.from(body) : '' },
        headers: {
          ...(target === null ? {} : { 'x-amz-target': target }),
          ...(type === '' ? {} : { 'content-type': type }),
          ...(hasBody ? { 'content-length': String(body.length) } : {}),
        },
      });
      const isAllowed = target !== null && /^[\w.-]+\.ListQueues$/i.test(target);
      assert.ok(isAllowed || answer.status >= 400, `${answer.status} ${answer.text}`);
      assert.ok(answer.status < 500 || answer.status === 501, `${answer.status} ${answer.text}`);
      if (!isAllowed) assert.equal(server.received.length, before);
    }),
    { numRuns: 1500 },
  );
  assert.deepEqual(
    cloud.lines.filter(({ err }) => err),
    [],
  );
});

test('connections that end anywhere, and bodies that are none, leave everything as it was', async () => {
  const head = `POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: AmazonSQS.ListQueues\r\nX-Amz-Date: ${new Date().toISOString().replace(/[-:]|\.\d+/g, '')}\r\nAuthorization: AWS4-HMAC-SHA256 Credential=111111111111/20260131/us-east-1/sqs/aws4_request, SignedHeaders=host, Signature=00\r\n`;
  const long = `Content-Length: ${5 * 1024 * 1024}\r\n\r\n`;
  const texts = [
    head,
    `${head}Content-Length: 10\r\n\r\n123`,
    `${head}Content-Length: x\r\n\r\n`,
    `${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `${head}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
    `${head}Transfer-Encoding: chunked\r\n\r\n5\r\nab`,
    `${head}Transfer-Encoding: chunked\r\n\r\n20000\r\n${'a'.repeat(0x20000)}\r\nzz`,
    `${head}${long}${'a'.repeat(100_000)}`,
    `${head}Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 0\r\n\r\n`,
    `${head}Connection: content-length, host\r\nContent-Length: 2\r\n\r\n{}`,
    `${head}Expect: 100-continue\r\n${long}`,
    `CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n`,
  ];
  for (const text of texts) {
    for (const part of [text, text.slice(0, text.length >> 1)]) {
      const socket = connect(cloud.port, '127.0.0.1');
      socket.on('error', () => {});
      await once(socket, 'connect');
      socket.write(part);
      await Promise.race([once(socket, 'data'), once(socket, 'close'), turns(50)]);
      socket.destroy();
    }
  }
  const answer = await cloud.json('AmazonSQS.ListQueues', {}, { credentials });
  assert.equal(answer.status, 200);
  assert.equal(server.received.at(-1)!.headers['content-length'], '2');
  assert.deepEqual(
    cloud.lines.filter(({ err }) => err),
    [],
  );
});

/** So many turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}
