// Judges a policy document when it comes in, so that a decision never meets one it cannot read.
// The grammar is one; what it is attached to decides which elements it must and must not have.

import { readTexts } from './document.ts';
import type { JsonNode, JsonObject } from './json-text.ts';
import { isJsonFault, isList, isObject, parseJson, positionOf } from './json-text.ts';
import { type Dialect, describeFault, type FoundFault, type PolicyFault } from './policy-fault.ts';
import { policySizeLimits } from './policy-size.ts';
import { findBucketFault, findS3ActionFault, findS3ConditionKeyFault } from './validate-bucket.ts';
import { findConditionFault } from './validate-condition.ts';
import { findEndpointFault } from './validate-endpoint.ts';
import { findActionFault, findResourceFault } from './validate-name.ts';
import { findPrincipalFault } from './validate-principal.ts';

/** `resource` is a bucket's policy; its faults are in S3's words. */
export type CheckedKind = 'identity' | 'resource' | 'trust' | 'endpoint' | 'session';

export interface CheckOptions {
  /** Of a bucket policy: the bucket that its resources must be in. */
  bucketName?: string;
  /** Of an identity policy: AWS wants 2012-10-17 of managed ones. */
  isManaged?: boolean;
}

const dialects: Record<CheckedKind, Dialect> = {
  identity: 'iam',
  session: 'iam',
  trust: 'trust',
  resource: 's3',
  endpoint: 'ec2',
};

/** Undefined: the document is good. */
export function checkPolicy(
  text: string,
  kind: CheckedKind,
  options: CheckOptions = {},
): PolicyFault | undefined {
  const fault = findFault(text, kind, options);
  if (!fault) return undefined;
  const { line, column } = positionOf(text, fault.at);
  const message = describeFault(fault, dialects[kind], `(${line},${column})`);
  return { kind: fault.kind, message, line, column };
}

function findFault(text: string, kind: CheckedKind, options: CheckOptions): FoundFault | undefined {
  if (kind === 'endpoint' && text.length > policySizeLimits.endpoint) {
    const sentence = `It has more than ${policySizeLimits.endpoint} characters`;
    return { kind: 'size', at: policySizeLimits.endpoint, what: '', sentence };
  }
  const parsed = parseJson(text);
  if (isJsonFault(parsed)) return { kind: 'json', at: parsed.at, what: parsed.key ?? '' };
  if (!isObject(parsed.value)) return { kind: 'json', at: parsed.at, what: '' };
  const document = parsed.value;
  const statements = listStatements(document);
  return (
    findDocumentFault(parsed, document, options) ??
    first(statements, (statement) => findStatementFault(statement, kind)) ??
    findSidFault(statements) ??
    first(statements, (statement) => findMeaningFault(statement, kind, options))
  );
}

export function first<T>(
  items: readonly T[],
  find: (item: T) => FoundFault | undefined,
): FoundFault | undefined {
  for (const item of items) {
    const fault = find(item);
    if (fault) return fault;
  }
  return undefined;
}

function listStatements(document: JsonObject): JsonNode[] {
  const statement = document.get('Statement');
  if (!statement) return [];
  return isList(statement.value) ? statement.value : [statement];
}

function findDocumentFault(
  { at }: JsonNode,
  document: JsonObject,
  { isManaged }: CheckOptions,
): FoundFault | undefined {
  for (const [name, node] of document) {
    if (!['Version', 'Id', 'Statement'].includes(name)) {
      return { kind: 'unknown-element', at: node.at, what: name };
    }
  }
  const id = document.get('Id');
  if (id && typeof id.value !== 'string') return { kind: 'wrong-type', at: id.at, what: 'Id' };
  const version = document.get('Version');
  if (version && version.value !== '2012-10-17' && version.value !== '2008-10-17') {
    return { kind: 'version', at: version.at, what: 'Version' };
  }
  const statement = document.get('Statement');
  if (!statement || (isList(statement.value) && statement.value.length === 0)) {
    return { kind: 'missing-element', at: statement?.at ?? at, what: 'Statement' };
  }
  if (isManaged && version?.value !== '2012-10-17') {
    return { kind: 'old-version', at: version?.at ?? at, what: 'Version' };
  }
  return undefined;
}

const elements = ['Sid', 'Effect', 'Condition'];
const choices = ['Principal', 'Action', 'Resource'];
const isElement = (name: string) =>
  elements.includes(name) || choices.some((choice) => name === choice || name === `Not${choice}`);

/** The shape: which elements there are and of what type. */
function findStatementFault(node: JsonNode, kind: CheckedKind): FoundFault | undefined {
  const statement = node.value;
  if (!isObject(statement)) return { kind: 'wrong-type', at: node.at, what: 'Statement' };
  for (const [name, { at }] of statement) {
    if (!isElement(name)) return { kind: 'unknown-element', at, what: name };
  }
  for (const choice of choices) {
    const both = statement.has(choice) && statement.get(`Not${choice}`);
    if (both) return { kind: 'wrong-type', at: both.at, what: `Not${choice}` };
  }
  for (const name of ['Action', 'NotAction', 'Resource', 'NotResource']) {
    const element = statement.get(name);
    if (element && !isTexts(element)) return { kind: 'wrong-type', at: element.at, what: name };
  }
  return findEffectFault(statement, node.at) ?? findMissing(statement, node.at, kind);
}

const isTexts = ({ value }: JsonNode): boolean =>
  typeof value === 'string' || (isList(value) && value.every((item) => typeof item.value === 'string'));

function findEffectFault(statement: JsonObject, at: number): FoundFault | undefined {
  const effect = statement.get('Effect');
  if (!effect) return { kind: 'missing-element', at, what: 'Effect' };
  if (effect.value === 'Allow' || effect.value === 'Deny') return undefined;
  const what = String(effect.value);
  const isMiswritten = /^(allow|deny)$/i.test(what);
  return { kind: isMiswritten ? 'effect-case' : 'effect', at: effect.at, what };
}

function findMissing(statement: JsonObject, at: number, kind: CheckedKind): FoundFault | undefined {
  const find = (choice: string) => statement.get(choice) ?? statement.get(`Not${choice}`);
  const isEmpty = (node: JsonNode | undefined) => !node || (isList(node.value) && node.value.length === 0);
  const hangsOnCaller = kind === 'identity' || kind === 'session';
  const principal = find('Principal');
  if (hangsOnCaller && principal) return { kind: 'prohibited-element', at: principal.at, what: 'Principal' };
  if (!hangsOnCaller && !principal) return { kind: 'missing-element', at, what: 'Principal' };
  const resource = find('Resource');
  if (kind === 'trust') {
    const notPrincipal = statement.get('NotPrincipal');
    if (notPrincipal) return { kind: 'prohibited-element', at: notPrincipal.at, what: 'NotPrincipal' };
    if (resource) return { kind: 'prohibited-element', at: resource.at, what: 'Resource' };
  }
  if (isEmpty(find('Action'))) return { kind: 'missing-element', at, what: 'Action' };
  if (kind !== 'trust' && isEmpty(resource)) return { kind: 'missing-element', at, what: 'Resource' };
  return undefined;
}

function findSidFault(statements: JsonNode[]): FoundFault | undefined {
  const seen = new Set<unknown>();
  return first(statements, ({ value }) => {
    const sid = (value as JsonObject).get('Sid');
    if (!sid) return undefined;
    if (typeof sid.value !== 'string') return { kind: 'wrong-type', at: sid.at, what: 'Sid' };
    if (sid.value === '') return undefined;
    if (seen.has(sid.value)) return { kind: 'duplicate-sid', at: sid.at, what: sid.value };
    seen.add(sid.value);
    return undefined;
  });
}

/** What the elements say. */
function findMeaningFault(
  { value, at }: JsonNode,
  kind: CheckedKind,
  { bucketName }: CheckOptions,
): FoundFault | undefined {
  const statement = value as JsonObject;
  const actions = listElement(statement, 'Action');
  const resources = listElement(statement, 'Resource');
  const condition = statement.get('Condition');
  const isIam = kind === 'identity' || kind === 'session';
  return (
    (isIam ? findSidFormFault(statement.get('Sid')) : undefined) ??
    (isIam ? undefined : findPrincipalFault(statement)) ??
    first(resources, (node) => findResourceFault(node)) ??
    first(actions, (node) => findActionFault(node, kind === 'trust')) ??
    (kind === 'resource' ? first(actions, findS3ActionFault) : undefined) ??
    (kind === 'resource' ? findBucketFault({ actions, resources, at, bucketName }) : undefined) ??
    (condition && findConditionFault(condition)) ??
    (kind === 'resource' && condition ? findS3ConditionKeyFault(condition) : undefined) ??
    (kind === 'endpoint' ? findEndpointFault(resources, condition) : undefined)
  );
}

/** AWS: of identity policies only; a bucket's may have any text. */
function findSidFormFault(sid: JsonNode | undefined): FoundFault | undefined {
  if (!sid || /^[0-9A-Za-z]*$/.test(String(sid.value))) return undefined;
  const sentence =
    'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*';
  return { kind: 'sid', at: sid.at, what: String(sid.value), sentence };
}

/** The values of an element or of its `Not…`, each with its place. */
function listElement(statement: JsonObject, name: string): JsonNode[] {
  const node = statement.get(name) ?? statement.get(`Not${name}`);
  if (!node) return [];
  return isList(node.value) ? node.value : [node];
}

/** Every ARN, account and id that stands as an AWS principal: for a service that knows who there is. */
export function listPrincipals(text: string): string[] {
  const parsed = parseJson(text);
  if (isJsonFault(parsed) || !isObject(parsed.value)) return [];
  return listStatements(parsed.value).flatMap(({ value }) => {
    if (!isObject(value)) return [];
    const element = (value.get('Principal') ?? value.get('NotPrincipal'))?.value;
    const named = element !== undefined && isObject(element) ? element.get('AWS') : undefined;
    return named ? readTexts(named) : [];
  });
}
