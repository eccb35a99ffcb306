// Who the caller is. AWS needs no permission for this, so it is what every tool asks first.

import type { GetCallerIdentityRequest, GetCallerIdentityResponse } from '@aws-sdk/client-sts';
import type { OperationContext } from '../operation.ts';

/** There are only roots so far; AWS gives a root's account id as its user id. */
export function getCallerIdentity(
  _input: GetCallerIdentityRequest,
  { accountId, callerArn }: OperationContext,
): GetCallerIdentityResponse {
  return { UserId: accountId, Account: accountId, Arn: callerArn };
}
