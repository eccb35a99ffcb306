// Marker and PageSize. A marker is opaque: it names the record the next page begins with,
// so that a caller who deletes what a page showed does not skip any of the rest.

import { requireRange, validationError } from './errors.ts';

const largestPage = 400;

interface Position {
  offset: number;
  key: string;
}

/** Without PageSize a page is as long as AWS allows. @param keyOf the record's ARN */
export function paginate<R>(
  records: R[],
  input: { PageSize?: number | undefined; Marker?: string | undefined },
  keyOf: (record: R) => string,
): { page: R[]; NextMarker?: string } {
  const size =
    input.PageSize === undefined ? largestPage : requireRange('PageSize', input.PageSize, 1, largestPage);
  const start = input.Marker ? findStart(records, parseMarker(input.Marker), keyOf) : 0;
  const next = records[start + size];
  const page = records.slice(start, start + size);
  if (next === undefined) return { page };
  const position: Position = { offset: start + size, key: keyOf(next) };
  return { page, NextMarker: Buffer.from(JSON.stringify(position)).toString('base64url') };
}

function findStart<R>(records: R[], position: Position, keyOf: (record: R) => string): number {
  const index = records.findIndex((record) => keyOf(record) === position.key);
  return index < 0 ? position.offset : index;
}

function parseMarker(marker: string): Position {
  const refusal = validationError(`The marker '${marker}' is invalid`);
  let position: Partial<Position> | null;
  try {
    position = JSON.parse(Buffer.from(marker, 'base64url').toString());
  } catch {
    throw refusal;
  }
  if (typeof position?.key !== 'string' || !Number.isSafeInteger(position.offset) || position.offset! < 0)
    throw refusal;
  return position as Position;
}
