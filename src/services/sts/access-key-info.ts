// Whose account an access key id is of. AWS reads it out of the id itself; ours say nothing, so it is looked up.

import type { GetAccessKeyInfoRequest, GetAccessKeyInfoResponse } from '@aws-sdk/client-sts';
import { checkConstraints } from '../constraint.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { invalidAccessKey } from './errors.ts';

/** DIFFERS: access-key-info of temporary keys nothing is known: they are kept nowhere. */
export function getAccessKeyInfo(
  input: GetAccessKeyInfoRequest,
  { cloud }: OperationContext,
): GetAccessKeyInfoResponse {
  acceptParameters('GetAccessKeyInfo', input, 'AccessKeyId');
  const { AccessKeyId: accessKeyId = '' } = input;
  checkConstraints([{ field: 'accessKeyId', value: accessKeyId, min: 16, max: 128, pattern: '[\\w]*' }]);
  if (accessKeyId.startsWith('ASIA')) throw notBuilt('GetAccessKeyInfo of temporary access keys');
  const key = cloud.iamAccessKeys.find(accessKeyId);
  if (!key) throw invalidAccessKey();
  return { Account: key.accountId };
}
