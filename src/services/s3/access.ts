// Who may do what in S3: the question that is put to the policies, with S3's own condition keys, and its words of refusal.
// AWS: the reason is told only within the owner's account; everybody else reads `Access Denied`.

import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { SignedRequest } from '../../aws/signed-request.ts';
import type { Bucket } from '../../cloud/bucket.ts';
import { accountOf } from '../../policy/principal.ts';
import { type AccessQuestion, decideAccess, describeDenial } from '../authorization.ts';
import { type Call, headerOf, type S3, type SignedCall } from './call.ts';
import { accessDenied } from './errors.ts';
import { isPublicPolicy } from './public-policy.ts';

export interface AccessTo {
  action: string;
  /** Absent: the action knows no bucket. */
  bucket?: Bucket;
  key?: string;
  /** Of the object as it is: `s3:ExistingObjectTag/k`. */
  existingTags?: Record<string, string>;
  /** That the object is to have: `s3:RequestObjectTag/k`. */
  requestTags?: Record<string, string>;
  context?: Record<string, string | undefined>;
}

/** @throws AccessDenied */
export function authorize(call: SignedCall, s3: S3, access: AccessTo): void {
  const refusal = findRefusal(call, s3, access);
  if (refusal === undefined) return;
  call.deniedBy = refusal.by;
  throw accessDenied(refusal.message);
}

export function mayAccess(call: SignedCall, s3: S3, access: AccessTo): boolean {
  return findRefusal(call, s3, access) === undefined;
}

/** @returns undefined when it is allowed */
export function findRefusal(
  call: SignedCall,
  { store }: S3,
  access: AccessTo,
): { by: string; message: string } | undefined {
  const { bucket } = access;
  const question = questionOf(call, access);
  const { principal } = question;
  const isSameAccount = bucket === undefined || accountOf(principal) === bucket.accountId;
  if (!isSameAccount && isRestricted(bucket)) {
    return { by: `the public access block of bucket ${bucket.bucketName}`, message: 'Access Denied' };
  }
  const verdict = decideAccess(store.cloud, question);
  if (verdict.allow) return undefined;
  const message =
    isSameAccount && principal.kind !== 'anonymous' ? describeDenial(question, verdict) : 'Access Denied';
  return { by: verdict.by, message };
}

/** A client may say whose bucket it means, lest a name that changed hands takes what is not for it. */
export function checkExpectedOwner(call: Call, bucket: Bucket, header: string): void {
  const expected = headerOf(call, header);
  if (expected !== undefined && expected !== bucket.accountId) throw accessDenied();
}

/** AWS: RestrictPublicBuckets leaves a bucket with a public policy to its own account. */
export function isRestricted({ publicAccessBlock, policy }: Bucket): boolean {
  return publicAccessBlock?.restrictPublicBuckets === true && policy !== undefined && isPublicPolicy(policy);
}

export function resourceArn(bucketName: string, key?: string): string {
  return `arn:aws:s3:::${bucketName}${key === undefined ? '' : `/${key}`}`;
}

/** AWS: no bucket policy keeps the root of the owner's account from reading, changing or deleting that policy. */
function isRescue({ principal }: SignedRequest, { action, bucket }: AccessTo): boolean {
  return (
    principal.kind === 'root' &&
    principal.accountId === bucket?.accountId &&
    /^s3:(Get|Put|Delete)BucketPolicy$/.test(action)
  );
}

function questionOf(call: SignedCall, access: AccessTo): AccessQuestion {
  const { action, bucket, key } = access;
  const bucketName = bucket?.bucketName ?? call.bucketName;
  return {
    principal: call.signed.principal,
    action,
    resource: bucketName === undefined ? '*' : resourceArn(bucketName, key),
    ...(bucket && { resourceAccountId: bucket.accountId }),
    ...(bucket?.policy !== undefined &&
      !isRescue(call.signed, access) && {
        resourcePolicy: { name: `the policy of bucket ${bucket.bucketName}`, text: bucket.policy },
      }),
    context: { ...contextOf(call), ...tagContext(access), ...access.context },
    arrival: call.arrival,
    now: call.now,
    region: call.region,
  };
}

/** Headers and parameters that are condition keys of the same name. */
const headerKeys = [
  'x-amz-acl',
  'x-amz-copy-source',
  'x-amz-metadata-directive',
  'x-amz-storage-class',
  'x-amz-server-side-encryption',
  'x-amz-content-sha256',
  'x-amz-website-redirect-location',
  'if-match',
  'if-none-match',
];
const queryKeys = ['prefix', 'delimiter', 'max-keys'];

function contextOf(call: SignedCall): Record<string, string | undefined> {
  const { signed, query, request } = call;
  const context: Record<string, string | undefined> = {
    's3:authType': signed.authType,
    's3:signatureversion': signed.signatureVersion,
    's3:VersionId': query.get('versionId'),
    ...(signed.signatureAgeMs !== undefined && {
      's3:signatureAge': String(Math.round(signed.signatureAgeMs)),
    }),
    's3:TlsVersion': tlsVersion(request.socket),
  };
  for (const name of headerKeys) {
    const value = headerOf(call, name);
    if (value !== undefined) context[`s3:${name}`] = value;
  }
  for (const name of queryKeys) if (query.has(name)) context[`s3:${name}`] = query.get(name);
  return context;
}

/** `1.3`; absent on a plain connection. */
function tlsVersion(socket: Socket): string | undefined {
  const protocol = (socket as Partial<TLSSocket>).getProtocol?.();
  return protocol?.replace(/^TLSv/, '');
}

function tagContext({
  bucket,
  existingTags,
  requestTags,
}: AccessTo): Record<string, string | string[] | undefined> {
  const context: Record<string, string | string[]> = {};
  if (bucket) context['s3:ResourceAccount'] = bucket.accountId;
  for (const [key, value] of Object.entries(existingTags ?? {}))
    context[`s3:ExistingObjectTag/${key}`] = value;
  for (const [key, value] of Object.entries(requestTags ?? {})) context[`s3:RequestObjectTag/${key}`] = value;
  if (requestTags) context['s3:RequestObjectTagKeys'] = Object.keys(requestTags);
  return context;
}
