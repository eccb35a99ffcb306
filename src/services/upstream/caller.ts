// Who signed a request that goes to an upstream. A signature is about the body too: one that is still on its way is vouched for by a
// header, or the signature is looked at when it has come.

import type { IncomingMessage } from 'node:http';
import { headerText, sha256 } from '../../aws/canonical-request.ts';
import type { FindIdentity } from '../../aws/identity.ts';
import { type OpenSignature, openSignature, unsignedRequest } from '../../aws/signature.ts';
import { SignatureFailure, type SignedRequest } from '../../aws/signed-request.ts';
import type { AwsService } from '../../cloud/aws-service.ts';
import type { Body } from './body.ts';

export interface Caller {
  signed: SignedRequest;
  /** False: who it is shows only when the body has passed the check. */
  isKnown: boolean;
  /** What a body that is still on its way must be. */
  check(sha256: () => string): void;
  needsHash: boolean;
}

export interface CallerRules {
  findIdentity: FindIdentity;
  now: Date;
  /** Absent: whichever it was signed for. */
  expectedRegion?: string;
}

/** @throws SignatureFailure */
export function identifyCaller(
  service: AwsService,
  { method, url, headers }: IncomingMessage,
  body: Body,
  rules: CallerRules,
): Caller {
  const request = { method: method!, url: url!, headers };
  const isOwnSignIn = service.signIn === 'own' && !/^AWS4-/.test(headers.authorization ?? 'AWS4-');
  const opened = isOwnSignIn
    ? unsignedRequest()
    : openSignature(request, { ...rules, service: service.signingName });
  const declared = headerText(headers, 'x-amz-content-sha256');
  const isWord = /^(UNSIGNED-PAYLOAD$|STREAMING-)/.test(declared);
  if (body.isWhole) {
    opened.check(() => (isWord ? declared : sha256(body.bytes)));
    return known(opened);
  }
  if (!opened.isVerifiable || isWord) {
    opened.check(() => declared);
    return known(opened);
  }
  if (/^[0-9a-f]{64}$/.test(declared)) {
    opened.check(() => declared);
    return { ...known(opened), needsHash: true, check: (hash) => compare(hash(), declared) };
  }
  return { signed: opened.claimed, isKnown: false, needsHash: true, check: opened.check };
}

function known({ claimed }: OpenSignature): Caller {
  return { signed: claimed, isKnown: true, needsHash: false, check: () => {} };
}

function compare(found: string, declared: string): void {
  if (found === declared) return;
  throw new SignatureFailure('mismatch', 'The body is not the one that was signed: its SHA-256 is another.');
}
