// Whether a request would be allowed, asked after its packets have arrived: who the instance is, what the service sees of the way,
// and what each policy says. The same gathering and the same evaluation that the services use.

import type { Arrival } from './aws/arrival.ts';
import type { Bucket } from './cloud/bucket.ts';
import type { Cloud } from './cloud/cloud.ts';
import type { Explanation, Hop, ServiceArrival } from './network/explain-walk.ts';
import type { PolicyOpinion } from './policy/access.ts';
import type { Principal } from './policy/principal.ts';
import { type AccessQuestion, describeDenial, explainDecision } from './services/authorization.ts';

export interface AccessToExplain {
  /** An instance or a network interface: its role is who asks. */
  from: string;
  /** `s3:GetObject` */
  action: string;
  /** `*` when absent. */
  resource?: string;
}

/** Adds the policies' hops to the packets' hops. @param packets must have arrived at a front end of AWS's */
export function explainAccess(
  cloud: Cloud,
  packets: Explanation,
  { from, action, resource = '*' }: AccessToExplain,
  now: Date,
): Explanation {
  const { arrivesAt } = packets;
  if (!packets.arrives || !arrivesAt) return packets;
  const service = action.split(':')[0]!;
  const stop = (at: string, text: string): Explanation => ({
    ...packets,
    arrives: false,
    hops: [...packets.hops, { at, verdict: 'stop', text }],
  });
  if (service !== arrivesAt.service)
    return stop(arrivesAt.service, `${action} is not an action of ${arrivesAt.service}, which answers there`);
  const bucket = findBucket(cloud, resource);
  if (bucket && bucket.region !== arrivesAt.region)
    return stop(bucket.bucketName, describeElsewhere(bucket, arrivesAt));
  const principal = findPrincipal(cloud, from, now);
  const question = ask(principal, action, resource, bucket, arrivesAt, now);
  const { verdict, opinions } = explainDecision(cloud, question);
  const hops: Hop[] = [
    ...packets.hops,
    describeCaller(principal, from),
    ...opinions.map((opinion) => describeOpinion(opinion, verdict)),
    verdict.allow
      ? { at: verdict.by, verdict: 'pass', text: `${action} on ${resource} is allowed` }
      : { at: verdict.by, verdict: 'stop', text: describeDenial(question, verdict) },
  ];
  return { ...packets, arrives: verdict.allow, hops };
}

function ask(
  principal: Principal,
  action: string,
  resource: string,
  bucket: Bucket | undefined,
  { region, sourceAddress, vpcEndpointId, vpcId }: ServiceArrival,
  now: Date,
): AccessQuestion {
  const endpoint =
    vpcEndpointId && vpcId ? { vpcEndpointId, vpcId, endpointType: 'gateway' as const } : undefined;
  const arrival: Arrival = { sourceAddress, isSecure: true, ...(endpoint ? { endpoint } : {}) };
  const resourceAccountId = bucket?.accountId ?? /^arn:aws:[^:]*:[^:]*:([0-9]{12}):/.exec(resource)?.[1];
  return {
    ...{ principal, action, resource, arrival, now, region },
    ...(resourceAccountId === undefined ? {} : { resourceAccountId }),
    ...(bucket?.policy === undefined
      ? {}
      : { resourcePolicy: { name: `the policy of bucket ${bucket.bucketName}`, text: bucket.policy } }),
  };
}

function findBucket(cloud: Cloud, resource: string): Bucket | undefined {
  const name = /^arn:aws:s3:::([^/]+)/.exec(resource)?.[1];
  return name === undefined ? undefined : cloud.buckets.find(name);
}

function describeElsewhere({ bucketName, region }: Bucket, arrivesAt: ServiceArrival): string {
  return `${bucketName} is in ${region}: S3 in ${arrivesAt.region} answers 301 PermanentRedirect, and clients go on to s3.${region}.amazonaws.com`;
}

/** Who an instance is to AWS: a session of its instance profile's role, as its metadata service hands it out. */
function findPrincipal(cloud: Cloud, from: string, now: Date): Principal {
  const instanceId = cloud.networkInterfaces.find(from)?.attachment?.instanceId ?? from;
  const profileArn = cloud.instances.find(instanceId)?.iamInstanceProfile?.arn;
  const roleArn = cloud.iamInstanceProfiles.find(profileArn ?? '')?.roleArn;
  const role = cloud.iamRoles.find(roleArn ?? '');
  if (!role) return { kind: 'anonymous' };
  const { accountId, arn, roleId, roleName, tags } = role;
  return {
    ...{ kind: 'assumed-role', accountId, roleArn: arn, roleName, tags },
    arn: `arn:aws:sts::${accountId}:assumed-role/${roleName}/${instanceId}`,
    userId: `${roleId}:${instanceId}`,
    ...{ sessionName: instanceId, sessionPolicies: [], issuedAt: now.toISOString() },
  };
}

function describeCaller(principal: Principal, from: string): Hop {
  if (principal.kind === 'anonymous')
    return {
      at: from,
      verdict: 'pass',
      text: 'has no instance profile with a role: it asks as nobody (anonymous)',
    };
  return { at: from, verdict: 'pass', text: `asks as ${principal.arn}` };
}

const kinds: Record<PolicyOpinion['kind'], string> = {
  endpoint: 'endpoint policy',
  identity: 'identity-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
  resource: 'resource-based policy',
};

/** What stops is what decided against; another policy that allows nothing may be outvoted. */
function describeOpinion(opinion: PolicyOpinion, verdict: { allow: boolean; by: string }): Hop {
  const { kind, name, effect, statement, misses } = opinion;
  const said = {
    Allow: `${statement} allows it`,
    Deny: `${statement} denies it`,
    none: ['has no statement that applies', ...misses].join('; '),
  }[effect];
  const stops = !verdict.allow && verdict.by === name;
  return { at: name, verdict: stops ? 'stop' : 'pass', text: `${kinds[kind]}: ${said}` };
}
