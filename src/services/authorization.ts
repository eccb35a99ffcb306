// Who may: gathers every policy that has a say in a request and asks them. One evaluation for S3, DynamoDB, EC2, ELBv2 and IAM.

import type { Arrival } from '../aws/arrival.ts';
import type { Cloud } from '../cloud/cloud.ts';
import type { IamRole, PolicyHolder } from '../cloud/iam.ts';
import { findOrganizationOf, organizationPath } from '../cloud/organization.ts';
import { isToEndpointService } from '../cloud/vpc-endpoint.ts';
import type {
  AccessRequest,
  AccessVerdict,
  ApplicablePolicies,
  NamedPolicy,
  PolicyOpinion,
  RequestContext,
} from '../policy/access.ts';
import { findManagedPolicy } from '../policy/aws-managed-policy.ts';
import { readPolicy } from '../policy/document.ts';
import { evaluate, explainAccess } from '../policy/evaluate.ts';
import { accountOf, type Principal, type SourceInstance } from '../policy/principal.ts';

export interface AccessQuestion {
  principal: Principal;
  /** `s3:GetObject` */
  action: string;
  resource: string;
  /** What of the two could not be read of the request: as in AccessRequest. */
  isPattern?: AccessRequest['isPattern'];
  resourceAccountId?: string;
  /** The bucket's, the role's trust policy…: its name and its text. */
  resourcePolicy?: { name: string; text: string };
  /** Keys of the service and of the resource; the general ones are added here. Keys in any case. */
  context?: Record<string, string | readonly string[] | undefined>;
  arrival: Arrival;
  now: Date;
  /** The region of the request. */
  region: string;
  /** The caller needs no permission for it: only the endpoint's policy has a say. */
  isFree?: boolean;
  /** As for AssumeRole: the resource's policy must allow, within the account too. */
  resourcePolicyMustAllow?: boolean;
}

/** `context` may carry `sts:ExternalId`, `sts:RoleSessionName`, `aws:RequestTag/…`, `aws:TagKeys`. */
export type AssumeRoleQuestion = Pick<
  AccessQuestion,
  'principal' | 'context' | 'arrival' | 'now' | 'region'
> & {
  role: IamRole;
  /** Of the same policies: tags of a session need their own permission. Without it: `sts:AssumeRole`. */
  action?: 'sts:AssumeRole' | 'sts:TagSession';
};

export function decideAccess(cloud: Cloud, question: AccessQuestion): AccessVerdict {
  return evaluate(toRequest(cloud, question), gatherPolicies(cloud, question));
}

/**
 * Whether the caller may become the role. The role's trust policy is the policy of a resource that must allow, also
 * within the account: one that names the caller or its role suffices there; one that names only the account leaves it
 * to the caller's own policies. Between accounts both must allow.
 * AWS: the root user may not assume roles at all; that refusal has its own sentence and is the STS operation's.
 */
export function decideAssumeRole(cloud: Cloud, question: AssumeRoleQuestion): AccessVerdict {
  const { role, action = 'sts:AssumeRole', ...rest } = question;
  const asked: AccessQuestion = {
    ...rest,
    action,
    resource: role.arn,
    resourceAccountId: role.accountId,
    resourcePolicy: { name: `the trust policy of ${role.roleName}`, text: role.assumeRolePolicyDocument },
    resourcePolicyMustAllow: true,
  };
  return decideAccess(cloud, asked);
}

/** What every policy that has a say thinks of it, in the order in which they are asked. */
export function explainDecision(
  cloud: Cloud,
  question: AccessQuestion,
): { verdict: AccessVerdict; opinions: PolicyOpinion[]; context: RequestContext } {
  const request = toRequest(cloud, question);
  const policies = gatherPolicies(cloud, question);
  return {
    verdict: evaluate(request, policies),
    opinions: explainAccess(request, policies),
    context: request.context,
  };
}

/** `User: arn:… is not authorized to perform: s3:GetObject on resource: "arn:…" because …`; services put their own words around it. */
export function describeDenial(question: AccessQuestion, verdict: AccessVerdict): string {
  const { principal, action, resource } = question;
  // AWS: S3 alone puts the resource in quotes.
  const quote = action.startsWith('s3:') ? '"' : '';
  const who = principal.kind === 'anonymous' ? 'anonymous' : principal.arn;
  const isEndpointSilence = verdict.decidedBy.kind === 'endpoint' && verdict.decidedBy.effect === 'none';
  // AWS: EC2 and S3 leave it out where the action knows no resources; other services write the star.
  const isStarLeftOut = resource === '*' && /^(ec2|s3):/.test(action);
  const namesResource = !isEndpointSilence && !isStarLeftOut;
  const where = namesResource ? ` on resource: ${quote}${resource}${quote}` : '';
  return `User: ${who} is not authorized to perform: ${action}${where} ${verdict.because}`;
}

function toRequest(cloud: Cloud, question: AccessQuestion): AccessRequest {
  const { principal, action, resource, isPattern, resourceAccountId } = question;
  return {
    principal,
    action,
    resource,
    ...(isPattern && { isPattern }),
    ...(resourceAccountId === undefined ? {} : { resourceAccountId }),
    ...(question.resourcePolicyMustAllow && { resourcePolicyMustAllow: true }),
    context: gatherContext(cloud, question),
  };
}

/** Those that have a say, by whom they are asked about and by which way the call came. */
export function gatherPolicies(
  cloud: Cloud,
  {
    principal,
    resourcePolicy,
    arrival,
    isFree,
  }: Pick<AccessQuestion, 'principal' | 'resourcePolicy' | 'arrival' | 'isFree'>,
): ApplicablePolicies {
  if (isFree) return { identity: [permissionForAll], session: [], ...endpointPolicy(cloud, arrival) };
  const holder = findHolder(cloud, principal);
  const boundary = holder?.permissionsBoundaryArn;
  const sessionPolicies = principal.kind === 'assumed-role' ? principal.sessionPolicies : [];
  return {
    identity: holder ? identityPolicies(cloud, holder) : [],
    ...(boundary === undefined ? {} : { boundary: managedPolicy(cloud, boundary) ?? denyAll(boundary) }),
    session: sessionPolicies.map((text, index) => ({
      name: `session policy ${index + 1}`,
      document: readPolicy(text),
    })),
    ...(resourcePolicy
      ? { resource: { name: resourcePolicy.name, document: readPolicy(resourcePolicy.text) } }
      : {}),
    ...endpointPolicy(cloud, arrival),
  };
}

/** Stands for the permission that nobody needs. */
const permissionForAll: NamedPolicy = {
  name: 'the service itself',
  document: readPolicy('{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}'),
};

export const isFreePermission = (name: string) => name === permissionForAll.name;

/** AWS: a boundary whose policy is gone allows nothing. */
const denyAll = (name: string): NamedPolicy => ({ name, document: readPolicy('{"Statement":[]}') });

type Holder = PolicyHolder & { label: string };

function findHolder(cloud: Cloud, principal: Principal): Holder | undefined {
  if (principal.kind === 'user') {
    const user = cloud.iamUsers.find(principal.arn);
    return user && { ...user, label: `user ${user.userName}` };
  }
  if (principal.kind !== 'assumed-role') return undefined;
  const role = cloud.iamRoles.find(principal.roleArn);
  return role && { ...role, label: `role ${role.roleName}` };
}

function identityPolicies(
  cloud: Cloud,
  { inlinePolicies, attachedPolicyArns, label }: Holder,
): NamedPolicy[] {
  return [
    ...Object.entries(inlinePolicies).map(([name, text]) => ({
      name: `inline policy ${name} of ${label}`,
      document: readPolicy(text),
    })),
    ...attachedPolicyArns.flatMap((arn) => managedPolicy(cloud, arn) ?? []),
  ];
}

function managedPolicy(cloud: Cloud, arn: string): NamedPolicy | undefined {
  const text =
    findManagedPolicy(arn)?.document ??
    cloud.iamPolicies.find(arn)?.versions.find(({ isDefault }) => isDefault)?.document;
  return text === undefined ? undefined : { name: arn, document: readPolicy(text) };
}

function endpointPolicy(cloud: Cloud, { endpoint }: Arrival): Pick<ApplicablePolicies, 'endpoint'> {
  if (!endpoint) return {};
  const { vpcEndpointId, endpointType } = endpoint;
  const vpcEndpoint = cloud.vpcEndpoints.find(vpcEndpointId);
  const name = `the policy of ${vpcEndpointId}`;
  // A connection may outlive its endpoint by a moment; its policy must not become full access.
  if (!vpcEndpoint) return { endpoint: { ...denyAll(name), endpointType } };
  // AWS: endpoint services know no policies, and what is behind one is nothing that asks here.
  if (isToEndpointService(vpcEndpoint)) return { endpoint: { ...denyAll(name), endpointType } };
  return { endpoint: { name, document: readPolicy(vpcEndpoint.policyDocument), endpointType } };
}

/**
 * The keys that every service has (AWS: global condition keys).
 * DIFFERS: organizations-without-policies No service or resource control policy has a say.
 */
export function gatherContext(cloud: Cloud, question: AccessQuestion): RequestContext {
  const { principal, arrival, now, region, resourceAccountId, context = {} } = question;
  const keys = new Map<string, readonly string[]>();
  const set: SetKey = (key, value) => {
    if (value !== undefined) keys.set(key.toLowerCase(), typeof value === 'string' ? [value] : value);
  };
  set('aws:CurrentTime', now.toISOString());
  set('aws:EpochTime', String(Math.floor(now.getTime() / 1000)));
  set('aws:RequestedRegion', region);
  set('aws:SecureTransport', String(arrival.isSecure));
  set('aws:ResourceAccount', resourceAccountId);
  set('aws:PrincipalIsAWSService', 'false');
  set('aws:ViaAWSService', 'false');
  setPrincipal(set, principal);
  setOrganization(set, 'Principal', cloud, accountOf(principal));
  setOrganization(set, 'Resource', cloud, resourceAccountId);
  if (arrival.endpoint) {
    const owner = cloud.vpcEndpoints.find(arrival.endpoint.vpcEndpointId)?.accountId;
    set('aws:SourceVpce', arrival.endpoint.vpcEndpointId);
    set('aws:SourceVpc', arrival.endpoint.vpcId);
    set('aws:VpcSourceIp', arrival.sourceAddress);
    set('aws:VpceAccount', owner);
    setOrganization(set, 'Vpce', cloud, owner);
  } else {
    set('aws:SourceIp', arrival.sourceAddress);
  }
  for (const [key, value] of Object.entries(context)) set(key, value);
  return keys;
}

type SetKey = (key: string, value: string | readonly string[] | undefined) => void;

/** AWS: both keys are absent for an account that is in no organization. */
function setOrganization(
  set: SetKey,
  whose: 'Principal' | 'Resource' | 'Vpce',
  cloud: Cloud,
  accountId: string | undefined,
): void {
  const organization = accountId === undefined ? undefined : findOrganizationOf(cloud, accountId);
  if (!organization) return;
  set(`aws:${whose}OrgID`, organization.organizationId);
  set(`aws:${whose}OrgPaths`, [organizationPath(organization)]);
}

function setPrincipal(set: SetKey, principal: Principal): void {
  if (principal.kind === 'anonymous') {
    set('aws:PrincipalType', 'Anonymous');
    return;
  }
  set('aws:PrincipalAccount', principal.accountId);
  set('aws:userid', principal.userId);
  set('aws:PrincipalArn', principal.kind === 'assumed-role' ? principal.roleArn : principal.arn);
  const types = { root: 'Account', user: 'User', 'assumed-role': 'AssumedRole' } as const;
  set('aws:PrincipalType', types[principal.kind]);
  if (principal.kind === 'root') return;
  for (const [key, value] of Object.entries(principal.tags)) set(`aws:PrincipalTag/${key}`, value);
  if (principal.kind === 'user') set('aws:username', principal.userName);
  else {
    set('aws:TokenIssueTime', principal.issuedAt);
    set('aws:MultiFactorAuthPresent', 'false');
    setSourceInstance(set, principal.sourceInstance);
  }
}

/** AWS: whatever credentials from instance metadata are used for, they tell which instance they were given to. */
function setSourceInstance(set: SetKey, sourceInstance: SourceInstance | undefined): void {
  set('ec2:SourceInstanceARN', sourceInstance?.instanceArn);
  set('ec2:RoleDelivery', sourceInstance?.roleDelivery);
  set('aws:Ec2InstanceSourceVpc', sourceInstance?.vpcId);
  set('aws:Ec2InstanceSourcePrivateIPv4', sourceInstance?.privateIpAddress);
}
