import assert from 'node:assert/strict';
import { test } from 'node:test';
import dnsPacket, { type Answer } from 'dns-packet';
import type { NameTable } from '../network/network.ts';
import { nameSource } from '../network/resolve-name.ts';
import { answerQuery } from './answer.ts';
import { AnswerCache } from './answer-cache.ts';

const sourceOf = (addresses: Record<string, string[]>) => {
  const privateNames: NameTable = new Map(
    Object.entries(addresses).map(([name, list]) => [name, { type: 'A', ttlSeconds: 60, addresses: list }]),
  );
  const vpc = { vpcId: 'vpc-1', region: 'us-east-1', privateNames, privateZones: [] };
  return nameSource({ publicNames: new Map(), publicZones: [] }, vpc, 'vpc');
};

const queryOf = (id: number, name: string) =>
  dnsPacket.encode({ type: 'query', id, questions: [{ type: 'A', name }] });

const read = (answer: unknown) => {
  assert.ok(Buffer.isBuffer(answer));
  const { id, answers } = dnsPacket.decode(answer);
  return { id, data: answers!.map((one) => (one as Answer & { data: string }).data) };
};

test('a question that comes again has its answer with its own id, and the one given before stays as it was', () => {
  const cache = new AnswerCache();
  const source = sourceOf({ 'a.example': ['10.0.0.1'] });
  const first = cache.answer(queryOf(1, 'a.example'), source, 0);
  const second = cache.answer(queryOf(2, 'a.example'), source, 7);
  assert.deepEqual(
    [read(first), read(second)],
    [
      { id: 1, data: ['10.0.0.1'] },
      { id: 2, data: ['10.0.0.1'] },
    ],
  );
  assert.equal(read(cache.answer(queryOf(3, 'A.example'), source, 0)).id, 3);
});

test('addresses take turns as without a cache', () => {
  const cache = new AnswerCache();
  const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4', '10.0.0.5'];
  const source = sourceOf({ 'a.example': addresses });
  for (let rotation = 0; rotation < 23; rotation++) {
    const query = queryOf(rotation, 'a.example');
    assert.deepEqual(cache.answer(query, source, rotation), answerQuery(query, source, rotation));
  }
});

test('other names are another source: what was kept of the old is not answered', () => {
  const cache = new AnswerCache();
  const query = queryOf(1, 'a.example');
  assert.deepEqual(read(cache.answer(query, sourceOf({ 'a.example': ['10.0.0.1'] }), 0)).data, ['10.0.0.1']);
  assert.deepEqual(read(cache.answer(query, sourceOf({ 'a.example': ['10.0.0.2'] }), 0)).data, ['10.0.0.2']);
});

test('ever new questions do not fill the memory', () => {
  const cache = new AnswerCache();
  const source = sourceOf({});
  const before = process.memoryUsage().heapUsed;
  for (let number = 0; number < 200_000; number++) cache.answer(queryOf(1, `n${number}.example`), source, 0);
  assert.ok(process.memoryUsage().heapUsed - before < 150 * 1024 * 1024);
});

test('scraps and responses are answered as without a cache: not at all', () => {
  const cache = new AnswerCache();
  const source = sourceOf({});
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(1), Buffer.alloc(12, 0xff), Buffer.alloc(500)])
    for (let round = 0; round < 2; round++)
      assert.deepEqual(cache.answer(bytes, source, 0), answerQuery(bytes, source, 0));
});
