import assert from 'node:assert/strict';
import { test } from 'node:test';
import { awsServiceOf, type FlowCount, formRecords } from './flow-record.ts';
import type { NetworkInterfaceNode } from './network.ts';

const node = (kind: string) =>
  ({ networkInterfaceId: 'eni-00000001', behind: { kind } }) as unknown as NetworkInterfaceNode;
const instance = new Map([[1, node('instance')]]);
const sent = (fields: Partial<FlowCount> = {}): FlowCount => ({
  ...{ interfaceNumber: 1, direction: 'egress', isRefused: false, protocol: 6, tcpFlags: 0 },
  ...{ sourceAddress: '10.0.1.10', destinationAddress: '10.0.2.20', sourcePort: 40000, destinationPort: 80 },
  ...{ packets: 5, bytes: 500, ...fields },
});
const short = (counts: FlowCount[], nodes = instance) =>
  formRecords(counts, nodes).map(({ action, packets, bytes, tcpFlags }) => [
    action,
    packets,
    bytes,
    tcpFlags,
  ]);

test('counters of one flow are one record, their flags together', () => {
  const counts = [
    sent(),
    sent({ tcpFlags: 2, packets: 1, bytes: 60 }),
    sent({ tcpFlags: 1, packets: 1, bytes: 52 }),
  ];
  assert.deepEqual(short(counts), [['ACCEPT', 7, 612, 3]]);
  assert.equal(short([...counts, sent({ sourcePort: 40001 })]).length, 2);
});

test('of what was sent, what was refused on the way out is rejected and the rest accepted', () => {
  const refused = sent({ isRefused: true, packets: 2, bytes: 200 });
  assert.deepEqual(short([sent(), refused]), [
    ['ACCEPT', 3, 300, 0],
    ['REJECT', 2, 200, 0],
  ]);
  assert.deepEqual(short([sent({ packets: 2, bytes: 200 }), refused]), [['REJECT', 2, 200, 0]]);
  const syn = { tcpFlags: 2, packets: 1, bytes: 60 };
  assert.deepEqual(short([sent(), sent(syn), sent({ ...syn, isRefused: true })]), [
    ['ACCEPT', 5, 500, 0],
    ['REJECT', 1, 60, 2],
  ]);
});

test('a refusal that was counted an interval later than its packet takes nothing from others', () => {
  const refused = sent({ isRefused: true, packets: 2, bytes: 200 });
  assert.deepEqual(short([sent({ packets: 1, bytes: 100 }), refused]), [['REJECT', 2, 200, 0]]);
});

test('what an interface without a wire has sent is counted once it is judged', () => {
  const counts = [sent({ packets: 3, bytes: 300 }), sent({ isRefused: true, packets: 2, bytes: 200 })];
  assert.deepEqual(short(counts, new Map([[1, node('network-load-balancer')]])), [
    ['ACCEPT', 3, 300, 0],
    ['REJECT', 2, 200, 0],
  ]);
});

test('what is received is accepted as it is counted; counters of nobody are left out', () => {
  const received = sent({ direction: 'ingress' });
  assert.deepEqual(short([received, { ...received, isRefused: true, packets: 1, bytes: 60 }]), [
    ['ACCEPT', 5, 500, 0],
    ['REJECT', 1, 60, 0],
  ]);
  assert.deepEqual(short([sent({ interfaceNumber: 2 })]), []);
});

test('AWS’s names of address ranges', () => {
  const names = ['52.216.0.10', '52.94.0.10', '52.46.0.10', '3.128.0.7', '10.0.0.1', '8.8.8.8'].map(
    awsServiceOf,
  );
  assert.deepEqual(names, ['S3', 'DYNAMODB', 'AMAZON', 'EC2', undefined, undefined]);
});
