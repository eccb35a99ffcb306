import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  addressAt,
  cidrContains,
  cidrCovers,
  cidrsOverlap,
  formatAddress,
  formatCidr,
  isPrivateAddress,
  parseAddress,
  parseCidr,
} from './cidr.ts';

const address = fc.nat(0xffffffff);

test('an address survives being read and written', () => {
  fc.assert(fc.property(address, (number) => parseAddress(formatAddress(number)) === number));
});

test('what libraries read each in their own way is refused', () => {
  for (const text of [
    '010.0.0.1',
    '1',
    '10.0.0',
    '10.0.0.0.0',
    '256.0.0.1',
    '0x0a.0.0.1',
    ' 10.0.0.1',
    '10.0.0.1 ',
    '',
  ]) {
    assert.equal(parseAddress(text), undefined, text);
  }
  for (const text of [
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0/08',
    '1/8',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
  ]) {
    assert.equal(parseCidr(text), undefined, text);
  }
});

test('host bits are cleared, as AWS does', () => {
  assert.equal(formatCidr(parseCidr('100.68.0.18/18')!), '100.68.0.0/18');
  assert.equal(formatCidr(parseCidr('255.255.255.255/0')!), '0.0.0.0/0');
});

test('a block holds exactly its addresses, and overlap is the same both ways', () => {
  const block = fc
    .tuple(address, fc.nat(32))
    .map(([number, length]) => formatCidr(parseCidr(`${formatAddress(number)}/${length}`)!));
  fc.assert(
    fc.property(block, block, address, (a, b, number) => {
      const text = formatAddress(number);
      assert.equal(cidrsOverlap(a, b), cidrsOverlap(b, a));
      assert.equal(cidrsOverlap(a, b), cidrCovers(a, b) || cidrCovers(b, a));
      if (cidrContains(a, text) && cidrContains(b, text)) assert.ok(cidrsOverlap(a, b));
    }),
  );
});

test('an address is found by its place in the block', () => {
  assert.equal(addressAt('10.0.0.0/16', 2), '10.0.0.2');
  assert.equal(addressAt('10.0.0.128/25', 127), '10.0.0.255');
});

test('private addresses end where the ranges end', () => {
  for (const address of [
    '10.255.255.255',
    '100.64.0.0',
    '100.127.255.255',
    '172.31.255.255',
    '192.168.0.1',
  ]) {
    assert.equal(isPrivateAddress(address), true, address);
  }
  for (const address of [
    '9.255.255.255',
    '100.63.255.255',
    '100.128.0.0',
    '172.32.0.0',
    '192.169.0.0',
    '8.8.8.8',
  ]) {
    assert.equal(isPrivateAddress(address), false, address);
  }
});
