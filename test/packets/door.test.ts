// Sockets that one process opens in other network namespaces, by the real kernel.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { bindUdp, dialTcp, listenTcp } from '../../src/dataplane/door.ts';
import { run } from '../../src/linux/run.ts';
import { inNamespace } from '../../src/linux/system-call.ts';
import { eventually, makeTestNamespace, skipWithoutRoot, type TestNamespace } from './test-namespace.ts';

const options = { skip: skipWithoutRoot };
const dial = (namespace: TestNamespace, remoteAddress: string, port: number) =>
  dialTcp({ namespacePath: namespace.path, remoteAddress, port, timeoutMs: 5000 });

function serve(namespace: TestNamespace, greeting: string): Server {
  const server = createServer((socket) => socket.end(`${greeting} ${socket.remoteAddress}`));
  server.listen({ fd: listenTcp(namespace.path, '10.0.0.2', 80) });
  after(() => server.close());
  return server;
}

const openSockets = () =>
  readdirSync('/proc/self/fd').filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
    } catch {
      return false; // the directory's own descriptor
    }
  });

test(
  'one process serves the same address and port in two namespaces, and dials in each',
  options,
  async () => {
    const [left, right] = [await makeTestNamespace('10.0.0.2'), await makeTestNamespace('10.0.0.2')];
    const servers = [serve(left, 'left'), serve(right, 'right')];
    try {
      assert.equal(await text(await dial(left, '10.0.0.2', 80)), 'left 10.0.0.2');
      assert.equal(await text(await dial(right, '10.0.0.2', 80)), 'right 10.0.0.2');
    } finally {
      for (const server of servers) server.close();
    }
  },
);

test('a dialled connection comes from the address it was told to, or is refused it', options, async () => {
  const namespace = await makeTestNamespace('10.0.0.2', '10.0.0.7');
  serve(namespace, 'hello');
  const from = (localAddress: string) =>
    dialTcp({
      namespacePath: namespace.path,
      localAddress,
      remoteAddress: '10.0.0.2',
      port: 80,
      timeoutMs: 5000,
    });
  assert.equal(await text(await from('10.0.0.7')), 'hello 10.0.0.7');
  await assert.rejects(from('10.0.0.8'), { code: 'EADDRNOTAVAIL' });
});

test('datagrams are answered from the address they were sent to', options, async () => {
  const namespace = await makeTestNamespace('10.0.0.2');
  const server = bindUdp(namespace.path, '10.0.0.2', 53);
  const client = bindUdp(namespace.path, '127.0.0.1', 0);
  after(() => {
    server.close();
    client.close();
  });
  server.on('message', (message, peer) => server.send(`${message}, too`, peer.port, peer.address));
  const answer = new Promise((resolve) => {
    client.on('message', (message, peer) => resolve([String(message), peer.address, peer.port]));
  });
  client.send('hello', 53, '10.0.0.2');
  assert.deepEqual(await answer, ['hello, too', '10.0.0.2', 53]);
});

test(
  'a dial that is refused, unroutable, unanswered or given up says which, and leaves no socket open',
  options,
  async () => {
    const namespace = await makeTestNamespace('10.0.0.2');
    const silence =
      'add table ip silence { chain in { type filter hook input priority 0; tcp dport 81 drop; }; }';
    await run('ip', ['netns', 'exec', namespace.name, 'nft', silence], { doing: 'making a port silent' });
    await dial(namespace, '10.0.0.2', 80).catch(() => {}); // whatever is opened once for all is open now
    const before = openSockets().length;
    await assert.rejects(dial(namespace, '10.0.0.2', 80), { code: 'ECONNREFUSED' });
    await assert.rejects(dial(namespace, '10.9.9.9', 80), { code: 'ENETUNREACH' });
    await assert.rejects(dial({ name: '', path: '/run/netns/isthmus-test-none' }, '10.0.0.2', 80), {
      code: 'ENOENT',
    });
    const silent = { namespacePath: namespace.path, remoteAddress: '10.0.0.2', port: 81 };
    await assert.rejects(dialTcp({ ...silent, timeoutMs: 100 }), { code: 'ETIMEDOUT' });
    const giveUp = new AbortController();
    const dialling = dialTcp({ ...silent, timeoutMs: 60_000, signal: giveUp.signal });
    giveUp.abort();
    await assert.rejects(dialling, { code: 'ABORT_ERR' });
    await assert.rejects(dialTcp({ ...silent, timeoutMs: 60_000, signal: giveUp.signal }), {
      name: 'AbortError',
    });
    await eventually('the sockets are closed', () => openSockets().length === before);
  },
);

test('a door that is taken or has no namespace says so, and leaves no socket open', options, async () => {
  const namespace = await makeTestNamespace('10.0.0.2');
  serve(namespace, 'hello');
  const before = openSockets().length;
  assert.throws(() => listenTcp(namespace.path, '10.0.0.2', 80), {
    name: 'SystemCallError',
    code: 'EADDRINUSE',
  });
  assert.throws(() => bindUdp('/run/netns/isthmus-test-none', '10.0.0.2', 53), { code: 'ENOENT' });
  assert.throws(() => bindUdp('/etc/hostname', '10.0.0.2', 53), { code: 'EINVAL' });
  assert.equal(openSockets().length, before);
});

test('a door may be opened before its address is there', options, async () => {
  const namespace = await makeTestNamespace();
  serve(namespace, 'early');
  await run('ip', ['-n', namespace.name, 'address', 'add', '10.0.0.2/32', 'dev', 'lo'], {
    doing: 'adding it',
  });
  assert.equal(await text(await dial(namespace, '10.0.0.2', 80)), 'early 10.0.0.2');
});

test(
  'a program spawned inside a namespace lives there and inherits none of the sockets',
  options,
  async () => {
    const namespace = await makeTestNamespace('10.0.0.2');
    serve(namespace, 'hello');
    const script = 'readlink /proc/self/ns/net; ls -l /proc/$$/fd | grep -c socket: || true';
    const child = inNamespace(namespace.path, () =>
      spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] }),
    );
    const [where, sockets] = (await text(child.stdout)).trim().split('\n');
    const inside = await run('ip', ['netns', 'exec', namespace.name, 'readlink', '/proc/self/ns/net'], {
      doing: 'looking',
    });
    assert.equal(where, inside.trim());
    assert.equal(sockets, '1'); // its standard output: Node's pipes are sockets
  },
);

test(
  'the thread is home again after every visit, also from a visit inside a visit and from one that failed',
  options,
  async () => {
    const [outer, inner] = [await makeTestNamespace(), await makeTestNamespace()];
    const here = () => readlinkSync('/proc/thread-self/ns/net');
    const home = here();
    inNamespace(outer.path, () => {
      const there = here();
      assert.notEqual(there, home);
      inNamespace(inner.path, () => assert.ok(here() !== home && here() !== there));
      assert.equal(here(), there);
      assert.throws(() => inNamespace(inner.path, () => assert.fail('in there')), /in there/);
      assert.throws(() => inNamespace('/run/netns/isthmus-test-none', () => {}), { code: 'ENOENT' });
      assert.equal(here(), there);
    });
    assert.equal(here(), home);
    assert.throws(() => inNamespace(outer.path, async () => {}), TypeError);
    assert.equal(here(), home);
  },
);

test('a process whose home is another namespace returns to that one', options, async () => {
  const [home, away] = [await makeTestNamespace(), await makeTestNamespace()];
  const source = `
    import { readlinkSync } from 'node:fs';
    import { inNamespace, setHomeNamespace } from '${new URL('../../src/linux/system-call.ts', import.meta.url)}';
    const here = () => readlinkSync('/proc/thread-self/ns/net');
    setHomeNamespace('${home.path}');
    const places = [here(), inNamespace('${away.path}', here), here()];
    let refusal;
    try { inNamespace('${away.path}', () => setHomeNamespace('${home.path}')); } catch (error) { refusal = error.message; }
    console.log(JSON.stringify([...places, refusal]));`;
  const output = await run(process.execPath, ['--input-type=module', '-e', source], { doing: 'moving home' });
  const [first, visit, last, refusal] = JSON.parse(output);
  assert.notEqual(first, readlinkSync('/proc/self/ns/net'));
  assert.notEqual(visit, first);
  assert.equal(last, first);
  assert.match(refusal, /while the thread is away/);
});

test('the foreign function library is loaded at the first visit, not with the module', options, async () => {
  const source = `
    import { readFileSync } from 'node:fs';
    import { inNamespace } from '${new URL('../../src/linux/system-call.ts', import.meta.url)}';
    const isLoaded = () => readFileSync('/proc/self/maps', 'utf8').includes('koffi');
    const before = isLoaded();
    inNamespace('/proc/self/ns/net', () => {});
    console.log(before, isLoaded());`;
  assert.ok(!readFileSync(new URL('../../src/dataplane/door.ts', import.meta.url), 'utf8').includes('koffi'));
  const output = await run(process.execPath, ['--input-type=module', '-e', source], { doing: 'loading' });
  assert.equal(output.trim(), 'false true');
});
