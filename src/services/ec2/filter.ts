// EC2's filters: every filter must match (AND), by any of its values (OR). Values are case-sensitive;
// `*` is any run of characters, `?` any one, `\` takes the next character as it is.

import type { Filter } from '@aws-sdk/client-ec2';
import { AwsError } from '../../aws/aws-error.ts';
import { invalidParameterValue, missingParameter } from './errors.ts';

/** What each filter name looks at. Several strings: any of them may match. Undefined matches nothing. */
export type FilterFields<R> = Record<string, (record: R) => string | readonly string[] | undefined>;

const maximumValues = 200;

/** The records that all filters let through. Tag filters (`tag:Name`, `tag-key`, `tag-value`) work for every resource. */
export function applyFilters<R>(
  records: R[],
  filters: Filter[] | undefined,
  fields: FilterFields<R>,
  tagsOf: (record: R) => Record<string, string>,
): R[] {
  if (!filters || filters.length === 0) return records;
  const tests = filters.map((filter) => compileFilter(filter, fields, tagsOf));
  return records.filter((record) => tests.every((test) => test(record)));
}

function compileFilter<R>(
  filter: Filter,
  fields: FilterFields<R>,
  tagsOf: (record: R) => Record<string, string>,
): (record: R) => boolean {
  const name = filter.Name;
  if (!name) throw missingParameter('Filter.Name');
  const field = findField(name, fields, tagsOf);
  if (!field) throw invalidParameterValue(`The filter '${name}' is invalid`);
  const values = filter.Values ?? [];
  if (values.length === 0) throw missingParameter('Filter.Value');
  if (values.length > maximumValues) {
    throw new AwsError('FilterLimitExceeded', `The maximum number of filter values is ${maximumValues}.`);
  }
  return (record) => {
    const found = field(record);
    if (found === undefined) return false;
    const texts = typeof found === 'string' ? [found] : found;
    return texts.some((text) => values.some((value) => matchesPattern(value, text)));
  };
}

function findField<R>(
  name: string,
  fields: FilterFields<R>,
  tagsOf: (record: R) => Record<string, string>,
): FilterFields<R>[string] | undefined {
  if (name.startsWith('tag:')) {
    const key = name.slice('tag:'.length);
    return (record) => findTag(tagsOf(record), key);
  }
  if (name === 'tag-key') return (record) => Object.keys(tagsOf(record));
  if (name === 'tag-value') return (record) => Object.values(tagsOf(record));
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

/** A key may be any text, also `constructor`, which every object seems to have. */
function findTag(tags: Record<string, string>, key: string): string | undefined {
  return Object.hasOwn(tags, key) ? tags[key] : undefined;
}

/** Written out instead of a regular expression: a pattern of many stars must not take exponential time. */
export function matchesPattern(pattern: string, text: string): boolean {
  if (!/[*?\\]/.test(pattern)) return pattern === text;
  const symbols = parsePattern(pattern);
  let position = 0;
  let symbol = 0;
  let starSymbol = -1;
  let starPosition = 0;
  while (position < text.length) {
    const wanted = symbols[symbol];
    if (wanted === 'run') {
      starSymbol = symbol++;
      starPosition = position;
    } else if (wanted === 'one' || wanted?.literal === text[position]) {
      symbol++;
      position++;
    } else if (starSymbol >= 0) {
      symbol = starSymbol + 1;
      position = ++starPosition;
    } else return false;
  }
  return symbols.slice(symbol).every((rest) => rest === 'run');
}

type PatternSymbol = 'run' | 'one' | { literal: string };

function parsePattern(pattern: string): PatternSymbol[] {
  const symbols: PatternSymbol[] = [];
  for (let index = 0; index < pattern.length; index++) {
    const character = pattern[index]!;
    if (character === '*') symbols.push('run');
    else if (character === '?') symbols.push('one');
    else if (character === '\\' && index + 1 < pattern.length) symbols.push({ literal: pattern[++index]! });
    else symbols.push({ literal: character });
  }
  return symbols;
}
