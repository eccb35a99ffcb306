// S3's older signature, which aws-cli still makes when it presigns for an endpoint of its own: HMAC-SHA1 over a few lines.
// `?AWSAccessKeyId=…&Signature=…&Expires=…`, or `Authorization: AWS AKID:signature`.

import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { headerValue, splitUrl } from './canonical-request.ts';
import { SignatureFailure, type SignatureRequest } from './signed-request.ts';

export interface OldCredential {
  accessKeyId: string;
  signature: string;
  /** Seconds since 1970; presigned requests only. */
  expires?: number;
  sessionToken?: string;
  stringToSign: string;
}

/** The parts of a query that name what is asked for, and so are signed. */
const subResources = new Set(
  `accelerate acl analytics cors defaultObjectAcl delete inventory lifecycle location logging metrics notification
  object-lock partNumber policy replication requestPayment response-cache-control response-content-disposition
  response-content-encoding response-content-language response-content-type response-expires restore select select-type
  storageClass tagging torrent uploadId uploads versionId versioning versions website`.split(/\s+/),
);

/** Undefined when the request is not signed in this way. */
export function findOldCredential({ method, url, headers }: SignatureRequest): OldCredential | undefined {
  const { path, parameters } = splitUrl(url);
  const query = new Map(parameters);
  const accessKeyId = query.get('AWSAccessKeyId');
  if (accessKeyId !== undefined) {
    const signature = query.get('Signature');
    const expires = query.get('Expires');
    if (!signature || !expires)
      throw new SignatureFailure(
        'malformed',
        'Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters',
      );
    if (!/^[0-9]{1,15}$/.test(expires))
      throw new SignatureFailure('malformed', `Invalid date (should be seconds since epoch): ${expires}`);
    const signed = { ...headers, ...headersInQuery(parameters) };
    const stringToSign = describe(method, path, parameters, signed, expires);
    const sessionToken = query.get('x-amz-security-token');
    return {
      ...{ accessKeyId, signature, expires: Number(expires), stringToSign },
      ...(sessionToken === undefined ? {} : { sessionToken }),
    };
  }
  const match = /^AWS ([^\s:]+):(\S+)$/.exec(headers.authorization ?? '');
  if (!match) return undefined;
  const date = headers['x-amz-date'] === undefined ? headerValue(headers, 'date') : '';
  const sessionToken = headers['x-amz-security-token'];
  return {
    ...{ accessKeyId: match[1]!, signature: match[2]! },
    stringToSign: describe(method, path, parameters, headers, date),
    ...(typeof sessionToken === 'string' ? { sessionToken } : {}),
  };
}

export function signOld(secretAccessKey: string, stringToSign: string): string {
  return createHmac('sha1', secretAccessKey).update(stringToSign).digest('base64');
}

/** Presigned requests carry what was signed as a header in the query. */
function headersInQuery(parameters: [string, string][]): IncomingHttpHeaders {
  const isHeader = (name: string) => /^(x-amz-|content-md5$|content-type$)/.test(name);
  return Object.fromEntries(parameters.filter(([name]) => isHeader(name)));
}

function describe(
  method: string,
  path: string,
  parameters: [string, string][],
  headers: IncomingHttpHeaders,
  date: string,
): string {
  const amazonHeaders = Object.keys(headers)
    .filter((name) => name.startsWith('x-amz-'))
    .sort()
    .map((name) => `${name}:${headerValue(headers, name)}\n`);
  return [
    ...[method, headerValue(headers, 'content-md5'), headerValue(headers, 'content-type'), date],
    `${amazonHeaders.join('')}${bucketOfHost(headers.host)}${path}${describeSubResources(parameters)}`,
  ].join('\n');
}

/** `/bucket` when the bucket is in the host's name. */
function bucketOfHost(host = ''): string {
  const bucket = /^(.+)\.s3(?:[.-][a-z0-9-]+)*\.(?:amazonaws\.com|localhost)/.exec(host.toLowerCase())?.[1];
  return bucket === undefined ? '' : `/${bucket}`;
}

function describeSubResources(parameters: [string, string][]): string {
  const named = parameters
    .filter(([name]) => subResources.has(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  return named.length === 0 ? '' : `?${named.join('&')}`;
}
