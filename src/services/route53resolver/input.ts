// What the operations of Resolver read alike: names, tags, filters and pages.

import { type Tags, toTags } from '../arn-tag.ts';
import { constraintError, cutPage, integer, listOf, requireMember, structure, text } from '../json-input.ts';
import { invalidNextToken, invalidParameter, invalidRequest } from './errors.ts';

export const tagList = listOf(structure({ Key: text, Value: text }));
export const filterList = listOf(structure({ Name: text, Values: listOf(text) }));
export const paging = { MaxResults: integer, NextToken: text };

const mostTags = 200;
const largestPage = 100;

/** AWS: up to 64 letters, digits, hyphens, underscores, spaces and quotes, and not digits alone. */
export function checkName(name: string | undefined): void {
  if (name === undefined) return;
  if (name.length > 64)
    throw constraintError('name', 'Member must have length less than or equal to 64', name);
  const pattern = "(?!^[0-9]+$)([a-zA-Z0-9\\-_' ']+)";
  if (!/^(?![0-9]+$)[a-zA-Z0-9\-_' ]+$/.test(name))
    throw constraintError('name', `Member must satisfy regular expression pattern: ${pattern}`, name);
}

/** The tags of a request, checked. */
export function readTags(list: { Key?: string; Value?: string }[] | undefined): Tags {
  const pairs = (list ?? []).map(({ Key, Value }, index) => {
    const place = `tags.${index + 1}.member`;
    const key = requireMember(`${place}.key`, Key);
    if (key.length < 1 || key.length > 128 || /^aws:/i.test(key)) throw invalidTag(`the tag key "${key}"`);
    const value = requireMember(`${place}.value`, Value);
    if (value.length > 256) throw invalidTag(`the value of the tag "${key}"`);
    return [key, value] as const;
  });
  const tags = toTags(pairs);
  if (Object.keys(tags).length < pairs.length) throw invalidRequest('Duplicate tag keys are not allowed.');
  checkTagCount(tags);
  return tags;
}

export function checkTagCount(tags: Tags): void {
  const count = Object.keys(tags).length;
  if (count > mostTags) throw invalidRequest(`A resource can have up to ${mostTags} tags, not ${count}.`);
}

function invalidTag(what: string): Error {
  return invalidParameter('Tags', `You can't use ${what}.`);
}

type FilterFields<R> = Record<string, (record: R) => string | readonly string[] | undefined>;

/**
 * The records that every filter lets pass.
 * AWS: `CreatorRequestId` may still be written as it once was, `CREATOR_REQUEST_ID`.
 */
export function applyFilters<R>(
  records: R[],
  filters: { Name?: string; Values?: string[] }[] | undefined,
  fields: FilterFields<R>,
): R[] {
  const tests = (filters ?? []).map(({ Name = '', Values = [] }) => {
    const plain = Name.replaceAll('_', '').toLowerCase();
    const field = Object.keys(fields).find((name) => name.toLowerCase() === plain);
    if (field === undefined) throw invalidParameter('Name', `The filter '${Name}' is invalid`);
    return (record: R) => [fields[field]!(record) ?? []].flat().some((value) => Values.includes(value));
  });
  return records.filter((record) => tests.every((passes) => passes(record)));
}

/** AWS: the answer says how many were asked for. */
export function showPage<R>(
  records: R[],
  { MaxResults: size = largestPage, NextToken }: { MaxResults?: number; NextToken?: string },
  keyOf: (record: R) => string,
): { page: R[]; rest: { MaxResults: number; NextToken?: string } } {
  if (size < 1)
    throw constraintError('maxResults', 'Member must have value greater than or equal to 1', size);
  if (size > largestPage)
    throw constraintError('maxResults', `Member must have value less than or equal to ${largestPage}`, size);
  const { page, nextToken } = cutPage(records, { size, token: NextToken }, keyOf, invalidNextToken);
  return { page, rest: { MaxResults: size, ...(nextToken && { NextToken: nextToken }) } };
}
