// Tags of buckets and of objects: the same document, `<Tagging><TagSet><Tag>…`, and for objects a header in the form of a query.

import { childrenOf, childText, findChild, renderDocument, type XmlElement } from '../../aws/rest-xml.ts';
import { invalidArgument, malformedXml, S3Error } from './errors.ts';

export type Tags = Record<string, string>;

/** AWS: fifty on a bucket, ten on an object. */
export const maxObjectTags = 10;
export const maxBucketTags = 50;

export function readTagging(document: XmlElement | undefined, maxTags: number): Tags {
  const set = document && findChild(document, 'TagSet');
  if (!set) throw malformedXml();
  return readTagSet(childrenOf(set, 'Tag'), maxTags);
}

export function readTagSet(elements: XmlElement[], maxTags: number): Tags {
  const pairs = elements.map((tag): [string, string] => {
    const [key, value] = [childText(tag, 'Key'), childText(tag, 'Value')];
    if (key === undefined || value === undefined) throw malformedXml();
    return [key, value];
  });
  return checkTags(pairs, maxTags);
}

/** `x-amz-tagging: a=1&b=2` */
export function readTagHeader(text: string | undefined): Tags {
  if (!text) return {};
  const pairs = [...new URLSearchParams(text)];
  try {
    decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw invalidArgument(
      "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.",
      'x-amz-tagging',
      text,
    );
  }
  return checkTags(pairs, maxObjectTags);
}

function checkTags(pairs: [string, string][], maxTags: number): Tags {
  if (pairs.length > maxTags) {
    throw maxTags === maxObjectTags
      ? new S3Error('BadRequest', `Object tags cannot be greater than ${maxTags}`)
      : new S3Error('BadRequest', `Bucket tag count cannot be greater than ${maxTags}`);
  }
  const tags: Tags = {};
  for (const [key, value] of pairs) {
    if (key.length < 1 || key.length > 128) throw invalidTag('The TagKey you have provided is invalid', key);
    if (value.length > 256) throw invalidTag('The TagValue you have provided is invalid', key);
    if (key.startsWith('aws:')) throw invalidTag('System tags cannot be added/updated by requester', key);
    if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(key) || !/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(value)) {
      throw invalidTag('The TagKey or TagValue you have provided is invalid', key);
    }
    if (Object.hasOwn(tags, key)) throw invalidTag('Cannot provide multiple Tags with the same key', key);
    // A key may be `__proto__`.
    Object.defineProperty(tags, key, { value, enumerable: true, configurable: true, writable: true });
  }
  return tags;
}

const invalidTag = (message: string, key: string) =>
  new S3Error('InvalidTag', message, 400, { details: { TagKey: key } });

export function renderTagging(tags: Tags): string {
  const set = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return renderDocument('Tagging', { TagSet: { Tag: set } });
}
