// Who the caller is. AWS needs no permission for this, so it is what every tool asks first.

import type { GetCallerIdentityRequest, GetCallerIdentityResponse } from '@aws-sdk/client-sts';
import type { OperationContext } from '../operation.ts';

/** A root's user id is its account's, a session's is `AROA…:name`. */
export function getCallerIdentity(
  _input: GetCallerIdentityRequest,
  { principal }: OperationContext,
): GetCallerIdentityResponse {
  return { UserId: principal.userId, Account: principal.accountId, Arn: principal.arn };
}
