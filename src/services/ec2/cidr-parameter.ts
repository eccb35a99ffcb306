// CIDR blocks as they come in requests. AWS: host bits are dropped, not refused: `100.68.0.18/18` means `100.68.0.0/18`.

import { type Cidr, formatCidr, parseCidr } from '../../lib/cidr.ts';
import { invalidParameterValue } from './errors.ts';

/** The block in its canonical form. `readCidr('cidrBlock', input.CidrBlock)` */
export function readCidr(parameterName: string, text: string): Cidr {
  const range = parseCidr(text);
  if (!range) {
    throw invalidParameterValue(
      `Value (${text}) for parameter ${parameterName} is invalid. This is not a valid CIDR block.`,
    );
  }
  return formatCidr(range);
}
