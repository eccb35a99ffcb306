// Finding the object a request means, and saying of one that is not there no more than the caller may know.
// AWS: who may not list the bucket reads 403 where others read 404.

import type { Bucket } from '../../cloud/bucket.ts';
import { mayAccess } from './access.ts';
import type { BucketCall, ObjectCall, S3 } from './call.ts';
import {
  accessDenied,
  invalidArgument,
  methodNotAllowed,
  noSuchBucket,
  noSuchKey,
  noSuchVersion,
} from './errors.ts';
import type { ObjectVersion } from './object-index.ts';

export const isVersioned = ({ bucket }: Pick<ObjectCall, 'bucket'>) => bucket.versioning !== undefined;

/** The bucket as it is now. @throws NoSuchBucket when it went while a body came in, even if somebody has made it again */
export function getCurrentBucket({ bucketName, bucket }: BucketCall, { store }: S3): Bucket {
  const now = store.cloud.buckets.find(bucketName);
  if (now?.creationDate !== bucket.creationDate || now.accountId !== bucket.accountId)
    throw noSuchBucket(bucketName);
  return now;
}

/** The `versionId` parameter, if it can be one. */
export function readVersionId({ query }: Pick<ObjectCall, 'query'>): string | undefined {
  const versionId = query.get('versionId');
  if (versionId !== undefined) checkVersionId(versionId);
  return versionId;
}

export function checkVersionId(versionId: string): void {
  if (versionId !== 'null' && !/^[\w-]{32}$/.test(versionId)) {
    throw invalidArgument(
      versionId === '' ? 'Version id cannot be the empty string' : 'Invalid version id specified',
      'versionId',
      versionId,
    );
  }
}

/** Whatever there is under that name, markers as well, without a word of refusal. */
function findVersion(call: ObjectCall, { objects }: S3): ObjectVersion | undefined {
  return objects.find(call.bucketName, call.key, call.query.get('versionId'));
}

/** @throws NoSuchKey, NoSuchVersion, MethodNotAllowed for a delete marker, AccessDenied for those who may not know */
export function getVersion(call: ObjectCall, s3: S3): ObjectVersion {
  const versionId = readVersionId(call);
  const version = findVersion(call, s3);
  if (version && !version.isDeleteMarker) return version;
  if (
    !mayAccess(call, s3, {
      action: versionId === undefined ? 's3:ListBucket' : 's3:ListBucketVersions',
      bucket: call.bucket,
    })
  ) {
    throw accessDenied();
  }
  const markerHeaders = version && { 'x-amz-delete-marker': 'true', 'x-amz-version-id': version.versionId };
  if (versionId === undefined) throw noSuchKey(call.key, markerHeaders);
  if (!version) throw noSuchVersion(call.key, versionId);
  throw methodNotAllowed(call.request.method!, {
    ...markerHeaders,
    allow: 'DELETE',
    'last-modified': new Date(version.lastModified).toUTCString(),
  });
}

/** For `s3:ExistingObjectTag/k`. */
export function existingTags(call: ObjectCall, s3: S3): { existingTags?: Record<string, string> } {
  const version = findVersion(call, s3);
  return version ? { existingTags: version.detail.tags } : {};
}
