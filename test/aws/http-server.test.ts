// What the socket does with too much, with garbage, and with what foreign web pages send.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { assertAlive, authorization, call, callEc2, port, store } from './front-door-fixture.ts';

test('a client that posts 100 MB reads that it is too much', async () => {
  const { status, text } = await callEc2(Buffer.alloc(100 * 1024 * 1024, 'a'));
  assert.equal(status, 413);
  assert.match(text, /<Response><Errors><Error><Code>RequestEntityTooLarge</);
  await assertAlive();
});

test('a body that is announced as too long is refused before it is sent', async () => {
  const socket = connect(port, '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 104857600\r\n');
  socket.write(`Authorization: ${authorization('ec2')}\r\nX-Amz-Date: 20260131T000000Z\r\n\r\n`);
  let text = '';
  for await (const data of socket) {
    text += data;
    if (text.endsWith('</Response>')) break;
  }
  assert.match(text, /^HTTP\/1\.1 413 .*RequestEntityTooLarge/s);
  await assertAlive();
});

test('a body of unknown length is refused where it passes the limit', async () => {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    `POST / HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization('sts')}\r\nX-Amz-Date: 20260131T000000Z\r\nTransfer-Encoding: chunked\r\n\r\n`,
  );
  const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
  for (let sent = 0; sent < 40; sent += 1) socket.write(chunk);
  socket.write('0\r\n\r\n');
  let text = '';
  for await (const data of socket) text += data;
  assert.match(text, /^HTTP\/1\.1 413 .*<ErrorResponse.*RequestEntityTooLarge/s);
  await assertAlive();
});

test('a body just within the limit is read', async () => {
  const padding = `Tag.1.Value=${'v'.repeat(2 * 1024 * 1024 - 200)}`;
  const { status } = await callEc2(
    `Action=CreateTags&Version=2016-11-15&ResourceId.1=big&Tag.1.Key=k&${padding}`,
  );
  assert.equal(status, 200);
  assert.equal(store.cloud.tagSets.find('big')!.tags.k!.length, 2 * 1024 * 1024 - 200);
});

test('garbage on the socket does not disturb anyone', async () => {
  const garbage = [
    randomBytes(4096),
    Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01]),
    Buffer.from('GET\r\n\r\n'),
    Buffer.from('GET / HTTP/9.9\r\n\r\n'),
    Buffer.from('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n'),
    Buffer.from(
      'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n',
    ),
    Buffer.from(`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${'a'.repeat(100_000)}\r\n\r\n`),
    Buffer.from('CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  ];
  for (const bytes of garbage) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.resume();
    socket.end(bytes);
    await closed;
  }
  // A client that goes away in the middle of its body.
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nAction=');
  socket.destroy();
  await assertAlive();
});

test('requests that a foreign web page made are refused, whatever they ask for', async () => {
  const body = 'Action=CreateTags&Version=2016-11-15&ResourceId.1=csrf&Tag.1.Key=k&Tag.1.Value=v';
  for (const headers of [
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { host: 'evil.example' },
    { 'sec-fetch-site': 'cross-site' },
  ] as Record<string, string>[]) {
    assert.equal((await callEc2(body, headers)).status, 403, JSON.stringify(headers));
    assert.equal((await call({ path: '/_isthmus/status', headers })).status, 403, JSON.stringify(headers));
  }
  assert.equal(store.cloud.tagSets.find('csrf'), undefined);
});

test('the admin handler has everything under /_isthmus/, and its failure is only its own', async () => {
  assert.equal(
    (await call({ method: 'GET', path: '/_isthmus/status?a=b' })).text,
    'admin /_isthmus/status?a=b',
  );
  assert.equal((await call({ method: 'GET', path: '/_isthmus/broken' })).status, 500);
  assert.equal((await call({ method: 'GET', path: '/_isthmusx' })).text, 's3 GET /_isthmusx');
  await assertAlive();
});

test('S3 and DynamoDB get their requests as they come, and foreign pages reach neither', async () => {
  const signedFor = (service: string) => ({ authorization: authorization(service) });
  const put = { method: 'PUT', path: '/bucket/key' };
  assert.equal((await call({ ...put, headers: signedFor('s3') })).text, 's3 PUT /bucket/key');
  assert.equal((await call({ headers: signedFor('dynamodb') })).text, 'dynamodb POST /');
  assert.equal(
    (await call({ ...put, headers: { ...signedFor('s3'), origin: 'http://evil.example' } })).status,
    403,
  );
  assert.match((await call({ headers: signedFor('glacier') })).text, /NotImplemented/);
});

test('who asks before sending is told to go on by the front door, and not when a refusal is certain', async () => {
  const ask = async (host: string) => {
    const socket = connect(port, '127.0.0.1');
    const body = 'Action=GetCallerIdentity&Version=2011-06-15';
    socket.write(
      `POST / HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${authorization('sts')}\r\nConnection: close\r\n`,
    );
    socket.write(
      `X-Amz-Date: 20260131T000000Z\r\nExpect: 100-continue\r\nContent-Length: ${body.length}\r\n\r\n`,
    );
    const [first] = await once(socket, 'data');
    socket.end(body);
    let text = '';
    for await (const data of socket) text += data;
    return [String(first), text];
  };
  const [goOn, answer] = await ask('localhost');
  assert.equal(goOn, 'HTTP/1.1 100 Continue\r\n\r\n');
  assert.match(answer!, /^HTTP\/1\.1 200 .*GetCallerIdentityResult/s);
  assert.match((await ask('evil.example'))[0]!, /^HTTP\/1\.1 403 /);
});
