// Prefix lists, to be asked for only: AWS's own are those of the services that gateway endpoints lead to, and there are
// no such endpoints here yet, so there is no list.
// AWS: DescribePrefixLists writes `PrefixListId` in its codes where the operations on managed lists write `PrefixListID`.

import type { DescribePrefixListsRequest, DescribePrefixListsResult } from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import type { OperationContext } from '../operation.ts';
import { acceptParameters } from '../parameters.ts';
import { checkListing } from './absent-resource.ts';
import { checkId } from './errors.ts';

export function describePrefixLists(
  input: DescribePrefixListsRequest,
  _context: OperationContext,
): DescribePrefixListsResult {
  acceptParameters('DescribePrefixLists', input, 'PrefixListIds', 'Filters', 'MaxResults', 'NextToken');
  checkListing(input, ['prefix-list-id', 'prefix-list-name']);
  const ids = input.PrefixListIds ?? [];
  for (const id of ids) checkId('pl', id, 'InvalidPrefixListId.Malformed');
  if (ids.length > 0) {
    throw new AwsError('InvalidPrefixListId.NotFound', `The prefix list ID '${ids[0]}' does not exist`);
  }
  return { PrefixLists: [] };
}
