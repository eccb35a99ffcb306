// The Principal element: whom a statement of a resource, trust or endpoint policy is about.
// How closely it names the caller matters: an account only hands the decision on to that account's own policies.

import type { Principal } from './principal.ts';

export interface PrincipalElement {
  isNegated: boolean;
  everyone: boolean;
  /** By id, however they were written. */
  accountIds: Set<string>;
  /** ARNs of users, roles and sessions, and unique ids (`AIDA…`, `AROA…`). */
  names: Set<string>;
  /** `ec2.amazonaws.com` */
  services: Set<string>;
}

/**
 * `account`: the caller's account is named, which leaves it to the account to say who. `role`: the role of the session.
 * `direct`: the very user or session. `everyone`: `*`.
 */
export type PrincipalMatch = 'none' | 'account' | 'role' | 'direct' | 'everyone';

/**
 * DIFFERS: principals-by-name AWS keeps the unique id of a user or role that a policy names, so that one made anew
 * under the same name is not meant; here names are compared when a request comes.
 * @param values of `AWS`; identity providers and canonical ids are nobody who calls here
 */
export function compilePrincipals(
  values: string[],
  services: string[],
  isNegated: boolean,
): PrincipalElement {
  const element: PrincipalElement = {
    isNegated,
    everyone: false,
    accountIds: new Set(),
    names: new Set(),
    services: new Set(services),
  };
  for (const value of values) {
    const accountId = accountNamed(value);
    if (value === '*') element.everyone = true;
    else if (accountId !== undefined) element.accountIds.add(accountId);
    else element.names.add(value);
  }
  return element;
}

/** Of `123456789012` and `arn:aws:iam::123456789012:root`. */
function accountNamed(value: string): string | undefined {
  return /^(?:arn:[a-z-]+:iam::)?(\d{12})(?::root)?$/.exec(value)?.[1];
}

/** @param accountMeansRoot AWS: in the policy of a gateway endpoint an account stands for its root user alone. */
export function matchPrincipal(
  element: PrincipalElement,
  principal: Principal,
  accountMeansRoot: boolean,
): PrincipalMatch {
  if (element.isNegated) throw new Error('a NotPrincipal is asked with isExcepted');
  if (element.everyone) return 'everyone';
  if (principal.kind === 'anonymous') return 'none';
  const { names } = element;
  if (names.has(principal.arn) || names.has(principal.userId)) return 'direct';
  if (principal.kind === 'assumed-role' && namesRole(names, principal)) return 'role';
  if (!element.accountIds.has(principal.accountId)) return 'none';
  if (principal.kind === 'root') return 'direct';
  return accountMeansRoot ? 'none' : 'account';
}

/**
 * Whether a NotPrincipal leaves the caller out.
 * AWS: who is denied with everyone but Bob still includes Bob's account, and so Bob; the account, and for a session
 * its role, must be listed too. Of an Allow (AWS advises against it) any of them is enough to be left out.
 */
export function isExcepted(
  { everyone, accountIds, names }: PrincipalElement,
  principal: Principal,
  effect: 'Allow' | 'Deny',
): boolean {
  if (everyone) return true;
  if (principal.kind === 'anonymous') return false;
  const listed = [accountIds.has(principal.accountId)];
  if (principal.kind !== 'root') listed.push(names.has(principal.arn) || names.has(principal.userId));
  if (principal.kind === 'assumed-role') listed.push(namesRole(names, principal));
  return effect === 'Deny' ? listed.every(Boolean) : listed.some(Boolean);
}

function namesRole(names: Set<string>, principal: Extract<Principal, { kind: 'assumed-role' }>): boolean {
  return names.has(principal.roleArn) || names.has(principal.userId.split(':', 1)[0]!);
}
