// Marker and PageSize. A marker is opaque: it names the records on either side of the page's end,
// so that a caller who deletes what a page showed does not skip any of the rest.

import { findPageStart, formatPageToken, type PagePosition, parsePageToken } from '../../lib/page-token.ts';
import { requireRange, validationError } from './errors.ts';

const largestPage = 400;

/** Without PageSize a page is as long as AWS allows. @param keyOf the record's ARN */
export function paginate<R>(
  records: R[],
  input: { PageSize?: number | undefined; Marker?: string | undefined },
  keyOf: (record: R) => string,
): { page: R[]; NextMarker?: string } {
  const size =
    input.PageSize === undefined ? largestPage : requireRange('PageSize', input.PageSize, 1, largestPage);
  const start = input.Marker ? findPageStart(records, parseMarker(input.Marker), keyOf) : 0;
  const end = start + size;
  const page = records.slice(start, end);
  return end < records.length ? { page, NextMarker: formatPageToken(records, end, keyOf) } : { page };
}

function parseMarker(marker: string): PagePosition {
  const position = parsePageToken(marker);
  if (!position) throw validationError(`The marker '${marker}' is invalid`);
  return position;
}
