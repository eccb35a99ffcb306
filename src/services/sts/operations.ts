// What of STS is built.

import type { OperationTable } from '../operation.ts';
import { getAccessKeyInfo } from './access-key-info.ts';
import { assumeRole } from './assume-role.ts';
import { decodeAuthorizationMessage } from './decode-authorization-message.ts';
import { getCallerIdentity } from './get-caller-identity.ts';

export const stsOperations = {
  AssumeRole: assumeRole,
  DecodeAuthorizationMessage: decodeAuthorizationMessage,
  GetAccessKeyInfo: getAccessKeyInfo,
  GetCallerIdentity: getCallerIdentity,
} satisfies OperationTable;
