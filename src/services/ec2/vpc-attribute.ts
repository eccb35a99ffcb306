// The switches of a VPC: whether its resolver answers, whether instances get names, whether address usage is metered.

import type {
  DescribeVpcAttributeRequest,
  DescribeVpcAttributeResult,
  ModifyVpcAttributeRequest,
} from '@aws-sdk/client-ec2';
import type { OperationContext } from '../operation.ts';
import { acceptParameters, notBuilt } from '../parameters.ts';
import {
  invalidParameterCombination,
  invalidParameterValue,
  missingParameter,
  requireParameter,
} from './errors.ts';
import { getVpc } from './vpc.ts';

/** AWS's parameter to our field. */
const attributes = {
  EnableDnsSupport: 'enableDnsSupport',
  EnableDnsHostnames: 'enableDnsHostnames',
  EnableNetworkAddressUsageMetrics: 'enableNetworkAddressUsageMetrics',
} as const;

type AttributeName = keyof typeof attributes;
const attributeNames = Object.keys(attributes) as AttributeName[];

/** AWS: one attribute per call. */
export function modifyVpcAttribute(input: ModifyVpcAttributeRequest, context: OperationContext): object {
  acceptParameters('ModifyVpcAttribute', input, 'VpcId', ...attributeNames);
  const vpc = getVpc(context, requireParameter('VpcId', input.VpcId));
  const [name, ...others] = attributeNames.filter((attribute) => input[attribute] !== undefined);
  if (!name) throw missingParameter('Attribute');
  if (others.length > 0) {
    const fields = [name, ...others].map((attribute) => attributes[attribute]).join(', ');
    throw invalidParameterCombination(`Fields for multiple attribute types specified: ${fields}`);
  }
  const value = requireParameter(`${name}.Value`, input[name]?.Value);
  if (name === 'EnableNetworkAddressUsageMetrics' && value) throw notBuilt('network address usage metrics');
  if (name === 'EnableDnsHostnames' && value && !vpc.enableDnsSupport) {
    throw invalidParameterValue('DNS hostnames can be enabled only when DNS support is enabled.');
  }
  if (vpc[attributes[name]] !== value) context.cloud.vpcs.put({ ...vpc, [attributes[name]]: value });
  return {};
}

export function describeVpcAttribute(
  input: DescribeVpcAttributeRequest,
  context: OperationContext,
): DescribeVpcAttributeResult {
  acceptParameters('DescribeVpcAttribute', input, 'VpcId', 'Attribute');
  const vpc = getVpc(context, requireParameter('VpcId', input.VpcId));
  const asked = requireParameter('Attribute', input.Attribute);
  const name = attributeNames.find((attribute) => attributes[attribute] === asked);
  if (!name) {
    throw invalidParameterValue(`Value (${asked}) for parameter attribute is invalid. Unknown attribute.`);
  }
  return { VpcId: vpc.vpcId, [name]: { Value: vpc[attributes[name]] } };
}
