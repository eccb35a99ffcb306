// What is asked of a destination, read and written.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatFlow, parseFlow, sortFlows } from './flow-text.ts';

test('ports and ping are read, and written in one way', () => {
  const pairs = [
    ['443', '443'],
    ['443/tcp', '443'],
    ['53/udp', '53/udp'],
    ['ping', 'ping'],
    ['icmp', 'ping'],
    ['65535', '65535'],
  ];
  for (const [text, written] of pairs) assert.equal(formatFlow(parseFlow(text!)!), written);
  for (const text of ['', '0', '65536', '-1', '80/sctp', '80-90', 'http', 'ping/udp', '1e3', ' 80'])
    assert.equal(parseFlow(text), undefined, text);
});

test('they are sorted, each once', () => {
  const flows = ['53/udp', '443', 'ping', '80', '443/tcp'].map((text) => parseFlow(text)!);
  assert.deepEqual(sortFlows(flows).map(formatFlow), ['ping', '80', '443', '53/udp']);
});
