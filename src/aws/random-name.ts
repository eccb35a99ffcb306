// New ids and names for one operation, out of the random bytes that are handed in.

import type { NewId } from '../cloud/id.ts';

export type RandomBytes = (size: number) => Uint8Array;

/** `vpc-` and 17 hexadecimal digits. */
export function newIdFrom(randomBytes: RandomBytes): NewId {
  return (prefix) => `${prefix}-${Buffer.from(randomBytes(9)).toString('hex').slice(0, 17)}`;
}

/** Each character of the alphabet is as likely as every other; the alphabet has at most 256. */
export function randomTextFrom(randomBytes: RandomBytes): (length: number, alphabet: string) => string {
  return (length, alphabet) => {
    // Bytes at and above the last whole multiple would favour the first characters.
    const limit = 256 - (256 % alphabet.length);
    let text = '';
    while (text.length < length) {
      for (const byte of randomBytes(length - text.length)) {
        if (byte < limit) text += alphabet[byte % alphabet.length];
      }
    }
    return text;
  };
}
