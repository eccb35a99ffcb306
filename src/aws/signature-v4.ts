// Signature version 4: `AWS4-HMAC-SHA256` in the Authorization header or, presigned, in the query.
// A key made of the secret, the day, the region and the service signs the time, that scope and the canonical request.

import type { IncomingHttpHeaders } from 'node:http';
import {
  canonicalHeaders,
  canonicalPath,
  canonicalQuery,
  headerText,
  sha256,
  showBytes,
  splitTarget,
} from './canonical-request.ts';
import { quotable } from './form.ts';
import { type PayloadRule, SignatureFailure, type SignatureRequest } from './signed-request.ts';
import { hmac, isSame, signingKey } from './signing-key.ts';

export const algorithm = 'AWS4-HMAC-SHA256';
const clockSkewMs = 15 * 60 * 1000;
/** AWS: seven days. */
const longestExpirySeconds = 604_800;

/** A version 4 signature as it was sent. */
export interface SignatureV4 {
  accessKeyId: string;
  scope: { date: string; region: string; service: string };
  signedHeaders: string[];
  signature: string;
  /** `20260131T120000Z` */
  dateTime: string;
  signedAtMs: number;
  sessionToken?: string;
  /** Presigned: how long it holds. */
  expiresSeconds?: number;
}

/** @throws SignatureFailure `malformed`; `undated` of S3 */
export function readHeaderSignature(
  authorization: string,
  headers: IncomingHttpHeaders,
  isS3: boolean,
): SignatureV4 {
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
  const dateText = headerText(headers, 'x-amz-date') || headerText(headers, 'date');
  if (!dateText && !isS3) {
    missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  if (missing.length > 0) throw malformed(`${missing.join(' ')} Authorization=${scheme}`);
  const date = findDate(dateText);
  if (!date) throw isS3 ? undated() : wrongDate(dateText);
  const token = headerText(headers, 'x-amz-security-token');
  return {
    ...parseScope(fields.get('Credential')!),
    signedHeaders: fields.get('SignedHeaders')!.split(';'),
    signature: fields.get('Signature')!,
    ...date,
    ...(token && { sessionToken: token }),
  };
}

/**
 * @param query its parameters, decoded
 * @throws SignatureFailure `malformed`
 */
export function readPresignedSignature(query: ReadonlyMap<string, string>, isS3: boolean): SignatureV4 {
  const names = [
    'X-Amz-Algorithm',
    'X-Amz-Credential',
    'X-Amz-Date',
    'X-Amz-SignedHeaders',
    'X-Amz-Signature',
  ];
  if (isS3) names.push('X-Amz-Expires');
  const missing = names.filter((name) => !query.get(name));
  if (missing.length > 0) {
    throw malformed(
      isS3
        ? 'Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.'
        : missing.map((name) => `AWS query-string parameters must include '${name}'.`).join(' '),
    );
  }
  if (query.get('X-Amz-Algorithm') !== algorithm) throw unsupported(query.get('X-Amz-Algorithm')!);
  const token = query.get('X-Amz-Security-Token');
  return {
    ...parseScope(query.get('X-Amz-Credential')!),
    signedHeaders: query.get('X-Amz-SignedHeaders')!.split(';'),
    signature: query.get('X-Amz-Signature')!,
    ...parseDate(query.get('X-Amz-Date')!),
    ...(token && { sessionToken: token }),
    expiresSeconds: parseExpires(query.get('X-Amz-Expires')),
  };
}

function parseExpires(text: string | undefined): number {
  // AWS: services other than S3 take a presigned request without it, for as long as any other.
  if (text === undefined) return clockSkewMs / 1000;
  if (!/^-?[0-9]+$/.test(text)) throw malformed('X-Amz-Expires should be a number');
  const seconds = Number(text);
  if (seconds < 0) throw malformed('X-Amz-Expires must be non-negative');
  if (seconds < 1) throw malformed('X-Amz-Expires must be at least 1');
  if (seconds > longestExpirySeconds) {
    throw malformed(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    );
  }
  return seconds;
}

function parseScope(credential: string): Pick<SignatureV4, 'accessKeyId' | 'scope'> {
  const parts = credential.split('/');
  if (parts.length !== 5) {
    throw malformed(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${quotable(credential)}'`,
    );
  }
  const [accessKeyId, date, region, service, term] = parts as [string, string, string, string, string];
  if (term !== 'aws4_request') {
    throw malformed(
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${quotable(term)}'.`,
    );
  }
  if (!/^[0-9]{8}$/.test(date))
    throw malformed(`Date in Credential scope should be YYYYMMDD, not '${quotable(date)}'.`);
  return { accessKeyId, scope: { date, region, service } };
}

/** ISO 8601's basic form; a `Date` header may also be as mail has it. */
function findDate(text: string): Pick<SignatureV4, 'dateTime' | 'signedAtMs'> | undefined {
  const match = /^([0-9]{4})([0-9]{2})([0-9]{2})T([0-9]{2})([0-9]{2})([0-9]{2})Z$/.exec(text);
  if (match) {
    const [, year, month, day, hour, minute, second] = match;
    const signedAtMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    if (!Number.isNaN(signedAtMs)) return { dateTime: text, signedAtMs };
  }
  const signedAtMs = / GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(signedAtMs)) return undefined;
  return { dateTime: new Date(signedAtMs).toISOString().replace(/-|:|\.\d+/g, ''), signedAtMs };
}

function parseDate(text: string): Pick<SignatureV4, 'dateTime' | 'signedAtMs'> {
  const date = findDate(text);
  if (!date) throw wrongDate(text);
  return date;
}

function wrongDate(text: string): SignatureFailure {
  return malformed(
    `Date must be in ISO-8601 'basic format'. Got '${quotable(text)}'. See http://en.wikipedia.org/wiki/ISO_8601`,
  );
}

export function undated(): SignatureFailure {
  return new SignatureFailure('undated', 'AWS authentication requires a valid Date or x-amz-date header');
}

/** @throws SignatureFailure when the request is not the one that was signed, or not now */
export function checkSignatureV4(
  request: SignatureRequest,
  sent: SignatureV4,
  secretAccessKey: string,
  payloadHash: string,
  now: Date,
): { signingKey: Buffer; scopeText: string } {
  const { date, region, service } = sent.scope;
  const isS3 = service === 's3';
  if (!sent.dateTime.startsWith(date)) {
    throw new SignatureFailure(
      'malformed',
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${sent.dateTime.slice(0, 8)}', from '${sent.dateTime}'.`,
    );
  }
  checkTime(sent, now);
  requireSignedHeaders(request.headers, sent.signedHeaders, isS3);
  const canonical = canonicalRequest(request, sent, payloadHash, isS3);
  const scopeText = `${date}/${region}/${service}/aws4_request`;
  const stringToSign = `${algorithm}\n${sent.dateTime}\n${scopeText}\n${sha256(canonical)}`;
  const key = signingKey(secretAccessKey, scopeText);
  if (!isSame(hmac(key, stringToSign).toString('hex'), sent.signature)) {
    throw mismatch(sent.accessKeyId, sent.signature, stringToSign, canonical);
  }
  return { signingKey: key, scopeText };
}

/** A presigned request holds until it expires; any other for as long as two clocks may differ. */
export function checkTime({ signedAtMs, expiresSeconds, dateTime }: SignatureV4, now: Date): void {
  const nowMs = now.getTime();
  const ServerTime = now.toISOString().replace(/\.\d+/, '');
  if (expiresSeconds !== undefined && nowMs > signedAtMs + expiresSeconds * 1000) {
    const Expires = new Date(signedAtMs + expiresSeconds * 1000).toISOString().replace(/\.\d+/, '');
    const details = { 'X-Amz-Expires': String(expiresSeconds), Expires, ServerTime };
    throw new SignatureFailure('expired-request', 'Request has expired', details);
  }
  const isLate = expiresSeconds === undefined && nowMs - signedAtMs > clockSkewMs;
  if (!isLate && signedAtMs - nowMs <= clockSkewMs) return;
  const compact = (ms: number) => new Date(ms).toISOString().replace(/-|:|\.\d+/g, '');
  const [signed, current] = [compact(signedAtMs), compact(nowMs)];
  throw new SignatureFailure(
    'skewed',
    isLate
      ? `Signature expired: ${signed} is now earlier than ${compact(nowMs - clockSkewMs)} (${current} - 15 min.)`
      : `Signature not yet current: ${signed} is still later than ${compact(nowMs + clockSkewMs)} (${current} + 15 min.)`,
    { RequestTime: dateTime, ServerTime, MaxAllowedSkewMilliseconds: String(clockSkewMs) },
  );
}

/** What would change the meaning of a request must be signed: S3 takes no header of its own that is not. */
function requireSignedHeaders(headers: IncomingHttpHeaders, signed: readonly string[], isS3: boolean): void {
  if (!signed.includes('host')) {
    throw new SignatureFailure(
      isS3 ? 'unsigned-headers' : 'mismatch',
      "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
      { HeadersNotSigned: 'host' },
    );
  }
  const unsigned = Object.keys(headers).filter(
    (name) => (isS3 ? name.startsWith('x-amz-') : name === 'x-amz-target') && !signed.includes(name),
  );
  if (unsigned.length === 0) return;
  throw new SignatureFailure(
    isS3 ? 'unsigned-headers' : 'mismatch',
    `'${unsigned.join("', '")}' must be a 'SignedHeader' in the AWS Authorization.`,
    { HeadersNotSigned: unsigned.join(', ') },
  );
}

function canonicalRequest(
  { method, url, headers }: SignatureRequest,
  { signedHeaders, expiresSeconds }: SignatureV4,
  payloadHash: string,
  isS3: boolean,
): string {
  const { path, query } = splitTarget(url);
  const isPresigned = expiresSeconds !== undefined;
  return [
    method,
    canonicalPath(path, { isS3 }),
    canonicalQuery(query, { isS3 }, isPresigned ? 'X-Amz-Signature' : undefined),
    canonicalHeaders(signedHeaders, headers),
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

/** What S3 does with the body, from `x-amz-content-sha256`. */
export function payloadRuleOf(
  payloadHash: string,
  headers: IncomingHttpHeaders,
  seed?: Extract<PayloadRule, { kind: 'chunked' }>['seed'],
): PayloadRule {
  if (payloadHash === 'UNSIGNED-PAYLOAD') return { kind: 'unsigned' };
  if (/^[0-9a-f]{64}$/.test(payloadHash)) return { kind: 'hash', sha256: payloadHash };
  const match = /^STREAMING-(AWS4-HMAC-SHA256-PAYLOAD|UNSIGNED-PAYLOAD(?=-TRAILER))(-TRAILER)?$/.exec(
    payloadHash,
  );
  if (!match) {
    throw invalidArgument(
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
      'x-amz-content-sha256',
      payloadHash,
    );
  }
  const decodedLength = headerText(headers, 'x-amz-decoded-content-length');
  if (!/^[0-9]{1,15}$/.test(decodedLength)) {
    throw new SignatureFailure(
      'invalid-request',
      'You must provide the x-amz-decoded-content-length HTTP header.',
    );
  }
  const isSigned = match[1] !== 'UNSIGNED-PAYLOAD';
  return {
    kind: 'chunked',
    isSigned,
    hasTrailer: match[2] !== undefined,
    decodedLength: Number(decodedLength),
    ...(isSigned && seed && { seed }),
  };
}

export function mismatch(
  accessKeyId: string,
  signature: string,
  stringToSign: string,
  canonical?: string,
): SignatureFailure {
  return new SignatureFailure(
    'mismatch',
    'The request signature we calculated does not match the signature you provided.',
    {
      AWSAccessKeyId: accessKeyId,
      StringToSign: stringToSign,
      SignatureProvided: signature,
      StringToSignBytes: showBytes(stringToSign),
      ...(canonical !== undefined && {
        CanonicalRequest: canonical,
        CanonicalRequestBytes: showBytes(canonical),
      }),
    },
  );
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function notKeyValue(field: string, authorization: string): SignatureFailure {
  return malformed(
    `'${quotable(field)}' not a valid key=value pair (missing equal-sign) in Authorization header: '${quotable(authorization)}'.`,
  );
}

function unsupported(scheme: string): SignatureFailure {
  return malformed(`Unsupported AWS 'algorithm': '${quotable(scheme)}'. Isthmus reads ${algorithm}.`);
}

export function invalidArgument(
  message: string,
  ArgumentName: string,
  ArgumentValue: string,
): SignatureFailure {
  return new SignatureFailure('invalid-argument', message, { ArgumentName, ArgumentValue });
}

export function malformed(message: string): SignatureFailure {
  return new SignatureFailure('malformed', message);
}
