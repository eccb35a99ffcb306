// MaxResults and NextToken. A token is opaque: it names the record the next page begins with,
// so that a caller who deletes what a page showed him does not skip any of the rest.

import { AwsError } from '../../aws/aws-error.ts';
import { invalidParameterCombination, invalidParameterValue } from './errors.ts';

const usualLimits = { minimum: 5, maximum: 1000 };

interface Position {
  offset: number;
  /** Absent when the records have no key; then the offset counts. */
  key?: string;
}

/** Without MaxResults everything is one page. @param keyOf the record's id, by which the next page is found again */
export function paginate<R>(
  records: R[],
  input: { MaxResults?: number | undefined; NextToken?: string | undefined },
  limits: { minimum: number; maximum: number } = usualLimits,
  keyOf?: (record: R) => string,
): { page: R[]; nextToken?: string } {
  const { MaxResults: maxResults, NextToken: token } = input;
  if (maxResults !== undefined) checkMaxResults(maxResults, limits);
  const start = token ? findStart(records, parseToken(token), keyOf) : 0;
  const end = maxResults === undefined ? records.length : start + maxResults;
  const next = records[end];
  const page = records.slice(start, end);
  if (next === undefined) return { page };
  return { page, nextToken: formatToken({ offset: end, ...(keyOf && { key: keyOf(next) }) }) };
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

function findStart<R>(records: R[], position: Position, keyOf: ((record: R) => string) | undefined): number {
  if (!keyOf || position.key === undefined) return position.offset;
  const index = records.findIndex((record) => keyOf(record) === position.key);
  return index < 0 ? position.offset : index;
}

function formatToken(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function parseToken(token: string): Position {
  const refusal = new AwsError('InvalidNextToken', `The token '${token}' is invalid`);
  let position: unknown;
  try {
    position = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    throw refusal;
  }
  if (!isPosition(position)) throw refusal;
  return position;
}

function isPosition(value: unknown): value is Position {
  if (typeof value !== 'object' || value === null) return false;
  const { offset, key } = value as Partial<Position>;
  return Number.isSafeInteger(offset) && offset! >= 0 && (key === undefined || typeof key === 'string');
}
