// How far a change has come: whether the resolvers answer by it.

import { noSuchChange } from './errors.ts';
import { type Route53Answer, type Route53Context, type Route53Request, showChange } from './operation.ts';

export function getChange(
  { path }: Route53Request,
  { cloud, accountId, world }: Route53Context,
): Route53Answer {
  const changeId = (path.Id ?? '').replace(/^\/?change\//, '');
  const change = cloud.zoneChanges.find(changeId);
  if (change?.accountId !== accountId) throw noSuchChange(changeId);
  return { content: { ChangeInfo: showChange(change, { cloud, world }) } };
}

export function changeAccess({ path }: Route53Request) {
  return { resource: `arn:aws:route53:::change/${(path.Id ?? '').replace(/^\/?change\//, '')}` };
}
