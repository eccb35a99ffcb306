// How long policies may be. IAM does not count white space; S3 and EC2 count all of it.

/** In characters; bucket policies in bytes. */
export const policySizeLimits = {
  managed: 6_144,
  /** All inline policies of one holder together. */
  inlineOfUser: 2_048,
  inlineOfGroup: 5_120,
  inlineOfRole: 10_240,
  /** AWS: the quota that every account begins with. */
  trust: 2_048,
  session: 2_048,
  bucketBytes: 20_480,
  endpoint: 20_480,
} as const;

/** As IAM counts: white space outside of strings is not counted. */
export function policySize(text: string): number {
  let size = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at]!;
    if (inString && character === '\\') {
      size += 2;
      at++;
      continue;
    }
    if (character === '"') inString = !inString;
    if (inString || !' \t\r\n'.includes(character)) size++;
  }
  return size;
}
