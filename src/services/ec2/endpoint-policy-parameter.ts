// The policy of an endpoint as calls give it: given, left out, or reset to full access.

import { AwsError } from '../../aws/aws-error.ts';
import { defaultEndpointPolicy } from '../../cloud/endpoint-policy.ts';
import { checkPolicy } from '../../policy/validate.ts';
import { invalidParameterCombination } from './errors.ts';

/** The document as it came, if it is one; without one, full access. */
export function readEndpointPolicy(text: string | undefined): string {
  if (text === undefined) return defaultEndpointPolicy;
  const fault = checkPolicy(text, 'endpoint');
  if (fault) throw new AwsError('InvalidPolicyDocument', fault.message);
  return text;
}

export function changeEndpointPolicy(
  {
    PolicyDocument: text,
    ResetPolicy: isReset,
  }: { PolicyDocument?: string | undefined; ResetPolicy?: boolean | undefined },
  current: string,
): string {
  if (isReset && text !== undefined) {
    throw invalidParameterCombination(
      'The parameter PolicyDocument cannot be used with the parameter ResetPolicy',
    );
  }
  if (isReset) return defaultEndpointPolicy;
  return text === undefined ? current : readEndpointPolicy(text);
}
