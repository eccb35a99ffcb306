// Whether a role trusts an AWS service: EC2 asks before it hands the role of an instance profile to an instance.
// A service has no account and no policies of its own, so the trust policy alone decides.

import type { RequestContext } from './access.ts';
import type { PolicyDocument, Statement } from './document.ts';

/** @param service `ec2.amazonaws.com` */
export function trustsService(
  { statements }: PolicyDocument,
  service: string,
  context: RequestContext,
): boolean {
  const matching = statements.filter(
    (statement) =>
      coversAssumeRole(statement) &&
      names(statement, service) &&
      statement.conditions.every(({ holds }) => holds(context)),
  );
  return matching.length > 0 && matching.every(({ effect }) => effect === 'Allow');
}

function coversAssumeRole({ actions }: Statement): boolean {
  return actions.patterns.some(({ matcher }) => matcher!('sts:assumerole')) !== actions.isNegated;
}

function names({ principals }: Statement, service: string): boolean {
  if (!principals) return false;
  return (principals.everyone || principals.services.has(service)) !== principals.isNegated;
}
