// Tags of one version of an object, and what else is read and set beside its bytes: attributes, its fixed ACL.

import { renderDocument, type XmlContent } from '../../aws/rest-xml.ts';
import { authorize } from './access.ts';
import { type Answer, headerOf, type ObjectCall, type S3 } from './call.ts';
import { checksumElement } from './checksum.ts';
import { readNumber } from './condition.ts';
import { invalidArgument, invalidRequest } from './errors.ts';
import { showVersionId } from './object-detail.ts';
import type { ObjectContent, ObjectVersion } from './object-index.ts';
import { existingTags, getCurrentBucket, getVersion, isVersioned } from './object-lookup.ts';
import { readDocument } from './request-body.ts';
import { maxObjectTags, readTagging, renderTagging, type Tags } from './tagging.ts';

const versionHeader = (call: ObjectCall, { versionId }: ObjectVersion) => ({
  'x-amz-version-id': showVersionId(versionId, isVersioned(call)),
});

export function getObjectTagging(call: ObjectCall, s3: S3): Answer {
  const version = getVersion(call, s3);
  return { headers: versionHeader(call, version), body: renderTagging(version.detail.tags) };
}

export async function putObjectTagging(call: ObjectCall, s3: S3): Promise<Answer> {
  const tags = readTagging(await readDocument(call, 'Tagging'), maxObjectTags);
  getCurrentBucket(call, s3);
  const { bucket, key, query } = call;
  const action = query.has('versionId') ? 's3:PutObjectVersionTagging' : 's3:PutObjectTagging';
  authorize(call, s3, { action, bucket, key, requestTags: tags, ...existingTags(call, s3) });
  return { headers: setTags(call, s3, tags) };
}

export function deleteObjectTagging(call: ObjectCall, s3: S3): Answer {
  return { status: 204, headers: setTags(call, s3, {}) };
}

function setTags(call: ObjectCall, s3: S3, tags: Tags): Record<string, string | undefined> {
  const version = getVersion(call, s3);
  s3.objects.setDetail(version, { ...version.detail, tags });
  return versionHeader(call, version);
}

const attributeNames = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'] as const;

export function getObjectAttributes(call: ObjectCall, s3: S3): Answer {
  const { bucket, key } = call;
  const action = call.query.has('versionId') ? 's3:GetObjectVersionAttributes' : 's3:GetObjectAttributes';
  authorize(call, s3, { action, bucket, key, ...existingTags(call, s3) });
  const names = (headerOf(call, 'x-amz-object-attributes') ?? '').split(',').map((name) => name.trim());
  if (names.length === 1 && names[0] === '') {
    throw invalidRequest(
      'The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty',
    );
  }
  const unknown = names.find((name) => !attributeNames.some((known) => known === name));
  if (unknown !== undefined)
    throw invalidArgument('Invalid attribute name specified.', 'x-amz-object-attributes', unknown);
  const version = getVersion(call, s3);
  const { etag, size, detail, lastModified } = version;
  const { checksum } = detail;
  const all: Record<(typeof attributeNames)[number], XmlContent[string]> = {
    ETag: etag,
    Checksum: checksum && {
      [checksumElement(checksum.algorithm)]: checksum.value,
      ChecksumType: checksum.type,
    },
    ObjectParts: names.includes('ObjectParts')
      ? showParts(call, version, s3.objects.contentOf(version))
      : undefined,
    StorageClass: detail.storageClass ?? 'STANDARD',
    ObjectSize: size,
  };
  const shown = attributeNames.filter((name) => names.includes(name)).map((name) => [name, all[name]]);
  return {
    headers: { 'last-modified': new Date(lastModified).toUTCString(), ...versionHeader(call, version) },
    body: renderDocument('GetObjectAttributesResponse', Object.fromEntries(shown)),
  };
}

/** AWS: the parts themselves are shown only where they have checksums. */
function showParts(
  call: ObjectCall,
  { detail: { checksum } }: ObjectVersion,
  { parts }: ObjectContent,
): XmlContent | undefined {
  if (!parts) return undefined;
  if (!checksum) return { PartsCount: parts.length };
  const marker = readNumber(
    headerOf(call, 'x-amz-part-number-marker') ?? '0',
    'part-number-marker',
    0,
    2147483647,
  );
  const limit = Math.min(
    readNumber(headerOf(call, 'x-amz-max-parts') ?? '1000', 'max-parts', 0, 2147483647),
    1000,
  );
  const rest = parts.filter(({ partNumber }) => partNumber > marker);
  const page = rest.slice(0, limit);
  return {
    PartsCount: parts.length,
    PartNumberMarker: marker,
    NextPartNumberMarker: page.at(-1)?.partNumber ?? 0,
    MaxParts: limit,
    IsTruncated: rest.length > page.length,
    Part: page.map(({ partNumber, size, checksum: value }) => ({
      PartNumber: partNumber,
      Size: size,
      [checksumElement(checksum.algorithm)]: value,
    })),
  };
}
