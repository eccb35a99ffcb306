// Uploads in parts, while they are under way: begun, parts put or copied into them, listed, aborted.

import { renderDocument } from '../../aws/rest-xml.ts';
import { accountOf } from '../../policy/principal.ts';
import { canonicalUserId } from './bucket.ts';
import { type Answer, type BucketCall, headerOf, type ObjectCall, type S3 } from './call.ts';
import {
  type ChecksumAlgorithm,
  checksumElement,
  checksumHeader,
  readAlgorithm,
  readChecksumType,
} from './checksum.ts';
import { readNumber } from './condition.ts';
import { invalidArgument, invalidRequest, noSuchUpload } from './errors.ts';
import { readListRequest, showPrefixes } from './list-objects.ts';
import { listPage } from './listing.ts';
import { encryptionHeader, etagHeader, readDetail, toSecond } from './object-detail.ts';
import { authorizeExtras } from './put-object.ts';
import { receiveBody } from './request-body.ts';
import type { Upload, UploadedPart } from './upload-index.ts';

export const maxParts = 10_000;

export function createMultipartUpload(call: ObjectCall, s3: S3): Answer {
  authorizeExtras(call, s3);
  const { bucketName, key, signed } = call;
  const algorithmText = headerOf(call, 'x-amz-checksum-algorithm');
  const typeText = headerOf(call, 'x-amz-checksum-type');
  if (algorithmText === undefined && typeText !== undefined) {
    throw invalidRequest(
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    );
  }
  const algorithm = algorithmText === undefined ? undefined : readAlgorithm(algorithmText);
  const type = algorithm && readChecksumType(algorithm, typeText);
  const accountId = accountOf(signed.principal);
  const uploadId = Buffer.from(s3.randomBytes(48)).toString('base64url');
  s3.uploads.create({
    uploadId,
    bucketName,
    key,
    initiated: toSecond(call.now),
    detail: {
      ...readDetail(call),
      initiator: { id: accountId === undefined ? 'anonymous' : canonicalUserId(accountId) },
      ...(algorithm && { checksumAlgorithm: algorithm }),
      ...(type && { checksumType: type }),
    },
  });
  return {
    headers: {
      ...encryptionHeader,
      'x-amz-checksum-algorithm': algorithm,
      'x-amz-checksum-type': type,
    },
    body: renderDocument('InitiateMultipartUploadResult', {
      Bucket: bucketName,
      Key: key,
      UploadId: uploadId,
    }),
  };
}

/** The upload that `uploadId` names, if it is of this bucket and key. */
export function getUpload({ bucketName, key, query }: ObjectCall, { uploads }: S3): Upload {
  const uploadId = query.get('uploadId')!;
  const upload = uploads.find(uploadId);
  if (upload?.bucketName !== bucketName || upload.key !== key) throw noSuchUpload(uploadId);
  return upload;
}

export function readPartNumber(call: ObjectCall): number {
  return readNumber(call.query.get('partNumber')!, 'partNumber', 1, maxParts);
}

export async function uploadPart(call: ObjectCall, s3: S3): Promise<Answer> {
  const partNumber = readPartNumber(call);
  const { detail } = getUpload(call, s3);
  const { bodies } = s3.objects;
  const { newBody, md5, checksum } = await receiveBody(call, bodies, detail.checksumAlgorithm);
  try {
    if (checksum && detail.checksumAlgorithm && checksum.algorithm !== detail.checksumAlgorithm) {
      throw wrongAlgorithm(detail.checksumAlgorithm, checksum.algorithm);
    }
    commitPart(call, s3, {
      part: {
        partNumber,
        size: newBody.size,
        etag: md5,
        lastModified: toSecond(s3.now()),
        ...(checksum && { checksum }),
        segments: [[newBody.bodyId, 0, newBody.size]],
      },
      newBody,
    });
  } catch (error) {
    await bodies.remove(newBody);
    throw error;
  }
  return {
    headers: {
      etag: etagHeader(md5),
      ...encryptionHeader,
      ...(checksum && { [checksumHeader(checksum.algorithm)]: checksum.value }),
    },
  };
}

/** The upload may have been aborted or completed while the part came in. */
export function commitPart(
  call: ObjectCall,
  s3: S3,
  { part, newBody }: { part: UploadedPart; newBody?: Parameters<S3['uploads']['putPart']>[2] },
): void {
  s3.objects.transaction(() => s3.uploads.putPart(getUpload(call, s3).uploadId, part, newBody));
}

const wrongAlgorithm = (expected: ChecksumAlgorithm, actual: ChecksumAlgorithm) =>
  invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${expected.toLowerCase()}, actual checksum Type: ${actual.toLowerCase()}`,
  );

export function abortMultipartUpload(call: ObjectCall, s3: S3): Answer {
  const { uploadId } = getUpload(call, s3);
  s3.objects.transaction(() => s3.uploads.remove(uploadId));
  return { status: 204 };
}

export function listParts(call: ObjectCall, s3: S3): Answer {
  const { uploadId, detail } = getUpload(call, s3);
  const { bucketName, key, query, bucket } = call;
  const maxParts = Math.min(readNumber(query.get('max-parts') ?? '1000', 'max-parts', 0, 2147483647), 1000);
  const marker = readNumber(query.get('part-number-marker') ?? '0', 'part-number-marker', 0, 2147483647);
  const found = s3.uploads.parts(uploadId, marker, maxParts + 1);
  const page = found.slice(0, maxParts);
  return {
    body: renderDocument('ListPartsResult', {
      Bucket: bucketName,
      Key: key,
      UploadId: uploadId,
      Initiator: { ID: detail.initiator.id },
      Owner: { ID: canonicalUserId(bucket.accountId) },
      StorageClass: detail.storageClass ?? 'STANDARD',
      PartNumberMarker: marker,
      NextPartNumberMarker: page.at(-1)?.partNumber ?? 0,
      MaxParts: maxParts,
      IsTruncated: found.length > page.length && maxParts > 0,
      ChecksumAlgorithm: detail.checksumAlgorithm,
      ChecksumType: detail.checksumType,
      Part: page.map(({ partNumber, lastModified, etag, size, checksum }) => ({
        PartNumber: partNumber,
        LastModified: new Date(lastModified),
        ETag: etagHeader(etag),
        Size: size,
        ...(checksum && { [checksumElement(checksum.algorithm)]: checksum.value }),
      })),
    }),
  };
}

export function listMultipartUploads(call: BucketCall, { uploads }: S3): Answer {
  const { bucketName, query } = call;
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  if (idMarker !== '' && keyMarker === '') {
    throw invalidArgument(
      'An upload-id-marker cannot be specified without a key marker.',
      'upload-id-marker',
      idMarker,
    );
  }
  const { list, show, encoding } = readListRequest(call, keyMarker, 'max-uploads');
  /** Behind every id a key may have. */
  const lastId = '\u{10ffff}';
  const page = listPage(
    list,
    ({ key, isInclusive }, limit) => {
      const isSameKey = key === keyMarker && idMarker !== '';
      return uploads.list(
        bucketName,
        { key, uploadId: isSameKey ? idMarker : isInclusive ? '' : lastId },
        limit,
      );
    },
    ({ key, uploadId }, limit) => uploads.list(bucketName, { key, uploadId }, limit),
  );
  const { items, commonPrefixes, isTruncated, last } = page;
  const owner = { ID: canonicalUserId(call.bucket.accountId) };
  return {
    body: renderDocument('ListMultipartUploadsResult', {
      Bucket: bucketName,
      KeyMarker: show(keyMarker),
      UploadIdMarker: idMarker,
      NextKeyMarker:
        isTruncated && last ? show('item' in last ? last.item.key : last.commonPrefix) : undefined,
      NextUploadIdMarker: isTruncated && last && 'item' in last ? last.item.uploadId : undefined,
      Prefix: show(list.prefix),
      Delimiter: list.delimiter === '' ? undefined : show(list.delimiter),
      EncodingType: encoding,
      MaxUploads: list.maxKeys,
      IsTruncated: isTruncated,
      Upload: items.map(({ key, uploadId, initiated, detail }) => ({
        Key: show(key),
        UploadId: uploadId,
        Initiator: { ID: detail.initiator.id },
        Owner: owner,
        StorageClass: detail.storageClass ?? 'STANDARD',
        Initiated: new Date(initiated),
        ChecksumAlgorithm: detail.checksumAlgorithm,
        ChecksumType: detail.checksumType,
      })),
      CommonPrefixes: showPrefixes(commonPrefixes, show),
    }),
  };
}
