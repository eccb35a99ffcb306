// CompleteMultipartUpload: the parts that are named, in order, become the object. Their bodies stay where they are.

import { createHash } from 'node:crypto';
import { childrenOf, childText, renderDocument, type XmlElement } from '../../aws/rest-xml.ts';
import { type Answer, headerOf, type ObjectCall, type S3 } from './call.ts';
import {
  type Checksum,
  checksumAlgorithms,
  checksumElement,
  checksumHeader,
  combineChecksums,
} from './checksum.ts';
import { checkWrite } from './condition.ts';
import { badDigest, invalidRequest, malformedXml, S3Error } from './errors.ts';
import { getUpload, maxParts } from './multipart-upload.ts';
import { encryptionHeader, etagHeader, toSecond } from './object-detail.ts';
import type { ObjectDetail } from './object-index.ts';
import { commitObject, latestOf } from './put-object.ts';
import { readDocument } from './request-body.ts';
import type { Completion, Upload, UploadedPart } from './upload-index.ts';

/** AWS: every part but the last. */
const minPartBytes = 5 * 1024 ** 2;
/** AWS: 50 TB since 2025. */
const maxUploadBytes = 50 * 1024 ** 4;

interface NamedPart {
  partNumber: number;
  etag: string;
  /** By algorithm, as it was given. */
  element: XmlElement;
}

export async function completeMultipartUpload(call: ObjectCall, s3: S3): Promise<Answer> {
  const { bucketName, key } = call;
  if (!findCompletion(call, s3)) getUpload(call, s3);
  const document = await readDocument(call, 'CompleteMultipartUpload');
  const named = readNamedParts(document);
  // AWS: whoever asks again, because the answer was lost, reads it again.
  const completion = findCompletion(call, s3);
  if (completion?.parts === describeParts(named)) return JSON.parse(completion.answer);
  const upload = getUpload(call, s3);
  checkWrite(call, key, latestOf(call, s3));
  const parts = chooseParts(s3.uploads.parts(upload.uploadId), named, upload.uploadId);
  const checksum = wholeChecksum(call, upload, parts);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  checkSize(call, size);
  const digests = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, 'hex')));
  const etag = `${createHash('md5').update(digests).digest('hex')}-${parts.length}`;
  const { headers, metadata, tags, storageClass } = upload.detail;
  const detail: ObjectDetail = {
    headers,
    metadata,
    tags,
    partCount: parts.length,
    ...(storageClass !== undefined && { storageClass }),
    ...(checksum && { checksum }),
  };
  const version = {
    bucketName,
    key,
    size,
    etag,
    lastModified: toSecond(s3.now()),
    detail,
    content: {
      segments: parts.flatMap(({ segments }) => segments),
      parts: parts.map(({ partNumber, size, checksum: own }) => ({
        partNumber,
        size,
        ...(own && { checksum: own.value }),
      })),
    },
  };
  let answer: Answer = {};
  commitObject(call, s3, version, (versionId) => {
    const { uploadId } = upload;
    s3.uploads.remove(uploadId);
    answer = showResult(call, etag, checksum, versionId);
    const parts = describeParts(named);
    s3.uploads.keepCompletion({ uploadId, bucketName, key, parts, answer: JSON.stringify(answer) });
  });
  return answer;
}

function findCompletion({ bucketName, key, query }: ObjectCall, { uploads }: S3): Completion | undefined {
  const completion = uploads.findCompletion(query.get('uploadId')!);
  return completion?.bucketName === bucketName && completion.key === key ? completion : undefined;
}

const describeParts = (named: NamedPart[]) =>
  named.map(({ partNumber, etag }) => `${partNumber}:${etag}`).join(' ');

function showResult(
  { bucketName, key, bucket }: ObjectCall,
  etag: string,
  checksum: Checksum | undefined,
  versionId: string | undefined,
): Answer {
  return {
    headers: { 'x-amz-version-id': versionId, ...encryptionHeader },
    body: renderDocument('CompleteMultipartUploadResult', {
      Location: `https://${bucketName}.s3.${bucket.region}.amazonaws.com/${encodeURIComponent(key)}`,
      Bucket: bucketName,
      Key: key,
      ETag: etagHeader(etag),
      ...(checksum && { [checksumElement(checksum.algorithm)]: checksum.value, ChecksumType: checksum.type }),
    }),
  };
}

function readNamedParts(document: XmlElement | undefined): NamedPart[] {
  const elements = document ? childrenOf(document, 'Part') : [];
  if (elements.length === 0 || elements.length > maxParts) throw malformedXml();
  const named = elements.map((element): NamedPart => {
    const [number, etag] = [childText(element, 'PartNumber'), childText(element, 'ETag')];
    if (number === undefined || etag === undefined || !/^\s*\d{1,5}\s*$/.test(number)) throw malformedXml();
    return { partNumber: Number(number), etag: etag.trim().replace(/^"(.*)"$/, '$1'), element };
  });
  if (named.some(({ partNumber }, index) => index > 0 && partNumber <= named[index - 1]!.partNumber)) {
    throw new S3Error(
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
    );
  }
  return named;
}

function chooseParts(uploaded: UploadedPart[], named: NamedPart[], uploadId: string): UploadedPart[] {
  const byNumber = new Map(uploaded.map((part) => [part.partNumber, part]));
  const parts = named.map(({ partNumber, etag, element }) => {
    const part = byNumber.get(partNumber);
    const isMeant = part?.etag === etag && hasSameChecksums(part, element);
    if (!isMeant) throw invalidPart(uploadId, partNumber, etag);
    return part;
  });
  parts.forEach(({ partNumber, size, etag }, index) => {
    if (index === parts.length - 1 || size >= minPartBytes) return;
    throw new S3Error(
      'EntityTooSmall',
      'Your proposed upload is smaller than the minimum allowed size',
      400,
      {
        details: {
          ProposedSize: String(size),
          MinSizeAllowed: String(minPartBytes),
          PartNumber: String(partNumber),
          ETag: etag,
        },
      },
    );
  });
  return parts;
}

function hasSameChecksums({ checksum }: UploadedPart, element: XmlElement): boolean {
  return checksumAlgorithms.every((algorithm) => {
    const value = childText(element, checksumElement(algorithm));
    return (
      value === undefined ||
      checksum === undefined ||
      (checksum.algorithm === algorithm && checksum.value === value)
    );
  });
}

function invalidPart(uploadId: string, partNumber: number, etag: string): S3Error {
  return new S3Error(
    'InvalidPart',
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
    400,
    { details: { UploadId: uploadId, PartNumber: String(partNumber), ETag: etag } },
  );
}

function wholeChecksum(call: ObjectCall, { detail }: Upload, parts: UploadedPart[]): Checksum | undefined {
  const { checksumAlgorithm: algorithm, checksumType: type } = detail;
  const typeHeader = headerOf(call, 'x-amz-checksum-type');
  if (typeHeader !== undefined && typeHeader !== type) {
    throw invalidRequest(
      `The upload was created using the ${type} checksum mode. The complete request must use the same checksum mode.`,
    );
  }
  if (!algorithm || !type) return undefined;
  const whole = combineChecksums(
    algorithm,
    type,
    parts.map(({ checksum, size }) => ({ value: checksum!.value, size })),
  );
  const expected = headerOf(call, checksumHeader(algorithm));
  if (expected !== undefined && expected !== whole.value) {
    throw badDigest(`The ${algorithm} you specified did not match the calculated checksum.`);
  }
  return whole;
}

function checkSize(call: ObjectCall, size: number): void {
  const expected = headerOf(call, 'x-amz-mp-object-size');
  if (expected !== undefined && expected !== String(size)) {
    throw invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${expected} does not match what was computed: ${size}`,
    );
  }
  if (size > maxUploadBytes)
    throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
}
