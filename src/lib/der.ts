// DER, the bytes certificates are made of: a tag, a length, the content, and content may be more of the same.
// Only what an X.509 certificate needs to be written; nothing is read.

/** A value of any tag around other values. */
export function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), encodeLength(content.length), content]);
}

export const sequence = (...contents: Buffer[]) => der(0x30, ...contents);
export const set = (...contents: Buffer[]) => der(0x31, ...contents);
export const octets = (...contents: Buffer[]) => der(0x04, ...contents);
export const utf8 = (text: string) => der(0x0c, Buffer.from(text));
export const isTrue = der(0x01, Buffer.from([0xff]));
/** `[number]` around whole values. */
export const tagged = (number: number, ...contents: Buffer[]) => der(0xa0 | number, ...contents);
/** `[number]` in place of the value's own tag. */
export const implicit = (number: number, content: Buffer) => der(0x80 | number, content);

/** A whole number that is not negative, most significant byte first. */
export function integer(bytes: Buffer): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Buffer.alloc(1) : bytes.subarray(start);
  return der(0x02, digits[0]! >= 0x80 ? Buffer.alloc(1) : Buffer.alloc(0), digits);
}

/** @param unused how many of the last byte's lowest bits do not count */
export const bits = (content: Buffer, unused = 0) => der(0x03, Buffer.from([unused]), content);

/** `1.2.840.10045.4.3.2` */
export function objectIdentifier(text: string): Buffer {
  const [first, second, ...rest] = text.split('.').map(Number) as [number, number, ...number[]];
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(encodeBase128)]));
}

/** To the second. X.509: two digits of the year until 2049, four from then on. */
export function time(date: Date): Buffer {
  const digits = `${date.toISOString().slice(0, 19).replace(/\D/g, '')}Z`;
  return date.getUTCFullYear() < 2050
    ? der(0x17, Buffer.from(digits.slice(2)))
    : der(0x18, Buffer.from(digits));
}

/** As files have it: base64 in lines of 64 between dashes. */
export function toPem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g)!;
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

function encodeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const digits = Buffer.from(
    length.toString(16).padStart(length > 0xffff ? 6 : length > 0xff ? 4 : 2, '0'),
    'hex',
  );
  return Buffer.concat([Buffer.from([0x80 | digits.length]), digits]);
}

function encodeBase128(number: number): number[] {
  const digits = [number & 0x7f];
  for (let rest = number >> 7; rest > 0; rest >>= 7) digits.unshift((rest & 0x7f) | 0x80);
  return digits;
}
