// An S3 bucket as the control plane knows it. Its objects are elsewhere (services/s3): they own their storage.
// AWS: names are unique over all accounts, and a bucket lives in one region.

import type { Owned } from './vpc.ts';

export interface PublicAccessBlock {
  blockPublicAcls: boolean;
  ignorePublicAcls: boolean;
  /** Refuses a bucket policy that lets everybody in. */
  blockPublicPolicy: boolean;
  /** Leaves a bucket whose policy lets everybody in to its own account. */
  restrictPublicBuckets: boolean;
}

export interface Bucket extends Owned {
  bucketName: string;
  creationDate: string;
  /** Absent: never switched on. */
  versioning?: 'Enabled' | 'Suspended';
  /** The bucket policy as it came. */
  policy?: string;
  tags?: Record<string, string>;
  /** A new bucket has all four. Absent: taken away. */
  publicAccessBlock?: PublicAccessBlock;
  /** They were deleted. Absent: `BucketOwnerEnforced`, as every new bucket has it. */
  hasNoOwnershipControls?: true;
  /** As it was asked for; it changes nothing where the keys are S3's own. */
  hasBucketKey?: true;
}
