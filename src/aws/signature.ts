// Who calls, and where: read from the SigV4 `Authorization` header or from a presigned query.
// The access key id is the account: 222222222222 is that account's root, `test` is 000000000000's.
// DIFFERS: signatures-not-verified the signature itself is not verified; these keys have no secret that could be kept.

import type { IncomingHttpHeaders } from 'node:http';
import type { AccountId, Region } from '../cloud/id.ts';
import { AwsError } from './aws-error.ts';
import { quotable } from './form.ts';
import type { Refusals } from './protocol.ts';

/** `AKID/20260131/us-east-1/ec2/aws4_request` */
export interface Credential {
  accessKeyId: string;
  region: Region;
  /** The signing name: `ec2`, `elasticloadbalancing`, `sts`. */
  service: string;
}

export interface Caller {
  accountId: AccountId;
  region: Region;
  /** `arn:aws:iam::111111111111:root` */
  arn: string;
}

const algorithm = 'AWS4-HMAC-SHA256';

/**
 * Undefined for an unsigned request.
 * @param query the query string's parameters: presigned requests have their signature there
 * @throws IncompleteSignature when it is signed, but not as SigV4 signs
 */
export function findCredential(
  headers: IncomingHttpHeaders,
  query: ReadonlyMap<string, string>,
): Credential | undefined {
  if (headers.authorization !== undefined) return readHeader(headers.authorization, headers);
  const credential = query.get('X-Amz-Credential');
  if (credential === undefined) return undefined;
  const missing = ['X-Amz-Algorithm', 'X-Amz-Date', 'X-Amz-SignedHeaders', 'X-Amz-Signature'].filter(
    (name) => !query.get(name),
  );
  if (missing.length > 0) {
    throw incomplete(missing.map((name) => `AWS query-string parameters must include '${name}'.`).join(' '));
  }
  if (query.get('X-Amz-Algorithm') !== algorithm) throw unsupported(query.get('X-Amz-Algorithm')!);
  return parseScope(credential);
}

/** The signing name, for the shape of an error, from a request that may be malformed in every other way. */
export function findSigningName(headers: IncomingHttpHeaders, url: string): string | undefined {
  const header = /Credential=[^/,\s]*\/[^/,\s]*\/[^/,\s]*\/([^/,\s]*)\/aws4_request/;
  const presigned = /[?&]X-Amz-Credential=(?:[^&]*?(?:%2F|\/)){3}([a-z0-9-]*)(?:%2F|\/)aws4_request/i;
  return (header.exec(headers.authorization ?? '') ?? presigned.exec(url))?.[1];
}

/** @throws AwsError as the protocol refuses unsigned requests, keys and regions it does not know */
export function authenticate(
  credential: Credential | undefined,
  refusals: Refusals,
  isKnownRegion: (region: string) => boolean,
): Caller {
  if (!credential) throw refusals.unsigned();
  const accountId = findAccount(credential.accessKeyId);
  if (!accountId) throw refusals.unknownAccessKey();
  if (!isKnownRegion(credential.region)) throw refusals.unknownRegion();
  return { accountId, region: credential.region, arn: `arn:aws:iam::${accountId}:root` };
}

function findAccount(accessKeyId: string): AccountId | undefined {
  if (accessKeyId === 'test') return '000000000000';
  return /^[0-9]{12}$/.test(accessKeyId) ? accessKeyId : undefined;
}

function readHeader(authorization: string, headers: IncomingHttpHeaders): Credential {
  const [scheme, rest] = splitOnce(authorization.trim(), ' ');
  if (scheme !== algorithm) throw unsupported(scheme);
  const fields = new Map<string, string>();
  for (const field of rest.split(',')) {
    const text = field.trim();
    if (!text.includes('=')) throw notKeyValue(text, authorization);
    fields.set(...splitOnce(text, '='));
  }
  const missing = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => !fields.get(name))
    .map((name) => `Authorization header requires '${name}' parameter.`);
  if (!headers['x-amz-date'] && !headers.date) {
    missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  if (missing.length > 0) throw incomplete(`${missing.join(' ')} Authorization=${scheme}`);
  return parseScope(fields.get('Credential')!);
}

function parseScope(credential: string): Credential {
  const parts = credential.split('/');
  if (parts.length !== 5) {
    throw incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${quotable(credential)}'`,
    );
  }
  const [accessKeyId, date, region, service, term] = parts as [string, string, string, string, string];
  if (term !== 'aws4_request') {
    throw incomplete(
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${quotable(term)}'.`,
    );
  }
  if (!/^[0-9]{8}$/.test(date)) {
    throw incomplete(`Date in Credential scope should be YYYYMMDD, not '${quotable(date)}'.`);
  }
  return { accessKeyId, region, service };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function notKeyValue(field: string, authorization: string): AwsError {
  return incomplete(
    `'${quotable(field)}' not a valid key=value pair (missing equal-sign) in Authorization header: '${quotable(authorization)}'.`,
  );
}

function unsupported(scheme: string): AwsError {
  return incomplete(`Unsupported AWS 'algorithm': '${quotable(scheme)}'. Isthmus reads ${algorithm}.`);
}

function incomplete(message: string): AwsError {
  return new AwsError('IncompleteSignature', message);
}
