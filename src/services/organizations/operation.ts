// What an operation of Organizations is and what it is given. It runs to its end inside one change of the cloud: it checks
// first, writes last, and throws before it has written.

import type { Cloud } from '../../cloud/cloud.ts';
import type { AccountId } from '../../cloud/id.ts';
import { findOrganizationOf, type Organization } from '../../cloud/organization.ts';
import { accessDenied, organizationsNotInUse } from './errors.ts';
import type { Input } from './input.ts';

export interface OrganizationsContext {
  cloud: Cloud;
  /** Of the caller. */
  accountId: AccountId;
  now: Date;
  /** `newName(10)`: so many random small letters and digits. */
  newName: (length: number) => string;
}

export interface OrganizationsOperation {
  run: (input: Input, context: OrganizationsContext) => object;
  /** What policies are asked about; absent: the action knows no resources. */
  resourceArn?: (input: Input, context: OrganizationsContext) => string;
}

/** @throws AwsError for a caller that is in none */
export function getOrganization({ cloud, accountId }: OrganizationsContext): Organization {
  const organization = findOrganizationOf(cloud, accountId);
  if (!organization) throw organizationsNotInUse();
  return organization;
}

/** @throws AwsError for a caller that does not manage its organization */
export function getManagedOrganization(context: OrganizationsContext): Organization {
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
