// Our decisions against those of an independent simulator of IAM, on policies and requests at random.
// CASES=30000 SEED=7 soaks; where the two differ and AWS's documentation is on our side, the case is left out below and says why.

// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables look like that.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import fc from 'fast-check';
import type { AccessRequest, ApplicablePolicies, NamedPolicy } from '../../src/policy/access.ts';
import { readPolicy } from '../../src/policy/document.ts';
import { evaluate, explainAccess } from '../../src/policy/evaluate.ts';
import { type PolicyText, type RandomAccess, randomAccess } from './random-access.ts';

const cases = Number(process.env.CASES ?? 1500);
const seed = Number(process.env.SEED ?? 20260131);

test(`an independent simulator decides ${cases} random requests as we do`, async () => {
  let compared = 0;
  let allowed = 0;
  await fc.assert(
    fc.asyncProperty(randomAccess, async (access) => {
      fc.pre(!isBeyondOracle(access));
      const ours = evaluate(...question(access));
      const theirs = await askOracle(access);
      compared++;
      if (ours.allow) allowed++;
      const want = theirs === 'Allowed';
      assert.equal(ours.allow, want, `ours ${JSON.stringify(ours)}, theirs ${theirs}`);
      if (!ours.allow) {
        const isExplicit = ours.decidedBy.effect === 'Deny';
        assert.equal(isExplicit, theirs === 'ExplicitlyDenied', `ours ${ours.because}, theirs ${theirs}`);
      }
    }),
    { numRuns: cases, seed, maxSkipsPerRun: 10 },
  );
  assert.ok(compared >= cases, `only ${compared} were compared`);
  assert.ok(allowed > compared / 10, `only ${allowed} of ${compared} were allowed`);
});

test('what explains a decision agrees with it', () => {
  fc.assert(
    fc.property(randomAccess, (access) => {
      const [request, policies] = question(access);
      const verdict = evaluate(request, policies);
      const opinions = explainAccess(request, policies);
      const denies = opinions.find(({ effect }) => effect === 'Deny');
      assert.equal(verdict.decidedBy.effect === 'Deny', denies !== undefined);
      if (denies) assert.equal(verdict.by, denies.name);
      const { kind, effect } = verdict.decidedBy;
      if (effect === 'Allow' && kind !== 'root') {
        assert.ok(opinions.some((opinion) => opinion.name === verdict.by && opinion.effect === 'Allow'));
      }
      for (const { statement, effect: said, misses } of opinions) {
        assert.equal(statement === undefined, said === 'none');
        assert.ok(said !== 'none' || misses.length > 0);
      }
    }),
    { numRuns: cases, seed },
  );
});

function question(access: RandomAccess): [AccessRequest, ApplicablePolicies] {
  const { principal, action, resource, resourceAccountId, context } = access;
  const request: AccessRequest = {
    principal,
    action,
    resource,
    resourceAccountId,
    context: new Map(Object.entries(context).map(([key, values]) => [key.toLowerCase(), values])),
    ...(action === 'sts:AssumeRole' ? { resourcePolicyMustAllow: true } : {}),
  };
  const named = (name: string, policy: PolicyText): NamedPolicy => ({
    name,
    document: readPolicy(JSON.stringify(policy)),
  });
  const { boundary, session, resourcePolicy, endpoint } = access;
  return [
    request,
    {
      identity: access.identity.map((policy, index) => named(`identity ${index}`, policy)),
      session: session ? [named('session', session)] : [],
      ...(boundary ? { boundary: named('boundary', boundary) } : {}),
      ...(resourcePolicy ? { resource: named('resource', resourcePolicy) } : {}),
      // The oracle knows nothing of gateway endpoints' meaning of an account.
      ...(endpoint ? { endpoint: { ...named('endpoint', endpoint), endpointType: 'interface' } } : {}),
    },
  ];
}

async function askOracle(access: RandomAccess): Promise<string> {
  const { principal, action, resource, resourceAccountId, context, identity } = access;
  const { boundary, session, resourcePolicy, endpoint } = access;
  const whole: PolicyText = {
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
  };
  // The oracle does not know that a root user may do all.
  const own = principal.kind === 'root' ? [whole] : identity;
  const answer = await runSimulation(
    {
      request: {
        principal: principal.kind === 'anonymous' ? { type: 'Anonymous' } : principal.arn,
        action,
        resource: { resource, accountId: resourceAccountId },
        contextVariables: Object.fromEntries(
          Object.entries(context).map(([key, values]) => [key, isList(key) ? values : values[0]!]),
        ),
      },
      identityPolicies: own.map((policy, index) => ({ name: `identity ${index}`, policy })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      ...(resourcePolicy ? { resourcePolicy } : {}),
      ...(boundary ? { permissionBoundaryPolicies: [{ name: 'boundary', policy: boundary }] } : {}),
      ...(session ? { sessionPolicy: session } : {}),
      ...(endpoint ? { vpcEndpointPolicies: [{ name: 'endpoint', policy: endpoint }] } : {}),
    },
    {},
  );
  if (answer.resultType === 'error') throw new Error(JSON.stringify(answer.errors));
  return answer.overallResult;
}

const isList = (key: string) => key === 'aws:PrincipalOrgPaths';

/** Where the oracle is known not to know. */
function isBeyondOracle(access: RandomAccess): boolean {
  return [isGrantedPastSession, exceptsAccountAlone, negatesNothing, negatesOtherVersion].some((isBeyond) =>
    isBeyond(access),
  );
}

/**
 * AWS: a resource policy that names the session itself, or everyone, is not cut by a session policy that is silent
 * (IAM user guide, IAM role principals and role session principals). The oracle lets it cut.
 */
function isGrantedPastSession(access: RandomAccess): boolean {
  const [request, policies] = question(access);
  if (policies.session.length === 0 || !policies.resource) return false;
  const silent = explainAccess(request, policies).some(
    ({ kind, effect }) => kind === 'session' && effect === 'none',
  );
  return silent && evaluate(request, policies).decidedBy.kind === 'resource';
}

/**
 * AWS: with the account among the exceptions of a Deny, but not the user, the user is denied (IAM user guide,
 * NotPrincipal: all but Bob and his account's root). The oracle takes the account for all that are in it, and says
 * itself that it has not been tried.
 */
function exceptsAccountAlone({ principal, resourcePolicy }: RandomAccess): boolean {
  if (principal.kind === 'anonymous' || principal.kind === 'root') return false;
  return (resourcePolicy?.Statement ?? []).some(({ NotPrincipal }) => {
    const names = (NotPrincipal as { AWS: string[] } | undefined)?.AWS ?? [];
    return names.includes(`arn:aws:iam::${principal.accountId}:root`) && !names.includes(principal.arn);
  });
}

/**
 * AWS: a variable without a value is null; what is negated then holds, and a NotResource with it excepts nothing
 * (IAM user guide, policy variables with no value). The oracle lets the statement fall.
 */
function negatesNothing(access: RandomAccess): boolean {
  if (access.context['aws:username']) return false;
  return statementsOf(access).some(({ NotResource, Condition }) => {
    const negated = Object.entries((Condition ?? {}) as object).filter(([name]) => name.includes('Not'));
    return JSON.stringify([NotResource ?? '', negated]).includes('${aws:username}');
  });
}

/**
 * AWS: an IPv6 address is not in an IPv4 range, so NotIpAddress holds (S3 user guide, IPv6 in IAM policies: requests
 * by IPv6 are denied by such a Deny). The oracle finds the two not comparable.
 */
function negatesOtherVersion(access: RandomAccess): boolean {
  const values = statementsOf(access).flatMap(({ Condition }) =>
    Object.entries((Condition ?? {}) as Record<string, Record<string, string[]>>)
      .filter(([name]) => name.includes('NotIpAddress'))
      .flatMap(([, keys]) => Object.values(keys).flat()),
  );
  if (values.length === 0) return false;
  const asked = [...(access.context['aws:SourceIp'] ?? []), ...(access.context['aws:VpcSourceIp'] ?? [])];
  return [...values, ...asked].some((value) => value.includes(':'));
}

function statementsOf({ identity, boundary, session, resourcePolicy, endpoint }: RandomAccess) {
  return [...identity, boundary, session, resourcePolicy, endpoint].flatMap(
    (policy) => policy?.Statement ?? [],
  );
}
