// `isthmus flow-logs` as a person types it. The cloud is a stand-in.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const isthmus = fileURLToPath(new URL('../isthmus', import.meta.url));
const flowLogId = 'fl-00000001';
const flowLog = {
  ...{ flowLogId, resourceId: 'vpc-1', trafficType: 'ALL', path: '/data/flow-logs/fl-1.log' },
  ...{ logDestination: 'arn:aws:s3:::flows', deliveryError: 'Access error', header: 'version srcaddr' },
};
const answers: Record<string, object> = {
  'GET flow-logs': { flowLogs: [flowLog] },
  'POST flow-logs': { status: 'ok' },
  [`GET flow-logs/${flowLogId}/0`]: { text: '2 10.0.1.10\n', next: 12 },
  [`GET flow-logs/${flowLogId}/12`]: { text: '', next: 12 },
  'GET flow-logs/fl-00000002/0': { text: '', next: 0 },
};
const asked: string[] = [];
const cloud = createServer((request, response) => {
  const what = `${request.method} ${request.url!.replace('/_isthmus/', '')}`;
  asked.push(what);
  response.writeHead(what in answers ? 200 : 404).end(JSON.stringify(answers[what] ?? { error: 'nothing' }));
});
let port = '';

before(async () => {
  cloud.listen(0, '127.0.0.1');
  await once(cloud, 'listening');
  port = String((cloud.address() as AddressInfo).port);
});
after(() => cloud.close());

async function call(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const words = ['flow-logs', '--port', port, ...args];
  const child = spawn(isthmus, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = { code: 0, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (ended.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (ended.stderr += text));
  [ended.code] = await once(child, 'close');
  return ended;
}

test('without an id it lists them with their files and what stands in the way', async () => {
  const { stdout } = await call();
  assert.equal(
    stdout,
    `${flowLogId}  ALL of vpc-1\n  records  /data/flow-logs/fl-1.log\n  also to  arn:aws:s3:::flows (Access error)\n`,
  );
  assert.ok(!asked.includes('POST flow-logs'));
  assert.deepEqual(JSON.parse((await call('--json')).stdout), flowLog);
});

test('with an id it ends the interval and prints the records, the fields’ names aside', async () => {
  const { code, stdout, stderr } = await call(flowLogId);
  assert.deepEqual([code, stdout, stderr], [0, '2 10.0.1.10\n', 'version srcaddr\n']);
  assert.ok(asked.indexOf('POST flow-logs') < asked.indexOf(`GET flow-logs/${flowLogId}/0`));
});

test('of one that is not there it says so', async () => {
  assert.match((await call('fl-00000002')).stderr, /no such flow log/);
  assert.notEqual((await call('fl-x')).code, 0);
});
