// Policies handed to AssumeRole. They only take away from what the role may do; what one of them allows is allowed.

import type { AssumeRoleRequest } from '@aws-sdk/client-sts';
import type { Cloud } from '../../cloud/cloud.ts';
import type { IamRole } from '../../cloud/iam.ts';
import { findManagedPolicy } from '../../policy/aws-managed-policy.ts';
import { checkPolicy } from '../../policy/validate.ts';
import { malformedPolicyDocument, packedPolicyTooLarge, validationError } from './errors.ts';

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/**
 * All of them as one document, as AWS asks them together; empty when none was handed over.
 * DIFFERS: session-policies-fixed a managed policy is taken as it is now, also when it changes during the session.
 */
export function parseSessionPolicies(cloud: Cloud, role: IamRole, input: AssumeRoleRequest): string[] {
  const { Policy: inline, PolicyArns: arns = [] } = input;
  if (inline !== undefined) {
    const fault = checkPolicy(inline, 'session');
    if (fault) throw malformedPolicyDocument(fault.message);
  }
  const managed = arns.map(({ arn }) => getManagedText(cloud, role, arn ?? ''));
  const texts = inline === undefined ? managed : [inline, ...managed];
  return texts.length < 2 ? texts : [mergePolicies(texts)];
}

function getManagedText(cloud: Cloud, { accountId }: IamRole, arn: string): string {
  const policy = cloud.iamPolicies.find(arn);
  const own = policy?.accountId === accountId ? policy : undefined;
  const text = findManagedPolicy(arn)?.document ?? own?.versions.find(({ isDefault }) => isDefault)?.document;
  if (text === undefined) throw validationError(`Policy ${arn} does not exist or is not attachable.`);
  return text;
}

function mergePolicies(texts: string[]): string {
  const statements = texts.flatMap((text) => {
    const { Version, Statement } = JSON.parse(text) as { Version?: string; Statement: Json };
    const listed = Array.isArray(Statement) ? Statement : [Statement];
    // In the older version `${` is text; in the newer one that they are joined in it begins a variable.
    return Version === '2012-10-17' ? listed : listed.map(escapeVariables);
  });
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

function escapeVariables(value: Json): Json {
  // A replacement's own `$` is written twice.
  if (typeof value === 'string') return value.replaceAll('${', '$${$$}{');
  if (Array.isArray(value)) return value.map(escapeVariables);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, escapeVariables(item)]));
}

const packedLimit = 4096;

/**
 * How much of what a session may carry its policies and tags take. Undefined when there is none.
 * DIFFERS: packed-policy-size AWS packs them in a way it does not tell; here their characters are counted.
 */
export function packedPolicySize({ Policy, PolicyArns, Tags }: AssumeRoleRequest): number | undefined {
  const lengths = [
    Policy?.length ?? 0,
    ...(PolicyArns ?? []).map(({ arn }) => arn?.length ?? 0),
    ...(Tags ?? []).map(({ Key, Value }) => (Key?.length ?? 0) + (Value?.length ?? 0)),
  ];
  const size = lengths.reduce((sum, length) => sum + length, 0);
  if (size === 0) return undefined;
  const percent = Math.ceil((size * 100) / packedLimit);
  if (percent > 100) throw packedPolicyTooLarge(percent);
  return percent;
}
