// The key a SigV4 signature is made with: a secret, bound to a day, a region and a service.

import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

const keys = new Map<string, Buffer>();
const mostKeys = 1000;

/** Made once for each key: a key given as bytes would be made into one of these at every call, which costs more than the signature. */
const keyObjects = new WeakMap<Buffer, KeyObject>();

export function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', typeof key === 'string' ? key : keyObjectOf(key))
    .update(text)
    .digest();
}

function keyObjectOf(key: Buffer): KeyObject {
  let found = keyObjects.get(key);
  if (!found) {
    found = createSecretKey(key);
    keyObjects.set(key, found);
  }
  return found;
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
