// Marker, MaxItems and IsTruncated. A marker names the records on either side of the page's end, so that a caller who
// deletes what a page showed does not skip any of the rest.

import { findPageStart, formatPageToken, parsePageToken } from '../../lib/page-token.ts';
import { validationError } from './errors.ts';

/** AWS: without MaxItems a page has a hundred. */
const usualPage = 100;

export interface PageRequest {
  MaxItems?: number | undefined;
  Marker?: string | undefined;
}

export function paginate<R>(
  records: R[],
  { MaxItems: size = usualPage, Marker: marker }: PageRequest,
  keyOf: (record: R) => string,
): { page: R[]; rest: { IsTruncated: boolean; Marker?: string } } {
  const position = marker === undefined ? undefined : parsePageToken(marker);
  if (marker !== undefined && !position) throw validationError('Invalid Marker.');
  const start = position ? findPageStart(records, position, keyOf) : 0;
  const end = start + size;
  const page = records.slice(start, end);
  const isTruncated = end < records.length;
  return {
    page,
    rest: isTruncated
      ? { IsTruncated: true, Marker: formatPageToken(records, end, keyOf) }
      : { IsTruncated: false },
  };
}
