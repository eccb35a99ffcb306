// MaxResults and NextToken. A token is opaque: it names the records on either side of the page's end,
// so that a caller who deletes what a page showed him does not skip any of the rest.

import { AwsError } from '../../aws/aws-error.ts';
import { findPageStart, formatPageToken, type PagePosition, parsePageToken } from '../../lib/page-token.ts';
import { invalidParameterCombination, invalidParameterValue } from './errors.ts';

const usualLimits = { minimum: 5, maximum: 1000 };

/** Without MaxResults everything is one page. @param keyOf the record's id, by which the next page is found again */
export function paginate<R>(
  records: R[],
  input: { MaxResults?: number | undefined; NextToken?: string | undefined },
  limits: { minimum: number; maximum: number } = usualLimits,
  keyOf?: (record: R) => string,
): { page: R[]; nextToken?: string } {
  const { MaxResults: maxResults, NextToken: token } = input;
  if (maxResults !== undefined) checkMaxResults(maxResults, limits);
  const start = token ? findPageStart(records, parseToken(token), keyOf) : 0;
  const end = maxResults === undefined ? records.length : start + maxResults;
  const page = records.slice(start, end);
  return end < records.length ? { page, nextToken: formatPageToken(records, end, keyOf) } : { page };
}

/** `refuseIdsWithMaxResults('VpcEndpointIds', input.VpcEndpointIds, input.MaxResults)` */
export function refuseIdsWithMaxResults(
  name: string,
  ids: readonly string[] | undefined,
  maxResults: number | undefined,
): void {
  if (maxResults === undefined || !ids || ids.length === 0) return;
  throw invalidParameterCombination(`The parameter ${name} cannot be used with the parameter MaxResults`);
}

function checkMaxResults(maxResults: number, limits: { minimum: number; maximum: number }): void {
  const text = `Value ( ${maxResults} ) for parameter maxResults is invalid.`;
  // AWS: says "greater than" the smallest value it allows.
  if (!(maxResults >= limits.minimum)) {
    throw invalidParameterValue(`${text} Expecting a value greater than ${limits.minimum}.`);
  }
  if (maxResults > limits.maximum) {
    throw invalidParameterValue(`${text} Expecting a value less than or equal to ${limits.maximum}.`);
  }
}

function parseToken(token: string): PagePosition {
  const position = parsePageToken(token);
  if (!position) throw new AwsError('InvalidNextToken', `The token '${token}' is invalid`);
  return position;
}
