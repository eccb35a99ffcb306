// What a call of a query service needs permission for: one action on each resource it names. AWS asks for every one of them.

import type { Cloud } from '../../cloud/cloud.ts';
import type { Principal } from '../../policy/principal.ts';

export interface AccessCheck {
  /** `ec2:CreateVpcEndpoint` */
  action: string;
  resource: string;
  context: Record<string, string | readonly string[] | undefined>;
}

/** A call as far as permission is concerned. */
export interface GuardedCall {
  /** `CreateVpcEndpoint` */
  operation: string;
  input: Record<string, unknown>;
  cloud: Cloud;
  principal: Exclude<Principal, { kind: 'anonymous' }>;
  accountId: string;
  region: string;
}

/** Every text in an input, however deep, with the name of the member it belongs to. */
export function textsOf(input: unknown, name = ''): { name: string; text: string }[] {
  if (typeof input === 'string') return [{ name, text: input }];
  if (Array.isArray(input)) return input.flatMap((item) => textsOf(item, name));
  if (typeof input !== 'object' || input === null) return [];
  return Object.entries(input).flatMap(([member, value]) => textsOf(value, member));
}

/** @param prefix `aws:RequestTag`, `ec2:ResourceTag` */
export function tagKeys(prefix: string, tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`${prefix}/${key}`, value]));
}
