// Signature version 2 as S3 has it: HMAC-SHA1 over the method, a few headers and the resource; `Authorization: AWS AKID:signature`,
// or `AWSAccessKeyId`, `Expires` and `Signature` in the query. Old, but what aws-cli version 1 still presigns with.

import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { compareText, headerText, splitTarget } from './canonical-request.ts';
import { malformed, mismatch, undated } from './signature-v4.ts';
import { SignatureFailure, type SignatureRequest } from './signed-request.ts';
import { isSame } from './signing-key.ts';

const clockSkewMs = 15 * 60 * 1000;

export interface SignatureV2 {
  accessKeyId: string;
  signature: string;
  sessionToken?: string;
  /** In the query: when it ends, in seconds since 1970, as it was sent. */
  expires?: string;
}

/** Parameters that name a part of a resource, or change what is answered: they are signed with it. */
const signedParameters = new Set([
  'accelerate',
  'acl',
  'analytics',
  'cors',
  'defaultObjectAcl',
  'delete',
  'encryption',
  'inventory',
  'lifecycle',
  'location',
  'logging',
  'metrics',
  'notification',
  'object-lock',
  'partNumber',
  'policy',
  'publicAccessBlock',
  'replication',
  'requestPayment',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
  'response-content-language',
  'response-content-type',
  'response-expires',
  'restore',
  'select',
  'select-type',
  'storageClass',
  'tagging',
  'torrent',
  'uploadId',
  'uploads',
  'versionId',
  'versioning',
  'versions',
  'website',
]);

export function readHeaderSignatureV2(authorization: string, headers: IncomingHttpHeaders): SignatureV2 {
  const match = /^AWS ([^:\s]+):(\S+)$/.exec(authorization.trim());
  if (!match) throw malformed('AWS authorization header is invalid. Expected AwsAccessKeyId:signature');
  if (Number.isNaN(Date.parse(dateText(headers)))) throw undated();
  const token = headerText(headers, 'x-amz-security-token');
  return { accessKeyId: match[1]!, signature: match[2]!, ...(token && { sessionToken: token }) };
}

/** @param query its parameters, decoded */
export function readQuerySignatureV2(query: ReadonlyMap<string, string>): SignatureV2 {
  const accessKeyId = query.get('AWSAccessKeyId');
  const signature = query.get('Signature');
  const expires = query.get('Expires');
  if (!accessKeyId || !signature || !expires) {
    throw malformed(
      'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters',
    );
  }
  if (!/^[0-9]{1,12}$/.test(expires))
    throw malformed(`Invalid date (should be seconds since epoch): ${expires.slice(0, 50)}`);
  const token = query.get('x-amz-security-token');
  return { accessKeyId, signature, expires, ...(token && { sessionToken: token }) };
}

/** @throws SignatureFailure when it is over */
export function checkExpiryV2({ expires }: SignatureV2, now: Date): void {
  if (expires === undefined || now.getTime() <= Number(expires) * 1000) return;
  const toText = (date: Date) => date.toISOString().replace(/\.\d+/, '');
  throw new SignatureFailure('expired-request', 'Request has expired', {
    Expires: toText(new Date(Number(expires) * 1000)),
    ServerTime: toText(now),
  });
}

/** @throws SignatureFailure when the request is not the one that was signed, or not now */
export function checkSignatureV2(
  request: SignatureRequest,
  sent: SignatureV2,
  secretAccessKey: string,
  query: ReadonlyMap<string, string>,
  now: Date,
): void {
  checkExpiryV2(sent, now);
  if (sent.expires === undefined) checkDate(request.headers, now);
  const stringToSign = stringToSignV2(request, sent, query);
  const wanted = createHmac('sha1', secretAccessKey).update(stringToSign, 'latin1').digest('base64');
  if (!isSame(wanted, sent.signature)) throw mismatch(sent.accessKeyId, sent.signature, stringToSign);
}

const dateText = (headers: IncomingHttpHeaders) =>
  headerText(headers, 'x-amz-date') || headerText(headers, 'date');

function checkDate(headers: IncomingHttpHeaders, now: Date): void {
  const text = dateText(headers);
  const signedAtMs = Date.parse(text);
  if (Math.abs(now.getTime() - signedAtMs) <= clockSkewMs) return;
  throw new SignatureFailure(
    'skewed',
    'The difference between the request time and the current time is too large.',
    {
      RequestTime: text,
      ServerTime: now.toISOString().replace(/\.\d+/, ''),
      MaxAllowedSkewMilliseconds: String(clockSkewMs),
    },
  );
}

function stringToSignV2(
  { method, url, headers, hostBucketName }: SignatureRequest,
  { expires }: SignatureV2,
  query: ReadonlyMap<string, string>,
): string {
  const amzHeaders = new Map<string, string>();
  for (const name of Object.keys(headers))
    if (name.startsWith('x-amz-')) amzHeaders.set(name, headerText(headers, name));
  // AWS: a presigned request has in its query what would have been such a header. A header that was sent counts for itself.
  if (expires !== undefined) {
    for (const [name, value] of query) {
      if (name.startsWith('x-amz-') && !amzHeaders.has(name)) amzHeaders.set(name, value);
    }
  }
  const date = amzHeaders.has('x-amz-date') ? '' : headerText(headers, 'date');
  const either = (name: string) =>
    headerText(headers, name) || (expires !== undefined && query.get(name)) || '';
  const lines = [...amzHeaders]
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, value]) => `${name}:${value}\n`);
  return `${method}\n${either('content-md5')}\n${either('content-type')}\n${expires ?? date}\n${lines.join('')}${canonicalResource(url, hostBucketName, query)}`;
}

/** `/bucket/key?acl&versionId=x`, also when the bucket stands in the Host header. */
function canonicalResource(
  url: string,
  hostBucketName: string | undefined,
  query: ReadonlyMap<string, string>,
): string {
  const parameters = [...query]
    .filter(([name]) => signedParameters.has(name))
    .sort(([a], [b]) => compareText(a, b))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  const path = `${hostBucketName ? `/${hostBucketName}` : ''}${splitTarget(url).path}`;
  return parameters.length > 0 ? `${path}?${parameters.join('&')}` : path;
}
