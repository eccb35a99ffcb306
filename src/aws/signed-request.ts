// A request whose signature has been looked at: who signed it, and what its body must turn out to be.

import type { Principal } from '../policy/principal.ts';

export interface SignedRequest {
  principal: Principal;
  /** Absent for an anonymous request. */
  accessKeyId?: string;
  /** From the credential scope; absent with SigV2 and for anonymous requests. */
  scope?: { date: string; region: string; service: string };
  /** `s3:authType` */
  authType?: 'REST-HEADER' | 'REST-QUERY-STRING';
  /** `s3:signatureversion` */
  signatureVersion?: 'AWS4-HMAC-SHA256' | 'AWS';
  /** Milliseconds since it was signed: `s3:signatureAge`. Presigned only. */
  signatureAgeMs?: number;
  payload: PayloadRule;
}

/** What the body must be for the request to hold. */
export type PayloadRule =
  /** Nothing is promised: UNSIGNED-PAYLOAD, presigned, anonymous. */
  | { kind: 'unsigned' }
  /** The body's SHA-256 in lower-case hexadecimal. */
  | { kind: 'hash'; sha256: string }
  /** `aws-chunked`: frames of their own around the body, perhaps each signed, perhaps checksums behind it. */
  | {
      kind: 'chunked';
      /** Absent: frames are not signed, or signed with a key we do not have. */
      seed?: { signature: string; signingKey: Buffer; dateTime: string; scope: string };
      /** Frames must carry a signature. */
      isSigned: boolean;
      hasTrailer: boolean;
      /** `x-amz-decoded-content-length` */
      decodedLength: number;
    };

/** Why a signature does not hold; each protocol has its own words for each kind. */
export class SignatureFailure extends Error {
  readonly kind:
    | 'malformed'
    | 'unknown-key'
    | 'bad-token'
    | 'expired-token'
    | 'mismatch'
    | 'skewed'
    | 'expired-request'
    | 'wrong-region'
    | 'wrong-service'
    | 'unsigned-headers'
    /** S3 alone tells these from what is malformed. */
    | 'undated'
    | 'invalid-request'
    | 'invalid-argument';
  /** What AWS's answer shows beside the message: StringToSign, CanonicalRequest, AWSAccessKeyId, Region, ServerTime… */
  readonly details: Record<string, string>;

  constructor(kind: SignatureFailure['kind'], message: string, details: Record<string, string> = {}) {
    super(message);
    this.kind = kind;
    this.details = details;
  }
}

export interface SignatureRequest {
  method: string;
  /** Path and query as they were sent. */
  url: string;
  headers: import('node:http').IncomingHttpHeaders;
  /** Absent for S3, whose payload hash is a header; elsewhere the body is hashed. */
  body?: Buffer;
  /** S3: the bucket that stands in the Host header, if one does. */
  hostBucketName?: string;
}
