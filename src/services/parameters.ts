// Checks that every operation makes of its input before it looks at the cloud.

import { AwsError } from '../aws/aws-error.ts';

/**
 * Refuses every parameter that is given and not named here: what we do not act on we do not accept in silence.
 * `acceptParameters('CreateVpc', input, 'CidrBlock', 'TagSpecifications')`. DryRun and ClientToken need not be named.
 */
export function acceptParameters<I extends object>(
  operation: string,
  input: I,
  ...names: (keyof I & string)[]
): void {
  for (const [name, value] of Object.entries(input)) {
    if (value === undefined || name === 'DryRun' || name === 'ClientToken') continue;
    if (!names.includes(name as never)) throw notBuilt(`the parameter ${name} of ${operation}`);
  }
}

/** The honest answer for what AWS has and Isthmus has not. */
export function notBuilt(what: string): AwsError {
  return new AwsError('NotImplemented', `Isthmus does not implement ${what}. See docs/differences.md.`, 501);
}
