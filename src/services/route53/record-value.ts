// The values of records, checked as Route 53 checks them: what a resolver could not put into an answer is refused here.

import { isIPv4, isIPv6 } from 'node:net';
import { findNameFault, readCharacters, unescapeName } from '../../cloud/dns-name.ts';
import type { ZoneRecordType } from '../../cloud/hosted-zone.ts';

/** AWS's name of what is wrong: `ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)`. */
export function findValueFault(type: ZoneRecordType, value: string): string | undefined {
  const fields = value.trim().split(/\s+/);
  switch (type) {
    case 'A':
      return isIPv4(value) ? undefined : 'ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)';
    case 'AAAA':
      return isIPv6(value) && !value.includes('%')
        ? undefined
        : 'AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)';
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return findNameFault(value);
    case 'MX':
      return findFieldFault(fields, 'MXRRDATANotTwoFields (MX record does not have 2 fields)', [
        number16,
        name,
      ]);
    case 'SRV':
      return findFieldFault(fields, 'SRVRRDATANotFourFields (SRV record does not have 4 fields)', [
        number16,
        number16,
        number16,
        name,
      ]);
    case 'SOA':
      return findFieldFault(fields, 'SOARRDATANotSevenFields (SOA record does not have 7 fields)', [
        name,
        name,
        ...Array<FieldCheck>(5).fill(number32),
      ]);
    case 'CAA':
      return findCaaFault(value);
    case 'TXT':
    case 'SPF':
      return findTextFault(value);
  }
}

type FieldCheck = (field: string) => string | undefined;

function findFieldFault(fields: string[], wrongCount: string, checks: FieldCheck[]): string | undefined {
  if (fields.length !== checks.length) return wrongCount;
  return checks.map((check, index) => check(fields[index]!)).find((fault) => fault !== undefined);
}

const numberFault = 'IllegalNumber (Value is not a valid number)';
const number16: FieldCheck = (field) =>
  /^\d{1,5}$/.test(field) && Number(field) < 2 ** 16 ? undefined : numberFault;
const number32: FieldCheck = (field) =>
  /^\d{1,10}$/.test(field) && Number(field) < 2 ** 32 ? undefined : numberFault;
/** AWS: `.` stands for "no such service". */
const name: FieldCheck = (field) => (field === '.' ? undefined : findNameFault(field));

function findCaaFault(value: string): string | undefined {
  const match = /^(\d{1,3})\s+([A-Za-z0-9]{1,15})\s+(".*")$/.exec(value.trim());
  if (!match) return 'CAARRDATANotThreeFields (CAA record does not have 3 fields)';
  return Number(match[1]) > 255 ? numberFault : findTextFault(match[3]!);
}

const longestString = 255;
const longestText = 4000;

/** One or more strings in quotation marks. */
function findTextFault(value: string): string | undefined {
  if (value.length > longestText) return 'TXTRDATATooLong (Value is too long)';
  let state: 'between' | 'inside' = 'between';
  let length = 0;
  for (const { text, isEscaped } of readCharacters(value.trim())) {
    const isQuote = text === '"' && !isEscaped;
    if (/[^\x20-\xff]/.test(text) && !isEscaped)
      return 'UnsupportedCharacter (Value contains unsupported characters)';
    if (state === 'between') {
      if (!isQuote && text !== ' ')
        return 'InvalidCharacterString (Value should be enclosed in quotation marks)';
      if (isQuote) state = 'inside';
      length = 0;
    } else if (isQuote) state = 'between';
    else if (++length > longestString) return 'CharacterStringTooLong (Value is too long)';
  }
  const isComplete = state === 'between' && value.trim() !== '';
  return isComplete ? undefined : 'InvalidCharacterString (Value should be enclosed in quotation marks)';
}

/** Two ways to write one value are the same value: names by any case, spaces of any number. */
export function canonicalValue(type: ZoneRecordType, value: string): string {
  if (type === 'TXT' || type === 'SPF' || type === 'CAA') return value.trim();
  return unescapeName(value.trim().split(/\s+/).join(' ')).toLowerCase();
}
