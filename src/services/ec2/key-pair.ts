// Key pairs, to be asked for only.
// DIFFERS: no-key-pairs there are none, and no SSH server they would open.

import type { DescribeKeyPairsRequest, DescribeKeyPairsResult } from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { checkListing } from './absent-resource.ts';

export function describeKeyPairs(
  input: DescribeKeyPairsRequest,
  _context: OperationContext,
): DescribeKeyPairsResult {
  acceptParameters('DescribeKeyPairs', input, 'KeyNames', 'KeyPairIds', 'IncludePublicKey', 'Filters');
  checkListing(input, ['key-pair-id', 'fingerprint', 'key-name']);
  const named = input.KeyNames?.[0] ?? input.KeyPairIds?.[0];
  if (named !== undefined) throw keyPairNotFound(named);
  return { KeyPairs: [] };
}

export function keyPairNotFound(name: string): AwsError {
  return new AwsError('InvalidKeyPair.NotFound', `The key pair '${name}' does not exist`);
}
