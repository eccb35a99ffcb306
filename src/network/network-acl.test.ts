import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entry } from '../../test/networks/example-network-acl.ts';
import type { NetworkAclEntry } from '../cloud/network-acl.ts';
import type { CloudIndex } from './cloud-index.ts';
import { askNetworkAcl, type BorderPacket, compileNetworkAcls, numberNetworkAcls } from './network-acl.ts';

const vpcId = 'vpc-1';

function compile(...entries: NetworkAclEntry[]) {
  const acl = {
    ...{ networkAclId: 'acl-00000001', vpcId, isDefault: false, entries },
    associations: [{ networkAclAssociationId: 'aclassoc-1', subnetId: 'subnet-1' }],
  };
  const index = { networkAclsOf: new Map([[vpcId, [acl]]]) } as unknown as CloudIndex;
  return compileNetworkAcls(index, vpcId).networkAcls[0];
}

const tcp = (from: number, to = from, peer = '10.0.1.5'): BorderPacket => ({
  ...{ protocol: 'tcp', peer, ports: { from, to } },
});

test('one that lets everything through is left out, whatever comes after that entry', () => {
  const open = [entry(100, 'in'), entry(100, 'out'), entry(200, 'in', { action: 'deny' })];
  assert.equal(compile(...open), undefined);
  assert.ok(compile(entry(100, 'in')));
  assert.ok(compile(...open, entry(99, 'out', { action: 'deny', protocol: 'udp', ports: 53 })));
});

test('the lowest number that matches decides, in its own direction', () => {
  const acl = compile(
    entry(300, 'in'),
    entry(20, 'in', { protocol: 'tcp', ports: 22, cidrBlock: '10.0.1.0/24' }),
    entry(30, 'in', { action: 'deny', protocol: 'tcp', ports: { from: 1, to: 1023 } }),
    entry(10, 'out', { action: 'deny' }),
  )!;
  const ruleOf = (packet: BorderPacket) => askNetworkAcl(acl, 'ingress', packet).ruleNumber;
  assert.deepEqual([tcp(22), tcp(22, 22, '10.0.2.5'), tcp(80), tcp(1024)].map(ruleOf), [20, 30, 30, 300]);
  assert.equal(askNetworkAcl(acl, 'egress', tcp(22)).ruleNumber, 10);
});

test('what nobody names is denied last', () => {
  const acl = compile(entry(10, 'in', { protocol: 'udp', ports: 53 }))!;
  const { action, ruleNumber } = askNetworkAcl(acl, 'ingress', tcp(53));
  assert.deepEqual([action, ruleNumber], ['deny', 32767]);
});

test('of many possible ports, one that is denied is what counts', () => {
  const acl = compile(
    entry(10, 'in', { protocol: 'tcp', ports: { from: 1024, to: 40000 } }),
    entry(20, 'in', { action: 'deny', protocol: 'tcp', ports: { from: 50000, to: 50001 } }),
    entry(30, 'in', { protocol: 'tcp', ports: { from: 30000, to: 65535 } }),
  )!;
  const ask = (from: number, to: number) => askNetworkAcl(acl, 'ingress', tcp(from, to));
  const denied = (from: number, to: number) => {
    const { action, ruleNumber, ports } = ask(from, to);
    return [action, ruleNumber, ports!.from, ports!.to];
  };
  assert.deepEqual(denied(32768, 60999), ['deny', 20, 50000, 50001]);
  assert.deepEqual(denied(32768, 49999), ['allow', 10, 32768, 49999]);
  assert.deepEqual(denied(40001, 49999), ['allow', 30, 40001, 49999]);
  assert.deepEqual(denied(1000, 2000), ['deny', 32767, 1000, 1023]);
});

test('ICMP is told apart by type and code, and IPv6 is nobody here', () => {
  const { cidrBlock: _, ...ipv6 } = entry(5, 'in', { action: 'deny' });
  const acl = compile(
    { ...ipv6, ipv6CidrBlock: '::/0' },
    entry(10, 'in', { action: 'deny', protocol: 'icmp', icmp: { type: 8, code: -1 } }),
    entry(20, 'in', { protocol: 'icmp', icmp: { type: 3, code: 4 } }),
  )!;
  const ask = (type: number, code: number) =>
    askNetworkAcl(acl, 'ingress', { protocol: 'icmp', peer: '10.0.1.5', icmp: { type, code } }).ruleNumber;
  assert.deepEqual([ask(8, 0), ask(3, 4), ask(3, 1)], [10, 20, 32767]);
});

test('each has a number of its own', () => {
  const acl = compile(entry(10, 'in'))!;
  const numbers = numberNetworkAcls([
    acl,
    { ...acl, networkAclId: 'acl-1111ffff' },
    { ...acl, networkAclId: 'acl-2222ffff' },
  ]);
  assert.deepEqual([...numbers.values()], [1, 0xffff, 0]);
});
