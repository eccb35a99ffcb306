// The checksums a client may ask for beside the ETag's MD5: how they are computed, how they are named in headers, and how
// those of a multipart upload come from those of its parts.

import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type CrcName, combineCrcs, crc32c, crc64Nvme } from './crc.ts';
import { invalidRequest } from './errors.ts';

export const checksumAlgorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];
/** `FULL_OBJECT`: of all bytes. `COMPOSITE`: of the parts' checksums. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

export interface Checksum {
  algorithm: ChecksumAlgorithm;
  /** Base64; `-N` behind it for a composite of N parts. */
  value: string;
  type: ChecksumType;
}

export const checksumHeader = (algorithm: ChecksumAlgorithm) => `x-amz-checksum-${algorithm.toLowerCase()}`;
/** As in XML: `ChecksumCRC32`. */
export const checksumElement = (algorithm: ChecksumAlgorithm) => `Checksum${algorithm}` as const;

export interface RunningDigest {
  update(chunk: Uint8Array): void;
  digest(): Buffer;
}

export function startChecksum(algorithm: ChecksumAlgorithm): RunningDigest {
  switch (algorithm) {
    case 'CRC32':
      return startCrc32(crc32);
    case 'CRC32C':
      return startCrc32(crc32c);
    case 'CRC64NVME':
      return startCrc64();
    case 'SHA1':
      return createHash('sha1');
    case 'SHA256':
      return createHash('sha256');
  }
}

function startCrc32(update: (data: Uint8Array, before: number) => number): RunningDigest {
  let value = 0;
  return {
    update: (chunk) => {
      value = update(chunk, value);
    },
    digest: () => {
      const digest = Buffer.alloc(4);
      digest.writeUInt32BE(value);
      return digest;
    },
  };
}

function startCrc64(): RunningDigest {
  let value = { high: 0, low: 0 };
  return {
    update: (chunk) => {
      value = crc64Nvme(chunk, value);
    },
    digest: () => {
      const digest = Buffer.alloc(8);
      digest.writeUInt32BE(value.high, 0);
      digest.writeUInt32BE(value.low, 4);
      return digest;
    },
  };
}

const digestSizes: Record<ChecksumAlgorithm, number> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
};

export function isChecksumValue(algorithm: ChecksumAlgorithm, value: string): boolean {
  return (
    /^[A-Za-z0-9+/]+={0,2}$/.test(value) && Buffer.from(value, 'base64').length === digestSizes[algorithm]
  );
}

/** `CRC32` of a header's text, in any case. */
export function readAlgorithm(text: string): ChecksumAlgorithm {
  const algorithm = checksumAlgorithms.find((name) => name === text.toUpperCase());
  if (!algorithm) {
    throw invalidRequest(
      'Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]',
    );
  }
  return algorithm;
}

/** AWS: what can be for each algorithm; the first is what it is when nothing is said. */
const possibleTypes: Record<ChecksumAlgorithm, ChecksumType[]> = {
  CRC32: ['COMPOSITE', 'FULL_OBJECT'],
  CRC32C: ['COMPOSITE', 'FULL_OBJECT'],
  CRC64NVME: ['FULL_OBJECT'],
  SHA1: ['COMPOSITE'],
  SHA256: ['COMPOSITE'],
};

export function readChecksumType(algorithm: ChecksumAlgorithm, text: string | undefined): ChecksumType {
  const types = possibleTypes[algorithm];
  const type = types.find((possible) => text === undefined || possible === text);
  if (!type) {
    throw invalidRequest(
      `The ${text} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  return type;
}

/** Of a whole upload, from its parts' in their order. */
export function combineChecksums(
  algorithm: ChecksumAlgorithm,
  type: ChecksumType,
  parts: { value: string; size: number }[],
): Checksum {
  const digests = parts.map(({ value }) => Buffer.from(value, 'base64'));
  if (type === 'COMPOSITE') {
    const whole = startChecksum(algorithm);
    for (const digest of digests) whole.update(digest);
    return { algorithm, type, value: `${whole.digest().toString('base64')}-${parts.length}` };
  }
  const name = crcNames[algorithm]!;
  const numbers = digests.map((digest) => BigInt(`0x${digest.toString('hex')}`));
  const whole = numbers.reduce((before, number, index) =>
    combineCrcs(name, before, number, parts[index]!.size),
  );
  const hex = whole.toString(16).padStart(digestSizes[algorithm] * 2, '0');
  return { algorithm, type, value: Buffer.from(hex, 'hex').toString('base64') };
}

const crcNames: Partial<Record<ChecksumAlgorithm, CrcName>> = {
  CRC32: 32,
  CRC32C: '32c',
  CRC64NVME: '64nvme',
};
