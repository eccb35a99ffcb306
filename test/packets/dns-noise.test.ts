// The resolver outlives what is sent to it: malformed messages by the hundred thousand, over UDP and over TCP, with a fixed seed.

import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { bindUdp, dialTcp } from '../../src/dataplane/door.ts';
import { createResolver } from '../../src/dataplane/resolver.ts';
import { compileNetwork } from '../../src/network/compile.ts';
import { openStore } from '../../src/store.ts';
import { type Chance, makeChance, makeNoise } from '../dns-noise.ts';
import { putInstance, putVpc } from '../networks/example-cloud.ts';
import { noisyNames, noisyZone } from '../noisy-zone.ts';
import { askDns, askDnsByTcp } from './dns-question.ts';
import { eventually, makeTestNamespace, skipWithoutRoot } from './test-namespace.ts';

const server = '10.0.0.2';
const options = { skip: skipWithoutRoot };

async function startResolver(t: TestContext) {
  const namespace = await makeTestNamespace(server);
  const store = openStore(':memory:');
  store.change((cloud) => putInstance(cloud, putVpc(cloud, '111111111111'), 0, '10.0.1.5'));
  const network = compileNetwork(store.cloud, { isHealthy: () => true });
  for (const vpc of network.vpcs.values()) vpc.privateZones.push(noisyZone);
  const resolver = createResolver({ onError: (_id, error) => assert.fail(error) });
  t.after(() => resolver.close());
  resolver.set(network, () => namespace.path);
  const answersAll = async () => {
    assert.equal(await askDns(namespace.path, server, 'one.shop.example'), '10.0.0.1');
    assert.equal(await askDnsByTcp(namespace.path, server, 'ip-10-0-1-5.ec2.internal'), '10.0.1.5');
  };
  return { path: namespace.path, answersAll };
}

test('200,000 malformed datagrams', options, async (t) => {
  const { path, answersAll } = await startResolver(t);
  const client = bindUdp(path, '127.0.0.1', 0);
  t.after(() => client.close());
  let heard = 0;
  client.on('message', () => heard++);
  const chance = makeChance(4711);
  for (let batch = 0; batch < 400; batch++) {
    // A batch fits in the socket's queue: when the question behind it is answered, all of it has been read.
    for (let count = 0; count < 500; count++) client.send(makeNoise(chance, noisyNames), 53, server);
    if (batch % 20 === 0) await answersAll();
    else assert.equal(await askDns(path, server, 'one.shop.example'), '10.0.0.1');
  }
  assert.ok(heard > 50_000, `${heard} were answered`);
});

test(
  '100,000 malformed messages by TCP, in frames that are right and in frames that are not',
  options,
  async (t) => {
    const { path, answersAll } = await startResolver(t);
    const chance = makeChance(815);
    for (let sent = 0; sent < 100_000; ) {
      const socket = await dialTcp({ namespacePath: path, remoteAddress: server, port: 53, timeoutMs: 2000 });
      sent += await sendFrames(socket, chance);
      if (sent % 7 === 0) await answersAll();
    }
    await answersAll();
  },
);

/** Until the other side hangs up, or after a while. Gives how many were sent. */
async function sendFrames(socket: Socket, chance: Chance): Promise<number> {
  let isOpen = true;
  socket.on('error', () => {}).on('close', () => (isOpen = false));
  socket.resume();
  let count = 0;
  const most = 100 + chance.below(400);
  while (isOpen && count < most) {
    const message = makeNoise(chance, noisyNames);
    const length = Buffer.alloc(2);
    // One in a hundred frames promises another length than it has.
    length.writeUInt16BE(chance.below(100) === 0 ? chance.below(65536) : message.length);
    const isTaken = socket.write(Buffer.concat([length, message]));
    count++;
    if (count % 5 === 0) await new Promise(setImmediate); // to see whether it has hung up
    if (!isTaken) await eventually('the resolver reads on', () => !isOpen || !socket.writableNeedDrain);
  }
  socket.destroy();
  return count;
}
