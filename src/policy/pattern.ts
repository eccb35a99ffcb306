// A request of which only a pattern is known (`lambda:*`, `arn:aws:lambda:*`): what could not be read of it may be anything that
// fits. An Allow is about it when it covers all of that, a Deny when it could touch some of it, so that doubt never lets through.

import type { RequestContext } from './access.ts';
import { matcherFor, type Template } from './template.ts';

/** Whether a text could fit both. A variable in the template may stand for anything. */
export function couldMeet(template: Template, pattern: string): boolean {
  const one = template.tokens.flatMap((token): Sign[] => {
    if (token === '*' || token === '?') return [wildcards[token]];
    return 'literal' in token ? [...token.literal] : [wildcards['*']];
  });
  const other = [...pattern].map((sign) => (sign === '*' || sign === '?' ? wildcards[sign] : sign));
  // ends[j]: what was looked at of `one` and the first j signs of `other` can be the same text.
  let ends = Array.from({ length: other.length + 1 }, (_, j) =>
    other.slice(0, j).every((sign) => sign === wildcards['*']),
  );
  for (const sign of one) {
    const next = [sign === wildcards['*'] && ends[0]!];
    for (let j = 1; j <= other.length; j++) {
      const facing = other[j - 1]!;
      const isAny = sign === wildcards['*'] || facing === wildcards['*'];
      next[j] = isAny
        ? ends[j]! || next[j - 1]! || ends[j - 1]!
        : ends[j - 1]! && (sign === facing || sign === wildcards['?'] || facing === wildcards['?']);
    }
    ends = next;
  }
  return ends[other.length]!;
}

/** Whether all that fits the pattern fits the template. */
export function coversAll(template: Template, pattern: string, context: RequestContext): boolean {
  const matches = matcherFor(template, context);
  if (!matches) return false;
  // Nobody writes these: only a wildcard fits them, and fitting two lengths it fits all that are not shorter. No name is.
  return ['\0\0\0', '\0\0\0\0\0'].every((unwritten) => matches(pattern.replaceAll('*', unwritten)));
}

type Sign = string | symbol;
const wildcards = { '*': Symbol('any number'), '?': Symbol('any one') };
