// Who signed a request, and whether it is the one that was signed. Keys that have a secret are verified to the last byte.
// `222222222222` and `test` are keys for convenience: they are the root of an account, and have no secret that could be kept.
// DIFFERS: convenience-keys of those convenience keys the form of a signature and its expiry are checked, the signature is not.

import type { IncomingHttpHeaders } from 'node:http';
import { headerText, sha256, splitTarget } from './canonical-request.ts';
import type { FindIdentity, Identity } from './identity.ts';
import {
  checkExpiryV2,
  checkSignatureV2,
  readHeaderSignatureV2,
  readQuerySignatureV2,
  type SignatureV2,
} from './signature-v2.ts';
import {
  checkSignatureV4,
  checkTime,
  invalidArgument,
  malformed,
  payloadRuleOf,
  readHeaderSignature,
  readPresignedSignature,
  type SignatureV4,
} from './signature-v4.ts';
import {
  type PayloadRule,
  SignatureFailure,
  type SignatureRequest,
  type SignedRequest,
} from './signed-request.ts';

export interface SignatureRules {
  /** The signing name of the service that was reached: `s3`. */
  service: string;
  findIdentity: FindIdentity;
  now: Date;
  /** Absent: the caller of this looks at the region himself. */
  expectedRegion?: string;
}

/** @throws SignatureFailure for a request that is signed, but not rightly */
export function verifySignature(request: SignatureRequest, rules: SignatureRules): SignedRequest {
  if (rules.service === 's3') return verifyS3(request, rules);
  const { claimed, check } = openSignature(request, rules);
  check(() => sha256(request.body ?? ''));
  return claimed;
}

/** A signature looked at in two steps, since the body it is about may still be on its way. */
export interface OpenSignature {
  /** Who says that he signed. Nothing may come of it before the check. */
  claimed: SignedRequest;
  /** False: no secret is known to verify it with, and nothing of the body is asked for. */
  isVerifiable: boolean;
  /**
   * @param bodyHash what was signed of the body: its SHA-256 in hexadecimal, or the word that stands for it. Not asked for where nothing is verified
   * @throws SignatureFailure
   */
  check(bodyHash: () => string): void;
}

/** Of every service but S3. @throws SignatureFailure for what its head alone shows to be wrong */
export function openSignature(request: SignatureRequest, rules: SignatureRules): OpenSignature {
  const { authorization } = request.headers;
  const query = readQuery(splitTarget(request.url).query, false);
  const isPresigned = isPresignedV4(query);
  if (authorization !== undefined && isPresigned) throw twoSignatures(false, authorization);
  if (authorization === undefined && !isPresigned) return unsignedRequest();
  const sent = isPresigned
    ? readPresignedSignature(query, false)
    : readHeaderSignature(authorization!, request.headers, false);
  checkScope(sent, rules);
  const { principal, secretAccessKey } = identify(sent, rules);
  const claimed = { ...describeSigner(sent, principal, rules), payload: unsigned };
  return {
    claimed,
    isVerifiable: secretAccessKey !== undefined,
    check(bodyHash) {
      if (secretAccessKey !== undefined)
        checkSignatureV4(request, sent, secretAccessKey, bodyHash(), rules.now);
      else if (isPresigned) checkTime(sent, rules.now);
    },
  };
}

export function unsignedRequest(): OpenSignature {
  const claimed: SignedRequest = { principal: { kind: 'anonymous' }, payload: unsigned };
  return { claimed, isVerifiable: false, check: () => {} };
}

function verifyS3(request: SignatureRequest, rules: SignatureRules): SignedRequest {
  const { authorization } = request.headers;
  const query = readQuery(splitTarget(request.url).query, true);
  const isPresigned = isPresignedV4(query);
  const isPresignedV2 = !isPresigned && query.has('AWSAccessKeyId');
  if (authorization !== undefined) {
    if (isPresigned || isPresignedV2) throw twoSignatures(true, authorization);
    if (authorization.startsWith('AWS ')) {
      return verifyV2(request, readHeaderSignatureV2(authorization, request.headers), query, rules);
    }
    if (!/^AWS4-HMAC-SHA256( |$)/.test(authorization))
      throw wrongAuthorization(true, authorization, 'Unsupported Authorization Type');
    return verifyS3V4(request, readHeaderSignature(authorization, request.headers, true), query, rules);
  }
  if (isPresigned) return verifyS3V4(request, readPresignedSignature(query, true), query, rules);
  if (isPresignedV2) return verifyV2(request, readQuerySignatureV2(query), query, rules);
  const payload = payloadRuleOf(unsignedHash(request.headers), request.headers);
  return { principal: { kind: 'anonymous' }, payload };
}

function isPresignedV4(query: ReadonlyMap<string, string>): boolean {
  return [...query.keys()].some((name) => /^X-Amz-(Algorithm|Credential|Signature)$/.test(name));
}

function twoSignatures(isS3: boolean, authorization: string): SignatureFailure {
  const message =
    'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified';
  return wrongAuthorization(isS3, authorization, message);
}

const unsigned: PayloadRule = { kind: 'unsigned' };

function wrongAuthorization(isS3: boolean, authorization: string, message: string): SignatureFailure {
  return isS3 ? invalidArgument(message, 'Authorization', authorization) : malformed(message);
}

/** The signing name, for the shape of an error, from a request that may be malformed in every other way. */
export function findSigningName(headers: IncomingHttpHeaders, url: string): string | undefined {
  const header = /Credential=[^/,\s]*\/[^/,\s]*\/[^/,\s]*\/([^/,\s]*)\/aws4_request/;
  // Each part ends at its slash, so that nothing is tried twice: a line of slashes costs what its length says.
  const presigned =
    /[?&]X-Amz-Credential=(?:(?:(?!%2F)[^&/])*(?:%2F|\/)){3}([a-z0-9-]*)(?:%2F|\/)aws4_request/i;
  return (header.exec(headers.authorization ?? '') ?? presigned.exec(url))?.[1];
}

function verifyS3V4(
  request: SignatureRequest,
  sent: SignatureV4,
  query: ReadonlyMap<string, string>,
  rules: SignatureRules,
): SignedRequest {
  const { now } = rules;
  checkScope(sent, rules);
  const { principal, secretAccessKey } = identify(sent, rules);
  const isPresigned = sent.expiresSeconds !== undefined;
  const hash = s3PayloadHash(request.headers, query, isPresigned);
  const about = describeSigner(sent, principal, rules);
  if (secretAccessKey === undefined) {
    if (isPresigned) checkTime(sent, now);
    return { ...about, payload: payloadRuleOf(hash, request.headers) };
  }
  const { signingKey, scopeText } = checkSignatureV4(request, sent, secretAccessKey, hash, now);
  const { signature, dateTime } = sent;
  return {
    ...about,
    payload: payloadRuleOf(hash, request.headers, { signature, signingKey, dateTime, scope: scopeText }),
  };
}

function describeSigner(
  { accessKeyId, scope, expiresSeconds, signedAtMs }: SignatureV4,
  principal: Identity['principal'],
  { now }: SignatureRules,
): Omit<SignedRequest, 'payload'> {
  const isPresigned = expiresSeconds !== undefined;
  return {
    ...{ principal, accessKeyId, scope },
    authType: isPresigned ? 'REST-QUERY-STRING' : 'REST-HEADER',
    signatureVersion: 'AWS4-HMAC-SHA256',
    ...(isPresigned && { signatureAgeMs: now.getTime() - signedAtMs }),
  };
}

function verifyV2(
  request: SignatureRequest,
  sent: SignatureV2,
  query: ReadonlyMap<string, string>,
  rules: SignatureRules,
): SignedRequest {
  const { principal, secretAccessKey } = identify(sent, rules);
  if (secretAccessKey === undefined) checkExpiryV2(sent, rules.now);
  else checkSignatureV2(request, sent, secretAccessKey, query, rules.now);
  return {
    principal,
    accessKeyId: sent.accessKeyId,
    authType: sent.expires === undefined ? 'REST-HEADER' : 'REST-QUERY-STRING',
    signatureVersion: 'AWS',
    payload: payloadRuleOf(unsignedHash(request.headers), request.headers),
  };
}

function checkScope({ scope }: SignatureV4, { service, expectedRegion }: SignatureRules): void {
  if (scope.service !== service) {
    const message =
      service === 's3'
        ? `The authorization header is malformed; incorrect service "${scope.service.slice(0, 50)}". This endpoint belongs to "s3".`
        : `Credential should be scoped to correct service: '${service}'. `;
    throw new SignatureFailure('wrong-service', message);
  }
  if (expectedRegion === undefined || scope.region === expectedRegion) return;
  const message =
    service === 's3'
      ? `The authorization header is malformed; the region '${scope.region.slice(0, 50)}' is wrong; expecting '${expectedRegion}'`
      : 'Credential should be scoped to a valid region. ';
  throw new SignatureFailure('wrong-region', message, { Region: expectedRegion });
}

function identify(
  { accessKeyId, sessionToken }: { accessKeyId: string; sessionToken?: string },
  { findIdentity }: SignatureRules,
): Identity {
  const found = findIdentity(accessKeyId, sessionToken);
  const details = { AWSAccessKeyId: accessKeyId };
  switch (found) {
    case 'unknown':
      throw new SignatureFailure(
        'unknown-key',
        'The security token included in the request is invalid.',
        details,
      );
    case 'bad-token':
      throw new SignatureFailure('bad-token', 'The security token included in the request is invalid.', {
        'Token-0': sessionToken ?? '',
      });
    case 'expired':
      throw new SignatureFailure('expired-token', 'The security token included in the request is expired', {
        'Token-0': sessionToken ?? '',
      });
    default:
      return found;
  }
}

/** AWS: a presigned request promises nothing of its body unless it says so. */
function s3PayloadHash(
  headers: IncomingHttpHeaders,
  query: ReadonlyMap<string, string>,
  isPresigned: boolean,
): string {
  if (isPresigned) return query.get('X-Amz-Content-Sha256') ?? unsignedHash(headers);
  const hash = headerText(headers, 'x-amz-content-sha256');
  if (!hash) {
    throw new SignatureFailure(
      'invalid-request',
      'Missing required header for this request: x-amz-content-sha256',
    );
  }
  return hash;
}

function unsignedHash(headers: IncomingHttpHeaders): string {
  return headerText(headers, 'x-amz-content-sha256') || 'UNSIGNED-PAYLOAD';
}

/** Parameters decoded; the first of a name counts. What is no escape stays as it is: it will not be what was signed. */
function readQuery(text: string, isS3: boolean): Map<string, string> {
  const query = new Map<string, string>();
  if (text === '') return query;
  for (const part of text.split('&')) {
    const equals = part.indexOf('=');
    const name = decode(equals < 0 ? part : part.slice(0, equals), isS3);
    if (name !== '' && !query.has(name))
      query.set(name, equals < 0 ? '' : decode(part.slice(equals + 1), isS3));
  }
  return query;
}

function decode(text: string, isS3: boolean): string {
  const spaced = !isS3 && text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
