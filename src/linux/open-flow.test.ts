// Lines of conntrack read: both halves, translated or not, counted or not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseFlow } from './open-flow.ts';

test('a flow by an endpoint: asked and seen, the connection, what has gone each way', () => {
  const line =
    'tcp      6 349 ESTABLISHED src=240.3.1.77 dst=10.0.1.4 sport=40312 dport=80 packets=5 bytes=400 src=10.0.2.4 dst=10.0.1.5 sport=80 dport=40312 packets=4 bytes=900 [ASSURED] mark=7 use=1';
  assert.deepEqual(parseFlow(line), {
    ...{ protocol: 'tcp', state: 'ESTABLISHED', isAnswered: true, expiresSeconds: 349, connectionMark: 7 },
    asked: {
      ...{ sourceAddress: '240.3.1.77', sourcePort: 40312 },
      ...{ destinationAddress: '10.0.1.4', destinationPort: 80 },
    },
    seen: {
      ...{ sourceAddress: '10.0.1.5', sourcePort: 40312 },
      ...{ destinationAddress: '10.0.2.4', destinationPort: 80 },
    },
    counts: { sentPackets: 5, sentBytes: 400, receivedPackets: 4, receivedBytes: 900 },
  });
});

test('without a state, an answer, ports or counts', () => {
  const udp =
    'udp      17 27 src=10.0.1.7 dst=10.0.0.2 sport=5000 dport=53 [UNREPLIED] src=10.0.0.2 dst=10.0.1.7 sport=53 dport=5000 mark=2147483649 use=1';
  const { state, isAnswered, counts, isByGatewayEndpoint, connectionMark } = parseFlow(udp)!;
  assert.deepEqual(
    { state, isAnswered, counts, isByGatewayEndpoint, connectionMark },
    {
      state: undefined,
      isAnswered: false,
      counts: undefined,
      isByGatewayEndpoint: true,
      connectionMark: undefined,
    },
  );
  const ping =
    'icmp     1 29 src=10.0.1.7 dst=10.0.1.9 type=8 code=0 id=9 src=10.0.1.9 dst=10.0.1.7 type=0 code=0 id=9 mark=3221225472 use=1';
  const { asked, isByGatewayEndpoint: no } = parseFlow(ping)!;
  assert.deepEqual(asked, { sourceAddress: '10.0.1.7', destinationAddress: '10.0.1.9' });
  assert.equal(no, undefined);
  const other = 'unknown  47 599 src=10.0.1.7 dst=10.0.1.9 src=10.0.1.9 dst=10.0.1.7 mark=0 use=1';
  assert.equal(parseFlow(other)!.protocol, '47');
});

test('what is no flow is none', () => {
  for (const line of [
    '',
    'conntrack v1.4.7 (conntrack-tools): 2 flow entries have been shown.',
    'tcp 6 1 X src=1',
  ])
    assert.equal(parseFlow(line), undefined, line);
});
