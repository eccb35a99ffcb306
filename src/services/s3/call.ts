// One request on its way through S3: what is known of it, and what an operation makes of it.

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Arrival } from '../../aws/arrival.ts';
import type { FindIdentity } from '../../aws/identity.ts';
import type { RandomBytes } from '../../aws/random-name.ts';
import type { SignedRequest } from '../../aws/signed-request.ts';
import type { Bucket } from '../../cloud/bucket.ts';
import type { Cloud } from '../../cloud/cloud.ts';
import type { Log } from '../../lib/log.ts';
import type { BodyLease } from './body-store.ts';
import type { ObjectIndex } from './object-index.ts';
import type { UploadIndex } from './upload-index.ts';

/** What S3 needs of the store of the control plane. */
export interface BucketStore {
  readonly cloud: Cloud;
  change<T>(operate: (cloud: Cloud) => T): T;
  onChange(listener: () => void): void;
}

export interface S3Options {
  store: BucketStore;
  /** Objects are kept here; made when it is not there. */
  objectFolder: string;
  findIdentity: FindIdentity;
  now: () => Date;
  randomBytes: RandomBytes;
  log: Log;
}

/** What every operation may use. */
export interface S3 extends Pick<S3Options, 'store' | 'now' | 'randomBytes' | 'log'> {
  objects: ObjectIndex;
  uploads: UploadIndex;
}

export interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly headers: IncomingHttpHeaders;
  readonly arrival: Arrival;
  readonly now: Date;
  readonly requestId: string;
  readonly hostId: string;
  operation: string;
  bucketName?: string;
  /** Where it stands in the Host header: version 2 of the signature signs it. */
  hostBucketName?: string;
  key?: string;
  query: ReadonlyMap<string, string>;
  /** `aws-global`: the name without a region. */
  hostRegion?: string;
  signed?: SignedRequest;
  /** That of the front end that was reached. */
  region?: string;
  bytesIn: number;
  bytesOut: number;
  /** The policy that refused it. */
  deniedBy?: string;
  /** Where what is there says more than `403`: x-amz-bucket-region. */
  errorHeaders: Record<string, string>;
}

/** A call whose caller, operation and region are known. */
export interface SignedCall extends Call {
  signed: SignedRequest;
  region: string;
}

/** …and whose bucket is there. */
export interface BucketCall extends SignedCall {
  bucketName: string;
  bucket: Bucket;
}

export interface ObjectCall extends BucketCall {
  key: string;
}

export interface Answer {
  /** 200 unless it says otherwise. */
  status?: number;
  headers?: Record<string, string | undefined>;
  /** XML unless a Content-Type says otherwise. */
  body?: string;
  /** Bytes of an object, `end` exclusive. For HEAD they are announced and not sent. */
  content?: { lease: BodyLease; start: number; end: number };
}

export type Operation<C extends Call = Call> = (call: C, s3: S3) => Answer | Promise<Answer>;

/** A header that is there once, as text. */
export function headerOf(call: Call, name: string): string | undefined {
  const value = call.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

export function newVersionIdFrom(s3: S3): () => string {
  return () => Buffer.from(s3.randomBytes(24)).toString('base64url');
}
