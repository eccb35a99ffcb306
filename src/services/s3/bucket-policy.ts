// The policy of a bucket, and the public access block that holds it within bounds.

import { childText, renderDocument } from '../../aws/rest-xml.ts';
import type { Bucket, PublicAccessBlock } from '../../cloud/bucket.ts';
import { accountOf } from '../../policy/principal.ts';
import { checkPolicy } from '../../policy/validate.ts';
import { resourceArn } from './access.ts';
import type { Answer, BucketCall, S3 } from './call.ts';
import { accessDenied, malformedXml, methodNotAllowed, S3Error } from './errors.ts';
import { getCurrentBucket } from './object-lookup.ts';
import { isPublicPolicy } from './public-policy.ts';
import { readDocument, readText } from './request-body.ts';

/** AWS: 20 KB. */
const maxPolicyBytes = 20 * 1024;

/** Writes the record anew. @throws NoSuchBucket when it went meanwhile */
export function changeBucket(
  call: BucketCall,
  s3: S3,
  change: (bucket: Bucket) => Omit<Bucket, 'generation'>,
): void {
  s3.store.change(({ buckets }) => {
    buckets.put(change(getCurrentBucket(call, s3)));
  });
}

export function getBucketPolicy(call: BucketCall): Answer {
  refuseForeigner(call);
  return { headers: { 'content-type': 'application/json' }, body: policyOf(call.bucket) };
}

function policyOf({ bucketName, policy }: Bucket): string {
  if (policy !== undefined) return policy;
  throw new S3Error('NoSuchBucketPolicy', 'The bucket policy does not exist', 404, {
    details: { BucketName: bucketName },
  });
}

export function getBucketPolicyStatus(call: BucketCall): Answer {
  refuseForeigner(call);
  return { body: renderDocument('PolicyStatus', { IsPublic: isPublicPolicy(policyOf(call.bucket)) }) };
}

export async function putBucketPolicy(call: BucketCall, s3: S3): Promise<Answer> {
  refuseForeigner(call);
  const { bucket, signed } = call;
  const policy = await readText(call, maxPolicyBytes);
  const fault = checkPolicy(policy, 'resource', { bucketName: bucket.bucketName });
  if (fault) throw malformedPolicy(fault.message);
  changeBucket(call, s3, (now) => {
    if (now.publicAccessBlock?.blockPublicPolicy && isPublicPolicy(policy)) {
      call.deniedBy = `the public access block of bucket ${now.bucketName}`;
      const who = signed.principal.kind === 'anonymous' ? 'anonymous' : signed.principal.arn;
      throw accessDenied(
        `User: ${who} is not authorized to perform: s3:PutBucketPolicy on resource: "${resourceArn(now.bucketName)}" because public policies are prevented by the BlockPublicPolicy setting in S3 Block Public Access.`,
      );
    }
    return { ...now, policy };
  });
  return { status: 204 };
}

/** AWS: even who is allowed to must be of the owner's account. */
function refuseForeigner(call: BucketCall): void {
  if (accountOf(call.signed.principal) !== call.bucket.accountId)
    throw methodNotAllowed(call.request.method!);
}

const malformedPolicy = (message: string) => new S3Error('MalformedPolicy', message);

export function deleteBucketPolicy(call: BucketCall, s3: S3): Answer {
  refuseForeigner(call);
  changeBucket(call, s3, ({ policy: _gone, ...rest }) => rest);
  return { status: 204 };
}

export function getPublicAccessBlock({ bucket: { bucketName, publicAccessBlock } }: BucketCall): Answer {
  if (!publicAccessBlock) {
    throw new S3Error(
      'NoSuchPublicAccessBlockConfiguration',
      'The public access block configuration was not found',
      404,
      { details: { BucketName: bucketName } },
    );
  }
  const { blockPublicAcls, ignorePublicAcls, blockPublicPolicy, restrictPublicBuckets } = publicAccessBlock;
  return {
    body: renderDocument('PublicAccessBlockConfiguration', {
      BlockPublicAcls: blockPublicAcls,
      IgnorePublicAcls: ignorePublicAcls,
      BlockPublicPolicy: blockPublicPolicy,
      RestrictPublicBuckets: restrictPublicBuckets,
    }),
  };
}

export async function putPublicAccessBlock(call: BucketCall, s3: S3): Promise<Answer> {
  const document = await readDocument(call, 'PublicAccessBlockConfiguration');
  if (!document) throw malformedXml();
  const read = (name: string): boolean => {
    const text = childText(document, name)?.toLowerCase() ?? 'false';
    if (text !== 'true' && text !== 'false') throw malformedXml();
    return text === 'true';
  };
  const publicAccessBlock: PublicAccessBlock = {
    blockPublicAcls: read('BlockPublicAcls'),
    ignorePublicAcls: read('IgnorePublicAcls'),
    blockPublicPolicy: read('BlockPublicPolicy'),
    restrictPublicBuckets: read('RestrictPublicBuckets'),
  };
  changeBucket(call, s3, (now) => ({ ...now, publicAccessBlock }));
  return {};
}

export function deletePublicAccessBlock(call: BucketCall, s3: S3): Answer {
  changeBucket(call, s3, ({ publicAccessBlock: _gone, ...rest }) => rest);
  return { status: 204 };
}
