// What policies would say to a call that is not made: asked of the same evaluation as real calls.

import type {
  EvaluationResult,
  PolicySourceType,
  SimulateCustomPolicyRequest,
  SimulatePolicyResponse,
  SimulatePrincipalPolicyRequest,
} from '@aws-sdk/client-iam';
import { AwsError } from '../../aws/aws-error.ts';
import { parseArn } from '../../lib/arn.ts';
import type { ApplicablePolicies, NamedPolicy, PolicyKind, RequestContext } from '../../policy/access.ts';
import { readPolicy } from '../../policy/document.ts';
import { evaluate, explainAccess } from '../../policy/evaluate.ts';
import type { Principal } from '../../policy/principal.ts';
import { type CheckedKind, checkPolicy } from '../../policy/validate.ts';
import { gatherPolicies } from '../authorization.ts';
import type { OperationContext } from '../operation.ts';
import { notBuilt } from '../parameters.ts';
import { invalidInput } from './errors.ts';
import { paginate } from './pagination.ts';
import { acceptInput } from './parameter.ts';

const shared = [
  'PolicyInputList',
  'PermissionsBoundaryPolicyInputList',
  'ActionNames',
  'ResourceArns',
  'ResourcePolicy',
  'ResourceOwner',
  'CallerArn',
  'ContextEntries',
  'MaxItems',
  'Marker',
] as const;

type Simulated = Exclude<Principal, { kind: 'anonymous' }>;

export function simulateCustomPolicy(
  input: SimulateCustomPolicyRequest,
  context: OperationContext,
): SimulatePolicyResponse {
  acceptInput('SimulateCustomPolicy', input, ...shared);
  const principal =
    input.CallerArn === undefined ? standIn(context.accountId) : findPrincipal(context, input.CallerArn);
  return simulate(input, principal, { identity: [], session: [] });
}

export function simulatePrincipalPolicy(
  input: SimulatePrincipalPolicyRequest,
  context: OperationContext,
): SimulatePolicyResponse {
  acceptInput('SimulatePrincipalPolicy', input, 'PolicySourceArn', ...shared);
  const source = findPrincipal(context, input.PolicySourceArn!);
  const caller = input.CallerArn === undefined ? source : findPrincipal(context, input.CallerArn);
  // Nobody has come by any endpoint.
  const arrival = { sourceAddress: '127.0.0.1', isSecure: true };
  return simulate(input, caller, gatherPolicies(context.cloud, { principal: source, arrival }));
}

/** Whose call it is where only policies are given: nobody that a policy could name. */
function standIn(accountId: string): Simulated {
  const arn = `arn:aws:iam::${accountId}:user/-`;
  return { kind: 'user', accountId, arn, userId: '', userName: '-', tags: {} };
}

function findPrincipal({ cloud, accountId }: OperationContext, arn: string): Simulated {
  const resource = parseArn(arn)?.resource ?? '';
  if (resource.startsWith('group/')) throw notBuilt('groups');
  const user = cloud.iamUsers.find(arn);
  if (user?.accountId === accountId) {
    const { userId, userName, tags } = user;
    return { kind: 'user', accountId, arn, userId, userName, tags };
  }
  const role = cloud.iamRoles.find(arn);
  if (role?.accountId === accountId) {
    const { roleName, roleId, tags } = role;
    const session = { sessionName: '-', sessionPolicies: [], issuedAt: '' };
    return {
      ...{ kind: 'assumed-role', accountId, roleArn: arn, roleName, tags, ...session },
      arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/-`,
      userId: `${roleId}:-`,
    };
  }
  if (!/^(user|role)\//.test(resource)) throw invalidInput(`Invalid Entity Arn: ${arn}`);
  throw new AwsError('NoSuchEntity', `The entity ${arn} cannot be found.`, 404);
}

type SimulationInput = Omit<SimulateCustomPolicyRequest, 'PolicyInputList'> & {
  PolicyInputList?: string[] | undefined;
};

function simulate(
  input: SimulationInput,
  principal: Simulated,
  attached: ApplicablePolicies,
): SimulatePolicyResponse {
  const { ActionNames: actions = [], ResourceArns: resources = ['*'], ResourceOwner: owner } = input;
  for (const action of actions) {
    if (!/^[\w-]+:[\w*?]+$/.test(action)) throw invalidInput(`Invalid Action: ${action}`);
  }
  const policies = addPolicies(attached, input);
  const context = readContext(principal, input);
  const resourceAccountId = owner === undefined ? undefined : (parseArn(owner)?.accountId ?? owner);
  const questions = actions.flatMap((action) => resources.map((resource) => ({ action, resource })));
  const keyOf = ({ action, resource }: { action: string; resource: string }) => `${action} ${resource}`;
  const { page, rest } = paginate(questions, input, keyOf);
  const results = page.map(({ action, resource }): EvaluationResult => {
    const owned = resourceAccountId === undefined ? {} : { resourceAccountId };
    const request = { principal, action, resource, ...owned, context };
    const verdict = evaluate(request, policies);
    const opinions = explainAccess(request, policies);
    const refusal = verdict.decidedBy.effect === 'Deny' ? 'explicitDeny' : 'implicitDeny';
    const boundary = opinions.find(({ kind }) => kind === 'boundary');
    return {
      EvalActionName: action,
      EvalResourceName: resource,
      EvalDecision: verdict.allow ? 'allowed' : refusal,
      // DIFFERS: simulation-details by policy, not by place in it.
      MatchedStatements: opinions
        .filter(({ effect }) => effect !== 'none')
        .map(({ kind, name }) => ({ SourcePolicyId: name, SourcePolicyType: sourceTypeOf(kind) })),
      MissingContextValues: listMissingKeys(policies, context),
      ...(boundary && {
        PermissionsBoundaryDecisionDetail: { AllowedByPermissionsBoundary: boundary.effect === 'Allow' },
      }),
    };
  });
  return { EvaluationResults: results, ...rest };
}

/** AWS: answers in these words, which are not those of the SDK's own list. */
function sourceTypeOf(kind: PolicyKind): PolicySourceType {
  return (kind === 'resource' ? 'Resource Policy' : 'IAM Policy') as PolicySourceType;
}

function addPolicies(attached: ApplicablePolicies, input: SimulationInput): ApplicablePolicies {
  const boundaries = input.PermissionsBoundaryPolicyInputList ?? [];
  if (boundaries.length > 1) throw invalidInput('There can be one permissions boundary.');
  const given = (input.PolicyInputList ?? []).map((text, index) =>
    parse(text, 'identity', `PolicyInputList.${index + 1}`),
  );
  const boundary = boundaries[0] && parse(boundaries[0], 'identity', 'PermissionsBoundaryPolicyInputList.1');
  const resource = input.ResourcePolicy && parse(input.ResourcePolicy, 'resource', 'ResourcePolicy');
  return {
    ...attached,
    identity: [...attached.identity, ...given],
    ...(boundary ? { boundary } : {}),
    ...(resource ? { resource } : {}),
  };
}

function parse(text: string, kind: CheckedKind, name: string): NamedPolicy {
  const fault = checkPolicy(text, kind);
  if (fault) throw invalidInput(`Invalid Content in ${name}: ${fault.message}`);
  return { name, document: readPolicy(text) };
}

/** Of the caller what is known of him; of the call only what the input says. */
function readContext(
  principal: Simulated,
  { ContextEntries: entries = [] }: SimulationInput,
): RequestContext {
  const isSession = principal.kind === 'assumed-role';
  const context = new Map<string, readonly string[]>([
    ['aws:principalaccount', [principal.accountId]],
    ['aws:principalarn', [isSession ? principal.roleArn : principal.arn]],
    ['aws:userid', [principal.userId]],
  ]);
  if (principal.kind === 'user') context.set('aws:username', [principal.userName]);
  for (const [key, value] of Object.entries(principal.kind === 'root' ? {} : principal.tags)) {
    context.set(`aws:principaltag/${key.toLowerCase()}`, [value]);
  }
  for (const { ContextKeyName: key = '', ContextKeyValues: values = [] } of entries) {
    context.set(key.toLowerCase(), values);
  }
  return context;
}

/** Keys that a condition asks for and the input does not have. */
function listMissingKeys(
  { identity, boundary, resource }: ApplicablePolicies,
  context: RequestContext,
): string[] {
  const policies = [...identity, ...(boundary ? [boundary] : []), ...(resource ? [resource] : [])];
  const labels = policies.flatMap(({ document }) =>
    document.statements.flatMap(({ conditions }) => conditions.map(({ label }) => label)),
  );
  const keys = new Set(labels.map((label) => label.slice(label.indexOf(' ') + 1)));
  return [...keys].filter((key) => !context.has(key.toLowerCase()));
}
