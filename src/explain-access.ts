// Whether a request would be allowed, asked after its packets have arrived: who the instance is, what the service sees of the way,
// and what each policy says. The same gathering and the same evaluation that the services use.

import type { Arrival } from './aws/arrival.ts';
import { type AwsService, findForeignService } from './cloud/aws-service.ts';
import type { Bucket } from './cloud/bucket.ts';
import type { Cloud } from './cloud/cloud.ts';
import type { IamRole } from './cloud/iam.ts';
import { endpointServices } from './cloud/service-name.ts';
import type { Upstream } from './cloud/upstream.ts';
import {
  askAboutUpstream,
  describeUpstream,
  findUpstreamStop,
  type UpstreamQuestion,
} from './explain-upstream.ts';
import { trustsEc2 } from './instance-role.ts';
import type { Explanation, ServiceArrival } from './network/explain-walk.ts';
import type { Hop } from './network/hop.ts';
import type { StopCode } from './network/stop-code.ts';
import type { AccessVerdict, PolicyOpinion } from './policy/access.ts';
import { accountOf, type Principal } from './policy/principal.ts';
import { isFreeAction } from './services/access/iam-access.ts';
import {
  type AccessQuestion,
  describeDenial,
  explainDecision,
  isFreePermission,
} from './services/authorization.ts';
import { isRestricted } from './services/s3/access.ts';
import { describeUpstreamDenial } from './services/upstream/gate.ts';

export interface AccessToExplain {
  /** An instance or a network interface: its role is who asks. */
  from: string;
  /** `s3:GetObject` */
  action: string;
  /** `*` when absent. */
  resource?: string;
  /** False for a question about port 80. */
  isSecure: boolean;
  /** Servers of the user's own that stand for services. */
  upstreams?: readonly Upstream[];
}

/** Adds the policies' hops to the packets' hops. @param packets must arrive at a front end of AWS's */
export function explainAccess(
  cloud: Cloud,
  packets: Explanation,
  { from, action, resource = '*', isSecure, upstreams = [] }: AccessToExplain,
  now: Date,
): Explanation {
  if (!packets.arrives) return packets;
  const service = action.split(':')[0]!;
  const stop = (at: string, code: StopCode, text: string): Explanation => ({
    ...packets,
    arrives: false,
    hops: [...packets.hops, { at, verdict: 'stop', code, text }],
  });
  const { arrivesAt } = packets;
  if (!arrivesAt)
    return stop(
      packets.hops.at(-1)?.at ?? from,
      'NO_SERVICE_AT_DESTINATION',
      `no service of AWS answers there, so nobody is asked for ${action}`,
    );
  const foreign = findForeignService(arrivesAt.service);
  if (service !== (foreign?.actionPrefix ?? arrivesAt.service))
    return stop(
      arrivesAt.service,
      'ACTION_NOT_OF_SERVICE',
      `${action} is not an action of ${arrivesAt.service}, which answers there`,
    );
  const upstream = upstreams.find((one) => one.service === foreign?.name);
  const isOurs = (endpointServices as readonly string[]).includes(arrivesAt.service);
  if (foreign && (upstream || !isOurs)) {
    const question = { service: foreign, upstream, action, resource, arrivesAt, isSecure, now };
    return explainAtUpstream(cloud, packets, from, question);
  }
  const misfit = describeMisfit(action, resource);
  if (misfit) return stop(action, 'RESOURCE_DOES_NOT_FIT_ACTION', misfit);
  const tableRegion = /^arn:aws:dynamodb:([^:]+):/.exec(resource)?.[1];
  if (tableRegion !== undefined && tableRegion !== arrivesAt.region)
    return stop(
      resource,
      'RESOURCE_IN_OTHER_REGION',
      `it is in ${tableRegion}: DynamoDB in ${arrivesAt.region} knows no such table`,
    );
  const bucketName = findBucketName(resource);
  const bucket = cloud.buckets.find(bucketName ?? '');
  if (bucketName !== undefined && !bucket && action !== 's3:CreateBucket')
    return stop(
      bucketName,
      'RESOURCE_NOT_FOUND',
      `there is no bucket ${bucketName}: S3 answers 404 NoSuchBucket`,
    );
  if (bucket && bucket.region !== arrivesAt.region)
    return stop(bucket.bucketName, 'RESOURCE_IN_OTHER_REGION', describeElsewhere(bucket, arrivesAt));
  const { principal, text } = findCaller(cloud, from, now);
  const caller: Hop = { at: from, verdict: 'pass', text };
  if (bucket && isRestricted(bucket) && accountOf(principal) !== bucket.accountId) {
    const answer = stop(bucket.bucketName, 'S3_PUBLIC_ACCESS_BLOCKED', describeRestriction(bucket));
    return { ...answer, hops: [...packets.hops, caller, answer.hops.at(-1)!] };
  }
  const role = action === 'sts:AssumeRole' ? cloud.iamRoles.find(resource) : undefined;
  const question = {
    ...ask(principal, action, resource, bucket, arrivesAt, isSecure, now),
    ...trustOf(role),
  };
  return decide(cloud, packets, caller, question);
}

function explainAtUpstream(
  cloud: Cloud,
  packets: Explanation,
  from: string,
  question: UpstreamQuestion,
): Explanation {
  const { principal, text } = findCaller(cloud, from, question.now);
  const caller: Hop = { at: from, verdict: 'pass', text };
  const stop = findUpstreamStop(question, principal);
  if (stop) return { ...packets, arrives: false, hops: [...packets.hops, caller, stop] };
  const decided = decide(cloud, packets, caller, askAboutUpstream(question, principal), question.service);
  return decided.arrives ? { ...decided, hops: [...decided.hops, describeUpstream(question)] } : decided;
}

/** @param foreign whose words a refusal has. Absent: a service of ours */
function decide(
  cloud: Cloud,
  packets: Explanation,
  caller: Hop,
  question: AccessQuestion,
  foreign?: AwsService,
): Explanation {
  const { verdict, opinions } = explainDecision(cloud, question);
  const { action, resource } = question;
  const refusal = foreign
    ? describeUpstreamDenial(foreign, question, verdict)
    : describeDenial(question, verdict);
  const hops: Hop[] = [
    ...packets.hops,
    caller,
    ...opinions.filter(({ name }) => !isFreePermission(name)).map((one) => describeOpinion(one, verdict)),
    verdict.allow
      ? { at: verdict.by, verdict: 'pass', text: `${action} on ${resource} is allowed` }
      : { at: verdict.by, verdict: 'stop', code: codeOfVerdict(verdict), text: refusal },
  ];
  return { ...packets, arrives: verdict.allow, hops };
}

/** S3's actions are about all buckets, a bucket or an object; asked of another kind, no policy would be as it seems. */
function describeMisfit(action: string, resource: string): string | undefined {
  if (!action.startsWith('s3:')) return undefined;
  if (action === 's3:ListAllMyBuckets')
    return resource === '*' ? undefined : `${action} is about no bucket: leave the resource out`;
  const isAboutObjects =
    /^s3:((Get|Put|Delete|Restore|Replicate)Object|AbortMultipartUpload|ListMultipartUploadParts)/.test(
      action,
    );
  const [kind, example] = isAboutObjects
    ? ['an object', 'arn:aws:s3:::bucket/key']
    : ['a bucket', 'arn:aws:s3:::bucket'];
  const fits = isAboutObjects ? /^arn:aws:s3:::[^/]+\/./ : /^arn:aws:s3:::[^/]+$/;
  return fits.test(resource) ? undefined : `${action} is about ${kind}: name one, such as ${example}`;
}

function ask(
  principal: Principal,
  action: string,
  resource: string,
  bucket: Bucket | undefined,
  { region, sourceAddress, endpoint }: ServiceArrival,
  isSecure: boolean,
  now: Date,
): AccessQuestion {
  const arrival: Arrival = { sourceAddress, isSecure, ...(endpoint ? { endpoint } : {}) };
  const resourceAccountId =
    bucket?.accountId ??
    /^arn:aws:[^:]*:[^:]*:([0-9]{12}):/.exec(resource)?.[1] ??
    (action.startsWith('s3:') ? undefined : accountOf(principal)); // no other service has resources that name no account
  return {
    ...{ principal, action, resource, arrival, now, region },
    ...(resourceAccountId === undefined ? {} : { resourceAccountId }),
    ...(bucket?.policy === undefined
      ? {}
      : { resourcePolicy: { name: `the policy of bucket ${bucket.bucketName}`, text: bucket.policy } }),
    ...(bucket ? { context: { 's3:ResourceAccount': bucket.accountId } } : {}),
    ...(isFreeAction(action) ? { isFree: true } : {}),
  };
}

/** Who may become a role, its trust policy says. */
function trustOf(role: IamRole | undefined): Partial<AccessQuestion> {
  if (!role) return {};
  const { roleName, assumeRolePolicyDocument: text, accountId: resourceAccountId } = role;
  const resourcePolicy = { name: `the trust policy of ${roleName}`, text };
  return { resourcePolicy, resourceAccountId, resourcePolicyMustAllow: true };
}

/** Undefined where none is meant, or several. */
function findBucketName(resource: string): string | undefined {
  return /^arn:aws:s3:::([^/*?]+)(?:\/|$)/.exec(resource)?.[1];
}

const describeRestriction = ({ bucketName }: Bucket) =>
  `the public access block of ${bucketName} leaves it to its own account, as its policy is public (RestrictPublicBuckets)`;

function describeElsewhere({ bucketName, region }: Bucket, arrivesAt: ServiceArrival): string {
  return `${bucketName} is in ${region}: S3 in ${arrivesAt.region} answers 301 PermanentRedirect, and clients go on to s3.${region}.amazonaws.com`;
}

/** Who an instance is to AWS: a session of its instance profile's role, as its metadata service hands it out. */
function findCaller(cloud: Cloud, from: string, now: Date): { principal: Principal; text: string } {
  const asNobody = (because: string) => ({
    principal: { kind: 'anonymous' } as const,
    text: `${because}: it asks as nobody (anonymous)`,
  });
  const instanceId = cloud.networkInterfaces.find(from)?.attachment?.instanceId ?? from;
  const instance = cloud.instances.find(instanceId);
  const profileArn = instance?.iamInstanceProfile?.arn;
  const roleArn = cloud.iamInstanceProfiles.find(profileArn ?? '')?.roleArn;
  const role = cloud.iamRoles.find(roleArn ?? '');
  if (!instance || !role) return asNobody('has no instance profile with a role');
  const { accountId, arn, roleId, roleName, tags } = role;
  if (!trustsEc2(role, instance)) return asNobody(`its role ${roleName} does not trust ec2.amazonaws.com`);
  const principal: Principal = {
    ...{ kind: 'assumed-role', accountId, roleArn: arn, roleName, tags },
    arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${instanceId}`,
    userId: `${roleId}:${instanceId}`,
    ...{ sessionName: instanceId, sessionPolicies: [], issuedAt: now.toISOString() },
  };
  return { principal, text: `asks as ${principal.arn}` };
}

const codeNames: Record<
  PolicyOpinion['kind'],
  'VPCE_POLICY' | 'IDENTITY_POLICY' | 'BOUNDARY' | 'SESSION_POLICY' | 'RESOURCE_POLICY'
> = {
  endpoint: 'VPCE_POLICY',
  identity: 'IDENTITY_POLICY',
  boundary: 'BOUNDARY',
  session: 'SESSION_POLICY',
  resource: 'RESOURCE_POLICY',
};

function codeOfVerdict({ decidedBy: { kind, effect } }: AccessVerdict): StopCode {
  // The root user is asked as an identity whose policies allow everything.
  const name = codeNames[kind === 'root' ? 'identity' : kind];
  return `${name}_${effect === 'Deny' ? 'EXPLICIT_DENY' : 'NOT_ALLOWED'}`;
}

const kinds: Record<PolicyOpinion['kind'], string> = {
  endpoint: 'endpoint policy',
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  resource: 'resource-based policy',
};

/** What stops is what decided against; another policy that allows nothing may be outvoted. */
function describeOpinion(opinion: PolicyOpinion, verdict: AccessVerdict): Hop {
  const { kind, name, effect, statement, misses } = opinion;
  const said = {
    Allow: `${statement} allows it`,
    Deny: `${statement} denies it`,
    none: ['has no statement that applies', ...misses].join('; '),
  }[effect];
  const stops = !verdict.allow && verdict.by === name;
  const text = `${kinds[kind]}: ${said}`;
  return stops
    ? { at: name, verdict: 'stop', code: codeOfVerdict(verdict), text }
    : { at: name, verdict: 'pass', text };
}
