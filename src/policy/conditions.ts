// The Condition element: operators compiled once into tests of the request's keys. All conditions must hold;
// the values of one are alternatives. What an operator says of a key that is absent is most of what makes or breaks
// policies: a positive one is false, a negated one is true, and `Null` is the only one that asks.

import type { RequestContext } from './access.ts';
import { type OperatorFamily, type OperatorName, operators } from './condition-operator.ts';
import { blockCovers, parseAddressBlock, parseBoolean, parseDate, parseNumber } from './condition-value.ts';
import { compileTemplate, matcherFor, type TemplateRules } from './template.ts';

export interface Condition {
  /** `StringEquals aws:SourceVpce` */
  label: string;
  holds: (context: RequestContext) => boolean;
}

export type Quantifier = 'ForAllValues' | 'ForAnyValue';

export interface ConditionOperator {
  name: OperatorName | 'Null';
  quantifier?: Quantifier;
  ifExists: boolean;
}

/** `ForAllValues:StringNotEqualsIfExists` in its parts. Undefined: there is no such operator. */
export function parseOperator(text: string): ConditionOperator | undefined {
  const parts = /^(?:(ForAllValues|ForAnyValue):)?([A-Za-z]+?)(IfExists)?$/.exec(text);
  if (!parts) return undefined;
  const [, quantifier, name, ifExists] = parts;
  if (!Object.hasOwn(operators, name!) && name !== 'Null') return undefined;
  if (name === 'Null' && ifExists) return undefined;
  return {
    name: name as OperatorName | 'Null',
    ...(quantifier === undefined ? {} : { quantifier: quantifier as Quantifier }),
    ifExists: ifExists !== undefined,
  };
}

export function compileCondition(
  operatorText: string,
  key: string,
  values: string[],
  hasVariables: boolean,
): Condition {
  const operator = parseOperator(operatorText);
  if (!operator) throw new Error(`no such condition operator: ${operatorText}`);
  const label = `${operatorText} ${key}`;
  const contextKey = key.toLowerCase();
  if (operator.name === 'Null') return { label, holds: compileNull(contextKey, values) };
  const { family, isNegated } = operators[operator.name];
  const matchesOne = compileValues(operator.name, family, values, hasVariables);
  return { label, holds: quantify(contextKey, operator, isNegated, matchesOne) };
}

type ValueTest = (value: string, context: RequestContext) => boolean;

const isAbsent = (values: readonly string[] | undefined): values is undefined =>
  values === undefined || values.length === 0;

function compileNull(key: string, values: string[]): Condition['holds'] {
  const wanted = new Set(values.map(parseBoolean));
  return (context) => wanted.has(isAbsent(context.get(key)));
}

/**
 * AWS: without a quantifier a key with several values is not compared at all, and the condition is false.
 * `ForAllValues` is true of no values; `ForAnyValue` is not, even when negated or with `IfExists`.
 */
function quantify(
  key: string,
  { quantifier, ifExists }: ConditionOperator,
  isNegated: boolean,
  matchesOne: ValueTest,
): Condition['holds'] {
  const whenAbsent = quantifier ? quantifier === 'ForAllValues' : ifExists || isNegated;
  return (context) => {
    const values = context.get(key);
    if (isAbsent(values)) return whenAbsent;
    if (values.length === 1) return matchesOne(values[0]!, context) !== isNegated;
    if (!quantifier) return false;
    const holds = (value: string) => matchesOne(value, context) !== isNegated;
    return quantifier === 'ForAllValues' ? values.every(holds) : values.some(holds);
  };
}

/** Whether a value of the request is what any of the policy's values say. */
function compileValues(
  name: OperatorName,
  family: OperatorFamily,
  values: string[],
  hasVariables: boolean,
): ValueTest {
  if (family === 'string' || family === 'arn') return compileTexts(name, family, values, hasVariables);
  if (family === 'boolean') return compileParsed(values, parseBoolean, (wanted, is) => wanted === is);
  if (family === 'address') return compileParsed(values, parseAddressBlock, blockCovers);
  // AWS: base64 text against base64 text, byte for byte.
  if (family === 'binary') return (value) => values.includes(value);
  const compare = comparisons[operators[name].comparison ?? 'equal'];
  return compileParsed(values, family === 'date' ? parseDate : parseNumber, compare);
}

const comparisons = {
  equal: (wanted: number, is: number) => is === wanted,
  less: (wanted: number, is: number) => is < wanted,
  lessOrEqual: (wanted: number, is: number) => is <= wanted,
  greater: (wanted: number, is: number) => is > wanted,
  greaterOrEqual: (wanted: number, is: number) => is >= wanted,
};

/** A text that cannot be read as what the operator compares equals nothing. */
function compileParsed<V>(
  values: string[],
  parse: (text: string) => V | undefined,
  test: (wanted: V, is: V) => boolean,
): ValueTest {
  const wanted = values.map(parse).filter((value) => value !== undefined);
  return (text) => {
    const is = parse(text);
    return is !== undefined && wanted.some((value) => test(value, is));
  };
}

function compileTexts(
  name: OperatorName,
  family: 'string' | 'arn',
  values: string[],
  hasVariables: boolean,
): ValueTest {
  const ignoresCase = operators[name].ignoresCase === true;
  const rules = { hasWildcards: operators[name].hasWildcards === true, hasVariables, ignoresCase };
  const compile = family === 'arn' ? compileArn : compileText;
  const tests = values.map((value) => compile(value, rules));
  const fold = (text: string) => (ignoresCase ? text.toLowerCase() : text);
  if (tests.length === 1) {
    const [test] = tests;
    return (value, context) => test!(fold(value), context);
  }
  return (value, context) => {
    const folded = fold(value);
    return tests.some((test) => test(folded, context));
  };
}

/** AWS: a variable without a value is null, and nothing equals null or is like it. */
function compileText(value: string, rules: TemplateRules): ValueTest {
  const template = compileTemplate(value, rules);
  if (template.matcher) return template.matcher;
  return (text, context) => matcherFor(template, context)?.(text) ?? false;
}

/** AWS: each of the six parts is compared for itself, so that a `*` does not reach over a colon but in the last. */
function compileArn(value: string, rules: TemplateRules): ValueTest {
  const parts = splitArn(value);
  if (!parts) return () => false;
  const templates = parts.map((part) => compileTemplate(part, rules));
  return (text, context) => {
    const is = splitArn(text);
    if (!is) return false;
    return templates.every((template, index) => {
      return matcherFor(template, context)?.(is[index]!) ?? false;
    });
  };
}

/** The colons of variables do not part an ARN. */
function splitArn(text: string): string[] | undefined {
  const parts: string[] = [];
  let start = 0;
  let depth = 0;
  for (let at = 0; at < text.length && parts.length < 5; at++) {
    if (text.startsWith('${', at)) depth++;
    else if (text[at] === '}' && depth > 0) depth--;
    else if (text[at] === ':' && depth === 0) {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return parts.length === 5 ? [...parts, text.slice(start)] : undefined;
}
