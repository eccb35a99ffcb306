import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32 as zlibCrc32 } from 'node:zlib';
import { Crc32c } from '@aws-crypto/crc32c';
import { Crc64Nvme } from '@aws-sdk/crc64-nvme';
import fc from 'fast-check';
import { type ChecksumAlgorithm, combineChecksums, startChecksum } from './checksum.ts';
import { crc32c } from './crc.ts';

const bytes = fc.uint8Array({ maxLength: 200 });

function checksum(algorithm: ChecksumAlgorithm, ...chunks: Uint8Array[]): string {
  const running = startChecksum(algorithm);
  for (const chunk of chunks) running.update(chunk);
  return running.digest().toString('base64');
}

test('CRC-32C and CRC-64/NVME are those of AWS’s own packages, however the bytes are cut', async () => {
  await fc.assert(
    fc.asyncProperty(bytes, bytes, async (first, second) => {
      const whole = new Uint8Array([...first, ...second]);
      assert.equal(crc32c(whole), new Crc32c().update(whole).digest());
      const theirs = new Crc64Nvme();
      theirs.update(whole);
      const expected = Buffer.from(await theirs.digest()).toString('base64');
      assert.equal(checksum('CRC64NVME', first, second), expected);
      assert.equal(checksum('CRC32C', first, second), checksum('CRC32C', whole));
    }),
  );
});

test('the CRC of many parts follows from theirs', () => {
  const parts = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(parts, (chunks) => {
      for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME'] as const) {
        const ofParts = chunks.map((chunk) => ({ value: checksum(algorithm, chunk), size: chunk.length }));
        const { value } = combineChecksums(algorithm, 'FULL_OBJECT', ofParts);
        assert.equal(value, checksum(algorithm, ...chunks), algorithm);
      }
    }),
  );
});

test('known values', () => {
  const data = Buffer.from('123456789');
  assert.equal(crc32c(data), 0xe3069283);
  assert.equal(checksum('CRC64NVME', data), Buffer.from('ae8b14860a799888', 'hex').toString('base64'));
  assert.equal(Buffer.from(checksum('CRC32', data), 'base64').readUInt32BE(), zlibCrc32(data));
});
