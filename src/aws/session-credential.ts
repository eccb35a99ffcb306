// Temporary credentials that are kept nowhere: the session travels, sealed, in its own token, and the secret follows from the
// access key id. So they survive a restart, and a token that was not made here opens to nothing.

import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { IssueCredentials, Session } from './identity.ts';

export interface SessionCredentials {
  issue: IssueCredentials;
  /** Undefined when the token is not that key's. Says nothing about expiry. */
  open(accessKeyId: string, sessionToken: string): { session: Session; secretAccessKey: string } | undefined;
}

const algorithm = 'aes-256-gcm';
const nonceLength = 12;
const tagLength = 16;
const longestSession = 64 * 1024;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** @param masterKey 32 bytes that nobody else has */
export function createSessionCredentials(masterKey: Buffer): SessionCredentials {
  const sealingKey = Buffer.from(hkdfSync('sha256', masterKey, '', 'session token', 32));
  const secretKey = Buffer.from(hkdfSync('sha256', masterKey, '', 'secret access key', 32));
  const secretOf = (accessKeyId: string) =>
    createHmac('sha256', secretKey).update(accessKeyId).digest('base64').slice(0, 40);

  return {
    issue(session) {
      const accessKeyId = `ASIA${[...randomBytes(16)].map((byte) => alphabet[byte % 32]).join('')}`;
      const nonce = randomBytes(nonceLength);
      const cipher = createCipheriv(algorithm, sealingKey, nonce).setAAD(Buffer.from(accessKeyId));
      const sealed = Buffer.concat([cipher.update(deflateRawSync(JSON.stringify(session))), cipher.final()]);
      return {
        accessKeyId,
        secretAccessKey: secretOf(accessKeyId),
        sessionToken: Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64'),
        expiration: session.expiresAt,
      };
    },
    open(accessKeyId, sessionToken) {
      const bytes = Buffer.from(sessionToken, 'base64');
      if (bytes.length <= nonceLength + tagLength) return undefined;
      try {
        const decipher = createDecipheriv(algorithm, sealingKey, bytes.subarray(0, nonceLength))
          .setAAD(Buffer.from(accessKeyId))
          .setAuthTag(bytes.subarray(nonceLength, nonceLength + tagLength));
        const opened = Buffer.concat([
          decipher.update(bytes.subarray(nonceLength + tagLength)),
          decipher.final(),
        ]);
        const text = inflateRawSync(opened, { maxOutputLength: longestSession }).toString();
        return { session: JSON.parse(text) as Session, secretAccessKey: secretOf(accessKeyId) };
      } catch {
        return undefined; // not sealed here, or for another key
      }
    },
  };
}
