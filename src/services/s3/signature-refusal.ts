// What S3 says of a signature that does not hold, in the header or in the body.

import { AwsError } from '../../aws/aws-error.ts';
import { PayloadFailure } from '../../aws/payload.ts';
import { SignatureFailure } from '../../aws/signed-request.ts';
import { incompleteBody, S3Error } from './errors.ts';

type Words = { code: string; status: number; message?: string };

/** Without a message, the failure's own words are S3's. */
const words: Record<SignatureFailure['kind'], Words> = {
  malformed: { code: 'AuthorizationHeaderMalformed', status: 400 },
  'unknown-key': {
    code: 'InvalidAccessKeyId',
    status: 403,
    message: 'The AWS Access Key Id you provided does not exist in our records.',
  },
  'bad-token': {
    code: 'InvalidToken',
    status: 400,
    message: 'The provided token is malformed or otherwise invalid.',
  },
  'expired-token': { code: 'ExpiredToken', status: 400, message: 'The provided token has expired.' },
  mismatch: {
    code: 'SignatureDoesNotMatch',
    status: 403,
    message:
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
  },
  skewed: {
    code: 'RequestTimeTooSkewed',
    status: 403,
    message: 'The difference between the request time and the current time is too large.',
  },
  'expired-request': { code: 'AccessDenied', status: 403, message: 'Request has expired' },
  'wrong-region': { code: 'AuthorizationHeaderMalformed', status: 400 },
  'wrong-service': { code: 'AuthorizationHeaderMalformed', status: 400 },
  'unsigned-headers': {
    code: 'AccessDenied',
    status: 403,
    message: 'There were headers present in the request which were not signed',
  },
  undated: { code: 'AccessDenied', status: 403 },
  'invalid-request': { code: 'InvalidRequest', status: 400 },
  'invalid-argument': { code: 'InvalidArgument', status: 400 },
};

/** @param isPresigned the signature stands in the query */
export function signatureRefusal(failure: SignatureFailure, isPresigned: boolean): S3Error {
  const { code, status, message } = words[failure.kind];
  const isMalformed = code === 'AuthorizationHeaderMalformed';
  return new S3Error(
    isMalformed && isPresigned ? 'AuthorizationQueryParametersError' : code,
    message ?? failure.message,
    status,
    { details: failure.details },
  );
}

/** Why a body could not be read: it did not match what was signed, or the client went away. */
export function bodyFailure(error: unknown): unknown {
  if (error instanceof SignatureFailure) return signatureRefusal(error, false);
  if (error instanceof AwsError) return error;
  if (error instanceof PayloadFailure) return payloadRefusal(error);
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ABORT_ERR'
    ? incompleteBody()
    : error;
}

function payloadRefusal({ kind, message, details }: PayloadFailure): S3Error {
  switch (kind) {
    case 'hash-mismatch':
      return new S3Error('XAmzContentSHA256Mismatch', message);
    case 'chunk-signature':
      return new S3Error('SignatureDoesNotMatch', message, 403);
    case 'short-chunk':
      return new S3Error('InvalidChunkSizeError', message, 403, { details });
    case 'malformed-chunk':
      return new S3Error('InvalidRequest', message);
    default:
      return incompleteBody();
  }
}
