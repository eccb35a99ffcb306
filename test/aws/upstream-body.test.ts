// Bodies of any length to and from an upstream: they pass at the pace of the slower end, in little memory, and the end of one
// whose signature does not hold never leaves.

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readAnswer, startCloud, startServer } from './upstream-fixture.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');
const mebibyte = randomBytes(1024 * 1024);

/** Of so many mebibytes, all alike. */
function hashOf(count: number): string {
  const hash = createHash('sha256');
  for (let index = 0; index < count; index++) hash.update(mebibyte);
  return hash.digest('hex');
}

async function send(to: ClientRequest, count: number): Promise<void> {
  for (let index = 0; index < count; index++) if (!to.write(mebibyte)) await once(to, 'drain');
  to.end();
}

async function measure(answer: IncomingMessage): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of answer) {
    size += chunk.length;
    hash.update(chunk);
  }
  return { size, sha256: hash.digest('hex') };
}

/** How requests to `/raw` ended: whole, or cut short. */
const endings: string[] = [];
const server = await startServer(async (request, response) => {
  if (request.headers['x-echo']) return void request.pipe(response);
  let size = 0;
  try {
    for await (const chunk of request) size += chunk.length;
    endings.push('whole');
    response.end(String(size));
  } catch {
    endings.push('cut short');
  }
});
const cloud = await startCloud(`sqs=${server.origin}`);
const credentials = cloud.addUser({ Effect: 'Allow', Action: 'sqs:*', Resource: '*' });
const target = { 'x-amz-target': 'AmazonSQS.SendMessage' };

test('a hundred MiB go through and come back, in little memory', async () => {
  const count = 100;
  const before = process.memoryUsage();
  let most = 0;
  const watch = setInterval(() => {
    collectGarbage();
    const { heapUsed, arrayBuffers, external } = process.memoryUsage();
    most = Math.max(most, heapUsed + arrayBuffers + external);
  }, 100);
  const headers = { ...target, 'x-echo': '1', 'content-length': String(count * mebibyte.length) };
  const startMs = performance.now();
  // The hash is in a header, as most clients have it, so the answer may begin before the body has come.
  const about = { path: '/raw', headers: { ...headers, 'x-amz-content-sha256': hashOf(count) } };
  const { outgoing, answered } = await cloud.start({ ...about, credentials });
  const [, measured] = await Promise.all([send(outgoing, count), answered.then(measure)]);
  clearInterval(watch);
  const seconds = (performance.now() - startMs) / 1000;
  assert.deepEqual(measured, { size: count * mebibyte.length, sha256: hashOf(count) });
  const grown = most - before.heapUsed - before.arrayBuffers - before.external;
  assert.ok(grown < 100 * mebibyte.length, `memory grew by ${grown / mebibyte.length} MiB`);
  assert.ok(seconds < 20, `${seconds} s`);
});

/** Sends so many mebibytes under a signature that is about another number of them. */
async function sendLong(
  count: number,
  signedCount: number,
  declaresHash: boolean,
  headers = {},
  to = { ...cloud, own: credentials },
) {
  const body = Buffer.concat(Array.from({ length: signedCount }, () => mebibyte));
  const about = { path: '/raw', headers: { ...target, ...headers }, body, declaresHash };
  const { outgoing, answered } = await to.start({ ...about, credentials: to.own });
  send(outgoing, count).catch(() => {});
  return await readAnswer(await answered);
}

test('a long body without its hash in a header passes when the signature holds', async () => {
  const length = { 'content-length': String(5 * mebibyte.length) };
  const answer = await sendLong(5, 5, false, length);
  assert.deepEqual([answer.status, answer.text], [200, String(5 * mebibyte.length)]);
  const chunked = await sendLong(5, 5, false, { 'transfer-encoding': 'chunked' });
  assert.deepEqual([chunked.status, chunked.text], [200, String(5 * mebibyte.length)]);
});

test('a long body that is not the one that was signed never arrives whole, and the client reads why', async () => {
  for (const declaresHash of [true, false]) {
    endings.length = 0;
    const length = { 'content-length': String(5 * mebibyte.length) };
    const answer = await sendLong(5, 4, declaresHash, length);
    assert.equal(answer.status, 400, String(declaresHash));
    assert.equal(JSON.parse(answer.text).__type, 'InvalidSignatureException');
    await until(() => endings.length > 0);
    assert.deepEqual(endings, ['cut short'], String(declaresHash));
  }
});

test('who has not been proved to have signed is not answered before', async () => {
  // It answers at once, and reads no further.
  const eager = await startServer((_request, response) => void response.writeHead(413).end('secret'));
  const other = await startCloud(`sqs=${eager.origin}`);
  const length = { 'content-length': String(5 * mebibyte.length) };
  const own = other.addUser({ Effect: 'Allow', Action: 'sqs:*', Resource: '*' });
  const refused = await sendLong(5, 4, false, length, { ...other, own });
  assert.doesNotMatch(refused.text, /secret/);
  const answer = await sendLong(5, 5, false, length, { ...other, own });
  assert.deepEqual([answer.status, answer.text], [413, 'secret']);
});

test('when the client goes away in the middle, the upstream sees it', async () => {
  endings.length = 0;
  const headers = { ...target, 'content-length': String(50 * mebibyte.length) };
  const { outgoing } = await cloud.start({
    ...{ path: '/raw', credentials },
    headers: { ...headers, 'x-amz-content-sha256': hashOf(50) },
  });
  outgoing.on('error', () => {});
  for (let index = 0; index < 3; index++) outgoing.write(mebibyte);
  await once(outgoing, 'drain');
  outgoing.destroy();
  await until(() => endings.length > 0);
  assert.deepEqual(endings, ['cut short']);
});

test('when the client goes away in the middle of an answer, nothing is wrong with the upstream', async () => {
  let wasCut = false;
  const endless = await startServer((_request, response) => {
    const more = () => {
      while (response.write(mebibyte));
    };
    response.on('drain', more).on('close', () => {
      wasCut = true;
    });
    more();
  });
  const other = await startCloud(`sqs=${endless.origin}`);
  const { outgoing, answered } = await other.start({ headers: target });
  outgoing.end();
  const answer = await answered;
  await once(answer, 'data');
  answer.on('error', () => {});
  outgoing.destroy();
  await until(() => wasCut);
  assert.equal(other.front.states()[0]!.trouble, undefined);
  assert.deepEqual(other.lines, []);
});

test('when the upstream breaks off in the middle of an answer, the client sees it', async () => {
  const breaking = await startServer((_request, response) => {
    response.writeHead(200, { 'content-length': '1000' });
    response.write('some', () => response.destroy());
  });
  const other = await startCloud(`sqs=${breaking.origin}`);
  await assert.rejects(other.json('AmazonSQS.ListQueues', {}), /aborted/);
  assert.match(other.front.states()[0]!.trouble!.message, /did not answer: aborted/);
});

async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!isSo()) {
    assert.ok(Date.now() < deadline, 'it did not happen');
    await new Promise((resolve) => setImmediate(resolve));
  }
}
