// Attributes of load balancers, target groups and listeners: keys with text values.
// Every key AWS has is known; a value whose behaviour is not built is refused, so that what is stored is what happens.

import type { Attributes } from '../../cloud/load-balancer-attribute.ts';
import { notBuilt } from '../parameters.ts';
import { requireParameter, validationError } from './errors.ts';

export interface AttributeRule {
  /** What AWS takes. */
  isValid: (value: string) => boolean;
  /** `any`: all of it is built. `default`: only AWS's own default is. */
  built: 'any' | 'default';
}

export type AttributeRules = Record<string, AttributeRule>;

export interface Attribute {
  Key?: string | undefined;
  Value?: string | undefined;
}

/** What to store after the changes: only what differs from the defaults. @param noun `Load balancer` */
export function changeAttributes(
  noun: string,
  rules: AttributeRules,
  defaults: Attributes,
  stored: Attributes,
  changes: Attribute[],
): Attributes {
  const changed = new Map(Object.entries(stored));
  for (const { Key: key, Value: value = '' } of changes) {
    requireParameter('Key', key);
    checkAttribute(noun, rules, defaults, key!, value);
    if (value === defaults[key!]) changed.delete(key!);
    else changed.set(key!, value);
  }
  return Object.fromEntries(changed);
}

function checkAttribute(
  noun: string,
  rules: AttributeRules,
  defaults: Attributes,
  key: string,
  value: string,
): void {
  if (!Object.hasOwn(rules, key) || !Object.hasOwn(defaults, key)) {
    throw validationError(`${noun} attribute key '${key}' is not recognized`);
  }
  const rule = rules[key]!;
  if (!rule.isValid(value))
    throw validationError(`${noun} attribute value '${value}' for key '${key}' is not valid`);
  if (rule.built === 'default' && value !== defaults[key]) throw notBuilt(`the attribute ${key}=${value}`);
}

/** In the order of their keys. */
export function showAttributes(attributes: Attributes): { Key: string; Value: string }[] {
  return Object.entries(attributes)
    .map(([Key, Value]) => ({ Key, Value }))
    .sort((left, right) => (left.Key < right.Key ? -1 : 1));
}

export const isBoolean = (value: string): boolean => value === 'true' || value === 'false';

export const isOneOf =
  (...values: string[]) =>
  (value: string): boolean =>
    values.includes(value);

export const isWhole =
  (minimum: number, maximum: number) =>
  (value: string): boolean =>
    /^(0|[1-9][0-9]*)$/.test(value) && minimum <= Number(value) && Number(value) <= maximum;
