// PutObject: a body is received, checked and only then made the object, in one transaction; until then the old one is there.

import { authorize } from './access.ts';
import { type Answer, headerOf, newVersionIdFrom, type ObjectCall, type S3 } from './call.ts';
import { checkWrite } from './condition.ts';
import {
  encryptionHeader,
  etagHeader,
  readDetail,
  showChecksum,
  showVersionId,
  toSecond,
} from './object-detail.ts';
import type { NewVersion, ObjectVersion } from './object-index.ts';
import { getCurrentBucket } from './object-lookup.ts';
import { receiveBody } from './request-body.ts';
import { readTagHeader } from './tagging.ts';

/** For the question that is asked first: the tags the object is to have. */
export function requestTags(call: ObjectCall): { requestTags?: Record<string, string> } {
  const header = headerOf(call, 'x-amz-tagging');
  return header === undefined ? {} : { requestTags: readTagHeader(header) };
}

/** AWS: tags and ACLs set by the way need their own permission. */
export function authorizeExtras(call: ObjectCall, s3: S3): void {
  const { bucket, key } = call;
  if (headerOf(call, 'x-amz-tagging')) {
    authorize(call, s3, { action: 's3:PutObjectTagging', bucket, key, ...requestTags(call) });
  }
  const setsAcl = Object.keys(call.headers).some(
    (name) => name === 'x-amz-acl' || name.startsWith('x-amz-grant-'),
  );
  if (setsAcl) authorize(call, s3, { action: 's3:PutObjectAcl', bucket, key });
}

export async function putObject(call: ObjectCall, s3: S3): Promise<Answer> {
  const { bucketName, key } = call;
  authorizeExtras(call, s3);
  const detail = readDetail(call);
  checkWrite(call, key, s3.objects.find(bucketName, key));
  const { newBody, md5, checksum } = await receiveBody(call, s3.objects.bodies);
  if (checksum) detail.checksum = { ...checksum, type: 'FULL_OBJECT' };
  try {
    const versionId = commitObject(call, s3, {
      bucketName,
      key,
      size: newBody.size,
      etag: md5,
      lastModified: toSecond(s3.now()),
      detail,
      content: { segments: [[newBody.bodyId, 0, newBody.size]] },
      newBody,
    });
    return {
      headers: {
        etag: etagHeader(md5),
        'x-amz-version-id': versionId,
        ...encryptionHeader,
        ...showChecksum(detail.checksum),
      },
    };
  } catch (error) {
    await s3.objects.bodies.remove(newBody);
    throw error;
  }
}

/**
 * Makes it the latest version, if the bucket and the conditions still allow it.
 * @returns the version's id where the bucket has versions
 */
export function commitObject(
  call: ObjectCall,
  s3: S3,
  version: NewVersion,
  alongside: (versionId: string | undefined) => void = () => {},
): string | undefined {
  const { objects } = s3;
  const bucket = getCurrentBucket(call, s3);
  return objects.transaction(() => {
    checkWrite(call, version.key, objects.find(version.bucketName, version.key));
    const versionId = objects.put(version, bucket.versioning, newVersionIdFrom(s3));
    const shown = showVersionId(versionId, bucket.versioning !== undefined);
    alongside(shown);
    return shown;
  });
}

export function latestOf({ bucketName, key }: ObjectCall, { objects }: S3): ObjectVersion | undefined {
  return objects.find(bucketName, key);
}
