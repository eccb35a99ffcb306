// The opaque text that EC2 puts behind a refusal, and what sts:DecodeAuthorizationMessage makes of it again. Nothing is kept:
// the text carries what it means, sealed, so that only what was encoded here is decoded, and only by whoever may.

import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { RequestContext } from '../policy/access.ts';

export interface AuthorizationMessages {
  encode(verdict: object): string;
  /** Undefined for what was not encoded here. */
  decode(text: string): string | undefined;
}

const algorithm = 'aes-256-gcm';
const nonceLength = 12;
const tagLength = 16;
const longestMessage = 64 * 1024;

/** @param key 32 bytes that nobody else has */
export function createAuthorizationMessages(key: Buffer): AuthorizationMessages {
  return {
    encode(verdict) {
      const plain = deflateRawSync(JSON.stringify(verdict));
      // Made of the message itself: equal messages are equal text, and no two others share a nonce.
      const nonce = createHmac('sha256', key).update(plain).digest().subarray(0, nonceLength);
      const cipher = createCipheriv(algorithm, key, nonce);
      const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64url');
    },
    decode(text) {
      const bytes = Buffer.from(text, 'base64url');
      if (bytes.length <= nonceLength + tagLength) return undefined;
      try {
        const tag = bytes.subarray(nonceLength, nonceLength + tagLength);
        const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceLength)).setAuthTag(tag);
        const opened = [decipher.update(bytes.subarray(nonceLength + tagLength)), decipher.final()];
        return inflateRawSync(Buffer.concat(opened), { maxOutputLength: longestMessage }).toString();
      } catch {
        return undefined; // not sealed here
      }
    },
  };
}

export interface RefusedCall {
  principal: { userId: string; arn: string };
  action: string;
  resource: string;
  conditions: RequestContext;
  isExplicit: boolean;
  /** The policy that refused. AWS: does not tell. */
  deniedBy: string;
}

/** What AWS tells whoever decodes the message. */
export function describeRefusedCall(call: RefusedCall): object {
  const { principal, action, resource, conditions, isExplicit, deniedBy } = call;
  const none = { items: [] };
  return {
    allowed: false,
    explicitDeny: isExplicit,
    matchedStatements: none,
    failures: none,
    context: {
      principal: { id: principal.userId, name: principal.arn.split(/[:/]/).at(-1), arn: principal.arn },
      action,
      resource,
      conditions: {
        items: [...conditions].map(([key, values]) => ({
          key,
          values: { items: values.map((value) => ({ value })) },
        })),
      },
    },
    deniedBy,
  };
}
