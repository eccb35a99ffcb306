// CopyObject: the new object is made of the same bodies, so that no byte moves, unless its ETag or a checksum that was asked
// for needs all of them to be read.

import { createHash } from 'node:crypto';
import { renderDocument } from '../../aws/rest-xml.ts';
import { authorize, checkExpectedOwner } from './access.ts';
import { decodeKey } from './address.ts';
import type { BodyLease } from './body-store.ts';
import { type Answer, headerOf, type ObjectCall, type S3 } from './call.ts';
import { type Checksum, checksumElement, readAlgorithm, startChecksum } from './checksum.ts';
import { checkCopySource, checkWrite } from './condition.ts';
import { entityTooLarge, invalidArgument, invalidRequest, noSuchBucket, S3Error } from './errors.ts';
import { encryptionHeader, etagHeader, readDetail, toSecond } from './object-detail.ts';
import type { ObjectDetail, ObjectVersion } from './object-index.ts';
import { getVersion, isVersioned } from './object-lookup.ts';
import { authorizeExtras, commitObject } from './put-object.ts';
import { maxObjectBytes } from './request-body.ts';
import { readTagHeader } from './tagging.ts';

export interface CopySource {
  version: ObjectVersion;
  /** As seen with the source's bucket and key. */
  call: ObjectCall;
}

/** Reads `x-amz-copy-source`, asks whether it may be read, and looks at the conditions on it. */
export function getCopySource(call: ObjectCall, s3: S3): CopySource {
  const text = headerOf(call, 'x-amz-copy-source')!;
  const [, bucketName, rawKey, versionId] = /^\/?([^/]+)\/([^?]+)(?:\?versionId=([^&]*))?$/.exec(text) ?? [];
  if (!bucketName || !rawKey || bucketName.startsWith('arn:')) {
    throw invalidArgument('Invalid copy source object key', 'x-amz-copy-source', text);
  }
  const key = decodeKey(rawKey);
  const bucket = s3.store.cloud.buckets.find(bucketName);
  if (!bucket) throw noSuchBucket(bucketName);
  checkExpectedOwner(call, bucket, 'x-amz-source-expected-bucket-owner');
  s3.objects.claim(bucket);
  const query = new Map(versionId === undefined ? [] : [['versionId', versionId]]);
  const source: ObjectCall = Object.assign(Object.create(call), { bucketName, bucket, key, query });
  // The log line of the call tells of a refusal of its source too.
  const deniedBy = { get: () => call.deniedBy, set: (by?: string) => Object.assign(call, { deniedBy: by }) };
  Object.defineProperty(source, 'deniedBy', deniedBy);
  const existing = s3.objects.find(bucketName, key, versionId);
  const tags = existing ? { existingTags: existing.detail.tags } : {};
  const action = versionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion';
  authorize(source, s3, { action, bucket, key, ...tags });
  const version = getVersion(source, s3);
  checkCopySource(call, version);
  return { version, call: source };
}

/** An object that was replaced or deleted while it was read no longer has the bodies a copy would be made of. */
export function checkStillThere(
  { bucketName, key, versionId, versionNumber }: ObjectVersion,
  { objects }: S3,
): void {
  if (objects.find(bucketName, key, versionId)?.versionNumber === versionNumber) return;
  throw new S3Error(
    'OperationAborted',
    'A conflicting conditional operation is currently in progress against this resource. Please try again.',
    409,
  );
}

export const copySourceVersion = ({ version, call }: CopySource) =>
  isVersioned(call) ? version.versionId : undefined;

export async function copyObject(call: ObjectCall, s3: S3): Promise<Answer> {
  const { bucketName, key } = call;
  const source = getCopySource(call, s3);
  const { version } = source;
  if (version.size > maxObjectBytes) throw entityTooLarge(maxObjectBytes);
  authorizeExtras(call, s3);
  authorizeCopiedTags(call, source, s3);
  const detail = copiedDetail(call, version);
  refuseNothingChanged(call, source);
  checkWrite(call, key, s3.objects.find(bucketName, key));
  const { segments } = s3.objects.contentOf(version);
  const wanted = headerOf(call, 'x-amz-checksum-algorithm');
  const algorithm = wanted === undefined ? version.detail.checksum?.algorithm : readAlgorithm(wanted);
  const isWhole = !version.etag.includes('-') && version.detail.checksum?.type !== 'COMPOSITE';
  const lease = s3.objects.bodies.lease(segments);
  try {
    const digests =
      isWhole && algorithm === version.detail.checksum?.algorithm
        ? { etag: version.etag, checksum: version.detail.checksum }
        : await digestAgain(lease, algorithm);
    if (digests.checksum) detail.checksum = digests.checksum;
    const lastModified = toSecond(s3.now());
    // The object that was read may be gone by now; what it was made of must still be there.
    checkStillThere(version, s3);
    const versionId = commitObject(call, s3, {
      bucketName,
      key,
      size: version.size,
      etag: digests.etag,
      lastModified,
      detail,
      content: { segments },
    });
    return {
      headers: {
        'x-amz-version-id': versionId,
        'x-amz-copy-source-version-id': copySourceVersion(source),
        ...encryptionHeader,
      },
      body: renderDocument('CopyObjectResult', {
        LastModified: new Date(lastModified),
        ETag: etagHeader(digests.etag),
        ...(digests.checksum && {
          [checksumElement(digests.checksum.algorithm)]: digests.checksum.value,
          ChecksumType: digests.checksum.type,
        }),
      }),
    };
  } finally {
    lease.close();
  }
}

/** AWS: tags that come along are read of the one and written to the other. */
function authorizeCopiedTags(call: ObjectCall, source: CopySource, s3: S3): void {
  const { tags } = source.version.detail;
  const isCopied = readDirective(call, 'x-amz-tagging-directive') === 'COPY' && Object.keys(tags).length > 0;
  if (!isCopied) return;
  const { bucket, key, query } = source.call;
  const action = query.has('versionId') ? 's3:GetObjectVersionTagging' : 's3:GetObjectTagging';
  authorize(source.call, s3, { action, bucket, key, existingTags: tags });
  authorize(call, s3, {
    action: 's3:PutObjectTagging',
    bucket: call.bucket,
    key: call.key,
    requestTags: tags,
  });
}

/** COPY (the default) takes what the source has; REPLACE what the request says. */
function copiedDetail(call: ObjectCall, { detail }: ObjectVersion): ObjectDetail {
  const given = readDetail(call);
  const replacesMetadata = readDirective(call, 'x-amz-metadata-directive') === 'REPLACE';
  const replacesTags = readDirective(call, 'x-amz-tagging-directive') === 'REPLACE';
  return {
    headers: replacesMetadata ? given.headers : detail.headers,
    metadata: replacesMetadata ? given.metadata : detail.metadata,
    tags: replacesTags ? readTagHeader(headerOf(call, 'x-amz-tagging')) : detail.tags,
    // AWS: the class is never copied.
    ...(given.storageClass !== undefined && { storageClass: given.storageClass }),
  };
}

function readDirective(call: ObjectCall, name: string): 'COPY' | 'REPLACE' {
  const text = headerOf(call, name) ?? 'COPY';
  if (text !== 'COPY' && text !== 'REPLACE') {
    throw invalidArgument(
      `Unknown ${name === 'x-amz-tagging-directive' ? 'tagging' : 'metadata'} directive.`,
      name,
      text,
    );
  }
  return text;
}

function refuseNothingChanged(call: ObjectCall, { version }: CopySource): void {
  if (version.bucketName !== call.bucketName || version.key !== call.key || !version.isLatest) return;
  const changes = [
    headerOf(call, 'x-amz-metadata-directive') === 'REPLACE',
    headerOf(call, 'x-amz-tagging-directive') === 'REPLACE',
    headerOf(call, 'x-amz-storage-class') !== undefined,
    headerOf(call, 'x-amz-website-redirect-location') !== undefined,
    headerOf(call, 'x-amz-server-side-encryption') !== undefined,
    headerOf(call, 'x-amz-checksum-algorithm') !== undefined,
  ];
  if (changes.includes(true)) return;
  throw invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}

async function digestAgain(
  lease: BodyLease,
  algorithm: Checksum['algorithm'] | undefined,
): Promise<{ etag: string; checksum?: Checksum }> {
  const md5 = createHash('md5');
  const running = algorithm && startChecksum(algorithm);
  for await (const chunk of lease.read(0, lease.size)) {
    md5.update(chunk);
    running?.update(chunk);
  }
  const etag = md5.digest('hex');
  if (!algorithm || !running) return { etag };
  return { etag, checksum: { algorithm, value: running.digest().toString('base64'), type: 'FULL_OBJECT' } };
}
