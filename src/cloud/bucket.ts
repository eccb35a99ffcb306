// An S3 bucket as the control plane knows it. Its objects are elsewhere (services/s3): they own their storage.
// AWS: names are unique over all accounts, and a bucket lives in one region.

import type { Owned } from './vpc.ts';

export interface Bucket extends Owned {
  bucketName: string;
  creationDate: string;
  /** Absent: never switched on. */
  versioning?: 'Enabled' | 'Suspended';
  /** The bucket policy as it came. */
  policy?: string;
  tags?: Record<string, string>;
}
