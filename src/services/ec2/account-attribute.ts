// What EC2 tells of an account as such. Of AWS's limits only those are named that hold here.
// DIFFERS: no-default-vpc no account has a default VPC.

import type {
  AccountAttribute,
  DescribeAccountAttributesRequest,
  DescribeAccountAttributesResult,
} from '@aws-sdk/client-ec2';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import { mostElasticIps } from './elastic-ip.ts';
import { invalidParameterValue } from './errors.ts';
import { mostGroups } from './network-interface-parameter.ts';

const attributes = new Map<string, string>([
  ['supported-platforms', 'VPC'],
  ['default-vpc', 'none'],
  ['vpc-max-security-groups-per-interface', String(mostGroups)],
  ['max-elastic-ips', String(mostElasticIps)],
  ['vpc-max-elastic-ips', String(mostElasticIps)],
]);
/** AWS's limits on what is not limited or not built here. */
const limitsNotHeld = ['max-instances'];

export function describeAccountAttributes(
  input: DescribeAccountAttributesRequest,
  _context: OperationContext,
): DescribeAccountAttributesResult {
  acceptParameters('DescribeAccountAttributes', input, 'AttributeNames');
  const wanted: string[] = input.AttributeNames?.length ? input.AttributeNames : [...attributes.keys()];
  return { AccountAttributes: [...new Set(wanted)].map(showAttribute) };
}

function showAttribute(name: string): AccountAttribute {
  const value = attributes.get(name);
  if (value !== undefined) return { AttributeName: name, AttributeValues: [{ AttributeValue: value }] };
  if (limitsNotHeld.includes(name)) throw notBuilt(`the account attribute ${name}`);
  throw invalidParameterValue(`Value (${name}) for parameter attributeName is invalid.`);
}
