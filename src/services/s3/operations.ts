// The table of contents of S3: AWS's operation names, the action each needs, and the function that does it. What stands here
// with an action is asked before the function runs; the few without ask for themselves, key by key or by what the body says.

import type { AccessTo } from './access.ts';
import { createBucket, deleteBucket, getBucketLocation, headBucket, listBuckets } from './bucket.ts';
import * as configuration from './bucket-configuration.ts';
import * as policy from './bucket-policy.ts';
import type { ObjectCall, Operation, S3 } from './call.ts';
import { copyObject } from './copy-object.ts';
import { deleteObject, deleteObjects } from './delete-object.ts';
import { getObject } from './get-object.ts';
import { listObjects, listObjectsV2, listObjectVersions } from './list-objects.ts';
import { completeMultipartUpload } from './multipart-complete.ts';
import * as multipart from './multipart-upload.ts';
import { existingTags } from './object-lookup.ts';
import * as tagging from './object-tagging.ts';
import { putObject, requestTags } from './put-object.ts';
import { uploadPartCopy } from './upload-part-copy.ts';

export interface OperationEntry {
  /** Undefined: it asks by itself. */
  action?: string | ((call: ObjectCall) => string);
  /** What else the policies are told. */
  access?: (call: ObjectCall, s3: S3) => Partial<AccessTo>;
  run: Operation<ObjectCall>;
}

/** AWS: whoever names a version needs the action that says so. */
const byVersion = (action: string, versionAction: string) => (call: ObjectCall) =>
  call.query.has('versionId') ? versionAction : action;

/** `PutBucketVersioning` needs `s3:PutBucketVersioning`. */
const plain = (action: string, run: Operation<ObjectCall>): OperationEntry => ({ action, run });

export const s3Operations = {
  ListBuckets: plain('s3:ListAllMyBuckets', listBuckets),
  CreateBucket: { run: createBucket },
  DeleteBucket: plain('s3:DeleteBucket', deleteBucket),
  HeadBucket: plain('s3:ListBucket', headBucket),
  GetBucketLocation: plain('s3:GetBucketLocation', getBucketLocation),
  GetBucketPolicy: plain('s3:GetBucketPolicy', policy.getBucketPolicy),
  PutBucketPolicy: plain('s3:PutBucketPolicy', policy.putBucketPolicy),
  DeleteBucketPolicy: plain('s3:DeleteBucketPolicy', policy.deleteBucketPolicy),
  GetBucketPolicyStatus: plain('s3:GetBucketPolicyStatus', policy.getBucketPolicyStatus),
  GetPublicAccessBlock: plain('s3:GetBucketPublicAccessBlock', policy.getPublicAccessBlock),
  PutPublicAccessBlock: plain('s3:PutBucketPublicAccessBlock', policy.putPublicAccessBlock),
  DeletePublicAccessBlock: plain('s3:PutBucketPublicAccessBlock', policy.deletePublicAccessBlock),
  GetBucketVersioning: plain('s3:GetBucketVersioning', configuration.getBucketVersioning),
  PutBucketVersioning: plain('s3:PutBucketVersioning', configuration.putBucketVersioning),
  GetBucketTagging: plain('s3:GetBucketTagging', configuration.getBucketTagging),
  PutBucketTagging: plain('s3:PutBucketTagging', configuration.putBucketTagging),
  DeleteBucketTagging: plain('s3:PutBucketTagging', configuration.deleteBucketTagging),
  GetBucketAcl: plain('s3:GetBucketAcl', configuration.getBucketAcl),
  PutBucketAcl: plain('s3:PutBucketAcl', configuration.putAcl),
  GetBucketOwnershipControls: plain(
    's3:GetBucketOwnershipControls',
    configuration.getBucketOwnershipControls,
  ),
  PutBucketOwnershipControls: plain(
    's3:PutBucketOwnershipControls',
    configuration.putBucketOwnershipControls,
  ),
  DeleteBucketOwnershipControls: plain(
    's3:PutBucketOwnershipControls',
    configuration.deleteBucketOwnershipControls,
  ),
  GetBucketEncryption: plain('s3:GetEncryptionConfiguration', configuration.getBucketEncryption),
  PutBucketEncryption: plain('s3:PutEncryptionConfiguration', configuration.putBucketEncryption),
  DeleteBucketEncryption: plain('s3:PutEncryptionConfiguration', configuration.deleteBucketEncryption),
  DeleteBucketCors: plain('s3:PutBucketCORS', configuration.deleteAbsent),
  DeleteBucketLifecycle: plain('s3:PutLifecycleConfiguration', configuration.deleteAbsent),
  DeleteBucketWebsite: plain('s3:DeleteBucketWebsite', configuration.deleteAbsent),
  DeleteBucketReplication: plain('s3:PutReplicationConfiguration', configuration.deleteAbsent),
  GetBucketCors: plain('s3:GetBucketCORS', configuration.getBucketCors),
  GetBucketLifecycleConfiguration: plain(
    's3:GetLifecycleConfiguration',
    configuration.getBucketLifecycleConfiguration,
  ),
  GetBucketWebsite: plain('s3:GetBucketWebsite', configuration.getBucketWebsite),
  GetBucketLogging: plain('s3:GetBucketLogging', configuration.getBucketLogging),
  PutBucketLogging: plain('s3:PutBucketLogging', configuration.putBucketLogging),
  GetBucketNotificationConfiguration: plain(
    's3:GetBucketNotification',
    configuration.getBucketNotificationConfiguration,
  ),
  GetBucketAccelerateConfiguration: plain(
    's3:GetAccelerateConfiguration',
    configuration.getBucketAccelerateConfiguration,
  ),
  GetBucketRequestPayment: plain('s3:GetBucketRequestPayment', configuration.getBucketRequestPayment),
  GetBucketReplication: plain('s3:GetReplicationConfiguration', configuration.getBucketReplication),
  GetObjectLockConfiguration: plain(
    's3:GetBucketObjectLockConfiguration',
    configuration.getObjectLockConfiguration,
  ),

  ListObjects: plain('s3:ListBucket', listObjects),
  ListObjectsV2: plain('s3:ListBucket', listObjectsV2),
  ListObjectVersions: plain('s3:ListBucketVersions', listObjectVersions),
  GetObject: {
    action: byVersion('s3:GetObject', 's3:GetObjectVersion'),
    access: existingTags,
    run: getObject,
  },
  HeadObject: {
    action: byVersion('s3:GetObject', 's3:GetObjectVersion'),
    access: existingTags,
    run: getObject,
  },
  PutObject: { action: 's3:PutObject', access: requestTags, run: putObject },
  CopyObject: { action: 's3:PutObject', access: requestTags, run: copyObject },
  DeleteObject: {
    action: byVersion('s3:DeleteObject', 's3:DeleteObjectVersion'),
    access: existingTags,
    run: deleteObject,
  },
  DeleteObjects: { run: deleteObjects },
  GetObjectAcl: {
    action: byVersion('s3:GetObjectAcl', 's3:GetObjectVersionAcl'),
    access: existingTags,
    run: configuration.getObjectAcl,
  },
  PutObjectAcl: {
    action: byVersion('s3:PutObjectAcl', 's3:PutObjectVersionAcl'),
    access: existingTags,
    run: configuration.putAcl,
  },
  GetObjectTagging: {
    action: byVersion('s3:GetObjectTagging', 's3:GetObjectVersionTagging'),
    access: existingTags,
    run: tagging.getObjectTagging,
  },
  PutObjectTagging: { run: tagging.putObjectTagging },
  DeleteObjectTagging: {
    action: byVersion('s3:DeleteObjectTagging', 's3:DeleteObjectVersionTagging'),
    access: existingTags,
    run: tagging.deleteObjectTagging,
  },
  GetObjectAttributes: {
    action: byVersion('s3:GetObject', 's3:GetObjectVersion'),
    access: existingTags,
    run: tagging.getObjectAttributes,
  },
  CreateMultipartUpload: {
    action: 's3:PutObject',
    access: requestTags,
    run: multipart.createMultipartUpload,
  },
  UploadPart: plain('s3:PutObject', multipart.uploadPart),
  UploadPartCopy: plain('s3:PutObject', uploadPartCopy),
  CompleteMultipartUpload: plain('s3:PutObject', completeMultipartUpload),
  AbortMultipartUpload: plain('s3:AbortMultipartUpload', multipart.abortMultipartUpload),
  ListParts: plain('s3:ListMultipartUploadParts', multipart.listParts),
  ListMultipartUploads: plain('s3:ListBucketMultipartUploads', multipart.listMultipartUploads),
} satisfies Record<string, OperationEntry>;
