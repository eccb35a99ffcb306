// GetObject and HeadObject: the same answer, with the bytes and without.

import { type Answer, headerOf, type ObjectCall, type S3 } from './call.ts';
import { type ByteRange, checkRead, readNumber, readRange } from './condition.ts';
import { invalidRequest, notImplemented, S3Error } from './errors.ts';
import { showChecksum, showDetail } from './object-detail.ts';
import type { ObjectVersion } from './object-index.ts';
import { getVersion, isVersioned } from './object-lookup.ts';

/** `response-content-type` and its kin stand in for the object's own. */
const overrides = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
];

export function getObject(call: ObjectCall, s3: S3): Answer {
  if (headerOf(call, 'x-amz-server-side-encryption-customer-algorithm')) throw notImplemented('SSE-C');
  const version = getVersion(call, s3);
  const headers = showDetail(version, isVersioned(call));
  if (checkRead(call, version)) {
    const { etag, 'last-modified': lastModified, 'x-amz-version-id': versionId } = headers;
    return { status: 304, headers: { etag, 'last-modified': lastModified, 'x-amz-version-id': versionId } };
  }
  Object.assign(headers, readOverrides(call));
  const content = s3.objects.contentOf(version);
  const range = chooseRange(call, version, content.parts, headers);
  if (!range && headerOf(call, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED') {
    Object.assign(headers, showChecksum(version.detail.checksum));
  }
  const { start, end } = range ?? { start: 0, end: version.size };
  if (range) headers['content-range'] = `bytes ${start}-${end - 1}/${version.size}`;
  const lease = s3.objects.bodies.lease(content.segments);
  return { status: range ? 206 : 200, headers, content: { lease, start, end } };
}

function chooseRange(
  call: ObjectCall,
  version: ObjectVersion,
  parts: { size: number }[] | undefined,
  headers: Record<string, string | undefined>,
): ByteRange | undefined {
  const range = headerOf(call, 'range');
  const partNumber = call.query.get('partNumber');
  if (partNumber === undefined) return readRange(range, version.size);
  if (range !== undefined)
    throw invalidRequest('Cannot specify both Range header and partNumber query parameter');
  const number = readNumber(partNumber, 'partNumber', 1, 10_000);
  const sizes = parts?.map(({ size }) => size) ?? [version.size];
  if (number > sizes.length) {
    throw new S3Error('InvalidPartNumber', 'The requested partnumber is not satisfiable', 416, {
      details: { PartNumberRequested: String(number), ActualPartCount: String(sizes.length) },
    });
  }
  if (parts) headers['x-amz-mp-parts-count'] = String(parts.length);
  if (version.size === 0) return undefined;
  const start = sizes.slice(0, number - 1).reduce((sum, size) => sum + size, 0);
  return { start, end: start + sizes[number - 1]! };
}

function readOverrides(call: ObjectCall): Record<string, string> {
  const given = overrides.filter((name) => call.query.has(`response-${name}`));
  if (given.length > 0 && call.signed.principal.kind === 'anonymous') {
    throw invalidRequest('Request specific response headers cannot be used for anonymous GET requests.');
  }
  return Object.fromEntries(
    given.map((name) => {
      const value = call.query.get(`response-${name}`)!;
      if (/[^\t\u0020-\u007e\u0080-\uffff]/.test(value))
        throw invalidRequest(`Header value cannot be represented: response-${name}`);
      return [name, Buffer.from(value).toString('latin1')];
    }),
  );
}
