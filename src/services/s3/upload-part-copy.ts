// UploadPartCopy: a part made of an object that is there, or of a range of it. Its bytes stay where they are; they are read
// once, because a part has an MD5 of its own.

import { createHash } from 'node:crypto';
import { renderDocument } from '../../aws/rest-xml.ts';
import type { Segment } from './body-store.ts';
import { type Answer, headerOf, type ObjectCall, type S3 } from './call.ts';
import { checksumElement, startChecksum } from './checksum.ts';
import { checkStillThere, copySourceVersion, getCopySource } from './copy-object.ts';
import { entityTooLarge, invalidArgument } from './errors.ts';
import { commitPart, getUpload, readPartNumber } from './multipart-upload.ts';
import { encryptionHeader, etagHeader, toSecond } from './object-detail.ts';
import { maxObjectBytes } from './request-body.ts';

export async function uploadPartCopy(call: ObjectCall, s3: S3): Promise<Answer> {
  const partNumber = readPartNumber(call);
  const { detail } = getUpload(call, s3);
  const source = getCopySource(call, s3);
  const { start, end } = readCopyRange(headerOf(call, 'x-amz-copy-source-range'), source.version.size);
  if (end - start > maxObjectBytes) throw entityTooLarge(maxObjectBytes);
  const segments = cutSegments(s3.objects.contentOf(source.version).segments, start, end);
  const { bodies } = s3.objects;
  const lease = bodies.lease(segments);
  const md5 = createHash('md5');
  const running = detail.checksumAlgorithm && startChecksum(detail.checksumAlgorithm);
  try {
    // Held from here on: the source may be deleted while it is read.
    for await (const chunk of lease.read(0, lease.size)) {
      md5.update(chunk);
      running?.update(chunk);
    }
    const etag = md5.digest('hex');
    const value = running?.digest().toString('base64');
    const algorithm = detail.checksumAlgorithm;
    const lastModified = toSecond(s3.now());
    checkStillThere(source.version, s3);
    commitPart(call, s3, {
      part: {
        partNumber,
        size: end - start,
        etag,
        lastModified,
        ...(algorithm && value !== undefined && { checksum: { algorithm, value } }),
        segments,
      },
    });
    return {
      headers: { 'x-amz-copy-source-version-id': copySourceVersion(source), ...encryptionHeader },
      body: renderDocument('CopyPartResult', {
        LastModified: new Date(lastModified),
        ETag: etagHeader(etag),
        ...(algorithm && { [checksumElement(algorithm)]: value }),
      }),
    };
  } finally {
    lease.close();
  }
}

/** AWS: here a range must have both ends and lie within. */
function readCopyRange(text: string | undefined, size: number): { start: number; end: number } {
  if (text === undefined) return { start: 0, end: size };
  const match = /^bytes=(\d+)-(\d+)$/.exec(text);
  const [start, end] = [Number(match?.[1]), Number(match?.[2]) + 1];
  if (!match || start >= end) {
    throw invalidArgument(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      'x-amz-copy-source-range',
      text,
    );
  }
  if (end > size) {
    throw invalidArgument(
      `Range specified is not valid for source object of size: ${size}`,
      'x-amz-copy-source-range',
      text,
    );
  }
  return { start, end };
}

function cutSegments(segments: readonly Segment[], start: number, end: number): Segment[] {
  const cut: Segment[] = [];
  let position = 0;
  for (const [bodyId, offset, size] of segments) {
    const from = Math.max(0, start - position);
    const to = Math.min(size, end - position);
    position += size;
    if (from < to) cut.push([bodyId, offset + from, to - from]);
  }
  return cut;
}
