import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { capture } from './capture.ts';
import { refuseForeignCloud } from './cloud-owner.ts';
import type { CliError } from './exit.ts';
import { exec, shell } from './instance.ts';

/** A cloud whose daemon is this process. It knows no instance and no wire: who asks for one went too far. */
const cloud = createServer((request, response) => {
  const isStatus = request.url === '/_isthmus/status';
  response.writeHead(isStatus ? 200 : 404);
  response.end(JSON.stringify(isStatus ? { pid: process.pid } : { error: 'asked too much' }));
});
let port = 0;
const self = process as { getuid(): number };

before(async () => {
  cloud.listen(0, '127.0.0.1');
  await once(cloud, 'listening');
  port = (cloud.address() as AddressInfo).port;
});
after(() => cloud.close());

test('exec, shell and capture of another user’s cloud end with 3 and the command with sudo', async (context) => {
  const words = ['exec', 'i-1', '--', 'sh', '-c', 'echo a b'];
  context.mock.method(self, 'getuid', () => 4242);
  context.mock.property(process, 'argv', ['node', 'main.ts', ...words]);
  const refused = (error: CliError) => {
    assert.equal(error.code, 3);
    assert.match(error.message, /^The cloud at http:\S+ belongs to (root|another user \(\d+\)),.*$/);
    assert.equal(error.hint, `sudo isthmus exec i-1 -- sh -c 'echo a b'`);
    return true;
  };
  await assert.rejects(exec({ port }, 'i-1', ['true']), refused);
  await assert.rejects(shell({ port }, 'i-1'), refused);
  await assert.rejects(capture({ port }, 'eni-1', []), refused);
});

test('the port found in the environment is said to sudo, which does not keep it', async (context) => {
  context.mock.method(self, 'getuid', () => 4242);
  context.mock.property(process, 'argv', ['node', 'main.ts', 'shell', 'i-1']);
  const hint = `sudo isthmus --port ${port} shell i-1`;
  await assert.rejects(refuseForeignCloud(`http://127.0.0.1:${port}`, {}), { hint });
});

test('whose the cloud is, and root, may go in', async (context) => {
  const endpoint = `http://127.0.0.1:${port}`;
  await refuseForeignCloud(endpoint, {});
  context.mock.method(self, 'getuid', () => 0);
  await refuseForeignCloud(endpoint, {});
  await assert.rejects(exec({ port }, 'i-1', ['true']), /asked too much/);
});
