// Questions that others answer. Their packets are written by dns-packet, which shares nothing with the code under test.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import dnsPacket, { type Answer, type Packet } from 'dns-packet';
import fc from 'fast-check';
import type { PrivateZone } from '../network/network.ts';
import { type NameSource, nameSource } from '../network/resolve-name.ts';
import { answerQuery, type Forwarding } from './answer.ts';
import { readAnswers } from './forwarded-answer.ts';
import { parseQuestion } from './query.ts';

const zone: PrivateZone = {
  ...{ zoneName: 'shop.example', by: 'Z1', isForInboundOnly: false },
  recordSets: new Map([
    ['stock.shop.example', [{ type: 'CNAME', ttlSeconds: 60, values: ['stock.corp.example'] }]],
  ]),
};
const source: NameSource = nameSource(
  { publicNames: new Map(), publicZones: [] },
  {
    ...{ vpcId: 'vpc-1', region: 'us-east-1', cidrBlocks: [], privateNames: new Map(), privateZones: [zone] },
    resolverRules: [
      {
        ...{ resolverRuleId: 'rslvr-rr-1', domain: 'corp.example' },
        forward: {
          resolverEndpointId: 'rslvr-out-1',
          from: [],
          targets: [{ address: '192.168.0.1', port: 53 }],
        },
      },
    ],
  },
  'vpc',
);

function forward(name: string, type: 'A' | 'MX' = 'A', more: Partial<Packet> = {}): Forwarding {
  const about: Packet = {
    type: 'query',
    id: 4711,
    flags: dnsPacket.RECURSION_DESIRED,
    questions: [{ type, name }],
  };
  const forwarding = answerQuery(dnsPacket.encode({ ...about, ...more }), source, 0);
  assert.ok(forwarding && !Buffer.isBuffer(forwarding), 'others should be asked');
  return forwarding;
}

/** What somebody answers to the very question that was sent on. */
function answerTo({ query }: Forwarding, answers: Answer[], more: Partial<Packet> = {}): Buffer {
  const { questions, id } = dnsPacket.decode(query);
  return dnsPacket.encode({ type: 'response', id, questions, answers, ...more } as Packet);
}

const decode = (message: Buffer) =>
  dnsPacket.decode(message) as ReturnType<typeof dnsPacket.decode> & { rcode: string };

test('a question is sent on with the client’s wishes, and the answer is the client’s as it is', () => {
  const edns = { type: 'OPT', name: '.', udpPayloadSize: 4096, ednsVersion: 0, flags: 0x8000, options: [] };
  const forwarding = forward('Stock.Corp.example', 'A', { additionals: [edns as never] });
  const asked = decode(forwarding.query);
  assert.deepEqual(asked.questions, [{ type: 'A', name: 'Stock.Corp.example', class: 'IN' }]);
  assert.equal(asked.flag_rd, true);
  const [opt] = asked.additionals as unknown as { udpPayloadSize: number; flag_do: boolean }[];
  assert.deepEqual([opt!.udpPayloadSize, opt!.flag_do], [1232, true]);
  const data = '192.168.0.9';
  const answer = answerTo(forwarding, [{ type: 'A', name: 'Stock.Corp.example', ttl: 30, data }], { id: 1 });
  const told = decode(forwarding.finish(answer));
  assert.equal(told.id, 4711);
  assert.deepEqual(
    told.answers!.map((one) => (one as { data: string }).data),
    [data],
  );
});

test('who asks without EDNS is sent on without it', () => {
  assert.deepEqual(decode(forward('corp.example').query).additionals, []);
});

test('nobody’s answer is a failure of the server', () => {
  assert.equal(decode(forward('corp.example').finish(undefined)).rcode, 'SERVFAIL');
});

test('what an alias of ours leads to is asked for, and follows the alias', () => {
  const forwarding = forward('stock.shop.example', 'MX');
  assert.equal(decode(forwarding.query).questions![0]!.name, 'stock.corp.example');
  const answers: Answer[] = [
    { type: 'CNAME', name: 'stock.corp.example', ttl: 30, data: 'real.corp.example' },
    {
      type: 'MX',
      name: 'real.corp.example',
      ttl: 30,
      data: { preference: 10, exchange: 'mail.corp.example' },
    },
  ];
  const told = decode(forwarding.finish(answerTo(forwarding, answers)));
  assert.equal(told.questions![0]!.name, 'stock.shop.example');
  assert.deepEqual(
    told.answers!.map((one) => [one.type, one.name, (one as { data: unknown }).data]),
    [
      ['CNAME', 'stock.shop.example', 'stock.corp.example'],
      ['CNAME', 'stock.corp.example', 'real.corp.example'],
      ['MX', 'real.corp.example', { preference: 10, exchange: 'mail.corp.example' }],
    ],
  );
  const absent = decode(forwarding.finish(answerTo(forwarding, [], { flags: 3 })));
  assert.deepEqual([absent.rcode, absent.answers!.length], ['NXDOMAIN', 1]);
});

test('names that others wrote short are written out', () => {
  const forwarding = forward('stock.shop.example');
  const { query } = forwarding;
  // `stock.corp.example` CNAME `mail` and a pointer to `corp.example` in the question
  const record = Buffer.from('c00c000500010000001e0007046d61696cc012', 'hex');
  const message = Buffer.concat([query, record]);
  message[2] = 0x80;
  message.writeUInt16BE(1, 6);
  const told = decode(forwarding.finish(message));
  assert.equal((told.answers![1] as { data: string }).data, 'mail.corp.example');
});

test('whatever others send, the client gets an answer', () => {
  const forwarding = forward('stock.shop.example');
  const valid = answerTo(forwarding, [
    { type: 'MX', name: 'stock.corp.example', ttl: 1, data: { preference: 1, exchange: 'a.corp.example' } },
  ]);
  const mutation = fc.array(fc.tuple(fc.nat(valid.length - 1), fc.nat(255)), { maxLength: 8 });
  fc.assert(
    fc.property(mutation, fc.nat(valid.length), (bytes, length) => {
      const message = Buffer.from(valid);
      for (const [offset, byte] of bytes) message[offset] = byte;
      const cut = message.subarray(0, Math.max(12, length));
      // Read by length alone: a changed type makes of honest data what no decoder of that type would take.
      const answer = forwarding.finish(cut);
      assert.ok(readAnswers(answer, parseQuestion(answer)!.end));
    }),
    { numRuns: 20_000 },
  );
});
