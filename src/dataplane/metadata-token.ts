// The session tokens of instance metadata (IMDSv2). Nothing is kept: a token carries its own end and the proof that it is ours,
// made for this instance. Whoever takes it to another instance holds nothing.

import { createHmac, timingSafeEqual } from 'node:crypto';

export interface MetadataTokens {
  issue(instanceId: string, lifetimeSeconds: number): string;
  /** The seconds it still holds; undefined when it is not this instance's, not ours or over. */
  findRemaining(instanceId: string, token: string): number | undefined;
}

const endLength = 6; // bytes of milliseconds since 1970
const nonceLength = 4;
const proofLength = 32;
const tokenLength = endLength + nonceLength + proofLength;

export function createMetadataTokens(
  key: Buffer,
  now: () => Date,
  randomBytes: (length: number) => Buffer,
): MetadataTokens {
  const prove = (instanceId: string, claim: Buffer) =>
    createHmac('sha256', key).update(instanceId).update('\0').update(claim).digest();
  return {
    issue(instanceId, lifetimeSeconds) {
      const claim = Buffer.concat([Buffer.alloc(endLength), randomBytes(nonceLength)]);
      claim.writeUIntBE(now().getTime() + lifetimeSeconds * 1000, 0, endLength);
      return Buffer.concat([claim, prove(instanceId, claim)]).toString('base64url');
    },
    findRemaining(instanceId, token) {
      const bytes = Buffer.from(token, 'base64url');
      if (bytes.length !== tokenLength) return undefined;
      const claim = bytes.subarray(0, endLength + nonceLength);
      if (!timingSafeEqual(bytes.subarray(claim.length), prove(instanceId, claim))) return undefined;
      const remainingMs = claim.readUIntBE(0, endLength) - now().getTime();
      return remainingMs > 0 ? Math.ceil(remainingMs / 1000) : undefined;
    },
  };
}
