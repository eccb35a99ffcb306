// What the operations of Direct Connect read alike: names, tags, prefixes and pages.

import { type Cidr, formatCidr, parseCidr } from '../../lib/cidr.ts';
import { type Tags, toTags } from '../arn-tag.ts';
import { cutPage, integer, listOf, structure, text } from '../json-input.ts';
import { clientError, duplicateTagKeys, missing, tooManyTags } from './errors.ts';

export const tagList = listOf(structure({ key: text, value: text }));
export const prefixList = listOf(structure({ cidr: text }));
export const paging = { maxResults: integer, nextToken: text };

const mostTags = 50;
const largestPage = 100;
const longestName = 100;

export function required<T>(name: string, value: T | undefined): T {
  if (value === undefined || value === '') throw missing(name);
  return value;
}

export function requireName(name: string, value: string | undefined): string {
  const given = required(name, value);
  if (given.length > longestName) throw clientError(`${name} can have up to ${longestName} characters.`);
  return given;
}

/** The tags of a request, checked. */
export function readTags(list: { key?: string; value?: string }[] | undefined): Tags {
  const pairs = (list ?? []).map(({ key = '', value = '' }) => {
    const isAllowed = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key) && !/^aws:/i.test(key);
    if (!isAllowed) throw clientError(`The tag key '${key}' is invalid.`);
    if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value))
      throw clientError(`The value of the tag '${key}' is invalid.`);
    return [key, value] as const;
  });
  const tags = toTags(pairs);
  if (Object.keys(tags).length < pairs.length) throw duplicateTagKeys();
  checkTagCount(tags);
  return tags;
}

export function checkTagCount(tags: Tags): void {
  if (Object.keys(tags).length > mostTags) throw tooManyTags();
}

/** `[{ cidr: '10.0.0.0/16' }]`, each once. */
export function readPrefixes(list: { cidr?: string }[] | undefined): Cidr[] {
  const prefixes = (list ?? []).map(({ cidr = '' }) => {
    const range = parseCidr(cidr);
    if (!range) throw clientError(`The prefix '${cidr}' is invalid.`);
    return formatCidr(range);
  });
  return [...new Set(prefixes)];
}

export const showPrefixes = (prefixes: Cidr[]) => prefixes.map((cidr) => ({ cidr }));

/** AWS: more than a hundred gives a hundred. */
export function showPage<R>(
  records: R[],
  { maxResults = largestPage, nextToken: token }: { maxResults?: number; nextToken?: string },
  keyOf: (record: R) => string,
): { page: R[]; rest: { nextToken?: string } } {
  if (maxResults < 1) throw clientError('maxResults must be at least 1.');
  const size = Math.min(maxResults, largestPage);
  const { page, ...rest } = cutPage(records, { size, token }, keyOf, () =>
    clientError('nextToken is invalid.'),
  );
  return { page, rest };
}
