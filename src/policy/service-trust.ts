// Whether a policy lets an AWS service in: a role's trust policy EC2, before it hands the role of an instance profile to an
// instance; a bucket's policy log delivery. A service has no account and no policies of its own, so that policy alone decides.

import type { RequestContext } from './access.ts';
import type { PolicyDocument, Statement } from './document.ts';
import { matcherFor } from './template.ts';

export interface ServiceQuestion {
  /** `ec2.amazonaws.com` */
  service: string;
  /** In lower case: `s3:putobject`. */
  action: string;
  /** Absent: the policy is the resource's, and its statements name none. */
  resource?: string;
}

/** @param service `ec2.amazonaws.com` */
export function trustsService(document: PolicyDocument, service: string, context: RequestContext): boolean {
  return allowsService(document, { service, action: 'sts:assumerole' }, context);
}

export function allowsService(
  { statements }: PolicyDocument,
  question: ServiceQuestion,
  context: RequestContext,
): boolean {
  const matching = statements.filter(
    (statement) =>
      coversAction(statement, question) &&
      coversResource(statement, question, context) &&
      names(statement, question) &&
      statement.conditions.every(({ holds }) => holds(context)),
  );
  return matching.length > 0 && matching.every(({ effect }) => effect === 'Allow');
}

function coversAction({ actions }: Statement, { action }: ServiceQuestion): boolean {
  return actions.patterns.some(({ matcher }) => matcher!(action)) !== actions.isNegated;
}

function coversResource(
  { resources }: Statement,
  { resource }: ServiceQuestion,
  context: RequestContext,
): boolean {
  if (!resources || resource === undefined) return true;
  const isNamed = resources.patterns.some((template) => matcherFor(template, context)?.(resource));
  return isNamed !== resources.isNegated;
}

function names({ principals }: Statement, { service }: ServiceQuestion): boolean {
  if (!principals) return false;
  return (principals.everyone || principals.services.has(service)) !== principals.isNegated;
}
