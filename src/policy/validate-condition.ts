// The Condition element as it must be written: known operators, keys with a vendor, values that are text.

import { parseDate } from './condition-value.ts';
import { parseOperator } from './conditions.ts';
import { readTexts } from './document.ts';
import { isList, isObject, type JsonNode } from './json-text.ts';
import type { FoundFault } from './policy-fault.ts';

export function findConditionFault({ value, at }: JsonNode): FoundFault | undefined {
  if (!isObject(value)) return { kind: 'wrong-type', at, what: 'Condition' };
  for (const [operator, keys] of value) {
    if (!parseOperator(operator)) return { kind: 'condition', at: keys.at, what: operator };
    if (!isObject(keys.value)) return { kind: 'wrong-type', at: keys.at, what: operator };
    for (const [key, values] of keys.value) {
      const fault = findKeyFault(key, values) ?? findValueFault(operator, values);
      if (fault) return fault;
    }
  }
  return undefined;
}

function findKeyFault(key: string, values: JsonNode): FoundFault | undefined {
  const list = isList(values.value) ? values.value : [values];
  const odd = list.find(({ value }) => value === null || isList(value) || isObject(value));
  if (odd) return { kind: 'wrong-type', at: odd.at, what: key };
  if (/^[A-Za-z0-9.-]+:[^:].*$/s.test(key)) return undefined;
  const sentence = 'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.';
  return { kind: 'condition', at: values.at, what: `:${key}`, sentence };
}

/** AWS: of all values only dates are read when the policy comes. */
function findValueFault(operator: string, values: JsonNode): FoundFault | undefined {
  if (!/(^|:)Date/.test(operator)) return undefined;
  const wrong = readTexts(values).find((text) => parseDate(text) === undefined);
  return wrong === undefined ? undefined : { kind: 'condition-value', at: values.at, what: wrong };
}
