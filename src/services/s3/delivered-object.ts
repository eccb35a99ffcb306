// Objects that AWS's log delivery puts: no request of a client, and only the bucket's policy says whether it may.

import { createHash } from 'node:crypto';
import type { Bucket } from '../../cloud/bucket.ts';
import { type LogSource, takesLogs } from '../log-delivery.ts';
import { newVersionIdFrom, type S3 } from './call.ts';
import { toSecond } from './object-detail.ts';

export interface Delivery {
  source: LogSource;
  bucketName: string;
  key: string;
  body: Buffer;
}

/** @throws when the bucket is gone or does not take it */
export async function putDeliveredObject(s3: S3, { source, bucketName, key, body }: Delivery): Promise<void> {
  const { objects } = s3;
  findOpenBucket(s3, { source, bucketName, key });
  const writer = objects.bodies.startBody();
  await writer.write(body);
  const newBody = await writer.finish();
  try {
    // It may have gone meanwhile, or been closed.
    const bucket = findOpenBucket(s3, { source, bucketName, key });
    const version = {
      ...{ bucketName, key, size: newBody.size, lastModified: toSecond(s3.now()), newBody },
      etag: createHash('md5').update(body).digest('hex'),
      detail: { headers: { 'content-type': 'application/octet-stream' }, metadata: {}, tags: {} },
      content: { segments: [[newBody.bodyId, 0, newBody.size] as const] },
    };
    objects.transaction(() => objects.put(version, bucket.versioning, newVersionIdFrom(s3)));
  } catch (error) {
    await objects.bodies.remove(newBody);
    throw error;
  }
}

function findOpenBucket(s3: S3, { source, bucketName, key }: Omit<Delivery, 'body'>): Bucket {
  const bucket = s3.store.cloud.buckets.find(bucketName);
  if (!bucket) throw new Error(`there is no bucket ${bucketName}`);
  if (!takesLogs(bucket, source, key))
    throw new Error(`the policy of bucket ${bucketName} does not let log delivery put ${key}`);
  s3.objects.claim(bucket);
  return bucket;
}
