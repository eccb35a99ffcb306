// What operations of Organizations share: the caller's organization, and how names and times are written.

import { findOrganizationOf, type Organization } from '../../cloud/organization.ts';
import type { JsonContext } from '../json-service.ts';
import { accessDenied, organizationsNotInUse } from './errors.ts';

const nameAlphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** So many random small letters and digits. */
export function newName({ randomText }: JsonContext, length: number): string {
  return randomText(length, nameAlphabet);
}

/** @throws AwsError for a caller that is in none */
export function getOrganization({ cloud, accountId }: JsonContext): Organization {
  const organization = findOrganizationOf(cloud, accountId);
  if (!organization) throw organizationsNotInUse();
  return organization;
}

/** @throws AwsError for a caller that does not manage its organization */
export function getManagedOrganization(context: JsonContext): Organization {
  const organization = getOrganization(context);
  if (organization.masterAccountId !== context.accountId) throw accessDenied();
  return organization;
}

/** `arn:aws:organizations::111111111111:account/o-…/222222222222`: all of them are the management account's. */
export function organizationsArn(
  { masterAccountId, organizationId }: Organization,
  kind: 'organization' | 'root' | 'account' | 'handshake',
  ...names: string[]
): string {
  return `arn:aws:organizations::${masterAccountId}:${[kind, organizationId, ...names].join('/')}`;
}

/** AWS: times are seconds. */
export function showTime(time: string): number {
  return Date.parse(time) / 1000;
}
