// The key a SigV4 signature is made with: a secret, bound to a day, a region and a service.

import { createHmac, timingSafeEqual } from 'node:crypto';

const keys = new Map<string, Buffer>();
const mostKeys = 1000;

export function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/** @param scope `20260131/us-east-1/s3/aws4_request` */
export function signingKey(secretAccessKey: string, scope: string): Buffer {
  const name = `${secretAccessKey}/${scope}`;
  let key = keys.get(name);
  if (!key) {
    if (keys.size >= mostKeys) keys.clear();
    const chain = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
    key = chain as Buffer;
    keys.set(name, key);
  }
  return key;
}

/** In a time that tells nothing about where they differ. */
export function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
