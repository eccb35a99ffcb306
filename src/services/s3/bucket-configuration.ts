// What can be set of a bucket (versioning, tags), and what can be read of it although it cannot be set: clients that manage
// buckets read all of it by habit, and are told how things are.

import {
  childrenOf,
  childText,
  findChild,
  renderDocument,
  s3Namespace,
  xmlHead,
} from '../../aws/rest-xml.ts';
import { canonicalUserId, requireText } from './bucket.ts';
import { changeBucket } from './bucket-policy.ts';
import { type Answer, type BucketCall, headerOf, type ObjectCall, type S3 } from './call.ts';
import { malformedXml, notImplemented, S3Error } from './errors.ts';
import { checkAclHeaders } from './object-detail.ts';
import { getVersion } from './object-lookup.ts';
import { readDocument, readText } from './request-body.ts';
import { maxBucketTags, readTagging, renderTagging } from './tagging.ts';

export function getBucketVersioning({ bucket }: BucketCall): Answer {
  return { body: renderDocument('VersioningConfiguration', { Status: bucket.versioning }) };
}

export async function putBucketVersioning(call: BucketCall, s3: S3): Promise<Answer> {
  const document = await readDocument(call, 'VersioningConfiguration');
  const status = requireText(document, 'Status');
  if (status !== 'Enabled' && status !== 'Suspended') throw malformedXml();
  if (childText(document!, 'MfaDelete') === 'Enabled') throw notImplemented('MfaDelete');
  changeBucket(call, s3, (bucket) => ({ ...bucket, versioning: status }));
  return {};
}

export function getBucketTagging({ bucket: { bucketName, tags } }: BucketCall): Answer {
  if (tags && Object.keys(tags).length > 0) return { body: renderTagging(tags) };
  throw notSet('NoSuchTagSet', 'The TagSet does not exist', bucketName);
}

export async function putBucketTagging(call: BucketCall, s3: S3): Promise<Answer> {
  const tags = readTagging(await readDocument(call, 'Tagging'), maxBucketTags);
  changeBucket(call, s3, (bucket) => ({ ...bucket, tags }));
  return { status: 204 };
}

export function deleteBucketTagging(call: BucketCall, s3: S3): Answer {
  changeBucket(call, s3, ({ tags: _gone, ...rest }) => rest);
  return { status: 204 };
}

const notSet = (code: string, message: string, bucketName: string) =>
  new S3Error(code, message, 404, { details: { BucketName: bucketName } });

/** AWS: where ACLs are off, the owner has full control and that is all there is to read. */
export function getBucketAcl({ bucket }: BucketCall): Answer {
  return { body: renderOwnersAcl(bucket.accountId) };
}

export function getObjectAcl(call: ObjectCall, s3: S3): Answer {
  getVersion(call, s3);
  return { body: renderOwnersAcl(call.bucket.accountId) };
}

const instanceNamespace = 'http://www.w3.org/2001/XMLSchema-instance';

function renderOwnersAcl(accountId: string): string {
  const id = `<ID>${canonicalUserId(accountId)}</ID>`;
  const grantee = `<Grantee xmlns:xsi="${instanceNamespace}" xsi:type="CanonicalUser">${id}</Grantee>`;
  return `${xmlHead}<AccessControlPolicy xmlns="${s3Namespace}"><Owner>${id}</Owner><AccessControlList><Grant>${grantee}<Permission>FULL_CONTROL</Permission></Grant></AccessControlList></AccessControlPolicy>`;
}

export async function putAcl(call: BucketCall): Promise<Answer> {
  checkAclHeaders(call);
  // A whole list is refused even where it says what is so: AWS takes one only where ACLs are on.
  const text = await readText(call);
  if (text !== '' || headerOf(call, 'x-amz-acl') === undefined) {
    throw new S3Error('AccessControlListNotSupported', 'The bucket does not allow ACLs');
  }
  return {};
}

// DIFFERS: ownership-controls-deleted on AWS a bucket without them takes ACLs; here ACLs are off in every bucket.
export function getBucketOwnershipControls({ bucket }: BucketCall): Answer {
  if (bucket.hasNoOwnershipControls) {
    throw notSet(
      'OwnershipControlsNotFoundError',
      'The bucket ownership controls were not found',
      bucket.bucketName,
    );
  }
  return { body: renderDocument('OwnershipControls', { Rule: { ObjectOwnership: 'BucketOwnerEnforced' } }) };
}

export async function putBucketOwnershipControls(call: BucketCall, s3: S3): Promise<Answer> {
  const document = await readDocument(call, 'OwnershipControls');
  const rule = document?.children.find(({ name }) => name === 'Rule');
  const ownership = requireText(rule, 'ObjectOwnership');
  if (ownership !== 'BucketOwnerEnforced') throw notImplemented(`ObjectOwnership ${ownership}`);
  changeBucket(call, s3, ({ hasNoOwnershipControls: _gone, ...rest }) => rest);
  return {};
}

export function deleteBucketOwnershipControls(call: BucketCall, s3: S3): Answer {
  changeBucket(call, s3, (bucket) => ({ ...bucket, hasNoOwnershipControls: true }));
  return { status: 204 };
}

export function getBucketEncryption({ bucket }: BucketCall): Answer {
  return {
    body: renderDocument('ServerSideEncryptionConfiguration', {
      Rule: {
        ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' },
        BucketKeyEnabled: bucket.hasBucketKey === true,
      },
    }),
  };
}

/** What is so by default may be asked for; keys of KMS may not. */
export async function putBucketEncryption(call: BucketCall, s3: S3): Promise<Answer> {
  const document = await readDocument(call, 'ServerSideEncryptionConfiguration');
  const rules = document ? childrenOf(document, 'Rule') : [];
  if (rules.length !== 1) throw malformedXml();
  const byDefault = findChild(rules[0]!, 'ApplyServerSideEncryptionByDefault');
  const algorithm = requireText(byDefault, 'SSEAlgorithm');
  if (algorithm !== 'AES256') throw notImplemented(`SSEAlgorithm ${algorithm}`);
  const hasBucketKey = childText(rules[0]!, 'BucketKeyEnabled')?.trim() === 'true';
  changeBucket(call, s3, ({ hasBucketKey: _before, ...rest }) => ({
    ...rest,
    ...(hasBucketKey && { hasBucketKey }),
  }));
  return {};
}

/** AWS: nothing is left unencrypted; what goes is what was asked for. */
export function deleteBucketEncryption(call: BucketCall, s3: S3): Answer {
  changeBucket(call, s3, ({ hasBucketKey: _gone, ...rest }) => rest);
  return { status: 204 };
}

/** A status without a target says that nothing is logged, which is so. */
export async function putBucketLogging(call: BucketCall): Promise<Answer> {
  const document = await readDocument(call, 'BucketLoggingStatus');
  if (!document) throw malformedXml();
  if (document.children.length > 0) throw notImplemented('LoggingEnabled');
  return {};
}

/** Of what is set on no bucket here. AWS: taking away what is not there is no mistake. */
export const deleteAbsent = (): Answer => ({ status: 204 });

export const getBucketLogging = (): Answer => ({ body: renderDocument('BucketLoggingStatus', {}) });
export const getBucketNotificationConfiguration = (): Answer => ({
  body: renderDocument('NotificationConfiguration', {}),
});
export const getBucketAccelerateConfiguration = (): Answer => ({
  body: renderDocument('AccelerateConfiguration', {}),
});
export const getBucketRequestPayment = (): Answer => ({
  body: renderDocument('RequestPaymentConfiguration', { Payer: 'BucketOwner' }),
});

/** Each is set on no bucket here, so each is answered as AWS answers where it is not set. */
const absent =
  (code: string, message: string) =>
  ({ bucketName }: BucketCall): Answer => {
    throw notSet(code, message, bucketName);
  };

export const getBucketCors = absent('NoSuchCORSConfiguration', 'The CORS configuration does not exist');
export const getBucketLifecycleConfiguration = absent(
  'NoSuchLifecycleConfiguration',
  'The lifecycle configuration does not exist',
);
export const getBucketWebsite = absent(
  'NoSuchWebsiteConfiguration',
  'The specified bucket does not have a website configuration',
);
export const getBucketReplication = absent(
  'ReplicationConfigurationNotFoundError',
  'The replication configuration was not found',
);
export const getObjectLockConfiguration = absent(
  'ObjectLockConfigurationNotFoundError',
  'Object Lock configuration does not exist for this bucket',
);
