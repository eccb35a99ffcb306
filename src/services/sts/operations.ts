// What of STS is built.

import type { OperationTable } from '../operation.ts';
import { getCallerIdentity } from './get-caller-identity.ts';

export const stsOperations = {
  GetCallerIdentity: getCallerIdentity,
} satisfies OperationTable;
