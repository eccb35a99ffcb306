// What is new since the last look, and the latest packets one by one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type DropLine, lastPackets, newSince } from './drops.ts';

const line = (fields: Partial<DropLine> = {}): DropLine => ({
  ...{ routerId: 'vpc-1', refusedBy: 'sg-1', code: 'ENI_SG_RULES_MISMATCH', reason: 'ingress' },
  ...{ why: 'has no inbound rule for it', text: '', packets: 1, bytes: 60 },
  ...{ sourceAddress: '10.0.1.7', destinationAddress: '10.0.1.9', protocol: 'tcp', destinationPort: 80 },
  ...{ lastTime: '2026-01-31T12:00:00.000Z', recent: [], link: { kind: 'eni', idEnd: '00000000000a' } },
  ...fields,
});

test('what has grown is told with what it grew by, whoever is blamed for it by now', () => {
  const before = [line({ packets: 5, bytes: 300 })];
  assert.deepEqual(newSince(before, before), []);
  const now = [line({ packets: 7, bytes: 420, refusedBy: 'eni-1' })];
  assert.deepEqual(
    newSince(before, now).map(({ packets, bytes }) => [packets, bytes]),
    [[2, 120]],
  );
});

test('a counter that began anew, and one of another interface with the same address, count from nothing', () => {
  const before = [line({ packets: 5 })];
  assert.deepEqual(
    newSince(before, [line({ packets: 2 })]).map(({ packets }) => packets),
    [2],
  );
  const other = line({ packets: 9, link: { kind: 'eni', idEnd: '00000000000b' } });
  assert.deepEqual(
    newSince(before, [...before, other]).map(({ packets }) => packets),
    [9],
  );
});

test('the latest packets are those of all lines, oldest first, with their source ports where they are known', () => {
  const at = (second: number) => `2026-01-31T12:00:0${second}.000Z`;
  const drops = [
    line({
      lastTime: at(7),
      recent: [
        { time: at(7), sourcePort: 4007 },
        { time: at(3), sourcePort: 4003 },
      ],
    }),
    line({ destinationPort: 22, lastTime: at(5) }),
  ];
  const told = lastPackets(drops, 2).map((packet) => [
    packet.lastTime,
    packet.sourcePort,
    packet.destinationPort,
  ]);
  assert.deepEqual(told, [
    [at(5), undefined, 22],
    [at(7), 4007, 80],
  ]);
});
