// Every resource belongs to an account and a region; to everyone else it does not exist.

import type { Owned } from '../../cloud/vpc.ts';
import type { OperationContext } from '../operation.ts';

export function isOwn(context: OperationContext, record: Pick<Owned, 'accountId' | 'region'>): boolean {
  return record.accountId === context.accountId && record.region === context.region;
}

/** The record if it is the caller's: `findOwn(context, context.cloud.vpcs.find(vpcId))`. */
export function findOwn<R extends Owned>(context: OperationContext, record: R | undefined): R | undefined {
  return record && isOwn(context, record) ? record : undefined;
}

/**
 * What a Describe call is about before its filters: the records of the given ids (each must be the caller's: `get` throws),
 * or without ids everything of the caller.
 */
export function selectOwn<R extends Owned>(
  context: OperationContext,
  ids: string[] | undefined,
  get: (id: string) => R,
  all: () => IteratorObject<R>,
): R[] {
  if (ids && ids.length > 0) return [...new Set(ids)].map(get);
  return all()
    .filter((record) => isOwn(context, record))
    .toArray();
}
