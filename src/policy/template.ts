// Text of a policy that stands for others: wildcards (`*`, `?`) and policy variables (`${aws:username, 'nobody'}`).
// What a variable brings in is data: a user called `*` matches only itself. Nor are there regular expressions:
// a literal run is looked for from left to right and never tried again, so `*a*a*a*…` costs what its length says.

import type { RequestContext } from './access.ts';

export type Matcher = (text: string) => boolean;

type Token = { literal: string } | { variable: string; fallback?: string } | '*' | '?';

/** Compiled text. `undefined` from `matcherFor`: a variable has no value here. */
export interface Template {
  text: string;
  /** Present when there are no variables. */
  matcher?: Matcher;
  tokens: Token[];
  ignoresCase: boolean;
}

export interface TemplateRules {
  hasWildcards: boolean;
  hasVariables: boolean;
  /** The matcher is then to be given text in lower case. */
  ignoresCase?: boolean;
}

export function compileTemplate(text: string, rules: TemplateRules): Template {
  const tokens = tokenize(text, rules);
  const isFixed = tokens.every((token) => typeof token === 'string' || 'literal' in token);
  return {
    text,
    tokens,
    ignoresCase: rules.ignoresCase === true,
    ...(isFixed ? { matcher: compileTokens(tokens) } : {}),
  };
}

/** AWS: only a key with exactly one value can stand in for a variable. */
export function matcherFor(template: Template, context: RequestContext): Matcher | undefined {
  if (template.matcher) return template.matcher;
  const tokens: Token[] = [];
  for (const token of template.tokens) {
    if (typeof token === 'string' || 'literal' in token) {
      tokens.push(token);
      continue;
    }
    const values = context.get(token.variable);
    const literal = values === undefined || values.length === 0 ? token.fallback : values[0];
    if (literal === undefined || (values && values.length > 1)) return undefined;
    tokens.push({ literal: template.ignoresCase ? literal.toLowerCase() : literal });
  }
  return compileTokens(tokens);
}

function tokenize(text: string, { hasWildcards, hasVariables, ignoresCase }: TemplateRules): Token[] {
  const tokens: Token[] = [];
  let literal = '';
  const flush = () => {
    if (literal !== '') tokens.push({ literal: ignoresCase ? literal.toLowerCase() : literal });
    literal = '';
  };
  for (let at = 0; at < text.length; ) {
    const character = text[at]!;
    const variable = hasVariables && character === '$' ? readVariable(text, at) : undefined;
    if (variable && 'literal' in variable) literal += variable.literal;
    else if (variable || (hasWildcards && (character === '*' || character === '?'))) {
      flush();
      tokens.push(variable ?? (character as '*' | '?'));
    } else literal += character;
    at = variable ? variable.end : at + 1;
  }
  flush();
  return tokens;
}

type Variable = { end: number } & ({ literal: string } | { variable: string; fallback?: string });

/** `${key}`, `${key, 'default'}`, or one of `${*}`, `${?}`, `${$}`, which are the characters themselves. Anything else is plain text. */
function readVariable(text: string, start: number): Variable | undefined {
  if (text[start + 1] !== '{') return undefined;
  let end = start + 2;
  while (end < text.length && text[end] !== '}' && text[end] !== ',') end++;
  const name = text.slice(start + 2, end).trim();
  if (text[end] === '}') {
    if (name === '*' || name === '?' || name === '$') return { literal: name, end: end + 1 };
    return name === '' ? undefined : { variable: name.toLowerCase(), end: end + 1 };
  }
  const open = skipSpaces(text, end + 1);
  if (text[open] !== "'") return undefined;
  const close = text.indexOf("'", open + 1);
  const last = skipSpaces(text, close + 1);
  if (close < 0 || text[last] !== '}') return undefined;
  return { variable: name.toLowerCase(), fallback: text.slice(open + 1, close), end: last + 1 };
}

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ') at++;
  return at;
}

/** What stands between two `*`. */
interface Run {
  text: string;
  /** True where a `?` stands; the text has a space there. Absent: there is none. */
  holes?: boolean[];
}

function compileTokens(tokens: Token[]): Matcher {
  const runs = splitRuns(tokens);
  const first = runs[0]!;
  if (runs.length === 1) {
    if (!first.holes) return (text) => text === first.text;
    return (text) => text.length === first.text.length && standsAt(first, text, 0);
  }
  const last = runs.at(-1)!;
  const middle = runs.slice(1, -1).filter((run) => run.text !== '');
  const shortest = first.text.length + last.text.length;
  if (shortest === 0 && middle.length === 0) return () => true;
  if (middle.length === 0 && last.text === '' && !first.holes) return (text) => text.startsWith(first.text);
  return (text) => {
    if (text.length < shortest || !standsAt(first, text, 0)) return false;
    const limit = text.length - last.text.length;
    if (!standsAt(last, text, limit)) return false;
    let from = first.text.length;
    for (const run of middle) {
      const at = findRun(run, text, from, limit);
      if (at < 0) return false;
      from = at + run.text.length;
    }
    return true;
  };
}

function splitRuns(tokens: Token[]): Run[] {
  const runs: Run[] = [{ text: '' }];
  for (const token of tokens) {
    const run = runs.at(-1)!;
    if (token === '*') runs.push({ text: '' });
    else if (token === '?') {
      run.holes ??= [];
      run.holes[run.text.length] = true;
      run.text += ' ';
    } else if ('literal' in token) run.text += token.literal;
  }
  return runs;
}

function standsAt({ text: wanted, holes }: Run, text: string, at: number): boolean {
  if (!holes) return text.startsWith(wanted, at);
  for (let index = 0; index < wanted.length; index++) {
    if (!holes[index] && text.charCodeAt(at + index) !== wanted.charCodeAt(index)) return false;
  }
  return true;
}

function findRun(run: Run, text: string, from: number, limit: number): number {
  const lastStart = limit - run.text.length;
  if (!run.holes) {
    const at = text.indexOf(run.text, from);
    return at > lastStart ? -1 : at;
  }
  for (let at = from; at <= lastStart; at++) if (standsAt(run, text, at)) return at;
  return -1;
}
