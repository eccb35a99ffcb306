// Whether a statement is about a request: its principal, action, resource and conditions, each on its own,
// so that a decision and its explanation ask the same four questions.

import type { AccessRequest, RequestContext } from './access.ts';
import type { Patterns, Statement } from './document.ts';
import { couldMeet, coversAll } from './pattern.ts';
import { isExcepted, matchPrincipal, type PrincipalMatch } from './principal-element.ts';
import { matcherFor } from './template.ts';

export interface Question extends AccessRequest {
  /** The action in lower case: it is compared often. */
  lowerAction: string;
  hasBoundary: boolean;
}

export function toQuestion(request: AccessRequest, hasBoundary: boolean): Question {
  return { ...request, lowerAction: request.action.toLowerCase(), hasBoundary };
}

/**
 * How closely the statement names the caller, or `none` when it is not about the request.
 * @param wantsPrincipal false: the policy hangs on the caller, who is then meant `direct`ly
 * @param accountMeansRoot as in `matchPrincipal`
 */
export function matchStatement(
  statement: Statement,
  question: Question,
  wantsPrincipal: boolean,
  accountMeansRoot: boolean,
): PrincipalMatch {
  if (!coversAction(statement, question) || !coversResource(statement, question)) return 'none';
  const match = wantsPrincipal ? principalMatch(statement, question, accountMeansRoot) : 'direct';
  if (match === 'none') return 'none';
  for (const condition of statement.conditions) if (!condition.holds(question.context)) return 'none';
  return match;
}

/** Why not; undefined: the statement is about the request. */
export function explainMiss(
  statement: Statement,
  question: Question,
  wantsPrincipal: boolean,
  accountMeansRoot: boolean,
): string | undefined {
  const { action, resource, context, principal } = question;
  if (!coversAction(statement, question)) {
    return statement.actions.isNegated ? `NotAction excepts ${action}` : `Action does not cover ${action}`;
  }
  if (!coversResource(statement, question)) {
    return statement.resources!.isNegated
      ? `NotResource excepts ${resource}`
      : `Resource does not cover ${resource}`;
  }
  if (wantsPrincipal && principalMatch(statement, question, accountMeansRoot) === 'none') {
    const who = principal.kind === 'anonymous' ? 'anonymous callers' : principal.arn;
    return statement.principals?.isNegated
      ? `NotPrincipal excepts ${who}`
      : `Principal does not cover ${who}`;
  }
  const failed = statement.conditions.find(({ holds }) => !holds(context));
  return failed && `Condition ${failed.label} does not hold: ${showKey(failed.label, question)}`;
}

function showKey(label: string, { context }: Question): string {
  const key = label.slice(label.indexOf(' ') + 1);
  const values = context.get(key.toLowerCase());
  return values === undefined || values.length === 0
    ? `the request has no ${key}`
    : `the request has ${key} ${values.join(', ')}`;
}

function coversAction(statement: Statement, { lowerAction, isPattern, context }: Question): boolean {
  const { actions } = statement;
  if (isPattern?.action) return coversPattern(statement, actions, lowerAction, context);
  for (const { matcher } of actions.patterns) if (matcher!(lowerAction)) return !actions.isNegated;
  return actions.isNegated;
}

function coversResource(statement: Statement, { resource, isPattern, context }: Question): boolean {
  const { resources } = statement;
  if (!resources) return true;
  if (isPattern?.resource) return coversPattern(statement, resources, resource, context);
  for (const template of resources.patterns) {
    if (matcherFor(template, context)?.(resource)) return !resources.isNegated;
  }
  return resources.isNegated;
}

/** A negated element covers all when what it excepts touches nothing, and touches something when that does not cover all. */
function coversPattern(
  { effect }: Statement,
  { isNegated, patterns }: Patterns,
  pattern: string,
  context: RequestContext,
): boolean {
  const wantsAll = (effect === 'Allow') !== isNegated;
  const isAbout = patterns.some((template) =>
    wantsAll ? coversAll(template, pattern, context) : couldMeet(template, pattern),
  );
  return isAbout !== isNegated;
}

/**
 * A policy of a resource that names nobody means nobody.
 * AWS: a Deny with NotPrincipal denies whoever has a permissions boundary, whomever it excepts.
 */
function principalMatch(
  { principals, effect }: Statement,
  { principal, hasBoundary }: Question,
  accountMeansRoot: boolean,
): PrincipalMatch {
  if (!principals) return 'none';
  if (!principals.isNegated) return matchPrincipal(principals, principal, accountMeansRoot);
  if (effect === 'Deny' && hasBoundary) return 'everyone';
  return isExcepted(principals, principal, effect) ? 'none' : 'everyone';
}
