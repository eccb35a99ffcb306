// How a request that goes no further than Isthmus is refused, in the words of the protocol it is written in.

import { AwsError } from '../../aws/aws-error.ts';
import { missingAuthenticationToken, signatureError } from '../../aws/aws-json.ts';
import { awsQuery } from '../../aws/aws-query.ts';
import type { SignatureFailure } from '../../aws/signed-request.ts';
import type { Wire } from '../../aws/wire.ts';
import type { Upstream } from '../../cloud/upstream.ts';
import type { UpstreamFailure } from './forward.ts';

export function unsignedRefusal(wire: Wire): AwsError {
  return wire === 'query' ? awsQuery.refusals.unsigned() : forbidden(missingAuthenticationToken());
}

export function signatureRefusal(wire: Wire, failure: SignatureFailure): AwsError {
  if (wire === 'query') return awsQuery.refusals.badSignature(failure);
  const error = signatureError(failure);
  return error.code.startsWith('Incomplete') ? error : forbidden(error);
}

/** AWS: where HTTP has a say, whom one does not know is 403. */
const forbidden = ({ code, message }: AwsError) => new AwsError(code, message, 403);

export function unavailable(
  wire: Wire,
  { service, origin }: Upstream,
  { message, kind, hint }: UpstreamFailure,
): AwsError {
  const code = wire === 'query' ? 'ServiceUnavailable' : 'ServiceUnavailableException';
  const mend =
    hint ?? `Start that server, or start Isthmus with another: isthmus up --service ${service}=URL`;
  const text = `The upstream ${origin}, which stands for ${service} here, ${message}. ${mend}`;
  return new AwsError(code, text, kind === 'slow' ? 504 : 503);
}
