// Commands that ask a cloud who reaches whom and what became of packets: what they ask, what they print, how they end.
// The cloud is a stand-in.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const isthmus = fileURLToPath(new URL('../isthmus', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'isthmus-inspection-'));
const freePort = '1'; // nobody listens on tcpmux

const answers: Record<string, object> = {
  'POST matrix': {
    members: [
      { id: 'i-1', kind: 'instance', label: 'web', names: ['web', 'i-1'] },
      { id: 'i-2', kind: 'instance', label: 'load test', names: ['load test', 'i-2'] },
    ],
    cells: [
      { from: 'i-1', to: 'i-2', flow: '443', arrives: false, at: 'sg-2', because: 'no rule of sg-2' },
      { from: 'i-2', to: 'i-1', flow: '443', arrives: true, at: 'sg-1', because: 'by sgr-1' },
    ],
  },
};
const drop = {
  ...{ routerId: 'vpc-1', refusedBy: 'sg-1', code: 'ENI_SG_RULES_MISMATCH', reason: 'ingress' },
  ...{ why: 'has no inbound rule for it', text: 'tcp … in vpc-1: sg-1 has no inbound rule for it' },
  ...{ networkInterfaceId: 'eni-9', direction: 'in', link: { kind: 'eni', idEnd: '9' } },
  ...{ sourceAddress: '10.0.1.7', destinationAddress: '10.0.1.9', protocol: 'tcp', destinationPort: 80 },
  ...{ packets: 3, bytes: 180, lastTime: '2026-01-31T12:00:05.000Z' },
  recent: [
    { time: '2026-01-31T12:00:05.000Z', sourcePort: 40312 },
    { time: '2026-01-31T12:00:01.000Z', sourcePort: 40310 },
  ],
};
answers['GET drops/i-1'] = { drops: [drop] };
answers['GET drops/i-2'] = { drops: [] };
const flow = {
  ...{ placeId: 'vpc-2', protocol: 'tcp', state: 'ESTABLISHED', isAnswered: true, expiresSeconds: 349 },
  asked: {
    sourceAddress: '240.3.1.77',
    sourcePort: 40312,
    destinationAddress: '10.0.1.4',
    destinationPort: 80,
  },
  seen: { sourceAddress: '10.0.1.5', sourcePort: 40312, destinationAddress: '10.0.2.4', destinationPort: 80 },
  ...{ client: { id: 'i-1', name: 'web' }, target: { id: 'vpce-1' }, server: { id: 'i-2' } },
  counts: { sentBytes: 400, receivedBytes: 900 },
};
answers['GET flows/vpce-1'] = { flows: [flow] };
answers['GET flows'] = { flows: [] };
const asked: unknown[] = [];
const cloud = createServer(async (request, response) => {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  asked.push(text === '' ? undefined : JSON.parse(text));
  const answer = answers[`${request.method} ${request.url!.replace('/_isthmus/', '')}`];
  response.writeHead(answer ? 200 : 404).end(JSON.stringify(answer ?? { error: 'unknown' }));
});
let port = '';

before(async () => {
  cloud.listen(0, '127.0.0.1');
  await once(cloud, 'listening');
  port = String((cloud.address() as AddressInfo).port);
});
after(() => {
  cloud.close();
  rmSync(folder, { recursive: true });
});

async function call(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(isthmus, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = { code: 0, stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (ended.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (ended.stderr += text));
  [ended.code] = await once(child, 'close');
  return ended;
}

test('matrix: its --port is what is asked; a file says what is expected, and how it ends', async () => {
  const ask = (...args: string[]) => call('--port', port, 'matrix', ...args);
  const plain = await ask('--port', '443,ping', '--port', '53/udp', '--vpc', 'shop', '--why');
  assert.equal(plain.code, 0);
  assert.match(
    plain.stdout,
    /^web += {2,}·\nload test +443 +=\n[\s\S]*✗ web -> load test:443 {2}no rule of sg-2\n$/m,
  );
  const question = { vpcs: ['shop'], flows: ['443', 'ping', '53/udp'], probe: false, more: {} };
  assert.deepEqual(asked.at(-1), question);

  const file = join(folder, 'expected');
  assert.equal((await ask('--write-expectation', file)).code, 0);
  assert.match(readFileSync(file, 'utf8'), /\n"load test" -> web:443\n$/);
  const good = await ask('--expect', file);
  assert.deepEqual([good.code, good.stdout], [0, `As ${file} expects: 2 questions, 1 reach.\n`]);
  assert.deepEqual((asked.at(-1) as { more: object }).more, { web: ['443'] });
  writeFileSync(file, 'web -> "load test":443\n');
  const bad = await ask('--expect', file);
  assert.equal(bad.code, 1);
  assert.match(
    bad.stdout,
    /✗ web does not reach load test:443, as line 1 expects: no rule of sg-2\n✗ load test reaches web:443, which no line expects: by sgr-1\nNot as .* 2 differ/,
  );
  assert.equal(JSON.parse((await ask('--expect', file, '--json')).stdout).differences.length, 2);
  writeFileSync(file, 'nonsense\n');
  assert.equal((await ask('--expect', file)).code, 2);
  assert.equal((await ask('--expect', join(folder, 'absent'))).code, 2);
  const none = await call('--port', freePort, 'matrix', '--port', '80');
  assert.deepEqual([none.code, /isthmus --port N matrix/.test(none.stderr)], [3, true]);
});

test('drops: of an id, and the latest packets with their times and ports', async () => {
  const ask = (...args: string[]) => call('drops', '--port', port, ...args);
  assert.match((await ask('i-1')).stdout, / 3 +180 {2}01-31 \d\d:\d\d {2}tcp … in vpc-1: sg-1 has/);
  const { stdout } = await ask('i-1', '--last', '5');
  assert.match(
    stdout,
    /^01-31 \S+ {2}tcp 10\.0\.1\.7:40310 → 10\.0\.1\.9:80 {2}into eni-9: sg-1 has no inbound rule for it \[ENI_SG_RULES_MISMATCH\]\n01-31 \S+ {2}tcp 10\.0\.1\.7:40312 → .*\n$/,
  );
  const [packet] = (await ask('i-1', '--last', '1', '--json')).stdout.trim().split('\n');
  assert.equal(JSON.parse(packet!).sourcePort, 40312);
  assert.match((await ask('i-2')).stderr, /^Nothing that i-2 has to do with was dropped so far\.\n$/);
  assert.equal((await ask('i-1', '--last', 'many')).code, 2);
});

test('flows: both ends by their names, and as who answers sees them', async () => {
  const { stdout } = await call('flows', 'vpce-1', '--port', port);
  assert.match(
    stdout,
    /^PROTO .*\ntcp +ESTABLISHED +349 s +400 → 900 ← +240\.3\.1\.77:40312 \(web\) +→ 10\.0\.1\.4:80 \(vpce-1\) +10\.0\.1\.5:40312 → 10\.0\.2\.4:80 \(i-2\) +in vpc-2\n$/,
  );
  assert.equal(
    JSON.parse((await call('flows', 'vpce-1', '--json', '--port', port)).stdout).client.name,
    'web',
  );
  assert.equal((await call('flows', '--port', port)).stderr, 'No flow is open.\n');
});

test('whoever reads on no more is not told of errors', async () => {
  const child = spawn(isthmus, ['drops', '--port', port, 'i-1'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const [code] = await once(child, 'close');
  assert.deepEqual([code, stderr], [141, '']);
});
