// Where the next page of a list begins, as the opaque text a caller hands back for it.
// Records may be deleted between pages: the one shown last tells best where to go on, then the one that was to come
// next, and only when both are gone their number, which may by then skip some.

export interface PagePosition {
  /** How many records the pages so far have shown. */
  offset: number;
  /** The keys of the last record shown and of the first one not shown; absent when records have no key. */
  last?: string;
  next?: string;
}

export function formatPageToken<R>(records: R[], offset: number, keyOf?: (record: R) => string): string {
  const [last, next] = [records[offset - 1], records[offset]];
  const position: PagePosition = {
    offset,
    ...(keyOf && last !== undefined && { last: keyOf(last) }),
    ...(keyOf && next !== undefined && { next: keyOf(next) }),
  };
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** Undefined for text that is no token. */
export function parsePageToken(token: string): PagePosition | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(token, 'base64url').toString());
  } catch {
    return undefined;
  }
  return isPosition(value) ? value : undefined;
}

/** The index of the record that the next page begins with. */
export function findPageStart<R>(
  records: R[],
  { offset, last, next }: PagePosition,
  keyOf?: (record: R) => string,
): number {
  const indexOf = (key: string | undefined) =>
    keyOf && key !== undefined ? records.findIndex((record) => keyOf(record) === key) : -1;
  const lastIndex = indexOf(last);
  if (lastIndex >= 0) return lastIndex + 1;
  const nextIndex = indexOf(next);
  return nextIndex >= 0 ? nextIndex : offset;
}

function isPosition(value: unknown): value is PagePosition {
  if (typeof value !== 'object' || value === null) return false;
  const { offset, last, next } = value as Partial<Record<keyof PagePosition, unknown>>;
  const isKey = (key: unknown) => key === undefined || typeof key === 'string';
  return Number.isSafeInteger(offset) && (offset as number) >= 0 && isKey(last) && isKey(next);
}
