// One page of anything that is listed by key: with a prefix, and with a delimiter that rolls keys up into common prefixes.
// It steps over a common prefix at once, however many keys are in it.

export interface Listed<T> {
  items: T[];
  commonPrefixes: string[];
  isTruncated: boolean;
  /** The last item or common prefix of the page; the next one begins behind it. */
  last?: { item: T } | { commonPrefix: string };
}

export interface ListRequest {
  prefix: string;
  delimiter: string;
  maxKeys: number;
  /** Only what comes behind it. A common prefix it lies in counts as shown. */
  after: string;
}

/** Where reading goes on: at this key itself, or only behind it. */
export interface Position {
  key: string;
  isInclusive: boolean;
}

/**
 * @param readFrom the next records in the order of their keys, at most `limit`
 * @param resume reads the records behind one that was seen
 */
export function listPage<T extends { key: string }>(
  { prefix, delimiter, maxKeys, after }: ListRequest,
  readFrom: (position: Position, limit: number) => T[],
  resume: (record: T, limit: number) => T[],
): Listed<T> {
  const page: Listed<T> = { items: [], commonPrefixes: [], isTruncated: false };
  if (maxKeys === 0) return page;
  const isFull = () => page.items.length + page.commonPrefixes.length >= maxKeys;
  const shown = after.startsWith(prefix) ? rollUp(after, prefix, delimiter) : undefined;
  const limit = maxKeys + 1;
  let records = readFrom(startOf(prefix, after, shown), limit);
  for (let index = 0; ; index += 1) {
    if (index === records.length) {
      if (records.length < limit) return page;
      records = resume(records.at(-1)!, limit);
      index = 0;
    }
    const record = records[index];
    if (!record?.key.startsWith(prefix)) return page;
    const commonPrefix = rollUp(record.key, prefix, delimiter);
    const isShown =
      commonPrefix !== undefined && (commonPrefix === shown || commonPrefix === page.commonPrefixes.at(-1));
    if (isShown) continue;
    if (isFull()) return { ...page, isTruncated: true };
    if (commonPrefix === undefined) {
      page.items.push(record);
      page.last = { item: record };
    } else {
      page.commonPrefixes.push(commonPrefix);
      page.last = { commonPrefix };
      records = readFrom({ key: endOf(commonPrefix), isInclusive: false }, limit);
      index = -1;
    }
  }
}

function startOf(prefix: string, after: string, shown: string | undefined): Position {
  if (shown !== undefined) return { key: endOf(shown), isInclusive: false };
  return isBefore(after, prefix) ? { key: prefix, isInclusive: true } : { key: after, isInclusive: false };
}

/** `photos/2026/` of `photos/2026/01/a.jpg`, by `/` behind `photos/`. */
function rollUp(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '') return undefined;
  const found = key.indexOf(delimiter, prefix.length);
  return found < 0 ? undefined : key.slice(0, found + delimiter.length);
}

/** Behind nearly every key that begins so: the last character there is. The few beyond are passed over one by one. */
const endOf = (commonPrefix: string) => `${commonPrefix}\u{10ffff}`;

/** In the order of UTF-8, which is not that of JavaScript's strings. */
function isBefore(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}

/** With `encoding-type=url`: keys may hold what XML cannot. */
export function urlEncode(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%2F', '/')
    .replaceAll('%20', '+');
}
