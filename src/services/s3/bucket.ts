// Buckets: made, found, listed, deleted. A bucket is a record of the control plane; deleting one looks into the objects too,
// in the same turn of the loop, so that nothing comes between.

import { createHash } from 'node:crypto';
import { childrenOf, childText, findChild, renderDocument, type XmlElement } from '../../aws/rest-xml.ts';
import type { Bucket } from '../../cloud/bucket.ts';
import { isKnownRegion } from '../../cloud/region.ts';
import { accountOf } from '../../policy/principal.ts';
import { authorize } from './access.ts';
import { checkBucketName } from './bucket-name.ts';
import { illegalLocationConstraint } from './bucket-region.ts';
import { type Answer, type BucketCall, headerOf, type S3, type SignedCall } from './call.ts';
import { accessDenied, invalidArgument, malformedXml, notImplemented, S3Error } from './errors.ts';
import { readDocument } from './request-body.ts';
import { maxBucketTags, readTagSet } from './tagging.ts';

/** AWS: an account's canonical user id, which tells nothing of the account. */
export function canonicalUserId(accountId: string): string {
  return createHash('sha256').update(`canonical user ${accountId}`).digest('hex');
}

const bucketArn = (bucketName: string) => `arn:aws:s3:::${bucketName}`;

export async function createBucket(call: SignedCall, s3: S3): Promise<Answer> {
  const bucketName = call.bucketName!;
  const accountId = accountOf(call.signed.principal);
  if (accountId === undefined) throw accessDenied();
  checkBucketName(bucketName);
  checkCreateHeaders(call);
  const configuration = await readDocument(call, 'CreateBucketConfiguration');
  if (configuration && (findChild(configuration, 'Location') || findChild(configuration, 'Bucket'))) {
    throw notImplemented('directory buckets');
  }
  const constraint = configuration && childText(configuration, 'LocationConstraint');
  authorize(call, s3, { action: 's3:CreateBucket', context: { 's3:LocationConstraint': constraint } });
  const region = chooseRegion(call, constraint);
  const tagElement = configuration && findChild(configuration, 'Tags');
  const tags = tagElement ? readTagSet(childrenOf(tagElement, 'Tag'), maxBucketTags) : undefined;
  if (tags) authorize(call, s3, { action: 's3:TagResource' });
  s3.store.change(({ buckets }) => {
    const existing = buckets.find(bucketName);
    if (existing) {
      refuseExisting(existing, accountId, call.region);
      return;
    }
    buckets.put({
      bucketName,
      accountId,
      region,
      creationDate: call.now.toISOString(),
      publicAccessBlock: {
        blockPublicAcls: true,
        ignorePublicAcls: true,
        blockPublicPolicy: true,
        restrictPublicBuckets: true,
      },
      ...(tags && { tags }),
    });
  });
  return { headers: { location: `/${bucketName}`, 'x-amz-bucket-arn': bucketArn(bucketName) } };
}

function checkCreateHeaders(call: SignedCall): void {
  const acl = headerOf(call, 'x-amz-acl');
  if (acl !== undefined && acl !== 'private') {
    throw new S3Error(
      'InvalidBucketAclWithObjectOwnership',
      "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
    );
  }
  const ownership = headerOf(call, 'x-amz-object-ownership');
  if (ownership !== undefined && ownership !== 'BucketOwnerEnforced') {
    throw notImplemented(`x-amz-object-ownership: ${ownership}`);
  }
  if (headerOf(call, 'x-amz-bucket-object-lock-enabled')?.toLowerCase() === 'true') {
    throw notImplemented('object lock');
  }
}

/** AWS: a front end makes buckets in its own region; only the name without a region makes them everywhere. */
function chooseRegion({ region, hostRegion }: SignedCall, constraint: string | undefined): string {
  if (constraint === undefined || constraint === '') {
    if (region !== 'us-east-1') throw illegalLocationConstraint('unspecified');
    return region;
  }
  const wanted = constraint === 'EU' ? 'eu-west-1' : constraint;
  // AWS: us-east-1 is said by saying nothing.
  if (!isKnownRegion(wanted) || wanted === 'us-east-1') {
    throw new S3Error('InvalidLocationConstraint', 'The specified location-constraint is not valid', 400, {
      details: { LocationConstraint: constraint },
    });
  }
  const isGlobal = hostRegion === 'aws-global' && region === 'us-east-1';
  if (wanted !== region && !isGlobal) throw illegalLocationConstraint(constraint);
  return wanted;
}

function refuseExisting(existing: Bucket, accountId: string, region: string): void {
  const details = { BucketName: existing.bucketName };
  if (existing.accountId !== accountId) {
    throw new S3Error(
      'BucketAlreadyExists',
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
      409,
      { details },
    );
  }
  // AWS: in us-east-1 the owner may make it again, and nothing happens.
  if (existing.region === 'us-east-1' && region === 'us-east-1') return;
  throw new S3Error(
    'BucketAlreadyOwnedByYou',
    'Your previous request to create the named bucket succeeded and you already own it.',
    409,
    { details },
  );
}

export function deleteBucket({ bucketName }: BucketCall, { store, objects }: S3): Answer {
  store.change(({ buckets }) => {
    if (!objects.isEmpty(bucketName)) {
      throw new S3Error('BucketNotEmpty', 'The bucket you tried to delete is not empty', 409, {
        details: { BucketName: bucketName },
      });
    }
    // Uploads that were begun and not ended go with it: the store tells of the change.
    buckets.delete(bucketName);
  });
  return { status: 204 };
}

export function headBucket({ bucket }: BucketCall): Answer {
  return {
    headers: {
      'x-amz-bucket-region': bucket.region,
      'x-amz-bucket-arn': bucketArn(bucket.bucketName),
      'x-amz-access-point-alias': 'false',
      'content-type': 'application/xml',
    },
  };
}

export function getBucketLocation({ bucket }: BucketCall): Answer {
  return { body: renderDocument('LocationConstraint', bucket.region === 'us-east-1' ? '' : bucket.region) };
}

const maxBuckets = 10_000;

export function listBuckets(call: SignedCall, { store }: S3): Answer {
  const accountId = accountOf(call.signed.principal)!;
  const { query } = call;
  const prefix = query.get('prefix') ?? '';
  const wantedRegion = query.get('bucket-region');
  const limit = readMaxBuckets(query.get('max-buckets'));
  const after = readToken(query.get('continuation-token'));
  const matching = store.cloud.buckets
    .where(
      (bucket) =>
        bucket.accountId === accountId &&
        bucket.bucketName.startsWith(prefix) &&
        bucket.bucketName > after &&
        (wantedRegion === undefined || bucket.region === wantedRegion),
    )
    .sort((a, b) => (a.bucketName < b.bucketName ? -1 : 1));
  const page = matching.slice(0, limit);
  const isTruncated = matching.length > page.length;
  const showsRegion = ['max-buckets', 'continuation-token', 'prefix', 'bucket-region'].some((name) =>
    query.has(name),
  );
  return {
    body: renderDocument('ListAllMyBucketsResult', {
      Owner: { ID: canonicalUserId(accountId) },
      Buckets: {
        Bucket: page.map(({ bucketName, creationDate, region }) => ({
          Name: bucketName,
          CreationDate: creationDate,
          // AWS: shown when the list is asked for in pages or parts.
          BucketRegion: showsRegion ? region : undefined,
          BucketArn: bucketArn(bucketName),
        })),
      },
      ContinuationToken: isTruncated ? Buffer.from(page.at(-1)!.bucketName).toString('base64url') : undefined,
      Prefix: query.has('prefix') ? prefix : undefined,
    }),
  };
}

function readMaxBuckets(text: string | undefined): number {
  if (text === undefined) return maxBuckets;
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > maxBuckets) {
    throw invalidArgument(
      'Argument max-buckets must be an integer between 1 and 10000.',
      'max-buckets',
      text,
    );
  }
  return number;
}

function readToken(text: string | undefined): string {
  const name = Buffer.from(text ?? '', 'base64url').toString();
  if (text && !/^[a-z0-9.-]+$/.test(name)) {
    throw invalidArgument('The continuation token provided is incorrect', 'continuation-token', text);
  }
  return name;
}

/** What a document with one element that says a word says. */
export function requireText(document: XmlElement | undefined, name: string): string {
  const text = document && childText(document, name);
  if (text === undefined) throw malformedXml();
  return text;
}
