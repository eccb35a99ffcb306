// What a request says of the object it makes: content headers, user metadata, tags, storage class; and the same as headers
// of the answer when the object is read.

import { type Call, headerOf } from './call.ts';
import { type Checksum, checksumHeader } from './checksum.ts';
import { invalidArgument, notImplemented, S3Error } from './errors.ts';
import type { ObjectDetail, ObjectVersion } from './object-index.ts';
import { readTagHeader } from './tagging.ts';

const keptHeaders = [
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-type',
  'expires',
  'x-amz-website-redirect-location',
];
const metadataPrefix = 'x-amz-meta-';
const maxMetadataBytes = 2048;

export function readDetail(call: Call): ObjectDetail {
  refuseUnbuiltHeaders(call);
  const storageClass = readStorageClass(headerOf(call, 'x-amz-storage-class'));
  return {
    headers: readContentHeaders(call),
    metadata: readMetadata(call),
    tags: readTagHeader(headerOf(call, 'x-amz-tagging')),
    ...(storageClass !== undefined && { storageClass }),
  };
}

function readContentHeaders(call: Call): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of keptHeaders) {
    const value = headerOf(call, name);
    if (value !== undefined) headers[name] = latin1ToText(value);
  }
  // `aws-chunked` is how the body travelled, not what it is.
  const encoding = headers['content-encoding']
    ?.split(',')
    .map((part) => part.trim())
    .filter((part) => part !== 'aws-chunked')
    .join(', ');
  if (encoding) headers['content-encoding'] = encoding;
  else delete headers['content-encoding'];
  headers['content-type'] ??= 'binary/octet-stream';
  return headers;
}

function readMetadata(call: Call): Record<string, string> {
  const metadata: Record<string, string> = {};
  let size = 0;
  for (const header of Object.keys(call.headers)) {
    if (!header.startsWith(metadataPrefix)) continue;
    const name = header.slice(metadataPrefix.length);
    const value = latin1ToText(headerOf(call, header)!);
    size += Buffer.byteLength(name) + Buffer.byteLength(value);
    metadata[name] = value;
  }
  if (size > maxMetadataBytes) {
    throw new S3Error(
      'MetadataTooLarge',
      'Your metadata headers exceed the maximum allowed metadata size',
      400,
      {
        details: { Size: String(size), MaxSizeAllowed: String(maxMetadataBytes) },
      },
    );
  }
  return metadata;
}

/** node reads headers as latin-1; clients write UTF-8. */
const latin1ToText = (value: string) => Buffer.from(value, 'latin1').toString();
const textToLatin1 = (value: string) => Buffer.from(value).toString('latin1');

/** Those whose objects can be read at once are labels here as they are to a client there. */
const storageClasses = new Set([
  'STANDARD',
  'REDUCED_REDUNDANCY',
  'STANDARD_IA',
  'ONEZONE_IA',
  'INTELLIGENT_TIERING',
  'GLACIER_IR',
]);

// DIFFERS: storage-class-labels classes that can be read at once are kept as labels; those that must be restored are refused.
function readStorageClass(text: string | undefined): string | undefined {
  if (text === undefined || text === 'STANDARD') return undefined;
  if (storageClasses.has(text)) return text;
  throw new S3Error('InvalidStorageClass', 'The storage class you specified is not valid', 400, {
    details: { StorageClassRequested: text },
  });
}

const unbuiltHeaders = [
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-object-lock-mode',
  'x-amz-object-lock-retain-until-date',
  'x-amz-object-lock-legal-hold',
  'x-amz-write-offset-bytes',
];

function refuseUnbuiltHeaders(call: Call): void {
  const unbuilt = unbuiltHeaders.find((name) => call.headers[name] !== undefined);
  if (unbuilt) throw notImplemented(unbuilt);
  const encryption = headerOf(call, 'x-amz-server-side-encryption');
  if (encryption !== undefined && encryption !== 'AES256') {
    if (encryption.startsWith('aws:kms')) throw notImplemented(`x-amz-server-side-encryption: ${encryption}`);
    throw invalidArgument(
      'The encryption method specified is not supported',
      'x-amz-server-side-encryption',
      encryption,
    );
  }
  checkAclHeaders(call);
}

/** AWS: a bucket whose owner owns everything in it takes no ACLs but those that say the same. */
export function checkAclHeaders(call: Call): void {
  const acl = headerOf(call, 'x-amz-acl');
  const hasGrant = Object.keys(call.headers).some((name) => name.startsWith('x-amz-grant-'));
  if (hasGrant || (acl !== undefined && acl !== 'private' && acl !== 'bucket-owner-full-control')) {
    throw new S3Error('AccessControlListNotSupported', 'The bucket does not allow ACLs');
  }
}

// DIFFERS: encryption-at-rest answers say AES256, as AWS's do, while the bytes lie on this machine's disk as they came.
export const encryptionHeader = { 'x-amz-server-side-encryption': 'AES256' };

export const etagHeader = (etag: string) => `"${etag}"`;

export function showVersionId(versionId: string, isVersioned: boolean): string | undefined {
  return isVersioned ? versionId : undefined;
}

/** The headers with which an object is read. */
export function showDetail(version: ObjectVersion, isVersioned: boolean): Record<string, string | undefined> {
  const { detail, etag, lastModified, versionId } = version;
  const headers: Record<string, string | undefined> = {
    'last-modified': new Date(lastModified).toUTCString(),
    etag: etagHeader(etag),
    'accept-ranges': 'bytes',
    ...encryptionHeader,
    'x-amz-version-id': showVersionId(versionId, isVersioned),
    'x-amz-storage-class': detail.storageClass,
  };
  for (const [name, value] of Object.entries(detail.headers)) headers[name] = textToLatin1(value);
  for (const [name, value] of Object.entries(detail.metadata)) {
    headers[metadataPrefix + name] = textToLatin1(value);
  }
  const tagCount = Object.keys(detail.tags).length;
  if (tagCount > 0) headers['x-amz-tagging-count'] = String(tagCount);
  return headers;
}

export function showChecksum(checksum: Checksum | undefined): Record<string, string | undefined> {
  if (!checksum) return {};
  return {
    [checksumHeader(checksum.algorithm)]: checksum.value,
    'x-amz-checksum-type': checksum.type,
  };
}

/** AWS: whole seconds. */
export const toSecond = (now: Date) => Math.floor(now.getTime() / 1000) * 1000;
