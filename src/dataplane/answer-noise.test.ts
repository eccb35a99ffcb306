// What comes out for whatever comes in: a message that others can read, or nothing. By the hundred thousand, with a fixed seed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import dnsPacket from 'dns-packet';
import { makeChance, makeNoise } from '../../test/dns-noise.ts';
import { noisyNames, noisySource } from '../../test/noisy-zone.ts';
import { answerQuery } from './answer.ts';
import { AnswerCache } from './answer-cache.ts';

test('300,000 malformed messages are answered with readable ones, or not at all', () => {
  const chance = makeChance(20261129);
  const source = noisySource();
  const cache = new AnswerCache();
  let answered = 0;
  for (let count = 0; count < 300_000; count++) {
    const message = makeNoise(chance, noisyNames);
    const before = Buffer.from(message);
    const rotation = chance.below(1000);
    const transport = count % 2 ? 'udp' : 'tcp';
    const answer = answerQuery(message, source, rotation, transport);
    assert.deepEqual(message, before, 'the question is left as it is');
    if (transport === 'udp') assert.deepEqual(cache.answer(message, source, rotation), answer);
    if (answer === undefined) {
      assert.ok(message.length < 12 || message[2]! >= 0x80);
      continue;
    }
    assert.ok(Buffer.isBuffer(answer));
    assert.ok(answer.length <= (transport === 'udp' ? 1232 : 65535));
    assert.equal(answer.readUInt16BE(0), message.readUInt16BE(0));
    answered++;
    // The other implementation is slow: every twentieth is read by it.
    if (count % 20 === 0) assert.equal(dnsPacket.decode(answer).type, 'response', before.toString('hex'));
  }
  assert.ok(answered > 150_000, String(answered));
});
