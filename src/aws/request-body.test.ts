import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type BodyMemory, readBody } from './request-body.ts';

const kibibyte = 1024;
const newRequest = () => Object.assign(new PassThrough(), { headers: {} });
const read = (request: PassThrough, memory: BodyMemory, limit = 1024 * kibibyte) =>
  readBody(request as unknown as IncomingMessage, limit, memory);

test('bodies of all clients share one memory, which is given back however they end', async () => {
  const memory = { heldBytes: 0, mostBytes: 200 * kibibyte };
  const [first, second, short] = [newRequest(), newRequest(), newRequest()];
  const readings = [first, second, short].map((request) => read(request, memory));
  first.write(Buffer.alloc(150 * kibibyte));
  await setImmediate();
  second.write(Buffer.alloc(100 * kibibyte));
  assert.equal(await readings[1], 'aborted');
  assert.ok(second.destroyed);
  short.end(Buffer.alloc(60 * kibibyte));
  assert.equal(((await readings[2]) as Buffer).length, 60 * kibibyte);
  first.end();
  assert.equal(((await readings[0]) as Buffer).length, 150 * kibibyte);
  assert.equal(memory.heldBytes, 0);
});

test('what is too long, and what breaks off, gives its memory back too', async () => {
  const memory = { heldBytes: 0, mostBytes: 200 * kibibyte };
  const [long, broken] = [newRequest(), newRequest()];
  const readings = [read(long, memory, 10), read(broken, memory)];
  long.write(Buffer.alloc(11));
  assert.equal(await readings[0], undefined);
  broken.write(Buffer.alloc(5));
  await setImmediate();
  assert.equal(memory.heldBytes, 5);
  broken.destroy();
  assert.equal(await readings[1], 'aborted');
  assert.equal(memory.heldBytes, 0);
});
