// The opaque text that EC2 puts behind a refusal, and what sts:DecodeAuthorizationMessage makes of it again.

import { deflateRawSync, inflateRawSync } from 'node:zlib';

export function encodeAuthorizationMessage(verdict: object): string {
  return deflateRawSync(JSON.stringify(verdict)).toString('base64url');
}

/** Undefined for what was not encoded here. */
export function decodeAuthorizationMessage(text: string): string | undefined {
  try {
    const decoded = inflateRawSync(Buffer.from(text, 'base64url'), { maxOutputLength: 64 * 1024 }).toString();
    JSON.parse(decoded);
    return decoded;
  } catch {
    return undefined;
  }
}
