// Policy documents on their way in and out: judged, measured, and written as IAM writes them.

import type { Cloud } from '../../cloud/cloud.ts';
import { parseArn } from '../../lib/arn.ts';
import { policySize, policySizeLimits } from '../../policy/policy-size.ts';
import { checkPolicy, listPrincipals } from '../../policy/validate.ts';
import { checkQuota, limitExceeded, malformedPolicyDocument } from './errors.ts';
import { type Holder, nameOf, nounOf } from './lookup.ts';

/** @returns the document as it came */
export function parseManagedDocument(document: string): string {
  const fault = checkPolicy(document, 'identity', { isManaged: true });
  if (fault) throw malformedPolicyDocument(fault.message);
  checkQuota('PolicySize', policySizeLimits.managed, policySize(document));
  return document;
}

/** AWS: all inline policies of one user or role together have a bound. */
export function parseInlineDocument(holder: Holder, policyName: string, document: string): string {
  const fault = checkPolicy(document, 'identity');
  if (fault) throw malformedPolicyDocument(fault.message);
  const noun = nounOf(holder);
  const limit = noun === 'user' ? policySizeLimits.inlineOfUser : policySizeLimits.inlineOfRole;
  const others = Object.entries(holder.inlinePolicies).filter(([name]) => name !== policyName);
  const size = others.reduce((sum, [, text]) => sum + policySize(text), policySize(document));
  if (size > limit) {
    throw limitExceeded(`Maximum policy size of ${limit} bytes exceeded for ${noun} ${nameOf(holder)}`);
  }
  return document;
}

export function parseTrustDocument(cloud: Cloud, document: string): string {
  const fault = checkPolicy(document, 'trust');
  if (fault) throw malformedPolicyDocument(fault.message);
  checkQuota('ACLSizePerRole', policySizeLimits.trust, policySize(document));
  for (const principal of listPrincipals(document)) {
    if (!isSomebody(cloud, principal)) {
      throw malformedPolicyDocument(`Invalid principal in policy: "AWS":"${principal}"`);
    }
  }
  return document;
}

/** AWS: a user, role or session in a trust policy must be there; an account need not. */
function isSomebody(cloud: Cloud, principal: string): boolean {
  const resource = parseArn(principal)?.resource ?? '';
  if (resource.startsWith('user/')) return cloud.iamUsers.has(principal);
  if (resource.startsWith('role/')) return cloud.iamRoles.has(principal);
  if (/^(AIDA|AROA)/.test(principal)) {
    return (
      cloud.iamUsers.all().some(({ userId }) => userId === principal) ||
      cloud.iamRoles.all().some(({ roleId }) => roleId === principal)
    );
  }
  const { accountId } = parseArn(principal) ?? {};
  const roleName = /^assumed-role\/([^/]+)\//.exec(resource)?.[1];
  return (
    roleName === undefined ||
    cloud.iamRoles.all().some((role) => role.accountId === accountId && role.roleName === roleName)
  );
}

/** AWS: documents are answered percent-encoded as RFC 3986 has it. */
export function encodeDocument(document: string): string {
  return encodeURIComponent(document).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
