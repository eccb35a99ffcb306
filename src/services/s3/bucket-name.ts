// AWS's rules for the names of buckets: what DNS allows, and a few beginnings and endings that S3 keeps for itself.

import { S3Error } from './errors.ts';

const shape = /^[a-z0-9](?:[a-z0-9.-]{1,61})[a-z0-9]$/;
const keptBeginnings = ['xn--', 'sthree-', 'amzn-s3-demo-'];
const keptEndings = ['-s3alias', '--ol-s3', '.mrap', '--x-s3', '--table-s3'];

/** @throws InvalidBucketName */
export function checkBucketName(name: string): void {
  const isWellFormed =
    shape.test(name) &&
    !name.includes('..') &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !keptBeginnings.some((beginning) => name.startsWith(beginning)) &&
    !keptEndings.some((ending) => name.endsWith(ending));
  if (isWellFormed) return;
  throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.', 400, {
    details: { BucketName: name },
  });
}
