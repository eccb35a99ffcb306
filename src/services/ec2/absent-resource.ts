// For kinds of resource that AWS has and this cloud has none of: whoever asks for all of them is answered with none.
// Filters and tokens are still read, so that a mistake in them is told here as it is on AWS.

import type { Filter } from '@aws-sdk/client-ec2';
import { applyFilters, type FilterFields } from './filter.ts';
import { paginate } from './pagination.ts';

/** Throws for filters of other names than these and for a page that cannot be. */
export function checkListing(
  input: { Filters?: Filter[] | undefined; MaxResults?: number | undefined; NextToken?: string | undefined },
  filterNames: string[],
  pageLimits?: { minimum: number; maximum: number },
): void {
  const fields: FilterFields<never> = Object.fromEntries(filterNames.map((name) => [name, () => undefined]));
  applyFilters([], input.Filters, fields, () => ({}));
  paginate([], input, pageLimits);
}
