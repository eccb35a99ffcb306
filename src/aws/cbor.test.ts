import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cbor } from '@smithy/core/cbor';
import fc from 'fast-check';
import { CborFault, decodeCbor, encodeCbor } from './cbor.ts';

const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.maxSafeInteger(),
  // The SDK writes -0 as 0.
  fc.double({ noNaN: true }).map((number) => number + 0),
  fc.boolean(),
  fc.constant(null),
);
// The SDK loses it.
const name = fc.string().filter((text) => text !== '__proto__');
const document = fc.letrec((tie) => ({
  node: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie('node')), fc.dictionary(name, tie('node'))),
})).node;
const plain = (value: unknown) => JSON.stringify(value, (_, one) => (Object.is(one, -0) ? '-0' : one));

test('what is written is read again, by us and by the SDK', () => {
  fc.assert(
    fc.property(document, (value) => {
      const bytes = encodeCbor(value);
      assert.equal(plain(decodeCbor(bytes)), plain(value));
      assert.equal(plain(cbor.deserialize(bytes)), plain(value));
      assert.equal(plain(decodeCbor(Buffer.from(cbor.serialize(value)))), plain(value));
    }),
  );
});

test('a key may be any text', () => {
  const document = JSON.parse('{ "__proto__": { "constructor": 1 } }');
  assert.equal(JSON.stringify(decodeCbor(encodeCbor(document))), JSON.stringify(document));
});

test('bytes are bytes', () => {
  const bytes = new Uint8Array([0, 255, 62]);
  assert.deepEqual(decodeCbor(encodeCbor({ bytes })), { bytes });
});

test('dates are seconds with tag 1', () => {
  const date = new Date('2026-01-31T12:34:56.789Z');
  assert.deepEqual(decodeCbor(encodeCbor({ date, gone: undefined })), { date });
  assert.deepEqual(decodeCbor(Buffer.from('c11a514b67b0', 'hex')), new Date('2013-03-21T20:04:00Z'));
});

test('the examples of RFC 8949 that AWS’s clients may send', () => {
  const examples: [string, unknown][] = [
    ['1bffffffffffffffff', 2 ** 64],
    ['3903e7', -1000],
    ['f93c00', 1],
    ['f9c400', -4],
    ['f90001', 2 ** -24],
    ['f97c00', Number.POSITIVE_INFINITY],
    ['fa47c35000', 100000],
    ['7f657374726561646d696e67ff', 'streaming'],
    ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
    ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
    ['f7', null],
  ];
  for (const [hex, value] of examples) assert.deepEqual(decodeCbor(Buffer.from(hex, 'hex')), value, hex);
});

test('whatever the bytes are, they are read or refused, soon', () => {
  const hostile = [
    '',
    '9affffffff',
    '5b7fffffffffffffff',
    'a1',
    'a10101',
    '62c328',
    'ff',
    '1c',
    'f8ff',
    '0000',
  ];
  for (const hex of hostile) assert.throws(() => decodeCbor(Buffer.from(hex, 'hex')), CborFault, hex);
  for (const byte of [0x81, 0x9f, 0xbf, 0xc1, 0x5f, 0x7f])
    assert.throws(() => decodeCbor(Buffer.alloc(1_000_000, byte)), CborFault);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        decodeCbor(Buffer.from(bytes));
      } catch (error) {
        assert.ok(error instanceof CborFault, String(error));
      }
    }),
    { numRuns: 5000 },
  );
  const read = decodeCbor(Buffer.from('a1695f5f70726f746f5f5fa1616101', 'hex')) as Record<string, unknown>;
  assert.equal(read.a, undefined, 'a key is only a name');
});
