// DeleteObject and DeleteObjects: without versions the object is gone, with them a delete marker lies over it.

import { AwsError } from '../../aws/aws-error.ts';
import { childrenOf, childText, renderDocument, type XmlContent } from '../../aws/rest-xml.ts';
import { findRefusal } from './access.ts';
import { checkKey } from './address.ts';
import {
  type Answer,
  type BucketCall,
  headerOf,
  newVersionIdFrom,
  type ObjectCall,
  type S3,
} from './call.ts';
import { checkWrite } from './condition.ts';
import { accessDenied, invalidRequest, malformedXml } from './errors.ts';
import { toSecond } from './object-detail.ts';
import { checkVersionId, getCurrentBucket, readVersionId } from './object-lookup.ts';
import { readDocument } from './request-body.ts';

interface Deletion {
  key: string;
  versionId?: string;
}

interface Deleted {
  versionId?: string;
  /** A marker was made, or one was taken away. */
  isDeleteMarker?: boolean;
}

const maxKeys = 1000;

export function deleteObject(call: ObjectCall, s3: S3): Answer {
  const versionId = readVersionId(call);
  const { bucketName, key } = call;
  if (headerOf(call, 'if-match') !== undefined && versionId === undefined) {
    checkWrite(call, key, s3.objects.find(bucketName, key));
  }
  const { versionId: deletedId, isDeleteMarker } = s3.objects.transaction(() =>
    deleteOne(call, s3, { key, ...(versionId !== undefined && { versionId }) }),
  );
  return {
    status: 204,
    headers: { 'x-amz-version-id': deletedId, 'x-amz-delete-marker': isDeleteMarker ? 'true' : undefined },
  };
}

/** In a transaction. */
function deleteOne(call: BucketCall, s3: S3, { key, versionId }: Deletion): Deleted {
  const { bucketName } = call;
  const { objects } = s3;
  if (versionId !== undefined) {
    const gone = objects.deleteVersion(bucketName, key, versionId);
    return { versionId, ...(gone?.isDeleteMarker && { isDeleteMarker: true }) };
  }
  const versioning = s3.store.cloud.buckets.find(bucketName)?.versioning;
  const marker = { lastModified: toSecond(s3.now()), newVersionId: newVersionIdFrom(s3) };
  const markerId = objects.deleteKey(bucketName, key, versioning, marker);
  return markerId === undefined ? {} : { versionId: markerId, isDeleteMarker: true };
}

export async function deleteObjects(call: BucketCall, s3: S3): Promise<Answer> {
  requireChecksum(call);
  const document = await readDocument(call, 'Delete');
  const elements = document && childrenOf(document, 'Object');
  if (!document || !elements || elements.length === 0 || elements.length > maxKeys) throw malformedXml();
  const isQuiet = childText(document, 'Quiet') === 'true';
  const deletions = elements.map((element): Deletion => {
    const [key, versionId] = [childText(element, 'Key'), childText(element, 'VersionId')];
    if (key === undefined || key === '') throw malformedXml();
    return { key, ...(versionId && { versionId }) };
  });
  getCurrentBucket(call, s3);
  // One transaction: a thousand keys are a thousand times faster than one by one.
  const results = s3.objects.transaction(() => deletions.map((deletion) => attempt(call, s3, deletion)));
  return {
    body: renderDocument('DeleteResult', {
      Deleted: isQuiet ? undefined : results.map(({ deleted }) => deleted),
      Error: results.map(({ error }) => error),
    }),
  };
}

type Result = { deleted?: XmlContent; error?: XmlContent };

/** AWS: each key is allowed or refused for itself. */
function attempt(call: BucketCall, s3: S3, deletion: Deletion): Result {
  const { key, versionId } = deletion;
  try {
    checkKey(key);
    if (versionId !== undefined) checkVersionId(versionId);
    const action = versionId === undefined ? 's3:DeleteObject' : 's3:DeleteObjectVersion';
    const context = { 's3:VersionId': versionId };
    const refusal = findRefusal(call, s3, { action, bucket: call.bucket, key, context });
    if (refusal) {
      call.deniedBy = refusal.by;
      throw accessDenied(refusal.message);
    }
    const { versionId: deletedId, isDeleteMarker } = deleteOne(call, s3, deletion);
    const deleted = {
      Key: key,
      VersionId: versionId,
      DeleteMarker: isDeleteMarker,
      DeleteMarkerVersionId: isDeleteMarker ? deletedId : undefined,
    };
    return { deleted };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { error: { Key: key, VersionId: versionId, Code: error.code, Message: error.message } };
  }
}

/** AWS: a list of what is to go must be known to have come whole. */
function requireChecksum(call: BucketCall): void {
  const names = Object.keys(call.headers);
  const isChecked = names.some((name) => name === 'content-md5' || name.startsWith('x-amz-checksum-'));
  if (!isChecked && headerOf(call, 'x-amz-trailer') === undefined) {
    throw invalidRequest('Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
  }
}
