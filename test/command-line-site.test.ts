// `isthmus site` as a person types it: what it asks of a cloud, what it prints, how it ends. The cloud is a stand-in.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const isthmus = fileURLToPath(new URL('../isthmus', import.meta.url));
const berlin = {
  ...{ siteId: 'site-1', name: 'berlin', cidrBlocks: ['192.168.0.0/16'], publicAddress: '203.0.113.10' },
  ...{ internet: false, routerAddress: '192.168.0.1' },
  hosts: [{ hostId: 'host-1', name: 'desk', address: '192.168.0.10', state: 'running' }],
  lines: [{ attachmentId: 'vpn-1', gatewayId: 'vgw-1' }],
  forwards: [{ domain: 'corp', addresses: ['10.0.1.5', '10.0.2.5', '10.0.3.5'] }],
  routes: [{ destination: '52.216.0.0/15', attachmentId: 'vpn-1' }],
};
const entry = { instanceId: 'host-1', pid: 1, exec: { program: 'env', args: ['--', 'IN=desk'], env: {} } };
const answers: Record<string, [number, object]> = {
  'GET sites': [200, { sites: [berlin] }],
  'GET sites/berlin': [200, berlin],
  'GET sites/berlin/desk': [200, entry],
  'GET sites/berlin/printer': [404, { error: 'the site berlin has no host printer' }],
  'POST sites': [201, berlin],
  'POST sites/berlin/hosts': [200, berlin],
  'POST sites/berlin/forward': [200, berlin],
  'POST sites/berlin/route': [200, berlin],
  'POST sites/berlin/delete': [200, { status: 'ok' }],
  'GET status': [200, { apiEndpoint: 'http://x', dataFolder: '/', pid: process.pid }],
};
const asked: [string, unknown][] = [];
const cloud = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  const what = `${request.method} ${request.url!.replace('/_isthmus/', '')}`;
  asked.push([what, text === '' ? undefined : JSON.parse(text)]);
  const [status, body] = answers[what] ?? [404, { error: `there is no ${what} here` }];
  response.writeHead(status).end(JSON.stringify(body));
});
let port = '';

before(async () => {
  cloud.listen(0, '127.0.0.1');
  await once(cloud, 'listening');
  port = String((cloud.address() as AddressInfo).port);
});
after(() => cloud.close());

async function call(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(isthmus, ['site', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = { code: 0, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (ended.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (ended.stderr += text));
  [ended.code] = await once(child, 'close');
  return ended;
}

test('a site is asked for as it was typed', async () => {
  const hosts = ['--host', 'desk=192.168.0.10', '--host', 'printer'];
  const words = ['create', 'berlin', '--cidr', '192.168.0.0/16', '--cidr', '172.20.0.0/16', ...hosts];
  const { code, stdout } = await call(...words, '--no-internet', '--port', port);
  assert.equal(code, 0);
  assert.match(stdout, /^berlin {2}site-1[\s\S]*203\.0\.113\.10 \(no way to the internet\)[\s\S]*desk 192/);
  assert.match(
    stdout,
    /vpn-1 to vgw-1[\s\S]*corp to 10\.0\.1\.5, 10\.0\.2\.5[\s\S]*52\.216\.0\.0\/15 by vpn-1/,
  );
  assert.deepEqual(asked.at(-1), [
    'POST sites',
    {
      ...{ name: 'berlin', cidrBlocks: ['192.168.0.0/16', '172.20.0.0/16'], internet: false },
      hosts: [{ name: 'desk', address: '192.168.0.10' }, { name: 'printer' }],
    },
  ]);
  await call('create', 'berlin', '--cidr', '192.168.0.0/16', '--port', port);
  assert.deepEqual((asked.at(-1)![1] as { internet: boolean }).internet, true);
});

test('hosts, domains and routes are added and taken away', async () => {
  const cases: [string[], [string, unknown]][] = [
    [
      ['add-host', 'berlin', 'x=192.168.0.9'],
      ['POST sites/berlin/hosts', { name: 'x', address: '192.168.0.9' }],
    ],
    [
      ['forward', 'berlin', 'corp', '10.0.1.5,10.0.2.5', '10.0.3.5'],
      ['POST sites/berlin/forward', { domain: 'corp', addresses: ['10.0.1.5', '10.0.2.5', '10.0.3.5'] }],
    ],
    [
      ['forward', 'berlin', 'corp'],
      ['POST sites/berlin/forward', { domain: 'corp', addresses: [] }],
    ],
    [
      ['route', 'berlin', '52.216.0.0/15', 'vpn-1'],
      ['POST sites/berlin/route', { destination: '52.216.0.0/15', line: 'vpn-1' }],
    ],
    [
      ['route', 'berlin', '52.216.0.0/15'],
      ['POST sites/berlin/route', { destination: '52.216.0.0/15' }],
    ],
    [
      ['delete', 'berlin'],
      ['POST sites/berlin/delete', {}],
    ],
  ];
  for (const [words, want] of cases) {
    assert.equal((await call(...words, '--port', port)).code, 0, words.join(' '));
    assert.deepEqual(asked.at(-1), want);
  }
  assert.deepEqual(JSON.parse((await call('list', '--json', '--port', port)).stdout), [berlin]);
});

test('exec enters the host, passes the exit code on, and gives keys only to who names an account', async () => {
  const command = ['--', 'sh', '-c', 'echo $IN $AWS_ACCESS_KEY_ID $AWS_REGION; exit 7'];
  const plain = await call('exec', 'berlin', '--port', port, ...command);
  assert.deepEqual([plain.code, plain.stdout.trim().split(' ')[0]], [7, 'desk']);
  const asAccount = await call(
    'exec',
    'berlin/desk',
    '--port',
    port,
    '--account',
    '222222222222',
    ...command,
  );
  assert.deepEqual([asAccount.code, asAccount.stdout], [7, 'desk 222222222222 us-east-1\n']);
  const missing = await call('exec', 'berlin/printer', '--port', port, ...command);
  assert.equal(missing.code, 2);
  assert.match(missing.stderr, /has no host printer/);
});

test('what is typed wrongly ends with 2', async () => {
  for (const words of [['create', 'berlin'], ['create'], ['nonsense'], ['add-host', 'berlin', '=1'], []]) {
    const { code, stderr } = await call(...words, '--port', port);
    assert.equal(code, 2, `${words.join(' ')}: ${stderr}`);
  }
});
