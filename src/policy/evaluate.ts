// The decision. An explicit deny anywhere ends it; then the endpoint the request came by must allow; then the caller's
// own policies or the resource's (within an account), or both (between accounts); then boundary and session policies,
// which only take away. Policies are asked in one order, so that of two refusals the same one is always named.

import type {
  AccessRequest,
  AccessVerdict,
  ApplicablePolicies,
  NamedPolicy,
  PolicyKind,
  PolicyOpinion,
} from './access.ts';
import { accountOf } from './principal.ts';
import type { PrincipalMatch } from './principal-element.ts';
import { explainMiss, matchStatement, type Question, toQuestion } from './statement-match.ts';

const kindNames: Record<PolicyKind, string> = {
  endpoint: 'VPC endpoint policy',
  resource: 'resource-based policy',
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
};

/** What the allowing statements of one policy come to. */
interface Tally {
  denied: boolean;
  /** The closest in which an allowing statement names the caller; `none`: no statement allows. */
  match: PrincipalMatch;
}

const closeness: PrincipalMatch[] = ['none', 'account', 'role', 'everyone', 'direct'];

export function evaluate(request: AccessRequest, policies: ApplicablePolicies): AccessVerdict {
  const { endpoint, resource, identity, boundary, session } = policies;
  const question = toQuestion(request, boundary !== undefined);
  const ask = (kind: PolicyKind, policy: NamedPolicy) =>
    tally(policy, question, kind, endpoint?.endpointType === 'gateway');

  const endpointTally = endpoint && ask('endpoint', endpoint);
  if (endpointTally?.denied) return denied(endpoint!, 'endpoint');
  const resourceTally = resource && ask('resource', resource);
  if (resourceTally?.denied) return denied(resource!, 'resource');
  let identityAllows: NamedPolicy | undefined;
  for (const policy of identity) {
    const found = ask('identity', policy);
    if (found.denied) return denied(policy, 'identity');
    if (found.match !== 'none') identityAllows ??= policy;
  }
  const boundaryTally = boundary && ask('boundary', boundary);
  if (boundaryTally?.denied) return denied(boundary!, 'boundary');
  let sessionMisses: NamedPolicy | undefined;
  for (const policy of session) {
    const found = ask('session', policy);
    if (found.denied) return denied(policy, 'session');
    if (found.match === 'none') sessionMisses ??= policy;
  }

  if (endpointTally?.match === 'none') return notAllowed('endpoint', endpoint!.name, request);
  return decide(request, policies, {
    resourceMatch: resourceTally?.match ?? 'none',
    identityAllows,
    boundaryMisses: boundaryTally?.match === 'none',
    sessionMisses,
  });
}

interface Findings {
  resourceMatch: PrincipalMatch;
  identityAllows: NamedPolicy | undefined;
  boundaryMisses: boolean;
  /** The first session policy that does not allow. */
  sessionMisses: NamedPolicy | undefined;
}

/** What is left once nothing denies and the endpoint allows. */
function decide(
  request: AccessRequest,
  policies: ApplicablePolicies,
  { resourceMatch, identityAllows, boundaryMisses, sessionMisses }: Findings,
): AccessVerdict {
  const { principal, resourceAccountId } = request;
  const { resource, boundary } = policies;
  const resourceName = resource?.name ?? kindNames.resource;
  if (principal.kind === 'anonymous') {
    return resourceMatch === 'everyone'
      ? allowed('resource', resourceName, request)
      : notAllowed('resource', resourceName, request);
  }
  const accountId = accountOf(principal)!;
  const isOwn = resourceAccountId === undefined || resourceAccountId === accountId;
  // AWS: a policy that names only the account says that the account may say who.
  const isGranted = resourceMatch !== 'none' && resourceMatch !== 'account';
  if ((!isOwn || request.resourcePolicyMustAllow) && resourceMatch === 'none') {
    return notAllowed('resource', resourceName, request);
  }
  if (principal.kind === 'root') return allowedRoot(accountId);
  if (isOwn && isGranted) {
    // AWS: what names the user or the session itself, or everyone, is not cut by a boundary or session policy that is silent.
    const isCut = resourceMatch === 'role';
    if (!isCut || (!boundaryMisses && !sessionMisses)) return allowed('resource', resourceName, request);
  } else if (!identityAllows) {
    return notAllowed('identity', kindNames.identity, request);
  }
  if (boundaryMisses) return notAllowed('boundary', boundary!.name, request);
  if (sessionMisses) return notAllowed('session', sessionMisses.name, request);
  return allowed('identity', identityAllows!.name, request);
}

function tally(
  { document }: NamedPolicy,
  question: Question,
  kind: PolicyKind,
  accountMeansRoot: boolean,
): Tally {
  const wantsPrincipal = kind === 'resource' || kind === 'endpoint';
  const isGateway = accountMeansRoot && kind === 'endpoint';
  let best = 0;
  for (const statement of document.statements) {
    const match = matchStatement(statement, question, wantsPrincipal, isGateway);
    if (match === 'none') continue;
    if (statement.effect === 'Deny') return { denied: true, match: 'none' };
    best = Math.max(best, closeness.indexOf(match));
  }
  return { denied: false, match: closeness[best]! };
}

function denied({ name }: NamedPolicy, kind: PolicyKind): AccessVerdict {
  const article = kind === 'identity' ? 'an' : 'a';
  const because = `with an explicit deny in ${article} ${kindNames[kind]}`;
  return { allow: false, by: name, because, decidedBy: { kind, effect: 'Deny' } };
}

function notAllowed(kind: PolicyKind, by: string, { action }: AccessRequest): AccessVerdict {
  const because = `because no ${kindNames[kind]} allows the ${action} action`;
  return { allow: false, by, because, decidedBy: { kind, effect: 'none' } };
}

function allowed(kind: PolicyKind, by: string, { action }: AccessRequest): AccessVerdict {
  const article = kind === 'identity' ? 'an' : 'a';
  const because = `because ${article} ${kindNames[kind]} allows the ${action} action`;
  return { allow: true, by, because, decidedBy: { kind, effect: 'Allow' } };
}

function allowedRoot(accountId: string): AccessVerdict {
  return {
    allow: true,
    by: `the root user of ${accountId}`,
    because: 'because the root user of an account may do everything in it',
    decidedBy: { kind: 'root', effect: 'Allow' },
  };
}

/** What each policy thinks, in the order in which they are asked. */
export function explainAccess(request: AccessRequest, policies: ApplicablePolicies): PolicyOpinion[] {
  const { endpoint, resource, identity, boundary, session } = policies;
  const question = toQuestion(request, boundary !== undefined);
  const asked: [PolicyKind, NamedPolicy][] = [];
  if (endpoint) asked.push(['endpoint', endpoint]);
  if (resource) asked.push(['resource', resource]);
  for (const policy of identity) asked.push(['identity', policy]);
  if (boundary) asked.push(['boundary', boundary]);
  for (const policy of session) asked.push(['session', policy]);
  return asked.map(([kind, policy]) => explainPolicy(kind, policy, question, policies));
}

function explainPolicy(
  kind: PolicyKind,
  { name, document }: NamedPolicy,
  question: Question,
  { endpoint }: ApplicablePolicies,
): PolicyOpinion {
  const wantsPrincipal = kind === 'resource' || kind === 'endpoint';
  const isGateway = kind === 'endpoint' && endpoint?.endpointType === 'gateway';
  const misses: string[] = [];
  const matching = document.statements.filter((statement) => {
    const miss = explainMiss(statement, question, wantsPrincipal, isGateway);
    if (miss !== undefined) misses.push(`${statement.name}: ${miss}`);
    return miss === undefined;
  });
  const deciding = matching.find(({ effect }) => effect === 'Deny') ?? matching[0];
  if (!deciding) return { kind, name, effect: 'none', misses };
  return { kind, name, effect: deciding.effect, statement: deciding.name, misses };
}
