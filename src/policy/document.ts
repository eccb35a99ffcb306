// A policy document, read and compiled once: after that a decision parses nothing. Documents that came in through
// the API were judged by validate.ts before; this reader accepts all that is valid and throws on what it cannot mean.

import { type Condition, compileCondition } from './conditions.ts';
import {
  isJsonFault,
  isList,
  isObject,
  type JsonNode,
  type JsonObject,
  type JsonValue,
  parseJson,
} from './json-text.ts';
import { compilePrincipals, type PrincipalElement } from './principal-element.ts';
import { compileTemplate, type Template } from './template.ts';

export interface PolicyDocument {
  version: PolicyVersion;
  statements: readonly Statement[];
}

/** AWS: variables are a matter of 2012-10-17; in 2008-10-17, which is also what a document without a Version is, `${…}` is text. */
export type PolicyVersion = '2008-10-17' | '2012-10-17';

export interface Statement {
  /** Its Sid, else its place: `Statement 2`. */
  name: string;
  effect: 'Allow' | 'Deny';
  /** Absent: the element is, as in identity policies. */
  principals?: PrincipalElement;
  /** Without variables, so that each has its matcher. */
  actions: Patterns;
  /** Absent: the element is, as in trust policies. */
  resources?: Patterns;
  conditions: readonly Condition[];
}

/** Any of them, or with `Not…` none. */
export interface Patterns {
  isNegated: boolean;
  patterns: readonly Template[];
}

const cache = new Map<string, PolicyDocument>();
const cacheSize = 10_000;

export function readPolicy(text: string): PolicyDocument {
  const known = cache.get(text);
  if (known) return known;
  const document = compilePolicy(text);
  if (cache.size >= cacheSize) cache.delete(cache.keys().next().value!);
  cache.set(text, document);
  return document;
}

function compilePolicy(text: string): PolicyDocument {
  const parsed = parseJson(text);
  if (isJsonFault(parsed) || !isObject(parsed.value)) throw new Error(`not a policy document: ${text}`);
  const version = parsed.value.get('Version')?.value === '2012-10-17' ? '2012-10-17' : '2008-10-17';
  const statement = parsed.value.get('Statement')?.value ?? [];
  const statements = isList(statement) ? statement.map(({ value }) => value) : [statement];
  return {
    version,
    statements: statements.map((value, index) => compileStatement(value, index, version)),
  };
}

function compileStatement(value: JsonValue, index: number, version: PolicyVersion): Statement {
  if (!isObject(value)) throw new Error(`statement ${index + 1} is not an object`);
  const effect = value.get('Effect')?.value;
  if (effect !== 'Allow' && effect !== 'Deny') throw new Error(`statement ${index + 1} has no Effect`);
  const sid = value.get('Sid')?.value;
  const hasVariables = version === '2012-10-17';
  const actions = readPatterns(value, 'Action', compileAction);
  if (!actions) throw new Error(`statement ${index + 1} has no Action`);
  const resources = readPatterns(value, 'Resource', (text) =>
    compileTemplate(text, { hasWildcards: true, hasVariables }),
  );
  const principals = readPrincipals(value);
  return {
    name: typeof sid === 'string' && sid !== '' ? sid : `Statement ${index + 1}`,
    effect,
    ...(principals ? { principals } : {}),
    actions,
    ...(resources ? { resources } : {}),
    conditions: readConditions(value.get('Condition')?.value, hasVariables),
  };
}

/** AWS: actions are compared without regard to case. */
function compileAction(text: string): Template {
  return compileTemplate(text, { hasWildcards: true, hasVariables: false, ignoresCase: true });
}

function readPatterns(
  statement: JsonObject,
  name: 'Action' | 'Resource',
  compile: (text: string) => Template,
): Patterns | undefined {
  const node = statement.get(name);
  const negated = statement.get(`Not${name}`);
  if (!node && !negated) return undefined;
  return { isNegated: !node, patterns: readTexts((node ?? negated)!).map(compile) };
}

function readPrincipals(statement: JsonObject): PrincipalElement | undefined {
  const node = statement.get('Principal') ?? statement.get('NotPrincipal');
  if (!node) return undefined;
  const isNegated = !statement.has('Principal');
  if (!isObject(node.value)) return compilePrincipals(readTexts(node), [], isNegated);
  const [named, services] = [node.value.get('AWS'), node.value.get('Service')];
  return compilePrincipals(named ? readTexts(named) : [], services ? readTexts(services) : [], isNegated);
}

function readConditions(value: JsonValue | undefined, hasVariables: boolean): Condition[] {
  if (value === undefined || !isObject(value)) return [];
  return [...value].flatMap(([operator, keys]) => {
    if (!isObject(keys.value)) throw new Error(`the condition ${operator} is not an object`);
    return [...keys.value].map(([key, values]) =>
      compileCondition(operator, key, readTexts(values), hasVariables),
    );
  });
}

/** One or a list of them; AWS takes `false` and `42` for their text. */
export function readTexts({ value }: JsonNode): string[] {
  if (isList(value)) return value.flatMap((node) => readTexts(node));
  return isObject(value) ? [] : [String(value)];
}
