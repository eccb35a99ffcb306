// AWS's log delivery (`delivery.logs.amazonaws.com`), which puts flow logs into buckets: what a bucket's policy must say for it,
// and that it says so. EC2 asks when a flow log is made, S3 with every object.

import type { Bucket } from '../cloud/bucket.ts';
import type { AccountId, Region } from '../cloud/id.ts';
import { readPolicy } from '../policy/document.ts';
import { allowsService } from '../policy/service-trust.ts';

const service = 'delivery.logs.amazonaws.com';

/** Whose logs they are. */
export interface LogSource {
  accountId: AccountId;
  region: Region;
}

/** Whether the bucket takes this object from log delivery. */
export function takesLogs(
  { bucketName, policy }: Bucket,
  { accountId, region }: LogSource,
  key: string,
): boolean {
  if (policy === undefined) return false;
  const context = new Map([
    ['aws:sourceaccount', [accountId]],
    ['aws:sourcearn', [`arn:aws:logs:${region}:${accountId}:*`]],
    ['aws:principalisawsservice', ['true']],
    ['aws:principalservicename', [service]],
    ['aws:securetransport', ['true']],
    ['s3:x-amz-acl', ['bucket-owner-full-control']],
  ]);
  const resource = `arn:aws:s3:::${bucketName}/${key}`;
  return allowsService(readPolicy(policy), { service, action: 's3:putobject', resource }, context);
}

/** AWS: the two statements that it adds to the policy of a bucket of the same account. */
export function withLogDelivery(
  { bucketName, policy }: Bucket,
  { accountId, region }: LogSource,
  prefix: string,
): string {
  const conditions = {
    StringEquals: { 'aws:SourceAccount': accountId },
    ArnLike: { 'aws:SourceArn': `arn:aws:logs:${region}:${accountId}:*` },
  };
  const shared = { Effect: 'Allow', Principal: { Service: service } };
  const added = [
    {
      Sid: 'AWSLogDeliveryWrite',
      ...shared,
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${bucketName}/${prefix}AWSLogs/*`,
      Condition: {
        ...conditions,
        StringEquals: { ...conditions.StringEquals, 's3:x-amz-acl': 'bucket-owner-full-control' },
      },
    },
    {
      Sid: 'AWSLogDeliveryAclCheck',
      ...shared,
      Action: 's3:GetBucketAcl',
      Resource: `arn:aws:s3:::${bucketName}`,
      Condition: conditions,
    },
  ];
  const document = policy === undefined ? { Version: '2012-10-17', Statement: [] } : JSON.parse(policy);
  const before = [document.Statement].flat();
  const taken = new Set(before.map(({ Sid }: { Sid?: string }) => Sid));
  const named = added.map((statement) => ({ ...statement, Sid: freeSid(statement.Sid, taken) }));
  return JSON.stringify({ ...document, Statement: [...before, ...named] });
}

/** AWS: a Sid is there once in a policy; the further ones have numbers. */
function freeSid(sid: string, taken: Set<string | undefined>): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? sid : `${sid}${number}`;
    if (!taken.has(name)) return name;
  }
}
