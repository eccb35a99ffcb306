// Organizations: accounts that belong together. An account is in one at most; one of them manages it. It is what
// `aws:PrincipalOrgID` and its like compare, so that a policy can mean "our own accounts" without listing them.

import type { Cloud } from './cloud.ts';
import type { AccountId } from './id.ts';

/** `o-` and 10 small letters and digits. */
export type OrganizationId = `o-${string}`;
/** `r-` and 4. */
export type OrganizationRootId = `r-${string}`;
/** `h-` and 32. */
export type HandshakeId = `h-${string}`;

export interface OrganizationMember {
  accountId: AccountId;
  joinedAt: string;
  /** AWS: the management account counts as invited. */
  joinedMethod: 'INVITED' | 'CREATED';
}

/** An invitation. Open until it is decided, or until its time is up. */
export interface Handshake {
  handshakeId: HandshakeId;
  invitedAccountId: AccountId;
  /** What the inviter wrote; absent: nothing. */
  notes?: string;
  requestedAt: string;
  expiresAt: string;
  /** Absent: nobody has decided. */
  decision?: { state: 'ACCEPTED' | 'DECLINED' | 'CANCELED'; decidedAt: string };
}

export interface Organization {
  organizationId: OrganizationId;
  rootId: OrganizationRootId;
  featureSet: 'ALL' | 'CONSOLIDATED_BILLING';
  masterAccountId: AccountId;
  createdAt: string;
  /** With the management account, which is the first. */
  members: OrganizationMember[];
  handshakes: Handshake[];
  /** The change that last wrote this record; stamped by the store. */
  generation: number;
}

/** Undefined for an account that is in none. */
export function findOrganizationOf(
  { organizations }: Pick<Cloud, 'organizations'>,
  accountId: AccountId,
): Organization | undefined {
  return organizations.all().find(({ members }) => members.some((member) => member.accountId === accountId));
}

/** Where in the tree an account stands that is in no organizational unit, as `aws:PrincipalOrgPaths` writes it. */
export function organizationPath({ organizationId, rootId }: Organization): string {
  return `${organizationId}/${rootId}/`;
}
