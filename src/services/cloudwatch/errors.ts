// CloudWatch's refusals in AWS's own codes and words, to be thrown by operations.

import { AwsError } from '../../aws/aws-error.ts';

export const invalidParameterValue = (text: string) => new AwsError('InvalidParameterValue', text);
export const invalidParameterCombination = (text: string) =>
  new AwsError('InvalidParameterCombination', text);
/** AWS: what GetMetricData refuses is all of this code. */
export const validationError = (text: string) => new AwsError('ValidationError', text);
export const invalidNextToken = () => new AwsError('InvalidNextToken', 'The next token is invalid.');
