// Who signed a request, and whether the signature holds: SigV4 in the `Authorization` header or in a presigned query, and S3's
// older version 2. A key without a secret (a convenience key) is taken at its word; everything about its form is still asked.

import type { IncomingHttpHeaders } from 'node:http';
import { canonicalRequest, sha256, splitUrl } from './canonical-request.ts';
import { quotable } from './form.ts';
import type { FindIdentity, Identity } from './identity.ts';
import { findOldCredential, type OldCredential, signOld } from './signature-version-2.ts';
import {
  type PayloadRule,
  SignatureFailure,
  type SignatureRequest,
  type SignedRequest,
} from './signed-request.ts';
import { hmac, isSame, signingKey } from './signing-key.ts';

export interface SignatureRules {
  /** The signing name that the scope must have: `s3`. */
  service: string;
  findIdentity: FindIdentity;
  now: Date;
  /** Absent: any region will do. */
  expectedRegion?: string;
}

/** `AKID/20260131/us-east-1/ec2/aws4_request` with what goes with it. */
interface Credential {
  accessKeyId: string;
  date: string;
  region: string;
  service: string;
  signedHeaders: string[];
  signature: string;
  /** `20260131T123456Z` */
  dateTime: string;
  sessionToken?: string;
  /** Presigned requests only. */
  expiresSeconds?: number;
}

const algorithm = 'AWS4-HMAC-SHA256';
const longestSkewMs = 15 * 60 * 1000;
const longestExpirySeconds = 7 * 24 * 3600;

/** An unsigned request is anonymous; whether that is allowed is the service's to say. @throws SignatureFailure */
export function verifySignature(request: SignatureRequest, rules: SignatureRules): SignedRequest {
  const credential = findCredential(request);
  if (credential) return verify(request, rules, credential);
  const old = rules.service === 's3' ? findOldCredential(request) : undefined;
  if (old) return verifyOld(request, rules, old);
  const payload = rules.service === 's3' ? s3Payload(request.headers) : unsignedPayload;
  return { principal: { kind: 'anonymous' }, payload };
}

const unsignedPayload: PayloadRule = { kind: 'unsigned' };

function verify(request: SignatureRequest, rules: SignatureRules, credential: Credential): SignedRequest {
  const { accessKeyId, date, region, service, expiresSeconds, dateTime } = credential;
  const identity = identify(rules, accessKeyId, credential.sessionToken);
  checkScope(credential, rules);
  const ageMs = rules.now.getTime() - parseDateTime(dateTime);
  if (expiresSeconds !== undefined) checkExpiry(ageMs, expiresSeconds);
  else if (identity.secretAccessKey !== undefined) checkSkew(ageMs, rules.now);
  const isPresigned = expiresSeconds !== undefined;
  const payload = service === 's3' ? s3Payload(request.headers, isPresigned) : unsignedPayload;
  const isVerified = identity.secretAccessKey !== undefined;
  if (isVerified) checkSignature(request, credential, identity.secretAccessKey!);
  return {
    principal: identity.principal,
    accessKeyId,
    scope: { date, region, service },
    authType: isPresigned ? 'REST-QUERY-STRING' : 'REST-HEADER',
    signatureVersion: algorithm,
    ...(isPresigned ? { signatureAgeMs: ageMs } : {}),
    payload: isVerified ? withSeed(payload, credential, identity.secretAccessKey!) : payload,
  };
}

function identify({ findIdentity }: SignatureRules, accessKeyId: string, sessionToken?: string): Identity {
  const answer = findIdentity(accessKeyId, sessionToken);
  const details = { AWSAccessKeyId: accessKeyId };
  if (answer === 'unknown')
    throw new SignatureFailure(
      'unknown-key',
      'The AWS Access Key Id you provided does not exist in our records.',
      details,
    );
  if (answer === 'bad-token')
    throw new SignatureFailure('bad-token', 'The provided token is malformed or otherwise invalid.', details);
  if (answer === 'expired')
    throw new SignatureFailure('expired-token', 'The provided token has expired.', details);
  return answer;
}

function checkScope({ region, service, date, dateTime }: Credential, rules: SignatureRules): void {
  if (service !== rules.service)
    throw new SignatureFailure(
      'wrong-service',
      `Credential should be scoped to correct service: '${rules.service}'.`,
    );
  if (rules.expectedRegion !== undefined && region !== rules.expectedRegion)
    throw new SignatureFailure(
      'wrong-region',
      `the region '${quotable(region)}' is wrong; expecting '${rules.expectedRegion}'`,
      {
        Region: rules.expectedRegion,
      },
    );
  if (!dateTime.startsWith(date))
    throw new SignatureFailure(
      'malformed',
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${dateTime.slice(0, 8)}', from '${dateTime}'.`,
    );
}

function checkSkew(ageMs: number, now: Date): void {
  if (Math.abs(ageMs) <= longestSkewMs) return;
  throw new SignatureFailure(
    'skewed',
    'The difference between the request time and the current time is too large.',
    {
      RequestTime: showDateTime(new Date(now.getTime() - ageMs)),
      ServerTime: now.toISOString(),
      MaxAllowedSkewMilliseconds: String(longestSkewMs),
    },
  );
}

function checkExpiry(ageMs: number, expiresSeconds: number): void {
  if (ageMs > expiresSeconds * 1000) throw new SignatureFailure('expired-request', 'Request has expired');
  if (ageMs < -longestSkewMs) throw new SignatureFailure('expired-request', 'Request is not yet valid');
}

function checkSignature(request: SignatureRequest, credential: Credential, secretAccessKey: string): void {
  const { signedHeaders, service, signature, dateTime } = credential;
  checkSignedHeaders(request.headers, credential);
  const isS3 = service === 's3';
  const payloadHash = isS3
    ? String(request.headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD')
    : sha256(request.body ?? '');
  const canonical = canonicalRequest({ ...request, signedHeaders, payloadHash, isS3 });
  const stringToSign = [algorithm, dateTime, scopeOf(credential), sha256(canonical)].join('\n');
  const key = signingKey(secretAccessKey, scopeOf(credential));
  if (isSame(hmac(key, stringToSign).toString('hex'), signature)) return;
  throw new SignatureFailure(
    'mismatch',
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    {
      AWSAccessKeyId: credential.accessKeyId,
      StringToSign: stringToSign,
      SignatureProvided: signature,
      StringToSignBytes: showBytes(stringToSign),
      CanonicalRequest: canonical,
      CanonicalRequestBytes: showBytes(canonical),
    },
  );
}

/** AWS: `host` always; of S3 every `x-amz-` header that is there. */
function checkSignedHeaders(headers: IncomingHttpHeaders, { signedHeaders, service }: Credential): void {
  const needed = [
    'host',
    ...(service === 's3' ? Object.keys(headers).filter((name) => name.startsWith('x-amz-')) : []),
  ];
  const missing = needed.filter((name) => !signedHeaders.includes(name));
  if (missing.length === 0) return;
  throw new SignatureFailure(
    'unsigned-headers',
    'There were headers present in the request which were not signed',
    { HeadersNotSigned: missing.join(', ') },
  );
}

const scopeOf = ({ date, region, service }: Credential) => `${date}/${region}/${service}/aws4_request`;

function verifyOld(request: SignatureRequest, rules: SignatureRules, old: OldCredential): SignedRequest {
  const identity = identify(rules, old.accessKeyId, old.sessionToken);
  const { signature, stringToSign, expires } = old;
  if (expires !== undefined && rules.now.getTime() > expires * 1000)
    throw new SignatureFailure('expired-request', 'Request has expired', {
      Expires: showDateTime(new Date(expires * 1000)),
      ServerTime: rules.now.toISOString(),
    });
  if (identity.secretAccessKey !== undefined) {
    if (expires === undefined) checkOldDate(request.headers, rules.now);
    if (!isSame(signOld(identity.secretAccessKey, stringToSign), signature))
      throw new SignatureFailure(
        'mismatch',
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
        {
          AWSAccessKeyId: old.accessKeyId,
          StringToSign: stringToSign,
          SignatureProvided: signature,
          StringToSignBytes: showBytes(stringToSign),
        },
      );
  }
  return {
    principal: identity.principal,
    accessKeyId: old.accessKeyId,
    authType: expires === undefined ? 'REST-HEADER' : 'REST-QUERY-STRING',
    signatureVersion: 'AWS',
    payload: s3Payload(request.headers, true),
  };
}

function checkOldDate(headers: IncomingHttpHeaders, now: Date): void {
  const time = Date.parse(String(headers['x-amz-date'] ?? headers.date ?? ''));
  if (Number.isNaN(time))
    throw new SignatureFailure('malformed', 'AWS authentication requires a valid Date or x-amz-date header');
  checkSkew(now.getTime() - time, now);
}

/** What S3 was promised of the body. @param isOptional the header may be left out: presigned and anonymous requests */
function s3Payload(headers: IncomingHttpHeaders, isOptional = !headers.authorization): PayloadRule {
  const promise = headers['x-amz-content-sha256'];
  if (promise === undefined && isOptional) return unsignedPayload;
  if (promise === undefined)
    throw new SignatureFailure('malformed', 'Missing required header for this request: x-amz-content-sha256');
  const text = String(promise);
  if (text === 'UNSIGNED-PAYLOAD') return unsignedPayload;
  if (/^[0-9a-f]{64}$/.test(text)) return { kind: 'hash', sha256: text };
  const streaming = /^STREAMING-(AWS4-HMAC-SHA256|UNSIGNED)-PAYLOAD(-TRAILER)?$/.exec(text);
  const isKnown = streaming && (streaming[1] !== 'UNSIGNED' || streaming[2]);
  if (!isKnown)
    throw new SignatureFailure(
      'malformed',
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
    );
  const length = String(headers['x-amz-decoded-content-length'] ?? '');
  if (!/^[0-9]{1,15}$/.test(length))
    throw new SignatureFailure(
      'malformed',
      'Missing required header for this request: x-amz-decoded-content-length',
    );
  const isSigned = streaming[1] !== 'UNSIGNED';
  return { kind: 'chunked', isSigned, hasTrailer: streaming[2] !== undefined, decodedLength: Number(length) };
}

function withSeed(payload: PayloadRule, credential: Credential, secretAccessKey: string): PayloadRule {
  if (payload.kind !== 'chunked' || !payload.isSigned) return payload;
  const { signature, dateTime } = credential;
  const scope = scopeOf(credential);
  const seed = { signature, dateTime, scope, signingKey: signingKey(secretAccessKey, scope) };
  return { ...payload, seed };
}

/** The signing name, for the shape of an error, from a request that may be malformed in every other way. */
export function findSigningName(headers: IncomingHttpHeaders, url: string): string | undefined {
  const header = /Credential=[^/,\s]*\/[^/,\s]*\/[^/,\s]*\/([^/,\s]*)\/aws4_request/;
  const presigned = /[?&]X-Amz-Credential=(?:[^&]*?(?:%2F|\/)){3}([a-z0-9-]*)(?:%2F|\/)aws4_request/i;
  return (header.exec(headers.authorization ?? '') ?? presigned.exec(url))?.[1];
}

/** Undefined when it is not signed with version 4. */
function findCredential({ headers, url }: SignatureRequest): Credential | undefined {
  if (headers.authorization !== undefined)
    return /^AWS /.test(headers.authorization) ? undefined : readHeader(headers.authorization, headers);
  return url.includes('X-Amz-') ? readQuery(url) : undefined;
}

function readQuery(url: string): Credential | undefined {
  const query = new Map(splitUrl(url).parameters);
  const credential = query.get('X-Amz-Credential');
  if (credential === undefined && !query.has('X-Amz-Signature')) return undefined;
  const required = ['Algorithm', 'Credential', 'Date', 'SignedHeaders', 'Signature'];
  const missing = required.map((name) => `X-Amz-${name}`).filter((name) => !query.get(name));
  if (missing.length > 0) {
    throw incomplete(missing.map((name) => `AWS query-string parameters must include '${name}'.`).join(' '));
  }
  if (query.get('X-Amz-Algorithm') !== algorithm) throw unsupported(query.get('X-Amz-Algorithm')!);
  const sessionToken = query.get('X-Amz-Security-Token');
  return {
    ...parseScope(credential!),
    signedHeaders: query.get('X-Amz-SignedHeaders')!.toLowerCase().split(';'),
    signature: query.get('X-Amz-Signature')!,
    dateTime: checkDateTime(query.get('X-Amz-Date')!),
    expiresSeconds: readExpiry(query.get('X-Amz-Expires')),
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}

/** AWS: a query without it is good for the fifteen minutes of any request. */
function readExpiry(text: string | undefined): number {
  if (text === undefined) return longestSkewMs / 1000;
  if (!/^[0-9]{1,10}$/.test(text)) throw incomplete('X-Amz-Expires should be a number');
  const seconds = Number(text);
  if (seconds < 1) throw incomplete('X-Amz-Expires must be non-negative');
  if (seconds > longestExpirySeconds)
    throw incomplete(
      'X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds',
    );
  return seconds;
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
  const sessionToken = headers['x-amz-security-token'];
  return {
    ...parseScope(fields.get('Credential')!),
    signedHeaders: fields.get('SignedHeaders')!.toLowerCase().split(';'),
    signature: fields.get('Signature')!,
    dateTime: checkDateTime(String(headers['x-amz-date'] ?? fromHttpDate(headers.date!))),
    ...(typeof sessionToken === 'string' ? { sessionToken } : {}),
  };
}

function fromHttpDate(date: string): string {
  const time = new Date(date);
  return Number.isNaN(time.getTime()) ? date : showDateTime(time);
}

function checkDateTime(text: string): string {
  if (Number.isNaN(parseDateTime(text)))
    throw incomplete(
      `Date must be in ISO-8601 'basic format'. Got '${quotable(text)}'. See https://en.wikipedia.org/wiki/ISO_8601`,
    );
  return text;
}

/** `20260131T123456Z` in milliseconds since 1970; NaN when it is none. */
function parseDateTime(text: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!match) return Number.NaN;
  const [, year, month, day, hour, minute, second] = match;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

const showDateTime = (time: Date) => time.toISOString().replace(/[-:]|\.\d+/g, '');
const showBytes = (text: string) =>
  Buffer.from(text)
    .toString('hex')
    .replace(/(..)(?=.)/g, '$1 ');

function parseScope(credential: string): Pick<Credential, 'accessKeyId' | 'date' | 'region' | 'service'> {
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
  return { accessKeyId, date, region, service };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function notKeyValue(field: string, authorization: string): SignatureFailure {
  return incomplete(
    `'${quotable(field)}' not a valid key=value pair (missing equal-sign) in Authorization header: '${quotable(authorization)}'.`,
  );
}

function unsupported(scheme: string): SignatureFailure {
  return incomplete(`Unsupported AWS 'algorithm': '${quotable(scheme)}'. Isthmus reads ${algorithm}.`);
}

function incomplete(message: string): SignatureFailure {
  return new SignatureFailure('malformed', message);
}
