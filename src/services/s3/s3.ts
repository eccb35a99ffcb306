// S3: one request from its first line to its log line. Who signed it, which operation it is, in which region the bucket
// lives, may the caller do this; then the operation, which alone knows more.

import { randomBytes as hostBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Arrival, ServiceHandler } from '../../aws/arrival.ts';
import { verifySignature } from '../../aws/signature.ts';
import { SignatureFailure, type SignedRequest } from '../../aws/signed-request.ts';
import { authorize, checkExpectedOwner } from './access.ts';
import { readAddress } from './address.ts';
import { checkRegion } from './bucket-region.ts';
import type { Answer, BucketCall, Call, ObjectCall, S3, S3Options, SignedCall } from './call.ts';
import { type Delivery, putDeliveredObject } from './delivered-object.ts';
import { corsNotEnabled, methodNotAllowed, noSuchBucket, notImplemented } from './errors.ts';
import { openObjectIndex } from './object-index.ts';
import { findOperationName } from './operation-model.ts';
import { type OperationEntry, s3Operations } from './operations.ts';
import { sendAnswer, sendError } from './response.ts';
import { signatureRefusal } from './signature-refusal.ts';
import { openUploadIndex } from './upload-index.ts';

export interface S3Front {
  handle: ServiceHandler;
  /** For AWS's own log delivery. */
  putDelivered(delivery: Delivery): Promise<void>;
  close(): void;
}

export function createS3(options: S3Options): S3Front {
  const objects = openObjectIndex(options.objectFolder);
  const s3: S3 = { ...options, objects, uploads: openUploadIndex(objects) };
  const forget = forgetGoneBuckets(s3);
  forget();
  let isOpen = true;
  options.store.onChange(() => isOpen && forget());
  return {
    handle: (request, response, arrival) => handle(request, response, arrival, s3, options),
    putDelivered: (delivery) => putDeliveredObject(s3, delivery),
    close: () => {
      isOpen = false;
      objects.close();
    },
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  arrival: Arrival,
  s3: S3,
  options: S3Options,
): Promise<void> {
  const startMs = performance.now();
  const call = startCall(request, response, arrival, s3);
  // A client that goes away in the middle is no mistake of ours.
  request.on('error', () => {});
  response.on('error', () => {});
  let status: number;
  let code: string | undefined;
  let failure: unknown;
  try {
    status = await sendAnswer(call, await perform(call, s3, options));
  } catch (error) {
    ({ status, code } = sendError(call, error));
    if (status === 500) failure = error;
  }
  const fields = describeCall(call, status, code, performance.now() - startMs);
  if (failure) s3.log.error({ ...fields, err: failure }, 's3 call failed');
  else s3.log.info(fields, 's3 call');
}

function startCall(request: IncomingMessage, response: ServerResponse, arrival: Arrival, s3: S3): Call {
  const ids = hostBytes(56); // asked for at once: each time costs more than the bytes
  return {
    request,
    response,
    headers: request.headers,
    arrival,
    now: s3.now(),
    requestId: ids.toString('hex', 0, 8).toUpperCase(),
    hostId: ids.toString('base64', 8),
    operation: '',
    query: new Map(),
    bytesIn: 0,
    bytesOut: 0,
    errorHeaders: {},
  };
}

async function perform(call: Call, s3: S3, options: S3Options): Promise<Answer> {
  const { request, headers } = call;
  Object.assign(call, readAddress(request.url!, headers.host));
  const level = call.bucketName === undefined ? 'service' : call.key === undefined ? 'bucket' : 'object';
  const name = findOperationName(request.method!, level, call.query, headers);
  call.operation = name ?? '';
  call.signed = verify(call, options);
  call.region = call.arrival.frontEnd?.region ?? call.signed.scope?.region;
  if (request.method === 'OPTIONS') throw corsNotEnabled();
  if (name === undefined) throw methodNotAllowed(request.method!);
  const operation: OperationEntry | undefined = Object.hasOwn(s3Operations, name)
    ? s3Operations[name as keyof typeof s3Operations]
    : undefined;

  if (level === 'bucket' && name !== 'CreateBucket') findBucket(call as SignedCall, s3);
  if (level === 'object') findBucket(call as SignedCall, s3);
  call.region ??= 'us-east-1';
  // DIFFERS: s3-not-built every operation of AWS is known by its name; those we do not have are refused.
  if (!operation) throw notImplemented(`the operation ${name}`);
  const known = call as ObjectCall;
  if (operation.action) {
    const { bucket, key } = known as Partial<ObjectCall>;
    const details = operation.access?.(known, s3) ?? {};
    authorize(known, s3, {
      action: typeof operation.action === 'function' ? operation.action(known) : operation.action,
      ...(bucket && { bucket }),
      ...(key !== undefined && { key }),
      ...details,
    });
  }
  return await operation.run(known, s3);
}

function verify(call: Call, { findIdentity }: S3Options): SignedRequest {
  const { hostBucketName } = call;
  const { method, url, headers } = call.request;
  try {
    return verifySignature(
      { method: method!, url: url!, headers, ...(hostBucketName !== undefined && { hostBucketName }) },
      { service: 's3', findIdentity, now: call.now },
    );
  } catch (error) {
    if (!(error instanceof SignatureFailure)) throw error;
    throw signatureRefusal(error, /[?&](X-Amz-Signature|Signature)=/.test(url!));
  }
}

/** The bucket, if this front end holds it; else the redirect that says where it is. */
function findBucket(call: SignedCall, { store, objects }: S3): void {
  const bucketName = call.bucketName!;
  const bucket = store.cloud.buckets.find(bucketName);
  if (!bucket) throw noSuchBucket(bucketName);
  call.region ??= bucket.region;
  if (call.operation === 'HeadBucket') call.errorHeaders['x-amz-bucket-region'] = bucket.region;
  checkRegion(call, bucket);
  checkExpectedOwner(call, bucket, 'x-amz-expected-bucket-owner');
  objects.claim(bucket);
  (call as BucketCall).bucket = bucket;
}

/** Buckets also go when the whole cloud is emptied: their objects go with them. Called on every change of the cloud. */
function forgetGoneBuckets({ store, objects, log }: S3): () => void {
  const known = new Set(objects.bucketNames());
  return () => {
    const { buckets } = store.cloud;
    const gone = [...known].filter((name) => !buckets.has(name));
    for (const { bucketName } of buckets.all()) known.add(bucketName);
    if (gone.length === 0) return;
    try {
      objects.transaction(() => gone.forEach(objects.forgetBucket));
      for (const name of gone) known.delete(name);
    } catch (error) {
      // A full disk, say. The change itself is done; this is tried again with the next.
      log.error({ err: error }, 'objects of deleted buckets could not be removed');
    }
  };
}

function describeCall(call: Call, status: number, code: string | undefined, durationMs: number): object {
  const { signed, arrival, key } = call;
  const principal = signed?.principal;
  return {
    requestId: call.requestId,
    operation: call.operation || call.request.method,
    bucket: call.bucketName,
    // What a client names may hold line ends and worse.
    key: key === undefined ? undefined : JSON.stringify(key),
    principal: principal === undefined || principal.kind === 'anonymous' ? 'anonymous' : principal.arn,
    sourceAddress: arrival.sourceAddress,
    vpcEndpointId: arrival.endpoint?.vpcEndpointId ?? 'none',
    region: call.region,
    status,
    code,
    deniedBy: call.deniedBy,
    bytesIn: call.bytesIn,
    bytesOut: call.bytesOut,
    durationMs: Math.round(durationMs * 100) / 100,
  };
}
