import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLogFormat, isKnownField, readLogFormat, versionOf } from '../cloud/flow-log-field.ts';
import { createLineWriter, type FlowLine, type FlowWindow } from './flow-log-format.ts';
import type { NetworkInterfaceNode, VpcNetwork } from './network.ts';

const format = (...names: string[]) => names.map((name) => `\${${name}}`).join(' ');
const node = {
  ...{ networkInterfaceId: 'eni-00000001', subnetId: 'subnet-00000001', privateIpAddress: '10.0.1.10' },
  ...{ availabilityZoneId: 'use1-az1', routeTableId: 'rtb-00000001', subnetCidrBlock: '10.0.1.0/24' },
  behind: { kind: 'instance', instanceId: 'i-00000001', deviceIndex: 0, bootNumber: 1 },
} as unknown as NetworkInterfaceNode;
const vpc = {
  ...{ vpcId: 'vpc-00000001', accountId: '111111111111', region: 'us-east-1', loadBalancers: [] },
  ...{ cidrBlocks: [{ cidrBlock: '10.0.0.0/16', fabricBlock: '240.1.0.0/16' }], routeTables: [] },
} as unknown as VpcNetwork;
const window: FlowWindow = {
  vpc,
  start: 1769860800,
  end: 1769860860,
  regionOf: () => undefined,
  known: new Map(),
};
const line: FlowLine & { record: object } = {
  ...{ node, status: 'OK' },
  record: {
    ...{ node, direction: 'ingress', action: 'ACCEPT', protocol: 6, tcpFlags: 18, packets: 20, bytes: 4249 },
    ...{
      sourceAddress: '10.0.1.25',
      destinationAddress: '10.0.1.77',
      sourcePort: 49152,
      destinationPort: 443,
    },
  },
};
const write = (logFormat: string, what: FlowLine = line) =>
  createLineWriter({ logFormat }).write(what, window);

test('version 2 is AWS’s line; the interface’s own address stands in it', () => {
  assert.equal(
    write(defaultLogFormat),
    '2 111111111111 eni-00000001 10.0.1.25 10.0.1.10 49152 443 6 20 4249 1769860800 1769860860 ACCEPT OK',
  );
  assert.match(
    createLineWriter({ logFormat: defaultLogFormat }).header,
    /^version account-id .* log-status$/,
  );
});

test('without a record there are dashes', () => {
  assert.equal(
    write(defaultLogFormat, { node, status: 'NODATA' }),
    '2 111111111111 eni-00000001 - - - - - - - 1769860800 1769860860 - NODATA',
  );
  assert.match(write(defaultLogFormat, { node, status: 'SKIPDATA' }), / - SKIPDATA$/);
});

test('other fields, in the order that was asked for; the version is that of the newest', () => {
  const extra = format('tcp-flags', 'version', 'pkt-dstaddr', 'instance-id', 'type');
  assert.equal(write(extra), '18 3 10.0.1.77 i-00000001 IPv4');
  assert.equal(write(format('version', 'az-id', 'region', 'sublocation-id')), '4 use1-az1 us-east-1 -');
  assert.equal(write(format('version', 'flow-direction', 'traffic-path')), '5 ingress -');
  assert.equal(write(format('vpc-id', 'subnet-id')), 'vpc-00000001 subnet-00000001');
});

test('only an instance’s interface has an instance', () => {
  const other = { ...node, behind: { kind: 'nat-gateway' } } as unknown as NetworkInterfaceNode;
  assert.equal(write(format('instance-id'), { node: other, status: 'NODATA' }), '-');
});

test('formats are names in braces, one space apart', () => {
  assert.deepEqual(readLogFormat(format('srcaddr', 'dstaddr')), ['srcaddr', 'dstaddr']);
  for (const wrong of ['', 'srcaddr', `${format('srcaddr')} `, format('Src')])
    assert.equal(readLogFormat(wrong), undefined);
  assert.deepEqual([isKnownField('traffic-path'), isKnownField('toString')], [true, false]);
  assert.deepEqual([versionOf([]), versionOf(['srcaddr', 'az-id', 'vpc-id'])], [2, 4]);
});
