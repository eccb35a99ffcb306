// What a call of a query service needs permission for: one action on each resource it names. AWS asks for every one of them.

import type { Cloud } from '../../cloud/cloud.ts';
import type { Principal } from '../../policy/principal.ts';

export interface AccessCheck {
  /** `ec2:CreateVpcEndpoint` */
  action: string;
  resource: string;
  /** Undefined: the key is not there. */
  context: Record<string, string | readonly string[] | undefined>;
  /** The caller needs no permission for it; only the endpoint he comes by may keep him from it. */
  isFree?: true;
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

export interface Tag {
  Key?: string;
  Value?: string;
}

/** The member `Tags` of an input, which need not be there. */
export const tagsOf = (member: unknown) => (member ?? []) as Tag[];

/** @param prefix `aws:RequestTag`, `ec2:ResourceTag` */
export function tagKeys(prefix: string, tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`${prefix}/${key}`, value]));
}

/** The tags that a request brings, as condition keys. Those that are to be taken away have no values. */
export function requestTags(list: Tag[]): AccessCheck['context'] {
  if (list.length === 0) return {};
  const valued = list.filter(({ Value }) => Value !== undefined);
  const tags = Object.fromEntries(valued.map(({ Key = '', Value = '' }) => [Key, Value]));
  return { ...tagKeys('aws:RequestTag', tags), 'aws:TagKeys': list.map(({ Key = '' }) => Key) };
}
