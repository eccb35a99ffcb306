// ListObjects, ListObjectsV2 and ListObjectVersions: pages of keys, in three dialects.

import { renderDocument, type XmlContent } from '../../aws/rest-xml.ts';
import { canonicalUserId } from './bucket.ts';
import type { Answer, BucketCall, S3 } from './call.ts';
import { invalidArgument } from './errors.ts';
import { type Listed, type ListRequest, listPage, type Position, urlEncode } from './listing.ts';
import { etagHeader } from './object-detail.ts';
import { type ObjectIndex, type ObjectVersion, readVersion, versionColumns } from './object-index.ts';

const maxPage = 1000;

type Show = (text: string) => string;

/** What every list reads of its request, and how its keys are shown. */
export function readListRequest(
  { query }: BucketCall,
  after: string,
  maxName = 'max-keys',
): { list: ListRequest; show: Show; encoding: string | undefined } {
  const encoding = query.get('encoding-type');
  if (encoding !== undefined && encoding !== 'url') {
    throw invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encoding);
  }
  const list = {
    prefix: query.get('prefix') ?? '',
    delimiter: query.get('delimiter') ?? '',
    maxKeys: readMaxKeys(query.get(maxName), maxName),
    after,
  };
  return { list, encoding, show: encoding === 'url' ? urlEncode : (text) => text };
}

function readMaxKeys(text: string | undefined, name: string): number {
  if (text === undefined || text === '') return maxPage;
  if (!/^\d+$/.test(text) || Number(text) > 2147483647) {
    throw invalidArgument(`Provided ${name} not an integer or within integer range`, name, text);
  }
  return Math.min(Number(text), maxPage);
}

/** AWS: what was not asked for is an empty element or none, as in its own answers. */
function describeList(
  { prefix, delimiter, maxKeys }: ListRequest,
  show: Show,
  encoding?: string,
): XmlContent {
  return {
    Prefix: show(prefix),
    MaxKeys: maxKeys,
    Delimiter: delimiter === '' ? undefined : show(delimiter),
    EncodingType: encoding,
  };
}

export const showPrefixes = (prefixes: string[], show: Show) =>
  prefixes.map((prefix) => ({ Prefix: show(prefix) }));

function showEntry(version: ObjectVersion, show: Show, owner?: string): XmlContent {
  const { key, lastModified, etag, size, detail } = version;
  return {
    Key: show(key),
    LastModified: new Date(lastModified),
    ETag: etagHeader(etag),
    ChecksumAlgorithm: detail.checksum?.algorithm,
    ChecksumType: detail.checksum?.type,
    Size: size,
    Owner: owner === undefined ? undefined : { ID: owner },
    StorageClass: detail.storageClass ?? 'STANDARD',
  };
}

/** Objects as they are now: no old versions, nothing deleted. */
function listLatest(
  { database }: ObjectIndex,
  bucketName: string,
  request: ListRequest,
): Listed<ObjectVersion> {
  const select = (comparison: string) =>
    database.prepare(
      `SELECT ${versionColumns} FROM object_version
       WHERE bucket_name = ? AND is_latest = 1 AND key ${comparison} ? AND is_delete_marker = 0 ORDER BY key LIMIT ?`,
    );
  const [behind, from] = [select('>'), select('>=')];
  const read = ({ key, isInclusive }: Position, limit: number) =>
    (isInclusive ? from : behind).all(bucketName, key, limit).map(readVersion);
  return listPage(request, read, ({ key }, limit) => read({ key, isInclusive: false }, limit));
}

const lastName = (last: Listed<{ key: string }>['last']): string =>
  last === undefined ? '' : 'item' in last ? last.item.key : last.commonPrefix;

export function listObjects(call: BucketCall, { objects }: S3): Answer {
  const marker = call.query.get('marker') ?? '';
  const { list, show, encoding } = readListRequest(call, marker);
  const { items, commonPrefixes, isTruncated, last } = listLatest(objects, call.bucketName, list);
  const owner = canonicalUserId(call.bucket.accountId);
  return {
    headers: { 'x-amz-bucket-region': call.bucket.region },
    body: renderDocument('ListBucketResult', {
      Name: call.bucketName,
      ...describeList(list, show, encoding),
      Marker: show(marker),
      // AWS: only with a delimiter; without, the last key says it.
      NextMarker: isTruncated && list.delimiter !== '' ? show(lastName(last)) : undefined,
      IsTruncated: isTruncated,
      Contents: items.map((item) => showEntry(item, show, owner)),
      CommonPrefixes: showPrefixes(commonPrefixes, show),
    }),
  };
}

export function listObjectsV2(call: BucketCall, { objects }: S3): Answer {
  const { query, bucket, bucketName } = call;
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const after = token === undefined ? (startAfter ?? '') : readToken(token);
  const { list, show, encoding } = readListRequest(call, after);
  const { items, commonPrefixes, isTruncated, last } = listLatest(objects, bucketName, list);
  const owner = query.get('fetch-owner') === 'true' ? canonicalUserId(bucket.accountId) : undefined;
  return {
    headers: { 'x-amz-bucket-region': bucket.region },
    body: renderDocument('ListBucketResult', {
      Name: bucketName,
      ...describeList(list, show, encoding),
      KeyCount: items.length + commonPrefixes.length,
      IsTruncated: isTruncated,
      ContinuationToken: token,
      NextContinuationToken: isTruncated
        ? Buffer.from(`1${lastName(last)}`).toString('base64url')
        : undefined,
      StartAfter: startAfter === undefined ? undefined : show(startAfter),
      Contents: items.map((item) => showEntry(item, show, owner)),
      CommonPrefixes: showPrefixes(commonPrefixes, show),
    }),
  };
}

function readToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString();
  if (!text.startsWith('1')) {
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
  }
  return text.slice(1);
}

export function listObjectVersions(call: BucketCall, { objects }: S3): Answer {
  const { query, bucketName } = call;
  const keyMarker = query.get('key-marker') ?? '';
  const versionMarker = query.get('version-id-marker');
  if (versionMarker !== undefined && versionMarker !== '' && keyMarker === '') {
    throw invalidArgument(
      'A version-id marker cannot be specified without a key marker.',
      'version-id-marker',
      versionMarker,
    );
  }
  const { list, show, encoding } = readListRequest(call, keyMarker);
  const { items, commonPrefixes, isTruncated, last } = listVersions(objects, bucketName, list, versionMarker);
  const owner = canonicalUserId(call.bucket.accountId);
  const showVersion = (version: ObjectVersion) => ({
    ...showEntry(version, show, owner),
    VersionId: version.versionId,
    IsLatest: version.isLatest,
  });
  const showMarker = ({ key, lastModified, versionId, isLatest }: ObjectVersion) => ({
    Key: show(key),
    LastModified: new Date(lastModified),
    Owner: { ID: owner },
    VersionId: versionId,
    IsLatest: isLatest,
  });
  const lastVersion = last && 'item' in last ? last.item : undefined;
  return {
    body: renderDocument('ListVersionsResult', {
      Name: bucketName,
      ...describeList(list, show, encoding),
      KeyMarker: show(keyMarker),
      VersionIdMarker: versionMarker ?? '',
      NextKeyMarker: isTruncated ? show(lastName(last)) : undefined,
      NextVersionIdMarker: isTruncated ? lastVersion?.versionId : undefined,
      IsTruncated: isTruncated,
      Version: items.filter(({ isDeleteMarker }) => !isDeleteMarker).map(showVersion),
      DeleteMarker: items.filter(({ isDeleteMarker }) => isDeleteMarker).map(showMarker),
      CommonPrefixes: showPrefixes(commonPrefixes, show),
    }),
  };
}

/** Each key's versions, newest first. */
function listVersions(
  { database, find }: ObjectIndex,
  bucketName: string,
  request: ListRequest,
  versionMarker: string | undefined,
): Listed<ObjectVersion> {
  const select = (condition: string) =>
    database.prepare(
      `SELECT ${versionColumns} FROM object_version WHERE bucket_name = ? AND ${condition} ORDER BY key, version_number DESC LIMIT ?`,
    );
  const behind = select('key > ?');
  const from = select('key >= ?');
  const inKey = select('key = ? AND version_number < ?');
  const read = ({ key, isInclusive }: Position, limit: number) =>
    (isInclusive ? from : behind).all(bucketName, key, limit).map(readVersion);
  const resume = ({ key, versionNumber }: { key: string; versionNumber: number }, limit: number) => {
    const older = inKey.all(bucketName, key, versionNumber, limit).map(readVersion);
    return older.length === limit
      ? older
      : [...older, ...read({ key, isInclusive: false }, limit - older.length)];
  };
  const marker = versionMarker ? find(bucketName, request.after, versionMarker) : undefined;
  // The page before ended inside a key: its other versions come first.
  let isFirst = marker !== undefined;
  const readFrom = (position: Position, limit: number) => {
    if (!isFirst || position.key !== request.after) return read(position, limit);
    isFirst = false;
    return resume(marker!, limit);
  };
  return listPage(request, readFrom, resume);
}
